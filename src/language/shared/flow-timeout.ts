/** The time limit of a flow, which both dialects write as whole seconds. */
import type { FieldReader, Range } from './field-reader.ts';

const TIMEOUT: Range = { min: 0, max: Number.MAX_SAFE_INTEGER, says: '0 (none) or more' };
/** How long a flow of each mode can run at most (fdl.md 8, fdl-classic.md 8). */
const LONGEST = { Express: { seconds: 300, says: '5 minutes' }, Standard: { seconds: 31_536_000, says: 'a year' } };

/** Seconds, or null for none, which 0 means too; a longer time than the mode allows is cut by the mode (decisions.md 3.4, 7). */
export function readFlowTimeout(fields: FieldReader, key: string, mode: 'Standard' | 'Express'): number | null {
  const seconds = fields.number(key, TIMEOUT, { digits: true });
  if (seconds === null || seconds === 0) return null;
  const longest = LONGEST[mode];
  if (seconds > longest.seconds) {
    const message = `${key} is ${seconds} seconds, but a flow in ${mode} mode ends after ${longest.says} in any case`;
    fields.faultAt('flow-timeout', key, message);
  }
  return seconds;
}
