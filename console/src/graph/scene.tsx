/** All of a graph that is in view: scopes, lines, nodes. */
import { edgeOfNumber, nodeAt, scopeAt } from './flow-graph.ts';
import type { FlowGraph } from './flow-graph.ts';
import type { LinkPlace, Point, Rectangle, ScopePlace, StubPlace } from './layout.ts';
import { NodeCard } from './node-card.tsx';
import type { Detail } from './node-card.tsx';
import type { NodeStatus } from './node-status.ts';
import { DOT, STUB_HEIGHT, STUB_WIDTH, TIP, TITLE_HEIGHT } from './sizes.ts';
import { edgeWords, graphTexts, scopeTitle } from './texts.ts';
import type { Shown } from './use-layout.ts';
import { overlap } from './viewport.ts';

export interface SceneProps {
  readonly shown: Shown;
  readonly area: Rectangle;
  readonly detail: Detail;
  readonly selected: number | null;
  readonly active: number;
  readonly status: ReadonlyMap<number, NodeStatus> | undefined;
  readonly taken: ReadonlySet<number> | undefined;
}

export function Scene({ shown, area, detail, selected, active, status, taken }: SceneProps) {
  const { graph, folded, layout } = shown;
  // The active node is always there: it has the focus, which a node that goes would take along.
  const boxes = layout.boxes.filter((box) => box.node === active || overlap(box, area));
  const isOpen = new Set(layout.scopes.map(({ id }) => scopeAt(graph, id).owner));
  const scopes = layout.scopes.filter((scope) => overlap(scope, area));
  const card = (box: (typeof boxes)[number]) => (
    <NodeCard
      key={box.node}
      graph={graph}
      place={box}
      isFolded={folded.has(box.node)}
      isSelected={box.node === selected}
      isActive={box.node === active}
      status={status === undefined ? undefined : (status.get(box.node) ?? null)}
      detail={detail}
    />
  );
  const links = layout.links
    .filter(({ bounds }) => overlap(bounds, area))
    .map((link) => ({ link, classes: linkClasses(link, graph, taken, status) }));
  return (
    <>
      <Depths
        boxes={boxes.filter(({ node }) => isOpen.has(node))}
        scopes={scopes}
        graph={graph}
        detail={detail}
        card={card}
      />
      {links.map(({ link, classes }) => (
        <Link key={`${link.scope} ${link.edge}`} link={link} classes={classes} />
      ))}
      {detail !== 'shapes' &&
        links.map(({ link, classes }) => (
          <LinkLabel key={`label ${link.edge}`} link={link} classes={classes} graph={graph} detail={detail} />
        ))}
      {scopes.map((scope) => (
        <Dots key={scope.id} scope={scope} />
      ))}
      {detail === 'all' &&
        layout.stubs
          .filter(({ x, y }) => overlap({ x, y, width: STUB_WIDTH, height: STUB_HEIGHT }, area))
          .map((stub) => <Stub key={stub.edge} stub={stub} graph={graph} />)}
      {boxes.filter(({ node }) => !isOpen.has(node)).map(card)}
    </>
  );
}

/** Frames and the scopes in them: an inner frame is drawn over the scope that it is in. */
function Depths({
  boxes,
  scopes,
  graph,
  detail,
  card,
}: {
  readonly boxes: SceneProps['shown']['layout']['boxes'];
  readonly scopes: readonly ScopePlace[];
  readonly graph: FlowGraph;
  readonly detail: Detail;
  readonly card: (box: SceneProps['shown']['layout']['boxes'][number]) => preact.JSX.Element;
}) {
  // The numbers of scopes rise inwards, and a frame is under all scopes of its node.
  const inner = Map.groupBy(scopes, ({ id }) => scopeAt(graph, id).owner);
  return (
    <>
      {boxes.map((box) => [
        card(box),
        ...(inner.get(box.node) ?? []).map((scope) => (
          <ScopeArea key={`scope ${scope.id}`} scope={scope} graph={graph} detail={detail} />
        )),
      ])}
    </>
  );
}

function ScopeArea({
  scope,
  graph,
  detail,
}: {
  readonly scope: ScopePlace;
  readonly graph: FlowGraph;
  readonly detail: Detail;
}) {
  const title = scopeTitle(scopeAt(graph, scope.id));
  return (
    <g class="graph-scope" transform={`translate(${scope.x} ${scope.y})`} aria-hidden="true">
      <rect width={scope.width} height={scope.height} rx={8} />
      {scope.titled && detail !== 'shapes' && (
        <foreignObject x={10} y={4} width={scope.width - 20} height={TITLE_HEIGHT}>
          <div class="scope-title" title={title}>
            <bdi>{title}</bdi>
          </div>
        </foreignObject>
      )}
    </g>
  );
}

/** Both dots are one path: a graph of many branches has many of them. */
function Dots({ scope: { start, end } }: { readonly scope: ScopePlace }) {
  const path = end === null ? circle(start, DOT / 2 - 1) : circle(start, DOT / 2 - 1) + ring(end);
  return <path class="graph-dots" d={path} fill-rule="evenodd" aria-hidden="true" />;
}

function ring(at: Point): string {
  return circle(at, DOT / 2 - 0.5) + circle(at, DOT / 2 - 2.2) + circle(at, DOT / 2 - 4);
}

function circle({ x, y }: Point, r: number): string {
  return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
}

function linkClasses(
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

function Link({ link: { path, tip }, classes }: { readonly link: LinkPlace; readonly classes: string }) {
  return (
    <g class={classes} aria-hidden="true">
      <path class="line" d={path} />
      <path class="tip" transform={`translate(${tip.x} ${tip.y}) rotate(${TURNS[tip.direction]})`} d={TIP_SHAPE} />
    </g>
  );
}

const TIP_SHAPE = `M0 0L-${TIP + 2} 4.5L-${TIP} 0L-${TIP + 2} -4.5Z`;

/** Labels are drawn after all lines, so that no line crosses their words. */
function LinkLabel({
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
function Stub({ stub: { edge: number, x, y }, graph }: { readonly stub: StubPlace; readonly graph: FlowGraph }) {
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
