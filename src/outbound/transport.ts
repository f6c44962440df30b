/**
 * HTTP exchanges over pooled connections. Every outgoing HTTP request of this program goes through this file, so its limits,
 * its abort signal and the egress policy always apply.
 *
 * Invariants:
 * - An exchange never rejects. It settles as soon as its signal is aborted, and closes the connection of a request under way.
 * - A body is never held beyond its limit.
 * - A request is sent once. Only a repeatable request whose keep-alive connection broke before any part of an answer arrived
 *   is sent a second time.
 */
import { setProgress } from './call-progress.ts';
import type { Dispatcher } from 'undici';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { Turns } from '../base/turns.ts';
import { BoundedBytes } from './bounded-bytes.ts';
import { AddressNotAllowed } from './egress.ts';
import type { EgressPolicy } from './egress.ts';
import { ConnectionBudget } from './connection-budget.ts';
import { guardedPools, openPools } from './pools.ts';
import { isStaleConnection } from './stale-connections.ts';

export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | Buffer | null;
  /** A larger answer ends the exchange. */
  readonly maxBodyBytes: number;
  /** True for a target that the settings name. The egress policy applies only to targets that a flow names. */
  readonly trusted: boolean;
  /** True when the target may receive the request twice (RFC 9110, 9.2.2). */
  readonly repeatable: boolean;
  /** True for an answer whose body is not needed: the exchange reads and drops the body. */
  readonly dropBody?: (status: number, headers: AnswerHeaders) => boolean;
}

/** Lower-case names; a repeated header is a list. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: Buffer;
}

export interface Failure {
  readonly kind: 'failure';
  /** `aborted`: by the signal. `address`: refused by the egress policy. `request`: not valid, so it was not sent. */
  /** `memory`: executions hold as much as they may. */
  readonly reason: 'connection' | 'too-large' | 'memory' | 'address' | 'request' | 'aborted';
  /** For the cause of a failed task. */
  readonly detail: string;
}

export interface Transport {
  /** Sends one request and resolves with its answer, or with the reason why there is none. */
  exchange(request: Outgoing, signal: AbortSignal): Promise<Answer | Failure>;
  /** Aborts every exchange and closes every connection. */
  close(): Promise<void>;
}

/** How much of a dropped body is read so that its connection can be used again. Beyond this, closing it is cheaper. */
const DROPPED_BODY_BYTES = 65_536;

/**
 * Bodies of this size arrive even while memory is short: most of them are the outcome of a call that has happened. They also take
 * no turn of the event loop of their own.
 */
export const SMALL_BODY_BYTES = 16_384;

const NO_MEMORY = failure(
  'memory',
  'the answer does not fit into memory: the executions under way hold as much as they may (limits.executionMemory)',
);
const ABORTED = failure('aborted', 'the call was aborted');

export interface TransportOptions {
  readonly connectionsPerOrigin: number;
  /** Most open connections to all origins together. */
  readonly connections: number;
  readonly egress: EgressPolicy;
  /** Counts the bodies of exchanges under way. */
  readonly memory: MemoryBudget;
  /** Each answer with a large body ends its exchange in a turn of its own. */
  readonly turns: Turns;
}

/** The connections of one server process. */
export function createTransport(options: TransportOptions): Transport {
  const { connections, egress } = options;
  // Calls to one origin then use its connections again; waiting for the budget, they would wait until these are closed.
  const connectionsPerOrigin = Math.min(options.connectionsPerOrigin, Math.ceil(connections / 2));
  const limits = { connectionsPerOrigin, budget: new ConnectionBudget(connections) };
  const open = openPools(limits);
  const guarded = egress.open ? open : guardedPools(limits, egress);
  return {
    async exchange(request, signal) {
      const pools = request.trusted ? open : guarded;
      const first = await exchange(pools.keepAlive, request, signal, options);
      if (!first.stale || !request.repeatable) return first.outcome;
      return (await exchange(pools.single, request, signal, options)).outcome;
    },
    async close() {
      await Promise.all([open, guarded].flatMap((pools) => [pools.keepAlive.destroy(), pools.single.destroy()]));
    },
  };
}

/** How one attempt to send a request ended. */
interface Attempt {
  readonly outcome: Answer | Failure;
  /** A keep-alive connection broke before any part of the answer arrived. */
  readonly stale: boolean;
}

type ExchangeParts = Pick<TransportOptions, 'memory' | 'turns'>;

function exchange(agent: Dispatcher, request: Outgoing, signal: AbortSignal, parts: ExchangeParts): Promise<Attempt> {
  return new Promise((resolve) => {
    const running = new Exchange(request, signal, parts, resolve);
    if (!running.begin()) return;
    const options = {
      origin: request.url.origin,
      path: request.url.pathname + request.url.search,
      method: request.method,
      headers: request.headers,
      body: request.body,
    };
    try {
      agent.dispatch(options, running);
    } catch (error) {
      running.onResponseError(null, error);
    }
  });
}

/** One exchange, as undici calls it. It settles once and ignores later calls. */
class Exchange {
  readonly #request: Outgoing;
  readonly #signal: AbortSignal;
  readonly #memory: MemoryBudget;
  readonly #turns: Turns;
  readonly #resolve: (attempt: Attempt) => void;
  readonly #onAbort = (): void => this.#cut(ABORTED);
  #controller: Dispatcher.DispatchController | null = null;
  #settled = false;
  /** A part of the answer has arrived. */
  #begun = false;
  #status = 0;
  #headers: AnswerHeaders = {};
  #body: BoundedBytes;
  /** Bytes of both bodies that the budget counts. */
  #heldBytes = 0;
  /** Bytes of a dropped body that were read; null while the body is collected. */
  #dropped: number | null = null;

  constructor(request: Outgoing, signal: AbortSignal, parts: ExchangeParts, resolve: (attempt: Attempt) => void) {
    this.#request = request;
    this.#signal = signal;
    this.#memory = parts.memory;
    this.#turns = parts.turns;
    this.#resolve = resolve;
    this.#body = new BoundedBytes(request.maxBodyBytes);
  }

  /** False when the signal is aborted already. */
  begin(): boolean {
    const { body } = this.#request;
    this.#hold(body === null ? 0 : Buffer.byteLength(body));
    if (this.#signal.aborted) this.#settle(ABORTED);
    else {
      this.#signal.addEventListener('abort', this.#onAbort);
      setProgress(this.#signal, `a free connection to ${this.#request.url.origin}`);
    }
    return !this.#settled;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // An exchange that was aborted while it waited for a connection must not send its request.
    if (this.#settled) controller.abort(new Error(ABORTED.detail));
    else this.#controller = controller;
    setProgress(this.#signal, null);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    this.#begun = true;
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (this.#request.dropBody?.(status, headers) === true) this.#dropped = 0;
    else if (this.#request.method !== 'HEAD' && Number(headers['content-length']) > this.#request.maxBodyBytes) {
      this.#cut(this.#tooLarge());
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    if (this.#dropped !== null) {
      this.#dropped += chunk.length;
      if (this.#dropped > DROPPED_BODY_BYTES) this.#cut(this.#answer());
    } else if (!this.#body.add(chunk)) {
      this.#cut(this.#tooLarge());
    } else {
      this.#hold(chunk.length);
      if (this.#body.length <= SMALL_BODY_BYTES) return;
      if (this.#memory.isOver) this.#cut(NO_MEMORY);
      else this.#rest(controller);
    }
  }

  onResponseEnd(): void {
    if (this.#body.length <= SMALL_BODY_BYTES) this.#settle(this.#answer());
    else if (!this.#settled) this.#turns.add(() => this.#settle(this.#answer()));
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: unknown): void {
    this.#settle(failureOf(error), !this.#begun && isStaleConnection(error));
  }

  /** The next piece of a large body arrives in a turn of its own, so that its connection fills no memory before. */
  #rest(controller: Dispatcher.DispatchController): void {
    controller.pause();
    this.#turns.add(() => {
      if (!this.#settled) controller.resume();
    });
  }

  #answer(): Answer {
    return { kind: 'answer', status: this.#status, headers: this.#headers, body: this.#body.take() };
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    this.#memory.add(bytes);
  }

  #tooLarge(): Failure {
    const limit = `${this.#request.maxBodyBytes} bytes (setting http.maxResponse)`;
    return failure('too-large', `the answer is larger than ${limit}`);
  }

  /** Settles, and closes the connection. */
  #cut(outcome: Answer | Failure): void {
    this.#settle(outcome);
    this.#controller?.abort(new Error(ABORTED.detail));
  }

  #settle(outcome: Answer | Failure, stale = false): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#memory.remove(this.#heldBytes);
    this.#heldBytes = 0;
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#resolve({ outcome, stale });
  }
}

export function failure(reason: Failure['reason'], detail: string): Failure {
  return { kind: 'failure', reason, detail };
}

function failureOf(error: unknown): Failure {
  if (error instanceof AddressNotAllowed) return failure('address', error.message);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return failure('too-large', 'the header of the answer is too large');
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') return failure('request', messageOf(error));
  if (code.startsWith('HPE_')) return failure('connection', `the answer is not valid HTTP: ${messageOf(error)}`);
  // undici asserts that a status is at least 100.
  if (code === 'ERR_ASSERTION') return failure('connection', 'the answer is not valid HTTP');
  return failure('connection', messageOf(error));
}

function messageOf(error: unknown): string {
  // A connection to a name with several addresses fails with one error for each address.
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.slice(0, 3).map(messageOf).join('; ');
  }
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.name : error.message;
}
