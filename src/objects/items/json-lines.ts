/** The lines of a JSON Lines file, each a JSON value. Empty lines are no items. */
import { isUtf8 } from 'node:buffer';
import { JsonFault, parseJson } from '../../base/json.ts';
import type { JsonValue } from '../../base/json.ts';
import { beginning } from '../../base/text.ts';
import { malformed } from '../faults.ts';
import type { ObjectFault } from '../ports.ts';
import type { Bytes } from './bytes.ts';
import { MAX_ITEM, MAX_ITEM_BYTES } from './items.ts';
import type { Items } from './items.ts';

const LINE_END = 0x0a;

export class JsonLines implements Items {
  readonly #source: Bytes;
  readonly #what: string;
  /** The parts of a line whose end has not arrived, and their length. */
  #parts: Buffer[] = [];
  #length = 0;
  #line = 0;
  #isEnded = false;

  /** @param what the file in messages */
  constructor(source: Bytes, what: string) {
    this.#source = source;
    this.#what = what;
  }

  async next(): Promise<readonly JsonValue[]> {
    const items: JsonValue[] = [];
    while (items.length === 0 && !this.#isEnded) {
      const slice = await this.#source.next();
      if (slice === null) {
        this.#isEnded = true;
        this.#end(items);
      } else this.#push(slice, items);
    }
    return items;
  }

  #push(slice: Buffer, items: JsonValue[]): void {
    let from = 0;
    for (let end = slice.indexOf(LINE_END); end >= 0; end = slice.indexOf(LINE_END, from)) {
      this.#add(slice.subarray(from, end));
      this.#end(items);
      from = end + 1;
    }
    this.#add(slice.subarray(from));
  }

  #add(part: Buffer): void {
    this.#length += part.length;
    if (this.#length > MAX_ITEM_BYTES) throw this.#fault(this.#line + 1, `is longer than ${MAX_ITEM}`);
    if (part.length > 0) this.#parts.push(part);
  }

  #end(items: JsonValue[]): void {
    const bytes = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    this.#line++;
    if (!isUtf8(bytes)) throw this.#fault(this.#line, 'is not valid UTF-8; save the file as UTF-8');
    const text = bytes.toString().trim();
    if (text === '') return;
    try {
      items.push(parseJson(text));
    } catch (error) {
      if (error instanceof JsonFault) throw this.#fault(this.#line, `is not JSON: ${beginning(error.message)}`);
      throw error;
    }
  }

  #fault(line: number, detail: string): ObjectFault {
    return malformed(this.#what, `cannot be read as JSON Lines: line ${line} ${detail}`);
  }
}
