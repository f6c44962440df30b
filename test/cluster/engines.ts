/** Several engines on one shared store in memory, each a node, on one virtual time. */
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import type { ExecutionStore } from '../../src/store/executions.ts';
import type { NodeStore } from '../../src/store/nodes.ts';
import type { ScheduleStore } from '../../src/store/schedules.ts';
import type { Stores } from '../../src/store/stores.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { startTestEngine } from '../../src/testing/test-engine.ts';
import type { TestEngine, TestEngineOptions } from '../../src/testing/test-engine.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

export const LEASE_MS = 10_000;

export interface OwnMethods {
  readonly executions?: Partial<ExecutionStore>;
  readonly schedules?: Partial<ScheduleStore>;
}

export class TestCluster {
  readonly time = new VirtualTime();
  readonly stores: Stores = createMemoryStores({ isShared: true });
  /** Names of nodes that cannot reach the store of nodes. */
  readonly cut = new Set<string>();
  readonly #engines = new Map<string, TestEngine>();
  readonly #t: CleanUp;
  readonly #options: TestEngineOptions;
  #seed = 0;

  constructor(t: CleanUp, options: TestEngineOptions = {}) {
    this.#t = t;
    this.#options = options;
    atEnd(t, () => this.time.stop());
  }

  /**
   * Starts an engine as one more node, and waits until each node knows how many there are.
   * @param own methods of the stores that this node has in place of the shared ones
   */
  async join(name: string, own: OwnMethods = {}): Promise<TestEngine> {
    const { time, stores } = this;
    const executions = Object.assign(Object.create(stores.executions) as ExecutionStore, own.executions);
    const schedules = Object.assign(Object.create(stores.schedules) as ScheduleStore, own.schedules);
    const engine = await startTestEngine(this.#t, {
      ...this.#options,
      time,
      stores: { ...stores, executions, schedules, nodes: this.#reach(name) },
      seed: ++this.#seed,
      node: { info: { name, version: '0.0.0', leaseMs: LEASE_MS }, pollMs: 500 },
    });
    await time.pass(LEASE_MS / 2);
    this.#engines.set(name, engine);
    return engine;
  }

  /** The process of a node ends without a word: its executions leave memory, and it beats no more. */
  crash(name: string): void {
    this.cut.add(name);
    const engine = this.#engines.get(name);
    engine?.durable.close();
    // Its store does not answer any more.
    atEnd(this.#t, () => void engine?.takeTroubles());
  }

  #reach(name: string): NodeStore {
    const { nodes } = this.stores;
    const reached = <T>(call: () => Promise<T>): Promise<T> =>
      this.cut.has(name) ? Promise.reject(new Error('the network is cut')) : call();
    return {
      ...nodes,
      join: (info, nowMs) => reached(() => nodes.join(info, nowMs)),
      beat: (node, report, nowMs) => reached(() => nodes.beat(node, report, nowMs)),
      receive: (node) => reached(() => nodes.receive(node)),
      send: (message) => reached(() => nodes.send(message)),
      live: (nowMs) => reached(() => nodes.live(nowMs)),
      list: (nowMs) => reached(() => nodes.list(nowMs)),
      close: () => Promise.resolve(),
    };
  }
}
