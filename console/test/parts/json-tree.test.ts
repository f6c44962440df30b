import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson, printJson } from '../../src/parts/json.ts';
import type { JsonValue } from '../../src/parts/json.ts';
import { cut, firstOpen, previewText, treeRows } from '../../src/parts/json-tree.ts';

function read(text: string): JsonValue {
  const value = parseJson(text);
  assert.ok(value !== undefined, text);
  return value;
}

function shown(value: JsonValue, open: Iterable<string>, more: Iterable<[string, number]> = []): string[] {
  return treeRows(value, { open: new Set(open), shown: new Map(more) }).map(
    ({ kind, depth, name, size, value: own }) =>
      `${' '.repeat(depth)}${kind} ${name ?? ''}${kind === 'leaf' ? ` ${printJson(own, 0)}` : ` ${size}`}`,
  );
}

test('rows follow what is open, and pointers name each value once, also with / and ~ in names', () => {
  const value = read('{"a/b":{"~":1,"":[true]},"c":[]}');
  assert.deepEqual(shown(value, []), ['closed  2']);
  assert.deepEqual(shown(value, ['', '/a~1b', '/a~1b/']), [
    'open  2',
    ' open a/b 2',
    '  leaf ~ 1',
    '  open  1',
    '   leaf 0 true',
    ' leaf c []',
  ]);
  const pointers = treeRows(value, { open: firstOpen(value, 100), shown: new Map() }).map(({ pointer }) => pointer);
  assert.deepEqual(pointers, ['', '/a~1b', '/a~1b/~0', '/a~1b/', '/a~1b//0', '/c']);
});

test('digits and hostile names are those of the text', () => {
  const value = read('{"__proto__":{"x":9007199254740993123},"constructor":1e400,"<script>":"</script>"}');
  assert.deepEqual(shown(value, firstOpen(value, 100)), [
    'open  3',
    ' open __proto__ 1',
    '  leaf x 9007199254740993123',
    ' leaf constructor 1e400',
    ' leaf <script> "</script>"',
  ]);
});

test('a list shows its first hundred items, and more on request', () => {
  const value = read(JSON.stringify(Array.from({ length: 5_000 }, (_, index) => index)));
  const first = shown(value, ['']);
  assert.equal(first.length, 102);
  assert.equal(first.at(-1), ' more  4900');
  const more = shown(value, [''], [['', 200]]);
  assert.equal(more.length, 202);
  assert.equal(more.at(-1), ' more  4800');
});

test('a small value is open whole, a large one only outside', () => {
  const small = read('{"order":{"id":1,"lines":[{"sku":"a"},{"sku":"b"}]}}');
  assert.equal(
    treeRows(small, { open: firstOpen(small, 40), shown: new Map() }).every((row) => row.kind !== 'closed'),
    true,
  );
  const wide = read(JSON.stringify({ big: Array.from({ length: 60 }, () => ({ a: 1 })), small: { b: 2 } }));
  assert.deepEqual([...firstOpen(wide, 40)], ['', '/small']);
});

test('a value that is deeper than the stack is not read, and one of 2,000 levels is shown level by level', () => {
  const deep = read(`${'[1,'.repeat(2_000)}0${']'.repeat(2_000)}`);
  assert.equal(treeRows(deep, { open: firstOpen(deep, 40), shown: new Map() }).length <= 42, true);
  const levels = 1_000_000;
  assert.equal(parseJson('['.repeat(levels) + ']'.repeat(levels)), undefined);
});

test('the preview of a closed part is one short line', () => {
  assert.equal(previewText(read('{"a":1,"b":[1],"c":{"d":1},"e":null}')), '{a: 1, b: […], c: {…}, e: null}');
  const long = previewText(read(JSON.stringify({ text: 'x'.repeat(60_000) })));
  assert.ok(long.length < 100, String(long.length));
});

test('a cut does not leave half of a character', () => {
  assert.equal(cut('ab😀', 3), 'ab');
  assert.equal(cut('ab😀', 4), 'ab😀');
});
