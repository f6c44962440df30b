/**
 * Loads an execution into memory: reads its journal, compiles the definition that it started with, and folds the events. Plans
 * are cached by flow and revision.
 */
import { parseJson } from '../../base/json.ts';
import type { JsonValue } from '../../base/json.ts';
import { reasonOf } from '../../base/text.ts';
import { ExecutionEvent } from '../../interpreter/event.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { Execution, ExecutionLimits, ExecutionStart } from '../../interpreter/execution.ts';
import { fold } from '../../interpreter/fold.ts';
import { decodeEvents, encodeEvents } from '../../interpreter/journal.ts';
import { eventsToUndo } from '../../interpreter/redrive.ts';
import type { Dialect, Plan } from '../../language/plan.ts';
import type {
  ExecutionChange,
  ExecutionId,
  ExecutionRecord,
  ExecutionStore,
  FlowSnapshot,
} from '../../store/executions.ts';
import type { Turns } from '../driver/turns.ts';
import type { CompileFlow } from '../flows/flow-compiler.ts';
import type { PlanCache, PlanNames } from '../flows/plan-cache.ts';
import { BYTES_PER_CHARACTER, environmentOf } from '../flows/runnable-flows.ts';

/** This version cannot read the journal or the definition of an execution. A second attempt would fail as well. */
export class ExecutionUnreadable extends Error {
  override readonly name = 'ExecutionUnreadable';
}

/** An ended execution as it was before its failure, and the ids of the events that a redrive undoes. */
export interface EndedExecution {
  readonly execution: Execution;
  readonly undone: readonly number[];
}

export interface ExecutionLoaderOptions {
  readonly store: Pick<ExecutionStore, 'snapshot' | 'journal'>;
  readonly compile: CompileFlow;
  readonly cache: PlanCache;
  readonly turns: Turns;
  readonly limits: ExecutionLimits & { readonly standardTimeoutSeconds: number };
}

interface CompiledSnapshot {
  readonly snapshot: FlowSnapshot;
  readonly plan: Plan;
}

export class ExecutionLoader {
  readonly #options: ExecutionLoaderOptions;
  readonly #compiled: PlanNames<CompiledSnapshot>;

  constructor(options: ExecutionLoaderOptions) {
    this.#options = options;
    const { store, compile, cache } = options;
    this.#compiled = cache.names(async (key) => {
      const [flowId = '', revision, flowName = ''] = key.split('/');
      const snapshot = await store.snapshot(flowId, Number(revision));
      if (snapshot === null)
        throw new ExecutionUnreadable(`the store has no snapshot of revision ${revision} of flow ${flowId}`);
      const { definition } = snapshot;
      const plan = await compile({ name: flowName, definition, executionMode: 'Standard' }).catch(unreadable);
      return { value: { snapshot, plan }, plan, bytes: definition.length * BYTES_PER_CHARACTER };
    });
  }

  /** The execution after the last event of its journal. @throws {ExecutionUnreadable}; any other error is the store's. */
  async load(record: ExecutionRecord): Promise<Execution> {
    const { plan, start, events } = await this.#read(record);
    return readable(() => fold(plan, start, this.#options.limits, events));
  }

  /** The dialect of the execution's definition. @throws {ExecutionUnreadable} */
  async dialect({ flowId, revision, flowName }: ExecutionRecord): Promise<Dialect> {
    const key = keyOf(flowId, revision, flowName);
    return (this.#compiled.peek(key) ?? (await this.#compiled.load(key))).plan.dialect;
  }

  /** An ended execution as it was before the events `undone`, for a redrive. @throws {ExecutionUnreadable} */
  async loadEnded(record: ExecutionRecord): Promise<EndedExecution> {
    const { limits } = this.#options;
    const { plan, start, events } = await this.#read(record);
    return readable(() => {
      const undone = eventsToUndo(events);
      return { execution: fold(plan, start, limits, events, undone), undone };
    });
  }

  /** The change that stops an unreadable execution. It adds an event to the journal without folding the others. */
  async stopUnread(record: ExecutionRecord, failure: Failure, nowMs: number): Promise<ExecutionChange> {
    const rows = await this.#options.store.journal(record.id, 1, Number.MAX_SAFE_INTEGER);
    const row = rows.at(-1);
    const last = row === undefined ? 0 : row.first + row.count - 1;
    const timeMs = Math.max(nowMs, row === undefined ? 0 : lastTimeOf(row.events));
    const event = ExecutionEvent.ofExecution({
      id: last + 1,
      type: 'ExecutionStopped',
      timeMs,
      cause: last,
      facts: { failure },
    });
    const end = { status: 'Stopped', stoppedMs: timeMs, output: '', ...failure } as const;
    const journal = { first: event.id, count: 1, events: encodeEvents([event], NO_STATES) };
    return { id: record.id, journal, end, abortMapRunsMs: timeMs };
  }

  async #read(record: ExecutionRecord): Promise<{ plan: Plan; start: ExecutionStart; events: ExecutionEvent[] }> {
    const { flowId, revision, flowName } = record;
    const key = keyOf(flowId, revision, flowName);
    const { plan, snapshot } = this.#compiled.peek(key) ?? (await this.#compiled.load(key));
    const events = await this.#events(record.id);
    const { standardTimeoutSeconds } = this.#options.limits;
    return readable(() => {
      const input = record.input === '' ? {} : parseJson(record.input);
      return { plan, start: startOf(record, input, snapshot, standardTimeoutSeconds), events };
    });
  }

  /**
   * The events of a journal, which may be many megabytes: read and decoded in pieces that take turns, so that a recovery of
   * thousands of executions, or of long ones, delays no other work.
   */
  async #events(id: ExecutionId): Promise<ExecutionEvent[]> {
    const { store, turns } = this.#options;
    const events: ExecutionEvent[] = [];
    for (let next = 1; ; ) {
      const from = next;
      const rows = await inTurn(turns, () => store.journal(id, from, EVENTS_AT_ONCE));
      await inTurn(turns, async () => {
        // The store returns the last row when there is no event at `from`.
        for (const row of rows.filter(({ first }) => first >= from)) {
          for (const { event } of readable(() => decodeEvents(row.events))) events.push(event);
          next = row.first + row.count;
        }
      });
      if (next < from + EVENTS_AT_ONCE) return events;
    }
  }
}

/** Most events that one piece of a load reads. Each may have an input and an output of the largest size. */
const EVENTS_AT_ONCE = 16;

/** The result of `work`, which begins when it is its turn. */
function inTurn<T>(turns: Turns, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve) => turns.add('', () => resolve((async () => work())())));
}

/** The time of the last event of a row, before which no later event may be; 0 for a row that this version cannot read. */
function lastTimeOf(events: string): number {
  try {
    return decodeEvents(events).at(-1)?.event.timeMs ?? 0;
  } catch {
    return 0;
  }
}

function keyOf(flowId: string, revision: number, flowName: string): string {
  return `${flowId}/${revision}/${flowName}`;
}

/** ExecutionStopped is an event of the execution as a whole, without a state. */
const NO_STATES = { states: [] };

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    return unreadable(error);
  }
}

function unreadable(error: unknown): never {
  throw new ExecutionUnreadable(reasonOf(error), { cause: error });
}

/** The facts about an execution that the interpreter needs and that never change. */
export function startOf(
  record: Pick<ExecutionRecord, 'name' | 'flowName' | 'version' | 'alias' | 'mapItem'>,
  input: JsonValue,
  flow: Pick<FlowSnapshot, 'roleArn' | 'environment' | 'writer'>,
  longestSeconds: number,
): ExecutionStart {
  const { name, flowName, version, alias, mapItem } = record;
  const environment = environmentOf(flow.environment);
  return {
    name,
    flowName,
    input,
    roleArn: flow.roleArn,
    writer: flow.writer,
    environment,
    version,
    alias,
    longestSeconds,
    ...(mapItem !== null && { mapItem: { state: mapItem.state, index: mapItem.index } }),
  };
}
