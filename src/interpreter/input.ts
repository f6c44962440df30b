/** The inputs of a decision: what has happened outside, and the time and the randomness of that moment (I2). */
import type { JsonValue } from '../base/json.ts';
import type { ExecutionEvent, Failure, Warning } from './event.ts';

/** `id` is that of the command that is answered. */
export type Input =
  | { readonly kind: 'start' }
  /** Continues where the budget ended. */
  | { readonly kind: 'continue' }
  | { readonly kind: 'task-succeeded'; readonly id: number; readonly output: JsonValue }
  | { readonly kind: 'task-failed'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'task-timed-out'; readonly id: number }
  | { readonly kind: 'timer-due'; readonly id: number }
  /** The service has accepted the work of a callback task; `output` is its answer. */
  | { readonly kind: 'task-submitted'; readonly id: number; readonly output: JsonValue }
  /** The service has refused the work of a callback task. */
  | { readonly kind: 'task-submit-failed'; readonly id: number; readonly failure: Failure }
  /** `warnings`: of the expressions that built its items. */
  | {
      readonly kind: 'map-run-succeeded';
      readonly id: number;
      readonly output: JsonValue;
      readonly warnings: readonly Warning[];
    }
  | {
      readonly kind: 'map-run-failed';
      readonly id: number;
      readonly failure: Failure;
      readonly warnings: readonly Warning[];
    }
  | { readonly kind: 'execution-timed-out' }
  /** Stops the execution at once (StopExecution). */
  | { readonly kind: 'stop'; readonly failure: Failure }
  /** Continues after an end without success. The execution was folded without the events `undone` (`redrive.ts`). */
  | { readonly kind: 'redrive'; readonly undone: readonly number[] };

/** The time, the randomness and the services of one decision. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** By how much the clock was set back in all until `nowMs` was read, and no earlier; absent: by nothing. */
  readonly setBackMs?: number;
  /** A number in [0, 1). */
  random(): number;
  /** The token of a callback task, by the event that it names; absent in an Express flow. */
  taskToken?(event: number): string;
  /** Bytes by which the execution may grow in this decision; absent while the memory of all executions has room (rules.md 12.17). */
  readonly roomBytes?: number;
  /** Takes the right to enter one state; false: the execution has to wait for it. Absent while no rate limits entries (rules.md 4.6). */
  readonly mayEnter?: () => boolean;
  /** Why the execution has to stop after the current state of the flow; absent when it does not (rules.md 12.11). */
  readonly stop?: Failure;
}

export type RecordEvent = (event: ExecutionEvent) => void;
