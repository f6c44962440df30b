/** A way of a graph: its line, its label, and the chip that takes the place of a long one. */
import { edgeOfNumber, nodeAt, scopeAt } from './flow-graph.ts';
import type { FlowGraph } from './flow-graph.ts';
import type { LinkPlace, StubPlace } from './layout.ts';
import type { Detail } from './node-card.tsx';
import type { NodeStatus } from './node-status.ts';
import { STUB_HEIGHT, STUB_WIDTH, TIP } from './sizes.ts';
import { edgeWords, graphTexts } from './texts.ts';

/** The classes of a way: its kind, and whether an execution has taken it. */
export function linkClasses(
  { edge, scope }: LinkPlace,
  graph: FlowGraph,
  taken: ReadonlySet<number> | undefined,
  status: ReadonlyMap<number, NodeStatus> | undefined,
): string {
  const kind = edge === -1 ? 'next' : edgeOfNumber(graph, edge).kind;
  // The first line of a scope is taken when its first node was reached.
  const isTaken = edge === -1 ? status?.has(scopeAt(graph, scope).start) : taken?.has(edge);
  return `graph-link ${kind}${isTaken ? ' taken' : status === undefined ? '' : ' dimmed'}`;
}

const TURNS = { down: 90, up: -90, left: 180, right: 0 };

export function Link({ link: { path, tip }, classes }: { readonly link: LinkPlace; readonly classes: string }) {
  return (
    <g class={classes} aria-hidden="true">
      <path class="line" d={path} />
      <path class="tip" transform={`translate(${tip.x} ${tip.y}) rotate(${TURNS[tip.direction]})`} d={TIP_SHAPE} />
    </g>
  );
}

const TIP_SHAPE = `M0 0L-${TIP + 2} 4.5L-${TIP} 0L-${TIP + 2} -4.5Z`;

/** Labels are drawn after all lines, so that no line crosses their words. */
export function LinkLabel({
  link: { edge, label },
  classes,
  graph,
  detail,
}: {
  readonly link: LinkPlace;
  readonly classes: string;
  readonly graph: FlowGraph;
  readonly detail: Detail;
}) {
  if (label === null) return null;
  const words = edgeWords(edgeOfNumber(graph, edge));
  return (
    <foreignObject class={classes} x={label.x} y={label.y} width={label.width} height={label.height} aria-hidden="true">
      <div class="link-label" title={words}>
        {detail === 'all' && <bdi>{words}</bdi>}
      </div>
    </foreignObject>
  );
}

/** Names the target of a way that is too long to draw, and leads there. */
export function Stub({ stub: { edge: number, x, y }, graph }: { readonly stub: StubPlace; readonly graph: FlowGraph }) {
  const t = graphTexts();
  const { to, kind, ...edge } = edgeOfNumber(graph, number);
  const name = to === null ? t.end : nodeAt(graph, to).name;
  const words = edgeWords({ to, kind, ...edge });
  return (
    <foreignObject x={x} y={y} width={STUB_WIDTH} height={STUB_HEIGHT} data-target={to ?? undefined} aria-hidden="true">
      <div class={`link-label stub ${kind}`} title={`${words === '' ? '' : `${words}: `}${t.leadsTo(name)}`}>
        → <bdi>{name}</bdi>
      </div>
    </foreignObject>
  );
}
