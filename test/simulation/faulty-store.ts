/**
 * A store as a process meets it on a bad day. A commit is slow, fails before it happens, or happens and its answer is
 * lost; the disk is full for a while; reads fail; the process dies while any of this is under way. What is behind it
 * keeps what was committed and is seen whole by the audit after every commit.
 */
import type { ExecutionChange, ExecutionStore } from '../../src/store/executions.ts';
import type { FlowStore } from '../../src/store/flows.ts';
import type { VirtualTime } from '../../src/testing/virtual-time.ts';
import type { Audit } from './audit.ts';
import type { Life } from './life.ts';
import type { Random } from './random.ts';
import type { Trace } from './trace.ts';

/** Every error that the simulation itself puts in the way. */
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
  /** No commit succeeds in these stretches of virtual time. */
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
  readonly life: Life;
  readonly audit: Audit;
  readonly random: Random;
  readonly trace: Trace;
  /** Virtual time, never jumping. */
  readonly elapsedMs: () => number;
  /** Asked before each call, so that they can be switched off. */
  readonly faults: () => StoreFaults;
}

/** A store whose work takes no virtual time, wherever it does it. */
export function heldStore(store: ExecutionStore, clock: VirtualTime): ExecutionStore {
  const held = Object.entries(store).map(([name, method]) => [
    name,
    (...parameters: unknown[]) => clock.outside((method as Method).apply(store, parameters)),
  ]);
  return Object.fromEntries(held) as unknown as ExecutionStore;
}

type Method = (...parameters: unknown[]) => Promise<unknown>;

const READS = [
  'get',
  'find',
  'snapshot',
  'journal',
  'list',
  'running',
  'unfinished',
  'due',
  'asleep',
  'nextWakeMs',
  'children',
  'orphans',
] as const;

export function faultyStore(options: FaultyStoreOptions): ExecutionStore {
  const { inner, life } = options;
  const commits = new Commits(options);
  return {
    ...faultyReads(inner, READS, options),
    ...faultyReads(inner, ['purge'], options),
    takeOver: () => life.tell(inner.takeOver()),
    commit: (fence, changes) => life.tell(commits.commit(fence, changes)),
    // The data outlives every process.
    close: () => Promise.resolve(),
  };
}

/** The flows that runs are made of are read from the same store. */
export function faultyFlows(flows: FlowStore, options: Omit<FaultyStoreOptions, 'inner'>): FlowStore {
  return { ...flows, ...faultyReads(flows, ['get', 'getVersion', 'getAlias'], options) };
}

/** Methods that fail at times, or whose answer comes late: from before or from after the delay. */
function faultyReads<T extends object, N extends keyof T & string>(
  store: T,
  names: readonly N[],
  { life, random, trace, faults }: Omit<FaultyStoreOptions, 'inner'>,
): Pick<T, N> {
  const read = async (name: string, call: () => Promise<unknown>): Promise<unknown> => {
    if (life.point(`before the read ${name}`)) return never();
    const { readFails, readSlow } = faults();
    if (random.chance(readSlow)) await life.pass(random.between(1, 500));
    if (random.chance(readFails)) {
      trace.add(`read ${name} fails`);
      return life.tell(Promise.reject(new InjectedFault(`the read ${name} failed`)));
    }
    const answer = await life.tell(call());
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

  async commit(fence: number, changes: readonly ExecutionChange[]): Promise<void> {
    const { life, random, inner, audit, trace, elapsedMs } = this.#options;
    if (life.point('before a commit')) return never();
    const faults = this.#options.faults();
    const fails = random.chance(faults.commitFails);
    const loses = random.chance(faults.answerLost);
    const text = changes.map(describe).join(' ');
    if (random.chance(faults.commitSlow)) await life.pass(random.pick([1, 20, 400, 5_000]));
    // A commit that was under way when the process died has happened or has not.
    if (life.isDead && random.chance(0.5)) return never();
    const nowMs = elapsedMs();
    const full = faults.diskFull.some(({ fromMs, untilMs }) => nowMs >= fromMs && nowMs < untilMs);
    if (full || fails) {
      trace.add(`commit fails (${full ? 'disk full' : 'error'}): ${text}`);
      throw new InjectedFault(full ? 'the disk is full' : 'the commit failed');
    }
    await inner.commit(fence, changes);
    trace.add(`commit${loses ? ', answer lost' : ''}: ${text}`);
    await audit.committed(changes);
    if (life.point('after a commit')) return never();
    if (loses) throw new InjectedFault('the connection was lost while the commit was under way');
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
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
