/**
 * A graph from far away: thousands of nodes as a few paths, one for each colour. Cards for all of them would be tens of thousands of
 * elements, and too small to read. It does not depend on the view, so that it is made once and then only moved.
 */
import { statusClass } from '../parts/status.tsx';
import { nodeAt, scopeAt } from './flow-graph.ts';
import type { BoxPlace, Layout, Point, Rectangle } from './layout.ts';
import { linkClasses } from './link.tsx';
import type { NodeStatus } from './node-status.ts';
import type { Shown } from './use-layout.ts';

export interface OverviewProps {
  readonly shown: Shown;
  readonly status: ReadonlyMap<number, NodeStatus> | undefined;
  readonly taken: ReadonlySet<number> | undefined;
}

export function Overview({ shown: { graph, layout }, status, taken }: OverviewProps) {
  const isOpen = new Set(layout.scopes.map(({ id }) => scopeAt(graph, id).owner));
  const classOf = ({ node }: BoxPlace): string => {
    if (isOpen.has(node)) return 'open';
    if (status === undefined) return `type-${nodeAt(graph, node).type.toLowerCase()}`;
    const own = status.get(node);
    return own === undefined ? 'unreached' : `reached ${statusClass(own.status)}`;
  };
  const boxes = Map.groupBy(layout.boxes, classOf);
  const links = Map.groupBy(layout.links, (link) => linkClasses(link, graph, taken, status));
  const frames = boxes.get('open') ?? [];
  return (
    <g class="overview" aria-hidden="true">
      {frames.length > 0 && <path class="graph-node open" d={frames.map(rectangle).join('')} />}
      <path class="scopes" d={layout.scopes.slice(1).map(rectangle).join('')} />
      {[...links].map(([classes, lines]) => (
        <g key={classes} class={classes}>
          <path class="line" d={lines.map(({ path }) => path).join('')} />
        </g>
      ))}
      {[...boxes].map(
        ([classes, places]) =>
          classes !== 'open' && (
            <path key={classes} class={`graph-node ${classes}`} d={places.map(rectangle).join('')} />
          ),
      )}
    </g>
  );
}

function rectangle({ x, y, width, height }: Rectangle): string {
  return `M${round(x)},${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The innermost node at a point of the graph; null between them. */
export function nodeAtPoint({ boxes }: Layout, { x, y }: Point): number | null {
  const found = boxes.findLast((box) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height);
  return found?.node ?? null;
}
