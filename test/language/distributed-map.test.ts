/** The plan of a distributed Map, and what its fields mean for the states inside it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DistributedMap, MapState, PassState } from '../../src/language/plan.ts';
import { faults, flow, planOf, scopeOf } from './support.ts';

const STANDARD = { mode: 'Standard' } as const;
const PROCESSOR = '    Processor: {StartAt: P, States: [{Type: Pass, Name: P, End: true}]}\n';

function mapText(fields: string, processor = PROCESSOR): string {
  return flow(`  - Type: Map\n    Name: A\n    End: true\n${fields.replace(/^(?=.)/gm, '    ')}${processor}`);
}

function mapOf(fields: string): MapState & { readonly distributed: DistributedMap } {
  const state = planOf(mapText(fields), STANDARD).states[0] as MapState;
  const { distributed } = state;
  assert.ok(distributed !== null);
  return { ...state, distributed };
}

function valueOf(value: unknown, input: Parameters<typeof scopeOf>[0]): unknown {
  return typeof value === 'function' ? (value as (scope: unknown) => unknown)(scopeOf(input)) : value;
}

test('any one of the fields makes a Map distributed, with Standard children by default', () => {
  const fields = {
    'ProcessorConfig: {ExecutionMode: Standard}': 'Standard',
    'ProcessorConfig: {ExecutionMode: Express}': 'Express',
    'MaxItems: 3': 'Standard',
    'MaxItems.$: $Input.n': 'Standard',
    'ToleratedFailureCount: 0': 'Standard',
    'ToleratedFailurePercentage: 0.5': 'Standard',
    'ItemBatcher: {MaxItemsPerBatch: 2}': 'Standard',
    'ResultWriter: {Resource: OSS:PutObject, Parameters: {Bucket: b}}': 'Standard',
  };
  for (const [field, mode] of Object.entries(fields)) {
    assert.equal(mapOf(`ItemsPath: $Input\n${field}\n`).distributed.childMode, mode, field);
  }
  const inline = planOf(mapText('ItemsPath: $Input\nMaxConcurrency: 40\nItemConstructor: {i.$: $Item}\n'), STANDARD);
  assert.equal((inline.states[0] as MapState).distributed, null);
});

test('numbers are in the plan, or computed with the values of the state', () => {
  const { distributed } = mapOf(
    'ItemsPath: $Input\nMaxItems: 3\nToleratedFailureCount.$: $Input.n\nToleratedFailurePercentage: 12.5\n' +
      'ItemBatcher: {MaxItemsPerBatch.$: $Input.n, MaxInputBytesPerBatch: 100, BatchInput: {a.$: $Input.n}}\n',
  );
  assert.equal(distributed.maxItems, 3);
  assert.equal(distributed.toleratedPercentage, 12.5);
  const input = { input: { n: 7 } };
  assert.equal(valueOf(distributed.toleratedCount, input), 7);
  assert.equal(valueOf(distributed.batcher?.maxItems, input), 7);
  assert.equal(distributed.batcher?.maxInputBytes, 100);
  assert.deepEqual({ ...(valueOf(distributed.batcher?.input, input) as object) }, { a: 7 });
});

test('a reader has its words in the forms that the stores use', () => {
  const reader = (text: string) => mapOf(`ItemReader: ${text}\n`).distributed.reader;
  const file = (config: string, resource = 'OSS:GetObject') =>
    reader(`{Resource: "${resource}", ReaderConfig: ${config}, Parameters: {Bucket: b, Key.$: $Input.key}}`);
  const json = file('{InputType: JSON, ItemsPointer: /a~1b/0}', 's3:getOBJECT');
  const { parameters: _parameters, ...rest } = json ?? {};
  assert.deepEqual(rest, {
    ...{ resource: 'getObject', inputType: 'JSON', csvHeaders: null, csvDelimiter: ',', itemsPointer: '/a~1b/0' },
    maxItems: null,
  });
  assert.deepEqual({ ...(valueOf(json?.parameters, { input: { key: 'k' } }) as object) }, { Bucket: 'b', Key: 'k' });
  const delimiters = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t', '"#"': '#', '"\\t"': '\t' };
  for (const [word, character] of Object.entries(delimiters)) {
    const csv = file(`{InputType: CSV, CSVHeaderLocation: FIRST_ROW, CSVDelimiter: ${word}}`);
    assert.equal(csv?.csvDelimiter, character, word);
    assert.equal(csv?.csvHeaders, null);
  }
  assert.deepEqual(file('{InputType: CSV, CSVHeaderLocation: GIVEN, CSVHeaders: [a, b]}')?.csvHeaders, ['a', 'b']);
  assert.equal(file('{InputType: MANIFEST, MaxItems: 9}')?.maxItems, 9);
  const listing = reader('{Resource: OSS:ListObjectsV2, Parameters: {Bucket: b}}');
  assert.deepEqual([listing?.resource, listing?.inputType], ['listObjects', null]);
});

test('the states inside are those of the mode of the children', () => {
  const inner = (mode: string, state: string) =>
    mapText(
      'ItemsPath: $Input\n',
      `    Processor:\n      ProcessorConfig: {ExecutionMode: ${mode}}\n      StartAt: W\n      States: [${state}]\n`,
    );
  const wait = '{Type: Wait, Name: W, Seconds: 300, End: true}';
  assert.deepEqual(faults(inner('Standard', wait), STANDARD), []);
  assert.deepEqual(faults(inner('Express', wait), STANDARD), [
    '13:47 error out-of-range States[0].Processor.States[0].Seconds',
  ]);
});

test('the processor is a scope of its own', () => {
  const plan = planOf(mapText('ItemsPath: $Input\nMaxItems: 1\n'), STANDARD);
  const map = plan.states[0] as MapState;
  assert.equal((map.processor.start as PassState).name, 'P');
  assert.equal(plan.root.states.length, 1);
});
