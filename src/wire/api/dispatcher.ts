/**
 * Dispatches a call to its operation, after these checks in this order: parameters, the request shape and its members, version,
 * caller (key, time, signature, token, nonce), action, policy. `routes.ts` has checked path, method and body before.
 */
import { cut } from '../../base/text.ts';
import type { IncomingMessage } from 'node:http';
import { actionEntry, actionResource } from '../../api/actions.ts';
import { ApiError, apiError, invalidArgument } from '../../api/error.ts';
import { ERRORS } from '../../api/errors.ts';
import type { Authenticator } from '../../auth/authenticator.ts';
import type { Operation, Parameters } from '../../operations/operation.ts';
import { readOpenCall, readSignedCall } from './call.ts';
import type { EarlyAnswers } from '../http/early-answers.ts';
import type { Exchange } from './exchange.ts';
import type { ExchangeShared } from './exchange.ts';
import { mergeParameters, parseParameters } from './form-parameters.ts';
import { renderResult } from './reply.ts';
import type { Format } from './reply.ts';
import { parseBodyParameters } from './request-parameters.ts';

const SHOWN_NAME = 100;

export interface DispatcherOptions<Services> {
  readonly operations: ReadonlyMap<string, Operation<Services>>;
  readonly services: Services;
  readonly authenticator: Authenticator;
  readonly secureTransport: boolean;
  /** Null: slow answers do not start early. */
  readonly early: EarlyAnswers | null;
  readonly shared: ExchangeShared;
}

export class Dispatcher<Services> {
  readonly #options: DispatcherOptions<Services>;

  constructor(options: DispatcherOptions<Services>) {
    this.#options = options;
  }

  /** Answers a call of the API. `query` is the text after the question mark, `body` is complete. */
  answer(exchange: Exchange, request: IncomingMessage, query: string, body: Buffer): void {
    let action = '';
    try {
      const { authenticator, services, early } = this.#options;
      const { headers, rawHeaders, method = '' } = request;
      const queryParameters = parseParameters(query);
      const form = body.length === 0 ? new Map<string, string>() : parseBodyParameters(headers, body);
      // A copy, because signatures in headers cover the query and the body separately.
      const parameters = mergeParameters(
        headers.authorization === undefined ? queryParameters : new Map(queryParameters),
        form,
      );
      exchange.format = readFormat(parameters);
      const { secureTransport } = this.#options;
      const { socket } = request;
      const source = { method, rawHeaders, headers, query: queryParameters, parameters, body, secureTransport, socket };
      const call = authenticator.open ? readOpenCall(source) : readSignedCall(source);
      const key = call.credentials === null ? null : authenticator.authenticate(call.credentials);
      action = call.action;
      exchange.action = action;
      const operation = this.#operation(action);
      if (key !== null) {
        authenticator.authorize(key, {
          action,
          resource: actionResource(operation.action, parameters),
          secureTransport,
          sourceIp: socket.remoteAddress ?? '',
        });
      }
      const running = operation.run(services, { requestId: exchange.requestId, parameters });
      const slow = operation.slow === true ? early : null;
      slow?.add(exchange);
      running.then(
        (reply) => {
          slow?.remove(exchange);
          this.#finish(exchange, action, () => renderResult(exchange, action, reply));
        },
        (error: unknown) => {
          slow?.remove(exchange);
          exchange.sendError(this.#errorOf(error, exchange, action));
        },
      );
    } catch (error) {
      exchange.sendError(this.#errorOf(error, exchange, action));
    }
  }

  #finish(exchange: Exchange, action: string, render: () => string): void {
    let body: string;
    try {
      body = render();
    } catch (error) {
      exchange.sendError(this.#errorOf(error, exchange, action));
      return;
    }
    exchange.sendResult(body);
  }

  #operation(action: string): Operation<Services> {
    const operation = this.#options.operations.get(action);
    if (operation !== undefined) return operation;
    const { message } = apiError('ActionNotSupported', cut(action, SHOWN_NAME));
    const notBuilt =
      actionEntry(action) === undefined ? '' : ' The vendor documents this operation, but it is not built yet.';
    throw new ApiError('ActionNotSupported', message + notBuilt);
  }

  /** The error for the caller. The reason of an unexpected failure goes to the log only. */
  #errorOf(error: unknown, exchange: Exchange, action: string): ApiError {
    if (error instanceof ApiError && error.status < 500) return error;
    const { observer } = this.#options.shared.ports;
    observer.requestFailed?.({ requestId: exchange.requestId, action, error });
    // An ApiError was written for callers and says more than the message in the table.
    if (error instanceof ApiError) return error;
    return new ApiError('InternalServerError', ERRORS.InternalServerError.message);
  }
}

function readFormat(parameters: Parameters): Format {
  const text = parameters.get('Format') || 'JSON';
  if (text === 'JSON' || text === 'json') return 'JSON';
  const format = text.toUpperCase();
  if (format === 'JSON' || format === 'XML') return format;
  throw invalidArgument("The parameter 'Format' must be JSON or XML.");
}
