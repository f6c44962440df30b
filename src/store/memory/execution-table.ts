/**
 * Executions, journals and snapshots in memory, and the one thing that changes them: a commit, which is whole or undone.
 *
 * Invariants: records and rows are never changed in place, so what was handed out stays as it was; the sets that stand
 * beside the executions are what {@link ExecutionTable} makes of each record that it is given, and nothing else.
 */
import { assert } from '../../base/assert.ts';
import type {
  ExecutionChange,
  ExecutionId,
  ExecutionPosition,
  ExecutionRecord,
  FlowSnapshot,
  JournalRow,
} from '../executions.ts';

interface Held {
  record: ExecutionRecord;
  readonly journal: JournalRow[];
}

/** What is kept of one flow id, whether or not the flow exists any more. */
interface FlowShelf {
  readonly names: Map<string, ExecutionId>;
  /** Oldest first. */
  readonly order: ExecutionPosition[];
  readonly snapshots: Map<number, { readonly snapshot: FlowSnapshot; uses: number }>;
}

export class ExecutionTable {
  readonly executions = new Map<ExecutionId, Held>();
  readonly flows = new Map<string, FlowShelf>();
  readonly running = new Set<ExecutionId>();
  /** Ended ones whose callback is due. */
  readonly dueCallbacks = new Set<ExecutionId>();
  /** Running ones whose end is owed, by their parents. */
  readonly owed = new Map<ExecutionId, Set<ExecutionId>>();
  lastId: ExecutionId = 0;
  /** Highest id that was purged: an execution that is not there and has a higher one never was. */
  purgedId: ExecutionId = 0;
  readonly #undo: (() => void)[] = [];

  commit(changes: readonly ExecutionChange[]): void {
    try {
      for (const change of changes) this.#apply(change);
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

  #apply(change: ExecutionChange): void {
    const { id, start, journal, end, stopChildren } = change;
    if (start !== undefined && !this.executions.has(id)) this.#start(id, start);
    const held = this.executions.get(id);
    if (held === undefined) {
      // Its flow was deleted, and it was purged between a commit and its repetition.
      assert(id <= this.purgedId, `execution ${id} was never started`);
      return;
    }
    if (change.reopen === true && held.record.status !== 'Running') this.#replace(held, reopened(held.record));
    if (journal !== undefined) this.#append(held, journal);
    if (change.wakeMs !== undefined && held.record.status === 'Running') {
      this.#replace(held, { ...held.record, wakeMs: change.wakeMs });
    }
    if (end !== undefined && held.record.status === 'Running') this.#replace(held, ended(held.record, end));
    if (change.callbackDone === true && held.record.callback !== 'none') {
      this.#replace(held, { ...held.record, callback: 'done' });
    }
    if (stopChildren !== undefined) {
      for (const child of this.childrenOf(id, stopChildren.events)) {
        if (child.record.stop === null) this.#replace(child, { ...child.record, stop: stopChildren.request });
      }
    }
  }

  childrenOf(parent: ExecutionId, events: readonly number[]): readonly Held[] {
    const wanted = new Set(events);
    return [...(this.owed.get(parent) ?? [])]
      .sort((a, b) => a - b)
      .map((id) => this.executions.get(id) as Held)
      .filter(({ record }) => record.parent !== null && wanted.has(record.parent.event));
  }

  #start(id: ExecutionId, { record: given, snapshot }: NonNullable<ExecutionChange['start']>): void {
    const flow = this.flows.get(given.flowId) ?? { names: new Map(), order: [], snapshots: new Map() };
    this.flows.set(given.flowId, flow);
    assert(!flow.names.has(given.name), `execution ${id} has the name of another`);
    if (snapshot !== null && !flow.snapshots.has(snapshot.revision)) {
      flow.snapshots.set(snapshot.revision, { snapshot, uses: 0 });
      this.#undo.push(() => flow.snapshots.delete(snapshot.revision));
    }
    const kept = flow.snapshots.get(given.revision);
    assert(kept !== undefined, `execution ${id} has no snapshot`);
    const record: ExecutionRecord = {
      ...given,
      id,
      status: 'Running',
      stoppedMs: 0,
      stop: null,
      wakeMs: null,
      error: '',
      cause: '',
      output: '',
    };
    this.executions.set(id, { record, journal: [] });
    flow.names.set(record.name, id);
    flow.order.splice(placeOf(flow.order, record), 0, { startedMs: record.startedMs, id });
    kept.uses++;
    const lastId = this.lastId;
    this.lastId = Math.max(lastId, id);
    this.#index(record);
    this.#undo.push(() => {
      this.#unindex(record);
      this.#forget(record);
      this.lastId = lastId;
    });
  }

  #append(held: Held, row: JournalRow): void {
    const last = held.journal.at(-1);
    const next = last === undefined ? 1 : last.first + last.count;
    if (row.first + row.count <= next) return;
    assert(
      row.first === next,
      `the journal of execution ${held.record.id} goes on with ${next}, not with ${row.first}`,
    );
    held.journal.push(row);
    this.#undo.push(() => held.journal.pop());
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
    const flow = this.flows.get(record.flowId) as FlowShelf;
    this.executions.delete(record.id);
    flow.names.delete(record.name);
    flow.order.splice(placeOf(flow.order, record), 1);
    const kept = flow.snapshots.get(record.revision);
    if (kept !== undefined) kept.uses--;
  }
}

/** Index of the first position that is not older than this one. */
export function placeOf(order: readonly ExecutionPosition[], { startedMs, id }: ExecutionPosition): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const place = order[middle] as ExecutionPosition;
    if (place.startedMs < startedMs || (place.startedMs === startedMs && place.id < id)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function reopened(record: ExecutionRecord): ExecutionRecord {
  return {
    ...record,
    status: 'Running',
    stoppedMs: 0,
    stop: null,
    wakeMs: null,
    error: '',
    cause: '',
    output: '',
  };
}

function ended(record: ExecutionRecord, end: NonNullable<ExecutionChange['end']>): ExecutionRecord {
  return { ...record, ...end, wakeMs: null, callback: record.callback === 'owed' ? 'due' : record.callback };
}
