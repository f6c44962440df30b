/**
 * An Express execution that can be read back: what is kept of it while it runs and afterwards.
 *
 * Invariant: nothing is rendered or copied here before somebody reads. Its events are kept as they are, values by
 * reference, and counted as they come; who counts them together is `express-history.ts`.
 */
import { stringifyJson } from '../../../base/json.ts';
import type { JsonValue } from '../../../base/json.ts';
import type { ExecutionEvent } from '../../../interpreter/event.ts';
import type { ExecutionStatus } from '../../../interpreter/execution.ts';
import type { Dialect, Plan } from '../../../language/plan.ts';
import type { FlowRecord } from '../../../store/flows.ts';
import type { ExecutionView } from '../../executions.ts';
import { weighText, weighValue } from './value-weight.ts';

/** A flow that is ready to run; all executions of it share the one object. */
export interface ExpressSource {
  /** The flow, or what it was when the version was published. */
  readonly flow: FlowRecord;
  readonly plan: Plan;
  /** The version asked for, directly or through an alias; `''` for none. */
  readonly version: string;
}

/** What is to be said of an execution beside its events. */
export interface ExpressOrigin {
  readonly source: ExpressSource;
  /** The alias that was asked for; `''` for none. */
  readonly alias: string;
  /** As it was sent; empty when none was. */
  readonly inputText: string;
}

/** Events that are kept of an execution. */
export interface RetainedEvents {
  readonly events: readonly ExecutionEvent[];
  /** Id of the first event of the next page; null at the end. */
  readonly nextEvent: number | null;
}

/** Who keeps executions: `ExpressHistory`. */
export interface Retainer {
  /** Bytes that one execution may take. */
  readonly share: number;
  /** Counts what `kept` takes more, if it may. */
  makeRoom(kept: RetainedExecution, bytes: number): boolean;
  waits(kept: RetainedExecution): void;
  end(kept: RetainedExecution): void;
}

const EXECUTION_BYTES = 640;
const EVENT_BYTES = 128;
/** Larger values are remembered, so that each is counted once however many events carry it. */
const LARGE_BYTES = 4096;
/** Shorter strings are never parts of longer ones to the engine. */
const SLICED_UNITS = 13;

const ENDS: { readonly [type in ExecutionEvent['type']]?: Exclude<ExecutionStatus, 'Running'> } = {
  ExecutionSucceeded: 'Succeeded',
  ExecutionFailed: 'Failed',
  ExecutionTimedOut: 'TimedOut',
  ExecutionStopped: 'Stopped',
};

/** What the executions of one source share. It holds no plan: nobody needs one for reading. */
export class RetainedSource {
  readonly flow: FlowRecord;
  readonly version: string;
  readonly stepNames: readonly string[];
  readonly dialect: Dialect;
  readonly bytes: number;
  /** Executions kept of it. */
  kept = 0;

  constructor({ flow, plan, version }: ExpressSource) {
    this.flow = flow;
    this.version = version;
    this.dialect = plan.dialect;
    this.stepNames = plan.states.map(({ name }) => name);
    this.bytes = EXECUTION_BYTES + weighText(flow.definition) + weighText(flow.description);
    for (const { name, value, description } of flow.environment) {
      this.bytes += weighText(name) + weighText(value) + weighText(description);
    }
    for (const name of this.stepNames) this.bytes += weighText(name);
  }
}

/** One execution. The runtime records its events, whoever asks reads what there is of them. */
export class RetainedExecution {
  /** Grows in the order of starts. */
  readonly id: number;
  readonly name: string;
  readonly alias: string;
  readonly source: RetainedSource;
  readonly #keeper: Retainer;
  readonly #inputText: string;
  /** The first ones, all of them unless room was short. */
  readonly #events: ExecutionEvent[] = [];
  #last: ExecutionEvent | null = null;
  /** The value that was counted last: most events carry the one of the event before. */
  #counted: JsonValue = null;
  #large: Set<JsonValue> | null = null;
  #isCut = false;
  /** True while others can see it run. */
  isVisible = false;
  /** True once its flow was deleted. */
  isForgotten = false;
  #wakers: (() => void)[] | null = null;
  /** 0 until it is closed. A field, because the oldest is asked for it at every end, and its events are far away by then. */
  stoppedMs = 0;
  /** What it takes, an estimate that is never too low. */
  bytes: number;

  constructor(keeper: Retainer, id: number, name: string, { alias, inputText }: ExpressOrigin, source: RetainedSource) {
    this.#keeper = keeper;
    this.id = id;
    this.name = standingAlone(name);
    this.alias = alias;
    this.source = source;
    this.#inputText = standingAlone(inputText);
    this.bytes = EXECUTION_BYTES + weighText(name) + weighText(inputText);
  }

  record(event: ExecutionEvent): void {
    this.#last = event;
    if (this.#isCut) return;
    const before = this.bytes;
    const { facts } = event;
    this.bytes += EVENT_BYTES + this.#weigh(event.value);
    if (facts !== null) this.bytes += this.#weigh(facts as unknown as JsonValue);
    if (this.#keeper.makeRoom(this, this.bytes - before)) {
      this.#events.push(event);
    } else {
      this.bytes = before;
      this.#isCut = true;
      this.#counted = null;
      this.#large?.delete(event.value);
    }
  }

  #weigh(value: JsonValue): number {
    if (typeof value !== 'object' || value === null) return weighValue(value, 0);
    if (value === this.#counted || this.#large?.has(value) === true) return 0;
    this.#counted = value;
    const bytes = weighValue(value, this.#keeper.share);
    if (bytes > LARGE_BYTES) {
      this.#large ??= new Set();
      this.#large.add(value);
    }
    return bytes;
  }

  /** It did not end in one go: from now on others can see it run. */
  waits(): void {
    this.#keeper.waits(this);
  }

  /** It has ended, or a defect of ours took it away. To be called once, whatever becomes of it. */
  end(): void {
    this.#keeper.end(this);
  }

  /** For the keeper, after the last event. Returns what that takes if it was not counted yet. */
  close(): number {
    const before = this.bytes;
    const last = this.#last;
    this.stoppedMs = last?.timeMs ?? 0;
    if (this.#isCut && last !== null) {
      this.bytes += EVENT_BYTES + this.#weigh(last.value) + this.#weigh(last.facts as unknown as JsonValue);
    }
    this.#large = null;
    this.#counted = null;
    this.wakeAll();
    return this.bytes - before;
  }

  wakeAll(): void {
    for (const wake of this.#wakers ?? []) wake();
    this.#wakers = null;
  }

  get status(): ExecutionStatus {
    return this.#last === null ? 'Running' : (ENDS[this.#last.type] ?? 'Running');
  }

  get startedMs(): number {
    return this.#events[0]?.timeMs ?? this.#last?.timeMs ?? 0;
  }

  /** UTF-16 units of its definition, its input and, about, its output. */
  get textUnits(): number {
    return this.source.flow.definition.length + this.#inputText.length + this.bytes;
  }

  view(metadataOnly: boolean): ExecutionView {
    const { flow } = this.source;
    const { status } = this;
    return {
      flowName: flow.name,
      name: this.name,
      status,
      startedMs: this.startedMs,
      stoppedMs: status === 'Running' ? 0 : (this.#last?.timeMs ?? 0),
      input: metadataOnly ? '' : this.#inputText,
      output: metadataOnly || status !== 'Succeeded' ? '' : stringifyJson(this.#last?.value ?? null),
      definition: metadataOnly ? '' : flow.definition,
      roleArn: flow.roleArn,
      environment: flow.environment,
    };
  }

  /** Events `fromEvent` and later, at most `limit`; of one that was cut short the first ones and, once it has ended, the last. */
  events(fromEvent: number, limit: number): RetainedEvents {
    const events = this.#events.slice(fromEvent - 1, fromEvent - 1 + limit);
    const last = this.#last;
    const next = fromEvent + events.length;
    if (next <= this.#events.length) return { events, nextEvent: next };
    if (!this.#isCut || last === null || this.status === 'Running' || fromEvent > last.id)
      return { events, nextEvent: null };
    if (events.length === limit) return { events, nextEvent: last.id };
    return { events: [...events, last], nextEvent: null };
  }

  /** The name of the state that an event is of; empty for one of the execution. */
  stepName(event: ExecutionEvent): string {
    return this.source.stepNames[event.state] ?? '';
  }

  /** Resolves when it has ended; at once if it has. Calling `forget` ends the wait before that. */
  whenEnded(): { readonly ended: Promise<void>; forget(): void } {
    if (this.status !== 'Running') return { ended: Promise.resolve(), forget() {} };
    const wakers = (this.#wakers ??= []);
    let wake = (): void => {};
    const ended = new Promise<void>((resolve) => {
      wake = resolve;
      wakers.push(wake);
    });
    return {
      ended,
      forget() {
        const at = wakers.indexOf(wake);
        if (at >= 0) wakers.splice(at, 1);
        wake();
      },
    };
  }
}

/** A text that keeps no longer one alive: what was cut out of a request would keep all of that. */
function standingAlone(text: string): string {
  return text.length < SLICED_UNITS ? text : ` ${text}`.slice(1);
}
