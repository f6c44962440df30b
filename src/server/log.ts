/**
 * The server's log: JSON lines on standard error, written at once, so that the last line before a crash is there.
 * Secrets are of a type that prints as `***`; parameters of calls are never logged.
 */
import { pino } from 'pino';
import type { Settings } from '../config/settings.ts';
import type { WireLog } from '../wire/log.ts';

export interface ServerLog extends WireLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** A log of everything from `level` up. */
export function createLog(level: Settings['log']): ServerLog {
  const options = { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, pino.destination({ dest: 2, sync: true }));
}
