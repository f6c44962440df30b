/**
 * A function in a JavaScript or TypeScript file, called in this process as Function Compute's Node.js runtime
 * calls it: `handler(event, context)` with the event as a Buffer, a returned or promised value, or the older
 * `callback(error, value)` as third argument. A file is loaded once.
 *
 * A handler that never settles is left behind when its task is given up; one that never returns holds the whole
 * process, as any code in it would.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TaskResult } from '../action.ts';
import { functionAnswer } from './result.ts';
import type { Invocation } from './result.ts';
import { beginning } from '../../base/text.ts';
import { failed } from '../results.ts';

type Callback = (error: unknown, value?: unknown) => void;
type Handler = (event: Buffer, context: object, callback: Callback) => unknown;

export type InvokeModule = (path: string, invocation: Invocation, signal: AbortSignal) => Promise<TaskResult>;

/** The caller of module functions. A larger result than `maxBodyBytes` fails as `FC.ResponseTooLarge`. */
export function moduleFunctions(maxBodyBytes: number): InvokeModule {
  const loaded = new Map<string, Promise<Handler>>();

  function load(path: string): Promise<Handler> {
    let handler = loaded.get(path);
    if (handler === undefined) {
      handler = loadHandler(path);
      loaded.set(path, handler);
      // A file that could not be loaded is tried again by the next call.
      handler.catch(() => loaded.delete(path));
    }
    return handler;
  }

  return async (path, invocation, signal) => {
    let handler: Handler;
    try {
      handler = await load(path);
    } catch (error) {
      return failed('FC.FunctionNotFound', `function ${invocation.mapped}: cannot load ${path}: ${reasonOf(error)}`);
    }
    try {
      const body = resultBytes(await settle(handler, invocation, signal));
      if (body.length <= maxBodyBytes) return functionAnswer(200, {}, invocation.requestId, body);
      const detail = `its result is larger than ${maxBodyBytes} bytes (setting http.maxResponse)`;
      return failed('FC.ResponseTooLarge', `function ${invocation.mapped}: ${detail}`);
    } catch (error) {
      return thrownResult(error);
    }
  };
}

async function loadHandler(path: string): Promise<Handler> {
  const module = (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  const { default: whole } = module;
  const inner = typeof whole === 'object' && whole !== null ? (whole as Record<string, unknown>)['handler'] : whole;
  const handler = module['handler'] ?? inner;
  if (typeof handler !== 'function') throw new TypeError('it exports no function named handler');
  return handler as Handler;
}

/** The handler's value, by whichever way it answers first; rejects when the signal is aborted. */
function settle(handler: Handler, invocation: Invocation, signal: AbortSignal): Promise<unknown> {
  return new Promise((accept, reject) => {
    const giveUp = (): void => reject(new Error('the call was given up'));
    if (signal.aborted) {
      giveUp();
      return;
    }
    signal.addEventListener('abort', giveUp);
    const end = (): void => signal.removeEventListener('abort', giveUp);
    const callback: Callback = (error, value) => {
      end();
      if (error === undefined || error === null) accept(value);
      else reject(error instanceof Error ? error : new Thrown(error));
    };
    const answered = (value: unknown): void => {
      // A function of three parameters that returns nothing promises to call back.
      if (value !== undefined || handler.length < 3) callback(null, value);
    };
    const thrown = (error: unknown): void => callback(error ?? new Thrown(error));
    try {
      const returned = handler(invocation.event, contextOf(invocation, signal), callback);
      if (isThenable(returned)) Promise.resolve(returned).then(answered, thrown);
      else answered(returned);
    } catch (error) {
      thrown(error);
    }
  });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** What was thrown when it was no error. */
class Thrown extends Error {
  override readonly name = '';
  constructor(value: unknown) {
    super(shown(value));
  }
}

/** Any value as text; made by a function, it may refuse to be shown. */
function shown(value: unknown): string {
  try {
    return typeof value === 'string' ? value : String(JSON.stringify(value) ?? value);
  } catch {
    return UNSHOWN;
  }
}

const UNSHOWN = 'the function threw something that cannot be shown';

/** The members of Function Compute's context that mean something here, and the task's signal. */
function contextOf(invocation: Invocation, signal: AbortSignal): object {
  const { requestId, region, account, name, service, qualifier, idempotencyKey } = invocation;
  return {
    requestId,
    region,
    accountId: account,
    function: { name, handler: 'handler' },
    service: { name: service ?? '', qualifier: qualifier ?? 'LATEST' },
    idempotencyKey,
    signal,
  };
}

/** Bytes as they are, a text as UTF-8, nothing as nothing, any other value as JSON. */
function resultBytes(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === 'string') return Buffer.from(value);
  return Buffer.from(value === undefined ? '' : (JSON.stringify(value) ?? ''));
}

function thrownResult(error: unknown): TaskResult {
  try {
    return failed(typeName(error), reasonOf(error));
  } catch {
    // An error whose members throw when they are read.
    return failed('FC.FunctionError', UNSHOWN);
  }
}

/** The name of the error's type; `class MyError extends Error` needs not set it itself. */
function typeName(error: unknown): string {
  if (!(error instanceof Error)) return 'FC.FunctionError';
  const name = error.name === 'Error' ? error.constructor.name : error.name;
  return typeof name === 'string' && name !== '' ? name : 'FC.FunctionError';
}

function reasonOf(error: unknown): string {
  return beginning(error instanceof Error ? String(error.message) : String(error), 4096);
}
