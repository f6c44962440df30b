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
  readonly response: ServerResponse;
  readonly scheduler: Pick<Scheduler, 'after'>;
  /** Asked before each comment line: a stream whose caller may no longer read ends. */
  readonly mayGoOn: () => boolean;
  /** Called once, when it has ended in any way. */
  readonly onEnd: () => void;
}

export class EventStream {
  readonly #options: EventStreamOptions;
  #cancelQuiet = (): void => {};
  #isEnded = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    const { response } = options;
    beginEventStream(response);
    response.once('close', () => this.#end());
    // Sends the head, so that the browser knows that the stream is open.
    response.write(': open\n\n');
    this.#beQuiet();
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Sends an event. Resolves when the browser has room for another one, or has gone. `data` is JSON text. */
  send(name: string, data: string, id = ''): Promise<void> {
    const { response } = this.#options;
    if (this.#isEnded) return Promise.resolve();
    const isRoom = response.write(`event: ${name}\n${id === '' ? '' : `id: ${id}\n`}data: ${data}\n\n`);
    if (isRoom) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        response.off('drain', done);
        response.off('close', done);
        resolve();
      };
      response.on('drain', done);
      response.on('close', done);
    });
  }

  /** Ends the answer: the browser opens another stream when it wants to continue. */
  close(): void {
    if (this.#isEnded) return;
    this.#options.response.end();
    this.#end();
  }

  #beQuiet(): void {
    this.#cancelQuiet = this.#options.scheduler.after(QUIET_MS, () => {
      if (!this.#options.mayGoOn()) return this.close();
      this.#options.response.write(': here\n\n');
      this.#beQuiet();
    });
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#cancelQuiet();
    this.#options.onEnd();
  }
}
