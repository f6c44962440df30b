/**
 * Finds the line of a definition that a message names: a path such as `States[2].OutputConstructor.x.$`. The graph knows on which
 * lines each state is; the keys behind it are searched in the text of the state, one after the other.
 */
import type { FlowGraph, GraphNode } from '../../../../../src/language/graph/flow-graph.ts';

export interface Place {
  readonly line: number;
  /** The lines around it, from `firstLine` on. */
  readonly firstLine: number;
  readonly lines: readonly string[];
}

const LINES_AROUND = 2;
const LONGEST_LINE = 240;
/** Characters of a long line that are shown before the place. */
const BEFORE_PLACE = 8;

/**
 * The lines around a line; null if the text does not have it. `column`: where the place is in a line that is too long to be shown, as
 * that of a JSON text without line breaks.
 */
export function excerpt(definition: string, line: number, column = 1): Place | null {
  const lines = definition.split('\n');
  if (line < 1 || line > lines.length) return null;
  const firstLine = Math.max(1, line - LINES_AROUND);
  const shown = lines
    .slice(firstLine - 1, line + LINES_AROUND)
    .map((text, i) => shortLine(text.replace(/\r$/, ''), firstLine + i === line ? column : 1));
  return { line, firstLine, lines: shown };
}

function shortLine(text: string, column: number): string {
  if (text.length <= LONGEST_LINE) return text;
  const from = column <= BEFORE_PLACE ? 0 : column - 1 - BEFORE_PLACE;
  const until = from + LONGEST_LINE;
  return `${from > 0 ? '…' : ''}${text.slice(from, until).toWellFormed()}${until < text.length ? '…' : ''}`;
}

const PATH = /(?:States|steps|Branches|branches)\[\d+\](?:\.[\w$-]+|\[\d+\]|\["(?:[^"\\]|\\.)*"\])*/;

/** The first path that a message names; empty for none. */
export function pathIn(message: string): string {
  return PATH.exec(message)?.[0] ?? '';
}

/** The line of a path, or of the state if the path is empty or is not found. */
export function lineOf(definition: string, graph: FlowGraph, node: GraphNode, path: string): number {
  const owner = path === '' ? node : (nodeOfPath(graph, path) ?? node);
  const rest = path.startsWith(owner.path) ? path.slice(owner.path.length) : '';
  const keys = [...rest.matchAll(/\.?([^.[\]"]+)/g)].map(([, key = '']) => key).filter((key) => !/^\d+$/.test(key));
  const lines = definition.split('\n');
  if (keys.length === 0) return lineOfName(lines, owner);
  let at = owner.line - 1;
  let found = owner.line;
  for (const key of withDollar(keys)) {
    const place = lines.slice(at, owner.endLine).findIndex((text) => hasKey(text, key));
    if (place === -1) break;
    at += place;
    found = at + 1;
  }
  return found;
}

/** The line with the name of a state, if the state begins with a line that has nothing but a bracket. */
function lineOfName(lines: readonly string[], { line, endLine, name }: GraphNode): number {
  if (!/^[\s-]*\{?\s*$/.test(lines[line - 1] ?? '')) return line;
  const place = lines
    .slice(line - 1, endLine)
    .findIndex((text) => (hasKey(text, 'Name') || hasKey(text, 'name')) && text.includes(name));
  return place === -1 ? line : line + place;
}

/** `x.$` is one key in the text. */
function withDollar(keys: readonly string[]): string[] {
  const joined: string[] = [];
  for (const key of keys) {
    if (key === '$' && joined.length > 0) joined.push(`${joined.pop()}.$`);
    else joined.push(key);
  }
  return joined;
}

/** The state whose path is the beginning of a path, the innermost one. */
function nodeOfPath(graph: FlowGraph, path: string): GraphNode | null {
  let found: GraphNode | null = null;
  for (const node of graph.nodes) {
    const isInside = path === node.path || path.startsWith(`${node.path}.`) || path.startsWith(`${node.path}[`);
    if (isInside && node.path.length >= (found?.path.length ?? 0)) found = node;
  }
  return found;
}

function hasKey(text: string, key: string): boolean {
  const place = text.indexOf(key);
  if (place === -1) return false;
  const before = text.slice(0, place);
  const after = text.slice(place + key.length);
  return /(?:^|[\s{,["'-])$/.test(before) && /^["']?\s*:/.test(after);
}
