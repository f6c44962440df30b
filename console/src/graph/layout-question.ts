/**
 * The question that the layout worker answers: sizes and ways, without words. Two graphs that differ only in words that are not
 * drawn ask the same question, and its text is the key under which the page finds an answer it already has.
 */
import { indexOf, nodeAt, scopeAt } from './flow-graph.ts';
import type { FlowGraph, GraphEdge } from './flow-graph.ts';

export interface ScopeQuestion {
  readonly id: number;
  readonly start: number;
  /** Whether it has a line above it with its name. */
  readonly titled: boolean;
  readonly boxes: readonly BoxQuestion[];
  readonly links: readonly LinkQuestion[];
}

export interface BoxQuestion {
  readonly node: number;
  /** Empty for a node without scopes, and for one that is closed. */
  readonly scopes: readonly ScopeQuestion[];
}

export interface LinkQuestion {
  readonly edge: number;
  readonly from: number;
  readonly to: number | null;
  readonly isCatch: boolean;
  /** Width of the label, 0 for none. */
  readonly label: number;
}

const LABEL_PADDING = 18;
const LONGEST_LABEL = 190;

export function layoutQuestion(
  graph: FlowGraph,
  folded: ReadonlySet<number>,
  word: (edge: GraphEdge) => string,
): ScopeQuestion {
  const { nodesOf, edgesOf, scopesOf } = indexOf(graph);
  const scope = (id: number, titled: boolean): ScopeQuestion => ({
    id,
    start: scopeAt(graph, id).start,
    titled,
    boxes: (nodesOf[id] ?? []).map((node) => ({ node, scopes: folded.has(node) ? [] : inner(node) })),
    links: (edgesOf[id] ?? []).map((number) => {
      const edge = graph.edges[number] as GraphEdge;
      const { from, to, kind } = edge;
      return { edge: number, from, to, isCatch: kind === 'catch', label: labelWidth(word(edge)) };
    }),
  });
  const inner = (node: number): ScopeQuestion[] => {
    const scopes = scopesOf[node] ?? [];
    return scopes.map((id) => scope(id, nodeAt(graph, node).type !== 'Map' || scopeAt(graph, id).label !== ''));
  };
  return scope(0, false);
}

function labelWidth(text: string): number {
  return text === '' ? 0 : Math.min(LONGEST_LABEL, Math.ceil(textWidth(text)) + LABEL_PADDING);
}

/** About how wide a label is. An estimate is enough: a label that is wider ends with an ellipsis. */
function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) < 0x1100 ? 6.6 : 12.2;
  return width;
}
