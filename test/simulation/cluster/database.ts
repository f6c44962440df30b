/**
 * The store of the cluster, and its audit. The database carries out one call after the other, by a clock of its own, and the audit
 * checks each before the next one begins.
 */
import type { ExecutionChange, ExecutionId, ExecutionStore, SeenTime } from '../../../src/store/executions.ts';
import type { FlowRecord } from '../../../src/store/flows.ts';
import type { NodeNumber, NodeStore } from '../../../src/store/nodes.ts';
import { LeaseLost } from '../../../src/store/nodes.ts';
import { storesOf } from '../../../src/store/stores.ts';
import type { Stores } from '../../../src/store/stores.ts';
import type { VirtualTime } from '../../../src/testing/virtual-time.ts';
import type { Audit } from '../audit.ts';
import type { ScheduleAudit } from '../schedules.ts';
import type { Trace } from '../trace.ts';
import { Ownership } from './ownership.ts';
import { wrapped } from './wrapped.ts';

export interface DatabaseOptions {
  readonly inner: Stores;
  readonly time: VirtualTime;
  readonly trace: Trace;
  readonly journals: Audit;
  readonly schedules: ScheduleAudit;
}

export class Database {
  readonly ownership: Ownership;
  /** As the nodes use it. */
  readonly stores: Stores;
  /** The updates of all flows, as the store has made them. */
  readonly updates: FlowRecord[] = [];
  readonly #options: DatabaseOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: DatabaseOptions) {
    const { inner, journals } = options;
    this.#options = options;
    this.ownership = new Ownership((message) => journals.fault(message));
    this.stores = storesOf({
      ...inner,
      flows: {
        ...this.#inTurn(inner.flows),
        update: (name, changes, expectedId) =>
          this.alone(async () => {
            const updated = await inner.flows.update(name, changes, expectedId);
            if (updated === null) return null;
            this.updates.push(updated);
            this.#options.trace.add(`${name} has revision ${updated.revision}`);
            return updated;
          }),
      },
      executions: this.#executions(inner.executions),
      schedules: {
        ...this.#inTurn(inner.schedules),
        take: (node, times) =>
          this.alone(async () => {
            const taken = await this.#acting(node, 'taking due times', () => inner.schedules.take(node, times));
            options.schedules.takes(times, taken);
            return taken;
          }),
      },
      nodes: this.#nodes(inner.nodes),
    });
  }

  get nowMs(): number {
    return Math.floor(this.#options.time.nowMs());
  }

  /** Calls `work` when all earlier calls have ended; later ones wait for it. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const own = this.#last.then(work);
    this.#last = own.catch(() => undefined);
    return own;
  }

  #inTurn<T extends object>(port: T, atOnce: readonly (keyof T)[] = []): T {
    return wrapped(port, atOnce, (_name, call) => this.alone(call));
  }

  /** A call that only a live node can make. */
  async #acting<T>(node: NodeNumber, what: string, call: () => Promise<T>): Promise<T> {
    const { journals } = this.#options;
    const isLive = this.ownership.nodes.has(node);
    try {
      const answer = await call();
      if (!isLive) journals.fault(`${what} by node ${node}, which is gone, is accepted`);
      return answer;
    } catch (error) {
      if (error instanceof LeaseLost && isLive)
        journals.fault(`${what} by node ${node}, whose lease lasts, is refused`);
      throw error;
    }
  }

  #nodes(inner: NodeStore): NodeStore {
    const { ownership } = this;
    const lapsing = <T>(call: (nowMs: number) => Promise<T>): Promise<T> =>
      this.alone(() => {
        ownership.lapse(this.nowMs);
        return call(this.nowMs);
      });
    return {
      ...this.#inTurn(inner, ['hint', 'onHint']),
      join: (info) =>
        this.alone(async () => {
          const membership = await inner.join(info, this.nowMs);
          ownership.joined(membership.node, info, this.nowMs);
          this.#options.trace.add(`${info.name} is node ${membership.node}`);
          return membership;
        }),
      beat: (node, report) =>
        lapsing(async (nowMs) => {
          const beat = await this.#acting(node, 'a beat', () => inner.beat(node, report, nowMs));
          ownership.beat(node, nowMs);
          return beat;
        }),
      leave: (node) =>
        this.alone(async () => {
          await inner.leave(node);
          ownership.gone(node, this.nowMs);
          this.#options.trace.add(`node ${node} leaves`);
        }),
      list: () => lapsing((nowMs) => inner.list(nowMs)),
      live: () => lapsing((nowMs) => inner.live(nowMs)),
      lowestFlowEpoch: () => lapsing((nowMs) => inner.lowestFlowEpoch(nowMs)),
    };
  }

  #executions(inner: ExecutionStore): ExecutionStore {
    const { ownership } = this;
    const { journals } = this.#options;
    const claims = (
      what: string,
      node: NodeNumber,
      call: () => Promise<readonly ExecutionId[]>,
    ): Promise<readonly ExecutionId[]> =>
      this.alone(async () => {
        const ids = await this.#acting(node, what, call);
        if (ids.length > 0) this.#options.trace.add(`${what}: node ${node} has #${ids.join(', #')}`);
        for (const id of ids) ownership.claimed(node, id, what);
        return ids;
      });
    return {
      ...this.#inTurn(inner, ['placeOf']),
      newIds: (node, count) => this.alone(() => this.#acting(node, 'taking ids', () => inner.newIds(node, count))),
      commit: (node, changes, seen) => this.alone(() => this.#commit(node, changes, seen)),
      claim: (node, id) =>
        this.alone(async () => {
          const claimed = await this.#acting(node, 'a claim', () => inner.claim(node, id));
          if (claimed?.owner === node) {
            this.#options.trace.add(`a claim: node ${node} has #${id}`);
            ownership.claimed(node, id, 'a claim');
          } else if (claimed !== null && claimed.owner !== ownership.ownerOf(id)) {
            journals.fault(`a claim says that node ${claimed.owner} owns #${id}, not ${ownership.ownerOf(id)}`);
          }
          return claimed;
        }),
      claimUnowned: (node, afterId, limit) =>
        claims('taking what has no owner', node, () => inner.claimUnowned(node, afterId, limit)),
      claimDue: (node, nowMs, limit) =>
        claims('taking what is due', node, () => {
          if (nowMs > this.nowMs) journals.fault(`node ${node} takes what is due at ${nowMs}, before that`);
          return inner.claimDue(node, nowMs, limit);
        }),
      purge: (node, retention, limit, after) =>
        this.alone(async () => {
          const step = await this.#acting(node, 'a purge', () => inner.purge(node, retention, limit, after));
          if (step.deleted > 0) await journals.purged(retention);
          return step;
        }),
      requestStop: (id, request) =>
        this.alone(() => {
          this.#options.trace.add(`a stop of #${id} is asked for`);
          return inner.requestStop(id, request);
        }),
      post: (mail) =>
        this.alone(() => {
          this.#options.trace.add(`mail ${mail.id} for #${mail.execution}`);
          return inner.post(mail);
        }),
    };
  }

  async #commit(node: NodeNumber, changes: readonly ExecutionChange[], seen: SeenTime | undefined) {
    const { inner, journals, schedules, trace } = this.#options;
    const { ownership } = this;
    const outcomes = await this.#acting(node, 'a commit', () => inner.executions.commit(node, changes, seen));
    const stored: ExecutionChange[] = [];
    const dropped: ExecutionId[] = [];
    for (const [i, change] of changes.entries()) {
      const outcome = outcomes[i] ?? 'lost';
      trace.add(`node ${node}: ${textOf(change)}${outcome === 'stored' ? '' : ` is ${outcome}`}`);
      if (outcome === 'stored') {
        stored.push(change);
        ownership.stored(node, change, this.nowMs);
      } else dropped.push(change.id);
      if (outcome === 'lost') ownership.refused(node, change);
    }
    schedules.committed(changes, dropped);
    await journals.committed(stored, []);
    return outcomes;
  }
}

function textOf({ id, journal, ...members }: ExecutionChange): string {
  const { wakeMs, end, answers } = members;
  const parts = Object.keys(members).map((name) => {
    if (name === 'wakeMs') return `wake=${wakeMs}`;
    if (name === 'end') return String(end?.status);
    return name === 'answers' ? `answers ${answers?.map((answer) => answer.id).join(',')}` : name;
  });
  if (journal !== undefined) parts.unshift(`${journal.first}+${journal.count}`);
  return `#${id}[${parts.join(' ')}]`;
}
