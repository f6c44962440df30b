/** Reads the text of intrinsic functions: calls, quoted texts, numbers, paths. */
import { cut } from '../../base/text.ts';
import { numberLiteral } from '../number-literal.ts';
import { literal } from '../terms.ts';
import type { Term } from '../terms.ts';

/** Returns the value of a path. @throws {Unconvertible} */
export type ReadPath = (text: string) => Term;

/** The message says why there is no equivalent: one sentence without a full stop. */
export class Unconvertible extends Error {
  override readonly name = 'Unconvertible';
}

/** Deepest nesting of calls. The service allows ten. */
const NESTING_MAX = 20;

export function isIntrinsic(text: string): boolean {
  return /^\s*States\.\w*\s*\(/.test(text);
}

/** Returns the value of a call. Quoted texts still have their escapes. @throws {Unconvertible} */
export type Call = (name: string, args: readonly Term[]) => Term;

/** Reads a whole text. @throws {Unconvertible} */
export function readIntrinsic(text: string, readPath: ReadPath, call: Call): Term {
  const reader = new Reader(text, readPath, call);
  const term = reader.value(0);
  reader.end();
  return term;
}

class Reader {
  readonly #text: string;
  readonly #readPath: ReadPath;
  readonly #convert: Call;
  #at = 0;

  constructor(text: string, readPath: ReadPath, convert: Call) {
    this.#text = text;
    this.#readPath = readPath;
    this.#convert = convert;
  }

  end(): void {
    if (this.#take(/\s*/y) !== null && this.#at < this.#text.length) this.#fail();
  }

  value(depth: number): Term {
    if (depth > NESTING_MAX) throw new Unconvertible('intrinsic functions are nested too deeply');
    this.#take(/\s*/y);
    const name = this.#take(/States\.(\w+)\s*\(/y);
    if (name !== null) return this.#call(name[1] as string, depth);
    const text = this.#take(/'((?:[^'\\]|\\[\s\S])*)'/y);
    if (text !== null) return this.#quoted(text[1] as string);
    const path = this.#take(/\$(?:[^,()'"\s[]|\[(?:[^\]'"]|'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*")*\])*/y);
    if (path !== null) return this.#readPath(path[0]);
    const word = this.#take(/true|false|null/y);
    if (word !== null) return literal(word[0] === 'null' ? null : word[0] === 'true');
    const number = this.#take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (number !== null) return numberLiteral(number[0]);
    return this.#fail();
  }

  #call(name: string, depth: number): Term {
    const args: Term[] = [];
    if (this.#take(/\s*\)/y) === null) {
      do args.push(this.value(depth + 1));
      while (this.#take(/\s*,/y) !== null);
      if (this.#take(/\s*\)/y) === null) this.#fail();
    }
    return this.#convert(name, args);
  }

  /** Refuses a backslash before a character that has no meaning for functions, which fails the original too. */
  #quoted(text: string): Term {
    const open = /^(?:[^\\]|\\['{}\\])*\\([^'{}\\])/.exec(text)?.[1];
    if (open === undefined) return literal(text);
    throw new Unconvertible(
      `in ${JSON.stringify(cut(text, 60))} the backslash before ${open} must be before ', {, } or \\`,
    );
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }

  #fail(): never {
    throw new Unconvertible(`${JSON.stringify(cut(this.#text, 80))} is not an intrinsic function`);
  }
}
