/**
 * The fields that only a distributed Map has (rules.md 7.10). The vendor's tables name ItemReader, ItemBatcher and ResultWriter
 * without their inner fields; these have the names and rules of the same feature in Amazon States Language.
 */
import { describe } from '../text/document.ts';
import type { CompileContext } from '../shared/context.ts';
import { FieldReader } from '../shared/field-reader.ts';
import type { Range } from '../shared/field-reader.ts';
import type { DistributedMap, ItemBatcher, ItemFormat, ItemReader } from '../plan.ts';
import { CONSTRUCT_NOTHING } from '../shared/recipe.ts';
import type { Recipe, Unlinked } from '../shared/recipe.ts';
import { constructedKeys, readConstructor, readWholeConstructor } from './constructor.ts';
import {
  DISTRIBUTED_FIELDS,
  ITEM_BATCHER_FIELDS,
  ITEM_READER_FIELDS,
  PROCESSOR_CONFIG_FIELDS,
  READER_CONFIG_FIELDS,
  RESULT_WRITER_FIELDS,
} from './fields.ts';
import { literalOrComputed } from './literal-or-computed.ts';
import { BEFORE_OUTPUT } from './variables.ts';

const COUNT: Range = { min: 0, max: Number.MAX_SAFE_INTEGER, says: '0 or more' };
const AT_LEAST_ONE: Range = { min: 1, max: Number.MAX_SAFE_INTEGER, says: '1 or more' };
const PERCENTAGE: Range = { min: 0, max: 100, says: 'from 0 to 100' };

/** In place of the fields of a Map that is refused as a whole. */
const REFUSED: Unlinked<DistributedMap> = {
  ...{ childMode: 'Express', reader: null, batcher: null, writer: null },
  ...{ maxItems: null, toleratedCount: null, toleratedPercentage: null },
};

export const CHILD_MODES: readonly DistributedMap['childMode'][] = ['Express', 'Standard'];

/** Null for an inline Map. */
export function readDistributed(
  context: CompileContext,
  map: FieldReader,
  processor: FieldReader | null,
): Unlinked<DistributedMap> | null {
  const fields = DISTRIBUTED_FIELDS.filter((key) => map.has(key)).map((key) => ({ reader: map, key }));
  if (processor?.has('ProcessorConfig') === true) fields.push({ reader: processor, key: 'ProcessorConfig' });
  if (fields.length === 0) return null;
  if (context.options.mode === 'Express') {
    for (const { reader, key } of fields) {
      reader.faultAt(
        'distributed-map-in-express',
        key,
        `"${key}" belongs to the distributed Map, which an Express flow does not have, nor a processor in Express mode`,
      );
    }
    return REFUSED;
  }
  return {
    childMode: readChildMode(map) ?? readChildMode(processor) ?? 'Standard',
    reader: readReader(map),
    batcher: readBatcher(map),
    writer: readWriter(map),
    maxItems: readMaxItems(map),
    toleratedCount: countOf(map, 'ToleratedFailureCount', COUNT),
    toleratedPercentage: literalOrComputed(map, 'ToleratedFailurePercentage', () =>
      map.number('ToleratedFailurePercentage', PERCENTAGE, { whole: false }),
    ),
  };
}

/** The record does not say whether ProcessorConfig is in the Map or in its Processor, so both places have it. */
function readChildMode(holder: FieldReader | null): DistributedMap['childMode'] | null {
  const field = holder?.map('ProcessorConfig') ?? null;
  if (holder === null || field === null) return null;
  const config = new FieldReader(holder.report, field, `ProcessorConfig of ${holder.what}`);
  if (!config.has('ExecutionMode')) config.missing('ExecutionMode');
  const mode = config.oneOf('ExecutionMode', CHILD_MODES);
  config.close(PROCESSOR_CONFIG_FIELDS);
  return mode;
}

function countOf(fields: FieldReader, key: string, range: Range): number | Recipe | null {
  return literalOrComputed(fields, key, () => fields.number(key, range));
}

/** The vendor's table has a type of its own for it, so the service may take a mapping (rules.md 7.10). */
function readMaxItems(map: FieldReader): number | Recipe | null {
  const field = map.find('MaxItems');
  if (field?.node.kind !== 'map') return countOf(map, 'MaxItems', COUNT);
  map.report.add(
    'odd-parameter',
    field.node.offset,
    field.path,
    `MaxItems is read as a number, but is ${describe(field.node)}`,
  );
  return null;
}

/** `OSS:GetObject`, in any case; `S3` is accepted for definitions that come from there. */
const RESOURCES: ReadonlyMap<string, ItemReader['resource'] | 'putObject'> = new Map([
  ['getobject', 'getObject'],
  ['listobjects', 'listObjects'],
  ['listobjectsv2', 'listObjects'],
  ['putobject', 'putObject'],
]);

/** The operations of a reader and of a writer, as the vendor writes them. */
export const READER_RESOURCES: readonly string[] = ['OSS:GetObject', 'OSS:ListObjects'];
export const WRITER_RESOURCES: readonly string[] = ['OSS:PutObject'];

function readResource(fields: FieldReader, words: readonly string[]): string | null {
  const text = fields.text('Resource', { required: true });
  if (text === null) return null;
  const name = /^(?:oss|s3):(?<name>[a-z0-9]+)$/i.exec(text)?.groups?.['name'];
  const resource = RESOURCES.get(name?.toLowerCase() ?? '');
  if (resource !== undefined && words.some((each) => each.toLowerCase() === `oss:${resource.toLowerCase()}`))
    return resource;
  fields.report.add(
    'bad-field-value',
    fields.find('Resource')?.node.offset ?? fields.node.offset,
    fields.at('Resource'),
    `Resource of ${fields.what} must be ${words.join(' or ')}, but is ${JSON.stringify(text)}${fields.report.didYouMean(text, words)}`,
  );
  return null;
}

function readReader(map: FieldReader): Unlinked<ItemReader> | null {
  const field = map.map('ItemReader');
  if (field === null) return null;
  const reader = new FieldReader(map.report, field, `ItemReader of ${map.what}`);
  const resource = readResource(reader, READER_RESOURCES);
  const config = readReaderConfig(reader, resource === 'getObject');
  const parameters = resource === 'listObjects' ? readPlace(reader, [], ['Prefix']) : readPlace(reader, ['Key'], []);
  reader.close(ITEM_READER_FIELDS);
  return { resource: resource === 'listObjects' ? 'listObjects' : 'getObject', ...config, parameters };
}

type ReaderConfig = Omit<Unlinked<ItemReader>, 'resource' | 'parameters'>;

export const INPUT_TYPES: readonly ItemFormat[] = ['JSON', 'JSONL', 'CSV', 'MANIFEST'];

const NO_CONFIG: ReaderConfig = {
  ...{ inputType: null, csvHeaders: null, csvDelimiter: ',', itemsPointer: null, maxItems: null },
};

function readReaderConfig(reader: FieldReader, isFile: boolean): ReaderConfig {
  const field = reader.map('ReaderConfig', { required: isFile });
  if (field === null) return NO_CONFIG;
  const config = new FieldReader(reader.report, field, `ReaderConfig of ${reader.what}`);
  if (isFile && !config.has('InputType')) config.missing('InputType');
  const inputType = config.oneOf('InputType', INPUT_TYPES);
  const isCsv = inputType === 'CSV';
  for (const key of ['CSVHeaderLocation', 'CSVHeaders', 'CSVDelimiter']) {
    if (!isCsv && config.has(key)) noEffect(config, key, 'InputType CSV');
  }
  if (inputType !== 'JSON' && config.has('ItemsPointer')) noEffect(config, 'ItemsPointer', 'InputType JSON');
  const read = {
    inputType: isFile ? inputType : null,
    csvHeaders: isCsv ? readHeaders(config) : null,
    csvDelimiter: readDelimiter(config),
    itemsPointer: readPointer(config),
    maxItems: countOf(config, 'MaxItems', COUNT),
  };
  config.close(READER_CONFIG_FIELDS);
  return read;
}

function noEffect(config: FieldReader, key: string, with_: string): void {
  config.faultAt('key-without-effect', key, `"${key}" has an effect only with ${with_}`);
}

export const HEADER_LOCATIONS = ['FIRST_ROW', 'GIVEN'] as const;

/** Null: the first row has the names. */
function readHeaders(config: FieldReader): readonly string[] | null {
  if (!config.has('CSVHeaderLocation')) config.missing('CSVHeaderLocation');
  const location = config.oneOf('CSVHeaderLocation', HEADER_LOCATIONS);
  if (location === 'GIVEN') return config.texts('CSVHeaders');
  if (location === 'FIRST_ROW' && config.has('CSVHeaders')) noEffect(config, 'CSVHeaders', 'CSVHeaderLocation GIVEN');
  return null;
}

export const DELIMITERS: ReadonlyMap<string, string> = new Map([
  ['COMMA', ','],
  ['PIPE', '|'],
  ['SEMICOLON', ';'],
  ['SPACE', ' '],
  ['TAB', '\t'],
]);

function readDelimiter(config: FieldReader): string {
  const text = config.text('CSVDelimiter') ?? 'COMMA';
  const delimiter = DELIMITERS.get(text) ?? text;
  if (delimiter.length === 1 && !/["\r\n]/.test(delimiter)) return delimiter;
  const words = [...DELIMITERS.keys()];
  config.report.add(
    'bad-field-value',
    config.find('CSVDelimiter')?.node.offset ?? config.node.offset,
    config.at('CSVDelimiter'),
    `CSVDelimiter of ${config.what} must be ${words.join(', ')} or one character, but is ${JSON.stringify(text)}${config.report.didYouMean(text, words)}`,
  );
  return ',';
}

function readPointer(config: FieldReader): string | null {
  const pointer = config.text('ItemsPointer');
  if (pointer === null || /^(?:\/(?:[^~]|~[01])*)+$/.test(pointer)) return pointer;
  config.report.add(
    'bad-field-value',
    config.find('ItemsPointer')?.node.offset ?? config.node.offset,
    config.at('ItemsPointer'),
    `ItemsPointer of ${config.what} must be a JSON pointer such as "/data/orders", but is ${JSON.stringify(pointer)}`,
  );
  return null;
}

/** `Parameters` of a reader or a writer: `Bucket` and these members, each as it is or with `.$`. No other one has an effect. */
function readPlace(fields: FieldReader, required: readonly string[], optional: readonly string[]): Recipe {
  const field = fields.map('Parameters', { required: true });
  if (field === null) return CONSTRUCT_NOTHING;
  const parameters = new FieldReader(fields.report, field, `Parameters of ${fields.what}`);
  const names = new Set(constructedKeys(field.node).map(({ name }) => name));
  for (const key of ['Bucket', ...required]) if (!names.has(key)) parameters.missing(key);
  const known = ['Bucket', ...required, ...optional];
  parameters.close(new Set(known.flatMap((key) => [key, `${key}.$`])), undefined, new Set(known));
  return readConstructor(fields, 'Parameters', BEFORE_OUTPUT) ?? CONSTRUCT_NOTHING;
}

function readBatcher(map: FieldReader): Unlinked<ItemBatcher> | null {
  const field = map.map('ItemBatcher');
  if (field === null) return null;
  const batcher = new FieldReader(map.report, field, `ItemBatcher of ${map.what}`);
  const maxItems = countOf(batcher, 'MaxItemsPerBatch', AT_LEAST_ONE);
  const maxInputBytes = countOf(batcher, 'MaxInputBytesPerBatch', AT_LEAST_ONE);
  const bounds = ['MaxItemsPerBatch', 'MaxInputBytesPerBatch'];
  if (!bounds.some((key) => batcher.has(key) || batcher.has(`${key}.$`))) {
    batcher.fault('missing-field', `${batcher.what} needs "MaxItemsPerBatch" or "MaxInputBytesPerBatch"`);
  }
  const input = readWholeConstructor(batcher, 'BatchInput', BEFORE_OUTPUT);
  batcher.close(ITEM_BATCHER_FIELDS);
  return { maxItems, maxInputBytes, input };
}

function readWriter(map: FieldReader): Recipe | null {
  const field = map.map('ResultWriter');
  if (field === null) return null;
  const writer = new FieldReader(map.report, field, `ResultWriter of ${map.what}`);
  readResource(writer, WRITER_RESOURCES);
  const parameters = readPlace(writer, [], ['Prefix']);
  writer.close(RESULT_WRITER_FIELDS);
  return parameters;
}
