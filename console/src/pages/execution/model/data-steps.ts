/**
 * The way of the data through one visit of a state: from its input to its output, with the step that each value is to be compared
 * with. A value that the history does not have, because no event carries it, is left out.
 */
import { isObject, parseJson } from '../../../parts/json.ts';
import type { JsonValue } from '../../../parts/json.ts';
import { failureOf, memberOf, stateType } from './events.ts';
import type { StreamedEvent, Warning } from './events.ts';
import { lastPieceOf } from './history.ts';
import type { History, Part, Visit } from './history.ts';

export type StepKind =
  | 'input'
  | 'local-before'
  /** After InputConstructor, or inputMappings. */
  | 'constructed'
  | 'parameters'
  /** The answer of the service that has accepted the work. */
  | 'accepted'
  | 'result'
  /** The results of branches or items together. */
  | 'joined'
  | 'failure'
  | 'output'
  /** The output of a catch rule. */
  | 'caught'
  | 'local'
  | 'global-before'
  | 'global';

export interface DataStep {
  readonly kind: StepKind;
  /** The event that carries the value; 0 for one that is put together from several. */
  readonly event: number;
  readonly value: JsonValue;
  /** The value of which the step made its own; undefined: it came from elsewhere. */
  readonly before: JsonValue | undefined;
  readonly warnings: readonly Warning[];
}

/** The steps of a visit. `attempt`: the one to show; the last one when null. */
export function dataSteps(history: History, visit: Visit, attempt: Part | null): DataStep[] {
  const builder = new StepBuilder(history);
  const entered = history.event(visit.id);
  if (entered === undefined) return [];
  builder.add('input', entered, 'input', undefined);
  builder.add('local-before', entered, 'local', undefined);
  const started = history.event(startOf(visit, attempt));
  if (started !== undefined) builder.add('constructed', started, 'input', builder.last('input'));
  const call = attempt === null ? visit.parts.findLast(({ kind }) => kind !== 'delay') : lastPieceOf(visit, attempt);
  if (call !== undefined) addCall(builder, history, call);
  addJoined(builder, history, visit);
  addEnd(builder, history, visit);
  addLocal(builder, history, visit);
  addGlobal(builder, history, visit);
  return builder.withWarnings(visit);
}

/** The StateStarted before an attempt. */
function startOf(visit: Visit, attempt: Part | null): number {
  const starts = attempt === null ? visit.starts : visit.starts.filter((id) => id <= attempt.id);
  return starts.at(-1) ?? 0;
}

function addCall(builder: StepBuilder, history: History, call: Part): void {
  const scheduled = history.event(call.id);
  if (scheduled !== undefined && call.kind === 'attempt') {
    builder.add('parameters', scheduled, 'parameters', builder.last('constructed'));
  }
  if (scheduled !== undefined && call.kind === 'run') builder.add('accepted', scheduled, 'output', undefined);
  const accepted = history.event(call.accepted);
  if (accepted !== undefined) builder.add('accepted', accepted, 'output', undefined);
  const end = history.event(call.end);
  if (end === undefined) return;
  if (end.type.endsWith('Succeeded')) builder.add('result', end, 'output', undefined);
  else if (!stateType(end.type).startsWith('State')) builder.addFailure(end);
}

/** The results of the latest lines. State machines name them `Branch0` …, or list them as `Items`; classic steps have a list. */
function addJoined(builder: StepBuilder, history: History, visit: Visit): void {
  const round = visit.rounds.at(-1);
  if (round === undefined || round.open.length > 0) return;
  const isClassic =
    history.event(visit.id)?.type === 'StepEntered' &&
    memberOf(history.event(visit.id) as StreamedEvent, 'local') !== undefined;
  const exits = round.lines.filter(({ status }) => status === 'Succeeded');
  if (exits.length < round.lines.length) return;
  const values = exits.map((line) => [line.index, valueOf(history, line.end)] as const);
  const isMap = round.lines[0]?.kind === 'item';
  const sorted = [...values].sort(([first], [second]) => first - second).map(([, value]) => value);
  if (isClassic) {
    const isChoice = !isMap && round.lines.length === 1;
    builder.put('joined', isChoice ? (sorted[0] ?? null) : sorted);
  } else if (isMap) builder.put('joined', new Map([['Items', sorted]]));
  else builder.put('joined', new Map(values.map(([index, value]) => [`Branch${index}`, value])));
}

function valueOf(history: History, exit: number): JsonValue {
  const event = history.event(exit);
  return (event === undefined ? undefined : memberOf(event, 'output')) ?? null;
}

function addEnd(builder: StepBuilder, history: History, visit: Visit): void {
  const end = history.event(visit.end);
  if (end === undefined) return;
  if (end.type.endsWith('Succeeded') && end.step !== '') {
    const raw = builder.last('result', 'joined') ?? builder.last('constructed');
    builder.add('output', end, 'output', raw);
    return;
  }
  if (end.step === '') return;
  const { error, cause } = failureOf(end);
  const shown = builder.last('failure');
  const isShown = isObject(shown) && shown.get('error') === error && shown.get('cause') === cause;
  if (!isShown) builder.addFailure(end);
  builder.add('caught', end, 'output', builder.last('constructed') ?? builder.last('input'));
}

function addLocal(builder: StepBuilder, history: History, visit: Visit): void {
  const left = history.event(visit.last);
  if (left !== undefined && stateType(left.type) === 'StateExited') {
    builder.add('local', left, 'local', builder.last('local-before'));
  }
}

/** `$Global` when the visit ended, and what its GlobalConstructor made of it. */
function addGlobal(builder: StepBuilder, history: History, visit: Visit): void {
  const end = visit.end === 0 ? history.lastId + 1 : visit.end;
  const before = globalBefore(history, end);
  const own = history.event(visit.end)?.global;
  if (before.size === 0 && own === undefined) return;
  builder.put('global-before', before);
  if (own !== undefined) builder.put('global', mergedGlobal(before, own), before, visit.end);
}

/** The variables that the states before an event have set, by name, and the last one wins (rules.md 8.4). */
export function globalBefore(history: History, event: number): ReadonlyMap<string, JsonValue> {
  let global: ReadonlyMap<string, JsonValue> = new Map();
  for (const { id, global: built } of history.events) {
    if (id >= event) break;
    if (built !== undefined && history.undone[id - 1] !== true) global = mergedGlobal(global, built);
  }
  return global;
}

function mergedGlobal(global: ReadonlyMap<string, JsonValue>, built: string): ReadonlyMap<string, JsonValue> {
  const value = parseJson(built);
  return isObject(value) ? new Map([...global, ...value]) : global;
}

class StepBuilder {
  readonly #steps: DataStep[] = [];
  readonly #history: History;

  constructor(history: History) {
    this.#history = history;
  }

  add(kind: StepKind, event: StreamedEvent, member: string, before: JsonValue | undefined): void {
    const value = memberOf(event, member);
    if (value !== undefined) this.put(kind, value, before, event.id);
  }

  put(kind: StepKind, value: JsonValue, before?: JsonValue, event = 0): void {
    this.#steps.push({ kind, event, value, before, warnings: [] });
  }

  addFailure(event: StreamedEvent): void {
    const { error, cause } = failureOf(event);
    this.put(
      'failure',
      new Map([
        ['error', error],
        ['cause', cause],
      ]),
      undefined,
      event.id,
    );
  }

  /** The value of the last step of one of these kinds. */
  last(...kinds: readonly StepKind[]): JsonValue | undefined {
    return this.#steps.findLast(({ kind }) => kinds.includes(kind))?.value;
  }

  /** Each warning of the visit goes to the step that its expression made. */
  withWarnings(visit: Visit): DataStep[] {
    const found: { readonly kind: StepKind; readonly warning: Warning }[] = [];
    for (let id = visit.id; id <= visit.last; id++) {
      if (this.#history.visitOf[id - 1] !== visit) continue;
      const event = this.#history.event(id);
      for (const warning of event?.warnings ?? [])
        found.push({ kind: kindOf(warning, event as StreamedEvent), warning });
    }
    return this.#steps.map((step) => {
      const warnings = found.filter(({ kind }) => kind === step.kind).map(({ warning }) => warning);
      return warnings.length === 0 ? step : { ...step, warnings };
    });
  }
}

function kindOf({ path }: Warning, { type }: StreamedEvent): StepKind {
  if (/GlobalConstructor/.test(path)) return 'global';
  if (/OutputConstructor|outputMappings/.test(path)) return type.endsWith('Failed') ? 'caught' : 'output';
  if (/Parameters/.test(path)) return 'parameters';
  const started = stateType(type);
  if (started === 'TaskScheduled') return 'parameters';
  return started === 'StateSucceeded' ? 'output' : 'constructed';
}
