/** Where a cursor is in a definition: at which key or value, and in which mappings. Pure. */
import { readTextTree } from './text-tree.ts';
import type { ListNode, MapNode, ScalarNode, TextNode } from './text-tree.ts';

/** A mapping around the cursor. */
export interface Level {
  readonly map: MapNode;
  /** The key of the outer mapping whose value it is, or in whose list it is; empty for the outermost. */
  readonly under: string;
  /** The list that it is an item of. */
  readonly list: ListNode | null;
}

export interface TextPlace {
  readonly at: 'key' | 'value';
  /** The key of the value at the cursor; empty at a key. */
  readonly key: string;
  /** From the outside in. The last one has the key. */
  readonly levels: readonly Level[];
  /** The word in the text, with its quotes. Empty where nothing is written yet. */
  readonly from: number;
  readonly to: number;
  readonly quote: ScalarNode['quote'];
  /** The text of the word before the cursor, without its quote. */
  readonly before: string;
  /** At a key: whether a colon follows it. */
  readonly hasColon: boolean;
  /** A word in a list that may be an item or the first key of one: the key of that list. */
  readonly itemOf: string | null;
}

/** A private-use character: put at the cursor, it marks the place even where nothing is written. */
const MARK = '\uE0F0';

export function placeAt(text: string, offset: number): TextPlace | null {
  const marked = `${text.slice(0, offset)}${MARK}${text.slice(offset)}`;
  const root = readTextTree(marked);
  if (root === null) return null;
  return find(root, offset, [], '', null);
}

function find(
  node: TextNode,
  offset: number,
  levels: readonly Level[],
  under: string,
  list: ListNode | null,
): TextPlace | null {
  if (node.kind === 'scalar') {
    return node.text.includes(MARK)
      ? placeOf(node, offset, { at: 'value', key: under, levels, hasColon: false })
      : null;
  }
  if (offset < node.from || offset > node.to + 1) return null;
  if (node.kind === 'list') {
    for (const item of node.items) {
      const found = item === null ? null : find(item, offset, levels, under, node);
      if (found !== null) return found;
    }
    return null;
  }
  const inner = [...levels, { map: node, under, list }];
  for (const { key, hasColon, value } of node.entries) {
    if (key.text.includes(MARK)) {
      const isAlone = list !== null && node.entries.length === 1 && !hasColon && !node.isFlow;
      return placeOf(key, offset, { at: 'key', key: '', levels: inner, hasColon, itemOf: isAlone ? under : null });
    }
    const found = value === null ? null : find(value, offset, inner, key.text, null);
    if (found !== null) return found;
  }
  return null;
}

function placeOf(
  { from, to, text, quote }: ScalarNode,
  offset: number,
  facts: Pick<TextPlace, 'at' | 'key' | 'levels' | 'hasColon'> & { readonly itemOf?: string | null },
): TextPlace {
  return {
    itemOf: null,
    ...facts,
    from: Math.min(from, offset),
    to: Math.max(offset, to - MARK.length),
    quote,
    before: text.slice(0, text.indexOf(MARK)),
  };
}

/** The text of a scalar under a key of a mapping; empty for another value, and for none. */
export function scalarIn({ entries }: MapNode, key: string): string {
  const value = entries.find((entry) => entry.key.text === key)?.value;
  return value?.kind === 'scalar' ? value.text.replace(MARK, '') : '';
}

/** The keys of a mapping, apart from the one at the cursor. */
export function keysOf({ entries }: MapNode): string[] {
  return entries.map(({ key }) => key.text).filter((key) => !key.includes(MARK));
}
