/** The layout of a graph as a component shows it: the last one that arrived, until the worker has answered for the present one. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { language } from '../texts/texts.ts';
import type { FlowGraph } from './flow-graph.ts';
import { askLayout, heldLayout } from './layout-client.ts';
import { layoutQuestion } from './layout-question.ts';
import type { Layout } from './layout.ts';
import { edgeWords } from './texts.ts';

/** A layout with the graph that it is of: the numbers in it are those of this graph. */
export interface Shown {
  readonly question: string;
  readonly graph: FlowGraph;
  readonly folded: ReadonlySet<number>;
  readonly layout: Layout;
}

export function useLayout(
  graph: FlowGraph,
  folded: ReadonlySet<number>,
): { readonly shown: Shown | null; readonly fault: Error | null } {
  const asker = useRef(Symbol('graph')).current;
  const question = useMemo(
    () => (graph.nodes.length === 0 ? '' : JSON.stringify(layoutQuestion(graph, folded, edgeWords))),
    [graph, folded, language.value],
  );
  const [last, setLast] = useState<Shown | null>(null);
  const [fault, setFault] = useState<Error | null>(null);
  const held = last?.question === question ? last.layout : heldLayout(question);
  const shown = useMemo(
    () => (held === null ? last : { question, graph, folded, layout: held }),
    [held, held === null ? last : null, question, graph, folded],
  );
  useEffect(() => {
    if (question === '') return;
    let isOvertaken = false;
    askLayout(asker, question).then(
      (layout) => {
        if (layout === null || isOvertaken) return;
        setLast({ question, graph, folded, layout });
        setFault(null);
      },
      (error: unknown) => {
        if (!isOvertaken) setFault(error as Error);
      },
    );
    return () => {
      isOvertaken = true;
    };
  }, [question]);
  return { shown: question === '' ? null : shown, fault };
}
