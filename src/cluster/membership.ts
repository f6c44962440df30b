/**
 * This process as a node of its store. It joins, extends its lease by beats, and joins again as another node when it has lost its
 * lease, for example because the process was stopped or could not reach the database.
 *
 * Invariants:
 * - `holdsLease` is true only while no other node can have removed this one: the lease counts here from the moment at which a beat was
 *   sent, and by a clock that no one sets.
 * - A node acknowledges a change of flows after its runtimes have forgotten the flow, never before.
 * - Polling is what everything depends on. A hint only makes a poll come sooner.
 */
import { inBackground } from '../base/isolated.ts';
import type { Ports } from '../base/ports.ts';
import { pause } from '../base/scheduler.ts';
import type { ChangesOfFlows, FlowStore } from '../store/flows.ts';
import { LeaseLost } from '../store/nodes.ts';
import type {
  Beat,
  HintTopic,
  Membership,
  NodeInfo,
  NodeNumber,
  NodeRecord,
  NodeReport,
  NodeStore,
} from '../store/nodes.ts';
import { STORE_RETRY_MAX_MS, STORE_RETRY_MIN_MS } from '../store/retries.ts';
import type { Cluster } from './cluster.ts';

export interface NodeMembershipOptions {
  readonly nodes: NodeStore;
  readonly flows: Pick<FlowStore, 'changesSince'>;
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>;
  readonly info: NodeInfo;
  /** Between two polls. */
  readonly pollMs: number;
}

/** A part of the server that reacts to the life of the node. */
export interface NodeListener {
  /** The lease is lost: nothing that this process has begun as the node can become durable any more. */
  lost?(): void;
  /** The process is another node from now on. */
  joined?(membership: Membership): void;
  beat?(beat: Beat): void;
  /** Look for work that others have left or asked for. An error counts as one of the store, and the next poll comes all the same. */
  poll?(): Promise<void>;
  /** A hint of this topic has come. */
  hinted?(topic: HintTopic): void;
  /** Flows have changed; null: any of them may have. Forgets them before it returns. */
  flowsChanged?(flows: ChangesOfFlows['flows']): void;
  /** Executions in memory, for the report of the node. */
  readonly executions?: number;
}

/** Beats in one lease: several may be lost before the lease is. */
const BEATS = 5;
/** The lease counts as shorter here by this fraction, because clocks do not run equally fast. */
const DRIFT = 0.01;
/** How long a change of flows waits for a node before it looks again without a hint. */
const LOOK_AGAIN_MS = 100;

const WHERE = 'looking for the work of this node';

export class NodeMembership implements Cluster {
  readonly #options: NodeMembershipOptions;
  readonly #listeners: NodeListener[] = [];
  #membership: Membership;
  #size = 1;
  #rank = 0;
  /** Monotonic time until which no other node can remove this one. */
  #safeUntilMs: number;
  #flowEpoch: number;
  #beatAtMs = 0;
  #lagMs = 0;
  #isLost = false;
  #isFailing = false;
  #isClosed = false;
  #cancelBeat: () => void = () => undefined;
  #cancelPoll: () => void = () => undefined;
  #cancelWatch: () => void = () => undefined;
  #isPolling = false;
  #isPollWanted = false;
  #readingFlows: Promise<void> | null = null;
  readonly #flowHints = new Set<() => void>();
  /** The change of flows that the store knows this node to use. */
  #acknowledged = 0;
  #isLookingAtFlows = false;
  #isFlowLookWanted = false;

  /** Joins the store. @throws what the store throws */
  static async join(options: NodeMembershipOptions): Promise<NodeMembership> {
    const { nodes, ports, info } = options;
    const sentMs = ports.clock.monotonicMs();
    const membership = await nodes.join(info, ports.clock.nowMs());
    return new NodeMembership(options, membership, sentMs);
  }

  private constructor(options: NodeMembershipOptions, membership: Membership, sentMs: number) {
    this.#options = options;
    this.#membership = membership;
    this.#flowEpoch = membership.flowEpoch;
    this.#acknowledged = membership.flowEpoch;
    this.#safeUntilMs = this.#safeFrom(sentMs);
  }

  /** Begins to beat and to poll. A store that is not shared needs neither. */
  begin(): void {
    if (!this.isShared) return;
    this.#options.nodes.onHint(this.node, (topic) => this.#hinted(topic));
    this.#beatIn(0);
    this.#pollIn(this.#options.pollMs);
    this.#watchLease();
  }

  listen(listener: NodeListener): void {
    this.#listeners.push(listener);
  }

  /** As the store answered when the node joined. */
  get membership(): Membership {
    return this.#membership;
  }

  get node(): NodeNumber {
    return this.#membership.node;
  }

  /** True if other nodes may use the store. */
  get isShared(): boolean {
    return this.#options.nodes.isShared;
  }

  get size(): number {
    return this.#size;
  }

  get rank(): number {
    return this.#rank;
  }

  get holdsLease(): boolean {
    return !this.isShared || (!this.#isLost && this.#options.ports.clock.monotonicMs() < this.#safeUntilMs);
  }

  /** The live nodes, by number. The only node of a store has no beats, so it says here how it is now. */
  async list(): Promise<readonly NodeRecord[]> {
    const { nodes, ports } = this.#options;
    const list = await nodes.list(ports.clock.nowMs());
    return this.isShared ? list : list.map((node) => ({ ...node, ...this.#report(), sinceBeatMs: 0 }));
  }

  /** Asks another node, or all with null, to look for work now. */
  hint(to: NodeNumber | null, topic: HintTopic): void {
    if (this.isShared) this.#options.nodes.hint({ to, topic });
  }

  /** Polls soon. */
  wake(): void {
    if (this.isShared && !this.#isClosed) this.#pollIn(0);
  }

  async flowsChanged(): Promise<void> {
    if (!this.isShared) return;
    const { nodes, ports } = this.#options;
    await this.#readFlows();
    const epoch = this.#flowEpoch;
    nodes.hint({ to: null, topic: 'flows' });
    await this.#beat();
    while (!this.#isClosed && (await nodes.lowestFlowEpoch(ports.clock.nowMs())) < epoch) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          cancel();
          this.#flowHints.delete(wake);
          resolve();
        };
        const cancel = ports.scheduler.after(LOOK_AGAIN_MS, wake);
        this.#flowHints.add(wake);
      });
    }
  }

  /** The lease is lost: the store has refused a call of this node, or other nodes may have removed it. */
  lose(): void {
    if (this.#isLost || this.#isClosed) return;
    this.#isLost = true;
    this.#cancelTimers();
    this.#options.ports.observer.leaseLost?.({ node: this.node });
    for (const listener of this.#listeners) listener.lost?.();
    if (this.isShared) inBackground(this.#options.ports.observer, 'joining the store again', () => this.#rejoin());
  }

  /** Leaves the store: what the node owned has no owner from now on, and other nodes take it at once. */
  async leave(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelTimers();
    for (const wake of [...this.#flowHints]) wake();
    if (!this.isShared) return;
    const { nodes, ports } = this.#options;
    try {
      await nodes.leave(this.node);
      nodes.hint({ to: null, topic: 'work' });
    } catch (error) {
      // The lease ends by itself then.
      ports.observer.storeFailed?.({ part: 'nodes', error });
    }
  }

  async #rejoin(): Promise<void> {
    const { nodes, ports, info } = this.#options;
    const { node } = this;
    for (let delayMs = STORE_RETRY_MIN_MS; !this.#isClosed; delayMs = Math.min(delayMs * 2, STORE_RETRY_MAX_MS)) {
      try {
        // If the store has not removed the node, others take its executions now.
        await nodes.leave(node);
        const sentMs = ports.clock.monotonicMs();
        const membership = await nodes.join(info, ports.clock.nowMs());
        if (this.#isClosed) return await nodes.leave(membership.node);
        this.#membership = membership;
        this.#flowEpoch = membership.flowEpoch;
        this.#acknowledged = membership.flowEpoch;
        this.#safeUntilMs = this.#safeFrom(sentMs);
        for (const listener of this.#listeners) {
          listener.flowsChanged?.(null);
          listener.joined?.(membership);
        }
        this.#isLost = false;
        this.#works();
        ports.observer.rejoined?.({ node: membership.node });
        this.begin();
        return;
      } catch (error) {
        this.#fails(error);
        await pause(ports.scheduler, delayMs);
      }
    }
  }

  #safeFrom(sentMs: number): number {
    return sentMs + this.#options.info.leaseMs * (1 - DRIFT);
  }

  /** A lease that has ended here does not come back: what was not done meanwhile would never be done. */
  #watchLease(): void {
    this.#cancelWatch();
    const { clock, scheduler } = this.#options.ports;
    const leftMs = this.#safeUntilMs - clock.monotonicMs();
    this.#cancelWatch = scheduler.after(Math.max(0, leftMs), () => {
      if (this.holdsLease) this.#watchLease();
      else this.lose();
    });
  }

  #cancelTimers(): void {
    this.#cancelBeat();
    this.#cancelPoll();
    this.#cancelWatch();
  }

  #beatIn(delayMs: number): void {
    this.#cancelBeat();
    const { scheduler, observer, clock } = this.#options.ports;
    const dueMs = clock.monotonicMs() + delayMs;
    this.#cancelBeat = scheduler.after(delayMs, () => {
      this.#lagMs = Math.max(0, clock.monotonicMs() - dueMs);
      inBackground(observer, 'a beat of this node', async () => {
        try {
          await this.#beat();
          this.#works();
        } catch (error) {
          this.#fails(error);
        }
        if (!this.#isLost && !this.#isClosed) this.#beatIn(this.#options.info.leaseMs / BEATS);
      });
    });
  }

  /** @throws what the store throws, unless the lease is lost */
  async #beat(): Promise<void> {
    const { nodes, ports } = this.#options;
    const sentMs = ports.clock.monotonicMs();
    const { node } = this;
    try {
      const report = this.#report();
      const beat = await nodes.beat(node, report, ports.clock.nowMs());
      if (node !== this.node || this.#isLost) return;
      if (!this.holdsLease) return this.lose();
      this.#acknowledged = Math.max(this.#acknowledged, report.flowEpoch);
      // An answer may overtake that of a later beat.
      if (sentMs >= this.#beatAtMs) {
        this.#beatAtMs = sentMs;
        this.#safeUntilMs = this.#safeFrom(sentMs);
        // A node is gone, and has left executions.
        if (beat.size < this.#size) this.wake();
        this.#size = beat.size;
        this.#rank = beat.rank;
      }
      for (const listener of this.#listeners) listener.beat?.(beat);
      if (beat.flowEpoch > this.#flowEpoch) await this.#readFlows();
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      if (node === this.node) this.lose();
    }
  }

  /** The store fails. The first failure is reported; polls and beats continue. */
  #fails(error: unknown): void {
    if (this.#isFailing || this.#isClosed) return;
    this.#isFailing = true;
    this.#options.ports.observer.storeFailed?.({ part: 'nodes', error });
  }

  #works(): void {
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#options.ports.observer.storeRecovered?.({ part: 'nodes' });
  }

  #report(): NodeReport {
    const executions = this.#listeners.reduce((sum, listener) => sum + (listener.executions ?? 0), 0);
    return { executions, flowEpoch: this.#flowEpoch, lagMs: this.#lagMs };
  }

  #pollIn(delayMs: number): void {
    this.#cancelPoll();
    const { scheduler, observer } = this.#options.ports;
    this.#cancelPoll = scheduler.after(delayMs, () => inBackground(observer, WHERE, () => this.#poll()));
  }

  async #poll(): Promise<void> {
    if (this.#isPolling) {
      this.#isPollWanted = true;
      return;
    }
    this.#isPolling = true;
    this.#isPollWanted = false;
    const { node } = this;
    for (const listener of this.#listeners) {
      if (this.#isClosed || this.#isLost) break;
      try {
        await listener.poll?.();
      } catch (error) {
        // The process may be another node by now. An error about one that is gone has that cause.
        if (node !== this.node || this.#isLost) continue;
        if (error instanceof LeaseLost) this.lose();
        else this.#fails(error);
      }
    }
    this.#isPolling = false;
    if (!this.#isClosed && !this.#isLost) this.#pollIn(this.#isPollWanted ? 0 : this.#options.pollMs);
  }

  #hinted(topic: HintTopic): void {
    if (this.#isClosed || this.#isLost) return;
    for (const listener of this.#listeners) listener.hinted?.(topic);
    if (topic === 'work') this.wake();
    if (topic !== 'flows') return;
    for (const wake of [...this.#flowHints]) wake();
    inBackground(this.#options.ports.observer, 'reading changes of flows', () => this.#noticeFlows());
  }

  /**
   * Acknowledges changes of flows at once. If that fails, the next beat does it. One look at a time: hints that come meanwhile lead to
   * one more look, because each look may lead to hints to all nodes.
   */
  async #noticeFlows(): Promise<void> {
    this.#isFlowLookWanted = true;
    if (this.#isLookingAtFlows) return;
    this.#isLookingAtFlows = true;
    try {
      while (this.#isFlowLookWanted && !this.#isClosed && !this.#isLost) {
        this.#isFlowLookWanted = false;
        await this.#readFlows();
        if (this.#flowEpoch === this.#acknowledged) continue;
        await this.#beat();
        this.#options.nodes.hint({ to: null, topic: 'flows' });
      }
    } catch (error) {
      this.#fails(error);
    } finally {
      this.#isLookingAtFlows = false;
    }
  }

  /** Reads the changes of flows since the last ones, and has the runtimes forget these flows. */
  #readFlows(): Promise<void> {
    const before = this.#readingFlows ?? Promise.resolve();
    const own = before.then(async () => {
      const changes = await this.#options.flows.changesSince(this.#flowEpoch);
      // The process may have joined again meanwhile, and knows of more.
      if (changes.epoch <= this.#flowEpoch) return;
      for (const listener of this.#listeners) listener.flowsChanged?.(changes.flows);
      this.#flowEpoch = changes.epoch;
    });
    this.#readingFlows = own.catch(() => undefined);
    return own;
  }
}
