/** Schedules in memory, by id and by the name of their flow. Records are never changed in place, because callers hold them. */
import type { FlowRecord } from '../flows.ts';
import type {
  DuePosition,
  DueSchedule,
  DueTimes,
  ScheduleChanges,
  SchedulePage,
  ScheduleRecord,
} from '../schedules.ts';
import { compareBytes, firstAtOrAfter } from './byte-order.ts';

export class ScheduleTable {
  readonly #byId = new Map<string, ScheduleRecord>();
  /** Ids by the names of flow and schedule. */
  readonly #flows = new Map<string, Map<string, string>>();

  /** False if the flow has a schedule of that name. */
  add(schedule: ScheduleRecord): boolean {
    const ids = this.#flows.get(schedule.flowName) ?? new Map<string, string>();
    if (ids.has(schedule.name)) return false;
    this.#flows.set(schedule.flowName, ids.set(schedule.name, schedule.id));
    this.#byId.set(schedule.id, schedule);
    return true;
  }

  find(flowName: string, name: string): ScheduleRecord | null {
    return this.#byId.get(this.#flows.get(flowName)?.get(name) ?? '') ?? null;
  }

  update(old: ScheduleRecord, changes: ScheduleChanges): ScheduleRecord | null {
    const now = this.#byId.get(old.id);
    if (now === undefined || now.revision !== old.revision || now.nextDueMs !== old.nextDueMs) return null;
    const changed = { ...now, ...changes, revision: now.revision + 1 };
    this.#byId.set(now.id, changed);
    return changed;
  }

  remove(flowName: string, name: string): ScheduleRecord | null {
    const found = this.find(flowName, name);
    if (found === null) return null;
    this.#byId.delete(found.id);
    this.#flows.get(flowName)?.delete(name);
    return found;
  }

  removeFlow(flowName: string): void {
    for (const id of this.#flows.get(flowName)?.values() ?? []) this.#byId.delete(id);
    this.#flows.delete(flowName);
  }

  page(flowName: string, fromName: string, limit: number, textUnits: number): SchedulePage {
    const names = [...(this.#flows.get(flowName)?.keys() ?? [])].sort(compareBytes);
    const schedules: ScheduleRecord[] = [];
    let units = 0;
    for (let i = firstAtOrAfter(names, fromName); i < names.length; i++) {
      const schedule = this.find(flowName, names[i] as string) as ScheduleRecord;
      if (schedules.length === limit || units > textUnits) return { schedules, nextName: schedule.name };
      schedules.push(schedule);
      units += schedule.payload.length + schedule.description.length;
    }
    return { schedules, nextName: null };
  }

  due(
    nowMs: number,
    after: DuePosition | null,
    limit: number,
    flowOf: (name: string) => FlowRecord | undefined,
  ): DueSchedule[] {
    const found: DueSchedule[] = [];
    for (const schedule of this.#byId.values()) {
      const { nextDueMs } = schedule;
      const flow = flowOf(schedule.flowName);
      if (nextDueMs === null || nextDueMs > nowMs || flow === undefined) continue;
      if (after !== null && compare(nextDueMs, schedule.id, after) <= 0) continue;
      found.push({ ...schedule, nextDueMs, flowId: flow.id, executionMode: flow.executionMode });
    }
    found.sort((a, b) => compare(a.nextDueMs, a.id, { dueMs: b.nextDueMs, id: b.id }));
    return found.slice(0, limit);
  }

  nextDueMs(): number | null {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { nextDueMs } of this.#byId.values()) earliest = Math.min(earliest, nextDueMs ?? earliest);
    return earliest === Number.POSITIVE_INFINITY ? null : earliest;
  }

  /** Takes due times. Returns a function that undoes it, or null if the schedule is gone or due at another time. */
  take({ scheduleId, firstMs, lastMs, nextMs }: DueTimes): (() => void) | null {
    const before = this.#byId.get(scheduleId);
    if (before?.nextDueMs !== firstMs) return null;
    this.#byId.set(scheduleId, { ...before, nextDueMs: nextMs, lastDueMs: lastMs });
    return () => void this.#byId.set(scheduleId, before);
  }
}

/** The order of due schedules. */
function compare(dueMs: number, id: string, other: DuePosition): number {
  return dueMs - other.dueMs || (id < other.id ? -1 : Number(id > other.id));
}
