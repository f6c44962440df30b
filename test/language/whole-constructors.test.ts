/** `InputConstructor.$`, `OutputConstructor.$` and `ItemConstructor.$`: one expression that gives a whole value. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faults, flow, planOf, scopeOf } from './support.ts';

test('one expression builds the whole input or output, of any type', () => {
  const [state] = planOf(
    flow(
      '  - {Type: Pass, Name: A, InputConstructor.$: $Input.a, OutputConstructor.$: "jsonMerge($Input, {\'b\': 1})", End: true}',
    ),
  ).states;
  const input = { a: [1, 2] };
  assert.deepEqual(state?.inputConstructor?.(scopeOf({ input })), [1, 2]);
  assert.deepEqual(state?.outputConstructor?.(scopeOf({ input })), { a: [1, 2], b: 1 });
});

test('a Catch rule and ItemConstructor have it, and no other field', () => {
  const map =
    'ItemsPath: $Input.l, ItemConstructor.$: $Item.x, Processor: {StartAt: B, States: [{Type: Succeed, Name: B}]}';
  const caught = 'Catch: [{Errors: [FnF.ALL], Next: A, OutputConstructor.$: $Context.Current.Error}]';
  assert.deepEqual(faults(flow(`  - {Type: Map, Name: A, ${map}, ${caught}, End: true}`)), []);
  assert.deepEqual(faults(flow('  - {Type: Pass, Name: A, GlobalConstructor.$: $Input, End: true}')), [
    '6:27 warning unknown-key States[0]["GlobalConstructor.$"]'.replace(
      '["GlobalConstructor.$"]',
      '.GlobalConstructor.$',
    ),
  ]);
});

test('it is an error beside the constructor itself, and with a value that is no expression', () => {
  const both = '  - {Type: Pass, Name: A, OutputConstructor: {a: 1}, OutputConstructor.$: $Input, End: true}';
  assert.deepEqual(faults(flow(both)), ['6:54 error both-forms States[0].OutputConstructor.$']);
  assert.match(
    faults(flow('  - {Type: Pass, Name: A, OutputConstructor.$: {a: 1}, End: true}')).join(),
    /error expression-required/,
  );
  assert.match(
    faults(flow('  - {Type: Pass, Name: A, InputConstructor.$: $Output, End: true}')).join(),
    /error unavailable-variable/,
  );
});
