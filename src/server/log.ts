/**
 * The server's log: JSON lines on standard error. They are written synchronously, so that the last line before a crash is not
 * lost. Secrets have a type that prints as `***`, and parameters of calls are never logged. The log subscribes to the observer.
 */
import { pino } from 'pino';
import type { Subscriber } from '../base/observer.ts';
import type { Settings } from '../config/settings.ts';

export interface ServerLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** A log of the lines from `level` up. */
export function createLog(level: Settings['log']): ServerLog {
  const options = { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, pino.destination({ dest: 2, sync: true }));
}

/** Logs the events of the engine that an operator must know. */
export function logEvents(log: ServerLog): Subscriber {
  return {
    requestFailed: ({ error, requestId, action }) => log.error({ err: error, requestId, action }, 'a call failed'),
    defect: ({ error, where }) => log.error({ err: error, where }, 'a part of the server failed because of a defect'),
    storeFailed: ({ error }) =>
      log.error(
        { err: error },
        'the store is not accepting commits: executions wait, and starts, stops and reports are refused',
      ),
    storeRecovered: () => log.warn({}, 'the store accepts commits again'),
    executionStuck: ({ execution, error }) =>
      log.error({ execution, err: error }, 'an execution cannot continue before the next start of the server'),
    ownershipLost: () =>
      log.error({}, 'another server has taken over the store: Standard executions no longer run on this server'),
  };
}
