/**
 * Paths of Amazon States Language: `$`, `$.a.b`, `$['a b'][0]`, and the same with `$$` for the context object
 * and `$name` for a variable. A path to one
 * value has the same meaning in both languages. The state-machine language has no paths to many values (`[*]`, slices,
 * filters, `..`).
 */
import { cut } from '../../base/text.ts';
import type { Segment } from '../../expression/ast.ts';

export interface Path {
  /** True for `$$`. */
  readonly ofContext: boolean;
  /** The variable of `$name.a`; null for the data and the context object. */
  readonly variable: string | null;
  readonly segments: readonly Segment[];
}

const VARIABLE = /\$([\p{L}_][\p{L}\p{N}_]*)/uy;
const NAME = /\.([\p{L}\p{N}_$][\p{L}\p{N}\p{M}_$-]*)/uy;
/** Amazon also accepts a dot before the bracket: `$.[0]`, `$.list.[0]`. */
const BRACKET = /\.?\[\s*(?:(-?\d{1,15})|'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)")\s*\]/uy;

/** Longest path. No data is nested deeper. */
const SEGMENTS_MAX = 100;

/** Returns the path, or its fault without a full stop. */
export function parsePath(text: string): Path | string {
  if (!text.startsWith('$')) return `a path begins with "$", but this is ${JSON.stringify(cut(text, 60))}`;
  const ofContext = text.startsWith('$$');
  const variable = match(VARIABLE, text, 0);
  const segments: Segment[] = [];
  let at = variable?.[0].length ?? (ofContext ? 2 : 1);
  while (at < text.length) {
    const found = match(NAME, text, at) ?? match(BRACKET, text, at);
    if (found === null) return unreadable(text, at);
    if (segments.push(segmentOf(found)) > SEGMENTS_MAX) {
      return `${JSON.stringify(cut(text, 80))} is a path with more than ${SEGMENTS_MAX} parts`;
    }
    at += found[0].length;
  }
  return { ofContext, variable: variable?.[1] ?? null, segments };
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function segmentOf(found: RegExpExecArray): Segment {
  if (found[0].startsWith('.') && !found[0].startsWith('.[')) return { kind: 'name', name: found[1] as string };
  if (found[1] !== undefined) return { kind: 'index', index: Number(found[1]) };
  return { kind: 'name', name: unescaped(found[2] ?? found[3] ?? '') };
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** A key between quotation marks has the escapes of JSON, and a backslash before any other character is left out. */
function unescaped(key: string): string {
  return key.replace(
    /\\(?:u([0-9A-Fa-f]{4})|([\s\S]))/gu,
    (_, code: string | undefined, character: string | undefined) =>
      code === undefined
        ? (ESCAPES[character ?? ''] ?? character ?? '')
        : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

const MANY = 'which the state-machine language does not have; use a Map state, or let a task select the values';

/** Parts of paths to many values, by name. */
const SELECTORS: readonly (readonly [RegExp, string])[] = [
  [/^\.\.|^\.?\[\s*\.\./, 'a search'],
  [/^\.\*|^\.?\[\s*\*/, 'a wildcard'],
  [/^\.?\[\s*\?/, 'a filter'],
  [/^\.?\[\s*-?\d*\s*:/, 'a slice'],
  [/^\.?\[[^\]]*,/, 'a union'],
  [/^\.?\[\s*\(/, 'a computed index'],
];

/** True for a path of the data to many values, other than `[*]` at its end. */
export function isPathToMany(text: string): boolean {
  if (!/^\$(?:$|[.[])/.test(text) || /^\$[^*]*\[\*\]$/.test(text)) return false;
  const fault = parsePath(text);
  return typeof fault === 'string' && fault.includes(MANY);
}

function unreadable(text: string, at: number): string {
  const shown = JSON.stringify(cut(text, 80));
  const rest = text.slice(at);
  const selector = SELECTORS.find(([pattern]) => pattern.test(rest));
  if (selector !== undefined) return `${shown} is a path to many values (${selector[1]}), ${MANY}`;
  return `${shown} is not a path`;
}
