/**
 * The stream of one execution: the events that are there, then those that come, in order and without a gap. It reads the history again
 * when something has happened, so it holds no events itself, and a browser that comes back says from which event it continues.
 */
import { ApiError } from '../../api/error.ts';
import { formatTime } from '../../base/clock.ts';
import { inBackground } from '../../base/isolated.ts';
import { stringifyJson } from '../../base/json.ts';
import type { Ports } from '../../base/ports.ts';
import type { Executions, ExecutionView, HistoryEvent } from '../../runtime/executions.ts';
import type { Changes } from '../changes.ts';
import { maskText, maskValue } from '../masking.ts';
import type { StreamedEvent } from '../protocol.ts';
import type { EventStream } from './event-stream.ts';

/** Events of one read and one message. */
const PAGE_EVENTS = 250;
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

/** Writes the stream until it ends. Rejects for a failure that is not the caller's. */
export class ExecutionStream {
  readonly #options: ExecutionStreamOptions;
  readonly #stream: EventStream;
  #next: number;
  #state = '';
  /** Something has happened since the last read began. */
  #isDirty = true;
  #isReading = false;
  #cancel = (): void => {};
  #unwatch = (): void => {};

  constructor(stream: EventStream, options: ExecutionStreamOptions) {
    this.#options = options;
    this.#stream = stream;
    this.#next = options.from;
  }

  begin(): void {
    const { changes, flow, execution } = this.#options;
    this.#unwatch = changes.watchExecution(flow, execution, () => this.#wake());
    this.#read();
  }

  /** The stream has ended. */
  end(): void {
    this.#unwatch();
    this.#cancel();
  }

  #wake(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    if (!this.#isReading) this.#readAfter(GATHER_MS);
  }

  #readAfter(ms: number): void {
    this.#cancel();
    this.#cancel = this.#options.ports.scheduler.after(ms, () => this.#read());
  }

  #read(): void {
    inBackground(this.#options.ports.observer, 'a stream of the console', async () => {
      this.#isReading = true;
      try {
        await this.#readAll();
      } finally {
        this.#isReading = false;
      }
      if (this.#stream.isEnded) return;
      if (this.#isDirty) this.#readAfter(GATHER_MS);
      else if (this.#options.lookMs !== null) this.#lookAfter(this.#options.lookMs);
    });
  }

  #lookAfter(ms: number): void {
    this.#cancel();
    this.#cancel = this.#options.ports.scheduler.after(ms, () => {
      this.#isDirty = true;
      this.#read();
    });
  }

  async #readAll(): Promise<void> {
    const { executions, flow, execution } = this.#options;
    try {
      this.#isDirty = false;
      // Before the events: an end that this shows has its events in the history.
      const view = await executions.describe(flow, execution, 0);
      for (let isMore = true; isMore && !this.#stream.isEnded; ) {
        const { events, nextEvent } = await executions.history(flow, execution, this.#next, PAGE_EVENTS);
        isMore = nextEvent !== null;
        const last = events.at(-1);
        if (last === undefined) break;
        this.#next = last.id + 1;
        await this.#stream.send('events', stringifyEvents(events), String(last.id));
      }
      await this.#sendState(view);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code.endsWith('NotExists')) await this.#stream.send('absent', '{}');
      // Anything else may pass: the browser opens another stream, which says what is wrong.
      this.#stream.close();
    }
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

function stringifyEvents(events: readonly HistoryEvent[]): string {
  return JSON.stringify({ events: events.map(streamed) });
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
    ...(global !== undefined && { global: stringifyJson(maskValue(global)) }),
  };
}
