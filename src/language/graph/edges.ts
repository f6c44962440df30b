/** The ways that lead from a state to others of its scope, in the order in which it tries them. */
import type { StateDraft } from '../shared/recipe.ts';
import type { GraphEdge } from './flow-graph.ts';
import { expressionText, short } from './words.ts';

/** A state that fails its scope has none. */
export function edgesOf(state: StateDraft): GraphEdge[] {
  const from = state.index;
  const next: GraphEdge = { from, to: state.next?.index ?? null, kind: 'next', label: '' };
  switch (state.type) {
    case 'Fail':
      return [];
    case 'Choice':
      return [
        ...state.branches.map(
          ({ condition, next: to }): GraphEdge => ({
            ...{ from, to: to.index, kind: 'choice', label: expressionText(condition) },
          }),
        ),
        { from, to: state.default.index, kind: 'default', label: '' },
      ];
    case 'Switch':
      return [...switchEdges(state), ...(fallsThrough(state) ? [next] : [])];
    case 'Task':
    case 'Parallel':
    case 'Map':
      return [
        next,
        ...state.catch.map(
          (rule): GraphEdge => ({ from, to: rule.next.index, kind: 'catch', label: short(rule.errors.join(', ')) }),
        ),
      ];
    default:
      return [next];
  }
}

type Switch = Extract<StateDraft, { readonly type: 'Switch' }>;

/** The branches that lead to another step by `goto`, after their own steps if they have any. */
function switchEdges({ index: from, branches, default: otherwise }: Switch): GraphEdge[] {
  const edges = branches.flatMap(({ condition, next }): GraphEdge[] =>
    next === null ? [] : [{ from, to: next.index, kind: 'choice', label: expressionText(condition) }],
  );
  const last = otherwise?.next ?? null;
  return last === null ? edges : [...edges, { from, to: last.index, kind: 'default', label: '' }];
}

function fallsThrough({ branches, default: otherwise }: Switch): boolean {
  return otherwise === null || otherwise.next === null || branches.some(({ next }) => next === null);
}
