/**
 * One Express execution in the history, while it runs and afterwards.
 *
 * Invariant: it renders no event and copies no value before a caller reads it. It holds its events with their values by
 * reference, and counts their bytes as the runtime records them; `express-history.ts` bounds the sum.
 */
import { stringifyJson } from '../../../base/json.ts';
import type { JsonValue } from '../../../base/json.ts';
import type { ExecutionEvent } from '../../../interpreter/event.ts';
import type { ExecutionStatus } from '../../../interpreter/execution.ts';
import type { Dialect, Plan } from '../../../language/plan.ts';
import { environmentUnits, flowUnits } from '../../../store/flows.ts';
import type { FlowRecord } from '../../../store/flows.ts';
import type { FoundExpress } from './express-reader.ts';
import type { ExecutionView } from '../../executions.ts';
import { detached } from '../../../base/text.ts';
import { weighText, weighValue } from '../../../base/value-weight.ts';

/** A compiled flow; all its executions share one object. */
export interface ExpressSource {
  /** The flow, or for a version the flow when it was published. */
  readonly flow: RetainedFlow;
  readonly plan: Plan;
  /** The requested version, directly or through an alias; `''` for none. */
  readonly version: string;
}

/** The members of a flow that replies about its executions show. */
export type RetainedFlow = Pick<FlowRecord, 'id' | 'name' | 'definition' | 'description' | 'roleArn' | 'environment'>;

/** The facts about an execution that replies show and its events do not contain. */
export interface RetainedFacts {
  readonly source: ExpressSource;
  /** The requested alias; `''` for none. */
  readonly alias: string;
  /** As the caller sent it; empty when there was none. */
  readonly inputText: string;
  /** Name of the Map run of which it is a child; absent for any other execution. */
  readonly mapRun?: string;
}

/** A page of events. */
export interface RetainedEvents {
  readonly events: readonly ExecutionEvent[];
  /** Id of the first event of the next page; null at the end. */
  readonly nextEvent: number | null;
}

/** `ExpressHistory` as one execution uses it; that file imports this one. */
export interface Retainer {
  /** Bytes that one execution may take. */
  readonly share: number;
  /** Counts `bytes` more for `execution` and drops the oldest ended ones for it; false when there is no room. */
  makeRoom(execution: RetainedExecution, bytes: number): boolean;
}

const EXECUTION_BYTES = 640;
const EVENT_BYTES = 128;
/** Larger values are remembered, so that each counts once even if many events carry it. */
const LARGE_BYTES = 4096;

const ENDS: { readonly [type in ExecutionEvent['type']]?: Exclude<ExecutionStatus, 'Running'> } = {
  ExecutionSucceeded: 'Succeeded',
  ExecutionFailed: 'Failed',
  ExecutionTimedOut: 'TimedOut',
  ExecutionStopped: 'Stopped',
};

/** The data that all executions of one source share. It holds no plan, which reading does not need. */
export class RetainedSource {
  readonly flow: RetainedFlow;
  readonly version: string;
  readonly stepNames: readonly string[];
  readonly dialect: Dialect;
  readonly bytes: number;
  /** How many executions in the history have this source. */
  executions = 0;

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

/** One execution. The runtime records its events; callers read them at any time. */
export class RetainedExecution {
  /** Ascending in the order of starts. */
  readonly id: number;
  readonly name: string;
  readonly alias: string;
  readonly mapRun: string | null;
  readonly source: RetainedSource;
  readonly #retainer: Retainer;
  readonly #inputText: string;
  /** All events; only the first ones when there was no room for the others. */
  readonly #events: ExecutionEvent[] = [];
  #last: ExecutionEvent | null = null;
  /** The value that was counted last: most events carry the value of the event before. */
  #counted: JsonValue = null;
  #large: Set<JsonValue> | null = null;
  #isCut = false;
  /** Time of the first event for which there was no room. */
  #cutMs = 0;
  /** True while callers can see it run. */
  isVisible = false;
  /** True once its flow was deleted. */
  isForgotten = false;
  #wakers: (() => void)[] | null = null;
  /** 0 until it is closed. A field, because every end compares the oldest execution's, whose events are cold in the cache. */
  stoppedMs = 0;
  /** Estimate of the memory that it takes, never too low. */
  bytes: number;

  constructor(
    retainer: Retainer,
    id: number,
    name: string,
    { alias, inputText, mapRun }: RetainedFacts,
    source: RetainedSource,
  ) {
    this.#retainer = retainer;
    this.id = id;
    this.name = detached(name);
    this.alias = alias;
    this.mapRun = mapRun ?? null;
    this.source = source;
    this.#inputText = detached(inputText);
    this.bytes = EXECUTION_BYTES + weighText(name) + weighText(inputText);
  }

  record(event: ExecutionEvent): void {
    this.#last = event;
    if (this.#isCut) return;
    const before = this.bytes;
    const { facts } = event;
    this.bytes += EVENT_BYTES + this.#weigh(event.value);
    if (facts !== null) this.bytes += this.#weigh(facts as unknown as JsonValue);
    if (this.#retainer.makeRoom(this, this.bytes - before)) {
      this.#events.push(event);
    } else {
      this.bytes = before;
      this.#isCut = true;
      this.#cutMs = event.timeMs;
      this.#counted = null;
      this.#large?.delete(event.value);
    }
  }

  #weigh(value: JsonValue): number {
    if (typeof value !== 'object' || value === null) return weighValue(value, 0);
    if (value === this.#counted || this.#large?.has(value) === true) return 0;
    this.#counted = value;
    const bytes = weighValue(value, this.#retainer.share);
    if (bytes > LARGE_BYTES) {
      this.#large ??= new Set();
      this.#large.add(value);
    }
    return bytes;
  }

  /** For the history, after the last event. Returns the bytes of that event if they were not counted yet. */
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
    return this.#events[0]?.timeMs ?? this.#cutMs;
  }

  get flowName(): string {
    return this.source.flow.name;
  }

  /** The execution without its texts. */
  head(): FoundExpress {
    const { id, name, flowName, status, startedMs } = this;
    return { id, name, flowName, status, startedMs, stoppedMs: status === 'Running' ? 0 : (this.#last?.timeMs ?? 0) };
  }

  /** UTF-16 units of flow and input, and an upper estimate for the output; of metadata, those of the environment. */
  textUnits(metadataOnly: boolean): number {
    const { flow } = this.source;
    if (metadataOnly) return environmentUnits(flow.environment);
    return flowUnits(flow) + this.#inputText.length + this.bytes;
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

  /** Events `fromEvent` and later, at most `limit`. A history that was cut has the first events and, after the end, the last. */
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

  /** The name of an event's state; empty for an event of the execution as a whole. */
  stepName(event: ExecutionEvent): string {
    return this.source.stepNames[event.state] ?? '';
  }

  /** `ended` resolves when the execution has ended, or when the caller gives up with `forget`. */
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
