/**
 * The stream of one execution: the events that are there, then those that come, in order and without a gap. It reads the history again
 * when something has happened, so it holds no events but those of one message, and a browser that comes back says from which event it
 * continues.
 */
import { formatTime } from '../../base/clock.ts';
import { stringifyJson } from '../../base/json.ts';
import type { Ports } from '../../base/ports.ts';
import type { Executions, ExecutionView, HistoryEvent } from '../../runtime/executions.ts';
import type { Changes } from '../changes.ts';
import { maskText, maskValue } from '../masking.ts';
import type { StreamedEvent } from '../protocol.ts';
import type { EventStream } from './event-stream.ts';
import { Rereading, sendAbsent } from './rereading.ts';

/** Events of the first read; later ones ask for as many as fit into a message. */
const FIRST_EVENTS = 50;
/** Events of one read and one message at most. */
const MOST_EVENTS = 250;
/** UTF-16 units of a message, more or less an event. A slow browser makes the server hold one message. */
const MESSAGE_UNITS = 256 * 1024;
/** Changes that come closer together are one read. */
const GATHER_MS = 30;

export interface ExecutionStreamOptions {
  readonly flow: string;
  readonly execution: string;
  /** Id of the first event that the browser does not have. */
  readonly from: number;
  readonly executions: Pick<Executions, 'history' | 'describe'>;
  readonly changes: Changes;
  /** How often to look although nothing was reported, because the execution may run in another process; null: not at all. */
  readonly lookMs: number | null;
  readonly ports: Pick<Ports, 'scheduler' | 'observer'>;
}

/** Writes the stream until it ends. */
export class ExecutionStream {
  readonly #options: ExecutionStreamOptions;
  readonly #stream: EventStream;
  readonly #rereading: Rereading;
  #next: number;
  /** How many events to ask for. */
  #count = FIRST_EVENTS;
  /** The last that was sent; empty before the first. */
  #state = '';
  /** When the execution started; null: not known yet. */
  #startedMs: number | null = null;
  #unwatch = (): void => {};

  constructor(stream: EventStream, options: ExecutionStreamOptions) {
    this.#options = options;
    this.#stream = stream;
    this.#next = options.from;
    const { lookMs, ports } = options;
    const read = (isWoken: boolean): Promise<void> => this.#readChanges(isWoken);
    this.#rereading = new Rereading({ stream, read, gatherMs: GATHER_MS, lookMs, ports });
  }

  begin(): void {
    const { changes, flow, execution } = this.#options;
    this.#unwatch = changes.watchExecution(flow, execution, () => this.#rereading.wake());
    this.#rereading.begin();
  }

  /** The stream has ended. */
  end(): void {
    this.#unwatch();
    this.#rereading.end();
  }

  /** @param isWoken something has happened, perhaps the deletion of the execution */
  async #readChanges(isWoken: boolean): Promise<void> {
    const { executions, flow, execution } = this.#options;
    if (this.#startedMs === null) await this.#checkFrom();
    let events = await this.#page();
    // A status does not change without an event, and a look reads no more than it has to.
    if (events.length === 0 && this.#state !== '' && !isWoken) return;
    // Between the first events and the last ones: an end that this shows has its events in the history.
    const view = await executions.describe(flow, execution, 0);
    if (this.#startedMs !== null && view.startedMs !== this.#startedMs) return sendAbsent(this.#stream);
    this.#startedMs = view.startedMs;
    while (events.length > 0 && !this.#stream.isEnded) {
      await this.#sendEvents(events);
      events = await this.#page();
    }
    await this.#sendState(view);
  }

  /** Begins with the first event if the execution does not have the event before, so it is another one than the browser knows. */
  async #checkFrom(): Promise<void> {
    if (this.#next === 1) return;
    const { executions, flow, execution } = this.#options;
    const { events } = await executions.history(flow, execution, this.#next - 1, 1);
    if (events.length === 0) this.#next = 1;
  }

  async #page(): Promise<readonly HistoryEvent[]> {
    const { executions, flow, execution } = this.#options;
    return (await executions.history(flow, execution, this.#next, this.#count)).events;
  }

  /** Sends the first of some events, as many as a message takes. */
  async #sendEvents(events: readonly HistoryEvent[]): Promise<void> {
    const texts: string[] = [];
    let units = 0;
    for (const event of events) {
      if (units > MESSAGE_UNITS) break;
      const text = JSON.stringify(streamed(event));
      texts.push(text);
      units += text.length;
      this.#next = event.id + 1;
    }
    this.#count = texts.length < events.length ? texts.length : Math.min(MOST_EVENTS, 2 * this.#count);
    await this.#stream.send('events', `{"events":[${texts.join(',')}]}`, String(this.#next - 1));
  }

  async #sendState({ status, startedMs, stoppedMs }: ExecutionView): Promise<void> {
    const state = JSON.stringify({
      status,
      startedTime: formatTime(startedMs),
      stoppedTime: stoppedMs === 0 ? '' : formatTime(stoppedMs),
      lastEvent: this.#next - 1,
    });
    if (state === this.#state) return;
    this.#state = state;
    await this.#stream.send('execution', state);
  }
}

/** An event as the browser gets it. */
export function streamed(event: HistoryEvent): StreamedEvent {
  const { id, type, timeMs, cause, stepName, detail, warnings, global } = event;
  return {
    id,
    type,
    time: formatTime(timeMs),
    cause,
    step: stepName,
    detail: stringifyJson(maskValue(detail)),
    ...(warnings.length > 0 && {
      warnings: warnings.map(({ path, message }) => ({ path, message: maskText(message) })),
    }),
    ...(global !== undefined && { global: stringifyJson(maskValue(global)) }),
  };
}
