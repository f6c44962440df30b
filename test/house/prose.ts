/**
 * The rules of CONTRIBUTING.md, "Plain English", as far as a program can check them: words to avoid, and clauses used as the
 * subject of a sentence. It reads comments, texts for users in the code, papers, and what definitions and lists in YAML say in
 * sentences. Code in backticks and fenced blocks is left out, and so are the targets of links.
 */
import { blank, proseOf } from './source-text.ts';

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
  { rule: '`tell`: notify, report or pass', pattern: /\b(?:tells?|told|telling)\b/gi },
  { rule: '`keep`: durable, retained, stored or held', pattern: /\b(?:keeps?|kept|keeping)\b(?!-alive)/gi },
  {
    rule: '`stand`: is, continues, remains',
    pattern: /(?<![-\w])(?:stand(?:s|ing)?|stood)\b(?!-|\s+(?:for|alone)\b)/gi,
  },
  { rule: '`go on`: continue', pattern: /\b(?:go|goes|going|went|gone) on\b/gi },
  { rule: '`draw back`: abort', pattern: /\bdr(?:aw|aws|ew|awn) back\b/gi },
  {
    rule: '`hand on`, `hand over`, `hand out`: pass, return',
    pattern: /\bhand(?:s|ed|ing)? (?:on|over|out|it|them)\b/gi,
  },
  { rule: '`whoever`: the caller, anyone who', pattern: /\b(?:who|what|which)(?:so)?ever\b/gi },
  { rule: '`nobody`: no one, no caller', pattern: /\b(?:nobody|anybody|somebody)\b/gi },
  {
    rule: 'a clause as subject: make a component or a person the subject',
    pattern: /(?:^[-*>\s]*|[.;:!|] |\*\/? |\/\/ |\s{2,})What (?!if\b)[a-z'’]+ [^?]*?(?:[.;]|$)/g,
  },
];

/** The faults in a text, with the lines they are in; `firstLine` is the number of its first line. */
export function proseFaults(text: string, firstLine = 1): ProseFault[] {
  return text.split('\n').flatMap((line, at) => {
    const prose = line
      .replace(/`[^`]*`/g, '``')
      .replace(/\]\([^)\s]*\)/g, ']')
      .replace(/\bhttps?:\S+/g, '')
      .replace(/(?<=[\w)]\.)[\w-]+|--[\w-]+/g, '');
    return RULES.flatMap(({ rule, pattern }) =>
      [...prose.matchAll(pattern)].map((match) => ({ line: firstLine + at, rule, text: match[0].trim() })),
    );
  });
}

/** The prose of a file by its kind: null for a kind without English prose. */
export function proseIn(path: string, text: string): string | null {
  if (path.endsWith('.md')) return path.endsWith('zh-CN.md') ? null : paperProse(text);
  if (/\.(?:ts|mjs|js|cjs|go|java)$/.test(path)) return sourceProse(text);
  if (path.endsWith('.yaml')) return yamlProse(text, path.startsWith(CASES));
  return isScript(path) ? text.replace(/#|'''|"""/g, blank) : null;
}

/** The words of a case are data, except for its title. */
const CASES = 'test/conformance/cases/';

/** Files with little code, which are read as a whole. Those without an extension are scripts and lists with comments. */
function isScript(path: string): boolean {
  return /\.(?:py|sh|xml)$|(?:^|\/)\.?[^./]+$/.test(path) && path !== 'LICENSE';
}

/** The comments of YAML, and the values that are sentences. */
function yamlProse(text: string, isCase: boolean): string {
  return text.replace(/^.*$/gm, (line) => {
    const comment = line.search(/(?:^|\s)#/);
    const code = comment < 0 ? line : line.slice(0, comment);
    const [key = ''] = /^[^:]*: /.exec(code) ?? [];
    const isRead = isCase ? key === 'title: ' : isSentence(code.slice(key.length));
    return (isRead ? code.slice(key.length) : '') + line.slice(code.length).replaceAll('#', ' ');
  });
}

/** A paper without its fenced blocks, and without the section of CONTRIBUTING.md that quotes the words; both are blanked. */
export function paperProse(text: string): string {
  const quoting = /^## Plain English$[\s\S]*?(?=^## )/m;
  return text.replace(/^ *```[\s\S]*?^ *```/gm, blank).replace(quoting, blank);
}

/** The comments and the sentences in literals of a source file. The rest is blanked. */
export function sourceProse(text: string): string {
  return proseOf(text, (literal) => !literal.startsWith('/') && isSentence(literal));
}

function isSentence(text: string): boolean {
  return /[a-z]+ [a-z]+ [a-z]+/i.test(text);
}
