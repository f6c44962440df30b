/** The schedules of all flows as the screen shows them: with their next times and last executions, the next one first. Pure. */
import type { ReplyOf } from '../../api/client.ts';
import { nextTimes } from '../../parts/next-times.ts';
import { dueMsOf } from './due-names.ts';

export type Schedule = ReplyOf<'ListSchedules'>['Schedules'][number];

/** An execution that a schedule has started. */
export interface LastExecution {
  readonly name: string;
  readonly status: string;
  readonly dueMs: number;
}

export interface ScheduleLine {
  readonly flow: string;
  readonly schedule: Schedule;
  /** Milliseconds since 1970, ascending; empty if it is off, or if the times are not known. */
  readonly next: readonly number[];
  /** Of an interval, minutes. */
  readonly everyMinutes: number | null;
  /** Newest first; undefined until they are known. */
  readonly last: readonly LastExecution[] | undefined;
}

/** Key of a schedule among all; no name has a line break. */
export function scheduleKey(flow: string, schedule: string): string {
  return `${flow}\n${schedule}`;
}

const SHOWN_TIMES = 5;

export interface ScheduleFacts {
  /** Schedules by flow. */
  readonly schedules: ReadonlyMap<string, readonly Schedule[]>;
  /** Last executions by {@link scheduleKey}. */
  readonly lasts: ReadonlyMap<string, readonly LastExecution[]>;
}

/** The lines in their order: by the next time, then those without one, then those that are off. */
export function linesOf({ schedules, lasts }: ScheduleFacts, search: string, nowMs: number): ScheduleLine[] {
  const wanted = search.toLowerCase();
  const lines: ScheduleLine[] = [];
  for (const [flow, list] of schedules) {
    for (const schedule of list) {
      if (![flow, schedule.ScheduleName].some((name) => name.toLowerCase().includes(wanted))) continue;
      const last = lasts.get(scheduleKey(flow, schedule.ScheduleName));
      const { times, everyMinutes } = nextTimes(
        schedule.CronExpression,
        nowMs,
        SHOWN_TIMES,
        intervalStart(schedule, last),
      );
      lines.push({ flow, schedule, next: schedule.Enable ? times : [], everyMinutes, last });
    }
  }
  const rank = ({ schedule, next }: ScheduleLine): number =>
    !schedule.Enable ? Number.MAX_SAFE_INTEGER : (next[0] ?? Number.MAX_SAFE_INTEGER - 1);
  const name = ({ flow, schedule }: ScheduleLine): string => scheduleKey(flow, schedule.ScheduleName);
  return lines.sort((a, b) => rank(a) - rank(b) || (name(a) < name(b) ? -1 : 1));
}

/** An interval counts from the due time before, or from the creation of a schedule that was not changed; otherwise it is not known. */
function intervalStart(schedule: Schedule, last: readonly LastExecution[] | undefined): number | null {
  const newest = last?.[0];
  if (newest !== undefined) return newest.dueMs;
  return schedule.CreatedTime === schedule.LastModifiedTime ? Date.parse(schedule.CreatedTime) : null;
}

/** Adds an execution, or its new status, to the last ones of a schedule. */
export function withLast(
  before: readonly LastExecution[] | undefined,
  schedule: string,
  { name, status }: { readonly name: string; readonly status: string },
): readonly LastExecution[] | undefined {
  const dueMs = dueMsOf(schedule, name);
  if (before === undefined || dueMs === null) return before;
  const others = before.filter((each) => each.name !== name);
  return [...others, { name, status, dueMs }].sort((a, b) => b.dueMs - a.dueMs).slice(0, SHOWN_TIMES);
}
