/**
 * The comments, the literals and the code of a TypeScript file. There is no parser, because TypeScript 7 has no API. Every
 * function returns a text of the same length with the same line breaks.
 */

type Kind = 'code' | 'comment' | 'literal';

interface Piece {
  readonly kind: Kind;
  readonly text: string;
}

/** The code, with comments, regular expressions and the contents of strings blanked. The quotes remain. */
export function codeOf(text: string): string {
  return piecesOf(text)
    .map(({ kind, text: piece }) => {
      if (kind === 'code') return piece;
      return kind === 'comment' || piece.startsWith('/') ? blank(piece) : withoutContent(piece);
    })
    .join('');
}

/** The code with its literals. Comments are blanked. */
export function withoutComments(text: string): string {
  return piecesOf(text)
    .map(({ kind, text: piece }) => (kind === 'comment' ? blank(piece) : piece))
    .join('');
}

/** The comments, and the contents of the literals that `isWanted` accepts. Everything else is blanked, quotes included. */
export function proseOf(text: string, isWanted: (literal: string) => boolean): string {
  return piecesOf(text)
    .map(({ kind, text: piece }) => {
      if (kind === 'comment') return piece;
      return kind === 'literal' && isWanted(piece) ? piece.replace(/\$\{$|^.|.$/gs, blank) : blank(piece);
    })
    .join('');
}

export function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function withoutContent(literal: string): string {
  return `${literal.slice(0, 1)}${blank(literal.slice(1, -1))}${literal.slice(-1)}`;
}

/** After these a slash begins a regular expression. After other code it divides. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%~^<>]|=>|\b(?:return|typeof|case|in|of|do|else|await|void|yield))\s*$/;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
const QUOTED = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/y;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/y;
const TEMPLATE = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)?/y;

const known = new Map<string, readonly Piece[]>();

/** The pieces of a text in their order. The code inside `${…}` of a template is code. */
function piecesOf(text: string): readonly Piece[] {
  const pieces = known.get(text) ?? cut(text);
  known.set(text, pieces);
  return pieces;
}

function cut(text: string): Piece[] {
  const pieces: Piece[] = [];
  /** For each open `${`, the number of braces open inside it. */
  const braces: number[] = [];
  let code = '';
  let at = 0;
  const take = (kind: Kind, end: number): void => {
    if (code !== '') pieces.push({ kind: 'code', text: code });
    code = '';
    pieces.push({ kind, text: text.slice(at, end) });
    at = end;
  };
  while (at < text.length) {
    const char = text[at] as string;
    const inTemplate = char === '`' || (char === '}' && braces.at(-1) === 0);
    if (inTemplate) {
      if (char === '}') braces.pop();
      const end = endOf(TEMPLATE, text, at + 1);
      if (text.slice(end - 2, end) === '${' && end - 2 > at - 1) braces.push(0);
      take('literal', end);
      continue;
    }
    const comment = char === '/' ? endOf(COMMENT, text, at) : at;
    if (comment > at) {
      take('comment', comment);
      continue;
    }
    const literal = /['"/]/.test(char) ? literalEnd(text, at, lastOf(pieces) + code) : at;
    if (literal > at) {
      take('literal', literal);
      continue;
    }
    if (char === '{' && braces.length > 0) braces.push((braces.pop() as number) + 1);
    if (char === '}' && braces.length > 0) braces.push((braces.pop() as number) - 1);
    code += char;
    at++;
  }
  if (code !== '') pieces.push({ kind: 'code', text: code });
  return pieces;
}

/** The last character that is not in a comment: a division may follow a string. */
function lastOf(pieces: readonly Piece[]): string {
  return pieces.findLast(({ kind }) => kind !== 'comment')?.text.slice(-1) ?? '';
}

/** Where a string or a regular expression ends that begins here; `at` when none does. */
function literalEnd(text: string, at: number, before: string): number {
  const char = text[at];
  if (char === "'" || char === '"') return endOf(QUOTED, text, at);
  return char === '/' && BEFORE_REGEX.test(before.slice(-200)) ? endOf(REGEX, text, at) : at;
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match === null ? at : at + match[0].length;
}
