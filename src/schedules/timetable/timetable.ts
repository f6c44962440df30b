/**
 * The due times that an expression names (rules.md 5.20): `@every <n>m`, or six fields, alone or with `CRON_TZ=Area/City` in front.
 * `croner` evaluates the fields; this file and `fields.ts` accept what the vendor's table allows, and nothing that croner allows
 * beyond it.
 */
import { Cron } from 'croner';
import { faultOf, fieldsOf, neverReason } from './fields.ts';
import { TimetableFault } from './fault.ts';

export interface Timetable {
  /**
   * The first due time after `afterMs`; null for none. A whole second, milliseconds since 1970.
   * @param afterMs of an interval (`@every`) another due time, or the time from which it counts
   */
  next(afterMs: number): number | null;
  /** The last due time at or before `untilMs`, in the sequence that contains the earlier due time `dueMs`. */
  last(dueMs: number, untilMs: number): number;
  /** The number of due times from one to another one, with both; null if it would take too long to count them. */
  count(firstMs: number, lastMs: number): number | null;
}

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;
/** About ten years; a longer interval is a mistake. */
const MAX_MINUTES = 5_256_000;
/** croner needs up to a tenth of a millisecond for each due time. */
const COUNTED_MAX = 100;

/** @throws {TimetableFault} that says what is wrong, and in which field */
export function parseTimetable(text: string): Timetable {
  const expression = text.trim();
  if (expression.startsWith('@')) return interval(expression);
  const { zone, rest } = splitZone(expression);
  const fields = fieldsOf(rest);
  const fault = faultOf(fields);
  if (fault !== null) throw new TimetableFault(fault);
  const never = neverReason(fields);
  if (never !== null) throw new TimetableFault(never);
  const cron = cronOf(fields.map(({ forCroner }) => forCroner).join(' '), zone);
  const next = (afterMs: number): number | null => cron.nextRun(new Date(afterMs))?.getTime() ?? null;
  return { next, last: remembered(lastBy(next)), count: remembered(countBy(next)) };
}

type Next = Timetable['next'];

/** By halves, because years of due times may have passed. */
function lastBy(next: Next): Timetable['last'] {
  return (dueMs, untilMs) => {
    let lastMs = dueMs;
    let endMs = untilMs;
    for (let fromMs = dueMs; endMs - lastMs >= MINUTE_MS; fromMs = lastMs + Math.floor((endMs - lastMs) / 2)) {
      const foundMs = next(fromMs);
      if (foundMs !== null && foundMs <= untilMs) lastMs = foundMs;
      else if (fromMs === lastMs) break;
      else endMs = fromMs;
    }
    return lastMs;
  };
}

function countBy(next: Next): Timetable['count'] {
  return (firstMs, lastMs) => {
    let count = 1;
    for (let atMs = next(firstMs); atMs !== null && atMs <= lastMs; atMs = next(atMs)) {
      if (++count > COUNTED_MAX) return null;
    }
    return count;
  };
}

/** Schedules that share an expression and were missed together have the same answer. */
function remembered<T>(find: (aMs: number, bMs: number) => T): (aMs: number, bMs: number) => T {
  let known: { readonly aMs: number; readonly bMs: number; readonly found: T } | null = null;
  return (aMs, bMs) => {
    if (known?.aMs !== aMs || known.bMs !== bMs) known = { aMs, bMs, found: find(aMs, bMs) };
    return known.found;
  };
}

function interval(expression: string): Timetable {
  const [, digits] = /^@every +(\d{1,12})m$/.exec(expression) ?? [];
  if (digits === undefined) {
    throw new TimetableFault(
      'begins with @ and is not of the form "@every 5m", a whole number of minutes; other intervals need six fields',
    );
  }
  const minutes = Number(digits);
  if (minutes < 1) throw new TimetableFault('names an interval of 0 minutes; the shortest is "@every 1m"');
  if (minutes > MAX_MINUTES) {
    throw new TimetableFault(`names an interval of ${digits} minutes; the longest is "@every ${MAX_MINUTES}m"`);
  }
  const stepMs = minutes * MINUTE_MS;
  return {
    next: (afterMs) => Math.floor(afterMs / SECOND_MS) * SECOND_MS + stepMs,
    last: (dueMs, untilMs) => dueMs + Math.floor((untilMs - dueMs) / stepMs) * stepMs,
    count: (firstMs, lastMs) => (lastMs - firstMs) / stepMs + 1,
  };
}

/** Names of the IANA database. Others that Node knows, such as offsets, have no daylight saving and no name to report. */
const ZONE = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z][A-Za-z0-9_+-]*){0,2}$/;

function splitZone(expression: string): { zone: string; rest: string } {
  if (!expression.startsWith('CRON_TZ=')) return { zone: 'UTC', rest: expression };
  const [assignment = '', ...rest] = expression.split(/\s+/);
  const zone = assignment.slice('CRON_TZ='.length);
  if (!ZONE.test(zone) || !isZone(zone)) {
    throw new TimetableFault(
      `names the time zone "${zone}", which does not exist; write it as in "CRON_TZ=Asia/Shanghai 0 0 3 * * ?"`,
    );
  }
  if (rest[0]?.startsWith('@')) {
    throw new TimetableFault('has CRON_TZ before an interval, whose length is the same in every time zone; remove it');
  }
  return { zone, rest: rest.join(' ') };
}

function isZone(zone: string): boolean {
  try {
    // croner finds a wrong name out only when it looks for a time.
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Without a function croner sets no timer, so this only evaluates. */
function cronOf(pattern: string, timezone: string): Cron {
  try {
    return new Cron(pattern, { mode: '6-part', timezone });
  } catch (error) {
    // The fields are checked, so croner has an objection that this version of Millrace does not know.
    throw new TimetableFault(`cannot be evaluated: ${error instanceof Error ? error.message : String(error)}`);
  }
}
