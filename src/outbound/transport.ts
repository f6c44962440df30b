/**
 * One HTTP exchange over pooled keep-alive connections. Everything that leaves this program over HTTP goes through
 * here, so limits, cancellation and the egress policy hold everywhere.
 *
 * Invariants: an exchange never rejects; it settles as soon as its signal is aborted, and a request already on the
 * wire then loses its connection; a body is never held beyond its limit; nothing is sent twice but a repeatable
 * request whose kept connection broke before any answer, and that once.
 */
import type { Dispatcher } from 'undici';
import { BoundedBytes } from './bounded-bytes.ts';
import { guardedPools, isStaleConnection, openPools } from './connections.ts';
import { AddressNotAllowed } from './egress.ts';
import type { EgressPolicy } from './egress.ts';

export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | Buffer | null;
  /** A larger answer ends the exchange. */
  readonly maxBodyBytes: number;
  /** True for a target that the settings name: the egress policy is about targets that a flow names. */
  readonly trusted: boolean;
  /** True when the target may be given the request twice (RFC 9110, 9.2.2). */
  readonly repeatable: boolean;
  /** Answers of which the body is not wanted: it is read off the connection and dropped. */
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
  /** `aborted`: the signal said so. `address`: the egress policy. `request`: it could not be sent as it is. */
  readonly reason: 'connection' | 'too-large' | 'address' | 'request' | 'aborted';
  readonly detail: string;
  /** A kept connection broke before any of the answer was there. */
  readonly stale: boolean;
}

export interface Transport {
  exchange(request: Outgoing, signal: AbortSignal): Promise<Answer | Failure>;
  /** Ends every exchange and connection. */
  close(): Promise<void>;
}

/** How much of an unwanted body is read to keep its connection; beyond this the connection is cheaper to lose. */
const DROPPED_BODY_BYTES = 65_536;

const ABORTED = failure('aborted', 'the call was given up');

export interface TransportOptions {
  readonly connectionsPerOrigin: number;
  readonly egress: EgressPolicy;
}

/** The connections of one server. */
export function createTransport(options: TransportOptions): Transport {
  const { connectionsPerOrigin, egress } = options;
  const open = openPools(connectionsPerOrigin);
  const guarded = egress.open ? open : guardedPools(connectionsPerOrigin, egress);
  return {
    async exchange(request, signal) {
      const pools = request.trusted ? open : guarded;
      const outcome = await exchange(pools.kept, request, signal);
      if (outcome.kind === 'answer' || !outcome.stale || !request.repeatable) return outcome;
      return exchange(pools.single, request, signal);
    },
    async close() {
      await Promise.all([open, guarded].flatMap((pools) => [pools.kept.destroy(), pools.single.destroy()]));
    },
  };
}

function exchange(agent: Dispatcher, request: Outgoing, signal: AbortSignal): Promise<Answer | Failure> {
  return new Promise((resolve) => {
    const running = new Exchange(request, signal, resolve);
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

/** One exchange as undici drives it. It settles once; whatever comes later is dropped. */
class Exchange {
  readonly #request: Outgoing;
  readonly #signal: AbortSignal;
  readonly #resolve: (outcome: Answer | Failure) => void;
  readonly #onAbort = (): void => this.#giveUp(ABORTED);
  #controller: Dispatcher.DispatchController | null = null;
  #settled = false;
  #begun = false;
  #status = 0;
  #headers: AnswerHeaders = {};
  #body: BoundedBytes;
  #dropped: number | null = null;

  constructor(request: Outgoing, signal: AbortSignal, resolve: (outcome: Answer | Failure) => void) {
    this.#request = request;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#body = new BoundedBytes(request.maxBodyBytes);
  }

  /** False when the signal was aborted before anything began. */
  begin(): boolean {
    if (this.#signal.aborted) this.#settle(ABORTED);
    else this.#signal.addEventListener('abort', this.#onAbort);
    return !this.#settled;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // An exchange given up while it waited for a connection must not send anything once it has one.
    if (this.#settled) controller.abort(new Error(ABORTED.detail));
    else this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    this.#begun = true;
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (this.#request.dropBody?.(status, headers) === true) this.#dropped = 0;
    else if (this.#request.method !== 'HEAD' && Number(headers['content-length']) > this.#request.maxBodyBytes) {
      this.#giveUp(this.#tooLarge());
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    if (this.#dropped !== null) {
      this.#dropped += chunk.length;
      if (this.#dropped > DROPPED_BODY_BYTES) this.#giveUp(this.#answer());
    } else if (!this.#body.add(chunk)) {
      this.#giveUp(this.#tooLarge());
    }
  }

  onResponseEnd(): void {
    this.#settle(this.#answer());
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: unknown): void {
    this.#settle({ ...failureOf(error), stale: !this.#begun && isStaleConnection(error) });
  }

  #answer(): Answer {
    return { kind: 'answer', status: this.#status, headers: this.#headers, body: this.#body.take() };
  }

  #tooLarge(): Failure {
    const limit = `${this.#request.maxBodyBytes} bytes (setting http.maxResponse)`;
    return failure('too-large', `the answer is larger than ${limit}`);
  }

  #giveUp(outcome: Answer | Failure): void {
    this.#settle(outcome);
    this.#controller?.abort(new Error(ABORTED.detail));
  }

  #settle(outcome: Answer | Failure): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#resolve(outcome);
  }
}

function failure(reason: Failure['reason'], detail: string): Failure {
  return { kind: 'failure', reason, detail, stale: false };
}

function failureOf(error: unknown): Failure {
  if (error instanceof AddressNotAllowed) return failure('address', error.message);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return failure('too-large', 'the header of the answer is too large');
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') return failure('request', messageOf(error));
  if (code.startsWith('HPE_')) return failure('connection', `the answer is not valid HTTP: ${messageOf(error)}`);
  // An assertion of undici's, about a status below 100.
  if (code === 'ERR_ASSERTION') return failure('connection', 'the answer is not valid HTTP');
  return failure('connection', messageOf(error));
}

function messageOf(error: unknown): string {
  // A failed connection to a name with several addresses holds one error for each.
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.slice(0, 3).map(messageOf).join('; ');
  }
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.name : error.message;
}
