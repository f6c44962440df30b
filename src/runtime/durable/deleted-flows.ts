/**
 * Ends the running executions of deleted flows (rules.md 12.11): those that only wait for a report, a retry or a child end at once,
 * also the many that are asleep in the store, and the others after the step that they are in. It works in small steps, so that a flow with a
 * hundred thousand sleeping executions delays no one. It begins again after a restart, because the store knows what is left.
 */
import { inBackground } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';
import { flowDeleted } from '../../interpreter/failure.ts';
import type { ExecutionPosition, ExecutionQuery, ExecutionRecord, ExecutionStore } from '../../store/executions.ts';
import { Elsewhere } from './run-table.ts';
import type { RunTable } from './run-table.ts';
import { untilItWorks } from './until-it-works.ts';

export interface DeletedFlowsOptions {
  readonly store: Pick<ExecutionStore, 'deletedFlows' | 'list'>;
  readonly ports: Pick<Ports, 'scheduler' | 'observer'>;
  readonly table: Pick<RunTable, 'findInTurn' | 'stopStuck'>;
}

/** Executions of one page. The next page is read when the ends of this one are durable. */
const PAGE = 200;
/** Executions that are loaded in one turn of the event loop, each in a fraction of a millisecond. */
const STEP = 5;

export class DeletedFlows {
  readonly #options: DeletedFlowsOptions;
  #isWorking = false;
  #isAgain = false;
  #isClosed = false;

  constructor(options: DeletedFlowsOptions) {
    this.#options = options;
  }

  /** Looks for executions to end, in the background. To be called after a flow was deleted, and after a start of the server. */
  soon(): void {
    this.#isAgain = true;
    if (this.#isWorking) return;
    this.#isWorking = true;
    inBackground(this.#options.ports.observer, WHERE, () => this.#work().finally(() => (this.#isWorking = false)));
  }

  close(): void {
    this.#isClosed = true;
  }

  async #work(): Promise<void> {
    while (this.#isAgain) {
      this.#isAgain = false;
      const isOver = (): boolean => this.#isClosed;
      await untilItWorks(this.#options.ports, WHERE, isOver, async () => {
        for (const flowId of await this.#options.store.deletedFlows()) await this.#endAll(flowId);
      });
    }
  }

  async #endAll(flowId: string): Promise<void> {
    let after: ExecutionPosition | null = null;
    do {
      const page = await this.#options.store.list(pageOf(flowId, after));
      await this.#endPage(page.executions);
      after = page.next;
    } while (after !== null && !this.#isClosed);
  }

  async #endPage(records: readonly ExecutionRecord[]): Promise<void> {
    const { scheduler } = this.#options.ports;
    const ends: Promise<{ readonly error: unknown } | null>[] = [];
    for (const [i, record] of records.entries()) {
      if (this.#isClosed) return;
      if (i % STEP === 0) await new Promise<void>((resolve) => scheduler.soon(resolve));
      // Another turn may come before anyone looks at the result.
      ends.push(
        this.#end(record).then(
          () => null,
          (error: unknown) => ({ error }),
        ),
      );
    }
    const failed = (await Promise.all(ends)).find((end) => end !== null);
    if (failed !== undefined && failed !== null) throw failed.error;
  }

  /** Resolves when the end is durable, or when the execution calls or computes and has to end that first. */
  async #end(record: ExecutionRecord): Promise<void> {
    const { table } = this.#options;
    const why = flowDeleted(record.flowName);
    const run = await table.findInTurn(record.id);
    // Every node ends its own.
    if (run instanceof Elsewhere) return;
    if (run === null) {
      await table.stopStuck(record, why);
      return;
    }
    run.stopAfterState(why);
    run.advance({ kind: 'continue' });
    // A defect breaks this run alone; the next look stops it, because it is stuck then.
    await run.durable().catch(() => {
      this.#isAgain ||= run.isBroken && !this.#isClosed;
    });
  }
}

const WHERE = 'ending the executions of deleted flows';

function pageOf(flowId: string, after: ExecutionPosition | null): ExecutionQuery {
  return {
    flowId,
    status: 'Running',
    startedAfterMs: null,
    startedBeforeMs: null,
    namePrefix: '',
    version: null,
    alias: null,
    mapRun: null,
    after,
    limit: PAGE,
    metadataOnly: true,
    textUnits: Number.POSITIVE_INFINITY,
  };
}
