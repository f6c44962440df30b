/**
 * Calls of the API through the console's own path, with the key of the session. Every call is a POST with a header that pages of
 * other origins cannot send.
 */
import { signal } from '@preact/signals';
import type { ActionName } from '../../../src/api/actions.ts';
import { CONSOLE_HEADER } from '../../../src/console/protocol.ts';
import type { ReplyOf } from '../../../src/operations/contract-types.ts';

export type { ActionName } from '../../../src/api/actions.ts';
export type { ReplyOf } from '../../../src/operations/contract-types.ts';

/** The code of a fault that something else than the server has answered. */
const UNKNOWN = 'UnknownReply';

/** A call that the server has refused, or that did not reach it: then `status` is 0 and `code` is `Unreachable`. */
export class ApiFault extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string;

  constructor(status: number, code: string, message: string, requestId: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

/** Whether the last call or stream reached the server, as far as the browser knows. */
export const isReachable = signal(true);
/** Raised by a call that the server refuses because the session has ended. */
export const sessionEnded = signal(0);
/** Raised when a session has begun: what was refused before is asked again. */
export const sessionBegun = signal(0);

export const CONSOLE_HEADERS: Readonly<Record<string, string>> = { [CONSOLE_HEADER]: '1' };

/**
 * Calls an action of the API. Parameters are texts, as everywhere in the API; undefined ones and empty texts of optional parameters
 * may be left out by the caller. @throws {ApiFault}
 */
export async function call<A extends ActionName>(
  action: A,
  parameters: Readonly<Record<string, string | number | boolean | undefined>> = {},
  options: { readonly signal?: AbortSignal } = {},
): Promise<ReplyOf<A> & { readonly RequestId: string }> {
  const texts = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return (await post(`api/${action}`, Object.fromEntries(texts), options)) as ReplyOf<A> & {
    readonly RequestId: string;
  };
}

/** Posts JSON to a path of the console: `session`, `reveal`, `report`. @throws {ApiFault} */
export function post(path: string, body: unknown, options: { readonly signal?: AbortSignal } = {}): Promise<unknown> {
  return send('POST', path, body, options);
}

/** @throws {ApiFault} */
export async function send(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
  { signal: aborting }: { readonly signal?: AbortSignal } = {},
): Promise<unknown> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? CONSOLE_HEADERS : { ...CONSOLE_HEADERS, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(aborting !== undefined && { signal: aborting }),
    });
    text = await response.text();
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    isReachable.value = false;
    throw new ApiFault(0, 'Unreachable', 'The server did not answer. It may be restarting.', '');
  }
  const value = parsed(text);
  // Every reply of the server is an object; something between may answer with a page of its own, or with nothing.
  const isWhole = response.status === 204 || (response.ok && typeof value === 'object' && value !== null);
  if (!isWhole) throw faultOf(response, value);
  isReachable.value = true;
  return value ?? null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The answers of a proxy that does not reach its server. */
const GATEWAY_STATUSES: readonly number[] = [502, 503, 504];

/**
 * The fault that a reply means, which also says whether the server was reached and whether the session has ended. A reply of something
 * between the browser and the server may have any body.
 */
export function faultOf({ status, statusText }: Pick<Response, 'status' | 'statusText'>, value: unknown): ApiFault {
  const { Code, Message, RequestId } = (value ?? {}) as { Code?: string; Message?: string; RequestId?: string };
  const message = Message ?? `The reply is not one of Millrace: HTTP status ${status} ${statusText}.`;
  const fault = new ApiFault(status, Code ?? UNKNOWN, message, RequestId ?? '');
  isReachable.value = fault.code !== UNKNOWN || !GATEWAY_STATUSES.includes(status);
  if (isSignedOut(fault)) sessionEnded.value++;
  return fault;
}

/** True for the fault of a session that has ended. A proxy that wants people to sign in at it says nothing about the session. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiFault && error.status === 401 && error.code !== UNKNOWN;
}

/** True for the fault of a key whose policies do not allow the call. */
export function isForbidden(error: unknown): boolean {
  return error instanceof ApiFault && error.code === 'AccessDenied';
}
