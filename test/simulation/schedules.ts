/**
 * Schedules of a simulated run. The audit sees each due time that the store gives away, by a commit or by a call of its own: no due
 * time comes twice, none is left out, and one is skipped only if it is old, or if a later one has come (`schedules.missed`).
 */
import type { ExecutionChange, ExecutionId } from '../../src/store/executions.ts';
import type { DueTimes, ScheduleRecord, ScheduleStore } from '../../src/store/schedules.ts';
import { executionNameOf } from '../../src/schedules/due-start.ts';
import { parseTimetable } from '../../src/schedules/timetable/timetable.ts';
import { stringifyJson } from '../../src/base/json.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import type { VirtualTime } from '../../src/testing/virtual-time.ts';
import type { FlowStore } from '../../src/store/flows.ts';
import { never } from '../support/life.ts';
import { InjectedFault } from './faulty-store.ts';
import type { FaultyStoreOptions } from './faulty-store.ts';
import type { Random } from './random.ts';

/** `schedules.catchUp` of the simulated processes. */
export const CATCH_UP_MS = 600_000;
/** The longest delay of a take by the simulation, and the clock's own steps. */
const SLOW_MS = 10_000;
/** The longest round, with slow and repeated commits. */
const ROUND_MS = 30_000;

const FLOWS = { timed: 'Standard', timed_express: 'Express' } as const;
const EXPRESSIONS = ['@every 1m', '@every 7m', '0 * * * * *', '30 */3 * * * *'];
const DEFINITION = {
  ...{ Type: 'StateMachine', SpecVersion: 'v1', Name: 'timed', StartAt: 'P' },
  States: [{ Type: 'Pass', Name: 'P', End: true }],
};

export interface ScheduleAuditOptions {
  readonly time: VirtualTime;
  readonly fault: (message: string) => void;
  readonly isClockSteady: boolean;
  /** The setting `schedules.missed`. */
  readonly missed: 'latest' | 'all';
}

export class ScheduleAudit {
  readonly #options: ScheduleAuditOptions;
  readonly #schedules = new Map<string, ScheduleRecord>();
  /** The next due time of each schedule, by what was taken so far. */
  readonly #next = new Map<string, number | null>();
  /** The executions of a schedule of a Standard flow, by due time. */
  readonly #executions = new Map<string, Map<number, ExecutionId>>();
  /** Names of Express executions whose due time is taken, and which have not started. */
  readonly #owed = new Set<string>();
  taken = 0;

  constructor(options: ScheduleAuditOptions) {
    this.#options = options;
  }

  /** Creates flows and schedules. */
  async create(flows: FlowStore, store: ScheduleStore, random: Random): Promise<void> {
    const nowMs = Math.floor(this.#options.time.nowMs());
    for (const [flowName, executionMode] of Object.entries(FLOWS)) {
      await flows.create(flowRecord(flowName, { definition: stringifyJson(DEFINITION), executionMode }));
      for (let i = 0; i < 1 + random.below(3); i++) {
        const cronExpression = random.pick(EXPRESSIONS);
        const schedule: ScheduleRecord = {
          ...{ flowName, name: `s${i}`, id: `${flowName}-${i}`, cronExpression, description: '', payload: '' },
          ...{ isEnabled: true, createdMs: nowMs, lastModifiedMs: nowMs, revision: 1, lastDueMs: null },
          nextDueMs: parseTimetable(cronExpression).next(nowMs),
        };
        await store.create(schedule);
        this.#schedules.set(schedule.id, schedule);
        this.#next.set(schedule.id, schedule.nextDueMs);
        this.#executions.set(schedule.id, new Map());
      }
    }
  }

  /** The operator has put the store back from a copy. Due times that it has forgotten may come again, and no others. */
  async restored(store: ScheduleStore): Promise<void> {
    for (const { id, flowName, name } of this.#schedules.values()) {
      const nextMs = (await store.get(flowName, name))?.nextDueMs ?? null;
      const knownMs = this.#next.get(id) ?? null;
      if (nextMs === null || knownMs === null || nextMs > knownMs) {
        this.#options.fault(`schedule ${id} is due at ${nextMs} in the copy, and was due at ${knownMs} later`);
        continue;
      }
      this.#next.set(id, nextMs);
      const executions = this.#executions.get(id);
      for (const dueMs of executions?.keys() ?? []) if (dueMs >= nextMs) executions?.delete(dueMs);
    }
  }

  /** A commit has happened. */
  committed(changes: readonly ExecutionChange[], dropped: readonly ExecutionId[]): void {
    for (const { id, start } of changes) {
      const due = start?.due;
      if (due === undefined || dropped.includes(id)) continue;
      const { scheduleId, lastMs } = due;
      const executions = this.#executions.get(scheduleId);
      const other = executions?.get(lastMs);
      // The commit was repeated.
      if (other === id) continue;
      if (other !== undefined)
        this.#options.fault(`${scheduleId} at ${lastMs} has two executions, #${other} and #${id}`);
      executions?.set(lastMs, id);
      this.#moved(due, 'started');
    }
  }

  /** These due times were taken without a start in the same commit. */
  takes(times: readonly DueTimes[], isTaken: readonly boolean[]): void {
    for (const [i, time] of times.entries()) {
      if (isTaken[i] === true) this.#moved(time, 'taken');
    }
  }

  /** An Express execution has started. */
  expressStarted(flowName: string, name: string): void {
    const key = `${flowName}/${name.split(':')[0]}`;
    if (!this.#owed.delete(key)) this.#options.fault(`${key} has started twice, or its due time is not taken`);
  }

  /** A process has served for minutes without faults: nothing may be left that is due. */
  async checkDue(store: ScheduleStore, isLimited: boolean): Promise<void> {
    const lateMs = (isLimited ? CATCH_UP_MS : 0) + 2 * 60_000;
    const fromMs = this.#options.time.nowMs() - lateMs;
    for (const due of await store.due(fromMs, null, 1_000)) {
      this.#options.fault(`schedule ${due.id} is due since ${due.nextDueMs}, and nothing happens`);
    }
  }

  /** Deletes all schedules, so that the run can end. */
  async deleteAll(store: ScheduleStore): Promise<void> {
    for (const { flowName, name } of this.#schedules.values()) await store.delete(flowName, name);
  }

  #moved(due: DueTimes, how: 'started' | 'taken'): void {
    const schedule = this.#schedules.get(due.scheduleId);
    if (schedule === undefined) return this.#options.fault(`an unknown schedule ${due.scheduleId} is due`);
    const { firstMs, lastMs, nextMs } = due;
    const fault = (what: string): void => this.#options.fault(`schedule ${schedule.id}: ${what}`);
    this.taken++;
    const expected = this.#next.get(schedule.id);
    if (firstMs !== expected) fault(`${firstMs} was taken where ${expected} is due`);
    this.#next.set(schedule.id, nextMs);
    const timetable = parseTimetable(schedule.cronExpression);
    if (timetable.last(firstMs, lastMs) !== lastMs) fault(`${lastMs} was taken, and is no due time`);
    const following = timetable.next(lastMs);
    if (nextMs !== following) fault(`${nextMs} follows ${lastMs}, not ${following}`);
    const isStandard = schedule.flowName === 'timed';
    if (!isStandard) this.#owed.add(`${schedule.flowName}/${executionNameOf(schedule.name, lastMs)}`);
    if (how === 'taken' && (isStandard || this.#isOld(lastMs))) this.#checkSkipped(due, fault);
    else this.#checkStarted(due, fault);
  }

  #isOld(dueMs: number): boolean {
    return dueMs < this.#options.time.nowMs() - CATCH_UP_MS + SLOW_MS;
  }

  #checkSkipped({ firstMs, lastMs, nextMs }: DueTimes, fault: (what: string) => void): void {
    const { time, isClockSteady, missed } = this.#options;
    if (!isClockSteady || this.#isOld(lastMs)) return;
    const isLaterDue = nextMs !== null && nextMs <= time.nowMs();
    // While starts are refused, the latest one is left.
    if (missed === 'all' || !this.#isOld(firstMs) || !isLaterDue) fault(`${lastMs} was skipped and is not old`);
  }

  #checkStarted({ firstMs, lastMs, nextMs }: DueTimes, fault: (what: string) => void): void {
    const { time, isClockSteady, missed } = this.#options;
    if (missed === 'all' && firstMs !== lastMs) fault(`${firstMs} was skipped for the sake of ${lastMs}`);
    if (!isClockSteady) return;
    if (lastMs > time.nowMs()) fault(`${lastMs} has started, and has not come`);
    const isLaterDue = nextMs !== null && nextMs < time.nowMs() - ROUND_MS;
    if (missed === 'latest' && isLaterDue) fault(`${lastMs} has started, although ${nextMs} has come too`);
  }
}

type Options = Pick<FaultyStoreOptions, 'life' | 'random' | 'trace' | 'faults' | 'isCurrent'>;

/** A schedule store with the faults of commits: they fail, or happen and the answer is lost, or the process dies meanwhile. */
export function faultySchedules(inner: ScheduleStore, audit: ScheduleAudit, options: Options): ScheduleStore {
  const { life, random, trace, faults, isCurrent } = options;
  const take = async (...given: Parameters<ScheduleStore['take']>): Promise<readonly boolean[]> => {
    if (life.point('before due times are taken')) return never();
    const { commitFails, answerLost, commitSlow } = faults();
    if (random.chance(commitSlow)) await life.pass(random.pick([1, 20, 400, 5_000]));
    if (life.isDead && random.chance(0.5)) return never();
    if (!isCurrent()) return never();
    if (random.chance(commitFails)) throw new InjectedFault('taking due times failed');
    const isTaken = await inner.take(...given);
    audit.takes(given[1], isTaken);
    trace.add(
      `due times are taken: ${given[1].map(({ scheduleId, lastMs }) => `${scheduleId} at ${lastMs}`).join(', ')}`,
    );
    if (life.point('after due times are taken')) return never();
    if (random.chance(answerLost)) throw new InjectedFault('the connection was lost while due times were taken');
    return isTaken;
  };
  return {
    ...inner,
    due: (...given) => life.whileAlive(inner.due(...given)),
    nextDueMs: () => life.whileAlive(inner.nextDueMs()),
    take: (...given) => life.whileAlive(take(...given)),
    close: () => Promise.resolve(),
  };
}
