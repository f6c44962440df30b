/**
 * How many executions of a flow have ended in each of the last 24 hours, and how long they took, in a fixed amount of memory. Times are
 * counted in classes, each a fifth longer than the one before, so a percentile is right within about a tenth. The current hour is one
 * of the 24.
 */
import { assert } from '../base/assert.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** Classes in which times double. */
const CLASSES_OF_DOUBLING = 4;
/** The last class is for executions of 41 days or more. */
const CLASSES = 128;

/** One hour as another process sends it: its number since 1970, ended and succeeded executions, and pairs of a class and its count. */
export type HourText = readonly [hour: number, ended: number, succeeded: number, classes: readonly number[]];

export interface HourTotals {
  readonly ended: number;
  readonly succeeded: number;
  /** 0 if none ended. */
  readonly p50Ms: number;
  readonly p95Ms: number;
}

interface Hour {
  hour: number;
  ended: number;
  succeeded: number;
  readonly classes: Uint32Array;
}

/** When the hours of a window begin that ends now. */
export function windowStartMs(nowMs: number): number {
  return firstHour(nowMs) * HOUR_MS;
}

function firstHour(nowMs: number): number {
  return Math.floor(nowMs / HOUR_MS) - HOURS + 1;
}

export class HourFigures {
  /** A ring: an hour is at its number modulo the length. */
  readonly #hours: (Hour | null)[] = new Array<Hour | null>(HOURS).fill(null);

  /** Counts an execution. @param stoppedMs wall time; one that is older than all that is counted in its place does not count */
  add(stoppedMs: number, tookMs: number, isSuccess: boolean): void {
    const hour = this.#at(Math.floor(stoppedMs / HOUR_MS));
    if (hour === null) return;
    hour.ended++;
    if (isSuccess) hour.succeeded++;
    const place = classOf(tookMs);
    hour.classes[place] = (hour.classes[place] ?? 0) + 1;
  }

  /** Adds the figures of another process or of an earlier time. */
  merge(hours: readonly HourText[]): void {
    for (const [number, ended, succeeded, classes] of hours) {
      const hour = this.#at(number);
      if (hour === null) continue;
      hour.ended += ended;
      hour.succeeded += succeeded;
      for (let i = 0; i + 1 < classes.length; i += 2) {
        const place = classes[i] as number;
        if (place < CLASSES) hour.classes[place] = (hour.classes[place] ?? 0) + (classes[i + 1] as number);
      }
    }
  }

  /** The hours of the window that ends now. */
  texts(nowMs: number): HourText[] {
    return this.#window(nowMs).map(({ hour, ended, succeeded, classes }) => [
      ...([hour, ended, succeeded] as const),
      Array.from(classes).flatMap((count, place) => (count === 0 ? [] : [place, count])),
    ]);
  }

  totals(nowMs: number): HourTotals {
    const hours = this.#window(nowMs);
    const ended = hours.reduce((sum, hour) => sum + hour.ended, 0);
    const succeeded = hours.reduce((sum, hour) => sum + hour.succeeded, 0);
    const percentile = (share: number): number => (ended === 0 ? 0 : timeAt(hours, Math.ceil(ended * share)));
    return { ended, succeeded, p50Ms: percentile(0.5), p95Ms: percentile(0.95) };
  }

  #window(nowMs: number): readonly Hour[] {
    const first = firstHour(nowMs);
    return this.#hours.filter((hour): hour is Hour => hour !== null && hour.hour >= first);
  }

  /** Null for an hour whose place a later one has. */
  #at(number: number): Hour | null {
    const place = number % HOURS;
    let hour = this.#hours[place] ?? null;
    if (hour === null) {
      hour = { hour: number, ended: 0, succeeded: 0, classes: new Uint32Array(CLASSES) };
      this.#hours[place] = hour;
    } else if (hour.hour < number) {
      hour.hour = number;
      hour.ended = 0;
      hour.succeeded = 0;
      hour.classes.fill(0);
    }
    return hour.hour === number ? hour : null;
  }
}

/** Class 0 is for times below a millisecond. */
function classOf(tookMs: number): number {
  if (tookMs < 1) return 0;
  return Math.min(CLASSES - 1, 1 + Math.floor(Math.log2(tookMs) * CLASSES_OF_DOUBLING));
}

/** The time in the middle of a class. */
function timeOf(place: number): number {
  return place === 0 ? 0 : 2 ** ((place - 0.5) / CLASSES_OF_DOUBLING);
}

/** The time of the execution that is at this place, from 1, in the order of times. */
function timeAt(hours: readonly Hour[], rank: number): number {
  let below = 0;
  for (let place = 0; place < CLASSES; place++) {
    for (const { classes } of hours) below += classes[place] ?? 0;
    if (below >= rank) return timeOf(place);
  }
  assert(false, 'each execution that ended is in a class');
}
