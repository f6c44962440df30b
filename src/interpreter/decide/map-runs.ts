/** Runs of distributed Maps (rules.md 7.10): what a run does is decided here, and the runtime carries it out. */
import type { JsonArray, JsonObject } from '../../base/json.ts';
import { stringifyJson } from '../../base/json.ts';
import type { ItemBatcher } from '../../language/plan.ts';
import type { DistributedMapState } from '../commands.ts';
import { constructValue, evaluateArray, evaluateNumber } from '../construct.ts';
import type { BoundedField } from '../construct.ts';
import type { ConstructScope } from '../construct-scope.ts';
import { findRetry } from '../failure.ts';
import type { EventFacts, Failure } from '../event.ts';
import type { BatchSpec, MapRunSpec } from '../map-run-spec.ts';
import type { Thread } from '../thread.ts';
import type { Decision } from './decision.ts';
import { recover } from './end.ts';
import type { MapRunAnswer } from './tasks.ts';

const ANY = { max: Number.MAX_SAFE_INTEGER, whole: true };
const MAX_ITEMS: BoundedField = { field: 'MaxItems', min: 0, ...ANY };
const TOLERATED_COUNT: BoundedField = { field: 'ToleratedFailureCount', min: 0, ...ANY };
const TOLERATED_PERCENTAGE: BoundedField = { field: 'ToleratedFailurePercentage', min: 0, max: 100, whole: false };
const PER_BATCH: BoundedField = { field: 'MaxItemsPerBatch', min: 1, ...ANY };
const BYTES_PER_BATCH: BoundedField = { field: 'MaxInputBytesPerBatch', min: 1, ...ANY };

/** Evaluates what the run does and opens its command; a failing expression fails the state. */
export function startRun(decision: Decision, thread: Thread, state: DistributedMapState): void {
  const { scope, execution } = decision;
  scope.enter(thread);
  scope.failure = tooManyRuns(decision);
  const undone = execution.undoneRuns.findLast((run) => run.thread === thread.id && run.state === state.index);
  const run = undone === undefined ? evaluateRun(decision, state) : continued(undone.run, undone.id);
  if (run.items !== undefined) scope.failure ??= decision.takeRoom(run.items, 'The list of items');
  if (scope.failure !== null) return recover(decision, thread, scope.failure);
  decision.emitInState('MapRunStarted', thread, { MapRunName: run.name }, { mapRun: run });
}

/** The same run continues, with the values that it had. @param event the id of its event that a redrive has undone */
function continued(run: MapRunSpec, event: number): MapRunSpec {
  return { ...run, continues: [...(run.continues ?? []), event] };
}

function tooManyRuns({ execution }: Decision): Failure | null {
  const { mapRuns } = execution.limits;
  if (mapRuns === null) return null;
  let open = 0;
  for (const { kind } of execution.commands.values()) if (kind === 'map') open++;
  if (open < mapRuns) return null;
  const cause = `The execution has ${open} open Map runs, the limit (limits.mapRuns). Let fewer branches or items start a distributed Map at once, or raise the limit.`;
  return { error: 'FnF.MapRunLimitExceeded', cause };
}

function evaluateRun(decision: Decision, state: DistributedMapState): MapRunSpec {
  const { scope, rules } = decision;
  const { reader, batcher, writer, maxItems, toleratedCount, toleratedPercentage } = state.distributed;
  const items: JsonArray | null = state.items === null ? null : evaluateArray(scope, state, rules.words.items);
  const most = [maxItems, reader?.maxItems ?? null].map((each) =>
    ifGood(scope, () => evaluateNumber(scope, each, MAX_ITEMS)),
  );
  const numbers = most.filter((each) => each !== null);
  return {
    name: nameOf(scope),
    concurrency: state.maxConcurrency,
    toleratedCount: ifGood(scope, () => evaluateNumber(scope, toleratedCount, TOLERATED_COUNT)),
    toleratedPercentage: ifGood(scope, () => evaluateNumber(scope, toleratedPercentage, TOLERATED_PERCENTAGE)),
    maxItems: numbers.length === 0 ? null : Math.min(...numbers),
    ...(items !== null && { items }),
    ...(reader !== null && { reader: placeOf(scope, reader.parameters, 'ItemReader') }),
    ...(batcher !== null && { batch: batchOf(scope, batcher) }),
    ...(writer !== null && { writer: placeOf(scope, writer, 'ResultWriter') }),
  };
}

/** The failure of the first value that fails is that of the state. */
function ifGood<T>(scope: ConstructScope, evaluate: () => T | null): T | null {
  return scope.failure === null ? evaluate() : null;
}

/** 32 hexadecimal digits. */
function nameOf(scope: ConstructScope): string {
  const digits = (): string =>
    Math.floor(scope.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return `${digits()}${digits()}${digits()}${digits()}`;
}

const NOTHING: JsonObject = {};

/** `Parameters` of a reader or a writer, whose members have to be texts. */
function placeOf(scope: ConstructScope, parameters: DistributedMapState['itemConstructor'], of: string): JsonObject {
  if (parameters === null) return NOTHING;
  const place = ifGood(scope, () => constructValue(scope, parameters, `Parameters of ${of}`)) ?? NOTHING;
  for (const [key, value] of Object.entries(place)) {
    if (scope.failure === null && typeof value !== 'string') {
      scope.fail(`${key} in Parameters of ${of} must be a text, not ${stringifyJson(value).slice(0, 100)}`);
    }
  }
  return place;
}

function batchOf(scope: ConstructScope, { maxItems, maxInputBytes, input }: ItemBatcher): BatchSpec {
  const built = input === null ? null : ifGood(scope, () => constructValue(scope, input, 'BatchInput'));
  return {
    maxItems: ifGood(scope, () => evaluateNumber(scope, maxItems, PER_BATCH)),
    maxInputBytes: ifGood(scope, () => evaluateNumber(scope, maxInputBytes, BYTES_PER_BATCH)),
    ...(built !== null && { input: built }),
  };
}

/** Takes the end of a run, which is durable. */
export function mapRunEnded(decision: Decision, thread: Thread, answer: MapRunAnswer): void {
  const { scope } = decision;
  scope.enter(thread);
  if (answer.kind === 'map-run-failed') return failRun(decision, thread, answer, answer.failure);
  const { output } = answer;
  const what = 'The result of the Map run';
  const failure = scope.oversize(output, what) ?? decision.takeRoom(output, what);
  if (failure !== null) return failRun(decision, thread, answer, failure);
  decision.emitCausedBy(answer.id, 'MapRunSucceeded', thread, output, warned(answer, null));
}

function failRun(decision: Decision, thread: Thread, answer: MapRunAnswer, failure: Failure): void {
  const retry = findRetry(thread, failure);
  const facts = retry === null ? { failure } : { failure, retry };
  decision.emitCausedBy(answer.id, 'MapRunFailed', thread, null, warned(answer, facts));
}

function warned({ warnings }: MapRunAnswer, facts: EventFacts | null): EventFacts | null {
  return warnings.length === 0 ? facts : { ...facts, warnings };
}
