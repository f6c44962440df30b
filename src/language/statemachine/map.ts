/** The inline Map, and the known fields of the distributed one (rules.md 7.9, 7.10). */
import { DEFAULT_DEFINITION_LIMITS } from '../limits.ts';
import { describe } from '../text/document.ts';
import { readComputed } from '../shared/expressions.ts';
import type { CompileContext } from '../shared/context.ts';
import { FieldReader } from '../shared/field-reader.ts';
import type { Range } from '../shared/field-reader.ts';
import type { OwnMembers } from '../shared/state-drafts.ts';
import type { Transitions } from '../shared/state-names.ts';
import type { MapState } from '../plan.ts';
import type { Recipe, ScopeDraft } from '../shared/recipe.ts';
import { readWholeConstructor } from './constructor.ts';
import { DISTRIBUTED_FIELDS, foreignWord, PROCESSOR_CONFIG_FIELDS, PROCESSOR_FIELDS } from './fields.ts';
import { readRecovery } from './retry-and-catch.ts';
import { BEFORE_OUTPUT, WITH_ITEM } from './variables.ts';

const DISTRIBUTED: Range = { min: 1, max: Number.MAX_SAFE_INTEGER, says: '1 or more' };
const COUNT: Range = { min: 0, max: Number.MAX_SAFE_INTEGER, says: '0 or more' };
const PERCENTAGE: Range = { min: 0, max: 100, says: 'from 0 to 100' };

export function readMap(
  context: CompileContext,
  map: FieldReader,
  transitions: Transitions,
): OwnMembers<MapState> | null {
  const processorField = map.map('Processor', { required: true });
  const processor =
    processorField === null ? null : new FieldReader(map.report, processorField, `Processor of ${map.what}`);
  const distributed = checkDistributed(context, map, processor);
  const items = readItems(map);
  const itemConstructor = readWholeConstructor(map, 'ItemConstructor', WITH_ITEM);
  const maxConcurrency = readConcurrency(map, distributed ? DISTRIBUTED : inlineRange(context));
  const scope = processor === null ? null : readProcessor(context, processor);
  const recovery = readRecovery(map, transitions);
  if (items === null || scope === null) return null;
  return { items, itemConstructor, iterationConstructor: null, processor: scope, maxConcurrency, ...recovery };
}

function readItems(map: FieldReader): Recipe | null {
  const field = map.find('ItemsPath');
  if (field !== null) return readComputed(map.report, field, BEFORE_OUTPUT);
  if (!map.has('ItemReader')) map.missing('ItemsPath');
  return null;
}

function readProcessor(context: CompileContext, processor: FieldReader): ScopeDraft | null {
  const scope = context.compileScope(processor);
  processor.close(PROCESSOR_FIELDS, (key) => foreignWord(key, PROCESSOR_FIELDS));
  return scope;
}

/** A setting below the vendor's limit refuses no definition: the interpreter then runs fewer items at once. */
function inlineRange({ options }: CompileContext): Range {
  const max = Math.max(DEFAULT_DEFINITION_LIMITS.mapConcurrency, options.limits.mapConcurrency);
  return { min: 1, max, says: `from 1 to ${max}` };
}

/** The vendor's tables of all years have `MaxConcuccency` (rules.md 7.9). */
function readConcurrency(map: FieldReader, range: Range): number | null {
  if (map.has('MaxConcuccency') && map.has('MaxConcurrency')) {
    map.faultAt(
      'both-forms',
      'MaxConcurrency',
      `${map.what} has both "MaxConcuccency" and "MaxConcurrency", which mean the same; remove one`,
    );
  }
  return map.number('MaxConcuccency', range) ?? map.number('MaxConcurrency', range);
}

/** True for a distributed Map. It cannot run, which is reported. */
function checkDistributed(context: CompileContext, map: FieldReader, processor: FieldReader | null): boolean {
  const fields = DISTRIBUTED_FIELDS.filter((key) => map.has(key)).map((key) => ({ reader: map, key }));
  if (processor?.has('ProcessorConfig') === true) fields.push({ reader: processor, key: 'ProcessorConfig' });
  const [first] = fields;
  if (first === undefined) return false;
  if (context.options.mode === 'Express') {
    for (const { reader, key } of fields) {
      reader.faultAt(
        'distributed-map-in-express',
        key,
        `"${key}" belongs to the distributed Map, which an Express flow does not have`,
      );
    }
    return true;
  }
  for (const { reader, key } of fields) checkDistributedField(reader, key);
  first.reader.faultAt(
    'distributed-map-not-built',
    first.key,
    `"${first.key}" makes ${map.what} a distributed Map, which this version does not run yet`,
  );
  return true;
}

function checkDistributedField(reader: FieldReader, key: string): void {
  if (key === 'ToleratedFailurePercentage') reader.number(key, PERCENTAGE, { whole: false });
  else if (key === 'ToleratedFailureCount') reader.number(key, COUNT);
  else if (key === 'MaxItems') checkMaxItems(reader);
  else if (key === 'ProcessorConfig') checkProcessorConfig(reader);
  else reader.map(key);
}

/** The vendor's table has a type of its own for it, so the service may take a mapping (rules.md 7.10). */
function checkMaxItems(map: FieldReader): void {
  const field = map.find('MaxItems');
  if (field?.node.kind === 'map') {
    map.report.add(
      'odd-parameter',
      field.node.offset,
      field.path,
      `MaxItems is read as a number, but is ${describe(field.node)}`,
    );
  } else {
    map.number('MaxItems', COUNT);
  }
}

function checkProcessorConfig(reader: FieldReader): void {
  const field = reader.map('ProcessorConfig');
  if (field === null) return;
  const config = new FieldReader(reader.report, field, `ProcessorConfig of ${reader.what}`);
  if (!config.has('ExecutionMode')) config.missing('ExecutionMode');
  config.oneOf('ExecutionMode', ['Express', 'Standard']);
  config.close(PROCESSOR_CONFIG_FIELDS);
}
