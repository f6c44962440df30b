/**
 * Tells parents of the ends of their children. An end that is owed stays owed in the store until the parent's own event
 * about it is durable, so a crash in between only makes it come twice, and the second is stale.
 */
import type { Clock } from '../../../base/clock.ts';
import { parseJson } from '../../../base/json.ts';
import type { ExecutionId, ExecutionRecord, ExecutionStore, TaskReference } from '../../../store/executions.ts';
import type { TaskReport } from '../../executions.ts';

/**
 * `told`: the parent has the outcome on disk, or cannot use it any more. `later`: its task is between two attempts. `stuck`:
 * nothing can be told to it before the next start of the server.
 */
export type Told = 'told' | 'later' | 'stuck';

export interface ParentReportsOptions {
  readonly store: Pick<ExecutionStore, 'get'>;
  readonly clock: Clock;
  readonly report: (task: TaskReference, report: TaskReport) => Promise<Told>;
  readonly done: (id: ExecutionId) => void;
  readonly onError: (error: unknown) => void;
}

const RETRY_MS = 1_000;

export class ParentReports {
  readonly #options: ParentReportsOptions;
  #closed = false;

  constructor(options: ParentReportsOptions) {
    this.#options = options;
  }

  /** The execution has ended and its end is due. Never rejects; it tries again until it is done. */
  async add(id: ExecutionId): Promise<void> {
    const { store, report, done, onError } = this.#options;
    if (this.#closed) return;
    try {
      const child = await store.get(id);
      if (child === null || child.callback !== 'due') return;
      const told = child.parent === null ? 'told' : await report(child.parent, reportOf(child));
      if (told === 'told') done(id);
      else if (told === 'later') this.#again(id);
    } catch (error) {
      onError(error);
      this.#again(id);
    }
  }

  #again(id: ExecutionId): void {
    this.#options.clock.after(RETRY_MS, () => void this.add(id));
  }

  close(): void {
    this.#closed = true;
  }
}

/** The child's output is the task's, and its error name too (integrations.md 5, decisions.md 3.1). */
function reportOf({ status, output, error, cause }: ExecutionRecord): TaskReport {
  if (status === 'Succeeded') return { ok: true, output: parseJson(output) };
  return { ok: false, failure: { error, cause } };
}
