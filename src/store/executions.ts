/**
 * The port of the execution store: the journal of Standard executions, their records and what has to be done about them.
 * Asynchronous and in batches, because a store may be another machine; one contract suite (test/store/) runs on every
 * adapter.
 *
 * Invariants. A commit is whole or not at all, and durable when it resolves. A commit that is repeated, because its answer
 * was lost, changes nothing more. The journal of an execution has no gap: its events are 1, 2, 3 … and are never changed.
 * Only the holder of the latest fence writes.
 */
import type { EnvironmentVariable } from './flows.ts';
import type { ExecutionStatus } from '../interpreter/execution.ts';

/** A whole number below 2^53, given out in the order in which executions start. */
export type ExecutionId = number;

/** What an execution runs: a flow as it was at its start. Never changed. */
export interface FlowSnapshot {
  readonly flowId: string;
  /** `FlowRecord.revision` that the snapshot was taken of. */
  readonly revision: number;
  readonly definition: string;
  /** Of the flow. */
  readonly description: string;
  readonly roleArn: string;
  readonly environment: readonly EnvironmentVariable[];
}

/** A task of an execution: the id of its TaskScheduled event. */
export interface TaskReference {
  readonly execution: ExecutionId;
  readonly event: number;
}

/**
 * What becomes of the end of an execution that another waits for: `none`, nobody waits; `owed`, to be told when it ends;
 * `due`, it ended and its parent was not told yet; `done`.
 */
export type CallbackState = 'none' | 'owed' | 'due' | 'done';

export interface StopRequest {
  readonly error: string;
  readonly cause: string;
}

export interface ExecutionRecord {
  readonly id: ExecutionId;
  readonly flowId: string;
  readonly flowName: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startedMs: number;
  /** 0 while it runs. */
  readonly stoppedMs: number;
  /** Key of its snapshot, with `flowId`. */
  readonly revision: number;
  /** `''` when no version was asked for, directly or through an alias. */
  readonly version: string;
  /** `''` when no alias was asked for. */
  readonly alias: string;
  /** The task that started it, or the one whose token it was started with; null for neither. */
  readonly parent: TaskReference | null;
  readonly callback: CallbackState;
  /** Set when it is to stop at once, because its parent gave it up. */
  readonly stop: StopRequest | null;
  /** Milliseconds since 1970 until when nothing but a callback wakes it; null while it has to be in memory. */
  readonly wakeMs: number | null;
  /** Empty unless it ended without success. */
  readonly error: string;
  readonly cause: string;
  /** JSON text of an object, byte for byte as it was sent; empty when none was. */
  readonly input: string;
  /** JSON text; empty unless it succeeded. */
  readonly output: string;
}

/** A record without its texts, of which there may be a hundred in a page. */
export type ExecutionSummary = Omit<ExecutionRecord, 'input' | 'output'>;

/** Events of one commit of one execution. */
export interface JournalRow {
  /** Id of the first event. */
  readonly first: number;
  readonly count: number;
  /** JSON text of an array of `count` events, as `interpreter/journal.ts` writes them. */
  readonly events: string;
}

/** What one commit does to one execution. Members that are absent change nothing. */
export interface ExecutionChange {
  readonly id: ExecutionId;
  /**
   * The execution is new, and no other of its flow has its name. `snapshot` is null when the store has it: it was given
   * before, and `purge` did not take it.
   */
  readonly start?: {
    readonly record: Omit<
      ExecutionRecord,
      'id' | 'status' | 'stoppedMs' | 'wakeMs' | 'error' | 'cause' | 'output' | 'stop'
    >;
    readonly snapshot: FlowSnapshot | null;
  };
  /**
   * Appended to the journal, and ignored if these events are there already. A row that leaves a gap, or of which only a
   * part is there, fails the commit: what is repeated is repeated as it was.
   */
  readonly journal?: JournalRow;
  readonly wakeMs?: number | null;
  /** It ended: `callback` becomes `due` if it was `owed`, `wakeMs` null. */
  readonly end?: {
    readonly status: Exclude<ExecutionStatus, 'Running'>;
    readonly stoppedMs: number;
    readonly output: string;
    readonly error: string;
    readonly cause: string;
  };
  /** It runs again after its end (RedriveExecution): status, end and stop request are as at its start. */
  readonly reopen?: true;
  /** Its parent was told of its end, or is not there any more. */
  readonly callbackDone?: true;
  /** Running executions that tasks of this one wait for, by the tasks' events, are to stop. */
  readonly stopChildren?: { readonly events: readonly number[]; readonly request: StopRequest };
}

export interface ExecutionQuery {
  readonly flowId: string;
  readonly status: ExecutionStatus | null;
  /** Started after this, milliseconds since 1970, exclusive; null: no bound. */
  readonly startedAfterMs: number | null;
  /** Started before this, exclusive. */
  readonly startedBeforeMs: number | null;
  /** Empty: any name. */
  readonly namePrefix: string;
  readonly version: string | null;
  readonly alias: string | null;
  /** Where the page begins: the last item of the page before; null: with the newest. */
  readonly after: ExecutionPosition | null;
  readonly limit: number;
  /** True: `input` and `output` of the records are empty and not read. */
  readonly metadataOnly: boolean;
  /** The page ends after the execution whose input and output pass this sum of UTF-16 units. */
  readonly textUnits: number;
}

/** A place in the order of ListExecutions: newest first. */
export interface ExecutionPosition {
  readonly startedMs: number;
  readonly id: ExecutionId;
}

export interface ExecutionPage {
  readonly executions: readonly ExecutionRecord[];
  /** Position to go on after; null at the end. A page may be short, even empty, and yet not be the last. */
  readonly next: ExecutionPosition | null;
}

/** What the owner of a store gets when it takes it over. */
export interface Ownership {
  /** Goes with every commit; a later owner has a higher one. */
  readonly fence: number;
  /** Highest id given out so far; 0 for none. */
  readonly lastId: ExecutionId;
  /** 32 bytes that only this store has, the same ever since it was made; task tokens are made with them. */
  readonly tokenKey: Uint8Array;
}

export interface ExecutionStore {
  /** Makes the caller the only writer: commits with an earlier fence are refused from now on. */
  takeOver(): Promise<Ownership>;
  /**
   * All changes in one transaction, in their order.
   * @throws {FenceLost} when another has taken over; any other error leaves it open whether the commit happened, and the
   *   same changes may be committed again.
   */
  commit(fence: number, changes: readonly ExecutionChange[]): Promise<void>;

  get(id: ExecutionId): Promise<ExecutionRecord | null>;
  find(flowId: string, name: string): Promise<ExecutionRecord | null>;
  snapshot(flowId: string, revision: number): Promise<FlowSnapshot | null>;
  /** The rows that hold events `fromEvent` and later, in order, until `count` events are covered. */
  journal(id: ExecutionId, fromEvent: number, count: number): Promise<readonly JournalRow[]>;
  /** Newest first (decisions.md 4.9). */
  list(query: ExecutionQuery): Promise<ExecutionPage>;
  /** Executions with status Running. */
  running(): Promise<number>;

  /**
   * Ids above `afterId`, ascending, of what needs the runtime after a start: running executions that are not asleep or
   * have a stop request, and ended ones whose callback is due.
   */
  unfinished(afterId: ExecutionId, limit: number): Promise<readonly ExecutionId[]>;
  /** Ids of executions asleep until `nowMs` or earlier, the longest due first. */
  due(nowMs: number, limit: number): Promise<readonly ExecutionId[]>;
  /** Ids above `afterId`, ascending, of executions asleep: for a clock that was set back. */
  asleep(afterId: ExecutionId, limit: number): Promise<readonly ExecutionId[]>;
  /** The earliest `wakeMs`; null when nothing is asleep. */
  nextWakeMs(): Promise<number | null>;
  /** Running executions whose end is owed to tasks of this one, by the tasks' events. */
  children(parent: ExecutionId, events: readonly number[]): Promise<readonly ExecutionId[]>;
  /**
   * Running executions whose end is owed to an execution that has ended itself or is gone: left over by a crash between
   * the end of a parent and the stop of its children, or started by a caller who had the task's token. Ids above `afterId`,
   * ascending.
   */
  orphans(afterId: ExecutionId, limit: number): Promise<readonly ExecutionId[]>;

  /**
   * Deletes ended executions with their journals, up to `limit` of them: those of flows that do not exist any more, and
   * those that ended before `endedBeforeMs` (null: none of these); not those whose callback is due. Deletes the snapshots
   * that no execution refers to, but those of the current revision of a flow and of versions. Returns how many executions
   * it deleted.
   */
  purge(fence: number, endedBeforeMs: number | null, limit: number): Promise<number>;
  /** Lets go of what the store holds, after the commits under way; no call may follow. */
  close(): Promise<void>;
}

/** Another owner has taken the store over: nothing that this one does counts any more. */
export class FenceLost extends Error {
  override readonly name = 'FenceLost';
}
