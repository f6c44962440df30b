/**
 * Executions, journals and snapshots in memory. Only commits change them, and a commit that fails is undone.
 *
 * Invariants: records and rows are never changed in place, because callers hold them; `running`, `dueCallbacks` and `owed`
 * follow from the records alone.
 */
import { assert } from '../../base/assert.ts';
import type { Failure } from '../../interpreter/event.ts';
import type {
  ExecutionChange,
  ExecutionId,
  ExecutionPosition,
  ExecutionRecord,
  FlowSnapshot,
  JournalRow,
  Outcome,
} from '../executions.ts';
import type { EmbeddedNodes } from '../embedded-nodes.ts';
import type { NodeNumber } from '../nodes.ts';
import type { MapRunChange, MapRunRecord } from '../map-runs.ts';
import { isOpen } from '../map-runs.ts';
import { isOfOthers } from '../own-changes.ts';
import type { DueTimes } from '../schedules.ts';
import { firstNotBefore } from './sorted.ts';

interface Held {
  record: ExecutionRecord;
  /** Its end in steady time; 0 until then. */
  endedMs: number;
  readonly journal: JournalRow[];
  /** By their keys. */
  readonly mapRuns: Map<number, HeldMapRun>;
}

interface HeldMapRun {
  record: MapRunRecord;
  readonly log: JournalRow[];
}

/** Executions and snapshots of one flow id. The flow itself may have been deleted. */
interface FlowExecutions {
  readonly names: Map<string, ExecutionId>;
  /** Oldest first. */
  readonly order: ExecutionPosition[];
  readonly snapshots: Map<number, { readonly snapshot: FlowSnapshot; uses: number }>;
}

/** The members of a record that a start and a redrive set to the same values. */
const NEWLY_RUNNING = {
  status: 'Running',
  stoppedMs: 0,
  stop: null,
  wakeMs: null,
  error: '',
  cause: '',
  output: '',
} as const;

/** Takes due times of a schedule. Returns a function that undoes it, or null if they were taken before. */
type TakeDue = (due: DueTimes) => (() => void) | null;

export class ExecutionTable {
  readonly executions = new Map<ExecutionId, Held>();
  readonly flows = new Map<string, FlowExecutions>();
  readonly running = new Set<ExecutionId>();
  /** Ended executions whose callback is due. */
  readonly dueCallbacks = new Set<ExecutionId>();
  /** By parent, the running executions whose end is owed to it. */
  readonly owed = new Map<ExecutionId, Set<ExecutionId>>();
  lastId: ExecutionId = 0;
  /** Highest id of a purged execution. An absent execution with a higher id was never started. */
  purgedId: ExecutionId = 0;
  readonly #undo: (() => void)[] = [];
  readonly #take: TakeDue;
  readonly #nodes: EmbeddedNodes;

  constructor(nodes: EmbeddedNodes, take: TakeDue) {
    this.#nodes = nodes;
    this.#take = take;
  }

  commit(node: NodeNumber, changes: readonly ExecutionChange[]): readonly Outcome[] {
    try {
      return changes.map((change) => this.#apply(node, change));
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo();
      throw error;
    } finally {
      this.#undo.length = 0;
    }
  }

  remove(id: ExecutionId): void {
    const { record } = this.executions.get(id) as Held;
    this.#unindex(record);
    this.#forget(record);
    this.purgedId = Math.max(this.purgedId, id);
  }

  #apply(node: NodeNumber, change: ExecutionChange): Outcome {
    const { id, start, journal, end, stopChildren } = change;
    if (start !== undefined && !this.executions.has(id)) {
      const refusal = this.#start(node, id, start);
      if (refusal !== null) return refusal;
    }
    const held = this.executions.get(id);
    if (held === undefined) {
      assert(journal === undefined || id <= this.purgedId, `execution ${id} was never started`);
      return 'absent';
    }
    if (!this.#mayChange(node, held, change)) return 'lost';
    if (change.reopen === true && held.record.status !== 'Running') {
      const callback = held.record.callback === 'due' ? 'owed' : held.record.callback;
      this.#setOwner(id, node);
      this.#replace(held, { ...held.record, ...NEWLY_RUNNING, callback });
    }
    if (journal !== undefined) this.#append(held.journal, journal, `execution ${id}`);
    for (const mapRun of change.mapRuns ?? []) this.#changeMapRun(held, mapRun);
    if (change.callbackTo !== undefined) this.#callBack(held, change.callbackTo);
    if (change.wakeMs !== undefined && held.record.status === 'Running') {
      this.#replace(held, { ...held.record, wakeMs: change.wakeMs });
    }
    if (end !== undefined && held.record.status === 'Running') this.#end(held, end);
    if (change.callbackDone === true && held.record.callback === 'due') {
      this.#replace(held, { ...held.record, callback: 'done' });
    }
    if (stopChildren !== undefined) {
      for (const child of this.childrenOf(id, stopChildren.events)) {
        if (child.record.stop === null) this.#replace(child, { ...child.record, stop: stopChildren.request });
      }
      const { events, atMs } = stopChildren;
      this.#abortMapRuns(held, atMs, ({ event }) => events.includes(event));
    }
    if (change.abortMapRunsMs !== undefined) this.#abortMapRuns(held, change.abortMapRunsMs, () => true);
    if (change.answers !== undefined) this.#undo.push(this.#nodes.answer(change.answers));
    if (end !== undefined || change.release === true) this.#setOwner(id, null);
    return 'stored';
  }

  /** An ended execution has no owner: what comes for it is a repetition, a redrive, or concerns its callback. */
  #mayChange(node: NodeNumber, { record, journal: rows }: Held, change: ExecutionChange): boolean {
    if (record.status !== 'Running') {
      const { journal, reopen } = change;
      return reopen !== true || journal === undefined || journal.first === nextEvent(rows);
    }
    return this.#nodes.ownerOf(record.id) === node || isOfOthers(change);
  }

  #setOwner(id: ExecutionId, owner: NodeNumber | null): void {
    const before = this.#nodes.ownerOf(id);
    this.#nodes.setOwner(id, owner);
    this.#undo.push(() => this.#nodes.setOwner(id, before));
  }

  /** Another task of the parent waits for the execution from now on. */
  #callBack(held: Held, event: number): void {
    const { parent, status } = held.record;
    if (parent === null) return;
    const callback = status === 'Running' ? 'owed' : 'due';
    this.#replace(held, { ...held.record, parent: { ...parent, event }, callback });
  }

  /** As `ExecutionStore.requestStop`. */
  requestStop(id: ExecutionId, request: Failure): 'asked' | 'asked-before' | 'not-running' {
    const held = this.executions.get(id);
    if (held?.record.status !== 'Running') return 'not-running';
    if (held.record.stop !== null) return 'asked-before';
    held.record = { ...held.record, stop: request };
    return 'asked';
  }

  /** The record of an execution that exists. */
  recordOf(id: ExecutionId): ExecutionRecord {
    return (this.executions.get(id) as Held).record;
  }

  /** Running executions whose end is owed to these tasks of `parent`, by id. */
  childrenOf(parent: ExecutionId, events: readonly number[]): readonly Held[] {
    const wanted = new Set(events);
    return [...(this.owed.get(parent) ?? [])]
      .sort((a, b) => a - b)
      .map((id) => this.executions.get(id) as Held)
      .filter(({ record }) => record.parent !== null && wanted.has(record.parent.event));
  }

  /** Null if the execution has started. `absent` if another start has taken its due time. */
  #start(
    node: NodeNumber,
    id: ExecutionId,
    { record: given, snapshot, due }: NonNullable<ExecutionChange['start']>,
  ): 'name-taken' | 'absent' | null {
    const flow = this.flows.get(given.flowId) ?? { names: new Map(), order: [], snapshots: new Map() };
    if (flow.names.has(given.name)) return 'name-taken';
    if (due !== undefined) {
      const undo = this.#take(due);
      if (undo === null) return 'absent';
      this.#undo.push(undo);
    }
    this.flows.set(given.flowId, flow);
    this.#setOwner(id, node);
    if (snapshot !== null && !flow.snapshots.has(snapshot.revision)) {
      flow.snapshots.set(snapshot.revision, { snapshot, uses: 0 });
      this.#undo.push(() => flow.snapshots.delete(snapshot.revision));
    }
    const stored = flow.snapshots.get(given.revision);
    assert(stored !== undefined, `execution ${id} has no snapshot`);
    const record: ExecutionRecord = { ...given, id, ...NEWLY_RUNNING };
    this.executions.set(id, { record, endedMs: 0, journal: [], mapRuns: new Map() });
    flow.names.set(record.name, id);
    flow.order.splice(placeOf(flow.order, record), 0, { startedMs: record.startedMs, id });
    stored.uses++;
    const lastId = this.lastId;
    this.lastId = Math.max(lastId, id);
    this.#index(record);
    this.#undo.push(() => {
      this.#unindex(record);
      this.#forget(record);
      this.lastId = lastId;
    });
    return null;
  }

  #end(held: Held, end: NonNullable<ExecutionChange['end']>): void {
    const before = held.endedMs;
    held.endedMs = end.steadyMs ?? end.stoppedMs;
    this.#undo.push(() => {
      held.endedMs = before;
    });
    this.#replace(held, ended(held.record, end));
  }

  #append(journal: JournalRow[], row: JournalRow, of: string): void {
    const next = nextEvent(journal);
    if (row.first + row.count <= next) return;
    assert(row.first === next, `the next event of ${of} is ${next}, not ${row.first}`);
    journal.push(row);
    this.#undo.push(() => journal.pop());
  }

  #changeMapRun({ mapRuns, record: { id } }: Held, { record, log }: MapRunChange): void {
    let run = mapRuns.get(record.key);
    if (run === undefined) {
      run = { record, log: [] };
      mapRuns.set(record.key, run);
      this.#undo.push(() => mapRuns.delete(record.key));
    } else this.#setMapRun(run, record);
    if (log !== undefined) this.#append(run.log, log, `Map run ${record.key} of execution ${id}`);
  }

  #abortMapRuns({ mapRuns }: Held, atMs: number, isMeant: (record: MapRunRecord) => boolean): void {
    for (const run of mapRuns.values()) {
      if (!isMeant(run.record) || !isOpen(run.record.status)) continue;
      this.#setMapRun(run, { ...run.record, status: 'Aborted', stoppedMs: atMs });
    }
  }

  #setMapRun(run: HeldMapRun, record: MapRunRecord): void {
    const before = run.record;
    run.record = record;
    this.#undo.push(() => {
      run.record = before;
    });
  }

  #replace(held: Held, record: ExecutionRecord): void {
    const old = held.record;
    this.#unindex(old);
    held.record = record;
    this.#index(record);
    this.#undo.push(() => {
      this.#unindex(record);
      held.record = old;
      this.#index(old);
    });
  }

  #index(record: ExecutionRecord): void {
    const { id, parent } = record;
    if (record.status !== 'Running') {
      if (record.callback === 'due') this.dueCallbacks.add(id);
      return;
    }
    this.running.add(id);
    if (record.callback !== 'owed' || parent === null) return;
    const siblings = this.owed.get(parent.execution) ?? new Set();
    this.owed.set(parent.execution, siblings.add(id));
  }

  #unindex({ id, parent }: ExecutionRecord): void {
    this.running.delete(id);
    this.dueCallbacks.delete(id);
    const siblings = parent === null ? undefined : this.owed.get(parent.execution);
    if (siblings?.delete(id) && siblings.size === 0) this.owed.delete(parent?.execution as ExecutionId);
  }

  #forget(record: ExecutionRecord): void {
    const flow = this.flows.get(record.flowId) as FlowExecutions;
    this.executions.delete(record.id);
    flow.names.delete(record.name);
    flow.order.splice(placeOf(flow.order, record), 1);
    const stored = flow.snapshots.get(record.revision);
    if (stored !== undefined) stored.uses--;
  }
}

/** The event with which a journal continues. */
function nextEvent(journal: readonly JournalRow[]): number {
  const last = journal.at(-1);
  return last === undefined ? 1 : last.first + last.count;
}

/** Index of the first position in `order` (oldest first) that is not older than this one. */
export function placeOf(order: readonly ExecutionPosition[], { startedMs, id }: ExecutionPosition): number {
  return firstNotBefore(order, (each) => each.startedMs < startedMs || (each.startedMs === startedMs && each.id < id));
}

function ended(record: ExecutionRecord, end: NonNullable<ExecutionChange['end']>): ExecutionRecord {
  const { steadyMs: _steadyMs, ...members } = end;
  return { ...record, ...members, wakeMs: null, callback: record.callback === 'owed' ? 'due' : record.callback };
}
