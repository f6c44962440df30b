/**
 * Text of an expression → tokens, one at a time. Operators of other languages are tokens too, so that the parser can name
 * the alternative. Each character is read a bounded number of times.
 */
import { beginning } from '../base/text.ts';
import type { LongNumber } from '../base/json.ts';
import { parseJson } from '../base/json.ts';
import type { FaultList } from './fault-list.ts';

export interface Token {
  readonly kind: 'end' | 'text' | 'number' | 'variable' | 'word' | 'mark';
  /** The mark, the word, the variable with its `$`, the decoded text, or the digits of a number. */
  readonly text: string;
  /** The value of a number; 0 for other tokens. */
  readonly number: number | LongNumber;
  readonly start: number;
  readonly end: number;
}

const WHITE = /[\s\ufeff]*/y;
const NUMBER = /(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const NUMBER_LIKE = /[0-9\p{L}_]+(?:\.[0-9\p{L}_]+)*\.?/uy;
const NAME = /[\p{L}_][\p{L}\p{N}\p{M}_]*/uy;
const NAME_PARTS = /[\p{L}\p{N}\p{M}_]*(?:-[\p{L}\p{N}\p{M}_]+)*/uy;
/** The longest marks come first, so that `!==` is not read as `!=` and `=`. */
const MARK = /===|!==|\?\?|\?\.|&&|\|\||==|!=|<=|>=|=~|!~|=>|=<|<>|\*\*|\.\.|[-!<>()[\]{},.:=&|+*/%^~?;@#\\]/y;
const PLAIN_NAME = /^[\p{L}_][\p{L}\p{N}\p{M}_]*$/u;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const TYPOGRAPHIC_CLOSING: Readonly<Record<string, string>> = {
  '“': '”',
  '”': '”',
  '„': '“',
  '‘': '’',
  '’': '’',
  '«': '»',
  '「': '」',
  '『': '』',
  '＂': '＂',
  '＇': '＇',
};

/** True if a path can have `.name`. Other names need `["name"]`. */
export function isPlainName(name: string): boolean {
  return PLAIN_NAME.test(name);
}

export class Lexer {
  readonly source: string;
  readonly #faults: FaultList;
  /** The end of the last token. */
  #position = 0;

  constructor(source: string, faults: FaultList) {
    this.source = source;
    this.#faults = faults;
  }

  next(): Token {
    this.#match(WHITE);
    const start = this.#position;
    if (start >= this.source.length) return this.#token('end', '', start);
    const c = this.source.charAt(start);
    if (c === '"' || c === "'") return this.#quoted(c, start);
    if (c === '`') return this.#raw(start);
    if (c === '$') return this.#variable(start);
    if (c >= '0' && c <= '9') return this.#number(start);
    const mark = this.#match(MARK);
    if (mark !== '') return this.#token('mark', mark, start);
    const word = this.#match(NAME);
    if (word !== '') return this.#token('word', word, start);
    return this.#foreign(start);
  }

  /** Reads the name after a `.`; empty if there is none. Reads a name with dashes as a whole. */
  pathName(): { readonly name: string; readonly start: number } {
    this.#match(WHITE);
    const start = this.#position;
    return { name: this.#match(NAME_PARTS), start };
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.source);
    if (found === null) return '';
    this.#position = pattern.lastIndex;
    return found[0];
  }

  #token(kind: Token['kind'], text: string, start: number, number: number | LongNumber = 0): Token {
    return { kind, text, number, start, end: this.#position };
  }

  #variable(start: number): Token {
    this.#position++;
    const name = this.#match(NAME);
    return this.#token('variable', `$${name}`, start);
  }

  #number(start: number): Token {
    const digits = this.#match(NUMBER);
    const end = this.#position;
    this.#position = start;
    const written = this.#match(NUMBER_LIKE);
    // NUMBER_LIKE includes a point at the end, as in `1..2` and `[1.e]`, but ends before the sign in `1e+3`.
    if (written.length > digits.length) {
      const message = `${beginning(written, 40)} is not a number: numbers are written as in JSON, such as 12, 0.5 or 1e3`;
      this.#faults.add('expression-number', message, start, written.length);
      return this.#token('number', '0', start);
    }
    this.#position = end;
    return this.#token('number', digits, start, parseJson(digits) as number | LongNumber);
  }

  #raw(start: number): Token {
    const end = this.source.indexOf('`', start + 1);
    if (end < 0) return this.#unterminated('`', start);
    this.#position = end + 1;
    return this.#token('text', this.source.slice(start + 1, end), start);
  }

  #quoted(quote: string, start: number): Token {
    const parts: string[] = [];
    let from = start + 1;
    const special = quote === '"' ? /["\\]/g : /['\\]/g;
    for (;;) {
      special.lastIndex = from;
      const found = special.exec(this.source);
      if (found === null) return this.#unterminated(quote, start);
      parts.push(this.source.slice(from, found.index));
      if (found[0] === quote) {
        this.#position = found.index + 1;
        const text = parts.join('');
        if (!text.isWellFormed()) {
          const message = 'an escape \\u in this text is half of a surrogate pair, so no character';
          this.#faults.add('expression-text', message, start, this.#position - start);
        }
        return this.#token('text', text, start);
      }
      from = this.#escape(found.index, parts);
    }
  }

  /** Decodes the escape at `at` into `parts`, and returns its end. */
  #escape(at: number, parts: string[]): number {
    const c = this.source.charAt(at + 1);
    if (c === 'u') {
      const hex = this.source.slice(at + 2, at + 6);
      if (/^[0-9a-fA-F]{4}$/.test(hex)) {
        parts.push(String.fromCharCode(Number.parseInt(hex, 16)));
        return at + 6;
      }
      this.#faults.add('expression-text', 'the escape \\u takes four hexadecimal digits', at, 2);
      return at + 2;
    }
    const plain = Object.hasOwn(ESCAPES, c) ? ESCAPES[c] : undefined;
    if (plain !== undefined) {
      parts.push(plain);
    } else if (c !== '') {
      const whole = String.fromCodePoint(this.source.codePointAt(at + 1) ?? 0);
      const message = `there is no escape \\${whole}: write \\\\${whole}, or put the text between back-quotes`;
      this.#faults.add('expression-text', message, at, 1 + whole.length);
    }
    return at + 2;
  }

  #unterminated(quote: string, start: number): Token {
    const message = `the text that begins here does not end: ${quote} is missing`;
    return this.#faults.stop('expression-text', message, start, this.source.length - start);
  }

  /** Adds a fault for a character with which no token begins. */
  #foreign(start: number): Token {
    const c = String.fromCodePoint(this.source.codePointAt(start) ?? 0);
    const closing = Object.hasOwn(TYPOGRAPHIC_CLOSING, c) ? TYPOGRAPHIC_CLOSING[c] : undefined;
    if (closing !== undefined) return this.#typographic(c, closing, start);
    this.#position = start + c.length;
    const code = c.codePointAt(0) ?? 0;
    if (code >= 0xff01 && code <= 0xff5e) {
      const half = String.fromCharCode(code - 0xfee0);
      return this.#faults.stop(
        'expression-character',
        `${c} is a full-width character: write ${half}`,
        start,
        c.length,
      );
    }
    const shown = code < 0x20 || (code >= 0x7f && code < 0xa0) ? `U+${code.toString(16).padStart(4, '0')}` : c;
    return this.#faults.stop('expression-character', `the character ${shown} has no meaning here`, start, c.length);
  }

  #typographic(opening: string, closing: string, start: number): Token {
    const message = `${opening} is a typographic quotation mark: write " or '`;
    const end = this.source.indexOf(closing, start + 1);
    if (end < 0) return this.#faults.stop('expression-character', message, start, 1);
    this.#faults.add('expression-character', message, start, 1);
    this.#position = end + 1;
    return this.#token('text', this.source.slice(start + 1, end), start);
  }
}
