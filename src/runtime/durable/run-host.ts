/** What a run of a Standard execution needs of the runtime around it, and tells it. */
import type { ActionCatalog } from '../../actions/action.ts';
import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import type { Turns } from '../../base/turns.ts';
import type { TaskTokens } from './tokens.ts';

export interface RunHost<Run> {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly actions: ActionCatalog;
  readonly tokens: TaskTokens;
  readonly turns: Turns;
  /** Has the run's decisions committed. */
  commit(run: Run): void;
  /** Calls a task now, or never when the runtime is closing: the next start calls it. */
  whenOpen(call: () => void): void;
  /** The run has something to do. */
  busy(run: Run): void;
  /** The run only waits; until `wakeMs`, as the store knows, or null when it has to stay in memory. */
  idle(run: Run, wakeMs: number | null): void;
  /** These tasks, which children belong to, have ended, and that is durable. */
  orphaned(run: Run, events: readonly number[]): void;
  /** Its end is durable. */
  ended(run: Run): void;
  /** It drew back from its start; whether the store kept it is not known. */
  withdrawn(run: Run): void;
  /** A defect of ours: nobody knows its state any more. */
  broke(run: Run, error: unknown): void;
  /** Told of an action that threw. */
  onDefect(error: unknown, where: string): void;
}
