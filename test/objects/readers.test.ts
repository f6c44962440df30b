/** The readers of files: each case through the whole room from a folder, and at every chunking. */
import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { stringifyJson } from '../../src/base/json.ts';
import type { JsonValue } from '../../src/base/json.ts';
import { CsvItems } from '../../src/objects/items/csv-items.ts';
import { JsonItems } from '../../src/objects/items/json-items.ts';
import { JsonLines } from '../../src/objects/items/json-lines.ts';
import { Utf8Check } from '../../src/objects/items/text-bytes.ts';
import { READER_CASES } from './reader-cases.ts';
import { allOf, bytesCut, faultOf, fileSpec, folderBench, itemsOf, NEVER, rest } from './support.ts';

describe('a reader', () => {
  for (const { what, type, content, spec, gives } of READER_CASES) {
    it(`${type}: ${what}`, async (t) => {
      const { objects, write } = folderBench(t);
      write('file', content);
      const read = itemsOf(objects, fileSpec('file', type, spec));
      if (gives instanceof RegExp) {
        const { reason, message } = await faultOf(read);
        assert.match(message, gives);
        assert.match(message, /^object "file" of bucket "data" /);
        assert.ok(reason === 'Malformed' || reason === 'Unusable');
      } else assert.equal(stringifyJson(await read), stringifyJson(gives));
    });
  }

  it('returns the items before a fault first, and the fault then and from then on', async (t) => {
    const { objects, write } = folderBench(t);
    write('file', `a\n${'1\n'.repeat(20_000)}"`);
    const reading = await objects.openItems(fileSpec('file', 'CSV'), null, NEVER);
    let count = 0;
    const { message } = await faultOf(
      (async () => {
        for (;;) count += (await reading.next(1000)).length;
      })(),
    );
    assert.equal(count, 20_000);
    assert.match(message, /row 20002, which begins on line 20002/);
    await faultOf(reading.next(1));
  });

  it('returns as many items as were asked for while there are any', async (t) => {
    const { objects, write } = folderBench(t);
    write('file', `a\n${'1\n'.repeat(50_000)}`);
    const reading = await objects.openItems(fileSpec('file', 'CSV'), null, NEVER);
    const counts = [];
    for (const countMax of [1, 30_000, 30_000, 5]) counts.push((await reading.next(countMax)).length);
    assert.deepEqual(counts, [1, 30_000, 19_999, 0]);
  });

  it('reads a CSV of 8 MiB in one row', async (t) => {
    const { objects, write } = folderBench(t);
    const text = 'x'.repeat(8 * 1_048_576 - 10);
    write('file', `a\n"${text}"\n`);
    assert.deepEqual(await itemsOf(objects, fileSpec('file', 'CSV')), [{ a: text }]);
  });

  it('frees its memory with the last item, and at the end', async (t) => {
    const { objects, write, memory } = folderBench(t);
    write('file', '[1,2,3]');
    for (const [maxItems, counts] of [
      [2, [1, 1]],
      [3, [1, 1, 1]],
      [null, [1, 1, 1, 0]],
      [0, [0]],
    ] as const) {
      const reading = await objects.openItems(fileSpec('file', 'JSON', { maxItems }), null, NEVER);
      for (const count of counts) assert.equal((await reading.next(1)).length, count);
      assert.equal(memory.bytes, 0);
      assert.equal((await reading.next(1)).length, 0);
    }
  });

  it('is over when it is closed, and its memory is free', async (t) => {
    const { objects, write, memory } = folderBench(t);
    write('file', '[1,2,3]');
    const reading = await objects.openItems(fileSpec('file', 'JSON'), null, NEVER);
    assert.deepEqual(await reading.next(1), [1]);
    assert.ok(memory.bytes > 1_048_576);
    reading.close();
    reading.close();
    assert.equal(memory.bytes, 0);
    assert.equal((await faultOf(reading.next(1))).reason, 'Aborted');
  });
});

const field = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('', '"', '""', ',', '\n', '\r\n', '\r', ' ', '\ufeff', '"a"', '中'),
);
const cuts = fc.array(fc.nat(), { maxLength: 12 });

/** As a spreadsheet writes it. */
function csvOf(table: readonly (readonly string[])[], lineEnd: string, delimiter: string): string {
  const quoted = (text: string): string =>
    /["\r\n]/.test(text) || text.includes(delimiter) || text === '' ? `"${text.replaceAll('"', '""')}"` : text;
  return table.map((row) => `${row.map(quoted).join(delimiter)}${lineEnd}`).join('');
}

test('every table that was written as CSV is read back, at any chunking', async () => {
  const tables = fc
    .integer({ min: 1, max: 5 })
    .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { maxLength: 12 }));
  await fc.assert(
    fc.asyncProperty(
      tables,
      cuts,
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom(',', ';', '\t'),
      async (table, at, end, delimiter) => {
        const columns = Array.from({ length: table[0]?.length ?? 1 }, (_, i) => `c${i}`);
        // The first field of a file cannot begin with a byte order mark; whole files are another test.
        const content = Buffer.from(csvOf([columns, ...table], end, delimiter));
        const items = await allOf(new CsvItems(bytesCut(content, at), 'x', { columns: null, delimiter }));
        assert.deepEqual(
          items,
          table.map((row) => Object.fromEntries(row.map((value, i) => [`c${i}`, value]))),
        );
      },
    ),
  );
});

test('every array and every list of lines is read back, at any chunking', async () => {
  const values = fc.array(fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>, { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(values, cuts, fc.constantFrom(0, 2), async (items, at, space) => {
      const expected = stringifyJson(items);
      const same = async (read: Promise<JsonValue[]>): Promise<void> =>
        assert.equal(stringifyJson(await read), expected);
      const array = Buffer.from(JSON.stringify(items, null, space));
      await same(allOf(new JsonItems(bytesCut(array, at), 'x', '')));
      const inside = Buffer.from(JSON.stringify({ a: [items], b: { c: [1, { d: items }] } }, null, space));
      await same(allOf(new JsonItems(bytesCut(inside, at), 'x', '/b/c/1/d')));
      const lines = Buffer.from(items.map((item) => `${JSON.stringify(item)}\n`).join(''));
      await same(allOf(new JsonLines(bytesCut(lines, at), 'x')));
    }),
  );
});

test('a JSON file that is cut off or changed is read, or is a fault, and nothing else', async () => {
  const text = Buffer.from('[1,{"a":[true,"\\u0061\\"]"]},-2.5e3, "ä" ,[[]],{}]');
  const whole = await allOf(new JsonItems(bytesCut(text, []), 'x', ''));
  for (let length = 0; length < text.length; length++) {
    await faultOf(allOf(new JsonItems(bytesCut(text.subarray(0, length), [length >> 1]), 'x', '')));
  }
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length - 1), fc.nat(255), cuts, async (place, byte, at) => {
      const changed = Buffer.from(text);
      changed[place] = byte;
      // `JSON.parse` is the oracle of what is JSON, but it reads no bytes that are not UTF-8.
      const expected = parsed(changed);
      const read = allOf(new JsonItems(bytesCut(changed, at), 'x', ''));
      if (Array.isArray(expected)) assert.deepEqual(await read, expected);
      else await faultOf(read);
    }),
  );
  assert.equal(whole.length, 6);
});

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return null;
  }
}

test('the check of UTF-8 agrees with the decoder, at any chunking', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array)),
    fc.string({ unit: 'binary', maxLength: 8 }).map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, cuts, async (content, at) => {
      const source = bytesCut(content, at);
      const check = new Utf8Check();
      let isText = true;
      for (let slice = await source.next(); slice !== null; slice = await source.next()) isText &&= check.push(slice);
      let isDecoded = true;
      try {
        new TextDecoder('utf-8', { fatal: true }).decode(content);
      } catch {
        isDecoded = false;
      }
      assert.equal(isText && check.end(), isDecoded);
    }),
  );
});

it('reads what is left after some items', async (t) => {
  const { objects, write } = folderBench(t);
  write('file', '[1,2,3]');
  const reading = await objects.openItems(fileSpec('file', 'JSON'), null, NEVER);
  assert.deepEqual([await reading.next(2), await rest(reading)], [[1, 2], [3]]);
});
