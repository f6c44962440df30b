/**
 * Starts the executions of schedules that are due (rules.md 12.19). One timer waits for the earliest due time of all. It runs for at
 * most a minute, because someone may set the clock forward: what is due by it then starts.
 *
 * Invariants:
 * - A due time is taken in the store, with the start of a Standard execution and before that of an Express one. Nothing here decides
 *   by memory whether a due time has had its execution.
 * - A due time is missed if a later one of its schedule had come too when the round began. A round that takes long misses none.
 * - A due time that has no execution in the end is reported.
 */
import { inBackground } from '../base/isolated.ts';
import type { Ports } from '../base/ports.ts';
import type { DurableRuntime } from '../runtime/durable/durable.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { LeaseLost } from '../store/nodes.ts';
import type { DuePosition, DueSchedule, DueTimes, ScheduleStore } from '../store/schedules.ts';
import { choiceOf } from './choice.ts';
import type { Choice, ChoiceRules } from './choice.ts';
import { executionNameOf, inputOf } from './due-start.ts';
import type { ExpressStarts } from './express-starts.ts';
import { refusalOf, refusalReason } from './refusal.ts';
import type { Firing, Reports } from './reports.ts';
import { Round } from './round.ts';
import { TimetableFault } from './timetable/fault.ts';
import type { Timetables } from './timetables.ts';

export interface DueSchedulesOptions extends ChoiceRules {
  readonly store: Pick<ScheduleStore, 'due' | 'nextDueMs' | 'take'>;
  readonly durable: Pick<DurableRuntime, 'start' | 'node'>;
  readonly express: ExpressStarts;
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>;
  readonly timetables: Timetables;
  /** Its first node starts executions for all. */
  readonly cluster: Pick<Cluster, 'rank'>;
  readonly reports: Reports;
}

const WHERE = 'starting executions of schedules';
const LONGEST_SLEEP_MS = 60_000;
/** Between two looks while the due times of a long pause are made up for. */
const SHORTEST_SLEEP_MS = 1;
const RETRY_MS = 1_000;
const PAGE = 200;

/** Due times that are taken without a start in the same commit. */
interface Taking {
  readonly due: DueTimes;
  /** Called when they were taken. */
  taken(): void;
}

export class DueSchedules {
  readonly #options: DueSchedulesOptions;
  #cancel: (() => void) | null = null;
  /** Monotonic time of the timer. */
  #armedMs = Number.POSITIVE_INFINITY;
  #isLooking = false;
  /** A look was asked for during another. */
  #isLookWanted = false;
  #isClosed = false;

  constructor(options: DueSchedulesOptions) {
    this.#options = options;
  }

  /** A schedule is due at this wall time. */
  arm(dueMs: number): void {
    if (this.#isClosed) return;
    const { clock } = this.#options.ports;
    const delayMs = Math.min(Math.max(dueMs - clock.nowMs(), SHORTEST_SLEEP_MS), LONGEST_SLEEP_MS);
    const atMs = clock.monotonicMs() + delayMs;
    if (this.#cancel === null || atMs < this.#armedMs) this.#lookIn(delayMs);
  }

  /** Starts what is due, and sets the timer for the next look. Looks again soon if that fails. */
  async look(): Promise<void> {
    if (this.#isClosed) return;
    if (this.#isLooking) {
      this.#isLookWanted = true;
      return;
    }
    if (this.#options.cluster.rank > 0) return this.#lookIn(LONGEST_SLEEP_MS);
    this.#isLooking = true;
    this.#isLookWanted = false;
    try {
      const isStuck = await this.#startDue();
      const nextMs = await this.#options.store.nextDueMs();
      this.#isLooking = false;
      if (isStuck) this.#lookIn(RETRY_MS);
      else if (this.#isLookWanted) this.arm(0);
      else if (nextMs !== null) this.arm(nextMs);
    } catch (error) {
      this.#isLooking = false;
      // This process is another node soon, and looks again then.
      if (error instanceof LeaseLost) return this.#lookIn(RETRY_MS);
      this.#options.ports.observer.defect?.({ error, where: WHERE });
      this.#lookIn(RETRY_MS);
    }
  }

  /** Starts nothing more. The store still has the due times. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  /** True if the same due times are left: starts were refused, or have come to nothing. They are tried again later. */
  async #startDue(): Promise<boolean> {
    const { store, ports, express } = this.#options;
    const round = new Round(ports.clock.nowMs(), ports.scheduler);
    if (express.isRefusing) round.refused.add('Express');
    let after: DuePosition | null = null;
    while (!this.#isClosed) {
      const page: readonly DueSchedule[] = await store.due(round.nowMs, after, PAGE);
      const last = page.at(-1);
      if (last === undefined) break;
      after = { dueMs: last.nextDueMs, id: last.id };
      await this.#startPage(page, round);
    }
    await round.settled();
    return round.refused.size > 0 || (after !== null && !round.hasTaken);
  }

  async #startPage(page: readonly DueSchedule[], round: Round): Promise<void> {
    const takings: Taking[] = [];
    for (const schedule of page) {
      if (this.#isClosed) return;
      const taking = await this.#begin(schedule, round);
      if (taking !== null) takings.push(taking);
    }
    if (takings.length === 0) return;
    const { store, durable } = this.#options;
    const taken = await store.take(
      durable.node,
      takings.map(({ due }) => due),
    );
    for (const [i, isTaken] of taken.entries()) {
      if (!isTaken) continue;
      round.hasTaken = true;
      await round.turn();
      takings[i]?.taken();
    }
  }

  /** Starts a Standard execution, or returns what has to be taken: the due time of an Express one, or skipped due times. */
  async #begin(schedule: DueSchedule, round: Round): Promise<Taking | null> {
    const { timetables, reports } = this.#options;
    const { nextDueMs: firstMs } = schedule;
    if (this.#waits(schedule, round)) return null;
    await round.turn();
    const timetable = await timetables.of(schedule.cronExpression).catch((error: unknown) => {
      if (error instanceof TimetableFault) return error;
      throw error;
    });
    if (timetable instanceof TimetableFault) {
      const reason = `this version of Millrace does not accept the expression, which ${timetable.message}; update the schedule`;
      const due = { scheduleId: schedule.id, firstMs, lastMs: firstMs, nextMs: null };
      const skipped = { dueMs: firstMs, nextMs: null, count: null };
      return { due, taken: () => reports.skipped(schedule, skipped, reason) };
    }
    // A start may have been refused meanwhile.
    if (this.#waits(schedule, round)) return null;
    const isRefused = round.refused.has(schedule.executionMode);
    const choice = choiceOf(timetable, schedule, { nowMs: round.nowMs, isRefused }, this.#options);
    if (!choice.start || choice.missed !== null) round.endTurn();
    return this.#beginAs(choice, schedule, round);
  }

  /** True if it cannot start at this time, and is not old. */
  #waits({ executionMode, nextDueMs }: DueSchedule, round: Round): boolean {
    return round.refused.has(executionMode) && nextDueMs >= round.nowMs - this.#options.catchUpMs;
  }

  #beginAs(choice: Choice, schedule: DueSchedule, round: Round): Taking | null {
    const { reports, express } = this.#options;
    const { due } = choice;
    if (!choice.start) return { due, taken: () => reports[choice.why](schedule, choice.skipped) };
    const { missed } = choice;
    const firing = { schedule, due, missed, executionName: executionNameOf(schedule.name, due.lastMs) };
    if (schedule.executionMode === 'Standard') {
      round.add(this.#startStandard(firing, round));
      return null;
    }
    return {
      due,
      taken() {
        if (missed !== null) reports.missed(schedule, missed);
        express.start(firing, round);
      },
    };
  }

  /** Never rejects. */
  async #startStandard(firing: Firing, round: Round): Promise<void> {
    const { durable, reports } = this.#options;
    const { schedule, due, missed, executionName } = firing;
    const { flowName, flowId, name, payload } = schedule;
    const { value, text } = inputOf(name, due.lastMs, payload);
    const origin = { from: 'schedule' as const, flowId, due };
    try {
      const { snapshot } = await durable.start({
        ...{ flowName, executionName, qualifier: '', input: value, inputText: text, origin },
      });
      if (snapshot === null) return this.#skip(firing, 'a running execution has its name', round);
      round.hasTaken = true;
      if (missed !== null) reports.missed(schedule, missed);
      reports.fired(firing);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === 'never') return this.#skip(firing, refusalReason(error), round);
      if (refusal === 'gone') return;
      round.refused.add('Standard');
      reports.delayed(schedule, error);
    }
  }

  /** Never rejects. */
  async #skip(firing: Firing, reason: string, round: Round): Promise<void> {
    const { store, durable, reports } = this.#options;
    try {
      const [isTaken] = await store.take(durable.node, [firing.due]);
      if (isTaken !== true) return;
      round.hasTaken = true;
      if (firing.missed !== null) reports.missed(firing.schedule, firing.missed);
      reports.failed(firing, reason);
    } catch (error) {
      // The store fails: the next round finds the same.
      round.refused.add('Standard');
      reports.delayed(firing.schedule, error);
    }
  }

  /** Replaces the timer. */
  #lookIn(delayMs: number): void {
    this.#cancel?.();
    if (this.#isClosed) return;
    const { scheduler, observer, clock } = this.#options.ports;
    this.#armedMs = clock.monotonicMs() + delayMs;
    this.#cancel = scheduler.after(delayMs, () => {
      this.#cancel = null;
      inBackground(observer, WHERE, () => this.look());
    });
  }
}
