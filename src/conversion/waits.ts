/** Waits that are longer than one Wait of a state machine. */
import { WAIT_SECONDS } from '../language/limits.ts';

const WAIT_MAX_SECONDS = WAIT_SECONDS.Standard;
/** Most Waits that replace one: an hour. A definition with more would be hard to read. */
const WAITS_MAX = 12;

/** Returns the seconds of each Wait; null if there would be too many Waits. */
export function splitWait(seconds: number): number[] | null {
  if (seconds > WAIT_MAX_SECONDS * WAITS_MAX) return null;
  const parts: number[] = [];
  for (let left = seconds; left > 0; left -= WAIT_MAX_SECONDS) parts.push(Math.min(left, WAIT_MAX_SECONDS));
  return parts;
}

/** The note about a Wait whose seconds are computed. */
export const WAIT_COMPUTED = `the state fails here if the value is not 1 to ${WAIT_MAX_SECONDS} seconds`;

/** The refusal of a Wait that {@link splitWait} cannot split. */
export function waitTooLong(seconds: number): string {
  const most = WAIT_MAX_SECONDS * WAITS_MAX;
  return `a Wait of ${seconds} seconds is too long: at most ${most} can be converted, to several Waits; use a callback task with a Timeout`;
}

/** The note about a Wait that several replace. */
export function waitSplit(parts: readonly number[]): string {
  return `a Wait can take ${WAIT_MAX_SECONDS} seconds at most, so ${parts.length} Waits replace it`;
}
