/** The estimate of memory is never too low, counts a shared value once, and comes back to zero. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { parseJson } from '../../../src/base/json.ts';
import type { JsonValue } from '../../../src/base/json.ts';
import { compileExpression } from '../../../src/expression/compile.ts';
import { nothingHeld, SharedValues } from '../../../src/runtime/memory/shared-values.ts';
import type { Held } from '../../../src/runtime/memory/shared-values.ts';
import { OPTIONS, scopeOf } from '../../expression/evaluating.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** JSON texts that take much memory for their length. */
const HEAVY: Readonly<Record<string, (round: number) => string>> = {
  'empty arrays': () => `[${'[],'.repeat(5_000)}[]]`,
  'empty objects': () => `[${'{},'.repeat(5_000)}{}]`,
  'objects of one member': () => `[${'{"a":{}},'.repeat(2_000)}{}]`,
  'nested arrays': () => `[${`${'['.repeat(100)}${']'.repeat(100)},`.repeat(60)}[]]`,
  'numbers with a fraction': () => `[${'"ab",0.5,'.repeat(2_000)}0]`,
  'an object of many members': (round) => `{${keys(round, 1_500).join(',')}}`,
  'objects of different members': (round) =>
    `[${keys(round, 1_500)
      .map((member) => `{${member}}`)
      .join(',')}]`,
  'a long text': () => `"${'x'.repeat(60_000)}"`,
  'a long text of other letters': () => `"${'中'.repeat(20_000)}"`,
};

function keys(round: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `"k${round}_${i}":1`);
}

for (const [name, textOf] of Object.entries(HEAVY)) {
  test(`the estimate is not too low for ${name}`, () => {
    const values = new SharedValues();
    const rounds = Array.from({ length: 40 }, (_, round) => round);
    // Copies, because the text of a template is put together when it is first read.
    const texts = rounds.map((round) => Buffer.from(textOf(round)).toString());
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const parsed = texts.map((text) => parseJson(text));
    collectGarbage();
    const bytes = process.memoryUsage().heapUsed - before;
    for (const value of parsed) values.hold(value, nothingHeld());
    assert.ok(values.bytes >= bytes * 0.98, `${values.bytes} estimated, ${bytes} taken`);
  });
}

test('a large value counts once, however many hold it and wherever it lies', () => {
  const values = new SharedValues();
  const order = { lines: Array.from({ length: 1_000 }, (_, n) => ({ n, text: 'a line' })) };
  const first = nothingHeld();
  values.hold(order, first);
  const { bytes } = values;
  const holders = Array.from({ length: 100 }, () => nothingHeld());
  for (const [item, held] of holders.entries()) values.hold({ item, inner: { order } }, held);
  assert.ok(values.bytes < bytes + 100 * 600, `${values.bytes} of ${bytes}`);
  values.release(first);
  assert.ok(values.bytes > bytes * 0.99);
  for (const held of holders) values.release(held);
  assert.equal(values.bytes, 0);
});

test('values are held and given back in any order: the sum is that of the values left, and zero at the end', () => {
  const pieces: JsonValue[] = [null, 1, 'text', 'x'.repeat(5_000), Array.from({ length: 200 }, () => [])];
  const step = fc.record({ kind: fc.constantFrom('build', 'hold', 'release'), at: fc.nat(), other: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const built = [...pieces];
      const pick = (at: number): JsonValue => built[at % built.length] as JsonValue;
      const values = new SharedValues();
      const holders: { readonly value: JsonValue; readonly held: Held }[] = [];
      for (const { kind, at, other } of steps) {
        if (kind === 'build' && built.length < 20) built.push(at % 2 === 0 ? [pick(at), pick(other)] : { a: pick(at) });
        else if (kind === 'release') for (const { held } of holders.splice(at % 7, 1)) values.release(held);
        else {
          const held = nothingHeld();
          values.hold(pick(at), held);
          holders.push({ value: pick(at), held });
        }
      }
      const fresh = new SharedValues();
      for (const { value } of holders) fresh.hold(value, nothingHeld());
      assert.equal(values.bytes, fresh.bytes);
      for (const { held } of holders) values.release(held);
      assert.equal(values.bytes, 0);
    }),
    { numRuns: 300 },
  );
});

test('a part of a text that a flow stores does not hold the whole text', () => {
  const { evaluate } = compileExpression('get(split($Input, ","), 0)', OPTIONS);
  assert.ok(evaluate !== null);
  const parts: JsonValue[] = [];
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 200; i++) {
    const text = Buffer.from(`a part of a text ${i},${'x'.repeat(60_000)}`).toString();
    parts.push(evaluate(scopeOf(text)));
  }
  collectGarbage();
  const bytes = process.memoryUsage().heapUsed - before;
  assert.equal(parts[7], 'a part of a text 7');
  assert.ok(bytes < 2_000_000, `${bytes} bytes`);
});
