/** Gives the parser one token at a time, and adds its faults. */
import { beginning } from '../base/text.ts';
import type { FaultList } from './fault-list.ts';
import type { Grammar } from './grammar.ts';
import type { Token } from './lexer.ts';
import { Lexer } from './lexer.ts';

/** Longest text of one expression, in UTF-16 units: as long as the data of a state may be (rules.md 9.11). */
export const MAX_CHARACTERS = 65_536;
/** Most parts of one expression: operators, calls, literals, variables, and the segments of paths (rules.md 9.11). */
export const MAX_PARTS = 10_000;
/** Deepest nesting of parentheses, prefixes, literals and calls together. */
export const MAX_NESTING = 100;
/** Most function calls inside each other (rules.md 9.7). */
export const MAX_CALL_DEPTH = 10;

export class TokenReader {
  readonly source: string;
  readonly faults: FaultList;
  readonly wildcard: boolean;
  /** True if advice can name functions. */
  readonly functions: boolean;
  readonly #lexer: Lexer;
  /** The current token, which is not consumed yet. */
  token: Token;
  /** The end of the last consumed token. */
  consumedEnd = 0;
  callDepth = 0;
  #nesting = 0;

  /** @throws {ReadingStopped} when the text does not begin with a token. */
  constructor(source: string, grammar: Grammar, faults: FaultList) {
    this.source = source;
    this.faults = faults;
    this.wildcard = grammar.wildcard ?? false;
    this.functions = grammar.functions ?? true;
    this.#lexer = new Lexer(source, faults);
    this.token = this.#lexer.next();
  }

  /** Consumes and returns the current token. */
  advance(): Token {
    const consumed = this.token;
    this.consumedEnd = consumed.end;
    this.token = this.#lexer.next();
    return consumed;
  }

  /** Consumes the current `.` and the name after it. Returns the name, which is empty if there is none. */
  advanceOverName(): { readonly name: string; readonly start: number } {
    const found = this.#lexer.pathName();
    this.consumedEnd = found.start + found.name.length;
    this.token = this.#lexer.next();
    return found;
  }

  atEnd(): boolean {
    return this.token.kind === 'end';
  }

  isMark(mark: string): boolean {
    return this.token.kind === 'mark' && this.token.text === mark;
  }

  /** Consumes the current token if it is this mark. */
  accept(mark: string): boolean {
    if (!this.isMark(mark)) return false;
    this.advance();
    return true;
  }

  /** Consumes the mark that closes `opening`, or stops with a fault. */
  close(mark: string, opening: Token): void {
    if (this.accept(mark)) return;
    const place = `the "${opening.text}" at character ${opening.start + 1} is not closed`;
    this.stop('expression-syntax', `"${mark}" is missing before ${this.describe()}: ${place}`);
  }

  /** Calls `read` one level deeper, or stops at {@link MAX_NESTING}. */
  nested<T>(read: () => T): T {
    if (this.#nesting >= MAX_NESTING) {
      this.stop('expression-depth', `the expression is nested deeper than ${MAX_NESTING} levels`);
    }
    this.#nesting++;
    const result = read();
    this.#nesting--;
    return result;
  }

  /** The current token for messages. */
  describe(): string {
    return this.token.kind === 'end' ? 'the end' : beginning(this.source.slice(this.token.start, this.token.end), 40);
  }

  width(): number {
    return this.token.end - this.token.start;
  }

  /** Adds a fault at the current token. */
  fault(code: Parameters<FaultList['add']>[0], message: string): void {
    this.faults.add(code, message, this.token.start, this.width());
  }

  /** Adds a fault at the current token, and stops reading. */
  stop(code: Parameters<FaultList['add']>[0], message: string): never {
    return this.faults.stop(code, message, this.token.start, this.width());
  }
}
