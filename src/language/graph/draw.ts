/**
 * Draws the graph of a checked definition. A draft has no places, so this walks its scopes beside the nodes of the document: the
 * states of a scope are the entries of its list, in the same order. That holds for every draft, because a list with a faulty entry
 * has none.
 */
import { assert } from '../../base/assert.ts';
import type { PlanDraft, ScopeDraft, StateDraft } from '../shared/recipe.ts';
import type { MapNode, Node } from '../text/document.ts';
import { textOf } from '../text/document.ts';
import type { Path } from '../text/path.ts';
import { step } from '../text/path.ts';
import type { Report } from '../text/report.ts';
import { edgesOf } from './edges.ts';
import type { FlowGraph, GraphNode, GraphScope } from './flow-graph.ts';
import { GRAPH_STATES } from './flow-graph.ts';
import { expressionText, short, wordsOf } from './words.ts';

/** The graph of a draft and of the document that it was made of. `report` knows the text. */
export function drawGraph(draft: PlanDraft, root: MapNode, report: Report): FlowGraph {
  const { dialect, definitionName: name, states } = draft;
  if (states.length > GRAPH_STATES) {
    return { dialect, name, scopes: [], nodes: [], edges: [], omitted: states.length };
  }
  const artist = new Artist(report, dialect === 'classic' ? CLASSIC : STATE_MACHINE);
  artist.scope(draft.root, { node: root, path: null }, { owner: null, kind: 'flow', position: 0, label: name ?? '' });
  assert(artist.nodes.length === states.length, 'every state of a plan is in a scope');
  return { dialect, name, scopes: artist.scopes, nodes: artist.nodes, edges: states.flatMap(edgesOf) };
}

/** The keys under which a dialect has the states of a scope, and the scopes of a state. */
interface Keys {
  readonly states: string;
  readonly branches: string;
  /** Null: the Map itself has the states. */
  readonly processor: string | null;
}

const STATE_MACHINE: Keys = { states: 'States', branches: 'Branches', processor: 'Processor' };
const CLASSIC: Keys = { states: 'steps', branches: 'branches', processor: null };

interface At<N extends Node = Node> {
  readonly node: N;
  readonly path: Path;
}

class Artist {
  readonly scopes: GraphScope[] = [];
  readonly nodes: GraphNode[] = [];
  readonly #report: Report;
  readonly #keys: Keys;

  constructor(report: Report, keys: Keys) {
    this.#report = report;
    this.#keys = keys;
  }

  /** Draws a scope and the scopes inside it. */
  scope({ start, states }: ScopeDraft, holder: At, facts: Omit<GraphScope, 'id' | 'start'>): void {
    const id = this.scopes.length;
    this.scopes.push({ id, ...facts, start: start.index });
    const list = inside(holder, this.#keys.states);
    for (const [i, state] of states.entries()) this.nodes[state.index] = this.#node(state, id, entry(list, i));
    for (const [i, state] of states.entries()) this.#inner(state, entry(list, i));
  }

  #node(state: StateDraft, scope: number, { node, path }: At): GraphNode {
    const { line, column, path: at } = this.#report.place(node.offset, path);
    const { index, name, type } = state;
    return {
      ...{ index, name, type, scope, line, column },
      endLine: Math.max(line, this.#report.line(lastOffset(this.#report, node))),
      path: at,
      ...wordsOf(state),
      ...(state.type === 'Map' && state.distributed !== null ? { distributed: true } : {}),
      ...(state.type === 'Task' ? { mode: state.mode } : {}),
    };
  }

  #inner(state: StateDraft, at: At): void {
    const owner = state.index;
    if (state.type === 'Parallel') {
      const list = inside(at, this.#keys.branches);
      for (const [position, branch] of state.branches.entries()) {
        const holder = entry(list, position);
        this.scope(branch, holder, { owner, kind: 'branch', position, label: nameOf(holder) });
      }
    } else if (state.type === 'Map') {
      const holder = this.#keys.processor === null ? at : inside(at, this.#keys.processor);
      const label = this.#keys.processor === null ? '' : nameOf(holder);
      this.scope(state.processor, holder, { owner, kind: 'processor', position: 0, label });
    } else if (state.type === 'Switch') this.#cases(state, at);
  }

  #cases(state: Extract<StateDraft, { readonly type: 'Switch' }>, at: At): void {
    const list = inside(at, 'choices');
    const facts = { owner: state.index, kind: 'case' } as const;
    for (const [position, { scope, condition }] of state.branches.entries()) {
      if (scope === null) continue;
      this.scope(scope, entry(list, position), { ...facts, position, label: expressionText(condition) });
    }
    const otherwise = state.default?.scope ?? null;
    if (otherwise === null) return;
    this.scope(otherwise, inside(at, 'default'), { ...facts, position: state.branches.length, label: '' });
  }
}

/** The value under a key of a mapping. */
function inside({ node, path }: At, key: string): At {
  const value = node.kind === 'map' ? node.entries.get(key)?.value : undefined;
  assert(value !== undefined, `a checked definition has ${key}`);
  return { node: value, path: step(path, key) };
}

function entry({ node, path }: At, index: number): At {
  const item = node.kind === 'list' ? node.items[index] : undefined;
  assert(item !== undefined, 'the states of a scope are the entries of its list');
  return { node: item, path: step(path, index) };
}

/** The name that a branch or a processor may have, without a meaning. */
function nameOf({ node }: At): string {
  const name = node.kind === 'map' ? node.entries.get('Name')?.value : undefined;
  return short((name === undefined ? null : textOf(name)) ?? '');
}

/** The offset of the last character of a value that is no white space. The end of a block is after the line breaks behind it. */
function lastOffset(report: Report, { offset, end }: Node): number {
  let last = end - 1;
  while (last > offset && /\s/.test(report.text.charAt(last))) last--;
  return Math.max(offset, last);
}
