/** The Map. Fields of the distributed one are in `distributed-map.ts` (rules.md 7.9, 7.10). */
import { DEFAULT_DEFINITION_LIMITS } from '../limits.ts';
import { readComputed } from '../shared/expressions.ts';
import type { CompileContext } from '../shared/context.ts';
import { FieldReader } from '../shared/field-reader.ts';
import type { Range } from '../shared/field-reader.ts';
import type { OwnMembers } from '../shared/state-drafts.ts';
import type { Transitions } from '../shared/state-names.ts';
import type { MapState } from '../plan.ts';
import type { Recipe, ScopeDraft } from '../shared/recipe.ts';
import { readWholeConstructor } from './constructor.ts';
import { readDistributed } from './distributed-map.ts';
import { foreignWord, PROCESSOR_FIELDS } from './fields.ts';
import { warnOfItemErrors } from './item-errors.ts';
import { readRecovery } from './retry-and-catch.ts';
import { BEFORE_OUTPUT, WITH_ITEM } from './variables.ts';

const DISTRIBUTED: Range = { min: 1, max: Number.MAX_SAFE_INTEGER, says: '1 or more' };

export function readMap(
  context: CompileContext,
  map: FieldReader,
  transitions: Transitions,
): OwnMembers<MapState> | null {
  const processorField = map.map('Processor', { required: true });
  const processor =
    processorField === null ? null : new FieldReader(map.report, processorField, `Processor of ${map.what}`);
  const distributed = readDistributed(context, map, processor);
  const items = readItems(map);
  const itemConstructor = readWholeConstructor(map, 'ItemConstructor', WITH_ITEM);
  const maxConcurrency = readConcurrency(map, distributed === null ? inlineRange(context) : DISTRIBUTED);
  const inner = distributed === null ? context : context.inMode(distributed.childMode);
  const scope = processor === null ? null : readProcessor(inner, processor);
  const recovery = readRecovery(map, transitions);
  if (distributed !== null) warnOfItemErrors(map);
  if (scope === null || (items === null && (distributed?.reader ?? null) === null)) return null;
  const iterationConstructor = null;
  return { items, itemConstructor, iterationConstructor, processor: scope, maxConcurrency, distributed, ...recovery };
}

function readItems(map: FieldReader): Recipe | null {
  const field = map.find('ItemsPath');
  if (field === null) {
    if (!map.has('ItemReader')) map.missing('ItemsPath');
    return null;
  }
  if (map.has('ItemReader')) {
    const message = `${map.what} has both "ItemsPath" and "ItemReader", but its items come from one place; remove one`;
    map.faultAt('both-forms', 'ItemsPath', message);
  }
  return readComputed(map.report, field, BEFORE_OUTPUT);
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
