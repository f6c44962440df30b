/**
 * The inputs of the children of a Map run, in the order of the items: one item each, or a batch of them (rules.md 7.10). The same items
 * make the same batches, so that a run that was loaded again finds the positions of its children.
 */
import { isJsonArray, isJsonObject, jsonBytes, memberOf, parseJson } from '../../../base/json.ts';
import type { JsonValue } from '../../../base/json.ts';
import type { Failure } from '../../../interpreter/event.ts';
import type { BuiltItem } from '../../../interpreter/map-item.ts';
import type { BatchSpec } from '../../../interpreter/map-run-spec.ts';
import type { ItemStream } from './item-source.ts';

/** One child before it begins. */
export interface ItemBatch {
  /** Position among the children, from 0. */
  readonly index: number;
  readonly items: number;
  readonly input: JsonValue;
  /** Why it cannot begin; null when it can. */
  readonly failure: Failure | null;
}

export interface ItemBatchesOptions {
  readonly reading: ItemStream;
  /** Null: a child for each item. */
  readonly batch: BatchSpec | null;
  /** Bytes of the input of a child as JSON text, the limit of a state's data. */
  readonly inputBytesMax: number;
  /** Builds an item by its position among the items. */
  build(item: JsonValue, index: number): BuiltItem;
  /** True for a child that does not run any more or again: without batches its item is not built. */
  isOver(index: number): boolean;
}

/** Items that are read at once. */
const SLICE = 64;
/** `{"Items":[]}`, and `"BatchInput":,` in it. */
const FRAME_BYTES = 12;
const INPUT_FRAME_BYTES = 14;

export class ItemBatches {
  readonly #options: ItemBatchesOptions;
  #slice: readonly JsonValue[] = [];
  #at = 0;
  /** Items read. */
  items = 0;
  /** Children made. */
  children = 0;
  /** An item that was too large for the batch before. */
  #left: { readonly built: BuiltItem; readonly bytes: number } | null = null;

  constructor(options: ItemBatchesOptions) {
    this.#options = options;
  }

  /** The next child; null at the end. */
  next(): Promise<ItemBatch | null> {
    const { batch } = this.#options;
    return batch === null ? this.#single() : this.#batch(batch);
  }

  async #single(): Promise<ItemBatch | null> {
    const item = await this.#item();
    if (item === undefined) return null;
    const index = this.children++;
    const { build, isOver } = this.#options;
    if (isOver(index)) return { index, items: 1, input: null, failure: null };
    const { value, failure } = build(item, index);
    return { index, items: 1, input: value, failure };
  }

  async #batch({ maxItems, maxInputBytes, input }: BatchSpec): Promise<ItemBatch | null> {
    const { inputBytesMax } = this.#options;
    const bytesMax = Math.min(maxInputBytes ?? inputBytesMax, inputBytesMax);
    const items: JsonValue[] = [];
    let bytes = FRAME_BYTES + (input === undefined ? 0 : INPUT_FRAME_BYTES + jsonBytes(input, inputBytesMax));
    let failure: Failure | null = null;
    while (items.length < (maxItems ?? Number.POSITIVE_INFINITY)) {
      const next = this.#left ?? (await this.#built());
      this.#left = null;
      if (next === null) break;
      const more = next.bytes + (items.length === 0 ? 0 : 1);
      if (items.length > 0 && bytes + more > bytesMax) {
        this.#left = next;
        break;
      }
      items.push(next.built.value);
      bytes += more;
      failure ??= next.built.failure;
    }
    if (items.length === 0) return null;
    const index = this.children++;
    failure ??= bytes > inputBytesMax ? tooLarge(index, inputBytesMax) : null;
    const value = input === undefined ? { Items: items } : { BatchInput: input, Items: items };
    return { index, items: items.length, input: value, failure };
  }

  async #built(): Promise<{ readonly built: BuiltItem; readonly bytes: number } | null> {
    const item = await this.#item();
    if (item === undefined) return null;
    const built = this.#options.build(item, this.items - 1);
    return { built, bytes: jsonBytes(built.value, this.#options.inputBytesMax) };
  }

  /** The next item; undefined at the end. */
  async #item(): Promise<JsonValue | undefined> {
    if (this.#at === this.#slice.length) {
      this.#slice = await this.#options.reading.next(SLICE);
      this.#at = 0;
      if (this.#slice.length === 0) return undefined;
    }
    this.items++;
    return this.#slice[this.#at++];
  }
}

/** How many items the input of a child has that got a batch. @param input as JSON text */
export function itemsOfBatch(input: string): number {
  const value = parseJson(input);
  const items = isJsonObject(value) ? memberOf(value, 'Items') : undefined;
  return items !== undefined && isJsonArray(items) ? items.length : 1;
}

function tooLarge(index: number, limit: number): Failure {
  const cause = `The input of batch ${index} is larger than ${limit} bytes of JSON, the limit of the data of a state. Make the items or BatchInput smaller.`;
  return { error: 'FnF.DataLimitExceeded', cause };
}
