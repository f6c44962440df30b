/** What a run of a Standard execution needs of the runtime around it, and reports to it. */
import type { Ports } from '../../base/ports.ts';
import type { DriverParts } from '../driver/driver.ts';
import type { TaskTokens } from './tokens.ts';

export interface RunHost<Run> {
  readonly ports: Ports;
  readonly parts: DriverParts;
  readonly tokens: TaskTokens;
  /** False once the process is stopping: the next start of the server calls the tasks. */
  readonly mayCall: boolean;
  /** Commits what the run has decided. */
  commit(run: Run): void;
  /** The run has something to do. */
  busy(run: Run): void;
  /** The run only waits, until `wakeMs`, as the store knows; null: it has to remain in memory. */
  idle(run: Run, wakeMs: number | null): void;
  /** These tasks, which children belong to, have ended, and that is durable. */
  orphaned(run: Run, events: readonly number[]): void;
  /** The end of the run is durable. */
  ended(run: Run): void;
  /** The run aborted its start. Whether the store has it is not known. */
  aborted(run: Run): void;
  /** A defect: the state of the run in memory is not to be trusted. */
  broke(run: Run, error: unknown): void;
}
