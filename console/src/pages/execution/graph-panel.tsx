/** The graph of the definition, coloured by the history as it grows. Its selection is the visit of the chosen event. */
import { useMemo } from 'preact/hooks';
import { FlowGraphView } from '../../graph/flow-graph-view.tsx';
import type { NodeStatus } from '../../graph/node-status.ts';
import { EmptyNotice, FaultNotice, Loading } from '../../parts/notice.tsx';
import { durationText } from '../../parts/duration-text.ts';
import { locale } from '../../texts/texts.ts';
import { attemptsOf, linesOf } from './model/history.ts';
import type { Visit } from './model/history.ts';
import { overlayOf } from './model/overlay.ts';
import type { NodeFacts } from './model/overlay.ts';
import { chooseEvent } from './selection.ts';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

export function GraphPanel({ loaded, visit }: { readonly loaded: LoadedExecution; readonly visit: Visit | null }) {
  const t = executionTexts();
  const { history, version, graph, described, drawn } = loaded;
  const shown = useMemo(() => {
    if (graph === null) return null;
    const { nodes, edges } = overlayOf(history, graph.graph, graph.places);
    const status = new Map([...nodes].map(([index, facts]) => [index, statusOf(facts)]));
    return { nodes, status, taken: new Set(edges.keys()) };
  }, [history, version, graph]);
  if (graph === null || shown === null) {
    const failed = [described, drawn].find(({ fault }) => fault !== null);
    if (failed !== undefined && failed.fault !== null) {
      return <FaultNotice fault={failed.fault} onRetry={failed.reload} />;
    }
    return described.isLoading || drawn.isLoading ? <Loading /> : <EmptyNotice title={t.noGraph} />;
  }
  const selected = visit === null ? null : (graph.places.nodeOf(visit)?.index ?? null);
  const choose = (node: number, tab?: 'data'): void => {
    const facts = shown.nodes.get(node);
    if (facts !== undefined) chooseEvent(facts.latest.id, tab === undefined ? {} : { tab });
  };
  return (
    <FlowGraphView
      graph={graph.graph}
      status={shown.status}
      taken={shown.taken}
      selected={selected}
      onSelect={(node) => choose(node)}
      onOpen={(node) => choose(node, 'data')}
    />
  );
}

function statusOf({ status, visits, latest }: NodeFacts): NodeStatus {
  const lines = linesOf(latest);
  const span = latest.spans.at(-1);
  return {
    status,
    count: visits,
    attempts: attemptsOf(latest).length,
    ...(span !== undefined && span.endMs !== null && { durationText: durationText(span.endMs - span.startMs) }),
    ...(lines.length > 1 && { note: noteOf(latest) }),
  };
}

/** How many lines have ended, of how many so far. */
function noteOf(visit: Visit): string {
  const round = visit.rounds.at(-1);
  const all = round?.lines.length ?? 0;
  const ended = all - (round?.open.length ?? 0);
  return `${ended.toLocaleString(locale())} / ${all.toLocaleString(locale())}`;
}
