/** One decision while it is made: the values of its states, the rules of the dialect, and the events that it emits. */
import type { JsonValue } from '../../base/json.ts';
import { weighValue } from '../../base/value-weight.ts';
import { ConstructScope } from '../construct-scope.ts';
import { rulesOf } from '../dialects.ts';
import type { DialectRules } from '../dialects.ts';
import { Emitter } from '../emitter.ts';
import { NO_NEXT } from '../event.ts';
import type { EventFacts, EventType, Failure } from '../event.ts';
import type { Execution } from '../execution.ts';
import { memoryFull } from '../failure.ts';
import type { Moment, RecordEvent } from '../input.ts';
import type { Thread } from '../thread.ts';

export class Decision extends Emitter {
  readonly scope: ConstructScope;
  readonly rules: DialectRules;
  /** Set when the flow may enter no further state. */
  readonly stop: Failure | null;
  /** As in {@link Moment}; null while no rate limits entries. */
  readonly mayEnter: (() => boolean) | null;
  /** Bytes by which the execution may still grow; null: not limited. */
  #roomBytes: number | null;

  constructor(execution: Execution, moment: Moment, record: RecordEvent | null) {
    super(execution, moment, record);
    this.rules = rulesOf(execution.plan);
    this.scope = new ConstructScope(execution, moment, this.rules.buildContext);
    this.stop = moment.stop ?? null;
    this.mayEnter = moment.mayEnter ?? null;
    this.#roomBytes = moment.roomBytes ?? null;
  }

  /** Takes the memory of a new value; the failure of one that does not fit (rules.md 12.17), else null. */
  takeRoom(value: JsonValue, what: string): Failure | null {
    const room = this.#roomBytes;
    return room === null ? null : this.takeRoomBytes(weighValue(value, room), what);
  }

  /** {@link takeRoom}, for a known number of bytes. */
  takeRoomBytes(bytes: number, what: string): Failure | null {
    if (this.#roomBytes === null) return null;
    if (bytes > this.#roomBytes) return memoryFull(what);
    this.#roomBytes -= bytes;
    return null;
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
