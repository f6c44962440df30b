/**
 * The errors that a state can fail with besides those of the engine and of its actions (rules.md 6.4): the codes of the Fail states
 * inside it, and any error at all if something outside the definition chooses the name.
 */
import type { MapNode, Node } from '../text/document.ts';
import { textOf } from '../text/document.ts';

export interface RaisedErrors {
  readonly names: ReadonlySet<string>;
  /** True if a report with a task token or a child execution may name the error. */
  readonly any: boolean;
}

/** The modes, actions and resources whose errors a callee names, in both languages. */
const CALLEE_NAMES: readonly (readonly [key: string, pattern: RegExp])[] = [
  ['TaskMode', /^WaitForCustomCallback$/],
  ['pattern', /^waitForCallback$/],
  ['Action', /^fnf:Start/i],
  ['action', /^fnf:Start/i],
  ['resourceArn', /^acs:fnf:/i],
];

/** The results by state, because a state may have many rules. */
const FOUND = new WeakMap<MapNode, RaisedErrors>();

export function raisedErrors(state: MapNode): RaisedErrors {
  const found = FOUND.get(state) ?? read(state);
  FOUND.set(state, found);
  return found;
}

/** Reads the state, and the states inside it. Each node is read once, however many aliases lead to it. */
function read(state: MapNode): RaisedErrors {
  const names = new Set<string>();
  const seen = new Set<Node>();
  let any = false;
  const visit = (node: Node): void => {
    if (node.kind === 'scalar' || seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'list') return node.items.forEach(visit);
    any ||= CALLEE_NAMES.some(([key, pattern]) => pattern.test(textAt(node, key)));
    if (textAt(node, 'Type') === 'Fail') names.add(textAt(node, 'Code'));
    for (const { value } of node.entries.values()) visit(value);
  };
  visit(state);
  return { names, any };
}

function textAt({ entries }: MapNode, key: string): string {
  const value = entries.get(key)?.value;
  return (value === undefined ? null : textOf(value)) ?? '';
}
