/** A node: a card, or the frame of an open one. Both have a header with the type, the name and what the state does. */
import { statusClass, statusShape, statusText } from '../parts/status.tsx';
import { indexOf, nodeAt } from './flow-graph.ts';
import type { FlowGraph } from './flow-graph.ts';
import type { BoxPlace } from './layout.ts';
import type { NodeStatus } from './node-status.ts';
import { CALLBACK_SHAPE, TYPE_SHAPES } from './shapes.ts';
import { CARD_HEIGHT, HEADER_HEIGHT } from './sizes.ts';
import { graphTexts, summaryOf } from './texts.ts';

/** How much of a node can be read at the present zoom. */
export type Detail = 'all' | 'names' | 'shapes';

export interface NodeProps {
  readonly graph: FlowGraph;
  readonly place: BoxPlace;
  readonly isFolded: boolean;
  readonly isSelected: boolean;
  /** In the order of the Tab key. */
  readonly isActive: boolean;
  /** Null for a node that no execution reached; undefined outside of executions. */
  readonly status: NodeStatus | null | undefined;
  readonly detail: Detail;
}

export function NodeCard({ graph, place, isFolded, isSelected, isActive, status, detail }: NodeProps) {
  const node = nodeAt(graph, place.node);
  const isHolder = (indexOf(graph).scopesOf[node.index]?.length ?? 0) > 0;
  const isOpen = isHolder && !isFolded;
  const classes = [
    'graph-node',
    `type-${node.type.toLowerCase()}`,
    isOpen && 'open',
    isSelected && 'selected',
    status === null && 'unreached',
    status && statusClass(status.status),
    status && 'reached',
    status && statusMoves(status.status) && 'moving',
  ];
  const { width, height } = place;
  return (
    <g
      class={classes.filter(Boolean).join(' ')}
      transform={`translate(${place.x} ${place.y})`}
      role="button"
      data-node={node.index}
      tabindex={isActive ? 0 : -1}
      aria-label={labelOf(graph, place.node, isFolded, status)}
      aria-pressed={isSelected}
      aria-expanded={isHolder ? isOpen : undefined}
    >
      {(node.type === 'Map' || (isHolder && isFolded)) && !isOpen && (
        <rect class="behind" x={5} y={5} width={width} height={height} rx={10} />
      )}
      <rect class="body" width={width} height={height} rx={10} />
      {(isSelected || isActive) && <rect class="ring" x={-4} y={-4} width={width + 8} height={height + 8} rx={13} />}
      <TypeTile type={node.type} />
      {detail !== 'shapes' && <Words graph={graph} place={place} status={status} detail={detail} isHolder={isHolder} />}
      {status && <StatusMark status={status.status} x={width - (isHolder ? 48 : 22)} />}
      {isHolder && <FoldMark node={node.index} isOpen={isOpen} x={width - 26} />}
    </g>
  );
}

function statusMoves(status: string): boolean {
  return status === 'Running' || status === 'Waiting';
}

function TypeTile({ type }: { readonly type: keyof typeof TYPE_SHAPES }) {
  return (
    <g class="tile" transform="translate(11 11)">
      <rect width={32} height={32} rx={8} />
      <path transform="translate(7 7) scale(1.125)" d={TYPE_SHAPES[type]} />
    </g>
  );
}

function Words({
  graph,
  place,
  status,
  detail,
  isHolder,
}: Pick<NodeProps, 'graph' | 'place' | 'status' | 'detail'> & { readonly isHolder: boolean }) {
  const node = nodeAt(graph, place.node);
  const t = graphTexts();
  const summary = status?.note ?? summaryOf(node);
  const isCallback = node.mode !== undefined && node.mode !== 'RequestComplete';
  const marks = (isHolder ? 30 : 4) + (status ? 24 : 0);
  return (
    <foreignObject x={52} y={0} width={Math.max(20, place.width - 52 - 6 - marks)} height={CARD_HEIGHT}>
      <div class={`graph-words ${detail}`}>
        <div class="name" title={node.name}>
          <bdi>{node.name}</bdi>
        </div>{' '}
        {detail === 'all' && (
          <div class="summary" title={summary === '' ? undefined : summary}>
            {marksOf(status).map(({ mark, title }) => (
              <b key={title} data-mark={mark} title={title} />
            ))}
            {isCallback && status === undefined && (
              <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
                <path d={CALLBACK_SHAPE} />
              </svg>
            )}
            <span>{summary === '' ? t[node.type] : summary}</span>
          </div>
        )}
      </div>
    </foreignObject>
  );
}

/** Short marks of an execution, with the words that they stand for. */
function marksOf(status: NodeStatus | null | undefined): { readonly mark: string; readonly title: string }[] {
  const t = graphTexts();
  const { count = 1, attempts = 1, durationText } = status ?? {};
  return [
    ...(count > 1 ? [{ mark: `×${count}`, title: t.times(String(count)) }] : []),
    ...(attempts > 1 ? [{ mark: `↻${attempts}`, title: t.attempt(String(attempts)) }] : []),
    ...(durationText === undefined ? [] : [{ mark: durationText, title: durationText }]),
  ];
}

function StatusMark({ status, x }: { readonly status: string; readonly x: number }) {
  return (
    <g class="status-mark" transform={`translate(${x} ${CARD_HEIGHT / 2})`}>
      <title>{statusText(status)}</title>
      <circle r={11} />
      <path class={status === 'Running' ? 'turning' : undefined} transform="translate(-8 -8)" d={statusShape(status)} />
    </g>
  );
}

/** Opens and closes with the mouse; the Space key does the same, so that it needs no focus of its own. */
function FoldMark({ node, isOpen, x }: { readonly node: number; readonly isOpen: boolean; readonly x: number }) {
  return (
    <g class="fold-mark" data-fold={node} transform={`translate(${x} ${HEADER_HEIGHT / 2 - 10})`}>
      <rect x={-2} y={-2} width={24} height={24} rx={6} />
      <path d={isOpen ? 'M5 10h10' : 'M5 10h10M10 5v10'} />
    </g>
  );
}

/**
 * The words for people who do not see the card: type, name, work, status. The words on the card are a part of them, in their order,
 * for people who speak to their browser.
 */
function labelOf(graph: FlowGraph, index: number, isFolded: boolean, status: NodeStatus | null | undefined): string {
  const t = graphTexts();
  const node = nodeAt(graph, index);
  const inside = indexOf(graph).sizes[index] ?? 0;
  const summary = status?.note ?? summaryOf(node);
  return [
    ...(summary === '' ? [node.name, t[node.type]] : [`${t[node.type]} ${node.name}`, summary]),
    inside > 0 && t.inside(String(inside)),
    inside > 0 && isFolded && t.closed,
    status === null && statusText('Pending'),
    status && statusText(status.status),
    ...marksOf(status).map(({ title }) => title),
  ]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(', ');
}
