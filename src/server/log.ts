/**
 * The server's log: JSON lines on standard error, written at once, so that the last line before a crash is there. Secrets are
 * of a type that prints as `***`, and parameters of calls are never logged. The log is a subscriber of the observer.
 */
import { pino } from 'pino';
import type { Subscriber } from '../base/observer.ts';
import type { Settings } from '../config/settings.ts';

export interface ServerLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** A log of everything from `level` up. */
export function createLog(level: Settings['log']): ServerLog {
  const options = { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, pino.destination({ dest: 2, sync: true }));
}

/** The events of the engine that an operator has to know. */
export function logEvents(log: ServerLog): Subscriber {
  return {
    requestFailed: ({ error, requestId, action }) => log.error({ err: error, requestId, action }, 'a call failed'),
    defect: ({ error, where }) => log.error({ err: error, where }, 'a part of the server failed because of a defect'),
    storeFailed: ({ error }) =>
      log.error({ err: error }, 'the store is not accepting commits: executions wait and starts are refused'),
    storeRecovered: () => log.warn({}, 'the store accepts commits again'),
    executionStuck: ({ execution, error }) => log.error({ execution, err: error }, 'an execution cannot continue'),
    ownershipLost: () =>
      log.error({}, 'another server has taken over the store: Standard executions do not run here any more'),
  };
}
