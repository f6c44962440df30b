/**
 * One connection with server-sent events. It writes no faster than the browser reads, and ends when the browser goes, when the
 * session ends, or when the server stops.
 */
import type { ServerResponse } from 'node:http';
import type { Scheduler } from '../../base/scheduler.ts';
import { beginEventStream } from '../request.ts';

/** A comment line now and then, because proxies close a quiet connection, and a write shows that the browser has gone. */
const QUIET_MS = 15_000;

export interface EventStreamOptions {
  /** Its connection is open. */
  readonly response: ServerResponse;
  readonly scheduler: Pick<Scheduler, 'after'>;
  /** Asked before each comment line: a stream whose caller may no longer read ends. */
  readonly mayGoOn: () => boolean;
  /** Called once, when it has ended in any way. */
  readonly onEnd: () => void;
}

export class EventStream {
  readonly #options: EventStreamOptions;
  /** Of the events that wait for room. */
  readonly #waiting = new Set<() => void>();
  readonly #ended = (): void => this.#end();
  readonly #emptied = (): void => this.#passRoom();
  #cancelQuiet = (): void => {};
  #isEnded = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    const { response } = options;
    beginEventStream(response);
    // When a connection closes, Node closes only its current answer, not those that wait behind it.
    response.req.socket.once('close', this.#ended);
    response.on('drain', this.#emptied);
    // Sends the head, so that the browser knows that the stream is open.
    response.write(': open\n\n');
    this.#beQuiet();
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Sends an event. Resolves when the browser has room for another one, or has gone. `data` is JSON text. */
  send(name: string, data: string, id = ''): Promise<void> {
    if (this.#isEnded) return Promise.resolve();
    const text = `event: ${name}\n${id === '' ? '' : `id: ${id}\n`}data: ${data}\n\n`;
    if (this.#options.response.write(text)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
    });
  }

  /** Ends the answer when the browser has read what was sent. */
  finish(): void {
    if (this.#isEnded) return;
    this.#options.response.end();
    this.#end();
  }

  /**
   * Ends the answer at once: the browser opens another stream when it wants to continue. A slow browser loses the rest, because a server that
   * stops does not wait for it, and a session that has ended reads nothing more.
   */
  close(): void {
    if (this.#isEnded) return;
    const { response } = this.#options;
    if (response.writableLength > 0) response.destroy();
    else response.end();
    this.#end();
  }

  #beQuiet(): void {
    this.#cancelQuiet = this.#options.scheduler.after(QUIET_MS, () => {
      if (!this.#options.mayGoOn()) return this.close();
      // A browser that does not read gets no more.
      if (this.#waiting.size === 0) this.#options.response.write(': here\n\n');
      this.#beQuiet();
    });
  }

  #passRoom(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { response, onEnd } = this.#options;
    response.off('drain', this.#emptied);
    response.req.socket.off('close', this.#ended);
    this.#cancelQuiet();
    this.#passRoom();
    onEnd();
  }
}
