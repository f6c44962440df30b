/**
 * A classic flow as the converter looks at it. The definition compiles, so what is required is there; what the compiler only
 * warns about is read here as the compiler reads it.
 */
import type { Segment } from '../../expression/ast.ts';
import { parseExpression } from '../../expression/parse.ts';
import type { MapNode, Node } from '../../language/text/document.ts';
import { isNull, textOf, toJson } from '../../language/text/document.ts';
import type { Term } from '../terms.ts';
import { constant } from '../terms.ts';

/** Where a value of a mapping comes from. */
export type Source =
  | { readonly kind: 'constant'; readonly term: Term }
  | { readonly kind: 'path'; readonly variable: string; readonly segments: readonly Segment[] };

export interface Mapping {
  readonly node: Node;
  readonly target: string;
  readonly source: Source;
}

export interface Step {
  readonly node: MapNode;
  readonly name: string;
  readonly type: string;
  readonly inputs: readonly Mapping[] | null;
  readonly outputs: readonly Mapping[] | null;
  /** Nothing after it runs. */
  readonly ends: boolean;
  /** Of a choice: its branches in order, the default last. */
  readonly branches: readonly Branch[];
  /** Of a parallel, one for each branch; of a foreach, the one list. */
  readonly lists: readonly Step[][];
  /** Of a task. */
  readonly errorMappings: readonly Mapping[] | null;
  readonly catches: readonly { readonly node: MapNode; readonly goto: string }[];
}

export interface Branch {
  readonly node: MapNode;
  /** Null: the default. */
  readonly condition: Node | null;
  readonly steps: Step[] | null;
  readonly goto: string | null;
}

/** The value under a key, or undefined when it is absent or holds nothing. */
export function field(map: MapNode, key: string): Node | undefined {
  const node = map.entries.get(key)?.value;
  return node === undefined || isNull(node) ? undefined : node;
}

export function textField(map: MapNode, key: string): string | null {
  const node = field(map, key);
  return node === undefined ? null : textOf(node);
}

/** A number, or one that is written as digits in quotation marks, as the compiler reads it. */
export function numberField(map: MapNode, key: string): number | null {
  const node = field(map, key);
  if (node?.kind !== 'scalar') return null;
  if (typeof node.value === 'number') return node.value;
  return typeof node.value === 'string' && /^\d{1,15}(?:\.\d{1,9})?$/.test(node.value) ? Number(node.value) : null;
}

/** The mappings of a list; a single mapping counts as a list of one where `single` says so. */
export function mapsField(map: MapNode, key: string): MapNode[] {
  const node = field(map, key);
  if (node?.kind === 'map') return [node];
  return node?.kind === 'list' ? node.items.filter((item) => item.kind === 'map') : [];
}

export function readSteps(list: MapNode): Step[] {
  return mapsField(list, 'steps').map(readStep);
}

function readStep(node: MapNode): Step {
  const type = textField(node, 'type') ?? '';
  const end = field(node, 'end');
  return {
    node,
    name: textField(node, 'name') ?? '',
    type,
    inputs: readMappings(node, 'inputMappings'),
    outputs: readMappings(node, 'outputMappings'),
    ends: type === 'succeed' || type === 'fail' || (end?.kind === 'scalar' && end.value === true),
    branches: type === 'choice' ? readBranches(node) : [],
    lists:
      type === 'parallel' ? mapsField(node, 'branches').map(readSteps) : type === 'foreach' ? [readSteps(node)] : [],
    errorMappings: readMappings(node, 'errorMappings'),
    catches:
      type === 'task'
        ? mapsField(node, 'catch').map((rule) => ({ node: rule, goto: textField(rule, 'goto') ?? '' }))
        : [],
  };
}

function readBranches(choice: MapNode): Branch[] {
  const branches = mapsField(choice, 'choices').map((node) => readBranch(node, field(node, 'condition') ?? null));
  const otherwise = field(choice, 'default');
  return otherwise?.kind === 'map' ? [...branches, readBranch(otherwise, null)] : branches;
}

function readBranch(node: MapNode, condition: Node | null): Branch {
  const steps = field(node, 'steps') === undefined ? null : readSteps(node);
  return { node, condition, steps, goto: textField(node, 'goto') };
}

/** The mappings under `key`; null when there are none at all. Of two with one target the later counts. */
export function readMappings(holder: MapNode, key: string): Mapping[] | null {
  if (field(holder, key) === undefined) return null;
  const mappings = new Map<string, Mapping>();
  for (const node of mapsField(holder, key)) {
    const target = textField(node, 'target') ?? '';
    const source = node.entries.get('source')?.value;
    if (source !== undefined) mappings.set(target, { node, target, source: readSource(source) });
  }
  return [...mappings.values()];
}

const EXPRESSION = /^\$(?:[.[]|(?:input|local|context|environment)(?!\w))/;

function readSource(node: Node): Source {
  const text = textOf(node);
  const path = text !== null && EXPRESSION.test(text) ? readPath(text) : null;
  if (path === null) return { kind: 'constant', term: constant(toJson(node)) };
  // `$.x` is read as `$input.x` in a mapping.
  return { kind: 'path', ...path, variable: path.variable === '$' ? '$input' : path.variable };
}

/** A variable and the way from it; null for what is no path. */
export function readPath(text: string): { variable: string; segments: readonly Segment[] } | null {
  const { ast, faults } = parseExpression(text, { wildcard: true, functions: false, pathOnly: true });
  if (ast === null || faults.length > 0) return null;
  if (ast.kind === 'variable') return { variable: ast.name, segments: [] };
  if (ast.kind !== 'path' || ast.target.kind !== 'variable') return null;
  return { variable: ast.target.name, segments: ast.segments };
}

/** Every step of a list, and of the lists inside it. */
export function countSteps(list: readonly Step[]): number {
  let count = list.length;
  for (const { branches, lists } of list) {
    for (const { steps } of branches) count += steps === null ? 0 : countSteps(steps);
    for (const inner of lists) count += countSteps(inner);
  }
  return count;
}
