/** Identifiers and randomness from a seed: the same seed gives the same values. */
import type { Ids } from '../base/ids.ts';

/** UUIDs begin with the seed and count up from 0. Random numbers come from a linear congruential generator. */
export function seededIds(seed: number): Ids {
  let state = seed >>> 0;
  const prefix = (seed >>> 0).toString(16).padStart(8, '0');
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let count = 0;
  return { uuid: () => `${prefix}-0000-4000-8000-${String(count++).padStart(12, '0')}`, random };
}
