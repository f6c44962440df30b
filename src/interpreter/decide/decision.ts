/** One decision while it is made: the values of its states, the rules of the dialect, and the events that it emits. */
import type { JsonValue } from '../../base/json.ts';
import { ConstructScope } from '../construct-scope.ts';
import { rulesOf } from '../dialects.ts';
import type { DialectRules } from '../dialects.ts';
import { Emitter } from '../emitter.ts';
import { NO_NEXT } from '../event.ts';
import type { EventFacts, EventType, Failure } from '../event.ts';
import type { Execution } from '../execution.ts';
import type { Moment, RecordEvent } from '../input.ts';
import type { Thread } from '../thread.ts';

export class Decision extends Emitter {
  readonly scope: ConstructScope;
  readonly rules: DialectRules;
  /** Set when the flow may enter no further state. */
  readonly stop: Failure | null;

  constructor(execution: Execution, moment: Moment, record: RecordEvent | null) {
    super(execution, moment, record);
    this.rules = rulesOf(execution.plan);
    this.scope = new ConstructScope(execution, moment, this.rules.buildContext);
    this.stop = moment.stop ?? null;
  }

  /** An event of the state that the thread is in, caused by the thread's last event. */
  emitInState(
    type: EventType,
    thread: Thread,
    value: JsonValue,
    facts: EventFacts | null,
    next: number = NO_NEXT,
  ): void {
    const { lastEvent, id, state } = thread;
    this.emitOfState(type, lastEvent, id, state.index, value, next, this.withWarnings(facts));
  }

  /** The facts, and the warnings of the expressions that were evaluated since the last call. */
  withWarnings(facts: EventFacts | null): EventFacts | null {
    const warnings = this.scope.takeWarnings();
    return warnings === null ? facts : { ...facts, warnings };
  }
}
