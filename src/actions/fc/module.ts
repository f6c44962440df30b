/**
 * A function in a JavaScript or TypeScript file, called in this process as the Node.js runtime of Function Compute calls it:
 * `handler(event, context, callback)`. The event is a Buffer. The handler returns a value or a promise, or calls the older
 * `callback(error, value)`. A file is loaded once.
 *
 * When a task is aborted, its handler is not waited for any more, but it cannot be stopped. A handler that never returns
 * blocks the whole process.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beginning, reasonOf } from '../../base/text.ts';
import type { TaskResult } from '../action.ts';
import { failed } from '../results.ts';
import type { Invocation } from './invocation.ts';
import { functionAnswer } from './result.ts';

type Callback = (error: unknown, value?: unknown) => void;
type Handler = (event: Buffer, context: object, callback: Callback) => unknown;

export type InvokeModule = (path: string, invocation: Invocation, signal: AbortSignal) => Promise<TaskResult>;

/** Calls functions in files. A result larger than `maxBodyBytes` fails as `FC.ResponseTooLarge`. */
export function moduleFunctions(maxBodyBytes: number): InvokeModule {
  const loaded = new Map<string, Promise<Handler>>();

  function load(path: string): Promise<Handler> {
    let handler = loaded.get(path);
    if (handler === undefined) {
      handler = loadHandler(path);
      loaded.set(path, handler);
      // The next call tries again to load a file that failed to load.
      handler.catch(() => loaded.delete(path));
    }
    return handler;
  }

  return async (path, invocation, signal) => {
    let handler: Handler;
    try {
      handler = await load(path);
    } catch (error) {
      return failed('FC.FunctionNotFound', `function ${invocation.mapped}: cannot load ${path}: ${causeOf(error)}`);
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
  if (typeof handler !== 'function') throw new TypeError('the file exports no function named handler');
  return handler as Handler;
}

/** The value of the handler, from its return value or its callback, the first of the two. Rejects when the signal is aborted. */
function settle(handler: Handler, invocation: Invocation, signal: AbortSignal): Promise<unknown> {
  return new Promise((accept, reject) => {
    const onAbort = (): void => reject(new Error('the call was aborted'));
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort);
    const end = (): void => signal.removeEventListener('abort', onAbort);
    const callback: Callback = (error, value) => {
      end();
      if (error === undefined || error === null) accept(value);
      else reject(error instanceof Error ? error : new Thrown(error));
    };
    const answered = (value: unknown): void => {
      // A handler with three parameters that returns nothing will use its callback.
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

/** Wraps a thrown value that is not an Error. */
class Thrown extends Error {
  override readonly name = '';
  constructor(value: unknown) {
    super(shown(value));
  }
}

/** A thrown value as text. It comes from foreign code, so reading it may throw. */
function shown(value: unknown): string {
  try {
    return typeof value === 'string' ? value : String(JSON.stringify(value) ?? value);
  } catch {
    return UNSHOWN;
  }
}

const UNSHOWN = 'the function threw a value that cannot be shown as text';

/** The members of Function Compute's context that apply here, and the signal of the task. */
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

/** Bytes unchanged, a text as UTF-8, undefined as no bytes, any other value as JSON. */
function resultBytes(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === 'string') return Buffer.from(value);
  return Buffer.from(value === undefined ? '' : (JSON.stringify(value) ?? ''));
}

function thrownResult(error: unknown): TaskResult {
  try {
    return failed(typeName(error), causeOf(error));
  } catch {
    // The members of the error throw when they are read.
    return failed('FC.FunctionError', UNSHOWN);
  }
}

/** The name of the error, or of its class when the class does not set a name. */
function typeName(error: unknown): string {
  if (!(error instanceof Error)) return 'FC.FunctionError';
  const name = error.name === 'Error' ? error.constructor.name : error.name;
  return typeof name === 'string' && name !== '' ? name.toWellFormed() : 'FC.FunctionError';
}

function causeOf(error: unknown): string {
  return beginning(reasonOf(error).toWellFormed(), 4096);
}
