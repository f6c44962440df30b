/** Diagnostics and graph of a text that a person edits. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { isReachable, sessionBegun } from '../api/client.ts';
import { nodeAt, nodeAtLine } from '../graph/flow-graph.ts';
import { Checks, UNCHECKED } from './checks.ts';
import type { CheckOptions, CheckState } from './checks.ts';
import { lineShift } from './line-shift.ts';

export type { CheckOptions, Diagnostic } from './checks.ts';

export interface Check extends CheckState {
  /** Whether the diagnostics are those of the present text. */
  readonly isCurrent: boolean;
  /** The innermost node of the graph whose text holds a line of the present text, also while that has errors; null for none. */
  nodeAt(line: number): number | null;
  /** The lines of a node in the present text. */
  linesOf(node: number): { readonly from: number; readonly to: number };
}

/** `text` null: there is nothing to check yet. */
export function useCheck(text: string | null, { mode, name }: CheckOptions): Check {
  const [state, setState] = useState<CheckState>(UNCHECKED);
  const checks = useRef<Checks | null>(null);
  useEffect(() => {
    const own = new Checks(setState);
    checks.current = own;
    return () => own.close();
  }, []);
  useEffect(() => {
    if (text !== null) checks.current?.check(text, { mode, name });
  }, [text, mode, name]);
  // A server that is back has not answered the question that it missed, nor one that came without a session.
  const reachable = isReachable.value;
  useEffect(() => {
    if (reachable) checks.current?.retry();
  }, [reachable, sessionBegun.value]);
  const { graph, graphText } = state;
  const places = useMemo(() => placesIn(graph, graphText, text ?? ''), [graph, graphText, text]);
  return { ...state, ...places, isCurrent: text !== null && state.checked === text && state.fault === null };
}

function placesIn(graph: CheckState['graph'], graphText: string, text: string): Pick<Check, 'nodeAt' | 'linesOf'> {
  // Made when it is asked for: comparing two texts of a megabyte takes some milliseconds, and few keys need it.
  let shift: ReturnType<typeof lineShift> | null = null;
  const shifted = (): ReturnType<typeof lineShift> => (shift ??= lineShift(graphText, text));
  return {
    nodeAt: (line) => (graph === null ? null : nodeAtLine(graph, shifted().toOld(line))),
    linesOf(node) {
      if (graph === null || node >= graph.nodes.length) return { from: 1, to: 1 };
      const { line, endLine } = nodeAt(graph, node);
      return { from: shifted().toNew(line), to: shifted().toNew(endLine) };
    },
  };
}
