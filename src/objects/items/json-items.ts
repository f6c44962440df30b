/** The elements of the array in a JSON file. */
import { isUtf8 } from 'node:buffer';
import { JsonFault, parseJson } from '../../base/json.ts';
import type { JsonValue } from '../../base/json.ts';
import { beginning } from '../../base/text.ts';
import { malformed } from '../faults.ts';
import type { Bytes } from './bytes.ts';
import { MAX_ITEM_BYTES } from './items.ts';
import type { Items } from './items.ts';
import { JsonSplitter, SplitFault } from './json-splitter.ts';

export class JsonItems implements Items {
  readonly #source: Bytes;
  readonly #what: string;
  readonly #splitter: JsonSplitter;
  #isEnded = false;

  /**
   * @param what the file in messages
   * @param pointer JSON pointer to the array; empty: the file is the array
   */
  constructor(source: Bytes, what: string, pointer: string) {
    this.#source = source;
    this.#what = what;
    this.#splitter = this.#orFault(() => new JsonSplitter(pointer, MAX_ITEM_BYTES));
  }

  async next(): Promise<readonly JsonValue[]> {
    const items: JsonValue[] = [];
    while (items.length === 0 && !this.#isEnded) {
      const slice = this.#splitter.isDone ? null : await this.#source.next();
      this.#isEnded = slice === null;
      this.#orFault(() => {
        if (slice !== null) this.#splitter.push(slice, (item) => items.push(this.#parsed(item)));
        else this.#splitter.end();
      });
    }
    return items;
  }

  #parsed(item: Buffer): JsonValue {
    const name = `item ${this.#splitter.items}`;
    if (!isUtf8(item)) throw new SplitFault(`is not valid UTF-8 in ${name}; save it as UTF-8`);
    try {
      return parseJson(item.toString());
    } catch (error) {
      if (error instanceof JsonFault) throw new SplitFault(`is not JSON in ${name}: ${beginning(error.message)}`);
      throw error;
    }
  }

  #orFault<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof SplitFault) throw malformed(this.#what, error.message);
      throw error;
    }
  }
}
