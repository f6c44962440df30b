/** Files, listings and results in a store that is compatible with Amazon S3, which checks the signature of every call. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { JsonObject } from '../../src/base/json.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { fileEnd } from '../support/at-end.ts';
import { startS3Server } from './s3-server.ts';
import type { S3Server } from './s3-server.ts';
import { faultOf, fileSpec, itemsOf, listSpec, NEVER, objectsWith, rest } from './support.ts';

const MISSING =
  'calls of a real store that is compatible with S3 are skipped: the package @20minutes/s3rver is not installed';

describe('a store that is compatible with S3', () => {
  let server: S3Server | null = null;
  before(async () => {
    server = await startS3Server(fileEnd);
  });

  function test(what: string, run: (t: CleanUp, own: S3Server) => Promise<void>): void {
    it(what, async (t) => {
      if (server === null) t.skip(MISSING);
      else await run(t, server);
    });
  }

  test('serves a file of several pieces, under any key', async (t, own) => {
    const { objects } = objectsWith(t, own.settings());
    const key = "in/a b+ü~(1)!*'&=@:,$.csv";
    const rows = Array.from({ length: 150_000 }, (_, i) => ({ id: String(i), name: `name ${i}` }));
    await own.put(key, `id,name\n${rows.map(({ id, name }) => `${id},"${name}"\n`).join('')}`);
    const reading = await objects.openItems(fileSpec(key, 'CSV'), null, NEVER);
    assert.match(String(reading.mark['eTag']), /^"[\da-f]{32}"$/);
    assert.deepEqual(await rest(reading, 10_000), rows);
  });

  test('notices a file that changes between two pieces', async (t, own) => {
    const { objects } = objectsWith(t, own.settings());
    await own.put('changing', '1\n'.repeat(1_000_000));
    const reading = await objects.openItems(fileSpec('changing', 'JSONL'), null, NEVER);
    await own.put('changing', '2\n'.repeat(1_000_000));
    assert.equal((await faultOf(rest(reading, 10_000))).reason, 'Changed');
    assert.equal(
      (await faultOf(objects.openItems(fileSpec('changing', 'JSONL'), reading.mark, NEVER))).reason,
      'Changed',
    );
  });

  test('lists more objects than are on a page', async (t, own) => {
    const { objects } = objectsWith(t, own.settings());
    const keys = Array.from({ length: 1_003 }, (_, i) => `many/${String(i).padStart(4, '0')} ü`);
    for (let i = 0; i < keys.length; i += 20) {
      await Promise.all(keys.slice(i, i + 20).map((key) => own.put(key, key)));
    }
    const items = (await itemsOf(objects, listSpec('many/'))) as JsonObject[];
    assert.deepEqual(
      items.map(({ Key }) => Key),
      keys,
    );
    assert.deepEqual([items[0]?.['Size'], items[0]?.['StorageClass']], [12, 'STANDARD']);
    assert.equal((await itemsOf(objects, listSpec('many/', { maxItems: 3 }))).length, 3);
    assert.deepEqual(await itemsOf(objects, listSpec('none/')), []);
  });

  test('takes results, which can be read as items', async (t, own) => {
    const { objects } = objectsWith(t, own.settings());
    const writing = await objects.openResults({ bucket: 'data', prefix: 'results/' }, 'run-1', NEVER);
    await writing.check();
    await writing.write('SUCCEEDED', { Output: '{"n":1}' });
    await writing.write('FAILED', { Error: 'X' });
    assert.deepEqual(await writing.finish(), { bucket: 'data', key: 'results/run-1/manifest.json' });
    writing.close();
    assert.deepEqual(await itemsOf(objects, fileSpec('results/run-1/SUCCEEDED_0.json', 'JSON')), [
      { Output: '{"n":1}' },
    ]);
    assert.deepEqual(
      await itemsOf(objects, fileSpec('results/run-1/manifest.json', 'JSON', { itemsPointer: '/ResultFiles/FAILED' })),
      [{ Key: 'results/run-1/FAILED_0.json', Size: 16 }],
    );
  });

  test('refuses a wrong secret, and serves public objects to calls without a signature', async (t, own) => {
    const { objects } = objectsWith(t, own.settings('wrong'));
    const { reason, message } = await faultOf(objects.openItems(fileSpec('a', 'CSV'), null, NEVER));
    assert.equal(reason, 'Forbidden');
    assert.match(message, /access key or its secret is wrong; correct it in the settings\. .*SignatureDoesNotMatch/);
    const writing = await objects.openResults({ bucket: 'data', prefix: '' }, 'run', NEVER);
    assert.match((await faultOf(writing.check())).message, /^this server may not write object "run\/SUCCEEDED_0.json"/);
    const { objects: unsigned } = objectsWith(t, `objects: {buckets: {data: {type: s3, endpoint: "${own.endpoint}"}}}`);
    await own.put('public', '[1]');
    assert.deepEqual(await itemsOf(unsigned, fileSpec('public', 'JSON')), [1]);
  });

  test('says that a file or a bucket is missing', async (t, own) => {
    const settings = own.settings().replace('data:', '"*":');
    const { objects } = objectsWith(t, settings);
    const missing = await faultOf(objects.openItems(fileSpec('none', 'CSV'), null, NEVER));
    assert.match(`${missing.reason} ${missing.message}`, /^Missing object "none" of bucket "data": it does not exist/);
    const elsewhere = await faultOf(objects.openItems(fileSpec('a', 'CSV', { bucket: 'other' }), null, NEVER));
    assert.match(`${elsewhere.reason} ${elsewhere.message}`, /^Missing .*the bucket does not exist.*NoSuchBucket/);
  });
});
