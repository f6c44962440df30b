/** A bucket that is a folder: no key leads out of it, its listing is that of an object store, and a file that changes is noticed. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { JsonObject } from '../../src/base/json.ts';
import { folderFault } from '../../src/objects/folder/folder-fault.ts';
import { ObjectFault } from '../../src/objects/ports.ts';
import type { Objects } from '../../src/objects/ports.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { faultOf, fileSpec, folderBench, itemsOf, listSpec, NEVER, objectsWith, rest } from './support.ts';

async function keysOf(objects: Objects, prefix = ''): Promise<unknown[]> {
  return ((await itemsOf(objects, listSpec(prefix))) as JsonObject[]).map(({ Key }) => Key);
}

describe('a key of a folder', () => {
  it('does not leave it by its text', async (t) => {
    const { objects, write } = folderBench(t);
    write('a/b', '[]');
    for (const key of ['../x', 'a/../../x', '/etc/passwd', 'a//b', './a/b', 'a/.', '..', '', 'a/b/', 'a\0b']) {
      const { reason, message } = await faultOf(objects.openItems(fileSpec(key, 'JSON'), null, NEVER));
      assert.equal(reason, 'Unusable', JSON.stringify(key));
      assert.match(message, /of bucket "data" can be no file/);
      const writing = await objects.openResults({ bucket: 'data', prefix: '' }, `${key}/run`, NEVER);
      if (key !== '' && !key.endsWith('/')) assert.equal((await faultOf(writing.check())).reason, 'Unusable', key);
    }
  });

  it('does not leave it by a symbolic link, and may use one inside', async (t) => {
    const { objects, folder, write } = folderBench(t);
    const outside = temporaryFolder(t);
    writeFileSync(join(outside, 'secret'), '[1]');
    write('in/file', '[2]');
    symlinkSync(join(outside, 'secret'), join(folder, 'out-file'));
    symlinkSync(outside, join(folder, 'out'));
    symlinkSync(join(folder, 'in', 'file'), join(folder, 'own-file'));
    symlinkSync(join(folder, 'in'), join(folder, 'own'));
    for (const key of ['out-file', 'out/secret']) {
      const { reason, message } = await faultOf(objects.openItems(fileSpec(key, 'JSON'), null, NEVER));
      assert.equal(reason, 'Forbidden');
      assert.match(message, /behind a symbolic link that leads out of the folder/);
    }
    for (const key of ['own-file', 'own/file']) assert.deepEqual(await itemsOf(objects, fileSpec(key, 'JSON')), [2]);
    assert.deepEqual(await keysOf(objects), ['in/file', 'own-file']);
    const writing = await objects.openResults({ bucket: 'data', prefix: 'out' }, 'run', NEVER);
    assert.equal((await faultOf(writing.check())).reason, 'Forbidden');
    assert.deepEqual(readdirSync(outside), ['secret']);
  });

  it('names a file', async (t) => {
    const { objects, folder, write } = folderBench(t);
    write('a/b', '[]');
    const socket = createServer().listen(join(folder, 'socket'));
    atEnd(t, () => socket.close());
    await once(socket, 'listening');
    for (const key of ['a', 'socket']) {
      const { reason, message } = await faultOf(objects.openItems(fileSpec(key, 'JSON'), null, NEVER));
      assert.equal(reason, 'Malformed');
      assert.match(message, /is no file/);
    }
    for (const key of ['none', 'a/none', 'a/b/none']) {
      const { reason, message } = await faultOf(objects.openItems(fileSpec(key, 'JSON'), null, NEVER));
      assert.equal(reason, 'Missing');
      assert.match(message, /is not there: the folder of the bucket, or the file in it/);
      assert.ok(!message.includes(folder), 'a message shows no path of the machine');
    }
    assert.equal((await faultOf(objects.openItems(fileSpec('x'.repeat(300), 'JSON'), null, NEVER))).reason, 'Unusable');
  });

  it('has no files below a file', async (t) => {
    const { objects, write } = folderBench(t);
    write('a/b', '');
    const writing = await objects.openResults({ bucket: 'data', prefix: 'a/b' }, 'run', NEVER);
    const { reason, message } = await faultOf(writing.check());
    assert.equal(reason, 'Unusable');
    assert.match(
      message,
      /^object "a\/b\/run\/SUCCEEDED_0.json" of bucket "data" cannot be written: a part of the key .* is a file/,
    );
  });

  it('is refused at once where the system makes no folder', {
    skip: process.platform !== 'linux' && 'only Linux has /proc',
  }, async (t) => {
    const { objects } = objectsWith(t, 'objects: {buckets: {data: {type: folder, path: /proc/sys}}}');
    const writing = await objects.openResults({ bucket: 'data', prefix: 'out' }, 'run', NEVER);
    assert.match((await faultOf(writing.check())).message, /cannot be written|may not write/);
  });

  it('may be refused by the system', () => {
    for (const [code, reason, fault] of [
      [
        'EACCES',
        'Forbidden',
        /the user of this server may not write object "a" of bucket "data" \(EACCES\); give it the right to write/,
      ],
      ['EROFS', 'Forbidden', /may not write/],
      ['ENOSPC', 'Unavailable', /cannot write object "a" of bucket "data": ENOSPC; check the disk/],
      ['EIO', 'Unavailable', /EIO/],
    ] as const) {
      const given = folderFault(Object.assign(new Error('of the system'), { code }), 'data', 'a', 'write');
      assert.ok(given instanceof ObjectFault);
      assert.equal(given.reason, reason);
      assert.match(given.message, fault);
    }
    const defect = new TypeError('ours');
    assert.equal(folderFault(defect, 'data', 'a', 'write'), defect);
  });

  it('may be refused by the system to every user but root', {
    skip: process.getuid?.() === 0 && 'root may read everything',
  }, async (t) => {
    const { objects, folder, write } = folderBench(t);
    write('a', '[]');
    chmodSync(join(folder, 'a'), 0);
    assert.equal((await faultOf(objects.openItems(fileSpec('a', 'JSON'), null, NEVER))).reason, 'Forbidden');
  });
});

describe('a file of a folder', () => {
  it('is a fault when it changes while it is read', async (t) => {
    const { objects, folder, write } = folderBench(t);
    const content = '1\n'.repeat(1_000_000);
    const change: Readonly<Record<string, (path: string) => void>> = {
      size: (path) => writeFileSync(path, `${content}1\n`),
      content: (path) => writeFileSync(path, content.replaceAll('1', '2')),
      time: (path) => utimesSync(path, 1_000, 1_000),
      replacement: (path) => {
        writeFileSync(`${path}.new`, content);
        renameSync(`${path}.new`, path);
      },
    };
    for (const [what, make] of Object.entries(change)) {
      write('a', content);
      const reading = await objects.openItems(fileSpec('a', 'JSONL'), null, NEVER);
      // A change within the same tick of the clock of the file system cannot be noticed.
      utimesSync(join(folder, 'a'), 2_000, 2_000);
      reading.close();
      const again = await objects.openItems(fileSpec('a', 'JSONL'), null, NEVER);
      const { mark } = again;
      make(join(folder, 'a'));
      const { reason, message } = await faultOf(rest(again, 10_000));
      assert.equal(reason, 'Changed', what);
      assert.match(message, /^object "a" of bucket "data" has changed since this Map run began to read it/);
      assert.equal((await faultOf(objects.openItems(fileSpec('a', 'JSONL'), mark, NEVER))).reason, 'Changed', what);
    }
  });

  it('is accepted again when it is the same', async (t) => {
    const { objects, write } = folderBench(t);
    write('a', '[1]');
    const { mark } = await objects.openItems(fileSpec('a', 'JSON', { maxItems: 1 }), null, NEVER).then((reading) => {
      reading.close();
      return reading;
    });
    assert.deepEqual(await rest(await objects.openItems(fileSpec('a', 'JSON'), mark, NEVER)), [1]);
  });

  it('is missing when it goes while it is read', async (t) => {
    const { objects, folder, write } = folderBench(t);
    write('a', '1\n'.repeat(1_000_000));
    const reading = await objects.openItems(fileSpec('a', 'JSONL'), null, NEVER);
    renameSync(join(folder, 'a'), join(folder, 'b'));
    assert.equal((await faultOf(rest(reading, 10_000))).reason, 'Missing');
  });
});

describe('a listing of a folder', () => {
  it('has the members of Amazon States Language', async (t) => {
    const { objects, folder, write } = folderBench(t);
    write('in/a.csv', 'hello');
    utimesSync(join(folder, 'in/a.csv'), 1_700_000_000.5, 1_700_000_000.5);
    const [item] = (await itemsOf(objects, listSpec('in/'))) as JsonObject[];
    assert.match(String(item?.['Etag']), /^"[\da-f]+-5"$/);
    assert.deepEqual(
      { ...item, Etag: '' },
      { Etag: '', Key: 'in/a.csv', LastModified: 1_700_000_000, Size: 5, StorageClass: 'STANDARD' },
    );
  });

  it('has more entries than a page, and begins where it is asked to', async (t) => {
    const { objects, folder } = folderBench(t);
    mkdirSync(join(folder, 'a'));
    for (let i = 0; i < 2_100; i++) writeFileSync(join(folder, 'a', String(i).padStart(4, '0')), '');
    assert.equal((await keysOf(objects)).length, 2_100);
    assert.deepEqual(
      await keysOf(objects, 'a/209'),
      ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'].map((n) => `a/209${n}`),
    );
    assert.deepEqual(await keysOf(objects, 'b'), []);
    assert.deepEqual(await keysOf(objects, 'a/2099/'), []);
  });

  it('may be the root of the file system', async (t) => {
    const { folder, write } = folderBench(t);
    write('a', '');
    const { objects } = objectsWith(t, 'objects: {buckets: {data: {type: folder, path: /}}}');
    const key = realpathSync(join(folder, 'a')).slice(1);
    assert.deepEqual(await keysOf(objects, key), [key]);
  });

  it('needs a folder', async (t) => {
    const { objects } = objectsWith(t, 'objects: {buckets: {data: {type: folder, path: /nowhere/at/all}}}');
    const { reason, message } = await faultOf(objects.openItems(listSpec(''), null, NEVER));
    assert.equal(reason, 'Missing');
    assert.match(message, /^the folder of bucket "data" is not there; make it, or correct its path/);
    const writing = await objects.openResults({ bucket: 'data', prefix: '' }, 'run', NEVER);
    assert.match((await faultOf(writing.check())).message, /cannot be written: the folder of the bucket is not there/);
  });

  it('of a pattern is that of the folder with the name of the bucket', async (t) => {
    const { folder, write } = folderBench(t);
    write('lake-1/a', '');
    write('lake-2/b', '');
    const { objects } = objectsWith(
      t,
      `objects: {buckets: {"lake-*": {type: folder, path: ${JSON.stringify(folder)}}}}`,
    );
    const keys = async (bucket: string): Promise<unknown> => (await itemsOf(objects, listSpec('', { bucket }))).length;
    assert.deepEqual([await keys('lake-1'), await keys('lake-2')], [1, 1]);
    assert.equal((await faultOf(objects.openItems(listSpec('', { bucket: 'lake-3' }), null, NEVER))).reason, 'Missing');
  });
});

test('a folder is listed in the order of the bytes of all keys', async (t) => {
  const name = fc.stringMatching(/^[-.!0a~ü中\uff5e\u{1f600}]{1,3}$/u).filter((text) => text !== '.' && text !== '..');
  const keys = fc.array(
    fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(keys, async (given) => {
      const root = temporaryFolder(t);
      const { objects } = objectsWith(t, `objects: {buckets: {data: {type: folder, path: ${JSON.stringify(root)}}}}`);
      const written: string[] = [];
      for (const key of given) {
        // A name cannot be that of a file and that of a folder.
        if (given.some((other) => other !== key && (other.startsWith(`${key}/`) || key.startsWith(`${other}/`))))
          continue;
        mkdirSync(join(root, key, '..'), { recursive: true });
        writeFileSync(join(root, key), key);
        written.push(key);
      }
      const sorted = [...new Set(written)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      assert.deepEqual(await keysOf(objects), sorted);
      const prefix = sorted[0]?.slice(0, 2).toWellFormed() ?? 'x';
      assert.deepEqual(
        await keysOf(objects, prefix),
        sorted.filter((key) => key.startsWith(prefix)),
      );
    }),
    { numRuns: 60 },
  );
});

test('virtual time waits for the disk', async (t) => {
  const { folder, write } = folderBench(t);
  write('a', '1\n'.repeat(1_500_000));
  write('data', gzipSync('"k"\n'.repeat(100_000)));
  write('manifest', JSON.stringify({ fileFormat: 'CSV', fileSchema: 'Key', files: [{ key: 'data' }] }));
  const time = new VirtualTime();
  const { objects } = objectsWith(
    t,
    `objects: {buckets: {data: {type: folder, path: ${JSON.stringify(folder)}}}}`,
    time,
  );
  for (const [spec, count] of [
    [fileSpec('a', 'JSONL'), 1_500_000],
    [fileSpec('manifest', 'MANIFEST'), 100_000],
    [listSpec(''), 3],
  ] as const) {
    const before = time.elapsedMs;
    time.after(1, () => undefined);
    let read = 0;
    const reading = await objects.openItems(spec, null, NEVER);
    assert.equal(time.elapsedMs, before, 'opened');
    for (let n = 1; n > 0; read += n) n = (await reading.next(100_000)).length;
    assert.equal(read, count);
    assert.equal(time.elapsedMs, before, 'read');
    await time.pass(1);
  }
});

test('a file that is being written is not listed, and the permissions of the folder decide', async (t) => {
  const { objects, folder } = folderBench(t);
  writeFileSync(join(folder, '.millrace-writes-left-by-a-crash'), '');
  const writing = await objects.openResults({ bucket: 'data', prefix: 'x/y' }, 'run', NEVER);
  await writing.check();
  assert.deepEqual(await keysOf(objects), ['x/y/run/SUCCEEDED_0.json']);
  assert.deepEqual(readdirSync(join(folder, 'x/y/run')), ['SUCCEEDED_0.json']);
  assert.ok(statSync(join(folder, 'x/y/run')).isDirectory());
});
