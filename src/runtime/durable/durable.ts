/**
 * The durable runtime: Standard executions, whose events are on disk before the runtime acts on them. Memory holds the
 * executions that compute or call a service, and those that began to wait most recently. The others are only in the store,
 * until their wake time or a callback. After a crash the runtime continues from the store alone.
 *
 * This file is the facade. `assemble.ts` puts the parts together, `run-table.ts` holds the executions in memory, and
 * `commit-queue.ts` makes their changes durable.
 */
import { inBackground } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';
import { atMost } from '../../base/scheduler.ts';
import type { Failure } from '../../interpreter/event.ts';
import type { Dialect } from '../../language/plan.ts';
import type { ExecutionId, ExecutionRecord } from '../../store/executions.ts';
import type { MapRunRecord } from '../../store/map-runs.ts';
import type { Membership, NodeNumber } from '../../store/nodes.ts';
import type { MapRunChanges } from '../driver/map-runs.ts';
import type { TaskReport } from '../executions.ts';
import { EndWaiters } from './end-waiters.ts';
import type { StuckFacts } from './stuck.ts';
import { stuckFacts } from './stuck.ts';
import type { RunningExplanation } from './waits.ts';
import type { StartOrigin } from '../start-origin.ts';
import { assembleDurable } from './assemble.ts';
import type { DurableOptions, DurableParts } from './assemble.ts';
import type { DurableStart, Started } from './starts.ts';

export type { DurableStart, Started } from './starts.ts';

export class DurableRuntime {
  readonly #options: DurableOptions;
  readonly #scheduler: Ports['scheduler'];
  readonly #observer: Ports['observer'];
  /** Their wait continues when the process becomes another node. */
  readonly #waiters: EndWaiters;
  /** Of the node that this process is. */
  #parts: DurableParts;
  #isClosing = false;

  /** No execution runs before {@link DurableRuntime.recover}. */
  constructor(options: DurableOptions) {
    const { cluster, ports } = options;
    this.#options = options;
    this.#scheduler = ports.scheduler;
    this.#observer = ports.observer;
    this.#waiters = new EndWaiters(ports.scheduler);
    this.#parts = this.#assemble(cluster.membership);
    const inMemory = (): number => this.inMemory;
    cluster.listen({
      lost: () => this.#closeParts(),
      joined: (membership) => this.#begin(membership),
      beat: ({ running, setBackMs }) => {
        this.#parts.table.recount(running);
        if (setBackMs !== null) this.#parts.clock.adopt(setBackMs);
      },
      poll: () => this.#parts.work.poll(),
      get executions() {
        return inMemory();
      },
    });
  }

  #assemble(membership: Membership): DurableParts {
    const parts = assembleDurable(this.#options, membership, this.#waiters);
    parts.queue.onLeaseLost(() => this.#options.cluster.lose());
    return parts;
  }

  /** The process has lost its lease, and is another node now. */
  #begin(membership: Membership): void {
    if (this.#isClosing) return;
    this.#parts = this.#assemble(membership);
    this.recover();
  }

  /** Continues the executions that were under way, in the background. */
  recover(): void {
    const { recovery, sleepers } = this.#parts;
    inBackground(this.#observer, 'loading executions that were under way', () => recovery.run());
    inBackground(this.#observer, 'waking executions whose time has come', () => sleepers.look());
  }

  /** True once {@link recover} has loaded the executions that were under way. */
  get isRecovered(): boolean {
    return this.#parts.recovery.isDone;
  }

  /** Why no Standard execution can be changed at this time; null when they can. */
  get writeFault(): string | null {
    const { trouble, isStopped } = this.#parts.queue;
    if (isStopped) return 'This node has lost its place in the store, or is stopping.';
    if (!this.#options.cluster.holdsLease) return 'This node has not reached the store for the length of its lease.';
    return trouble === null ? null : 'The store is not accepting commits; the log of the server says why.';
  }

  /** Resolves when {@link recover} has loaded the executions that were under way. */
  recovered(): Promise<void> {
    return this.#parts.recovery.done;
  }

  /** The node that this process is, with which other changes of the store are made too. */
  get node(): NodeNumber {
    return this.#options.cluster.node;
  }

  /** Executions in memory: the busy ones, and some of those that only wait. */
  get inMemory(): number {
    return this.#parts.table.size;
  }

  /** Executions that this node owns and cannot continue, in the order in which they became stuck. */
  get stuck(): readonly StuckFacts[] {
    return [...this.#parts.table.allStuck.values()].map(stuckFacts);
  }

  /** Calls of tasks under way. */
  get calls(): number {
    let calls = 0;
    for (const run of this.#parts.table.values()) calls += run.calls;
    return calls;
  }

  /** Starts an execution; it is durable when this resolves. @throws {ApiError} as `Executions.start`. */
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

  /** The origin of a start whose caller passes the token of a task. @throws {ApiError} as `Executions.start`. */
  originOf(token: string): Promise<StartOrigin> {
    return this.#parts.taskReports.originOf(token);
  }

  /** @throws {ApiError} as `Executions.report`. */
  report(token: string, report: TaskReport): Promise<number> {
    return this.#parts.taskReports.report(token, report);
  }

  /** The token of a task of the execution, by its TaskScheduled event. */
  taskToken(record: ExecutionRecord, event: number): string {
    return this.#parts.taskReports.tokenOf(record, event);
  }

  /** The waits of a running execution, and what it does; for one that has ended, none and null. */
  waits(record: ExecutionRecord): Promise<RunningExplanation> {
    return this.#parts.wholeWaits.of(record);
  }

  /** The tasks that led to the execution, the nearest first; see {@link Waits.startedBy}. */
  startedBy(record: ExecutionRecord): Promise<readonly string[]> {
    return this.#parts.waits.startedBy(record);
  }

  /** @throws {ApiError} as `Executions.mapRun`. */
  mapRun(record: ExecutionRecord, name: string): Promise<MapRunRecord> {
    return this.#parts.mapRuns.describe(record, name);
  }

  /** @throws {ApiError} as `Executions.updateMapRun`. */
  updateMapRun(record: ExecutionRecord, name: string, changes: MapRunChanges): Promise<MapRunRecord> {
    return this.#parts.mapRuns.update(record, name, changes);
  }

  /** The dialect of the execution's definition; null for one that this version cannot read. */
  dialect(record: ExecutionRecord): Promise<Dialect | null> {
    return this.#parts.waits.dialect(record);
  }

  /** Resolves when the execution has ended, or after `waitMs`; see {@link EndWaiters.wait}. */
  whenEnded(id: ExecutionId, waitMs: number): Promise<void> {
    if (this.#isClosing) return Promise.resolve();
    this.#parts.work.watchEnds();
    return this.#waiters.wait(id, waitMs);
  }

  /** The executions of the flow end: those that only wait at once, the others after their current state (rules.md 12.11). */
  flowDeleted(flowId: string, why: Failure): void {
    for (const run of this.#parts.table.values()) if (run.record.flowId === flowId) run.stopAfterState(why);
    this.#parts.deletedFlows.soon();
    this.#parts.purger.soon();
  }

  /** Calls no more tasks. Resolves when the calls under way have ended and all changes are durable, or after `limitMs`. */
  async drain(limitMs: number): Promise<void> {
    this.#isClosing = true;
    this.#parts.table.stopCalling();
    this.#waiters.wakeAll();
    this.#parts.queue.touch();
    await atMost(this.#scheduler, limitMs, this.#settled());
  }

  async #settled(): Promise<void> {
    while (this.calls > 0) {
      await Promise.race([...this.#parts.table.values()].flatMap((run) => (run.calls > 0 ? [run.nextCallEnd()] : [])));
    }
    await this.#parts.queue.idle();
  }

  /** Drops all executions from memory. The next start of the server continues them. */
  close(): void {
    this.#isClosing = true;
    this.#waiters.wakeAll();
    this.#closeParts();
  }

  #closeParts(): void {
    this.#parts.queue.stop();
    for (const part of this.#parts.closing) part.close();
  }
}
