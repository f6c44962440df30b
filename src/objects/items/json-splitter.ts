/**
 * Finds the elements of the array in a JSON text that arrives in slices, each as its bytes. `base/json.ts` reads the elements, because no
 * streaming parser that we found returns the digits of a long integer or a member named `__proto__` as they are. This file only looks at
 * brackets, commas and quotation marks; what it passes over on the way to the array need not be valid.
 */

/** Why a text has no array where it should have one, or no end. The message completes a sentence whose subject is the file. */
export class SplitFault extends Error {
  override readonly name = 'SplitFault';
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const LIST = 0x5b;
const BACKSLASH = 0x5c;
const LIST_END = 0x5d;
const MAP = 0x7b;
const MAP_END = 0x7d;

type State =
  | 'begin' // the value that the next token of the pointer, or the items, are in
  | 'key'
  | 'colon'
  | 'afterMember'
  | 'element'
  | 'afterElement'
  | 'firstItem'
  | 'item'
  | 'afterItem'
  | 'end';

/** The use of the value that is being scanned. */
type Purpose = 'key' | 'skip' | 'item';

export class JsonSplitter {
  readonly #tokens: readonly string[];
  readonly #pointer: string;
  readonly #maxItemBytes: number;
  /** Tokens of the pointer that were followed. */
  #level = 0;
  #state: State = 'begin';
  /** Of the array that the pointer leads through. */
  #index = 0;
  #key = '';
  #items = 0;
  // The value that is being scanned.
  #purpose: Purpose | null = null;
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  /** True for a number or a word, which ends where something else begins. */
  #isBare = false;
  #parts: Buffer[] = [];
  #length = 0;

  /**
   * @param pointer JSON pointer to the array; empty: the whole text is the array
   * @throws {SplitFault} for a text that is no JSON pointer
   */
  constructor(pointer: string, maxItemBytes: number) {
    if (pointer !== '' && !pointer.startsWith('/')) {
      throw new SplitFault(`cannot be read with ItemsPointer "${pointer}", which has to begin with "/"`);
    }
    this.#pointer = pointer;
    this.#tokens = pointer
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
    this.#maxItemBytes = maxItemBytes;
  }

  /** Elements so far. */
  get items(): number {
    return this.#items;
  }

  /** True when no more has to be read. After an array that is the whole text, the rest is read to see that nothing follows. */
  get isDone(): boolean {
    return this.#state === 'end' && this.#tokens.length > 0;
  }

  /** Calls `emit` with the bytes of each element that ends in this slice. @throws {SplitFault} */
  push(slice: Buffer, emit: (item: Buffer) => void): void {
    let at = 0;
    while (at < slice.length && !this.isDone) {
      if (this.#purpose !== null) at = this.#scan(slice, at, emit);
      else if (isSpace(slice[at] as number)) at++;
      else at = this.#step(slice[at] as number, at);
    }
  }

  /** @throws {SplitFault} when the text has ended too early */
  end(): void {
    if (this.#state === 'end') return;
    if (this.#state === 'begin' && this.#level === 0 && this.#purpose === null) throw new SplitFault('is empty');
    const where = this.#items > 0 ? `, after item ${this.#items}` : '';
    throw new SplitFault(`ends in the middle of its JSON${where}; check that it was written completely`);
  }

  /** One character between values. Returns where to continue. */
  #step(c: number, at: number): number {
    switch (this.#state) {
      case 'begin':
        return this.#begin(c, at);
      case 'key':
        if (c === MAP_END) throw this.#nowhere();
        if (c !== QUOTE) throw this.#unexpected(c);
        return this.#scanFrom('key', at);
      case 'colon':
        if (c !== COLON) throw this.#unexpected(c);
        if (this.#key === this.#tokens[this.#level]) this.#descend();
        else this.#skip('afterMember');
        return at + 1;
      case 'afterMember':
        if (c === MAP_END) throw this.#nowhere();
        if (c !== COMMA) throw this.#unexpected(c);
        this.#state = 'key';
        return at + 1;
      case 'element':
        if (c === LIST_END) throw this.#nowhere();
        if (String(this.#index) === this.#tokens[this.#level]) this.#descend();
        else this.#skip('afterElement');
        return at;
      case 'afterElement':
        if (c === LIST_END) throw this.#nowhere();
        if (c !== COMMA) throw this.#unexpected(c);
        this.#index++;
        this.#state = 'element';
        return at + 1;
      case 'firstItem':
      case 'item':
        if (c === LIST_END && this.#state === 'firstItem') return this.#finish(at);
        this.#state = 'afterItem';
        return this.#scanFrom('item', at);
      case 'afterItem':
        if (c === LIST_END) return this.#finish(at);
        if (c !== COMMA) throw this.#unexpected(c);
        this.#state = 'item';
        return at + 1;
      case 'end':
        throw new SplitFault('has something behind the array; one JSON array has to be all of it');
    }
  }

  #begin(c: number, at: number): number {
    if (this.#level === this.#tokens.length) {
      if (c !== LIST) throw this.#noArray(c);
      this.#state = 'firstItem';
    } else if (c === MAP) {
      this.#state = 'key';
    } else if (c === LIST) {
      this.#index = 0;
      this.#state = 'element';
    } else throw this.#nowhere();
    return at + 1;
  }

  #descend(): void {
    this.#level++;
    this.#state = 'begin';
  }

  /** The next value is passed over. */
  #skip(then: State): void {
    this.#state = then;
    this.#purpose = 'skip';
    this.#reset();
  }

  #scanFrom(purpose: Purpose, at: number): number {
    this.#purpose = purpose;
    this.#reset();
    return at;
  }

  #reset(): void {
    this.#depth = 0;
    this.#isText = false;
    this.#isEscaped = false;
    this.#isBare = false;
    this.#parts = [];
    this.#length = 0;
  }

  #finish(at: number): number {
    this.#state = 'end';
    return at + 1;
  }

  /** Reads on in a value. Returns where it ends, or the end of the slice. */
  #scan(slice: Buffer, from: number, emit: (item: Buffer) => void): number {
    let at = from;
    for (; at < slice.length; at++) {
      const c = slice[at] as number;
      if (this.#isText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (c === BACKSLASH) this.#isEscaped = true;
        else if (c === QUOTE) {
          this.#isText = false;
          if (this.#depth === 0) return this.#ended(slice, from, at + 1, emit);
        }
      } else if (c === QUOTE && !this.#isBare) {
        this.#isText = true;
      } else if ((c === LIST || c === MAP) && !this.#isBare) {
        this.#depth++;
      } else if (this.#depth > 0) {
        if ((c === LIST_END || c === MAP_END) && --this.#depth === 0) return this.#ended(slice, from, at + 1, emit);
      } else if (this.#isBare) {
        if (isSpace(c) || c === COMMA || c === LIST_END || c === MAP_END) return this.#ended(slice, from, at, emit);
      } else if (!isSpace(c)) {
        if (c === COMMA || c === COLON || c === LIST_END || c === MAP_END) throw this.#unexpected(c);
        this.#isBare = true;
      }
    }
    this.#collect(slice, from, at);
    return at;
  }

  #collect(slice: Buffer, from: number, to: number): void {
    if (this.#purpose === 'skip') return;
    this.#length += to - from;
    if (this.#length > this.#maxItemBytes) {
      throw new SplitFault(`has an item of more than ${this.#maxItemBytes / 1_048_576} MiB: item ${this.#items + 1}`);
    }
    this.#parts.push(slice.subarray(from, to));
  }

  #ended(slice: Buffer, from: number, to: number, emit: (item: Buffer) => void): number {
    this.#collect(slice, from, to);
    const purpose = this.#purpose;
    const bytes = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    this.#purpose = null;
    this.#parts = [];
    if (purpose === 'item') {
      this.#items++;
      emit(bytes);
    } else if (purpose === 'key') {
      this.#key = keyOf(bytes);
      this.#state = 'colon';
    }
    return to;
  }

  #noArray(c: number): SplitFault {
    const where = this.#pointer === '' ? 'has' : `has at ItemsPointer "${this.#pointer}"`;
    const advice =
      this.#pointer === '' && c === MAP
        ? '; name the array in it with ItemsPointer, or use JSONL for one object a line'
        : '';
    return new SplitFault(`${where} ${kindOf(c)} where a JSON array has to be${advice}`);
  }

  #nowhere(): SplitFault {
    return new SplitFault(`has nothing at ItemsPointer "${this.#pointer}"; correct the pointer`);
  }

  #unexpected(c: number): SplitFault {
    return new SplitFault(`is not JSON: ${shown(c)} is not expected after ${this.#items} items`);
  }
}

function keyOf(bytes: Buffer): string {
  try {
    return JSON.parse(bytes.toString()) as string;
  } catch {
    throw new SplitFault('is not JSON: the name of a member is no valid text');
  }
}

function kindOf(c: number): string {
  if (c === MAP) return 'an object';
  if (c === QUOTE) return 'a text';
  if (/[-\d]/.test(String.fromCharCode(c))) return 'a number';
  if (/[tfn]/.test(String.fromCharCode(c))) return 'a word';
  return shown(c);
}

function shown(c: number): string {
  return c > 0x20 && c < 0x7f ? `"${String.fromCharCode(c)}"` : `the byte ${c}`;
}

function isSpace(c: number): boolean {
  return c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;
}
