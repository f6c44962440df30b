/** Graphs for tests, drawn by the server's own compiler. */
import assert from 'node:assert/strict';
import { drawDefinition } from '../../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../../src/language/limits.ts';
import type { FlowGraph } from '../../src/graph/flow-graph.ts';
import { layoutQuestion } from '../../src/graph/layout-question.ts';
import { layOut } from '../../src/graph/layout.ts';
import type { Layout } from '../../src/graph/layout.ts';

/** The graph of a definition, given as its text or as an object. */
export function graphOf(definition: string | object): FlowGraph {
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
  const options = { mode: 'Standard', flowName: null, limits: DEFAULT_DEFINITION_LIMITS } as const;
  const { graph, diagnostics } = drawDefinition(text, options);
  assert.notEqual(graph, '', JSON.stringify(diagnostics));
  return JSON.parse(graph) as FlowGraph;
}

export function layoutOf(graph: FlowGraph, folded: ReadonlySet<number> = new Set()): Layout {
  return layOut(layoutQuestion(graph, folded, ({ label }) => label));
}

export function nodeNamed({ nodes }: FlowGraph, name: string): number {
  const node = nodes.find((each) => each.name === name);
  assert.ok(node !== undefined, `a node ${name}`);
  return node.index;
}

type State = Readonly<Record<string, unknown>>;

export function flowOf(states: readonly State[]): object {
  return { Type: 'StateMachine', SpecVersion: 'v1', Name: 'test', StartAt: states[0]?.['Name'], States: states };
}

export function task(name: string, next: string | null, rest: State = {}): State {
  const leads = next === null ? { End: true } : { Next: next };
  return {
    Type: 'Task',
    Name: name,
    Action: 'HTTP:Request',
    Parameters: { method: 'GET', url: 'http://a' },
    ...leads,
    ...rest,
  };
}

/** A chain of tasks, `S0` to the last. */
export function chain(count: number, rest: (index: number) => State = () => ({})): object {
  return flowOf(Array.from({ length: count }, (_, i) => task(`S${i}`, i + 1 < count ? `S${i + 1}` : null, rest(i))));
}

/** A Parallel with branches that hold a Parallel each, and so on: the counts from the outside in. */
export function nested(counts: readonly number[], name = 'P'): object {
  const [count, ...rest] = counts;
  const states =
    count === undefined
      ? [{ Type: 'Pass', Name: `${name}.leaf`, End: true }]
      : [
          {
            Type: 'Parallel',
            Name: name,
            Branches: Array.from({ length: count }, (_, i) => scopeOf(nested(rest, `${name}.${i}`))),
            End: true,
          },
        ];
  return flowOf(states);
}

function scopeOf(flow: object): object {
  const { StartAt, States } = flow as { readonly StartAt: unknown; readonly States: unknown };
  return { StartAt, States };
}
