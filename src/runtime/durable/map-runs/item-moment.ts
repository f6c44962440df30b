/** The randomness with which ItemConstructor builds an item. */
import { createHash } from 'node:crypto';
import type { Moment } from '../../../interpreter/input.ts';

/**
 * The moment for one item: its random numbers depend on the run and the position alone. A run that is read again, after a restart or
 * because it has left memory, then builds the same items, and their sizes make the same batches. Otherwise an item could be in two
 * batches or in none.
 * @param secret of the run; who knows it can compute the numbers
 * @param index of the item
 */
export function momentOfItem({ nowMs }: Pick<Moment, 'nowMs'>, secret: string, index: number): Moment {
  let count = 0;
  return {
    nowMs,
    random() {
      const digest = createHash('sha256').update(`${secret}/${index}/${count++}`).digest();
      return digest.readUIntBE(0, 6) / 2 ** 48;
    },
  };
}
