/** All of a graph that is in view: scopes, lines, nodes. */
import { scopeAt } from './flow-graph.ts';
import type { FlowGraph } from './flow-graph.ts';
import type { BoxPlace, Point, Rectangle, ScopePlace } from './layout.ts';
import { Link, linkClasses, LinkLabel, Stub } from './link.tsx';
import { NodeCard } from './node-card.tsx';
import type { Detail } from './node-card.tsx';
import type { NodeStatus } from './node-status.ts';
import { Overview } from './overview.tsx';
import { DOT, STUB_HEIGHT, STUB_WIDTH, TITLE_HEIGHT } from './sizes.ts';
import { scopeTitle } from './texts.ts';
import type { Shown } from './use-layout.ts';
import { overlap } from './viewport.ts';

export interface SceneProps {
  readonly shown: Shown;
  readonly area: Rectangle;
  readonly detail: Detail;
  /** Too much is in view to draw each node. */
  readonly isOverview: boolean;
  readonly selected: number | null;
  readonly active: number;
  readonly status: ReadonlyMap<number, NodeStatus> | undefined;
  readonly taken: ReadonlySet<number> | undefined;
}

export function Scene({ shown, area, detail, isOverview, selected, active, status, taken }: SceneProps) {
  const { graph, folded, layout } = shown;
  // The active node is always there: it has the focus, which a node that goes would take along.
  const isShown = isOverview
    ? ({ node }: BoxPlace) => node === active || node === selected
    : (box: BoxPlace) => box.node === active || overlap(box, area);
  const boxes = layout.boxes.filter(isShown);
  const isOpen = new Set(layout.scopes.map(({ id }) => scopeAt(graph, id).owner));
  const scopes = layout.scopes.filter((scope) => overlap(scope, area));
  const card = (box: BoxPlace) => (
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
  if (isOverview) {
    return (
      <>
        <Overview shown={shown} status={status} taken={taken} />
        <g class="overview-cards">{boxes.map(card)}</g>
      </>
    );
  }
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

/** More cards than this would be slow to draw: of those whose names can be read, and of those that are only shapes. */
const READABLE_CARDS = 600;
const SHAPES = 250;

/** Whether an area has too many nodes to draw each. */
export function isFar({ layout }: Shown, area: Rectangle, detail: Detail): boolean {
  const most = detail === 'shapes' ? SHAPES : READABLE_CARDS;
  if (layout.boxes.length <= most) return false;
  let count = 0;
  for (const box of layout.boxes) if (overlap(box, area) && ++count > most) return true;
  return false;
}

/** Frames and the scopes in them: an inner frame is drawn over the scope that it is in. */
function Depths({
  boxes,
  scopes,
  graph,
  detail,
  card,
}: {
  readonly boxes: readonly BoxPlace[];
  readonly scopes: readonly ScopePlace[];
  readonly graph: FlowGraph;
  readonly detail: Detail;
  readonly card: (box: BoxPlace) => preact.JSX.Element;
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
