/**
 * Dispatches a call to its operation, after these checks in this order: parameters, the request shape and its members, version,
 * caller (key, time, signature, token, nonce), action, policy. `routes.ts` has checked path and method before. Each check is
 * made as soon as the bytes that it needs have arrived: those of the head come before the body is read.
 */
import { isolated } from '../../base/isolated.ts';
import { cut } from '../../base/text.ts';
import type { IncomingMessage } from 'node:http';
import { ApiError, apiError, asApiError, invalidArgument } from '../../api/error.ts';
import type { Authenticator } from '../../auth/authenticator.ts';
import type { Operation, Parameters, Reply } from '../../operations/operation.ts';
import { acceptBody, checkHead, readHeaderCall, readOpenCall, readSignedCall } from './call.ts';
import type { HeaderCall, RequestHead, WireCall } from './call.ts';
import { hasBody as announcesBody } from '../http/body.ts';
import type { Connections } from '../http/connections.ts';
import type { Peers } from '../http/peer.ts';
import type { EarlyAnswers } from '../http/early-answers.ts';
import type { Exchange } from './exchange.ts';
import type { ExchangeShared } from './exchange.ts';
import { mergeParameters, parseParameters } from './form-parameters.ts';
import { isLargeReply, joined, replyBytes } from './pieces.ts';
import { renderResult, resultPieces } from './reply.ts';
import type { Format } from './reply.ts';
import { bodyTypeOf, parseBodyParameters } from './request-parameters.ts';

const SHOWN_NAME = 100;

export interface DispatcherOptions<Services> {
  readonly operations: ReadonlyMap<string, Operation<Services>>;
  readonly services: Services;
  readonly authenticator: Authenticator;
  readonly connections: Connections;
  readonly peers: Peers;
  /** Null: slow answers do not start early. */
  readonly early: EarlyAnswers | null;
  readonly shared: ExchangeShared;
}

/** A request whose head was checked. */
export interface OpenRequest {
  readonly exchange: Exchange;
  readonly request: IncomingMessage;
  readonly head: RequestHead;
  /** The parameters of the query, to which those of the body are added. */
  readonly query: Map<string, string>;
  /** Null: the signature, if any, is among the parameters. */
  readonly call: HeaderCall | null;
}

export class Dispatcher<Services> {
  readonly #options: DispatcherOptions<Services>;

  constructor(options: DispatcherOptions<Services>) {
    this.#options = options;
  }

  /**
   * Checks the head of a request, before its body is read; `query` is the text after the question mark. Returns null after it has
   * refused the request.
   */
  open(exchange: Exchange, request: IncomingMessage, query: string): OpenRequest | null {
    const hasBody = announcesBody(request);
    try {
      const { authenticator, connections } = this.#options;
      const { headers, rawHeaders, method = '' } = request;
      const parameters = parseParameters(query);
      exchange.format = readFormat(parameters);
      const bodyType = hasBody ? bodyTypeOf(headers) : null;
      const head = { method, rawHeaders, headers, query: parameters, bodyType };
      const call = authenticator.open ? null : checkHead(head, authenticator);
      if (authenticator.open || call !== null) connections.know(request.socket);
      return { exchange, request, head, query: parameters, call };
    } catch (error) {
      const refusal = this.#errorOf(error, exchange, '');
      if (hasBody) exchange.refuseUnread(refusal);
      else exchange.sendError(refusal);
      return null;
    }
  }

  /** Answers a call of the API, whose body is complete. */
  answer({ exchange, request, head, query, call: headerCall }: OpenRequest, body: Buffer): void {
    let action = '';
    try {
      const { authenticator, services, early, peers, connections } = this.#options;
      if (headerCall !== null) acceptBody(headerCall, body, () => peers.bodyIsSafe(request), authenticator);
      const form = body.length === 0 ? new Map<string, string>() : parseBodyParameters(head.bodyType ?? 'form', body);
      const parameters = mergeParameters(query, form);
      exchange.format = readFormat(parameters);
      const call = this.#call(head, headerCall, parameters);
      connections.know(request.socket);
      ({ action } = call);
      exchange.action = action;
      if (this.#options.shared.ports.observer.requestEnded !== null) {
        exchange.flowName = cut(parameters.get('FlowName') ?? parameters.get('Name') ?? '', SHOWN_NAME);
      }
      const operation = this.#operation(action);
      if (call.key !== null) {
        const { address: sourceIp, isSecure: secureTransport } = peers.of(request);
        authenticator.authorizeAction(call.key, operation.action, parameters, { secureTransport, sourceIp });
      }
      const running = operation.run(services, {
        requestId: exchange.requestId,
        parameters,
        caller: call.key === null || call.key.isRoot ? null : call.key.accessKeyId,
        wantsWarnings: head.headers['x-millrace-warnings'] === '1',
      });
      const slow = operation.slow === true ? early : null;
      slow?.add(exchange);
      running.then(
        (reply) => {
          slow?.remove(exchange);
          this.#finish(exchange, action, reply);
        },
        (error: unknown) => {
          slow?.remove(exchange);
          this.#fail(error, exchange, action);
        },
      );
    } catch (error) {
      this.#fail(error, exchange, action);
    }
  }

  /** Nothing may be thrown from here, because promises and the HTTP server call it. */
  #fail(error: unknown, exchange: Exchange, action: string): void {
    const { observer } = this.#options.shared.ports;
    isolated(observer, 'the sending of an error', () => exchange.sendError(this.#errorOf(error, exchange, action)));
  }

  #call(head: RequestHead, headerCall: HeaderCall | null, parameters: Map<string, string>): WireCall {
    const { authenticator } = this.#options;
    if (headerCall !== null) return readHeaderCall(headerCall, parameters);
    return authenticator.open ? readOpenCall(head, parameters) : readSignedCall(head, parameters, authenticator);
  }

  #finish(exchange: Exchange, action: string, reply: Reply): void {
    try {
      if (isLargeReply(reply)) exchange.sendPieces(joined(resultPieces(exchange, action, reply)), replyBytes(reply));
      else exchange.sendResult(renderResult(exchange, action, reply));
    } catch (error) {
      this.#fail(error, exchange, action);
    }
  }

  #operation(action: string): Operation<Services> {
    const operation = this.#options.operations.get(action);
    if (operation !== undefined) return operation;
    throw apiError('ActionNotSupported', cut(action, SHOWN_NAME));
  }

  /** The error for the caller. The reason of an unexpected failure goes to the log only. */
  #errorOf(error: unknown, exchange: Exchange, action: string): ApiError {
    if (error instanceof ApiError && error.status < 500) return error;
    const { observer } = this.#options.shared.ports;
    observer.requestFailed?.({ requestId: exchange.requestId, action, error });
    return asApiError(error);
  }
}

function readFormat(parameters: Parameters): Format {
  const text = parameters.get('Format') || 'JSON';
  if (text === 'JSON' || text === 'json') return 'JSON';
  const format = text.toUpperCase();
  if (format === 'JSON' || format === 'XML') return format;
  throw invalidArgument("The parameter 'Format' must be JSON or XML.");
}
