/**
 * The work that other nodes ask of this one or have left: stops and mail of the executions that it owns, executions without an owner,
 * ends that callers here wait for, and executions whose time has come. A poll looks for all of it.
 */
import { ApiError } from '../../../api/error.ts';
import { inBackground } from '../../../base/isolated.ts';
import type { Ports } from '../../../base/ports.ts';
import type { Failure } from '../../../interpreter/event.ts';
import type { NodeListener, NodeMembership } from '../../../cluster/membership.ts';
import type { ExecutionId, ExecutionStore } from '../../../store/executions.ts';
import type { Mail } from '../../../store/mail.ts';
import { OwnedElsewhere } from '../dropped.ts';
import type { EndWaiters } from '../end-waiters.ts';
import type { Recovery } from '../recovery.ts';
import { RunBroke } from '../../run-broke.ts';
import type { RunTable } from '../run-table.ts';
import type { Sleepers } from '../sleep/sleepers.ts';
import type { CarryOut } from './carry-out.ts';
import { refusalOf } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

export interface NodeWorkOptions {
  readonly store: Pick<ExecutionStore, 'requests' | 'answer' | 'ended' | 'get'>;
  readonly cluster: Pick<NodeMembership, 'node' | 'hint' | 'isShared'>;
  readonly ports: Pick<Ports, 'scheduler' | 'observer'>;
  readonly table: RunTable;
  readonly mailbox: Mailbox;
  readonly recovery: Recovery;
  readonly sleepers: Sleepers;
  readonly waiters: EndWaiters;
  readonly carryOut: CarryOut;
}

const WHERE = 'work for another node';
/** Between two looks at executions of other nodes whose ends are awaited: one short query. */
const END_LOOK_MS = 100;

export class NodeWork implements Pick<NodeListener, 'poll'> {
  readonly #options: NodeWorkOptions;
  /** Requests under way: the next poll finds them too. */
  readonly #underWay = new Set<string>();
  #isTakingOver = false;
  /** Of the last takeover. */
  #takeOverFault: { readonly error: unknown } | null = null;
  #cancelWatch: (() => void) | null = null;
  #isClosed = false;

  constructor(options: NodeWorkOptions) {
    this.#options = options;
  }

  /** @throws {LeaseLost}, or an error of the store, after the rest was tried; that of a takeover with the next poll */
  async poll(): Promise<void> {
    const { mailbox, table } = this.#options;
    // A node that is stopping calls nothing more, so others should have what is left.
    if (table.mayCall) this.#takeOver();
    const results = await Promise.allSettled([
      mailbox.look(),
      this.#requests(),
      this.#ends().then((isAwaited) => (isAwaited ? this.watchEnds() : undefined)),
    ]);
    const fault = this.#takeOverFault;
    this.#takeOverFault = null;
    if (fault !== null) throw fault.error;
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /**
   * Loads what others have left, and what is due. Both may take long, because they read journals and wait for memory, so the poll, with
   * the requests of other nodes, does not wait for them.
   */
  #takeOver(): void {
    const { recovery, sleepers, ports } = this.#options;
    inBackground(ports.observer, 'waking executions whose time has come', () => sleepers.look());
    if (this.#isTakingOver) return;
    this.#isTakingOver = true;
    inBackground(ports.observer, 'taking over executions', async () => {
      try {
        await recovery.look();
      } catch (error) {
        this.#takeOverFault = { error };
      } finally {
        this.#isTakingOver = false;
      }
    });
  }

  async #requests(): Promise<void> {
    const { store, cluster } = this.#options;
    const { stops, mail } = await store.requests(cluster.node);
    for (const { id, request } of stops) this.#once(`stop ${id}`, () => this.#stop(id, request));
    for (const each of mail) this.#once(each.id, () => this.#answer(each));
  }

  #once(key: string, work: () => Promise<void>): void {
    if (this.#underWay.has(key)) return;
    this.#underWay.add(key);
    const done = async (): Promise<void> => {
      try {
        await work();
      } catch (error) {
        // The store or the memory refuses it now. The next poll tries again, or the next owner.
        if (!(error instanceof ApiError)) throw error;
      } finally {
        this.#underWay.delete(key);
      }
    };
    inBackground(this.#options.ports.observer, WHERE, done);
  }

  async #stop(id: ExecutionId, failure: Failure): Promise<void> {
    const { store, table } = this.#options;
    const run = await table.get(id);
    if (run !== null) {
      run.advance({ kind: 'stop', failure });
      // A defect leaves the execution stuck, and the next poll stops it.
      await run.durable().catch(() => undefined);
      return;
    }
    const record = table.stuck(id) === undefined ? null : await store.get(id);
    if (record !== null) await table.stopStuck(record, failure);
  }

  async #answer(mail: Mail): Promise<void> {
    const { store, cluster, carryOut } = this.#options;
    const answer = await carryOut(mail).catch((error: unknown) => {
      // The execution is stuck, or another node has it: its next owner looks at the mail again.
      if (error instanceof RunBroke || error instanceof OwnedElsewhere) return null;
      // That this node cannot carry it out now is no answer.
      if (!(error instanceof ApiError) || error.code === 'InternalServerError') throw error;
      return refusalOf(error);
    });
    if (answer !== null) await store.answer([{ id: mail.id, answer }]);
    cluster.hint(mail.from, 'work');
  }

  /** Looks more often than with each poll for the ends of executions of other nodes, as long as callers wait for them here. */
  watchEnds(): void {
    if (this.#cancelWatch !== null || this.#isClosed || !this.#options.cluster.isShared) return;
    const { scheduler, observer } = this.#options.ports;
    this.#cancelWatch = scheduler.after(END_LOOK_MS, () => {
      this.#cancelWatch = null;
      inBackground(observer, 'looking for ends of executions of other nodes', async () => {
        // The next poll finds the store again.
        const isWatched = await this.#ends().catch(() => false);
        if (isWatched) this.watchEnds();
      });
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelWatch?.();
  }

  /** Ends of executions of other nodes, for which callers wait here. True if there are such callers. */
  async #ends(): Promise<boolean> {
    const { store, table, waiters } = this.#options;
    const ids = waiters.awaited.filter((id) => table.peek(id) === undefined);
    for (const id of ids.length === 0 ? [] : await store.ended(ids)) waiters.wake(id);
    return ids.length > 0;
  }
}
