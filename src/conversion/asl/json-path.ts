/**
 * Paths of Amazon States Language: `$`, `$.a.b`, `$['a b'][0]`, and the same with `$$` for the context object. A path to one
 * value has the same meaning in both languages. The state-machine language has no paths to many values (`[*]`, slices,
 * filters, `..`).
 */
import { cut } from '../../base/text.ts';
import type { Segment } from '../../expression/ast.ts';

export interface Path {
  /** True for `$$`. */
  readonly ofContext: boolean;
  readonly segments: readonly Segment[];
}

const NAME = /\.([\p{L}_$][\p{L}\p{N}\p{M}_$-]*)/uy;
const BRACKET = /\[\s*(?:(-?\d{1,15})|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\]/uy;

/** Returns the path, or its fault without a full stop. */
export function parsePath(text: string): Path | string {
  if (!text.startsWith('$')) return `a path begins with "$", but this is ${JSON.stringify(cut(text, 60))}`;
  const ofContext = text.startsWith('$$');
  const segments: Segment[] = [];
  let at = ofContext ? 2 : 1;
  while (at < text.length) {
    const found = match(NAME, text, at) ?? match(BRACKET, text, at);
    if (found === null) return unreadable(text, at);
    segments.push(segmentOf(found));
    at += found[0].length;
  }
  return { ofContext, segments };
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function segmentOf(found: RegExpExecArray): Segment {
  if (found[0].startsWith('.')) return { kind: 'name', name: found[1] as string };
  if (found[1] !== undefined) return { kind: 'index', index: Number(found[1]) };
  return { kind: 'name', name: (found[2] ?? found[3] ?? '').replace(/\\(.)/gu, '$1') };
}

const MANY =
  'is a path to many values, which the state-machine language does not have; use a Map state, or let a task select the values';

function unreadable(text: string, at: number): string {
  const shown = JSON.stringify(cut(text, 80));
  const rest = text.slice(at);
  if (at === 1 && /^[A-Za-z_]/.test(rest)) {
    return `${shown} reads a variable ("Assign"), which cannot be converted; pass the value in the data of the states`;
  }
  if (/^(?:\.\.|\.\*|\[\s*\*|\[\s*\?|\[[^\]'"]*[:,])/.test(rest)) return `${shown} ${MANY}`;
  return `${shown} is not a path`;
}
