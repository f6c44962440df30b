/**
 * Schedules as a port for `operations/`: each starts executions of one flow at the due times of its expression (rules.md 5.20).
 * Members take the names of flow and schedule as callers send them, and throw {ApiError} `FlowNotExists` and `ScheduleNotExists`
 * for names that lead nowhere.
 */
import type { SchedulePage, ScheduleRecord } from '../store/schedules.ts';

export interface ScheduleRequest {
  readonly flowName: string;
  readonly name: string;
  readonly cronExpression: string;
  readonly description: string;
  /** Any text; empty for none. */
  readonly payload: string;
  readonly isEnabled: boolean;
}

/** The parts of a schedule to change; an absent one remains. */
export interface ScheduleUpdate {
  readonly cronExpression?: string | undefined;
  readonly description?: string | undefined;
  readonly payload?: string | undefined;
  readonly isEnabled?: boolean | undefined;
}

export interface Schedules {
  /** Durable when it resolves. @throws {ApiError} `ScheduleAlreadyExists`, `InvalidArgument`, `EntityTooLarge` (the payload) */
  create(request: ScheduleRequest): Promise<ScheduleRecord>;
  describe(flowName: string, name: string): Promise<ScheduleRecord>;
  /**
   * Changes the given parts. With another expression, or enabled after it was disabled, the schedule is next due at the first due
   * time after now. Durable when it resolves.
   * @throws {ApiError} `InvalidArgument`, `EntityTooLarge`, `ConcurrentUpdateError`
   */
  update(flowName: string, name: string, update: ScheduleUpdate): Promise<ScheduleRecord>;
  /** No execution of it starts after this resolves; those that it has started run on. */
  delete(flowName: string, name: string): Promise<void>;
  /** By name, beginning with `fromName`; see {@link ScheduleStore.list}. */
  list(flowName: string, fromName: string, limit: number, textUnits: number): Promise<SchedulePage>;
}
