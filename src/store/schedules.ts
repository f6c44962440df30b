/**
 * The port of the schedule store: schedules, and when each is due next. It is asynchronous and works in batches, so that a store
 * can be on another machine. One contract suite (test/store/) runs on every adapter.
 *
 * Invariants:
 * - A schedule belongs to one flow, and the deletion of the flow deletes it in the same transaction.
 * - Due times are taken by a conditional change: `nextDueMs` moves only if it still is the first of them. So of several takers, in
 *   one process or in many, one succeeds, and a due time that was taken does not come back.
 * - A scheduled start of a Standard execution takes its due times in the commit that starts it (`ExecutionChange.start`).
 */
import type { ExecutionMode } from './flows.ts';
import type { NodeNumber } from './ids.ts';

export interface ScheduleRecord {
  readonly flowName: string;
  /** Unique within the flow. */
  readonly name: string;
  /** UUID. A schedule that is deleted and created again under the same name gets a new one. */
  readonly id: string;
  readonly description: string;
  /** As the caller sent it. */
  readonly cronExpression: string;
  /** As the caller sent it; empty for none. */
  readonly payload: string;
  readonly isEnabled: boolean;
  readonly createdMs: number;
  readonly lastModifiedMs: number;
  /** Each update adds one. A due time that is taken does not change it. */
  readonly revision: number;
  /** Wall time, milliseconds since 1970; null while nothing is due: disabled, or the expression names no later time. */
  readonly nextDueMs: number | null;
  /** The last due time that was taken, started or not; null for none. */
  readonly lastDueMs: number | null;
}

/** A schedule whose time has come. */
export interface DueSchedule extends ScheduleRecord {
  readonly flowId: string;
  readonly executionMode: ExecutionMode;
  readonly nextDueMs: number;
}

/** Due times of a schedule that are taken together: one, or that one and the missed ones before it. */
export interface DueTimes {
  /** `ScheduleRecord.id`. */
  readonly scheduleId: string;
  /** The first one: the schedule's `nextDueMs` until they are taken. */
  readonly firstMs: number;
  /** The last one, which is the first as well in most cases: the schedule's `lastDueMs` from then on. */
  readonly lastMs: number;
  /** The schedule's `nextDueMs` from then on. */
  readonly nextMs: number | null;
}

export type ScheduleChanges = Partial<
  Pick<ScheduleRecord, 'description' | 'cronExpression' | 'payload' | 'isEnabled' | 'nextDueMs'>
> &
  Pick<ScheduleRecord, 'lastModifiedMs'>;

export interface SchedulePage {
  readonly schedules: readonly ScheduleRecord[];
  /** Name of the first schedule of the next page; null at the end. */
  readonly nextName: string | null;
}

/** A place in the order of due schedules: by due time, then by id. */
export interface DuePosition {
  readonly dueMs: number;
  readonly id: string;
}

export interface ScheduleStore {
  /** `exists` if the flow has a schedule of that name, `no-flow` if there is no such flow. Durable when it resolves. */
  create(schedule: ScheduleRecord): Promise<'created' | 'exists' | 'no-flow'>;
  get(flowName: string, name: string): Promise<ScheduleRecord | null>;
  /**
   * Returns the changed record, which is durable. `changed` if the schedule is no longer as in `old`: another caller has updated
   * or replaced it, or a due time was taken.
   */
  update(old: ScheduleRecord, changes: ScheduleChanges): Promise<ScheduleRecord | 'changed'>;
  /** Resolves with the deleted schedule; null if the flow has none of that name. */
  delete(flowName: string, name: string): Promise<ScheduleRecord | null>;
  /**
   * In the byte order of their names, beginning with `fromName` (empty: with the first). A page ends once its payloads and
   * descriptions have more than `textUnits` UTF-16 units.
   */
  list(flowName: string, fromName: string, limit: number, textUnits: number): Promise<SchedulePage>;

  /** Schedules whose `nextDueMs` is `nowMs` or earlier, after this position, in the order of {@link DuePosition}. */
  due(nowMs: number, after: DuePosition | null, limit: number): Promise<readonly DueSchedule[]>;
  /** The earliest `nextDueMs`; null when nothing is due at any time. */
  nextDueMs(): Promise<number | null>;
  /**
   * Takes due times without a start in the same commit. Resolves, for each, with whether it was taken: false if the schedule is
   * gone, or is due at another time. Durable when it resolves.
   * @throws {LeaseLost} as `ExecutionStore.commit`
   */
  take(node: NodeNumber, times: readonly DueTimes[]): Promise<readonly boolean[]>;
  /** Finishes the changes under way and closes the store; no call may follow. */
  close(): Promise<void>;
}
