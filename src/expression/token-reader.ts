/** The parser's view of the text: one token in hand, and the faults found so far. */
import type { FaultList } from './fault-list.ts';
import { clip } from './fault-list.ts';
import type { Grammar } from './grammar.ts';
import type { Token } from './lexer.ts';
import { Lexer } from './lexer.ts';

/** Deepest nesting of parentheses, prefixes, literals and calls together. */
export const MAX_NESTING = 100;
/** Calls inside calls (fdl.md 1, decisions.md 7): the eleventh is refused. */
export const MAX_CALL_DEPTH = 10;

export class TokenReader {
  readonly source: string;
  readonly faults: FaultList;
  readonly wildcard: boolean;
  /** Whether advice may name functions. */
  readonly functions: boolean;
  readonly #lexer: Lexer;
  token: Token;
  /** Where the last consumed token ended. */
  consumedEnd = 0;
  callDepth = 0;
  #nesting = 0;

  /** @throws {ReadingStopped} when the text does not even begin with a token. */
  constructor(source: string, grammar: Grammar, faults: FaultList) {
    this.source = source;
    this.faults = faults;
    this.wildcard = grammar.wildcard ?? false;
    this.functions = grammar.functions ?? true;
    this.#lexer = new Lexer(source, faults);
    this.token = this.#lexer.next();
  }

  advance(): Token {
    const consumed = this.token;
    this.consumedEnd = consumed.end;
    this.token = this.#lexer.next();
    return consumed;
  }

  /** With a `.` in hand: the name right after it, empty when none follows; the token after the name is then in hand. */
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

  accept(mark: string): boolean {
    if (!this.isMark(mark)) return false;
    this.advance();
    return true;
  }

  /** Consumes the mark that closes what `opening` opened. */
  close(mark: string, opening: Token): void {
    if (this.accept(mark)) return;
    const message = `"${mark}" is missing: the "${opening.text}" at character ${opening.start + 1} is not closed`;
    this.faults.stop('expression-syntax', `${message}; ${this.describe()} stands here`, this.token.start, this.width());
  }

  /** Runs `read` one level deeper. */
  nested<T>(read: () => T): T {
    if (this.#nesting >= MAX_NESTING) {
      const message = `the expression is nested deeper than ${MAX_NESTING} levels`;
      this.faults.stop('expression-depth', message, this.token.start, this.width());
    }
    this.#nesting++;
    const result = read();
    this.#nesting--;
    return result;
  }

  /** The token in hand, as a message names it. */
  describe(): string {
    return this.token.kind === 'end' ? 'the end' : clip(this.source.slice(this.token.start, this.token.end), 40);
  }

  width(): number {
    return this.token.end - this.token.start;
  }

  /** Adds a fault at the token in hand. */
  fault(code: Parameters<FaultList['add']>[0], message: string): void {
    this.faults.add(code, message, this.token.start, this.width());
  }

  /** Adds a fault at the token in hand and gives up. */
  stop(code: Parameters<FaultList['add']>[0], message: string): never {
    return this.faults.stop(code, message, this.token.start, this.width());
  }
}
