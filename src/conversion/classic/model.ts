/**
 * The model of a classic flow for the converter. The definition compiles, so required fields exist. Values about which the
 * compiler only warns are read here as the compiler reads them.
 */
import type { Segment } from '../../expression/ast.ts';
import { parseExpression } from '../../expression/parse.ts';
import { fieldBoolean, fieldNumber } from '../../expression/value.ts';
import type { MapNode, Node } from '../../language/text/document.ts';
import { isNull, textOf, toJson } from '../../language/text/document.ts';
import type { Term } from '../terms.ts';
import { constant } from '../terms.ts';

/** The source of a mapping's value. */
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
  /** True if the step ends its list. */
  readonly ends: boolean;
  /** The branches of a choice in their order; the default is the last. */
  readonly branches: readonly Branch[];
  /** One list for each branch of a parallel step; one list for a foreach step. */
  readonly lists: readonly Step[][];
  /** For a task only. */
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

/** Returns the value of a key; undefined if it is absent or empty. */
export function field(map: MapNode, key: string): Node | undefined {
  const node = map.entries.get(key)?.value;
  return node === undefined || isNull(node) ? undefined : node;
}

export function textField(map: MapNode, key: string): string | null {
  const node = field(map, key);
  return node === undefined ? null : textOf(node);
}

/** Returns the number of a field. A text that writes a number counts as the number, as for the compiler. */
export function numberField(map: MapNode, key: string): number | null {
  const node = field(map, key);
  return node?.kind === 'scalar' ? fieldNumber(node.value) : null;
}

/** Returns the mappings of a list. A single mapping counts as a list with one item. */
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
    ends: type === 'succeed' || type === 'fail' || (end?.kind === 'scalar' && fieldBoolean(end.value) === true),
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

/** Returns the mappings of `key`; null if the key is absent. Of two mappings with the same target, the later one counts. */
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
  // In a mapping, `$.x` means `$input.x`.
  return { kind: 'path', ...path, variable: path.variable === '$' ? '$input' : path.variable };
}

/** Returns the variable and the segments of a path; null for other text. */
export function readPath(text: string): { variable: string; segments: readonly Segment[] } | null {
  const { ast, faults } = parseExpression(text, { wildcard: true, functions: false, pathOnly: true });
  if (ast === null || faults.length > 0) return null;
  if (ast.kind === 'variable') return { variable: ast.name, segments: [] };
  if (ast.kind !== 'path' || ast.target.kind !== 'variable') return null;
  return { variable: ast.target.name, segments: ast.segments };
}

/** Counts the steps of a list and of the lists inside it. */
export function countSteps(list: readonly Step[]): number {
  let count = list.length;
  for (const { branches, lists } of list) {
    for (const { steps } of branches) count += steps === null ? 0 : countSteps(steps);
    for (const inner of lists) count += countSteps(inner);
  }
  return count;
}
