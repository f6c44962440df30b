/**
 * Makes the events of one decision, applies each at once (I1) and records it. It holds two rules for all of them: the events
 * stay within their limit, the last one of which ends the execution (rules.md 12.7), and their times never go backwards.
 */
import type { JsonValue } from '../base/json.ts';
import { apply } from './apply.ts';
import { ExecutionEvent, NO_NEXT, NO_STATE, ROOT_THREAD } from './event.ts';
import type { Ending, EventFacts, EventType } from './event.ts';
import type { Execution } from './execution.ts';
import { eventLimit } from './failure.ts';
import type { Moment, RecordEvent } from './input.ts';
import type { Thread } from './thread.ts';

export class Emitter {
  readonly execution: Execution;
  /** One look at the clock: all events of a decision carry the time at which it began, or that of the event before. */
  readonly nowMs: number;
  /** The same moment in steady time. */
  readonly #steadyMs: number;
  readonly record: RecordEvent | null;
  events = 0;
  /** Set when the execution is over its time or stopped. */
  ending: Ending | null;

  constructor(execution: Execution, moment: Moment, record: RecordEvent | null) {
    this.execution = execution;
    const { nowMs } = moment;
    this.nowMs = Math.max(nowMs, execution.lastMs);
    this.#steadyMs = nowMs + (moment.setBackMs ?? 0);
    this.record = record;
    this.ending = execution.ending;
  }

  /** The first event, which opens the thread of the flow. */
  emitStart(input: JsonValue, facts: EventFacts | null): void {
    this.#write('ExecutionStarted', 0, 0, NO_STATE, input, NO_NEXT, facts);
  }

  emitOfExecution(type: EventType, cause: number, value: JsonValue, facts: EventFacts | null): void {
    this.#write(type, cause, ROOT_THREAD, NO_STATE, value, NO_NEXT, facts);
  }

  /** An event of a state. In place of one that would be the last, the execution ends. */
  emitOfState(
    type: EventType,
    cause: number,
    thread: number,
    state: number,
    value: JsonValue,
    next: number,
    facts: EventFacts | null,
  ): void {
    if (this.execution.isFull) this.endFull();
    else this.#write(type, cause, thread, state, value, next, facts);
  }

  /** An event of the state that the thread is in, caused by an event that may belong to another thread. */
  emitCausedBy(cause: number, type: EventType, thread: Thread, value: JsonValue, facts: EventFacts | null): void {
    this.emitOfState(type, cause, thread.id, thread.state.index, value, NO_NEXT, facts);
  }

  /** The last event of an execution that has no room for another: the end that it is coming to, or the limit as its failure. */
  endFull(): void {
    const { execution, ending } = this;
    const { error, cause } = ending ?? eventLimit(execution.limits.events);
    this.emitOfExecution(ending?.as ?? 'ExecutionFailed', execution.lastEvent, null, { failure: { error, cause } });
  }

  /** One event of an execution that is over its time or stopped: the innermost state is aborted, or the execution ends. */
  endNext(ending: Ending, root: Thread): void {
    const { execution } = this;
    const { error, cause, as } = ending;
    const target = root.innermost ?? root.inState;
    if (target === null) {
      this.emitOfExecution(as, execution.lastEvent, null, { failure: { error, cause } });
      return;
    }
    const failure = { error, cause: as === 'ExecutionStopped' ? 'The execution was stopped.' : cause };
    const facts: EventFacts = execution.ending === null ? { failure, ending } : { failure };
    this.emitCausedBy(target.lastEvent, 'StateAborted', target, null, facts);
  }

  #write(
    type: EventType,
    cause: number,
    thread: number,
    state: number,
    value: JsonValue,
    next: number,
    facts: EventFacts | null,
  ): void {
    const { execution, nowMs } = this;
    const id = execution.lastEvent + 1;
    const steadyMs = this.#steadyMs;
    const all = steadyMs !== nowMs && beginsTime(type, facts) ? { ...facts, steadyMs } : facts;
    const event = new ExecutionEvent(id, type, nowMs, cause, thread, state, value, next, all);
    this.events++;
    apply(execution, event);
    if (this.record !== null) this.record(event);
  }
}

/** True for an event with which a timeout or a delay begins. */
function beginsTime(type: EventType, facts: EventFacts | null): boolean {
  if (type === 'TaskScheduled' || type === 'ExecutionStarted' || type === 'ExecutionRedriven') return true;
  return facts?.seconds !== undefined || facts?.retry !== undefined;
}
