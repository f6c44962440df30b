/** The data that the converters of one machine share: its names, the choices of the caller, the words of its text. */
import type { MapNode, Node } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';
import type { Term } from '../terms.ts';
import type { YamlMap } from '../yaml-text.ts';
import { readFunctionArn, readMachineArn } from './arns.ts';
import { FLOW_NAME_MAX, FUNCTION_NAME_MAX, ResourceNames } from './function-names.ts';
import type { VariableScope } from './variables.ts';

/** An additional first state: it makes a value of the scope's input, or sets the global variable `key` to the time. */
export type Begin =
  | { readonly kind: 'value'; readonly value: Term }
  | { readonly kind: 'time'; readonly key: string; readonly node: Node };

export interface MachineContext {
  readonly outcome: Outcome;
  readonly machineName: string;
  /** True if functions replace resources without an equivalent. */
  readonly stubs: boolean;
  readonly functions: ResourceNames;
  readonly flows: ResourceNames;
  readonly variables: VariableScope;
  /** The errors of all Fail states. */
  readonly failNames: ReadonlySet<string>;
  /** The value of `$$.Execution.StartTime`; null without stubs, or if the definition does not read it. */
  readonly startTime: Term | null;
  /** True if a text or a key of the definition contains the word. */
  mentions(word: string): boolean;
  /** Returns `StartAt` and `States` of an inner scope. */
  convertScope(context: MachineContext, scope: MapNode, what: string, begin: Begin | null): YamlMap;
}

/** The texts of a definition: all of them, and those that are names of functions and state machines. */
export interface Texts {
  mentions(word: string): boolean;
  /** Returns the first text that contains the word; null for none. */
  find(word: string): Node | null;
  readonly functions: ResourceNames;
  readonly flows: ResourceNames;
}

export function textsOf(root: Node): Texts {
  const texts = new Map<string, Node>();
  const functions = new Set<string>();
  const flows = new Set<string>();
  const add = (key: string, text: string, node: Node): void => {
    if (!texts.has(text)) texts.set(text, node);
    const name = readFunctionArn(text)?.name ?? (key === 'FunctionName' ? text : null);
    if (name !== null) functions.add(name);
    if (key === 'StateMachineArn') flows.add(readMachineArn(text).name);
  };
  visit(root, '', add, new Set());
  const all = [...texts.keys()].join('\n');
  return {
    mentions: (word) => all.includes(word),
    find: (word) => [...texts].find(([text]) => text.includes(word))?.[1] ?? null,
    functions: new ResourceNames(FUNCTION_NAME_MAX, functions),
    flows: new ResourceNames(FLOW_NAME_MAX, flows),
  };
}

/** Calls `add` for each key and each text, with the key that holds it. An alias is visited once. */
function visit(node: Node, key: string, add: (key: string, text: string, node: Node) => void, seen: Set<Node>): void {
  if (node.kind === 'scalar') {
    if (typeof node.value === 'string') add(key, node.value, node);
    return;
  }
  if (seen.has(node)) return;
  seen.add(node);
  if (node.kind === 'list') for (const item of node.items) visit(item, key, add, seen);
  else {
    for (const entry of node.entries.values()) {
      add('', entry.key, entry.value);
      visit(entry.value, entry.key, add, seen);
    }
  }
}
