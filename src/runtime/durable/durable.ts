/**
 * The durable runtime: Standard executions, each event on disk before anything acts on it. In memory are the executions that
 * compute or call something, and the latest of those that only wait; the others are rows in the store until their time or a
 * callback comes. After a crash the store alone says what has to continue.
 *
 * This file is the facade. `assemble.ts` puts the parts together, `run-table.ts` has what is in memory, and `commit-queue.ts`
 * makes it durable.
 */
import type { Ports } from '../../base/ports.ts';
import { atMost } from '../../base/scheduler.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { Dialect } from '../../language/plan.ts';
import type { ExecutionId, ExecutionRecord, TaskReference } from '../../store/executions.ts';
import type { ExecutionWait, TaskReport } from '../executions.ts';
import { assembleDurable } from './assemble.ts';
import type { DurableOptions, DurableParts } from './assemble.ts';
import type { DurableStart, Started } from './starts.ts';

export type { DurableStart, Started } from './starts.ts';

/** Takes over the store. Nothing runs before {@link DurableRuntime.recover}. */
export async function createDurableRuntime(options: DurableOptions): Promise<DurableRuntime> {
  const ownership = await options.store.takeOver();
  const running = await options.store.running();
  return new DurableRuntime(assembleDurable(options, ownership, running), options.ports.scheduler);
}

export class DurableRuntime {
  readonly #parts: DurableParts;
  readonly #scheduler: Ports['scheduler'];
  #isClosing = false;

  constructor(parts: DurableParts, scheduler: Ports['scheduler']) {
    this.#parts = parts;
    this.#scheduler = scheduler;
    parts.queue.onFenceLost(() => this.close());
  }

  /** Takes up what was under way, in the background. */
  recover(): void {
    void this.#parts.recovery.run();
    void this.#parts.sleepers.look();
  }

  /** Resolves when what was under way at the start has been taken up. */
  recovered(): Promise<void> {
    return this.#parts.recovery.done;
  }

  /** Executions in memory: those under way, and some of those that only wait. */
  get inMemory(): number {
    return this.#parts.table.size;
  }

  /** Calls of tasks under way. */
  get calls(): number {
    let calls = 0;
    for (const run of this.#parts.table.values()) calls += run.calls;
    return calls;
  }

  /** The execution as it was started, durable. @throws {ApiError} as `Executions.start`. */
  start(start: DurableStart): Promise<Started> {
    return this.#parts.starts.start(start);
  }

  /** @throws {ApiError} as `Executions.stop`. */
  stop(record: ExecutionRecord, failure: Failure): Promise<ExecutionRecord> {
    return this.#parts.stops.stop(record, failure);
  }

  /** @throws {ApiError} as `Executions.redrive`. */
  redrive(record: ExecutionRecord): Promise<ExecutionRecord> {
    return this.#parts.redrives.redrive(record);
  }

  /** The task of a token. @throws {ApiError} `InvalidArgument` for a text that is none. */
  taskOf(token: string): TaskReference {
    return this.#parts.taskReports.taskOf(token);
  }

  /** @throws {ApiError} as `Executions.report`. */
  report(token: string, report: TaskReport): Promise<number> {
    return this.#parts.taskReports.report(token, report);
  }

  waits(record: ExecutionRecord): Promise<readonly ExecutionWait[]> {
    return this.#parts.waits.of(record);
  }

  /** The dialect of its definition; null for a definition that this version cannot read. */
  dialect(record: ExecutionRecord): Promise<Dialect | null> {
    return this.#parts.waits.dialect(record);
  }

  /** Resolves when the execution has ended, or after `waitMs`. The caller reads the store before and after. */
  whenEnded(id: ExecutionId, waitMs: number): Promise<void> {
    return this.#isClosing ? Promise.resolve() : this.#parts.waiters.wait(id, waitMs);
  }

  /** No execution of the flow enters a state any more. */
  flowDeleted(flowName: string, why: Failure): void {
    for (const run of this.#parts.table.values()) if (run.record.flowName === flowName) run.stopAfterState(why);
    this.#parts.purger.soon();
  }

  /** Calls no more tasks. Resolves when the calls under way have ended and all is durable, or after `limitMs`. */
  async drain(limitMs: number): Promise<void> {
    this.#isClosing = true;
    this.#parts.table.stopCalling();
    this.#parts.waiters.wakeAll();
    await atMost(this.#scheduler, limitMs, this.#settled());
  }

  async #settled(): Promise<void> {
    while (this.calls > 0) {
      await Promise.race([...this.#parts.table.values()].flatMap((run) => (run.calls > 0 ? [run.nextCallEnd()] : [])));
    }
    await this.#parts.queue.idle();
  }

  /** Drops everything in memory. The next start takes up what was under way. */
  close(): void {
    this.#isClosing = true;
    this.#parts.queue.stop();
    this.#parts.waiters.wakeAll();
    for (const part of this.#parts.closing) part.close();
  }
}
