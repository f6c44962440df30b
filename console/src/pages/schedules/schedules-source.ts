/**
 * Reads the schedules of all flows: which flows have some, those, and the last executions of the ones that are shown. The stream
 * says which flows to read again, and how executions end.
 */
import { signal } from '@preact/signals';
import type { ListChange } from '../../../../src/console/protocol.ts';
import { ApiFault, call } from '../../api/client.ts';
import { dueMsOf, duePrefix } from './due-names.ts';
import { scheduleKey, withLast } from './schedule-list.ts';
import type { LastExecution, Schedule } from './schedule-list.ts';

/** Calls under way at once. */
const CONCURRENCY = 4;
/** If more flows change at once, everything is read again. */
const MOST_FLOWS = 20;
const LAST_EXECUTIONS = 20;

export interface FlowFault {
  readonly flow: string;
  readonly fault: Error;
}

export class SchedulesSource {
  readonly schedules = signal<ReadonlyMap<string, readonly Schedule[]>>(new Map());
  readonly lasts = signal<ReadonlyMap<string, readonly LastExecution[]>>(new Map());
  readonly fault = signal<Error | null>(null);
  /** Flows whose schedules could not be read. */
  readonly faults = signal<readonly FlowFault[]>([]);
  readonly isLoading = signal(true);
  readonly #aborting = new AbortController();
  /** Schedules whose last executions are shown, by {@link scheduleKey}. */
  readonly #asked = new Map<string, { readonly flow: string; readonly schedule: string }>();
  /** How often the schedules of each flow were asked for. */
  readonly #rounds = new Map<string, number>();
  readonly #waiting: (() => Promise<void>)[] = [];
  #underWay = 0;

  close(): void {
    this.#aborting.abort();
  }

  /** Reads everything; what was read before is shown meanwhile. */
  async load(): Promise<void> {
    this.isLoading.value = true;
    // The stream may bring a flow that has none yet when the server looks.
    const before = new Set(this.schedules.peek().keys());
    try {
      const flows = await this.#flowsWithSchedules();
      this.faults.value = [];
      await Promise.all(flows.map((flow) => this.#queued(() => this.#loadFlow(flow))));
      const has = new Set(flows);
      this.schedules.value = new Map([...this.schedules.peek()].filter(([flow]) => has.has(flow) || !before.has(flow)));
      this.fault.value = null;
      this.#readLasts();
    } catch (error) {
      if (!this.#aborting.signal.aborted) this.fault.value = error as Error;
    } finally {
      this.isLoading.value = false;
    }
  }

  /** Reads the schedules of some flows again. */
  flowsChanged(flows: readonly string[]): void {
    if (flows.length > MOST_FLOWS) void this.load();
    else for (const flow of flows) void this.#queued(() => this.#loadFlow(flow));
  }

  executionsChanged(changes: readonly ListChange[]): void {
    const lasts = new Map(this.lasts.peek());
    let isOther = false;
    for (const { flow, execution, status } of changes) {
      for (const { ScheduleName } of this.schedules.peek().get(flow) ?? []) {
        const key = scheduleKey(flow, ScheduleName);
        const before = lasts.get(key);
        const after = withLast(before, ScheduleName, { name: execution, status });
        if (after === undefined || after === before) continue;
        lasts.set(key, after);
        isOther = true;
      }
    }
    if (isOther) this.lasts.value = lasts;
  }

  /** Reads the last executions of a schedule, and again whenever everything is read. */
  wantLast(flow: string, schedule: string): void {
    const key = scheduleKey(flow, schedule);
    if (this.#asked.has(key)) return;
    this.#asked.set(key, { flow, schedule });
    this.#readLast(key, flow, schedule);
  }

  #readLasts(): void {
    for (const [key, { flow, schedule }] of this.#asked) {
      const isThere =
        this.schedules
          .peek()
          .get(flow)
          ?.some(({ ScheduleName }) => ScheduleName === schedule) === true;
      if (isThere) this.#readLast(key, flow, schedule);
      else this.#asked.delete(key);
    }
  }

  #readLast(key: string, flow: string, schedule: string): void {
    void this.#queued(async () => {
      try {
        const found = await this.#last(flow, schedule);
        this.lasts.value = new Map(this.lasts.peek()).set(key, found);
      } catch {
        // The line shows what it had, until everything is read again.
      }
    });
  }

  /** Turns a schedule on or off. @throws {ApiFault} */
  async enable(flow: string, schedule: string, isEnabled: boolean): Promise<void> {
    await call('UpdateSchedule', { FlowName: flow, ScheduleName: schedule, Enable: isEnabled });
    await this.#loadFlow(flow);
  }

  async #flowsWithSchedules(): Promise<string[]> {
    const flows: string[] = [];
    let nextToken: string | undefined;
    do {
      const reply = await call(
        'SummarizeFlows',
        { Limit: 100, NextToken: nextToken },
        { signal: this.#aborting.signal },
      );
      flows.push(...reply.Flows.filter(({ Schedules }) => Schedules > 0).map(({ Name }) => Name));
      nextToken = reply.NextToken;
    } while (nextToken !== undefined);
    return flows;
  }

  /** An answer that a newer question has overtaken is dropped. */
  async #loadFlow(flow: string): Promise<void> {
    const round = (this.#rounds.get(flow) ?? 0) + 1;
    this.#rounds.set(flow, round);
    const isLatest = (): boolean => this.#rounds.get(flow) === round && !this.#aborting.signal.aborted;
    const found: Schedule[] = [];
    try {
      let nextToken: string | undefined;
      do {
        const parameters = { FlowName: flow, Limit: 1000, NextToken: nextToken };
        const reply = await call('ListSchedules', parameters, { signal: this.#aborting.signal });
        found.push(...reply.Schedules);
        nextToken = reply.NextToken;
      } while (nextToken !== undefined);
      if (isLatest()) this.#set(flow, found);
    } catch (error) {
      if (!isLatest()) return;
      // Another user has deleted the flow, and its schedules with it.
      if (error instanceof ApiFault && error.code === 'FlowNotExists') this.#set(flow, []);
      else this.faults.value = [...this.#faultsOfOthers(flow), { flow, fault: error as Error }];
    }
  }

  #set(flow: string, found: readonly Schedule[]): void {
    const next = new Map(this.schedules.peek());
    if (found.length === 0) next.delete(flow);
    else next.set(flow, found);
    this.schedules.value = next;
    this.faults.value = this.#faultsOfOthers(flow);
  }

  #faultsOfOthers(flow: string): readonly FlowFault[] {
    return this.faults.peek().filter((each) => each.flow !== flow);
  }

  async #last(flow: string, schedule: string): Promise<LastExecution[]> {
    const { Executions } = await call(
      'ListExecutions',
      {
        FlowName: flow,
        ExecutionNamePrefix: duePrefix(schedule),
        MetadataOnly: true,
        Limit: LAST_EXECUTIONS,
      },
      { signal: this.#aborting.signal },
    );
    return Executions.flatMap(({ Name, Status }) => {
      const dueMs = dueMsOf(schedule, Name);
      return dueMs === null ? [] : [{ name: Name, status: Status, dueMs }];
    })
      .sort((a, b) => b.dueMs - a.dueMs)
      .slice(0, 5);
  }

  /** Runs some at a time, in their order. Never rejects if the work does not. */
  #queued(work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => work().then(resolve, reject));
      this.#next();
    });
  }

  #next(): void {
    while (this.#underWay < CONCURRENCY) {
      const work = this.#waiting.shift();
      if (work === undefined) return;
      this.#underWay++;
      void work().finally(() => {
        this.#underWay--;
        this.#next();
      });
    }
  }
}
