/**
 * The rules of CONTRIBUTING.md, "Plain English", as far as a program can check them: words to avoid, and clauses used as the
 * subject of a sentence. It reads comments, texts for users in the code, and papers. Code in backticks and fenced blocks is
 * left out, and so are the targets of links.
 */

export interface ProseFault {
  readonly line: number;
  readonly rule: string;
  readonly text: string;
}

interface Rule {
  readonly rule: string;
  readonly pattern: RegExp;
}

const RULES: readonly Rule[] = [
  { rule: 'tell: say who notifies, reports or passes what', pattern: /\b(?:tells?|told|telling)\b/gi },
  { rule: 'keep: durable, retained, stored or held', pattern: /\b(?:keeps?|kept|keeping)\b(?!-alive)/gi },
  {
    rule: 'stand: is, continues, remains',
    pattern: /(?<![-\w])stand(?:s|ing)?\b(?!-|\s+(?:in\b|for\b|alone\b|still\b))/gi,
  },
  { rule: 'go on: continue', pattern: /\b(?:go|goes|going|went|gone) on\b/gi },
  { rule: 'draw back: abort', pattern: /\bdr(?:aw|aws|ew|awn) back\b/gi },
  { rule: 'hand on, hand over, hand out: pass, return', pattern: /\bhand(?:s|ed|ing)? (?:on|over|out|it|them)\b/gi },
  { rule: 'whoever: the caller, anyone who', pattern: /\b(?:who|what|which)(?:so)?ever\b/gi },
  { rule: 'nobody: no one, nothing', pattern: /\b(?:nobody|anybody|somebody)\b/gi },
  {
    rule: 'a clause as subject: make a component or a person the subject',
    pattern: /(?:^|[.;:!] |\*\/? |\/\/ )What (?!if\b)[a-z'’]+ [^?]*?(?:[.;]|$)/g,
  },
];

/** The faults in a text, with the lines they are in; `firstLine` is the number of its first line. */
export function proseFaults(text: string, firstLine = 1): ProseFault[] {
  return text.split('\n').flatMap((line, at) => {
    const prose = line
      .replace(/`[^`]*`/g, '``')
      .replace(/\]\([^)\s]*\)/g, ']')
      .replace(/\bhttps?:\S+/g, '');
    return RULES.flatMap(({ rule, pattern }) =>
      [...prose.matchAll(pattern)].map((match) => ({ line: firstLine + at, rule, text: match[0].trim() })),
    );
  });
}

/** A paper without its fenced blocks, and without the section of CONTRIBUTING.md that quotes the words; both are blanked. */
export function paperProse(text: string): string {
  const quoting = /^## Plain English$[\s\S]*?(?=^## )/m;
  return text.replace(/^ *```[\s\S]*?^ *```/gm, blank).replace(quoting, blank);
}

/** The comments and the sentences in string literals of a source file, every other character blanked. */
export function sourceProse(text: string): string {
  let out = '';
  let at = 0;
  const token =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/(?![*/ ])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;
  for (const match of text.matchAll(token)) {
    out += blank(text.slice(at, match.index));
    const [piece] = match;
    at = match.index + piece.length;
    out += isProse(piece) ? piece.replace(/^`|`$/g, ' ').replace(/\$\{[^}]*\}/g, blank) : blank(piece);
  }
  return out + blank(text.slice(at));
}

function isProse(piece: string): boolean {
  if (piece.startsWith('/*') || piece.startsWith('//')) return true;
  return /^['"`]/.test(piece) && /[a-z]+ [a-z]+ [a-z]+/i.test(piece);
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
