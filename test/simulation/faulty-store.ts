/**
 * A store with faults. A commit is slow, fails before it happens, or happens and its answer is lost. The disk is full for a
 * while. Reads fail. The process may die during each of these. The store behind this one has no faults: it holds every commit,
 * and the audit checks it after each.
 */
import type { ExecutionChange, ExecutionId, ExecutionStore, Outcome, SeenTime } from '../../src/store/executions.ts';
import type { NodeNumber, NodeStore } from '../../src/store/nodes.ts';
import type { FlowStore } from '../../src/store/flows.ts';
import type { Audit } from './audit.ts';
import { never } from '../support/life.ts';
import type { SimulatedLife } from './life.ts';
import type { Purge, Purges } from './purges.ts';
import type { Random } from './random.ts';
import type { Trace } from './trace.ts';

/** An error of the simulation. */
export class InjectedFault extends Error {
  override readonly name = 'InjectedFault';
}

export interface StoreFaults {
  /** Probabilities. */
  readonly commitFails: number;
  readonly answerLost: number;
  readonly commitSlow: number;
  readonly readFails: number;
  readonly readSlow: number;
  /** No commit succeeds in these periods of virtual time. */
  readonly diskFull: readonly { readonly fromMs: number; readonly untilMs: number }[];
}

export const NO_STORE_FAULTS: StoreFaults = {
  commitFails: 0,
  answerLost: 0,
  commitSlow: 0,
  readFails: 0,
  readSlow: 0,
  diskFull: [],
};

export interface FaultyStoreOptions {
  readonly inner: ExecutionStore;
  readonly life: SimulatedLife;
  readonly audit: Audit;
  readonly random: Random;
  readonly trace: Trace;
  /** Virtual time, never jumping. */
  readonly elapsedMs: () => number;
  /** Called before each operation, so that the faults can be turned off. */
  readonly faults: () => StoreFaults;
  /** False once the operator has put the store back from a copy: a change that is still under way reaches another store. */
  readonly isCurrent: () => boolean;
  /** Called when the failure of a child is durable and its parent does not have it yet: true if the process dies then. */
  readonly diesAtEnd: () => boolean;
  readonly purges: Purges;
  /** Called when a commit has happened, with the executions whose changes were not stored. */
  readonly onCommitted: (changes: readonly ExecutionChange[], dropped: readonly ExecutionId[]) => void;
}

type Method = (...parameters: unknown[]) => Promise<unknown>;

const READS = [
  'get',
  'find',
  'snapshot',
  'journal',
  'list',
  'newestStarts',
  'runningOf',
  'deletedFlows',
  'running',
  'newIds',
  'claim',
  'ownerOf',
  'claimUnowned',
  'claimDue',
  'ownedAwake',
  'dueEnds',
  'requests',
  'answers',
  'ended',
  'nextWakeMs',
  'children',
  'orphans',
  'mapRun',
  'mapRunLog',
  'mapRunItems',
] as const;

export function faultyStore(options: FaultyStoreOptions): ExecutionStore {
  const { inner, life } = options;
  const commits = new Commits(options);
  return {
    ...faultyReads(inner, READS, options),
    ...faultyReads({ purge: (...given: Purge) => options.purges.purge(given) }, ['purge'], options),
    placeOf: (flowId, name) => inner.placeOf(flowId, name),
    giveBackSpace: (node) => life.whileAlive(inner.giveBackSpace(node)),
    commit: (node, changes, seen) => life.whileAlive(commits.commit(node, changes, seen)),
    requestStop: (id, request) => life.whileAlive(inner.requestStop(id, request)),
    post: (mail) => life.whileAlive(inner.post(mail)),
    answer: (answers) => life.whileAlive(inner.answer(answers)),
    // The data outlives the process.
    close: () => Promise.resolve(),
  };
}

/** The nodes of the store, as a process sees them that may die during each call. */
export function faultyNodes(nodes: NodeStore, { life }: Pick<FaultyStoreOptions, 'life'>): NodeStore {
  return { ...nodes, join: (...given) => life.whileAlive(nodes.join(...given)) };
}

/** Reads of flows, with the same faults. */
export function faultyFlows(flows: FlowStore, options: ReadOptions): FlowStore {
  return { ...flows, ...faultyReads(flows, ['get', 'getVersion', 'getAlias'], options) };
}

type ReadOptions = Pick<FaultyStoreOptions, 'life' | 'random' | 'trace' | 'faults'>;

/** Methods that sometimes fail or answer late, with the data from before or after the delay. */
function faultyReads<T extends object, N extends keyof T & string>(
  store: T,
  names: readonly N[],
  { life, random, trace, faults }: ReadOptions,
): Pick<T, N> {
  const read = async (name: string, call: () => Promise<unknown>): Promise<unknown> => {
    if (life.point(`before the read ${name}`)) return never();
    const { readFails, readSlow } = faults();
    if (random.chance(readSlow)) await life.pass(random.between(1, 500));
    if (random.chance(readFails)) {
      trace.add(`read ${name} fails`);
      return life.whileAlive(Promise.reject(new InjectedFault(`the read ${name} failed`)));
    }
    const answer = await life.whileAlive(call());
    if (random.chance(readSlow)) await life.pass(random.between(1, 500));
    return life.point(`after the read ${name}`) ? never() : answer;
  };
  const reads = names.map((name) => {
    const method = store[name] as Method;
    return [name, (...parameters: unknown[]) => read(name, () => method.apply(store, parameters))];
  });
  return Object.fromEntries(reads) as Pick<T, N>;
}

class Commits {
  readonly #options: FaultyStoreOptions;

  constructor(options: FaultyStoreOptions) {
    this.#options = options;
  }

  async commit(node: NodeNumber, changes: readonly ExecutionChange[], seen?: SeenTime): Promise<readonly Outcome[]> {
    const { life, random, inner, audit, trace, elapsedMs, isCurrent, purges } = this.#options;
    if (life.point('before a commit')) return never();
    const faults = this.#options.faults();
    const fails = random.chance(faults.commitFails);
    const loses = random.chance(faults.answerLost);
    const text = changes.map(describe).join(' ');
    if (random.chance(faults.commitSlow)) await life.pass(random.pick([1, 20, 400, 5_000]));
    // When the process dies during a commit, the commit has happened or it has not.
    if (life.isDead && random.chance(0.5)) return never();
    if (!isCurrent()) return never();
    if (changes.some(({ reopen }) => reopen === true)) await purges.again();
    const nowMs = elapsedMs();
    const full = faults.diskFull.some(({ fromMs, untilMs }) => nowMs >= fromMs && nowMs < untilMs);
    if (full || fails) {
      trace.add(`commit fails (${full ? 'disk full' : 'error'}): ${text}`);
      throw new InjectedFault(full ? 'the disk is full' : 'the commit failed');
    }
    const outcomes = await audit.watched(async () => {
      const found = await inner.commit(node, changes, seen);
      if (!isCurrent()) return null;
      const dropped = changes.filter((_, i) => found[i] !== 'stored').map(({ id }) => id);
      this.#options.onCommitted(changes, dropped);
      trace.add(`commit${loses ? ', answer lost' : ''}: ${text}`);
      await audit.committed(changes, dropped);
      return found;
    });
    if (outcomes === null) return never();
    if (changes.some(({ id, end }) => end !== undefined && audit.isAwaited(id)) && this.#options.diesAtEnd()) {
      life.die('the failure of a child is due');
    }
    if (life.point('after a commit')) return never();
    if (loses) throw new InjectedFault('the connection was lost while the commit was under way');
    return outcomes;
  }
}

function describe(change: ExecutionChange): string {
  const { id, start, journal, wakeMs, end, reopen, callbackDone, stopChildren } = change;
  const parts = [
    start === undefined ? '' : 'start',
    journal === undefined ? '' : `${journal.first}+${journal.count}`,
    wakeMs === undefined ? '' : `wake=${wakeMs}`,
    end === undefined ? '' : end.status,
    reopen === true ? 'reopen' : '',
    callbackDone === true ? 'callback-done' : '',
    stopChildren === undefined ? '' : `stop-children(${stopChildren.events.join(',')})`,
  ];
  return `#${id}[${parts.filter((part) => part !== '').join(' ')}]`;
}
