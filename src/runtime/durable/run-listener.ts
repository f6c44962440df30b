/** The news that the run table has for the other parts of the durable runtime: ends of runs, children that may be left, sleep. */
import type { ExecutionStatus } from '../../interpreter/execution.ts';
import type { ExecutionId, ExecutionRecord } from '../../store/executions.ts';
import type { DurableRun } from './run.ts';

/** The end of an execution, which is durable. */
export interface DurableEnd {
  /** As it was when the execution came into memory. */
  readonly record: ExecutionRecord;
  readonly status: ExecutionStatus;
  /** Empty on success. */
  readonly error: string;
  readonly startedMs: number;
  readonly stoppedMs: number;
  /** The state that failed; empty when it is not known, or the execution as a whole failed. */
  readonly state: string;
  readonly isFlowDeleted: boolean;
}

/** A part of the runtime that reacts to events of runs. */
export interface RunListener {
  ended?(end: DurableEnd): void;
  /** The store does not have the execution any more. */
  absent?(record: ExecutionRecord): void;
  /** The run's tasks with these events have ended, which is durable, and children may still run for them. */
  orphaned?(run: DurableRun, events: readonly number[]): void;
  /** The run only waits, until `wakeMs`. */
  asleep?(wakeMs: number): void;
  /** This node owns the execution, which is awake, and could not load it. */
  unloaded?(id: ExecutionId): void;
}
