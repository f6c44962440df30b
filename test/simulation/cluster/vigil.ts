/**
 * Watches how soon nodes take over: what has no owner and needs one, and what a dead node owned. A look now and then sees each from the
 * time at which it began.
 */
import type { ExecutionId } from '../../../src/store/executions.ts';
import type { LiveNode } from './ownership.ts';
import type { World } from './world.ts';

const LOOK_MS = 250;
/** How long after the end of a lease, or after an execution was given up, it may be without an owner. */
const TAKE_OVER_MS = 2_000;
/** A look, and the way of a few calls to the store. */
const TOLERANCE_MS = 750;

export class Vigil {
  readonly #world: World;
  /** By execution without an owner that needs one, since when. */
  readonly #needy = new Map<ExecutionId, number>();
  #isOver = false;
  takeOvers = 0;

  constructor(world: World) {
    this.#world = world;
  }

  begin(): void {
    void this.#watch();
  }

  end(): void {
    this.#isOver = true;
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      this.#lookAtProcesses();
      await this.#world.database.alone(() => this.#lookAtExecutions());
      this.#lookAtDeadNodes();
      await this.#world.pass(LOOK_MS);
    }
  }

  #lookAtProcesses(): void {
    for (const process of this.#world.processes) {
      const { life, link, engine } = process;
      const isWell = !life.isStopped && link.isWell && engine.cluster.holdsLease && engine.durable.isRecovered;
      process.healthySinceMs = isWell ? (process.healthySinceMs ?? this.#nowMs) : null;
    }
  }

  async #lookAtExecutions(): Promise<void> {
    const { database, inner, journals } = this.#world;
    const { left } = database.ownership;
    for (const id of this.#needy.keys()) {
      if (left.has(id)) continue;
      this.#needy.delete(id);
      this.takeOvers++;
    }
    for (const [id, { by }] of left) {
      const record = await inner.executions.get(id);
      if (record === null || (record.wakeMs !== null && record.stop === null)) {
        this.#needy.delete(id);
        continue;
      }
      const sinceMs = this.#needy.get(id) ?? this.#nowMs;
      this.#needy.set(id, sinceMs);
      const dueMs = this.#dueMs(sinceMs, by);
      if (this.#nowMs > dueMs && this.#someoneIsWellSince(dueMs - TAKE_OVER_MS)) {
        journals.fault(`#${id} needs an owner since ${sinceMs} ms, and no node takes it`);
      }
    }
  }

  #lookAtDeadNodes(): void {
    const { database, journals } = this.#world;
    for (const [node, live] of database.ownership.nodes) {
      const diedMs = this.#world.diedMs(live.name);
      if (diedMs === null) continue;
      const dueMs = diedMs + live.leaseMs + TAKE_OVER_MS + TOLERANCE_MS;
      const owned = database.ownership.ownedBy(node);
      if (owned.length > 0 && this.#nowMs > dueMs && this.#someoneIsWellSince(dueMs - TAKE_OVER_MS)) {
        journals.fault(`node ${node} is dead since ${diedMs} ms, and still owns #${owned.join(', #')}`);
      }
    }
  }

  /** When a node has to have taken the execution. */
  #dueMs(sinceMs: number, by: LiveNode | null): number {
    const diedMs = by === null ? null : this.#world.diedMs(by.name);
    const latestMs = sinceMs + TAKE_OVER_MS + TOLERANCE_MS;
    if (by === null || diedMs === null) return latestMs;
    return Math.max(sinceMs, Math.min(latestMs, diedMs + by.leaseMs + TAKE_OVER_MS + TOLERANCE_MS));
  }

  /** True if one node at least had nothing to complain of since then. */
  #someoneIsWellSince(sinceMs: number): boolean {
    return this.#world.processes.some(
      ({ healthySinceMs }) => healthySinceMs !== null && healthySinceMs <= sinceMs - LOOK_MS,
    );
  }

  get #nowMs(): number {
    return this.#world.time.elapsedMs;
  }
}
