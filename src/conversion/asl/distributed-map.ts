/** Converts the fields of a distributed Map: the reader, the batches, the tolerated failures and the writer. */
import { printExpression } from '../../expression/print.ts';
import type { MapNode, Node } from '../../language/text/document.ts';
import { describe, quote, toJson } from '../../language/text/document.ts';
import { setConstructor } from '../constructors.ts';
import type { Outcome } from '../outcome.ts';
import { member, object, OUTPUT } from '../terms.ts';
import type { Term } from '../terms.ts';
import { YamlMap, yamlOf } from '../yaml-text.ts';
import type { Reading } from './data.ts';
import { readExpression, readTemplate } from './data.ts';
import { field, textField } from './fields.ts';
import type { ScopeWriter } from './scope-writer.ts';
import { VariableScope } from './variables.ts';

const FIELDS = [
  ...['ItemReader', 'ItemBatcher', 'ResultWriter', 'ToleratedFailureCount', 'ToleratedFailureCountPath'],
  ...['ToleratedFailurePercentage', 'ToleratedFailurePercentagePath'],
];

export function isDistributed(processor: Node | undefined): boolean {
  const config = processor?.kind === 'map' ? field(processor, 'ProcessorConfig') : undefined;
  return config?.kind === 'map' && textField(config, 'Mode') === 'DISTRIBUTED';
}

/** Refuses the fields of a distributed Map in an inline one. */
export function refuseDistributedFields(outcome: Outcome, source: MapNode): void {
  for (const key of FIELDS) {
    const entry = source.entries.get(key);
    if (entry === undefined) continue;
    outcome.refuse(
      entry.keyOffset,
      `"${key}" belongs to a distributed Map, whose ProcessorConfig has the Mode DISTRIBUTED`,
    );
  }
}

/** Sets the fields that only a distributed Map has. Returns its result as the original has it. */
export function writeDistributed(writer: ScopeWriter, state: YamlMap, source: MapNode, reading: Reading): Term {
  const { outcome } = writer;
  setReader(writer, state, source, reading);
  const batcher = mapField(outcome, source, 'ItemBatcher');
  if (batcher !== null) state.set('ItemBatcher', batcherOf(writer, batcher, reading));
  for (const key of ['ToleratedFailureCount', 'ToleratedFailurePercentage']) setNumber(state, source, key, reading);
  const writing = mapField(outcome, source, 'ResultWriter');
  return writing === null ? member(OUTPUT, 'Items') : setWriter(state, writing, reading);
}

/** The processor: its states run in an execution of their own, with variables of their own. */
export function writeItemScope(writer: ScopeWriter, processor: Node, what: string): YamlMap {
  if (processor.kind !== 'map') return writer.inner(processor, what, null);
  const config = field(processor, 'ProcessorConfig');
  const type = config?.kind === 'map' ? textField(config, 'ExecutionType') : null;
  const variables = VariableScope.ofItems(processor);
  // The time of the start of the execution is a variable of the execution of the Map.
  const context = { ...writer.context, variables, startTime: null };
  const scope = context.convertScope(context, processor, what, null);
  return scope.set('ProcessorConfig', new YamlMap().set('ExecutionMode', type === 'EXPRESS' ? 'Express' : 'Standard'));
}

const READERS: Readonly<Record<string, string>> = {
  's3:getobject': 'OSS:GetObject',
  's3:listobjectsv2': 'OSS:ListObjects',
};

function setReader(writer: ScopeWriter, state: YamlMap, source: MapNode, reading: Reading): void {
  const reader = mapField(writer.outcome, source, 'ItemReader');
  if (reader === null) return;
  if (source.entries.has('ItemsPath')) {
    writer.outcome.refuse(
      field(source, 'ItemsPath') as Node,
      'a Map takes its items from ItemsPath or from an ItemReader, not both',
    );
  }
  const resource = resourceOf(reading.outcome, reader, READERS);
  const map = new YamlMap().set('Resource', resource);
  const config = mapField(reading.outcome, reader, 'ReaderConfig');
  const isFile = resource !== 'OSS:ListObjects';
  if (isFile || config !== null) {
    const converted = configOf(reader, config, isFile, reading);
    if (isFile || config?.entries.has('MaxItems') === true || config?.entries.has('MaxItemsPath') === true) {
      map.set('ReaderConfig', converted);
    }
  }
  setPlace(map, reader, isFile ? ['Bucket', 'Key'] : ['Bucket', 'Prefix'], reading);
  noteOthers(reading.outcome, reader, ['Resource', 'ReaderConfig', 'Parameters']);
  state.set('ItemReader', map);
}

function resourceOf(outcome: Outcome, holder: MapNode, known: Readonly<Record<string, string>>): string {
  const text = textField(holder, 'Resource') ?? '';
  const [, service = ''] = /^arn:aws[a-z-]*:states:::(?:aws-sdk:)?([\w:]+)$/.exec(text) ?? [];
  const key = service.toLowerCase();
  const resource = Object.hasOwn(known, key) ? known[key] : undefined;
  if (resource !== undefined) return resource;
  const words = Object.keys(known).join(' or ');
  outcome.refuse(
    field(holder, 'Resource') ?? holder,
    `the resource ${quote(text)} has no equivalent here; ${words} have`,
  );
  return '';
}

const INPUT_TYPES = new Set(['JSON', 'JSONL', 'CSV', 'MANIFEST']);
const COPIED = ['CSVHeaderLocation', 'CSVHeaders', 'CSVDelimiter', 'ItemsPointer'];

function configOf(reader: MapNode, config: MapNode | null, isFile: boolean, reading: Reading): YamlMap {
  const { outcome } = reading;
  const map = new YamlMap();
  const type = config === null ? null : textField(config, 'InputType');
  if (isFile && (type === null || !INPUT_TYPES.has(type))) {
    const node = (config === null ? undefined : field(config, 'InputType')) ?? config ?? reader;
    outcome.refuse(
      node,
      `an ItemReader of a file reads JSON, JSONL, CSV or MANIFEST here, and its InputType is ${quote(type ?? '')}`,
    );
  }
  if (isFile) map.set('InputType', type);
  if (config === null) return map;
  for (const key of COPIED) {
    const node = field(config, key);
    if (node !== undefined) map.set(key, yamlOf(toJson(node)));
  }
  setNumber(map, config, 'MaxItems', reading);
  refuseUnless(outcome, config, 'ManifestType', ['S3_INVENTORY']);
  refuseUnless(outcome, config, 'Transformation', ['NONE']);
  noteOthers(outcome, config, ['InputType', 'MaxItems', 'MaxItemsPath', 'ManifestType', 'Transformation', ...COPIED]);
  return map;
}

/** The values that mean what happens here. */
function refuseUnless(outcome: Outcome, config: MapNode, key: string, values: readonly string[]): void {
  const node = field(config, key);
  if (node === undefined || values.includes(textField(config, key) ?? '')) return;
  outcome.refuse(node, `${key} ${quote(textField(config, key) ?? '')} has no equivalent`);
}

/** Parameters that would read other data. */
const NARROWING = new Set(['VersionId', 'StartAfter']);

/** Sets the members of Parameters that are a place in a bucket. */
function setPlace(map: YamlMap, holder: MapNode, keys: readonly string[], reading: Reading): void {
  const { outcome } = reading;
  const parameters = mapField(outcome, holder, 'Parameters');
  if (parameters === null) {
    const node = field(holder, 'Arguments');
    outcome.refuse(
      node ?? holder,
      node === undefined
        ? '"Parameters" is missing'
        : '"Arguments" is JSONata, which cannot be converted; use "Parameters"',
    );
    return;
  }
  const members: [string, Term][] = [];
  for (const { key, keyOffset, value } of parameters.entries.values()) {
    const name = key.endsWith('.$') ? key.slice(0, -2) : key;
    if (keys.includes(name)) {
      const whole = readTemplate(reading, {
        ...parameters,
        entries: new Map([[key, { key, keyOffset, value }]]),
      } as MapNode);
      members.push([name, member(whole, name)]);
    } else if (NARROWING.has(name)) outcome.refuse(keyOffset, `${quote(name)} has no equivalent`);
    else outcome.note(keyOffset, `${quote(name)} has no equivalent and is left out`);
  }
  const isWhole = setConstructor(map, 'Parameters', object(members));
  if (isWhole) outcome.refuse(parameters, 'the Parameters need the names of their members');
}

function batcherOf(writer: ScopeWriter, batcher: MapNode, reading: Reading): YamlMap {
  const map = new YamlMap();
  for (const key of ['MaxItemsPerBatch', 'MaxInputBytesPerBatch']) setNumber(map, batcher, key, reading);
  const input = field(batcher, 'BatchInput');
  if (input !== undefined) writer.construct(map, 'BatchInput', readTemplate(reading, input), input);
  const known = [
    'MaxItemsPerBatch',
    'MaxItemsPerBatchPath',
    'MaxInputBytesPerBatch',
    'MaxInputBytesPerBatchPath',
    'BatchInput',
  ];
  noteOthers(reading.outcome, batcher, known);
  return map;
}

/** Returns the result of a Map with a ResultWriter. */
function setWriter(state: YamlMap, writing: MapNode, reading: Reading): Term {
  const { outcome } = reading;
  noteOthers(outcome, writing, ['Resource', 'Parameters']);
  // Amazon formats the results of a writer without a place, and returns them.
  if (!writing.entries.has('Resource') && !writing.entries.has('Parameters')) return member(OUTPUT, 'Items');
  const map = new YamlMap().set('Resource', resourceOf(outcome, writing, { 's3:putobject': 'OSS:PutObject' }));
  setPlace(map, writing, ['Bucket', 'Prefix'], reading);
  state.set('ResultWriter', map);
  outcome.note(writing, 'MapRunArn in the result is the name of the Map run here, not an ARN');
  return object([
    ['MapRunArn', member(OUTPUT, 'MapRunName')],
    ['ResultWriterDetails', member(OUTPUT, 'ResultWriterDetails')],
  ]);
}

/** Sets a number, or the expression of its form with Path. */
function setNumber(map: YamlMap, holder: MapNode, key: string, reading: Reading): void {
  const node = field(holder, key);
  const path = field(holder, `${key}Path`);
  if (node !== undefined && path !== undefined)
    reading.outcome.refuse(path, `"${key}" and "${key}Path" mean the same; remove one`);
  if (path !== undefined) map.set(`${key}.$`, printExpression(readExpression(reading, path)));
  else if (node?.kind === 'scalar' && typeof node.value === 'number') map.set(key, node.value);
  else if (node !== undefined) reading.outcome.refuse(node, `${key} must be a number, but is ${describe(node)}`);
}

function noteOthers(outcome: Outcome, holder: MapNode, known: readonly string[]): void {
  for (const { key, keyOffset } of holder.entries.values()) {
    if (!known.includes(key) && key !== 'Arguments')
      outcome.note(keyOffset, `${quote(key)} has no equivalent and is left out`);
  }
}

function mapField(outcome: Outcome, holder: MapNode, key: string): MapNode | null {
  const node = field(holder, key);
  if (node === undefined) return null;
  if (node.kind === 'map') return node;
  outcome.refuse(node, `${key} must be a mapping, but is ${describe(node)}`);
  return null;
}
