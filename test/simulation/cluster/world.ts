/**
 * The world of one simulated cluster: virtual time, one shared store, and places at which processes live one after the other, each as a
 * node of the store.
 */
import { createMemoryStores } from '../../../src/store/memory/stores.ts';
import { storesOf } from '../../../src/store/stores.ts';
import type { Stores } from '../../../src/store/stores.ts';
import type { TaskCall } from '../../../src/actions/action.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { VirtualTime } from '../../../src/testing/virtual-time.ts';
import { LIMITS } from '../../support/flows.ts';
import { Audit } from '../audit.ts';
import { InjectedFault } from '../faulty-store.ts';
import { Random } from '../random.ts';
import { ScheduleAudit } from '../schedules.ts';
import { Trace } from '../trace.ts';
import { Database } from './database.ts';
import { HANGS_MS, Link } from './link.ts';
import { NodeLife } from './node-life.ts';
import { startNode } from './node-process.ts';
import type { NodeProcess } from './node-process.ts';
import type { Plant } from './plant.ts';
import type { NodeFault, Scenario } from './scenario.ts';
import { Services } from './services.ts';

export interface WorldOptions {
  readonly scenario: Scenario;
  readonly plant: Plant | null;
  readonly onToken: (call: TaskCall, result: JsonObject) => void;
}

/** The longest duration of a Standard execution. */
const YEAR_SECONDS = 365 * 86_400;
/** How soon a process is started again whose start has failed. */
const RESTART_MS = 500;
/** How long a shutdown waits for calls. */
const DRAIN_MS = 3_000;

export class World {
  readonly time = new VirtualTime();
  readonly trace = new Trace(this.time);
  readonly scenario: Scenario;
  readonly plant: Plant | null;
  readonly journals: Audit;
  readonly schedules: ScheduleAudit;
  readonly services: Services;
  readonly database: Database;
  /** Without faults and without audit. */
  readonly inner: Stores;
  /** Faults have no effect any more. */
  isCalm = false;
  /** By place. */
  readonly #processes = new Map<number, NodeProcess>();
  /** Every process so far. */
  readonly #lives: NodeLife[] = [];
  /** The times of death of processes, by the names of their nodes. */
  readonly #deaths = new Map<string, number>();
  /** Processes that are shutting down. */
  readonly #leaving = new Set<NodeProcess>();
  #faults = 0;
  #faultyUntilMs = 0;
  #isOver = false;
  #waiting: (() => void)[] = [];

  constructor({ scenario, plant, onToken }: WorldOptions) {
    this.scenario = scenario;
    this.plant = plant;
    this.inner = createMemoryStores({ isShared: true });
    this.journals = new Audit({
      store: () => this.inner.executions,
      currentLife: () => -1,
      elapsedMs: () => this.time.elapsedMs,
      limits: { ...LIMITS, stateDataBytes: 65_536, waitSeconds: YEAR_SECONDS, events: 5_000 },
      longestSeconds: YEAR_SECONDS,
      isClockSteady: true,
      trace: this.trace,
    });
    this.schedules = new ScheduleAudit({
      time: this.time,
      fault: (message) => this.journals.fault(message),
      isClockSteady: true,
      missed: 'all',
    });
    this.database = new Database({
      ...{ time: this.time, trace: this.trace, journals: this.journals, schedules: this.schedules },
      inner: plant?.stores?.(storesOf(this.inner), this.time) ?? this.inner,
    });
    this.services = new Services({
      ...{ seed: scenario.seed, scheduler: this.time, trace: this.trace, journals: this.journals, onToken },
      isLive: (node) => this.database.ownership.nodes.has(node),
    });
  }

  readonly random = (...labels: readonly (string | number)[]): Random => Random.of(this.scenario.seed, ...labels);

  /** Resolves after `ms` of virtual time, also when processes die. */
  readonly pass = (ms: number): Promise<void> => (ms === 0 ? Promise.resolve() : this.time.pass(ms));

  get lives(): number {
    return this.#lives.length;
  }

  /** The processes that have started and not ended. */
  get processes(): readonly NodeProcess[] {
    return [...this.#processes.values()];
  }

  /** True if nothing was faulty since then. A node that is lost is a fault until others have taken over its work. */
  wasCalmSince(sinceMs: number): boolean {
    return this.#faults === 0 && this.#faultyUntilMs <= sinceMs;
  }

  /** Resolves when there is a process. */
  async somewhere(): Promise<void> {
    while (this.#processes.size === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** When the process of this name died; null while it lives. */
  diedMs(name: string): number | null {
    return this.#deaths.get(name) ?? null;
  }

  /** Processes at one place, until the end. */
  async live(place: number): Promise<void> {
    while (!this.#isOver) {
      const life = new NodeLife({
        number: this.#lives.length + 1,
        time: this.time,
        random: this.random('life', this.#lives.length + 1),
      });
      this.#lives.push(life);
      this.trace.add(`life ${life.number} begins at place ${place}`);
      const link = new Link({
        life,
        random: this.random('link', life.number),
        pass: this.pass,
        atPoint: (where) => this.#atPoint(life, where),
      });
      const process = await Promise.race([this.#start(life, link), life.death.then(() => null)]);
      if (process === null) {
        life.die();
        await this.pass(RESTART_MS);
        continue;
      }
      this.#processes.set(place, process);
      for (const wake of this.#waiting.splice(0)) wake();
      await life.death;
      this.#processes.delete(place);
      await this.pass(
        this.isCalm ? RESTART_MS : this.random('down', life.number).pick([0, 500, 3_000, 12_000, 40_000]),
      );
    }
  }

  /** A fault at a place. Nothing happens if no process is there. */
  async fault(place: number, { kind, forMs }: NodeFault): Promise<void> {
    const process = this.#processes.get(place);
    if (process === undefined || this.isCalm || this.#leaving.has(process)) return;
    const { life, link } = process;
    this.trace.add(`life ${life.number}: ${kind}${forMs > 0 ? ` for ${forMs} ms` : ''}`);
    if (kind === 'crash') return this.#die(life);
    if (kind === 'stop') return this.#stop(life, forMs);
    if (kind === 'leave') return this.#leave(process);
    await this.#during(async () => {
      link.weather = kind;
      await this.#passUnlessCalm(forMs);
      link.weather = 'fair';
    });
  }

  /** No more faults: everything that is stopped continues, and every connection works. */
  heal(): void {
    this.isCalm = true;
    this.trace.add('no more faults');
    for (const { link } of this.#processes.values()) link.weather = 'fair';
    for (const life of this.#lives) life.continue();
    this.#healed.resolve();
  }

  readonly #healed = Promise.withResolvers<void>();

  /** Ends the run: no process and no timer works after this. */
  async end(): Promise<void> {
    this.#isOver = true;
    for (const life of this.#lives) life.die();
    this.time.stop();
    await this.journals.settled();
  }

  async #start(life: NodeLife, link: Link): Promise<NodeProcess | null> {
    try {
      return await startNode(this, life, link);
    } catch (error) {
      if (!(error instanceof InjectedFault))
        this.journals.fault(`the start of life ${life.number} failed: ${String(error)}`);
      return null;
    }
  }

  #die(life: NodeLife): void {
    this.trace.add(`life ${life.number} is dead`);
    this.#deaths.set(`life ${life.number}`, this.time.elapsedMs);
    life.die();
    this.#faultyAfter(this.scenario.leaseMs);
  }

  async #stop(life: NodeLife, forMs: number): Promise<void> {
    if (life.isStopped || life.isDead || this.isCalm) return;
    await this.#during(async () => {
      life.stop();
      await this.#passUnlessCalm(forMs);
      this.trace.add(`life ${life.number} continues`);
      life.continue();
    });
  }

  async #leave(process: NodeProcess): Promise<void> {
    this.#leaving.add(process);
    await this.#during(async () => {
      const { engine, life } = process;
      const closed = engine.drain(DRAIN_MS).then(() => engine.close());
      await Promise.race([closed, life.death, this.pass(2 * this.scenario.leaseMs)]);
      if (!life.isDead) this.#die(life);
    });
  }

  /** Now and then a process is stopped just before it calls the store, or just after that. */
  #atPoint(life: NodeLife, where: string): void {
    const { stopsAtPoints } = this.scenario;
    if (this.isCalm || stopsAtPoints === 0) return;
    const random = this.#points;
    if (!random.chance(stopsAtPoints)) return;
    const forMs = random.pick([500, 9_000, 11_000, 25_000, 60_000]);
    this.trace.add(`life ${life.number} is stopped ${where} for ${forMs} ms`);
    void this.#stop(life, forMs);
  }

  get #points(): Random {
    this.#pointDraws ??= this.random('points');
    return this.#pointDraws;
  }

  #pointDraws: Random | null = null;

  async #during(fault: () => Promise<void>): Promise<void> {
    this.#faults++;
    try {
      await fault();
    } finally {
      this.#faults--;
      // A call may hang after its connection works again.
      this.#faultyAfter(HANGS_MS);
    }
  }

  /** Others need some time to take over, and the node to notice that it has lost its lease. */
  #faultyAfter(ms: number): void {
    this.#faultyUntilMs = Math.max(this.#faultyUntilMs, this.time.elapsedMs + ms + this.scenario.leaseMs);
  }

  async #passUnlessCalm(ms: number): Promise<void> {
    await Promise.race([this.pass(ms), this.#healed.promise]);
  }
}
