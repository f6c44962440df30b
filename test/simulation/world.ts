/**
 * The world of one simulated run: virtual time, one store, and the process that serves at the time, if there is one. After the
 * death of a process another one starts on the same store.
 */
import type { Ids } from '../../src/base/ids.ts';
import type { MemoryBudget } from '../../src/base/memory-budget.ts';
import type { ExecutionLimits } from '../../src/interpreter/execution.ts';
import type { Executions } from '../../src/runtime/executions.ts';
import type { ExecutionStore, TaskReference } from '../../src/store/executions.ts';
import type { FlowStore } from '../../src/store/flows.ts';
import type { NodeStore } from '../../src/store/nodes.ts';
import type { ScheduleStore } from '../../src/store/schedules.ts';
import type { Stores } from '../../src/store/stores.ts';
import type { Scheduler } from '../../src/base/scheduler.ts';
import type { Settings } from '../../src/config/settings.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';
import { Audit } from './audit.ts';
import type { CopiedStores } from './copied-stores.ts';
import { InjectedFault, NO_STORE_FAULTS, faultyFlows, faultyNodes, faultyStore } from './faulty-store.ts';
import type { FaultyStoreOptions, StoreFaults } from './faulty-store.ts';
import { SimulatedLife } from './life.ts';
import type { Perturbations } from './perturbations.ts';
import { startProcess } from './process.ts';
import { Purges } from './purges.ts';
import { Random } from './random.ts';
import { faultySchedules, ScheduleAudit } from './schedules.ts';
import { Services } from './services.ts';
import type { Shadow } from './shadow.ts';
import type { ServicesOptions } from './services.ts';
import { Trace } from './trace.ts';

/** A planted fault: what a process gets is wrapped. */
export interface Plant {
  /** `shared` is the same for all processes; `limits` are what the process changes. */
  readonly store?: (
    store: ExecutionStore,
    time: VirtualTime,
    shared: { node: number },
    limits: Partial<Settings['limits']>,
  ) => ExecutionStore;
  readonly nodes?: (nodes: NodeStore, shared: { node: number }) => NodeStore;
  readonly ids?: (ids: Ids) => Ids;
  readonly schedules?: (store: ScheduleStore) => ScheduleStore;
  /** The setting `schedules.missed` of the processes, where the audit expects the other one. */
  readonly missed?: 'latest' | 'all';
}

export interface WorldOptions {
  readonly seed: number;
  /** Opens empty stores. */
  readonly openStores: (scheduler: Scheduler) => CopiedStores;
  readonly limits: ExecutionLimits;
  readonly auditLimits: ExecutionLimits;
  readonly perturbations: Perturbations;
  readonly storeFaults: StoreFaults;
  /** How many points each life passes before it ends. The life after the last of these does not end by itself. */
  readonly lives: readonly number[];
  /** By how much the clock is set after each life, while no process runs. */
  readonly jumpsWhileDown: readonly number[];
  readonly plant: Plant | null;
  readonly isClockSteady: boolean;
  /** The setting `schedules.missed`. */
  readonly missed: 'latest' | 'all';
  readonly onReport: ServicesOptions['report'];
  readonly onStartFor: ServicesOptions['startFor'];
  /** Is called with the token of every task that waits for a callback, when a service receives it. */
  readonly onToken: (token: string, task: TaskReference) => void;
  readonly crashesAtEnds: number;
  /** Is called when a process begins to serve, before it has recovered. */
  readonly onServing: () => void;
  /** Is called before a purge. */
  readonly onPurge: () => void;
  /** Is called when the store was put back from a copy, before the next process starts, with the executions that are lost. */
  readonly onRestored: (lost: readonly Shadow[]) => void;
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
  flowChanged(name: string): Promise<void>;
  flowDeleted(name: string, id: string): Promise<void>;
  /** Stops it in order, as SIGTERM does: waits for calls under way, for at most `limitMs`. */
  stop(limitMs: number): Promise<void>;
}

/** The longest duration of a Standard execution. */
const YEAR_SECONDS = 365 * 86_400;

export class World {
  readonly seed: number;
  readonly time = new VirtualTime();
  readonly trace = new Trace(this.time);
  readonly audit: Audit;
  readonly schedules: ScheduleAudit;
  readonly services: Services;
  readonly options: WorldOptions;
  /** True while there are faults; false at the end of a run. */
  isFaulty = true;
  #server: SimulatedProcess | null = null;
  #lives = 0;
  /** Every process so far. */
  readonly #processes: SimulatedLife[] = [];
  #stores: CopiedStores;
  #putBack: (() => Promise<CopiedStores>) | null = null;
  #copy: (() => Promise<CopiedStores>) | null = null;
  #restores = 0;
  #crashesAtEnds: number;
  /** Virtual times between which no process served, and someone set the clock back. */
  readonly #setBackWhileDown: { readonly fromMs: number; untilMs: number }[] = [];
  /** Checks and restores between two processes. */
  #between: Promise<void> = Promise.resolve();
  #downSinceMs: number | null = 0;
  readonly #shared = { node: 0 };
  #supersede = (): void => undefined;
  #offMs = 0;
  #isOver = false;
  #waiting: ((server: SimulatedProcess) => void)[] = [];

  constructor(options: WorldOptions) {
    this.options = options;
    this.seed = options.seed;
    this.#stores = options.openStores(this.time);
    this.#crashesAtEnds = options.crashesAtEnds;
    this.audit = new Audit({
      store: () => this.store,
      currentLife: () => this.#lives,
      elapsedMs: () => this.time.elapsedMs,
      limits: options.auditLimits,
      longestSeconds: YEAR_SECONDS,
      isClockSteady: options.isClockSteady,
      trace: this.trace,
    });
    this.schedules = new ScheduleAudit({
      time: this.time,
      fault: (message) => this.audit.fault(message),
      isClockSteady: options.isClockSteady,
      missed: options.missed,
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

  get flows(): FlowStore {
    return this.#stores.stores.flows;
  }

  get scheduleStore(): ScheduleStore {
    return this.#stores.stores.schedules;
  }

  get store(): ExecutionStore {
    return this.#stores.stores.executions;
  }

  /** How often the store was put back from a copy. */
  get restores(): number {
    return this.#restores;
  }

  /** The changed limits of the process that serves, or of the next one. */
  get changedLimits(): Partial<Settings['limits']> {
    const { limitsOfLives } = this.options.perturbations;
    return limitsOfLives[Math.min(this.#lives, limitsOfLives.length) - 1] ?? {};
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

  /** Sets the wall clock. */
  jump(byMs: number): void {
    this.time.jump(byMs);
    const fromMs = this.#downSinceMs;
    if (byMs < 0 && fromMs !== null) this.#setBackWhileDown.push({ fromMs, untilMs: Number.POSITIVE_INFINITY });
  }

  /** Downtime since this virtual time by which a wait may be longer, because the clock was set back meanwhile and no one saw it. */
  unseenMs(sinceMs: number): number {
    const untilMs = this.time.elapsedMs;
    const downs = new Map(this.#setBackWhileDown.map((down) => [down.fromMs, down.untilMs]));
    return [...downs].reduce(
      (sum, [from, until]) => sum + Math.max(0, Math.min(until, untilMs) - Math.max(from, sinceMs)),
      0,
    );
  }

  /** The operator takes a copy of the store. */
  copy(): void {
    this.trace.add('a copy of the store is taken');
    this.#copy = this.#stores.copy();
  }

  /** The operator ends the process, and puts the store back from the latest copy. */
  async restore(): Promise<void> {
    const server = await this.serving();
    if (this.#copy === null) return;
    this.#putBack = this.#copy;
    for (const life of this.#processes) life.die('the store is put back');
    this.#copy = null;
    await server.life.death;
  }

  /** Ends the run: no process and no timer works after this. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#server?.life.die('the end');
    await this.#between;
    this.time.stop();
    await this.audit.settled();
    await this.#stores.stores.close();
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
      this.#downSinceMs ??= this.time.elapsedMs;
      if (this.#isOver) return;
      this.#between = this.audit.recheck().then(() => (life.isDead ? this.#putStoreBack() : undefined));
      await this.#between;
      if (!life.isDead) continue;
      const byMs = this.options.jumpsWhileDown[this.#lives - 1] ?? 0;
      if (byMs !== 0) {
        this.trace.add(`the clock jumps by ${byMs} ms while no process runs`);
        this.jump(byMs);
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

  async #putStoreBack(): Promise<void> {
    const putBack = this.#putBack;
    if (putBack === null) return;
    this.#putBack = null;
    // Changes that are under way now are lost.
    this.#restores++;
    await this.audit.settled();
    this.#stores = await putBack();
    this.trace.add('the store is put back from the copy');
    await this.schedules.restored(this.scheduleStore);
    for (const name of [...this.audit.deleted]) {
      // Not the one that was created again.
      if ((await this.flows.get(name))?.id === `id-of-${name}`) this.audit.deleted.delete(name);
    }
    this.options.onRestored(await this.audit.restored());
    this.services.again();
  }

  #serves(server: SimulatedProcess): void {
    for (const down of this.#setBackWhileDown) down.untilMs = Math.min(down.untilMs, this.time.elapsedMs);
    this.#downSinceMs = null;
    for (const wake of this.#waiting.splice(0)) wake(server);
    this.options.onServing();
  }

  #storesOf(life: SimulatedLife): Pick<Stores, 'flows' | 'executions' | 'schedules' | 'nodes'> {
    const { options, audit, trace, time } = this;
    const { plant } = options;
    const restores = this.#restores;
    const faulty = {
      life,
      audit,
      trace,
      random: this.random('store', life.number),
      elapsedMs: () => time.elapsedMs,
      faults: () => (this.isFaulty ? options.storeFaults : NO_STORE_FAULTS),
      isCurrent: () => this.#restores === restores,
      diesAtEnd: () => this.isFaulty && this.#crashesAtEnds-- > 0,
    };
    const planted = plant?.store?.(this.store, time, this.#shared, this.changedLimits) ?? this.store;
    const purges = new Purges({
      ...faulty,
      inner: planted,
      random: this.random('purges', life.number),
      isFaulty: () => this.isFaulty,
      onPurge: options.onPurge,
    });
    const onCommitted: FaultyStoreOptions['onCommitted'] = (...given) => this.schedules.committed(...given);
    const executions = faultyStore({ ...faulty, inner: planted, purges, onCommitted });
    const schedules = plant?.schedules?.(this.scheduleStore) ?? this.scheduleStore;
    const { nodes } = this.#stores.stores;
    return {
      nodes: faultyNodes(plant?.nodes?.(nodes, this.#shared) ?? nodes, faulty),
      flows: faultyFlows(this.flows, faulty),
      executions,
      schedules: faultySchedules(schedules, this.schedules, faulty),
    };
  }

  async #live(): Promise<SimulatedLife> {
    const { options, trace } = this;
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
    this.#processes.push(life);
    trace.add(`life ${number} begins`);
    const starting = startProcess(this, life, this.#storesOf(life)).catch((error: unknown) => {
      if (!(error instanceof InjectedFault)) this.audit.fault(`the start of a process failed: ${String(error)}`);
      life.die('its start failed');
      return null;
    });
    const server = await Promise.race([starting, life.death.then(() => null)]);
    this.#server = server;
    if (server !== null) this.#serves(server);
    return life;
  }
}
