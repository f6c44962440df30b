/** Inventories, in the form of Object Storage Service and of Amazon S3. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { stringifyJson } from '../../src/base/json.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { faultOf, fileSpec, folderBench, itemsOf, NEVER, rest } from './support.ts';

const SCHEMA = 'Bucket, Key, Size, ETag';
const SPEC = fileSpec('inv/manifest.json', 'MANIFEST');

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex').toUpperCase();
}

interface DataFile {
  readonly key: string;
  readonly bytes: Buffer;
  readonly entry?: JsonObject;
}

function manifestOf(files: readonly DataFile[], changes: JsonObject = {}): string {
  return stringifyJson({
    creationTimestamp: '1767323045',
    destinationBucket: 'data',
    fileFormat: 'CSV',
    fileSchema: SCHEMA,
    files: files.map(({ key, bytes, entry }) => ({ MD5checksum: md5(bytes), key, size: bytes.length, ...entry })),
    sourceBucket: 'source',
    version: '2019-09-01',
    ...changes,
  });
}

const FIRST = gzipSync('"source","in/a.csv","5","0F"\n"source","in/b%20c%2Bd+e%2F%E4%B8%AD.csv","6","1F"\n');
const SECOND = gzipSync('"source","last","0",""\n');
const FILES = [
  { key: 'inv/data/1.csv.gz', bytes: FIRST },
  { key: 'inv/data/2.csv.gz', bytes: SECOND },
];
const ITEMS = [
  { Bucket: 'source', Key: 'in/a.csv', Size: '5', ETag: '0F' },
  { Bucket: 'source', Key: 'in/b c+d e/中.csv', Size: '6', ETag: '1F' },
  { Bucket: 'source', Key: 'last', Size: '0', ETag: '' },
];

describe('an inventory', () => {
  const bench = (t: Parameters<typeof folderBench>[0], manifest: string, files: readonly DataFile[] = FILES) => {
    const all = folderBench(t);
    all.write(SPEC.key, manifest);
    for (const { key, bytes } of files) all.write(key, bytes);
    return all;
  };

  it('gives the rows of all its files, with the keys as they are', async (t) => {
    const { objects } = bench(t, manifestOf(FILES));
    assert.deepEqual(await itemsOf(objects, SPEC), ITEMS);
  });

  it('gives at most so many rows', async (t) => {
    const { objects } = bench(t, manifestOf(FILES), FILES.slice(0, 1));
    assert.deepEqual(await itemsOf(objects, { ...SPEC, maxItems: 2 }), ITEMS.slice(0, 2));
  });

  it('may have no rows, no checksum, and files of several pieces', async (t) => {
    const rows = Array.from({ length: 60_000 }, (_, i) => `"s","${i}-${md5(Buffer.from(String(i)))}","1","e"\n`);
    const large = gzipSync(rows.join(''));
    assert.ok(large.length > 1_048_576);
    const files = [
      { key: 'empty', bytes: gzipSync('') },
      { key: 'large', bytes: large, entry: { MD5checksum: '', size: '' } },
      { key: 'last', bytes: SECOND },
    ];
    const { objects } = bench(t, manifestOf(files), files);
    const items = (await itemsOf(objects, SPEC)) as JsonObject[];
    assert.equal(items.length, 60_001);
    assert.deepEqual([String(items[59_999]?.['Key']).slice(0, 6), items.at(-1)?.['Key']], ['59999-', 'last']);
    const { objects: none } = bench(t, manifestOf([]), []);
    assert.deepEqual(await itemsOf(none, SPEC), []);
  });

  for (const [what, manifest, fault] of [
    ['that is no JSON', 'hello', /is not the manifest of an inventory: it is no JSON object/],
    [
      'in Parquet',
      manifestOf([], { fileFormat: 'Parquet' }),
      /its fileFormat is "Parquet"; configure the inventory with CSV/,
    ],
    ['without columns', manifestOf([], { fileSchema: '' }), /has no fileSchema, or no list of files/],
    ['without files', manifestOf([], { files: null }), /has no fileSchema, or no list of files/],
    ['with a file without a key', manifestOf([], { files: [{}] }), /one of its files has no key/],
    ['that is a list of results', '[]', /is no JSON object/],
  ] as const) {
    it(`${what} is a fault`, async (t) => {
      const { objects } = bench(t, manifest);
      const { reason, message } = await faultOf(objects.openItems(SPEC, null, NEVER));
      assert.equal(reason, 'Malformed');
      assert.match(message, fault);
      assert.match(message, /^object "inv\/manifest.json" of bucket "data" /);
    });
  }

  it('is a fault when one of its files is missing, another one, or damaged', async (t) => {
    const broken = Buffer.from(FIRST);
    broken[20] = 0xff ^ (broken[20] as number);
    for (const [what, files, bytes, reason, fault] of [
      ['missing', FILES, null, 'Missing', /^object "inv\/data\/1.csv.gz" of bucket "data" is not there/],
      ['of another size', FILES, SECOND, 'Changed', /has changed/],
      [
        'of another size, without a checksum',
        [{ ...FILES[0], bytes: FIRST, entry: { MD5checksum: '' } }],
        SECOND,
        'Changed',
        /has changed/,
      ],
      [
        'of another content',
        [{ ...FILES[0], bytes: FIRST, entry: { MD5checksum: md5(SECOND) } }],
        FIRST,
        'Changed',
        /has changed/,
      ],
      [
        'damaged',
        [{ key: 'inv/data/1.csv.gz', bytes: broken }],
        broken,
        'Malformed',
        /is not valid gzip; check that it was written/,
      ],
      [
        'cut off',
        [{ key: 'inv/data/1.csv.gz', bytes: FIRST.subarray(0, 40) }],
        FIRST.subarray(0, 40),
        'Malformed',
        /ends too early/,
      ],
      [
        'no gzip',
        [{ key: 'inv/data/1.csv.gz', bytes: Buffer.from('"a"') }],
        Buffer.from('"a"'),
        'Malformed',
        /is not valid gzip/,
      ],
    ] as const) {
      const { objects, write } = bench(t, manifestOf(files as readonly DataFile[]), []);
      if (bytes !== null) write('inv/data/1.csv.gz', bytes);
      const given = await faultOf(objects.openItems(SPEC, null, NEVER).then((reading) => rest(reading)));
      assert.equal(given.reason, reason, what);
      assert.match(given.message, fault, what);
    }
  });

  it('is let go in the middle', async (t) => {
    const rows = gzipSync('"s","k","1","e"\n'.repeat(200_000));
    const { objects, memory } = bench(t, manifestOf([{ key: 'a', bytes: rows }]), [{ key: 'a', bytes: rows }]);
    const reading = await objects.openItems(SPEC, null, NEVER);
    assert.equal((await reading.next(10)).length, 10);
    reading.close();
    assert.equal(memory.bytes, 0);
  });
});
