/**
 * The graph of a flow or an execution. The component lays it out beside the page's thread, draws only what is in view, and is
 * used by mouse, touch and keyboard: one node is in the order of the Tab key, and the arrow keys move from it along the ways.
 *
 * `status` and `taken` colour it for an execution. Which nodes are open is the component's own matter.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useShortcuts } from '../app/keyboard.ts';
import { Button } from '../parts/button.tsx';
import { EmptyNotice, FaultNotice } from '../parts/notice.tsx';
import { language, locale } from '../texts/texts.ts';
import { indexOf, ownersOf, scopeAt } from './flow-graph.ts';
import type { FlowGraph } from './flow-graph.ts';
import { foldedAfter, hiddenBy } from './folding.ts';
import { moveFrom } from './moves.ts';
import type { Move } from './moves.ts';
import type { Detail } from './node-card.tsx';
import type { NodeStatus } from './node-status.ts';
import { nodeAtPoint } from './overview.tsx';
import { isFar, Scene } from './scene.tsx';
import { graphTexts } from './texts.ts';
import { useLayout } from './use-layout.ts';
import { useView, ZOOM_STEP } from './use-view.ts';
import { visibleArea, widened } from './viewport.ts';

export interface FlowGraphViewProps {
  readonly graph: FlowGraph;
  /** By the number of the node. Given: nodes without an entry are drawn as not reached. */
  readonly status?: ReadonlyMap<number, NodeStatus> | undefined;
  /** Numbers of the edges that an execution has taken. */
  readonly taken?: ReadonlySet<number> | undefined;
  readonly selected?: number | null;
  /** A click, or Enter. */
  readonly onSelect?: ((node: number) => void) | undefined;
  /** A double click, or Enter on the selected node. */
  readonly onOpen?: ((node: number) => void) | undefined;
}

const NAMES_BELOW = 0.55;
const SHAPES_BELOW = 0.28;
const GRID = 480;

export function FlowGraphView(props: FlowGraphViewProps) {
  const t = graphTexts();
  const { graph } = props;
  if (graph.omitted !== undefined) {
    return (
      <div class="graph-pane">
        <EmptyNotice title={t.graph}>
          <p>{t.tooLarge(graph.omitted.toLocaleString(locale()))}</p>
        </EmptyNotice>
      </div>
    );
  }
  return <Drawn {...props} />;
}

function Drawn({ graph, status, taken, selected = null, onSelect, onOpen }: FlowGraphViewProps) {
  const t = graphTexts();
  const box = useRef<HTMLDivElement>(null);
  const { folded, toggle, openAll, closeAll, reveal } = useFolding(graph);
  const { shown, fault } = useLayout(graph, folded);
  const view = useView(box, shown);
  const [focused, setFocused] = useState<string | null>(null);
  const active = activeNode(shown?.graph ?? graph, shown?.folded ?? folded, focused, selected);
  const isFocusWanted = useRef(false);
  const isFocusAwaited = useRef(false);

  const focusNode = (node: number): void => {
    setFocused(indexOf(graph).keys[node] ?? null);
    isFocusWanted.current = true;
    view.reveal(node);
  };
  // Before the next key arrives.
  useLayoutEffect(() => {
    if (!isFocusWanted.current) return;
    isFocusWanted.current = false;
    box.current?.querySelector<SVGGElement>(`[data-node="${active}"]`)?.focus({ preventScroll: true });
  });
  // A node that opens or closes becomes another element.
  useLayoutEffect(() => {
    if (!isFocusAwaited.current) return;
    isFocusAwaited.current = false;
    box.current?.querySelector<SVGGElement>(`[data-node="${active}"]`)?.focus({ preventScroll: true });
  }, [shown?.layout]);
  useEffect(() => {
    if (selected !== null && selected < graph.nodes.length) reveal(selected);
  }, [selected, graph]);
  useEffect(() => {
    if (selected !== null && shown?.graph === graph) view.reveal(hiddenBy(graph, folded, selected) ?? selected);
  }, [selected, shown?.layout]);
  useShortcuts([
    { keys: '+', about: t.zoomIn, run: () => view.zoomBy(ZOOM_STEP) },
    { keys: '-', about: t.zoomOut, run: () => view.zoomBy(1 / ZOOM_STEP) },
    { keys: '0', about: t.fit, run: view.fit },
  ]);

  const onClick = (event: MouseEvent): void => {
    if (view.wasDragged()) return;
    const folds = numberAt(event, 'fold');
    if (folds !== null) return toggle(folds);
    const target = numberAt(event, 'target');
    const node = target ?? numberAt(event, 'node') ?? (isOverview ? nodeUnder(event) : null);
    if (node === null) return;
    focusNode(node);
    onSelect?.(node);
  };
  const nodeUnder = ({ clientX, clientY }: MouseEvent): number | null => {
    const { left = 0, top = 0 } = box.current?.getBoundingClientRect() ?? {};
    const { x, y, scale } = view.view;
    return shown && nodeAtPoint(shown.layout, { x: (clientX - left - x) / scale, y: (clientY - top - y) / scale });
  };
  const onDoubleClick = (event: MouseEvent): void => {
    const node = numberAt(event, 'node');
    if (node !== null && numberAt(event, 'fold') === null) onOpen?.(node);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const node = numberAt(event, 'node');
    if (node === null || shown === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (move !== undefined) {
      const to = moveFrom(shown.graph, shown.layout, node, move);
      if (to !== null) focusNode(to);
    } else if (event.key === 'Enter') {
      if (node === selected) onOpen?.(node);
      else onSelect?.(node);
    } else if (event.key === ' ') {
      isFocusAwaited.current = true;
      toggle(node);
    } else if (event.key === 'Home') {
      focusNode(scopeAt(shown.graph, 0).start);
    } else {
      return;
    }
    event.preventDefault();
  };

  const detail: Detail = view.view.scale < SHAPES_BELOW ? 'shapes' : view.view.scale < NAMES_BELOW ? 'names' : 'all';
  const inView = widened(visibleArea(view.view, view.pane), GRID);
  const isOverview = shown !== null && isFar(shown, inView, detail);
  // An overview is the same wherever the view is.
  const area = isOverview ? { x: 0, y: 0, width: shown.layout.width, height: shown.layout.height } : inView;
  const scene = useMemo(
    () => shown && <Scene {...{ shown, area, detail, isOverview, active, status, taken }} selected={selected} />,
    [
      shown,
      area.x,
      area.y,
      area.width,
      area.height,
      detail,
      isOverview,
      active,
      status,
      taken,
      selected,
      language.value,
    ],
  );
  const { x, y, scale } = view.view;
  const hasFolds = indexOf(graph).scopesOf.some((scopes) => scopes.length > 0);
  return (
    <div class="graph-pane">
      <div
        ref={box}
        class="graph-box"
        style={{ backgroundPosition: `${x}px ${y}px`, backgroundSize: `${dotGap(scale)}px ${dotGap(scale)}px` }}
        onClick={onClick}
        onDblClick={onDoubleClick}
        onKeyDown={onKeyDown}
      >
        <svg role="group" aria-label={t.graph} aria-description={t.help} class={`graph ${detail}`}>
          <g transform={`translate(${x} ${y}) scale(${scale})`}>{scene}</g>
        </svg>
      </div>
      {fault !== null && (
        <div class="graph-fault">
          <FaultNotice fault={new Error(`${t.failed} (${fault.message})`)} />
        </div>
      )}
      <div class="graph-tools" role="group" aria-label={t.graph}>
        {hasFolds && (
          <>
            <Button kind="quiet" label={t.openAll} onClick={openAll}>
              <ToolIcon shape="M3 6l5-4 5 4M3 10l5 4 5-4" />
            </Button>
            <Button kind="quiet" label={t.closeAll} onClick={closeAll}>
              <ToolIcon shape="M3 2l5 4 5-4M3 14l5-4 5 4" />
            </Button>
          </>
        )}
        <Button kind="quiet" label={t.zoomOut} onClick={() => view.zoomBy(1 / ZOOM_STEP)}>
          <ToolIcon shape="M3 8h10" />
        </Button>
        <Button kind="quiet" label={t.fit} onClick={view.fit}>
          <ToolIcon shape="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" />
        </Button>
        <Button kind="quiet" label={t.zoomIn} onClick={() => view.zoomBy(ZOOM_STEP)}>
          <ToolIcon shape="M3 8h10M8 3v10" />
        </Button>
      </div>
    </div>
  );
}

const MOVES: Readonly<Record<string, Move>> = {
  ArrowDown: 'down',
  ArrowUp: 'up',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

function ToolIcon({ shape }: { readonly shape: string }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={shape} />
    </svg>
  );
}

/** The dots of the ground are about as far apart at each zoom. */
function dotGap(scale: number): number {
  let gap = 24 * scale;
  while (gap < 16) gap *= 2;
  while (gap > 40) gap /= 2;
  return gap;
}

/** The number in the nearest `data-` attribute of this name around the target of an event. */
function numberAt({ target }: Event, name: string): number | null {
  const text = target instanceof Element ? target.closest<SVGElement>(`[data-${name}]`)?.dataset[name] : undefined;
  return text === undefined ? null : Number(text);
}

/** The node in the order of the Tab key: the one that had the focus last, else the selected one, else the first. */
function activeNode(
  graph: FlowGraph,
  folded: ReadonlySet<number>,
  focused: string | null,
  selected: number | null,
): number {
  const known = focused === null ? undefined : indexOf(graph).byKey.get(focused);
  const node = known ?? (selected !== null && selected < graph.nodes.length ? selected : scopeAt(graph, 0).start);
  return hiddenBy(graph, folded, node) ?? node;
}

interface Folding {
  readonly folded: ReadonlySet<number>;
  toggle(node: number): void;
  openAll(): void;
  closeAll(): void;
  /** Opens the nodes that hide a node. */
  reveal(node: number): void;
}

/** What is open, remembered by the keys of nodes, so that an edit elsewhere in the text leaves it as it is. */
function useFolding(graph: FlowGraph): Folding {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const toggled = useMemo(() => {
    const { byKey } = indexOf(graph);
    return new Set([...keys].flatMap((key) => byKey.get(key) ?? []));
  }, [graph, keys]);
  const folded = useMemo(() => foldedAfter(graph, toggled), [graph, toggled]);
  const set = (next: ReadonlySet<number>): void => {
    const index = indexOf(graph);
    // Nodes that are not in this graph may come back with the next key pressed.
    const absent = [...keys].filter((key) => !index.byKey.has(key));
    setKeys(new Set([...absent, ...[...next].map((node) => index.keys[node] ?? '')]));
  };
  const flip = (nodes: readonly number[]): void => {
    if (nodes.length === 0) return;
    const next = new Set(toggled);
    for (const node of nodes) if (!next.delete(node)) next.add(node);
    set(next);
  };
  const holders = (): number[] =>
    graph.nodes.filter(({ index }) => (indexOf(graph).scopesOf[index]?.length ?? 0) > 0).map(({ index }) => index);
  return {
    folded,
    toggle: (node) => {
      if ((indexOf(graph).scopesOf[node]?.length ?? 0) > 0) flip([node]);
    },
    openAll: () => flip(holders().filter((node) => folded.has(node))),
    closeAll: () => flip(holders().filter((node) => !folded.has(node))),
    reveal: (node) => flip(ownersOf(graph, node).filter((owner) => folded.has(owner))),
  };
}
