/**
 * The names of the executions that a schedule starts: its own name with the due time, `nightly-20260101T030000Z`; those of Express
 * flows have a UUID behind it (docs/schedules.md). Pure.
 */

/** Names that are longer are cut, and have the digits of a digest in the place of their end. */
const WHOLE_CHARACTERS = 111;
const CUT_CHARACTERS = 94;
const DIGEST = '(?:[0-9a-f]{16}-)';
const DUE = String.raw`(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?::[0-9a-f-]{36})?`;
const WHOLE = new RegExp(`^${DUE}$`);
const CUT = new RegExp(`^${DIGEST}${DUE}$`);

/** The beginning of the names of all executions of a schedule. Those of other schedules may begin like it: `dueMsOf` decides. */
export function duePrefix(schedule: string): string {
  return `${schedule.length > WHOLE_CHARACTERS ? schedule.slice(0, CUT_CHARACTERS) : schedule}-`;
}

/** The due time of an execution of the schedule, milliseconds since 1970; null for any other execution. */
export function dueMsOf(schedule: string, execution: string): number | null {
  const prefix = duePrefix(schedule);
  if (!execution.startsWith(prefix)) return null;
  const rest = execution.slice(prefix.length);
  const found = (schedule.length > WHOLE_CHARACTERS ? CUT : WHOLE).exec(rest);
  if (found === null) return null;
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
