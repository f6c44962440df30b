/** The port of a reader of items, and the bound of one item. */
import type { JsonValue } from '../../base/json.ts';

/**
 * Largest item in bytes of its source: a row, a line, an element. Amazon States Language has the same limit. Whether the item fits into the
 * input of an execution is for the Map run to check.
 */
export const MAX_ITEM_BYTES = 8 * 1_048_576;
export const MAX_ITEM = '8 MiB';

export interface Items {
  /** Some of the next items, at least one; none: the end. Their number is bounded by a slice of the source. @throws {ObjectFault} */
  next(): Promise<readonly JsonValue[]>;
}
