/**
 * The port of the execution store: the records and journals of Standard executions, and queries for the executions that
 * need the runtime. It is asynchronous and works in batches, so that a store can be on another machine. One contract suite
 * (test/store/) runs on every adapter.
 *
 * Invariants:
 * - A commit is applied whole or not at all, and is durable when it resolves.
 * - A caller that did not get the answer to a commit may repeat it; the repetition changes nothing more and has the same answers.
 * - No change is lost in silence: a commit says for each change whether it was stored.
 * - The events of a journal are numbered 1, 2, 3 … without a gap and never change.
 * - A running execution has one owner at most, a live node (`nodes.ts`). Only its owner can change it, apart from what other
 *   executions and callers ask of it: a stop request, mail, another task of its parent, a report that is done.
 * - A node that is gone changes nothing.
 */
import type { EnvironmentVariable } from './flows.ts';
import type { JournalRow } from './journal-row.ts';
import type { Mail, MailAnswer } from './mail.ts';
import type { MapItemPlace, MapRunChange, MapRunRecord } from './map-runs.ts';
import type { ExecutionId, NodeNumber, RunningCounts } from './ids.ts';
import type { Failure } from '../interpreter/event.ts';
import type { ExecutionStatus } from '../interpreter/execution.ts';
import type { DueTimes } from './schedules.ts';

export type { ExecutionId, RunningCounts } from './ids.ts';
export type { JournalRow } from './journal-row.ts';

/** The flow as it was when an execution started. The execution runs this; it never changes. */
export interface FlowSnapshot {
  readonly flowId: string;
  /** The `FlowRecord.revision` that the snapshot copies. */
  readonly revision: number;
  readonly definition: string;
  /** The flow's description. */
  readonly description: string;
  readonly roleArn: string;
  readonly environment: readonly EnvironmentVariable[];
  /** `FlowRecord.writer` at the start. */
  readonly writer: string | null;
}

/** A task of an execution. `event` is the id of its TaskScheduled event. */
export interface TaskReference {
  readonly execution: ExecutionId;
  readonly event: number;
}

/**
 * Whether the parent of an execution has been notified of its end: `none`, it has no waiting parent; `owed`, it still runs
 * and its parent waits; `due`, it has ended and its parent is yet to be notified; `done`, nothing is left to do.
 */
export type CallbackState = 'none' | 'owed' | 'due' | 'done';

/** The tasks that led to an execution. */
export interface Ancestry {
  /** How many executions above this one started one another by tasks, whether or not they wait; 0 when a caller started it. */
  readonly depth: number;
  /**
   * The tasks as texts `{flow}/{execution}/{state}`, the nearest first, up to the first one of a Standard execution. The record
   * of that execution has the tasks above. Empty when a caller started the execution.
   */
  readonly startedBy: readonly string[];
}

export interface ExecutionRecord {
  readonly id: ExecutionId;
  readonly flowId: string;
  readonly flowName: string;
  readonly name: string;
  /**
   * A UUID made at the start. No other start has it, in any store: neither one that gets the same names, nor one that gets the
   * same id after this store was put back from a copy. Empty for an execution that an older version of Millrace started.
   */
  readonly identity: string;
  readonly status: ExecutionStatus;
  readonly startedMs: number;
  /** 0 while the execution runs. */
  readonly stoppedMs: number;
  /** With `flowId`, the key of the snapshot. */
  readonly revision: number;
  /** `''` if the caller named neither a version nor an alias. */
  readonly version: string;
  /** `''` if the caller named no alias. */
  readonly alias: string;
  /** The task that started this execution, or whose token the caller passed; null for neither. */
  readonly parent: TaskReference | null;
  readonly ancestry: Ancestry;
  /** Of a child of a Map run; its `parent` is the Map. Null for any other execution. */
  readonly mapItem: MapItemPlace | null;
  readonly callback: CallbackState;
  /** Set when the parent no longer waits and this execution has to stop at once. */
  readonly stop: Failure | null;
  /** Steady time, milliseconds since 1970. Until then only a callback wakes the execution; null while it has to be in memory. */
  readonly wakeMs: number | null;
  /** Empty unless the execution ended without success. */
  readonly error: string;
  readonly cause: string;
  /** JSON text of an object, byte for byte as the caller sent it; empty if the caller sent none. */
  readonly input: string;
  /** JSON text; empty unless the execution succeeded. */
  readonly output: string;
}

/** The changes of one commit to one execution. A member that is absent changes nothing. */
export interface ExecutionChange {
  readonly id: ExecutionId;
  /**
   * Starts a new execution, which the node owns; `name-taken` if another execution of the flow has its name. `snapshot` is null if
   * an earlier commit stored it and `purge` has not deleted it since.
   */
  readonly start?: {
    readonly record: Omit<
      ExecutionRecord,
      'id' | 'status' | 'stoppedMs' | 'wakeMs' | 'error' | 'cause' | 'output' | 'stop'
    >;
    readonly snapshot: FlowSnapshot | null;
    /**
     * Of a scheduled start: the commit takes these due times of its schedule, and starts the execution only if it could. If not, the
     * execution does not exist afterwards. A repetition finds the execution and takes nothing more.
     */
    readonly due?: DueTimes;
  };
  /**
   * Appended to the journal; ignored if the journal has all of these events. The commit fails if the row leaves a gap, or
   * if the journal has only some of its events: a caller has to repeat a commit unchanged.
   */
  readonly journal?: JournalRow;
  readonly wakeMs?: number | null;
  /** Ends the execution: `owed` becomes `due`, and `wakeMs` null. */
  readonly end?: {
    readonly status: Exclude<ExecutionStatus, 'Running'>;
    readonly stoppedMs: number;
    /** The same moment for `purge`, in a time that is not set back with the clock; `stoppedMs` when absent. */
    readonly steadyMs?: number;
    readonly output: string;
    readonly error: string;
    readonly cause: string;
  };
  /**
   * Lets an ended execution run again (RedriveExecution), and makes the node its owner: resets its status, end and stop request.
   * `due` becomes `owed`, so that a parent that was not notified of this end gets the next one. `lost` if its journal has events that
   * this node does not know, because another node has reopened it.
   */
  readonly reopen?: true;
  /**
   * Another task of the parent waits for this execution from now on, by the id of its TaskScheduled event: the callback is `owed`, or
   * `due` if the execution has ended. Nothing without a parent. A node need not own the execution for it.
   */
  readonly callbackTo?: number;
  /**
   * The parent has been notified of the end, or no longer exists. Nothing unless it is `due`: after a redrive, the parent has to be notified
   * of the next end. A node need not own the execution for it.
   */
  readonly callbackDone?: true;
  /** Aborts every open Map run of an execution whose journal cannot be read, at this time, milliseconds since 1970. */
  readonly abortMapRunsMs?: number;
  /** Changes of Map runs of this execution. */
  readonly mapRuns?: readonly MapRunChange[];
  /**
   * Asks the running children of these tasks and Maps to stop, and aborts Map runs that are open. `events` are the ids of the
   * TaskScheduled and MapRunStarted events. `atMs`: the time of the commit, milliseconds since 1970.
   */
  readonly stopChildren?: { readonly events: readonly number[]; readonly request: Failure; readonly atMs: number };
  /** Answers of mail of this execution, whose effect the other members are. */
  readonly answers?: readonly MailAnswer[];
  /** Gives the execution up: it has no owner from now on. Its later changes are `lost`. */
  readonly release?: true;
}

/**
 * The outcome of a change. `name-taken`: another execution has the name of the one that it starts. `lost`: the node does not own the
 * execution. `absent`: there is no such execution, because a purge has deleted it or the due time of its start was taken. In these
 * cases the change has changed nothing.
 */
export type Outcome = 'stored' | 'name-taken' | 'lost' | 'absent';

/** An execution and its owner. */
export interface OwnedExecution {
  readonly record: ExecutionRecord;
  /** Null for one that has ended. */
  readonly owner: NodeNumber | null;
}

/** Ids that no execution has: `first`, `first + step` … `count` of them. */
export interface IdBlock {
  readonly first: ExecutionId;
  readonly step: number;
  readonly count: number;
}

export interface ExecutionQuery {
  readonly flowId: string;
  readonly status: ExecutionStatus | null;
  /** Milliseconds since 1970, exclusive; null: no bound. */
  readonly startedAfterMs: number | null;
  /** Milliseconds since 1970, exclusive; null: no bound. */
  readonly startedBeforeMs: number | null;
  /** Empty: any name. */
  readonly namePrefix: string;
  readonly version: string | null;
  readonly alias: string | null;
  /** Only the children of this Map run; null: no children of any. */
  readonly mapRun: string | null;
  /** Position of the last item of the previous page; null: begin with the newest. */
  readonly after: ExecutionPosition | null;
  readonly limit: number;
  /** If true, the store does not read `input` and `output`, and they are empty. */
  readonly metadataOnly: boolean;
  /** The page ends once its inputs and outputs have more UTF-16 units than this. */
  readonly textUnits: number;
}

/** A place in the order of ListExecutions: newest first. */
export interface ExecutionPosition {
  readonly startedMs: number;
  readonly id: ExecutionId;
}

export interface ExecutionPage {
  readonly executions: readonly ExecutionRecord[];
  /** Position after which the next page begins; null at the end. A page before the last may be short, even empty. */
  readonly next: ExecutionPosition | null;
}

/** The time at a commit, for the next node that joins. A store with a clock of its own ignores it. */
export interface SeenTime {
  /** Wall time, milliseconds since 1970. */
  readonly nowMs: number;
  /** As `Membership.setBackMs`, with the set-backs since. */
  readonly setBackMs: number;
}

export interface ExecutionStore {
  /** Ids for executions of this node, as many as `count` or fewer, one at least. */
  newIds(node: NodeNumber, count: number): Promise<IdBlock>;
  /**
   * To be added to an id of a block for an execution of this name: 0 or more, and below {@link IdBlock.step}. A store that spreads
   * executions over several places finds them by id and by name.
   */
  placeOf(flowId: string, name: string): number;
  /**
   * Applies all changes in one transaction, in their order, and stores the time if it is given. Resolves with the outcome of each.
   * @throws {LeaseLost} when the node is gone. After any other error the commit may or may not have happened; the caller can
   *   repeat it with the same changes.
   */
  commit(node: NodeNumber, changes: readonly ExecutionChange[], seen?: SeenTime): Promise<readonly Outcome[]>;

  /**
   * Makes the node the owner of a running execution that no live node owns. Resolves with the execution and its owner after that,
   * which may be another node; null when there is none. @throws {LeaseLost}
   */
  claim(node: NodeNumber, id: ExecutionId): Promise<OwnedExecution | null>;
  /** The live node that owns an execution; null for none. */
  ownerOf(id: ExecutionId): Promise<NodeNumber | null>;
  /**
   * Makes the node the owner of running executions that no live node owns and that need one: those that are awake, have a stop request,
   * or have mail without an answer. Resolves with their ids, above `afterId` and ascending. @throws {LeaseLost}
   */
  claimUnowned(node: NodeNumber, afterId: ExecutionId, limit: number): Promise<readonly ExecutionId[]>;
  /**
   * Ids above `afterId`, ascending, of running executions that the node owns and that are awake or have a stop request. The answer to a
   * claim may have been lost, and then the node does not know that it owns them.
   */
  ownedAwake(node: NodeNumber, afterId: ExecutionId, limit: number): Promise<readonly ExecutionId[]>;
  /**
   * Ids of running executions whose `wakeMs` is `nowMs`, steady time, or earlier, the earliest first: those that the node owns, and
   * those that no live node owned and that it owns from now on. @throws {LeaseLost}
   */
  claimDue(node: NodeNumber, nowMs: number, limit: number): Promise<readonly ExecutionId[]>;
  /**
   * Asks a running execution to stop. Its owner sees it in `requests`; if it has none, the next one stops it. `asked-before`: an
   * earlier request remains.
   */
  requestStop(id: ExecutionId, request: Failure): Promise<'asked' | 'asked-before' | 'not-running'>;
  /** Stores mail. False when the execution does not run. */
  post(mail: Mail): Promise<boolean>;
  /** The requests of others about executions that the node owns: stops, and mail without an answer. */
  requests(node: NodeNumber): Promise<Requests>;
  /** Answers mail that has no effect. */
  answer(answers: readonly MailAnswer[]): Promise<void>;
  /** The answers of these mails, as far as they have one; `absent` are the mails that the store does not have. */
  answers(
    ids: readonly string[],
  ): Promise<{ readonly answers: readonly MailAnswer[]; readonly absent: readonly string[] }>;
  /** Those of these executions that do not run. */
  ended(ids: readonly ExecutionId[]): Promise<readonly ExecutionId[]>;

  get(id: ExecutionId): Promise<ExecutionRecord | null>;
  find(flowId: string, name: string): Promise<ExecutionRecord | null>;
  snapshot(flowId: string, revision: number): Promise<FlowSnapshot | null>;
  /** The rows that hold the events `fromEvent` to `fromEvent + count - 1`, in order. */
  journal(id: ExecutionId, fromEvent: number, count: number): Promise<readonly JournalRow[]>;
  /** Newest first (rules.md 4.5). */
  list(query: ExecutionQuery): Promise<ExecutionPage>;
  /**
   * For each flow, when its newest execution has started that has this status (null: any) and that started at `atMs` or before; null
   * for none. Children of Map runs do not count. It reads one entry of an index for each flow.
   */
  newestStarts(
    flowIds: readonly string[],
    status: ExecutionStatus | null,
    atMs: number,
  ): Promise<readonly (number | null)[]>;
  /** For each flow, how many of its executions are running, without children of Map runs; at most `most`. */
  runningOf(flowIds: readonly string[], most: number): Promise<readonly number[]>;
  /** Ids of the deleted flows of which the store still has executions. */
  deletedFlows(): Promise<readonly string[]>;
  /** Number of executions with status Running. */
  running(): Promise<RunningCounts>;

  /** A Map run of an execution by its name; null when the execution has none of that name. */
  mapRun(id: ExecutionId, name: string): Promise<MapRunRecord | null>;
  /** Rows of the log of a Map run, in order, beginning with that of the entry `fromEntry`; at most `rows`. */
  mapRunLog(id: ExecutionId, key: number, fromEntry: number, rows: number): Promise<readonly JournalRow[]>;
  /**
   * Positions of the children of a Map run that are running or have ended without the run knowing, ascending: those that report to the
   * event `event` of its execution, not those of an earlier event that a redrive has undone.
   */
  mapRunItems(name: string, event: number): Promise<readonly number[]>;

  /**
   * Ids above `afterId`, ascending, of ended executions whose callback is due, and whose parent no node other than this one owns.
   */
  dueEnds(node: NodeNumber, afterId: ExecutionId, limit: number): Promise<readonly ExecutionId[]>;
  /** The earliest `wakeMs` of any execution; null when none is asleep. */
  nextWakeMs(): Promise<number | null>;
  /** Running executions whose end is owed to these tasks of `parent`. */
  children(parent: ExecutionId, events: readonly number[]): Promise<readonly ExecutionId[]>;
  /**
   * Ids above `afterId`, ascending, of running executions whose end is owed to an execution that has ended or was deleted.
   * A crash between the end of a parent and the stop of its children leaves them, or a caller started them with the
   * token of a task.
   */
  orphans(afterId: ExecutionId, limit: number): Promise<readonly ExecutionId[]>;

  /**
   * A step of a round that deletes ended executions with their journals: those of deleted flows, and those that `retention`
   * does not retain, the ones that ended first before others. An execution whose callback is due is not deleted, and neither is
   * one whose parent runs, except those of deleted flows. The ended children of Map runs go with the execution of their Map; they do not
   * count in the numbers of `retention`, and only their age or the end of their flow deletes them before. At the end of the round, deletes the snapshots that no execution needs,
   * except those of versions and of the current revision of a flow, and old mail.
   * @param limit most executions that the step deletes
   * @param after null begins a round; then `next` of the step before
   */
  purge(node: NodeNumber, retention: Retention, limit: number, after: PurgePosition | null): Promise<PurgeStep>;
  /**
   * Gives a small part of the space of deleted data back to the system, if there is much. True if there is more to give back.
   * @throws {LeaseLost}
   */
  giveBackSpace(node: NodeNumber): Promise<boolean>;
  /** Finishes the commits under way and closes the store; no call may follow. */
  close(): Promise<void>;
}

/** The requests of others about executions that a node owns. */
export interface Requests {
  /** Running executions with a stop request. */
  readonly stops: readonly { readonly id: ExecutionId; readonly request: Failure }[];
  /** Mail without an answer, the oldest first. */
  readonly mail: readonly Mail[];
}

/** Which ended executions {@link ExecutionStore.purge} leaves: those that both members retain. */
export interface Retention {
  /** In steady time: executions that ended earlier are deleted; null: none of them. */
  readonly endedBeforeMs: number | null;
  /** How many ended executions are left, of all flows without a number of their own and without children of Map runs; null: any number. */
  readonly executions: number | null;
  /** Flows with other values. */
  readonly flows: readonly FlowRetention[];
}

/** The values of the flows whose names match. The general value applies in place of an absent member. */
export interface FlowRetention {
  /** A name, or a pattern in which `*` matches any text; the longest that matches counts. */
  readonly pattern: string;
  readonly endedBeforeMs?: number | null;
  /** How many ended executions of each flow are left, without children of Map runs. */
  readonly executions?: number | null;
}

/** A place in a round of purges, which goes through ended executions from the one that ended first. */
export interface PurgePosition {
  /** Steady time. */
  readonly endedMs: number;
  readonly id: ExecutionId;
}

export interface PurgeStep {
  /** Number of deleted executions. */
  readonly deleted: number;
  /** Where the next step continues; null at the end of the round. */
  readonly next: PurgePosition | null;
}
