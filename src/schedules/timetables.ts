/** Timetables by their expression. The first one loads the parser with croner, because most servers have no schedule. */
import type { Scheduler } from '../base/scheduler.ts';
import type { parseTimetable, Timetable } from './timetable/timetable.ts';

/** Schedules often share an expression, and parsing one costs as much as a start. */
const CACHED = 1_000;

export class Timetables {
  readonly #scheduler: Pick<Scheduler, 'outside'>;
  readonly #known = new Map<string, Timetable>();
  #parse: typeof parseTimetable | null = null;

  constructor(scheduler: Pick<Scheduler, 'outside'>) {
    this.#scheduler = scheduler;
  }

  /** @throws {TimetableFault} */
  async of(expression: string): Promise<Timetable> {
    const known = this.#known.get(expression);
    if (known !== undefined) return known;
    this.#parse ??= (await this.#scheduler.outside(import('./timetable/timetable.ts'))).parseTimetable;
    const timetable = this.#parse(expression);
    if (this.#known.size >= CACHED) this.#known.clear();
    this.#known.set(expression, timetable);
    return timetable;
  }
}
