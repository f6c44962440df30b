/**
 * The operations on schedules. A change is durable before it is answered, and the runner learns of the next due time with it. An
 * update that another change overtakes begins again, so a partial update changes only its own parts.
 */
import { apiError, invalidArgument } from '../api/error.ts';
import type { Ports } from '../base/ports.ts';
import { existingFlow } from '../runtime/flows/existing-flow.ts';
import type { FlowStore } from '../store/flows.ts';
import type { ScheduleRecord, ScheduleStore } from '../store/schedules.ts';
import { inputOf, payloadFault } from './due-start.ts';
import type { DueSchedules } from './due-schedules.ts';
import type { Schedules, ScheduleUpdate } from './schedules.ts';
import { TimetableFault } from './timetable/fault.ts';
import type { Timetable } from './timetable/timetable.ts';
import type { Timetables } from './timetables.ts';

export interface ScheduleServiceOptions {
  readonly store: ScheduleStore;
  readonly flows: Pick<FlowStore, 'get'>;
  readonly ports: Pick<Ports, 'clock' | 'ids' | 'observer'>;
  readonly timetables: Timetables;
  readonly due: Pick<DueSchedules, 'arm'>;
  /** The setting `limits.input`: the most bytes of the input that an execution starts with. */
  readonly inputBytes: number;
}

/** How often an update begins again; each time another change of the schedule has succeeded. */
const TRIES_MAX = 10;

export class ScheduleService implements Schedules {
  readonly #options: ScheduleServiceOptions;

  constructor(options: ScheduleServiceOptions) {
    this.#options = options;
  }

  async create({ flowName, name, ...given }: Parameters<Schedules['create']>[0]): Promise<ScheduleRecord> {
    const { store, ports, due } = this.#options;
    this.#checkPayload(name, given.payload);
    const nowMs = ports.clock.nowMs();
    const nextMs = await this.#nextMs(given.cronExpression, nowMs, nowMs);
    const schedule: ScheduleRecord = {
      ...{ flowName, name, ...given },
      id: ports.ids.uuid(),
      createdMs: nowMs,
      lastModifiedMs: nowMs,
      revision: 1,
      nextDueMs: given.isEnabled ? nextMs : null,
      lastDueMs: null,
    };
    const outcome = await store.create(schedule);
    if (outcome === 'no-flow') throw apiError('FlowNotExists', flowName);
    if (outcome === 'exists') throw apiError('ScheduleAlreadyExists', name, flowName);
    if (schedule.nextDueMs !== null) due.arm(schedule.nextDueMs);
    return schedule;
  }

  async describe(flowName: string, name: string): Promise<ScheduleRecord> {
    const found = await this.#options.store.get(flowName, name);
    return found ?? this.#absent(flowName, name);
  }

  async update(flowName: string, name: string, update: ScheduleUpdate): Promise<ScheduleRecord> {
    const { store, ports, due } = this.#options;
    if (update.payload !== undefined) this.#checkPayload(name, update.payload);
    if (update.cronExpression !== undefined) await this.#timetable(update.cronExpression);
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const old = await this.describe(flowName, name);
      const nowMs = ports.clock.nowMs();
      const given = Object.fromEntries(Object.entries(update).filter(([, value]) => value !== undefined));
      const wanted: ScheduleRecord = { ...old, ...given };
      const nextDueMs = await this.#nextAfterUpdate(old, wanted, nowMs);
      const changed = await store.update(old, { ...given, nextDueMs, lastModifiedMs: nowMs });
      if (changed === 'changed') continue;
      this.#reportDropped(old, changed, nowMs);
      if (changed.nextDueMs !== null) due.arm(changed.nextDueMs);
      return changed;
    }
    throw apiError('ConcurrentUpdateError');
  }

  async delete(flowName: string, name: string): Promise<void> {
    if ((await this.#options.store.delete(flowName, name)) === null) await this.#absent(flowName, name);
  }

  async list(...query: Parameters<Schedules['list']>): ReturnType<Schedules['list']> {
    await existingFlow(this.#options.flows, query[0]);
    return this.#options.store.list(...query);
  }

  async #absent(flowName: string, name: string): Promise<never> {
    await existingFlow(this.#options.flows, flowName);
    throw apiError('ScheduleNotExists', name, flowName);
  }

  /** A due time remains unless its expression is replaced or the schedule was disabled. Another one is later than all taken ones. */
  async #nextAfterUpdate(old: ScheduleRecord, wanted: ScheduleRecord, nowMs: number): Promise<number | null> {
    const isOther = wanted.cronExpression !== old.cronExpression;
    // A wrong expression is refused for a disabled schedule as well.
    const isNew = isOther || (wanted.isEnabled && !old.isEnabled);
    if (!isNew) return wanted.isEnabled ? old.nextDueMs : null;
    const next = await this.#nextMs(wanted.cronExpression, nowMs, Math.max(nowMs, old.lastDueMs ?? nowMs));
    return wanted.isEnabled ? next : null;
  }

  /** The first due time after `afterMs`. @throws {ApiError} `InvalidArgument` for a wrong expression, or one without a due time */
  async #nextMs(expression: string, nowMs: number, afterMs: number): Promise<number | null> {
    const timetable = await this.#timetable(expression);
    if (timetable.next(nowMs) === null) throw wrong(expression, 'names no time that will come');
    return timetable.next(afterMs);
  }

  async #timetable(expression: string): Promise<Timetable> {
    try {
      return await this.#options.timetables.of(expression);
    } catch (error) {
      if (error instanceof TimetableFault) throw wrong(expression, error.message);
      throw error;
    }
  }

  #checkPayload(name: string, payload: string): void {
    const fault = payloadFault(payload);
    if (fault !== null) {
      throw invalidArgument(`Payload begins like JSON and is not JSON that can be read: ${fault}.`);
    }
    const { inputBytes } = this.#options;
    if (Buffer.byteLength(inputOf(name, 0, payload).text) > inputBytes) {
      throw apiError('EntityTooLarge', String(inputBytes));
    }
  }

  /** A due time that was not started yet, and never will be because of this update. */
  #reportDropped(old: ScheduleRecord, { nextDueMs }: ScheduleRecord, nowMs: number): void {
    if (old.nextDueMs === null || old.nextDueMs > nowMs || old.nextDueMs === nextDueMs) return;
    this.#options.ports.observer.scheduleSkipped?.({
      flowName: old.flowName,
      scheduleName: old.name,
      dueMs: old.nextDueMs,
      nextMs: nextDueMs,
      count: null,
      reason: 'the schedule was updated before the execution could start',
    });
  }
}

function wrong(expression: string, what: string) {
  return invalidArgument(`CronExpression "${expression}" ${what}.`);
}
