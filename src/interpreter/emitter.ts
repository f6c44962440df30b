/**
 * Makes the events of one decision, applies each at once (I1) and records it; and those of an end that the flow does not
 * come to by itself. Whatever is decided, the events stay within their limit: the last one ends the execution (decisions.md
 * 2.8), and their times never go backwards.
 */
import type { JsonValue } from '../base/json.ts';
import { apply } from './apply.ts';
import { ExecutionEvent } from './event.ts';
import type { Ending, EventFacts, EventType } from './event.ts';
import type { Execution, Thread } from './execution.ts';
import { eventLimit } from './failure.ts';
import type { Moment, Record } from './input.ts';
import { entered, innermost } from './threads.ts';

export class Emitter {
  readonly execution: Execution;
  /** One look at the clock: all events of a decision carry the time at which it began, or that of the event before. */
  readonly nowMs: number;
  readonly record: Record | null;
  events = 0;
  /** Set when the execution is over its time or stopped. */
  ending: Ending | null;

  constructor(execution: Execution, moment: Moment, record: Record | null) {
    this.execution = execution;
    this.nowMs = Math.max(moment.nowMs, execution.lastMs);
    this.record = record;
    this.ending = execution.ending;
  }

  /** In place of an event of a state that would be the last one, the end of the execution. */
  emit(
    type: EventType,
    cause: number,
    thread: number,
    state: number,
    value: JsonValue,
    next: number,
    facts: EventFacts | null,
  ): void {
    if (state !== -1 && this.execution.isFull) this.endFull();
    else this.write(type, cause, thread, state, value, next, facts);
  }

  /** The last event of an execution that has no room for another: how it is ending already, or the limit as its failure. */
  endFull(): void {
    const { execution, ending } = this;
    const root = execution.root as Thread;
    const { error, cause } = ending ?? eventLimit(execution.limits.events);
    this.write(ending?.as ?? 'ExecutionFailed', execution.lastEvent, root.id, -1, null, -1, {
      failure: { error, cause },
    });
  }

  /** Over its time or stopped: one state after another is aborted, innermost first, and then the execution ends. */
  endNext(ending: Ending): void {
    const { execution } = this;
    const root = execution.root as Thread;
    const target = innermost(root) ?? entered(root);
    if (target !== null) {
      const cause = ending.as === 'ExecutionStopped' ? 'The execution was stopped.' : ending.cause;
      const failure = { error: ending.error, cause };
      const facts: EventFacts = execution.ending === null ? { failure, ending } : { failure };
      this.emit('StateAborted', target.lastEvent, target.id, target.state.index, null, -1, facts);
    } else {
      const { error, cause } = ending;
      this.emit(ending.as, execution.lastEvent, root.id, -1, null, -1, { failure: { error, cause } });
    }
  }

  private write(
    type: EventType,
    cause: number,
    thread: number,
    state: number,
    value: JsonValue,
    next: number,
    facts: EventFacts | null,
  ): void {
    const { execution } = this;
    const event = new ExecutionEvent(
      execution.lastEvent + 1,
      type,
      this.nowMs,
      cause,
      thread,
      state,
      value,
      next,
      facts,
    );
    this.events++;
    apply(execution, event);
    if (this.record !== null) this.record(event);
  }
}
