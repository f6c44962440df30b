/**
 * The world of one simulated run: virtual time, one store, and the process that serves at the time, if there is one. After the
 * death of a process another one starts on the same store.
 */
import type { MemoryBudget } from '../../src/base/memory-budget.ts';
import type { ExecutionLimits } from '../../src/interpreter/execution.ts';
import type { Executions } from '../../src/runtime/executions.ts';
import type { ExecutionStore, TaskReference } from '../../src/store/executions.ts';
import type { FlowStore } from '../../src/store/flows.ts';
import type { Scheduler } from '../../src/base/scheduler.ts';
import type { Stores } from '../../src/store/stores.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';
import { Audit } from './audit.ts';
import { InjectedFault, NO_STORE_FAULTS, faultyFlows, faultyStore } from './faulty-store.ts';
import type { StoreFaults } from './faulty-store.ts';
import { SimulatedLife } from './life.ts';
import { startProcess } from './process.ts';
import { Random } from './random.ts';
import { Services } from './services.ts';
import type { ServicesOptions } from './services.ts';
import { Trace } from './trace.ts';

/** Wraps the store before a process gets it, to plant a fault. `shared` is the same for all processes. */
export type Plant = (store: ExecutionStore, time: VirtualTime, shared: { fence: number }) => ExecutionStore;

export interface WorldOptions {
  readonly seed: number;
  /** Opens empty stores. */
  readonly openStores: (scheduler: Scheduler) => Stores;
  readonly limits: ExecutionLimits;
  readonly storeFaults: StoreFaults;
  /** How many points each life passes before it ends. The life after the last of these does not end by itself. */
  readonly lives: readonly number[];
  /** By how much the clock is set after each life, while no process runs. */
  readonly jumpsWhileDown: readonly number[];
  readonly plant: Plant | null;
  readonly isClockSteady: boolean;
  readonly onReport: ServicesOptions['report'];
  readonly onStartFor: ServicesOptions['startFor'];
  /** Is called with the token of every task that waits for a callback, when a service receives it. */
  readonly onToken: (token: string, task: TaskReference) => void;
}

/** A process that serves. */
export interface SimulatedProcess {
  readonly life: SimulatedLife;
  /** Virtual time at which it began to serve. */
  readonly sinceMs: number;
  readonly executions: Executions;
  /** The memory that executions under way hold. */
  readonly memory: MemoryBudget;
  /** Must be called after a change of a flow is durable. */
  flowChanged(name: string): void;
  flowDeleted(name: string): void;
  /** Stops it in order, as SIGTERM does: waits for calls under way, for at most `limitMs`. */
  stop(limitMs: number): Promise<void>;
}

/** The longest duration of a Standard execution. */
const YEAR_SECONDS = 365 * 86_400;

export class World {
  readonly seed: number;
  readonly time = new VirtualTime();
  readonly trace = new Trace(this.time);
  readonly stores: Stores;
  readonly flows: FlowStore;
  readonly store: ExecutionStore;
  readonly audit: Audit;
  readonly services: Services;
  readonly options: WorldOptions;
  /** True while there are faults; false at the end of a run. */
  isFaulty = true;
  #server: SimulatedProcess | null = null;
  #lives = 0;
  readonly #shared = { fence: 0 };
  #supersede = (): void => undefined;
  #offMs = 0;
  #isOver = false;
  #waiting: ((server: SimulatedProcess) => void)[] = [];

  constructor(options: WorldOptions) {
    this.options = options;
    this.seed = options.seed;
    this.stores = options.openStores(this.time);
    this.flows = this.stores.flows;
    this.store = this.stores.executions;
    this.audit = new Audit({
      store: this.store,
      limits: options.limits,
      longestSeconds: YEAR_SECONDS,
      isClockSteady: options.isClockSteady,
      trace: this.trace,
    });
    this.services = new Services({
      seed: this.seed,
      scheduler: this.time,
      trace: this.trace,
      onCall: (call, life) => {
        this.audit.called(call, life);
        if (call.taskToken !== null && call.task !== null) options.onToken(call.taskToken, call.task);
      },
      report: options.onReport,
      startFor: options.onStartFor,
    });
  }

  /** The process that serves; null while there is none. */
  get server(): SimulatedProcess | null {
    return this.#server;
  }

  /** The number of processes so far. */
  get lives(): number {
    return this.#lives;
  }

  random(...labels: readonly (string | number)[]): Random {
    return Random.of(this.seed, ...labels);
  }

  /** The process that serves, or the next one. */
  serving(): Promise<SimulatedProcess> {
    if (this.#server !== null) return Promise.resolve(this.#server);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  pass(ms: number): Promise<void> {
    return this.time.pass(ms);
  }

  /** Ends the run: no process and no timer works after this. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#server?.life.die('the end');
    this.time.stop();
    await this.audit.settled();
  }

  /** Starts the first process, and another one after each death. */
  async run(): Promise<void> {
    for (;;) {
      const life = await this.#live();
      const superseded = new Promise<void>((resolve) => {
        this.#supersede = resolve;
      });
      await Promise.race([life.death, superseded]);
      this.#server = null;
      if (this.#isOver) return;
      await this.audit.recheck();
      if (!life.isDead) continue;
      const byMs = this.options.jumpsWhileDown[this.#lives - 1] ?? 0;
      if (byMs !== 0) {
        this.trace.add(`the clock jumps by ${byMs} ms while no process runs`);
        this.time.jump(byMs);
      }
      await this.pass(this.random('down', this.#lives).pick([0, 0, 50, 700, 3_000, 90_000, 4_000_000]));
    }
  }

  /** The process dies now, and the next one starts after `ms` of virtual time. */
  async powerOff(ms: number): Promise<void> {
    const server = await this.serving();
    this.trace.add(`power off for ${ms} ms`);
    this.#offMs = ms;
    server.life.die('power off');
    this.#server = null;
    await this.serving();
  }

  /** SIGTERM: the process ends in order. */
  async terminate(limitMs: number): Promise<void> {
    const { life, stop } = await this.serving();
    this.trace.add(`life ${life.number} gets SIGTERM, and ends within ${limitMs} ms`);
    await Promise.race([stop(limitMs), life.death]);
    life.die('SIGTERM');
  }

  /** Another process takes over the store, and the process that serves does not notice it at once. */
  async supersede(): Promise<void> {
    const { life } = await this.serving();
    this.trace.add(`life ${life.number} is superseded`);
    this.#supersede();
  }

  async #live(): Promise<SimulatedLife> {
    const { options, trace, audit } = this;
    const number = ++this.#lives;
    await this.pass(this.#offMs);
    this.#offMs = 0;
    const life = new SimulatedLife({
      number,
      time: this.time,
      random: this.random('life', number),
      trace,
      points: () => (this.isFaulty ? (options.lives[number - 1] ?? Infinity) : Infinity),
    });
    const planted = options.plant === null ? this.store : options.plant(this.store, this.time, this.#shared);
    const faulty = {
      life,
      audit,
      trace,
      random: this.random('store', number),
      elapsedMs: () => this.time.elapsedMs,
      faults: () => (this.isFaulty ? options.storeFaults : NO_STORE_FAULTS),
    };
    const stores = {
      flows: faultyFlows(this.flows, faulty),
      executions: faultyStore({ ...faulty, inner: planted }),
    };
    trace.add(`life ${number} begins`);
    const starting = startProcess(this, life, stores).catch((error: unknown) => {
      if (!(error instanceof InjectedFault)) this.audit.fault(`the start of a process failed: ${String(error)}`);
      life.die('its start failed');
      return null;
    });
    const server = await Promise.race([starting, life.death.then(() => null)]);
    this.#server = server;
    if (server !== null) for (const wake of this.#waiting.splice(0)) wake(server);
    return life;
  }
}
