/** The time limit of a flow in whole seconds, in both dialects. */
import type { CompileOptions } from '../compilation.ts';
import { STANDARD_EXECUTION_SECONDS } from '../limits.ts';
import type { FieldReader, Range } from './field-reader.ts';

const TIMEOUT: Range = { min: 0, max: Number.MAX_SAFE_INTEGER, says: '0 (none) or more' };

/** Seconds; null for none, which 0 means too. The mode cuts a longer time than it allows (rules.md 7.1, 12.4). */
export function readFlowTimeout(fields: FieldReader, key: string, { mode, limits }: CompileOptions): number | null {
  const seconds = fields.number(key, TIMEOUT);
  if (seconds === null || seconds === 0) return null;
  const longest = mode === 'Express' ? limits.expressTimeoutSeconds : limits.standardTimeoutSeconds;
  if (seconds > longest) {
    const message = `${key} is ${seconds} seconds, but a flow in ${mode} mode ends after ${duration(longest)} in any case`;
    fields.faultAt('flow-timeout', key, message);
  }
  return seconds;
}

/** `5 minutes`, `90 seconds`, `a year`. */
function duration(seconds: number): string {
  if (seconds === STANDARD_EXECUTION_SECONDS) return 'a year';
  if (seconds % 60 !== 0) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  return seconds === 60 ? '1 minute' : `${seconds / 60} minutes`;
}
