/**
 * The graph of a definition, for programs that draw it: the states of the plan with their places in the text, and the ways between
 * them. All of it is JSON.
 */
import type { Dialect, State, TaskMode } from '../plan.ts';

export interface FlowGraph {
  readonly dialect: Dialect;
  /** The definition's own name; null when it has none. */
  readonly name: string | null;
  /** `scopes[0]` is the flow; the others follow in the order of the text, each after the one that holds it. */
  readonly scopes: readonly GraphScope[];
  /** By the numbers of the plan: `nodes[i].index === i`. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** The number of states of a flow that has more than {@link GRAPH_STATES}; its lists are then empty. */
  readonly omitted?: number;
}

/** Most states of a graph. A text of 1 MiB may have sixty thousand, and no one can look at so many. */
export const GRAPH_STATES = 10_000;

export interface GraphScope {
  readonly id: number;
  /** The node that holds it; null for the flow. */
  readonly owner: number | null;
  /** `case`: the steps of a choice of a classic flow. */
  readonly kind: 'flow' | 'branch' | 'processor' | 'case';
  /** Its place among the scopes of its owner, from 0; that of a case among the choices, with the default behind them. */
  readonly position: number;
  /** The name that the text gives it; the condition of a case, empty for the default. */
  readonly label: string;
  /** The node that runs first. */
  readonly start: number;
}

export interface GraphNode {
  readonly index: number;
  readonly name: string;
  readonly type: State['type'];
  /** Id of its scope. */
  readonly scope: number;
  /** Where its text begins, from 1, and the last line of it. An alias has the place of the text that it repeats. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly path: string;
  /** A few English words about its work. */
  readonly summary: string;
  /** The same without words, for other languages: an action with what it starts, `30 s`, an expression, a number, an error code. */
  readonly value: string;
  /** A distributed Map. */
  readonly distributed?: true;
  /** Of every Task. */
  readonly mode?: TaskMode;
}

export interface GraphEdge {
  readonly from: number;
  /** Null: the end of the scope. */
  readonly to: number | null;
  readonly kind: 'next' | 'choice' | 'default' | 'catch';
  /** A condition, or the names of caught errors. */
  readonly label: string;
}
