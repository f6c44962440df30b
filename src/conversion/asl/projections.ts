/**
 * Values that the expressions of a state cannot compute, and a state of their own can: `$.list[*].key` by a Map, and the time by a
 * function. Such a state is in front of the state that reads the value, or behind it if the path reads its result. It passes
 * the data as `input` and the value as another member.
 */
import type { Segment } from '../../expression/ast.ts';
import type { MapNode, Node } from '../../language/text/document.ts';
import { textOf } from '../../language/text/document.ts';
import { field } from './fields.ts';
import { isPathToMany, parsePath } from './json-path.ts';

/** `$.list[*].key`: the same part of each item of a list. */
export interface Projection {
  readonly text: string;
  /** The path to the list. */
  readonly list: string;
  readonly part: readonly Segment[];
  /** The first place of the path. */
  readonly node: Node;
}

export const ENTERED_TIME = '$$.State.EnteredTime';

/** Fields that are read before the state does its work, and fields that read its result. */
const BEFORE = ['InputPath', 'Parameters', 'ItemsPath', 'ItemSelector', 'SecondsPath', 'TimeoutSecondsPath'] as const;
const BEHIND = ['ResultSelector', 'Assign'] as const;

/** Types of states that can have states in front of them: not a Choice, whose output is its input. */
const WITH_FRONT: ReadonlySet<string> = new Set(['Pass', 'Task', 'Wait', 'Map', 'Parallel']);
/** Types of states with a result that is not known before they run. */
const WITH_RESULT: ReadonlySet<string> = new Set(['Task', 'Map']);

/** A path to many values; `projection` if it is one. */
export interface ManyPath {
  readonly text: string;
  readonly node: Node;
  readonly projection: Projection | null;
}

/** The paths to many values that a state reads before its work. */
export function pathsBefore(type: string, state: MapNode): ManyPath[] {
  return WITH_FRONT.has(type) ? pathsIn(state, BEFORE) : [];
}

/** The paths to many values of its result that a state reads. */
export function pathsBehind(type: string, state: MapNode): ManyPath[] {
  return WITH_RESULT.has(type) ? pathsIn(state, BEHIND) : [];
}

/** Returns the first text of a state that reads the time at which it was entered; null for none. */
export function findEnteredTime(type: string, state: MapNode): Node | null {
  if (!WITH_FRONT.has(type)) return null;
  let found: Node | null = null;
  for (const key of [...BEFORE, ...BEHIND]) {
    visit(field(state, key), (text, node) => {
      if (text.includes(ENTERED_TIME)) found ??= node;
    });
  }
  return found;
}

/** Paths that are the whole text of a field, and projections inside of intrinsic functions too. */
function pathsIn(state: MapNode, keys: readonly string[]): ManyPath[] {
  const found = new Map<string, ManyPath>();
  for (const key of keys) {
    visit(field(state, key), (written, node) => {
      const text = written.trim();
      for (const [path] of text.matchAll(/\$[^\s,()'"]*\[\*\][^\s,()'"]*/g)) {
        const projection = readProjection(path, node);
        if (projection !== null && !found.has(path)) found.set(path, { text: path, node, projection });
      }
      if (isPathToMany(text) && !found.has(text)) found.set(text, { text, node, projection: null });
    });
  }
  return [...found.values()];
}

/** Returns the parts of `$.list[*].key`; null for any other path. */
export function readProjection(text: string, node: Node): Projection | null {
  const [, list = '', rest = ''] = /^(\$.*?)\.?\[\*\](.+)$/.exec(text) ?? [];
  if (list === '') return null;
  const part = parsePath(`$${rest}`);
  if (typeof part === 'string' || part.ofContext || part.variable !== null || typeof parsePath(list) === 'string')
    return null;
  return { text, list, part: part.segments, node };
}

function visit(node: Node | undefined, add: (text: string, node: Node) => void): void {
  if (node === undefined) return;
  if (node.kind === 'list') for (const item of node.items) visit(item, add);
  else if (node.kind === 'map') for (const { value } of node.entries.values()) visit(value, add);
  else {
    const text = textOf(node);
    if (text !== null) add(text, node);
  }
}
