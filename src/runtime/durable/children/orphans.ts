/** Stops children whose task has ended: a child must not outlive the task that waits for it (rules.md 11.4). */
import { inBackground } from '../../../base/isolated.ts';
import type { Ports } from '../../../base/ports.ts';
import { decodeEvents } from '../../../interpreter/journal.ts';
import { childModeOf } from '../../../language/tasks/child-modes.ts';
import type { EventFacts } from '../../../interpreter/event.ts';
import type {
  ExecutionId,
  ExecutionRecord,
  ExecutionStore,
  JournalRow,
  TaskReference,
} from '../../../store/executions.ts';
import type { NodeMembership } from '../../../cluster/membership.ts';
import { ExecutionUnreadable } from '../loader.ts';
import type { ExecutionLoader } from '../loader.ts';
import { Elsewhere } from '../run-table.ts';
import type { RunListener } from '../run-listener.ts';
import type { RunTable } from '../run-table.ts';
import { RunBroke } from '../../run-broke.ts';
import type { DurableRun } from '../run.ts';
import { untilItWorks } from '../until-it-works.ts';
import { PARENT_GONE } from './awaited-children.ts';

export interface OrphansOptions {
  readonly store: Pick<ExecutionStore, 'get' | 'journal' | 'children' | 'orphans' | 'requestStop'>;
  readonly loader: Pick<ExecutionLoader, 'load'>;
  readonly cluster: Pick<NodeMembership, 'hint'>;
  readonly ports: Pick<Ports, 'scheduler' | 'observer'>;
  readonly table: Pick<RunTable, 'find' | 'stuck'>;
}

const BATCH = 200;

export class Orphans implements RunListener {
  readonly #options: OrphansOptions;
  #isClosed = false;

  constructor(options: OrphansOptions) {
    this.#options = options;
  }

  close(): void {
    this.#isClosed = true;
  }

  orphaned({ record }: DurableRun, events: readonly number[]): void {
    const { store } = this.#options;
    inBackground(this.#options.ports.observer, 'stopping children whose task has ended', () =>
      this.#untilItWorks(async () => {
        for (const id of await store.children(record.id, events)) await this.#stop(id, events);
      }),
    );
  }

  /** Stops a child whose start became durable after its task had ended. */
  async stopIfOrphan(child: ExecutionRecord): Promise<void> {
    if (child.parent === null) return;
    const { table } = this.#options;
    const { execution, event } = child.parent;
    const parent = await table.find(execution);
    const isAwaited =
      parent instanceof Elsewhere
        ? await this.#isAwaitedElsewhere(child.parent)
        : parent === null
          ? table.stuck(execution) !== undefined
          : parent.waitsFor(event);
    if (!isAwaited) await this.#stop(child.id);
  }

  /** By what is durable, for a parent of another node. One that this version cannot read waits further. */
  async #isAwaitedElsewhere({ execution: id, event }: TaskReference): Promise<boolean> {
    const { store, loader } = this.#options;
    const record = await store.get(id);
    if (record?.status !== 'Running') return false;
    try {
      const parent = await loader.load(record);
      return parent.taskOf(event) !== undefined || parent.mapRunOf(event) !== undefined;
    } catch (error) {
      if (error instanceof ExecutionUnreadable) return true;
      throw error;
    }
  }

  /** Stops the children that were left running by a crash between the end of a parent's task and the stop of its child. */
  stopAll(): Promise<void> {
    return this.#untilItWorks(async () => {
      for (let after = 0; !this.#isClosed; ) {
        const ids = await this.#options.store.orphans(after, BATCH);
        for (const id of ids) {
          if (await this.#isChild(id)) await this.#stopDurably(id);
          after = id;
        }
        if (ids.length < BATCH) return;
      }
    });
  }

  /** True for an execution that a task started. One that a caller started with a task's token is not stopped with the task. */
  async #isChild(id: ExecutionId): Promise<boolean> {
    const { store } = this.#options;
    const { parent = null, mapItem = null } = (await store.get(id)) ?? {};
    if (parent === null) return false;
    if (mapItem !== null) return true;
    const rows = await store.journal(parent.execution, parent.event, 1);
    const scheduled = factsOf(rows, parent.event);
    return scheduled?.mode === 'WaitForSystemCallback' && childModeOf(scheduled.action ?? '') === 'Standard';
  }

  /** A child that a defect breaks is stuck, and does not delay the others. */
  async #stopDurably(id: ExecutionId): Promise<void> {
    const run = await this.#stop(id);
    await run?.durable().catch((error: unknown) => {
      if (!(error instanceof RunBroke)) throw error;
    });
  }

  /** @param events stops it only if one of these tasks has it; another task may have taken it over since it was found */
  async #stop(id: ExecutionId, events: readonly number[] | null = null): Promise<DurableRun | null> {
    const { table, store, cluster } = this.#options;
    const run = await table.find(id);
    if (run instanceof Elsewhere) {
      // With events, the commit of the parent has asked it to stop already.
      if (events === null) await store.requestStop(id, PARENT_GONE);
      cluster.hint(run.owner, 'work');
      return null;
    }
    if (run === null || (events !== null && !events.includes(run.parentEvent))) return null;
    run.advance({ kind: 'stop', failure: PARENT_GONE });
    return run;
  }

  #untilItWorks(work: () => Promise<void>): Promise<void> {
    const where = 'stopping children whose parent has ended';
    return untilItWorks(this.#options.ports, where, () => this.#isClosed, work);
  }
}

/** The facts of an event; null when there is none, or this version cannot read the row: a parent that is stuck waits further. */
function factsOf(rows: readonly JournalRow[], id: number): EventFacts | null {
  try {
    const events = rows.flatMap((row) => decodeEvents(row.events));
    return events.find(({ event }) => event.id === id)?.event.facts ?? null;
  } catch {
    return null;
  }
}
