/** JSON texts of the server: read without losing a digit of a long number, and without a member changing the object's prototype. */

/** A number that a double cannot hold, with its digits. */
export class LongNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | LongNumber
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue>;

/**
 * Reads a JSON text; undefined for a text that is not JSON. Objects become maps, which have no prototype to change and whose
 * members have the order of the text, also those with numbers as names.
 */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return new Reader(text).whole();
  } catch {
    return undefined;
  }
}

/** Where a text stops being JSON, counted from 1; null for a JSON text. */
export function findJsonFault(text: string): { readonly line: number; readonly column: number } | null {
  const reader = new Reader(text);
  try {
    reader.whole();
    return null;
  } catch {
    const lines = text.slice(0, reader.at).split('\n');
    return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
  }
}

/** Writes a value, with digits as they were read. `indent`: 0 for one line. */
export function printJson(value: JsonValue, indent = 2, depth = 0): string {
  if (value instanceof LongNumber) return value.text;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const isList = Array.isArray(value);
  const parts = isList
    ? (value as readonly JsonValue[]).map((item) => printJson(item, indent, depth + 1))
    : [...(value as ReadonlyMap<string, JsonValue>)].map(
        ([name, member]) => `${JSON.stringify(name)}:${indent > 0 ? ' ' : ''}${printJson(member, indent, depth + 1)}`,
      );
  const [open, close] = isList ? '[]' : '{}';
  if (parts.length === 0) return `${open}${close}`;
  if (indent === 0) return `${open}${parts.join(',')}${close}`;
  const inner = ' '.repeat(indent * (depth + 1));
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${' '.repeat(indent * depth)}${close}`;
}

export function isObject(value: JsonValue | undefined): value is ReadonlyMap<string, JsonValue> {
  return value instanceof Map;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** How far it has read. */
  get at(): number {
    return this.#at;
  }

  whole(): JsonValue {
    const value = this.#value();
    this.#match(SPACE);
    if (this.#at < this.#text.length) throw new SyntaxError('more than one value');
    return value;
  }

  #value(): JsonValue {
    this.#match(SPACE);
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object();
      case '[':
        return this.#list();
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(): JsonValue {
    const members = new Map<string, JsonValue>();
    this.#at++;
    if (this.#takes('}')) return members;
    do {
      this.#match(SPACE);
      const name = this.#string();
      if (!this.#takes(':')) throw new SyntaxError('no colon');
      members.set(name, this.#value());
    } while (this.#takes(','));
    if (!this.#takes('}')) throw new SyntaxError('the object does not end');
    return members;
  }

  #list(): JsonValue {
    const items: JsonValue[] = [];
    this.#at++;
    if (this.#takes(']')) return items;
    do items.push(this.#value());
    while (this.#takes(','));
    if (!this.#takes(']')) throw new SyntaxError('the list does not end');
    return items;
  }

  #string(): string {
    const text = this.#match(STRING);
    if (text === '') throw new SyntaxError('no text');
    return JSON.parse(text) as string;
  }

  #number(): JsonValue {
    const text = this.#match(NUMBER);
    if (text === '') throw new SyntaxError('no value');
    const value = Number(text);
    return isExact(text, value) ? value : new LongNumber(text);
  }

  #word<T extends JsonValue>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw new SyntaxError('no value');
    this.#at += word.length;
    return value;
  }

  #takes(character: string): boolean {
    this.#match(SPACE);
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += text.length;
    return text;
  }
}

/** Whether printing the double gives the text of the number again; `-0` and `1.0` are none. */
function isExact(text: string, value: number): boolean {
  return String(value) === text;
}
