/**
 * The way of a request through the server, in the order of its checks: path and method, body, parameters, what its
 * shape needs, version, caller (key, time, signature, token, nonce), action, policy, operation.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { actionEntry, actionResource } from '../../api/actions.ts';
import { ApiError, apiError, invalidArgument } from '../../api/error.ts';
import { ERRORS } from '../../api/errors.ts';
import type { Authenticator } from '../../auth/authenticator.ts';
import type { Operation, Parameters } from '../../operations/operation.ts';
import { hasBody } from '../http/body.ts';
import type { BodyReader } from '../http/body.ts';
import { readOpenCall, readSignedCall } from './call.ts';
import type { EarlyAnswers } from '../http/early-answers.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeShared } from './exchange.ts';
import type { WireLog } from '../log.ts';
import { mergeParameters, parseParameters } from './form-parameters.ts';
import { renderResult } from './reply.ts';
import type { Format } from './reply.ts';
import { parseBodyParameters } from './request-parameters.ts';

const NO_BODY = Buffer.alloc(0);
const SHOWN_NAME = 100;

export interface DispatcherOptions<Services> {
  readonly operations: ReadonlyMap<string, Operation<Services>>;
  readonly services: Services;
  readonly authenticator: Authenticator;
  readonly bodies: BodyReader;
  readonly secureTransport: boolean;
  /** Null: slow answers are not started early. */
  readonly early: EarlyAnswers | null;
  readonly shared: ExchangeShared;
  readonly log: WireLog;
}

export class Dispatcher<Services> {
  readonly #options: DispatcherOptions<Services>;

  constructor(options: DispatcherOptions<Services>) {
    this.#options = options;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const { method = '' } = request;
    const url = originForm(request.url ?? '/');
    const question = url.indexOf('?');
    const path = question === -1 ? url : url.slice(0, question);
    if (path === '/healthz' && (method === 'GET' || method === 'HEAD')) {
      answerHealth(response);
      return;
    }
    const exchange = new Exchange(this.#options.shared, request, response);
    const refusal = this.#refusal(request, path, method);
    if (refusal !== null) {
      if (hasBody(request)) exchange.refuseUnread(refusal);
      else exchange.sendError(refusal);
      return;
    }
    const query = question === -1 ? '' : url.slice(question + 1);
    if (!hasBody(request)) {
      this.#answer(exchange, request, query, NO_BODY);
      return;
    }
    this.#options.bodies.read(
      request,
      (body) => this.#answer(exchange, request, query, body),
      (error) => exchange.refuseUnread(error),
    );
  }

  /** What is wrong with a request before its body is looked at. */
  #refusal(request: IncomingMessage, path: string, method: string): ApiError | null {
    if (path !== '/' && path !== '/healthz') return apiError('InvalidApi.NotFound');
    if (path === '/healthz' || (method !== 'GET' && method !== 'POST'))
      return apiError('UnsupportedHTTPMethod', method);
    if (this.#options.authenticator.open) {
      if (comesFromWebPage(request)) {
        return new ApiError('AccessDenied', 'Calls from web pages are refused while authentication is off.');
      }
      if (!isLocalName(request.headers.host ?? '')) {
        return new ApiError(
          'AccessDenied',
          'While authentication is off, call the server by an address or a local name such as localhost.',
        );
      }
    }
    return null;
  }

  #answer(exchange: Exchange, request: IncomingMessage, queryText: string, body: Buffer): void {
    let action = '';
    try {
      const { authenticator, services, early } = this.#options;
      const { headers, rawHeaders, method = '' } = request;
      const query = parseParameters(queryText);
      const form = body.length === 0 ? new Map<string, string>() : parseBodyParameters(headers, body);
      // The signatures in headers cover the query and the body apart from each other.
      const parameters = mergeParameters(headers.authorization === undefined ? query : new Map(query), form);
      exchange.format = readFormat(parameters);
      const { secureTransport } = this.#options;
      const { socket } = request;
      const source = { method, rawHeaders, headers, query, parameters, body, secureTransport, socket };
      const call = authenticator.open ? readOpenCall(source) : readSignedCall(source);
      const key = call.credentials === null ? null : authenticator.authenticate(call.credentials);
      action = call.action;
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
    const { message } = apiError('ActionNotSupported', action.slice(0, SHOWN_NAME));
    const notBuilt = actionEntry(action) === undefined ? '' : ' It is a documented operation that is not built yet.';
    throw new ApiError('ActionNotSupported', message + notBuilt);
  }

  /** What the caller is told; the reason of an unexpected failure goes to the log and nowhere else. */
  #errorOf(error: unknown, exchange: Exchange, action: string): ApiError {
    if (error instanceof ApiError && error.status < 500) return error;
    this.#options.log.error({ err: error, requestId: exchange.requestId, action }, 'a call failed');
    // One that was made for the caller says more than the table.
    if (error instanceof ApiError) return error;
    return new ApiError('InternalServerError', ERRORS.InternalServerError.message);
  }
}

/** The target from its path on: a client of a proxy sends the whole address. */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return rest.startsWith('/') || rest === target ? rest : `/${rest}`;
}

function answerHealth(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json;charset=utf-8' });
  response.end('{"status":"ok"}');
}

function readFormat(parameters: Parameters): Format {
  const text = parameters.get('Format') || 'JSON';
  if (text === 'JSON' || text === 'json') return 'JSON';
  const format = text.toUpperCase();
  if (format === 'JSON' || format === 'XML') return format;
  throw invalidArgument("The parameter 'Format' must be JSON or XML.");
}

/**
 * A browser says where a request comes from. With authentication off, the page of any site could otherwise make the
 * browser of a developer call the server on the developer's machine.
 */
function comesFromWebPage({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return headers.origin !== undefined || (site !== undefined && site !== 'none');
}

/**
 * Whether nobody else can own the name in a `Host` header. The owner of a public name can let it point to this machine,
 * and a page from there is then of the same origin, which browsers do not mark.
 */
function isLocalName(host: string): boolean {
  const name = host.replace(/:\d*$/, '').toLowerCase();
  return isIP(name) !== 0 || /^\[[\da-f:.]+\]$/.test(name) || !name.includes('.') || LOCAL_NAME.test(name);
}

/** Names reserved for private use, and the service's own, for clients that can be pointed elsewhere by DNS only. */
const LOCAL_NAME = /\.(?:localhost|internal|test|local|fnf\.aliyuncs\.com)$/;
