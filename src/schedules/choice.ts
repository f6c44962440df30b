/** Which due times of a schedule that is due have no execution, and which one starts one (rules.md 12.19). */
import type { DueSchedule, DueTimes } from '../store/schedules.ts';
import type { Skipped } from './reports.ts';
import type { Timetable } from './timetable/timetable.ts';

export interface ChoiceRules {
  /** The setting `schedules.catchUp`. */
  readonly catchUpMs: number;
  /** The setting `schedules.missed`. */
  readonly missed: 'latest' | 'all';
}

export type Choice =
  /** All of `due` are skipped: they are too old, or a later one has come while starts are refused. */
  | { readonly start: false; readonly why: 'old' | 'missed'; readonly due: DueTimes; readonly skipped: Skipped }
  /** The last of `due` starts an execution; `missed` are those before it, null for none. */
  | { readonly start: true; readonly due: DueTimes; readonly missed: Skipped | null };

/**
 * @param nowMs wall time at which the round began: what comes later is not missed
 * @param isRefused true if no execution can start at this time
 */
export function choiceOf(
  timetable: Timetable,
  schedule: DueSchedule,
  { nowMs, isRefused }: { readonly nowMs: number; readonly isRefused: boolean },
  { catchUpMs, missed }: ChoiceRules,
): Choice {
  const { nextDueMs: firstMs } = schedule;
  const fromMs = nowMs - catchUpMs;
  const lastMs = missed === 'latest' ? timetable.last(firstMs, nowMs) : firstMs;
  if (lastMs < fromMs) return skip('old', timetable, schedule, fromMs);
  // The latest one waits. Without this the search for it would be repeated in each round.
  if (isRefused) return skip('missed', timetable, schedule, lastMs);
  const due = dueTimes(timetable, schedule, lastMs);
  return { start: true, due, missed: firstMs === lastMs ? null : allButLast(timetable, due) };
}

function skip(why: 'old' | 'missed', timetable: Timetable, schedule: DueSchedule, beforeMs: number): Choice {
  const due = dueTimes(timetable, schedule, timetable.last(schedule.nextDueMs, beforeMs - 1));
  const { firstMs, lastMs, nextMs } = due;
  return { start: false, why, due, skipped: { dueMs: firstMs, nextMs, count: timetable.count(firstMs, lastMs) } };
}

function allButLast(timetable: Timetable, { firstMs, lastMs }: DueTimes): Skipped {
  const count = timetable.count(firstMs, lastMs);
  return { dueMs: firstMs, nextMs: lastMs, count: count === null ? null : count - 1 };
}

function dueTimes(timetable: Timetable, { id, nextDueMs }: DueSchedule, lastMs: number): DueTimes {
  return { scheduleId: id, firstMs: nextDueMs, lastMs, nextMs: timetable.next(lastMs) };
}
