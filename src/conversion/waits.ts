/** Waits that are longer than one Wait of a state machine may be. */
import { WAIT_SECONDS } from '../language/limits.ts';

/** The longest Wait of a Standard flow (fdl.md 2.3). */
export const WAIT_MAX_SECONDS = WAIT_SECONDS.Standard;
/** So many Waits in a row are still a definition that somebody reads: an hour. */
export const WAITS_MAX = 12;

/** The seconds of each Wait; null when there would be too many. */
export function splitWait(seconds: number): number[] | null {
  if (seconds > WAIT_MAX_SECONDS * WAITS_MAX) return null;
  const parts: number[] = [];
  for (let left = seconds; left > 0; left -= WAIT_MAX_SECONDS) parts.push(Math.min(left, WAIT_MAX_SECONDS));
  return parts;
}
