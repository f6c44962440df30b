/** Distributed Maps of Amazon States Language: converted, run in a whole engine, or refused and noted by name. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { startTestEngine, taskSucceeded, temporaryFolder } from '../../src/testing/index.ts';
import type { CleanUp } from '../../src/testing/index.ts';
import { planOf } from '../support/flows.ts';
import { convert, converted, notes, refusals } from './support.ts';

/** A machine with one Map. @param map its fields without the processor */
function machine(map: JsonObject, mode = 'DISTRIBUTED', type = 'STANDARD', states?: JsonObject): string {
  const work = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true };
  const Work = { ...work, Parameters: { FunctionName: 'work', 'Payload.$': '$' }, OutputPath: '$.Payload' };
  const processor = {
    ProcessorConfig: { Mode: mode, ExecutionType: type },
    StartAt: Object.keys(states ?? { Work })[0] ?? '',
    States: states ?? { Work },
  };
  const all = { Type: 'Map', ...map, ItemProcessor: processor, End: true };
  return JSON.stringify({ StartAt: 'All', States: { All: all } }, null, 2);
}

/** Runs a converted machine. Each item has its input as result. @param files by bucket and key */
async function run(t: CleanUp, text: string, input: JsonObject, files: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'data'));
  for (const [key, content] of Object.entries(files)) writeFileSync(join(folder, 'data', key), content);
  const inputs: unknown[] = [];
  const engine = await startTestEngine(t, {
    settings: JSON.stringify({ objects: { buckets: { '*': { type: 'folder', path: folder } } } }),
    task: ({ parameters }) => {
      const event = JSON.parse(JSON.stringify(parameters['body'] ?? null)) as JsonValue;
      const Body = typeof event === 'string' ? (JSON.parse(event) as JsonValue) : event;
      inputs.push(Body);
      return taskSucceeded({ StatusCode: 200, Headers: {}, RequestId: 'r', Body });
    },
  });
  await engine.createFlow('flow', converted(text));
  await engine.start('flow', { name: 'e', input });
  const { status, output } = await engine.ended('flow', 'e', 600_000);
  const failed = (await engine.events('flow', 'e')).find(({ type }) => type === 'ExecutionFailed');
  assert.equal(status, 'Succeeded', JSON.stringify(failed));
  return { output: JSON.parse(output) as unknown, inputs, folder };
}

const CSV = 'id,name\n1,a\n2,b\n3,c\n';
const READER = {
  Resource: 'arn:aws:states:::s3:getObject',
  ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
  Parameters: { Bucket: 'data', 'Key.$': '$.file' },
};

describe('distributed Maps of Amazon States Language', () => {
  for (const type of ['STANDARD', 'EXPRESS']) {
    it(`over a list, with ${type} children`, async (t) => {
      const map = {
        ...{ ItemsPath: '$.files', MaxConcurrency: 1000, Label: 'All' },
        ItemSelector: { 'file.$': '$$.Map.Item.Value', 'item.$': '$$.Map.Item.Index', 'target.$': '$.target' },
      };
      const text = machine(map, 'DISTRIBUTED', type);
      const { output } = await run(t, text, { files: ['a', 'b'], target: 't' });
      assert.deepEqual(output, [
        { file: 'a', item: 0, target: 't' },
        { file: 'b', item: 1, target: 't' },
      ]);
      assert.match(notes(text).join('\n'), /"Label" is left out/);
      assert.match(converted(text), new RegExp(`ExecutionMode: ${type === 'EXPRESS' ? 'Express' : 'Standard'}`));
      assert.match(converted(text), /MaxConcurrency: 1000/);
    });
  }

  it('over the rows of a CSV file, in batches', async (t) => {
    const batcher = { MaxItemsPerBatch: 2, BatchInput: { 'run.$': '$.run' } };
    const { output } = await run(
      t,
      machine({ ItemReader: READER, ItemBatcher: batcher }),
      { file: 'x.csv', run: 7 },
      { 'x.csv': CSV },
    );
    assert.deepEqual(output, [
      {
        BatchInput: { run: 7 },
        Items: [
          { id: '1', name: 'a' },
          { id: '2', name: 'b' },
        ],
      },
      { BatchInput: { run: 7 }, Items: [{ id: '3', name: 'c' }] },
    ]);
  });

  it('with the numbers of the input', async (t) => {
    const reader = { ...READER, ReaderConfig: { ...READER.ReaderConfig, MaxItemsPath: '$.most' } };
    const map = {
      ...{ ItemReader: reader, ToleratedFailureCountPath: '$.failures', ToleratedFailurePercentage: 12.5 },
      ItemBatcher: { MaxItemsPerBatchPath: '$.batch' },
    };
    const text = machine(map);
    const { output } = await run(t, text, { file: 'x.csv', most: 2, batch: 1, failures: 1 }, { 'x.csv': CSV });
    assert.deepEqual(output, [{ Items: [{ id: '1', name: 'a' }] }, { Items: [{ id: '2', name: 'b' }] }]);
    assert.match(converted(text), /ToleratedFailureCount\.\$: \$Input\.failures\n/);
    assert.match(converted(text), /ToleratedFailurePercentage: 12\.5\n/);
  });

  it('over a listing, with the results in a bucket', async (t) => {
    const map = {
      ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2', Parameters: { Bucket: 'data', Prefix: 'in-' } },
      ResultWriter: {
        ...{ Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'data', 'Prefix.$': '$.to' } },
        WriterConfig: { OutputType: 'JSON' },
      },
      ItemSelector: { 'key.$': '$$.Map.Item.Value.Key' },
      ResultPath: '$.results',
    };
    const text = machine(map);
    const { output, inputs, folder } = await run(t, text, { to: 'out' }, { 'in-1': '1', 'in-2': '2', other: '3' });
    assert.deepEqual(inputs, [{ key: 'in-1' }, { key: 'in-2' }]);
    const { to, results } = output as { to: string; results: { MapRunArn: string; ResultWriterDetails: JsonObject } };
    assert.equal(to, 'out');
    assert.match(results.MapRunArn, /^[0-9a-f]{32}$/);
    const { Bucket, Key } = results.ResultWriterDetails;
    assert.equal(Bucket, 'data');
    assert.match(readFileSync(join(folder, 'data', String(Key)), 'utf8'), /SUCCEEDED/);
    const remarks = notes(text).join('\n');
    assert.match(remarks, /"WriterConfig" has no equivalent and is left out/);
    assert.match(remarks, /MapRunArn in the result is the name of the Map run/);
  });

  it('with variables of the items, which share nothing', async (t) => {
    const states = {
      Set: { Type: 'Pass', Assign: { 'mine.$': '$.n' }, Next: 'Get' },
      Get: { Type: 'Pass', Parameters: { 'mine.$': '$mine' }, End: true },
    };
    const text = machine({ ItemsPath: '$.list' }, 'DISTRIBUTED', 'STANDARD', states);
    const { output } = await run(t, text, { list: [{ n: 1 }, { n: 2 }] });
    assert.deepEqual(output, [{ mine: 1 }, { mine: 2 }]);
  });

  it('catches the errors of its own', () => {
    const names = ['States.ItemReaderFailed', 'States.ResultWriterFailed', 'States.ExceedToleratedFailureThreshold'];
    const map = { ItemsPath: '$.x', Retry: [{ ErrorEquals: names, MaxAttempts: 1 }] };
    const text = converted(machine(map));
    for (const name of names) assert.ok(text.includes(name.replace('States.', 'FnF.')), text);
    planOf(text, 'Standard');
  });

  const REFUSED: Readonly<Record<string, readonly [JsonObject, RegExp, string?]>> = {
    'a reader in an inline Map': [{ ItemReader: READER }, /"ItemReader" belongs to a distributed Map/, 'INLINE'],
    'a tolerance in an inline Map': [{ ToleratedFailureCount: 1 }, /"ToleratedFailureCount" belongs to/, 'INLINE'],
    'another source': [
      { ItemReader: { ...READER, Resource: 'arn:aws:states:::dynamodb:scan' } },
      /the resource "arn:aws:states:::dynamodb:scan" has no equivalent here; s3:getobject or s3:listobjectsv2 have/,
    ],
    'a source with the name of a member that every object has': [
      { ItemReader: { ...READER, Resource: 'arn:aws:states:::constructor' } },
      /the resource "arn:aws:states:::constructor" has no equivalent here/,
    ],
    'a format': [
      { ItemReader: { ...READER, ReaderConfig: { InputType: 'PARQUET' } } },
      /reads JSON, JSONL, CSV or MANIFEST here, and its InputType is "PARQUET"/,
    ],
    'a file without a format': [
      { ItemReader: { Resource: READER.Resource, Parameters: READER.Parameters } },
      /its InputType is ""/,
    ],
    'a manifest of Athena': [
      { ItemReader: { ...READER, ReaderConfig: { InputType: 'MANIFEST', ManifestType: 'ATHENA_DATA' } } },
      /ManifestType "ATHENA_DATA" has no equivalent/,
    ],
    'a version of a file': [
      { ItemReader: { ...READER, Parameters: { Bucket: 'b', Key: 'k', VersionId: '1' } } },
      /"VersionId" has no equivalent/,
    ],
    'a reader beside ItemsPath': [
      { ItemReader: READER, ItemsPath: '$.x' },
      /from ItemsPath or from an ItemReader, not both/,
    ],
    'JSONata in a reader': [
      { ItemReader: { Resource: READER.Resource, ReaderConfig: { InputType: 'JSON' }, Arguments: {} } },
      /"Arguments" is JSONata/,
    ],
    'a number that is none': [
      { ItemsPath: '$.x', ToleratedFailureCount: 'many' },
      /ToleratedFailureCount must be a number/,
    ],
    'two forms of a number': [
      { ItemsPath: '$.x', ToleratedFailureCount: 1, ToleratedFailureCountPath: '$.n' },
      /mean the same; remove one/,
    ],
    'a writer of another service': [
      { ItemsPath: '$.x', ResultWriter: { Resource: 'arn:aws:states:::sqs:sendMessage', Parameters: {} } },
      /has no equivalent here; s3:putobject have/,
    ],
  };
  for (const [name, [map, message, mode]] of Object.entries(REFUSED)) {
    it(`refuses ${name}`, () => {
      assert.match(refusals(machine(map, mode ?? 'DISTRIBUTED')).join('\n'), message);
    });
  }

  it('refuses the time of the start in an item, also with --stub', () => {
    const states = { Work: { Type: 'Pass', Parameters: { 'at.$': '$$.Execution.StartTime' }, End: true } };
    const text = machine({ ItemsPath: '$.x' }, 'DISTRIBUTED', 'STANDARD', states);
    const { refusals: found } = convert(text, { stubs: true });
    assert.match(found.map(({ message }) => message).join('\n'), /StartTime/);
  });
});
