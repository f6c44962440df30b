/**
 * One request and its answer: the ids of both, and the sending, at once or started early. An exchange is answered once; if the
 * caller has hung up, it sends nothing.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ApiError } from '../../api/error.ts';
import { isolated } from '../../base/isolated.ts';
import { http } from '../../base/node-http.ts';
import type { Ports } from '../../base/ports.ts';
import type { Waiter } from '../http/early-answers.ts';
import type { Outbox } from '../http/outbox.ts';
import { errorHeaders, renderError, replyHeaders } from './reply.ts';
import type { Format, ReplyContext } from './reply.ts';
import type { UnreadReplies } from '../http/unread-replies.ts';

/** How long a refused connection remains open after the answer, so that a caller that is still sending can read it. */
const LINGER_MS = 2000;
/** Most bytes of a refused body that are read. */
const DISCARDED_BYTES = 2 * 1024 * 1024;
const LONGEST_HOST = 255;

/** The parts that all exchanges of a server share. */
export interface ExchangeShared {
  readonly ports: Ports;
  readonly outbox: Outbox;
  readonly unread: UnreadReplies;
  /** True once the server is closing: answers then end their connections. */
  closing: boolean;
}

export class Exchange implements ReplyContext, Waiter {
  readonly requestId: string;
  readonly traceId: string;
  format: Format = 'JSON';
  dueMs = 0;
  /** Empty until the request has been read and its caller authenticated. */
  action = '';
  /** The flow that the call names; empty for none, and when no subscriber wants to know. */
  flowName = '';
  /** On the monotonic clock; 0 when no subscriber wants the duration. */
  readonly #beganMs: number;
  readonly #shared: ExchangeShared;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(shared: ExchangeShared, request: IncomingMessage, response: ServerResponse) {
    this.requestId = shared.ports.ids.uuid().toUpperCase();
    this.traceId = shared.ports.ids.uuid().replaceAll('-', '');
    this.#shared = shared;
    this.#request = request;
    this.#response = response;
    const { clock, observer } = shared.ports;
    this.#beganMs = observer.requestEnded === null ? 0 : clock.monotonicMs();
  }

  get hostId(): string {
    const host = this.#request.headers.host ?? '';
    return host.replace(/:\d*$/, '').slice(0, LONGEST_HOST);
  }

  sendResult(body: string): void {
    this.#shared.outbox.add(this, body);
  }

  /** For {@link Outbox}: writes a result at once. */
  sendNow(body: string): void {
    this.#send(200, body, []);
    this.#reportEnd(200, '');
  }

  /**
   * Writes a large result, a piece each turn of the event loop, and none while the caller has not read those before. `bytes` is
   * about the memory that it takes until then. Throws what the first piece throws; then nothing was sent.
   */
  sendPieces(pieces: Iterator<string>, bytes: number): void {
    const response = this.#response;
    const { scheduler, observer } = this.#shared.ports;
    let next = pieces.next();
    if (response.destroyed) return;
    this.#beginResult();
    const write = (): void => {
      if (response.destroyed) return;
      if (next.done === true) {
        if (this.#shared.closing) response.once('finish', () => this.#request.socket.destroySoon());
        response.end();
        return;
      }
      const isAccepted = response.write(next.value);
      next = pieces.next();
      const goOn = (): void => isolated(observer, 'the writing of an answer', write);
      if (isAccepted) scheduler.soon(goOn);
      else response.once('drain', goOn);
    };
    response.once('close', () => this.#reportEnd(200, ''));
    write();
    this.#shared.unread.add(this.#request.socket, response, bytes);
  }

  sendError(error: ApiError): void {
    this.#send(error.status, renderError(this, error), errorHeaders(error));
    this.#reportEnd(error.status, error.code);
  }

  sendSpace(): boolean {
    const response = this.#response;
    if (response.destroyed) return false;
    this.#beginResult();
    response.write(' ');
    return true;
  }

  /**
   * Refuses a request whose body is not wanted. The connection is only half closed at first: closing it with unread bytes would
   * reset it, and a caller that is still sending would lose the answer. Up to {@link DISCARDED_BYTES} of what it sends are read
   * and dropped, because some clients read no answer before they have sent their whole body.
   */
  refuseUnread(error: ApiError): void {
    this.#reportEnd(error.status, error.code);
    const request = this.#request;
    const socket = this.#response.socket;
    if (socket === null) {
      // An earlier request on this connection has no answer yet; this answer waits for its turn.
      this.#send(error.status, renderError(this, error), ['connection', 'close']);
      return;
    }
    const body = renderError(this, error);
    const headers = [...replyHeaders(this, Buffer.byteLength(body)), ...errorHeaders(error)];
    endConnection(socket, this.#shared.ports.scheduler, error.status, headers, body);
    let discarded = 0;
    request.on('data', (chunk: Buffer) => {
      discarded += chunk.length;
      if (discarded > DISCARDED_BYTES) request.pause();
    });
    request.resume();
  }

  /** Sends the head of a result whose length is not known, unless white space has been sent. */
  #beginResult(): void {
    const response = this.#response;
    if (response.headersSent) return;
    const headers = replyHeaders(this, null);
    if (this.#shared.closing) headers.push('connection', 'close');
    response.writeHead(200, headers);
  }

  #reportEnd(status: number, code: string): void {
    const { clock, observer } = this.#shared.ports;
    observer.requestEnded?.({
      requestId: this.requestId,
      action: this.action,
      flowName: this.flowName,
      status,
      code,
      tookMs: clock.monotonicMs() - this.#beganMs,
    });
  }

  #send(status: number, body: string, moreHeaders: string[]): void {
    const response = this.#response;
    if (response.destroyed) return;
    const bytes = Buffer.byteLength(body);
    if (!response.headersSent) {
      const headers = replyHeaders(this, bytes);
      if (moreHeaders.length > 0) headers.push(...moreHeaders);
      if (this.#shared.closing) headers.push('connection', 'close');
      response.writeHead(status, headers);
    } else if (this.#shared.closing) {
      // The head was sent with keep-alive. Without this, a caller that always sends its next call at once would prevent the end.
      response.once('finish', () => this.#request.socket.destroySoon());
    }
    // Plain ASCII is written without encoding, which would cost more than all other work on the answer.
    response.end(body, bytes === body.length ? 'latin1' : 'utf8');
    if (response.writableLength > 0) this.#shared.unread.add(this.#request.socket, response);
  }
}

/** Writes a last answer to a connection, and closes it when the caller does, or after {@link LINGER_MS}. */
export function endConnection(
  socket: Socket,
  scheduler: Ports['scheduler'],
  status: number,
  headers: readonly string[],
  body: string,
): void {
  let head = `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  socket.end(`${head}connection: close\r\n\r\n${body}`);
  const cancel = scheduler.after(LINGER_MS, () => socket.destroy());
  socket.once('close', cancel);
}
