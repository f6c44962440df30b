/**
 * The next due times of a schedule's expression, for people to look at. The server evaluates expressions with a library that would be
 * a tenth of the whole console, so this file does it with the checked fields of the server's own reader; a test compares the two.
 */
import { faultOf, fieldsOf, neverReason } from '../../../src/schedules/timetable/fields.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** 29 February comes every four years, so a dozen times of it take decades. Looking at a day costs a fraction of a microsecond. */
const MOST_DAYS = 366 * 80;

export interface NextTimes {
  /** Milliseconds since 1970, ascending. */
  readonly times: readonly number[];
  /** The end of a sentence that begins with the expression, in English as the server says it; null for an expression that is right. */
  readonly fault: string | null;
  /** The interval of `@every`, minutes; null for any other expression. */
  readonly everyMinutes: number | null;
}

/**
 * @param afterMs the times are later than this
 * @param fromMs an interval counts from here; null: the moment is not known, and an interval has no times
 */
export function nextTimes(expression: string, afterMs: number, count: number, fromMs: number | null): NextTimes {
  const text = expression.trim();
  if (text.startsWith('@')) return interval(text, afterMs, count, fromMs);
  const [first = '', ...others] = text.split(/\s+/);
  const hasZone = first.startsWith('CRON_TZ=');
  const zone = hasZone ? first.slice('CRON_TZ='.length) : 'UTC';
  const fields = fieldsOf(hasZone ? others.join(' ') : text);
  const fault = zoneFault(zone) ?? faultOf(fields) ?? neverReason(fields);
  if (fault !== null) return { times: [], fault, everyMinutes: null };
  const [seconds, minutes, hours, days, months, week] = fields.map(({ values }) => values) as [
    readonly number[],
    readonly number[],
    readonly number[],
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  const isAny = (index: number): boolean => /^[*?]$/.test(fields[index]?.text ?? '');
  const isDue = (date: Date): boolean => {
    if (!months.includes(date.getUTCMonth() + 1)) return false;
    const byDay = days.includes(date.getUTCDate());
    const byWeek = week.includes(date.getUTCDay() === 0 ? 7 : date.getUTCDay());
    if (isAny(3)) return byWeek;
    return isAny(5) ? byDay : byDay || byWeek;
  };
  const clock = new ZoneClock(zone);
  const isOnce = minutes.length === 1 && hours.length === 1;
  const times: number[] = [];
  // From the day before, because a day of the zone may begin earlier or later than one of UTC.
  const firstDayMs = Math.floor((afterMs + clock.aheadMs(afterMs)) / DAY_MS) * DAY_MS;
  for (let dayMs = firstDayMs - DAY_MS; dayMs < firstDayMs + MOST_DAYS * DAY_MS; dayMs += DAY_MS) {
    if (!isDue(new Date(dayMs))) continue;
    const ofDay = hours
      .flatMap((hour) => minutes.map((minute) => dayMs + hour * 3_600_000 + minute * MINUTE_MS))
      .flatMap((localMs) => clock.moments(localMs + (seconds[0] as number) * 1_000, isOnce))
      .sort((a, b) => a - b);
    for (const time of ofDay) {
      if (time <= afterMs || time === times.at(-1)) continue;
      times.push(time);
      if (times.length === count) return { times, fault: null, everyMinutes: null };
    }
  }
  return { times, fault: null, everyMinutes: null };
}

function interval(text: string, afterMs: number, count: number, fromMs: number | null): NextTimes {
  const [, digits] = /^@every +(\d{1,12})m$/.exec(text) ?? [];
  const minutes = Number(digits ?? 0);
  if (minutes < 1) {
    return { times: [], fault: 'is not of the form "@every 5m", a whole number of minutes', everyMinutes: null };
  }
  if (fromMs === null) return { times: [], fault: null, everyMinutes: minutes };
  const stepMs = minutes * MINUTE_MS;
  const baseMs = Math.floor(fromMs / 1_000) * 1_000;
  const passed = Math.max(0, Math.floor((afterMs - baseMs) / stepMs));
  const times = Array.from({ length: count }, (_, i) => baseMs + (passed + 1 + i) * stepMs);
  return { times, fault: null, everyMinutes: minutes };
}

function zoneFault(zone: string): string | null {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return null;
  } catch {
    return `names the time zone "${zone}", which does not exist`;
  }
}

/** The clocks of a time zone. Local times are milliseconds as if the zone were UTC. */
class ZoneClock {
  readonly #format: Intl.DateTimeFormat | null;

  constructor(zone: string) {
    this.#format =
      zone === 'UTC'
        ? null
        : new Intl.DateTimeFormat('en-US', {
            timeZone: zone,
            hourCycle: 'h23',
            year: 'numeric',
            month: 'numeric',
            day: 'numeric',
            hour: 'numeric',
            minute: 'numeric',
            second: 'numeric',
          });
  }

  /** How much the clocks of the zone are ahead of UTC at a moment. */
  aheadMs(ms: number): number {
    if (this.#format === null) return 0;
    const parts = Object.fromEntries(this.#format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const { year, month, day, hour, minute, second } = parts as Record<string, number>;
    const localMs = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
    return localMs - Math.floor(ms / 1_000) * 1_000;
  }

  /**
   * The moments at which the clocks show a local time. Where they are set back there are two, of which a schedule of one time a day
   * takes the first; where they are set forward there may be none, and such a schedule takes the moment of the change.
   */
  moments(localMs: number, isOnce: boolean): readonly number[] {
    if (this.#format === null) return [localMs];
    const before = this.aheadMs(localMs - DAY_MS);
    const after = this.aheadMs(localMs + DAY_MS);
    const found = [...new Set([localMs - before, localMs - after])]
      .filter((ms) => ms + this.aheadMs(ms) === localMs)
      .sort((a, b) => a - b);
    if (found.length > 0) return isOnce ? found.slice(0, 1) : found;
    return isOnce ? [this.#change(localMs - before - DAY_MS, localMs - after + DAY_MS)] : [];
  }

  /** The moment between two others at which the clocks change, to the second. */
  #change(fromMs: number, untilMs: number): number {
    const old = this.aheadMs(fromMs);
    let lowMs = fromMs;
    let highMs = untilMs;
    while (highMs - lowMs > 1_000) {
      const middleMs = Math.floor((lowMs + highMs) / 2_000) * 1_000;
      if (this.aheadMs(middleMs) === old) lowMs = middleMs;
      else highMs = middleMs;
    }
    return highMs;
  }
}
