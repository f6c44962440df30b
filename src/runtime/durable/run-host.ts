/** The runtime as one run of a Standard execution sees it: its parts, and the events that the run reports. */
import type { StartSource } from '../../base/observer.ts';
import type { Ports } from '../../base/ports.ts';
import type { DriverParts } from '../driver/driver.ts';
import type { Dropped } from './commit-queue.ts';
import type { SteadyClock } from './steady-clock.ts';
import type { TaskTokens } from './tokens.ts';

/** The error that a run threw, and the state at work; empty when it is not known. */
export interface RunDefect {
  readonly cause?: unknown;
  readonly state: string;
}

export interface RunHost<Run> {
  readonly ports: Ports;
  readonly parts: DriverParts;
  readonly clock: SteadyClock;
  readonly tokens: TaskTokens;
  /**
   * False once the process is stopping: the next start of the server calls the tasks. False without the lease: another node may have
   * called them.
   */
  readonly mayCall: boolean;
  /** Commits the decisions of the run. */
  commit(run: Run): void;
  /** The run does not only wait. */
  busy(run: Run): void;
  /** The run only waits, until `wakeMs`, and the store has that time: the run may leave memory. */
  idle(run: Run, wakeMs: number): void;
  /** The tasks with these events have ended, which is durable, and children may still run for them. */
  orphaned(run: Run, events: readonly number[]): void;
  /** The start of the run is durable. */
  started(run: Run, source: StartSource): void;
  /** The redrive of the run is durable. */
  redriven(run: Run): void;
  /** The end of the run is durable. */
  ended(run: Run): void;
  /** The store has not stored the last change of the run, which has left memory. */
  dropped(run: Run, outcome: Dropped): void;
  /** The run aborted its start. The store may have the execution all the same. */
  aborted(run: Run, source: StartSource): void;
  /** A defect: the state of the run in memory may be wrong and must not be used. The store has the execution, which is stuck. */
  broke(run: Run, defect: RunDefect): void;
  /** A defect before the start or the redrive of the run was durable: the store has no part of it. */
  vanished(run: Run, defect: RunDefect): void;
}
