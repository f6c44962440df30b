/**
 * A reader of JSON texts with numbers that a double cannot represent.
 *
 * `JSON.parse` reads all other texts, and is several times faster. For these it would need a reviver, which takes a third of a
 * second for a mebibyte. This reader takes at most a few times as long as `JSON.parse`.
 */

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const LIST = 0x5b;
const BACKSLASH = 0x5c;
const LIST_END = 0x5d;
const MAP = 0x7b;
const MAP_END = 0x7d;
/** Digits of the shortest integer that may be beyond ±(2^53−1). */
const LONG_DIGITS = 16;
/** Digits of the exponent of a short number beyond a double: 1e309. */
const LONG_EXPONENT = 3;
/** `JSON.parse` decodes longer texts with escapes faster. */
const SHORT_TEXT = 64;

export interface Survey {
  /** Levels of arrays and objects inside each other, as far as the text is JSON. */
  readonly deepest: number;
  /** False if no number outside the texts is long. */
  readonly mayHaveLong: boolean;
}

/** Surveys a text, which need not be JSON. Looks at each character once. */
export function surveyJson(text: string): Survey {
  let depth = 0;
  let deepest = 0;
  let mayHaveLong = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      i = closingQuote(text, i + 1);
    } else if (isDigit(c)) {
      const end = endOfDigits(text, i);
      if (end - i >= LONG_DIGITS) mayHaveLong = true;
      else if (isExponent(text.charCodeAt(end))) {
        const from = afterSign(text, end + 1);
        if (endOfDigits(text, from) - from >= LONG_EXPONENT) mayHaveLong = true;
      }
      i = end - 1;
    } else if (c === LIST || c === MAP) {
      if (++depth > deepest) deepest = depth;
    } else if (c === LIST_END || c === MAP_END) {
      depth--;
    }
  }
  return { deepest, mayHaveLong };
}

/** Makes the parts of a value that are not plain JavaScript. */
export interface Makers<T> {
  /** Of the text of a number: an integer beyond ±(2^53−1), or a number beyond all doubles. */
  long(digits: string): T;
  setMember(object: Record<string, T>, key: string, value: T): void;
}

/** Reads a JSON text. Its recursion is as deep as the text. Null when the text is not JSON. */
export function readLongJson<T>(text: string, makers: Makers<T>): { readonly value: T } | null {
  const reader = new Reader<T>(text, makers);
  try {
    return { value: reader.whole() };
  } catch (error) {
    if (error instanceof NoJson) return null;
    throw error;
  }
}

/** The text is not JSON. It never leaves this file. */
class NoJson extends Error {
  override readonly name = 'NoJson';
}

class Reader<T> {
  readonly #text: string;
  readonly #makers: Makers<T>;
  #at = 0;

  constructor(text: string, makers: Makers<T>) {
    this.#text = text;
    this.#makers = makers;
  }

  whole(): T {
    const value = this.#value(this.#next());
    if (!Number.isNaN(this.#next())) throw new NoJson();
    return value;
  }

  /** The next character that is no white space, which stays the next; NaN at the end. */
  #next(): number {
    let c = this.#text.charCodeAt(this.#at);
    while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = this.#text.charCodeAt(++this.#at);
    return c;
  }

  #value(c: number): T {
    if (c === QUOTE) return this.#string() as T;
    if (c === MAP) return this.#map();
    if (c === LIST) return this.#list();
    if (isDigit(c) || c === MINUS) return this.#number();
    if (c === 0x74) return this.#word('true', true as T);
    if (c === 0x66) return this.#word('false', false as T);
    if (c === 0x6e) return this.#word('null', null as T);
    throw new NoJson();
  }

  #word(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw new NoJson();
    this.#at += word.length;
    return value;
  }

  #list(): T {
    const items: T[] = [];
    this.#at++;
    let c = this.#next();
    if (c === LIST_END) this.#at++;
    else {
      for (;;) {
        items.push(this.#value(c));
        if (this.#isLast(LIST_END)) break;
        c = this.#next();
      }
    }
    return items as T;
  }

  #map(): T {
    const object: Record<string, T> = {};
    this.#at++;
    let c = this.#next();
    if (c === MAP_END) this.#at++;
    else {
      for (;;) {
        if (c !== QUOTE) throw new NoJson();
        const key = this.#string();
        if (this.#next() !== COLON) throw new NoJson();
        this.#at++;
        this.#makers.setMember(object, key, this.#value(this.#next()));
        if (this.#isLast(MAP_END)) break;
        c = this.#next();
      }
    }
    return object as T;
  }

  /** Reads the comma or the end after an entry. */
  #isLast(end: number): boolean {
    const c = this.#next();
    this.#at++;
    if (c === COMMA) return false;
    if (c !== end) throw new NoJson();
    return true;
  }

  #string(): string {
    const text = this.#text;
    const from = this.#at + 1;
    let isPlain = true;
    for (let i = from; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === QUOTE) {
        this.#at = i + 1;
        return isPlain ? copied(text, from, i) : decoded(text, from, i);
      }
      if (c < 0x20) throw new NoJson();
      if (c !== BACKSLASH) continue;
      isPlain = false;
      i++;
    }
    throw new NoJson();
  }

  #number(): T {
    const text = this.#text;
    const from = this.#at;
    const whole = text.charCodeAt(from) === MINUS ? from + 1 : from;
    let end = text.charCodeAt(whole) === ZERO ? whole + 1 : endOfDigits(text, whole);
    if (end === whole) throw new NoJson();
    const digits = end - whole;
    if (text.charCodeAt(end) === POINT) end = this.#digits(end + 1);
    if (isExponent(text.charCodeAt(end))) end = this.#digits(afterSign(text, end + 1));
    this.#at = end;
    if (end === whole + digits) return this.#integer(from, whole, end);
    const number = Number(text.slice(from, end));
    return Number.isFinite(number) ? (number as T) : this.#long(from, end);
  }

  #long(from: number, end: number): T {
    return this.#makers.long(copied(this.#text, from, end));
  }

  /** The end of one digit or more. */
  #digits(from: number): number {
    const end = endOfDigits(this.#text, from);
    if (end === from) throw new NoJson();
    return end;
  }

  #integer(from: number, whole: number, end: number): T {
    const text = this.#text;
    if (end - whole > LONG_DIGITS) return this.#long(from, end);
    let number = 0;
    for (let i = whole; i < end; i++) number = number * 10 + (text.charCodeAt(i) - ZERO);
    if (number > Number.MAX_SAFE_INTEGER) return this.#long(from, end);
    return (from === whole ? number : -number) as T;
  }
}

/** V8 copies a shorter slice; a longer one holds the whole text in memory. */
const SLICE_THAT_HOLDS = 13;

/** A part of the text that does not hold the rest of it in memory. It has no escapes. */
function copied(text: string, from: number, to: number): string {
  const length = to - from;
  if (length < SLICE_THAT_HOLDS) return text.slice(from, to);
  const middle = from + (length >> 1);
  if (to - middle < SLICE_THAT_HOLDS) return text.slice(from, middle) + text.slice(middle, to);
  return JSON.parse(`"${text.slice(from, to)}"`) as string;
}

/** The text between two quotation marks, with its escapes decoded. */
function decoded(text: string, from: number, to: number): string {
  if (to - from > SHORT_TEXT) return nativelyDecoded(text, from, to);
  let result = '';
  for (let i = from; i < to; i++) {
    const c = text.charAt(i);
    if (c !== '\\') {
      result += c;
      continue;
    }
    const escape = SIMPLE_ESCAPES[text.charAt(++i)];
    if (escape === undefined) return nativelyDecoded(text, from, to);
    result += escape;
  }
  return result;
}

function nativelyDecoded(text: string, from: number, to: number): string {
  try {
    return JSON.parse(text.slice(from - 1, to + 1)) as string;
  } catch {
    throw new NoJson();
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = Object.assign(Object.create(null) as Record<string, string>, {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
});

/** The place of the quotation mark that ends a text; the end of all if none does. */
function closingQuote(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) return i;
    if (c === BACKSLASH) i++;
  }
  return text.length;
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}

function afterSign(text: string, at: number): number {
  const c = text.charCodeAt(at);
  return c === MINUS || c === 0x2b ? at + 1 : at;
}

function isExponent(c: number): boolean {
  return c === 0x65 || c === 0x45;
}

function isDigit(c: number): boolean {
  return c >= ZERO && c <= NINE;
}
