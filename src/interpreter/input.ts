/** What a decision is given: what came in from the outside, and the time and the randomness of that moment (I2). */
import type { JsonValue } from '../base/json.ts';
import type { ExecutionEvent, Failure } from './event.ts';

/** `id` is that of the command which the outside answers to. */
export type Input =
  | { readonly kind: 'start' }
  /** Goes on where the budget ended. */
  | { readonly kind: 'continue' }
  | { readonly kind: 'task-succeeded'; readonly id: number; readonly output: JsonValue }
  | { readonly kind: 'task-failed'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'task-timed-out'; readonly id: number }
  | { readonly kind: 'timer-due'; readonly id: number }
  /** The service has accepted the work of a task in a callback mode; `output` is what it answered. */
  | { readonly kind: 'task-submitted'; readonly id: number; readonly output: JsonValue }
  /** The service has not accepted it. */
  | { readonly kind: 'task-submit-failed'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'execution-timed-out' }
  /** Stops the execution at once (StopExecution). */
  | { readonly kind: 'stop'; readonly failure: Failure }
  /** Goes on after an end; the execution was folded without the events `undone` (`redrive.ts`). */
  | { readonly kind: 'redrive'; readonly undone: readonly number[] };

/** What the outside gives to a decision. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** A number in [0, 1). */
  random(): number;
  /** The token of a task in a callback mode, by the id of its TaskScheduled event; absent where there are no callbacks. */
  taskToken?(event: number): string;
  /** Present when the execution is to stop after the state that the flow is in, and why (decisions.md 4.10). */
  readonly stop?: Failure;
}

export type Record = (event: ExecutionEvent) => void;
