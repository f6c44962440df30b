/**
 * The nodes of a definition: mappings, lists and scalars, each with its place in the text. The front ends of both dialects work
 * on them; only `yaml.ts` and `node-builder.ts` know the YAML library.
 *
 * An alias is the same node as the value of its anchor, so the nodes form a graph without cycles. `yaml.ts` and
 * `node-builder.ts` bound its depth and the number of nodes that it unfolds to, therefore functions here may recurse.
 */
import { beginning } from '../../base/text.ts';
import type { JsonPrimitive, JsonValue, LongNumber } from '../../base/json.ts';
import { isLongNumber, setMember, stringifyJson } from '../../base/json.ts';

interface NodeBase {
  /** Begin and end of the value, in UTF-16 units from the start of the text. */
  readonly offset: number;
  readonly end: number;
  /** Nodes that the value unfolds to, itself included. */
  readonly size: number;
  /** Characters of the keys and values that it unfolds to, in UTF-16 units of the text. */
  readonly characters: number;
  /** Levels of nesting: 1 for a scalar. */
  readonly height: number;
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly value: JsonPrimitive | LongNumber;
}
export interface ListNode extends NodeBase {
  readonly kind: 'list';
  readonly items: readonly Node[];
}
export interface MapEntry {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: Node;
}
export interface MapNode extends NodeBase {
  readonly kind: 'map';
  /** By key, in the order of the text. */
  readonly entries: ReadonlyMap<string, MapEntry>;
}
export type Node = ScalarNode | ListNode | MapNode;

/** True for a scalar without a value: `key:`, `null`, `~`. */
export function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** The text of a scalar; null when the node is no text. */
export function textOf(node: Node): string | null {
  return node.kind === 'scalar' && typeof node.value === 'string' ? node.value : null;
}

/** The value as data. It is frozen at all levels, because all executions share the plan that holds it. */
export function toJson(node: Node): JsonValue {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return Object.freeze(node.items.map(toJson));
    case 'map': {
      const object: Record<string, JsonValue> = {};
      for (const { key, value } of node.entries.values()) setMember(object, key, toJson(value));
      return Object.freeze(object);
    }
  }
}

/** The value in a message: `the text "abc"`, `the number 5`, `a mapping`. */
export function describe(node: Node): string {
  if (node.kind === 'map') return node.entries.size === 0 ? 'an empty mapping' : 'a mapping';
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  const { value } = node;
  if (value === null) return 'nothing';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text ${quote(value)}`;
  if (typeof value === 'boolean') return String(value);
  return `the number ${beginning(isLongNumber(value) ? value.rawJSON : String(value), 40)}`;
}

/** A text from the definition in quotation marks, cut when it is long. */
export function quote(text: string): string {
  return stringifyJson(beginning(text, 60));
}
