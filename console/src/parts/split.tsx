/**
 * Two panes side by side with a bar between them that is dragged or moved with the arrow keys. The browser remembers where it is. On a
 * narrow screen the panes are one above the other, without a bar.
 */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { useMedia } from './use-media.ts';

export interface SplitProps {
  readonly first: ComponentChildren;
  readonly second: ComponentChildren;
  /** The name of the bar for people who do not see it. */
  readonly label: string;
  /** The browser remembers the place under this name. */
  readonly storedAs: string;
}

const NARROW = '(max-width: 900px)';
/** In percent of the width, for the first pane. */
const LEAST = 15;
const MOST = 85;
const STEP = 2;

export function clampShare(percent: number): number {
  return Math.min(MOST, Math.max(LEAST, Math.round(percent * 10) / 10));
}

export function Split({ first, second, label, storedAs }: SplitProps) {
  const box = useRef<HTMLDivElement>(null);
  const isNarrow = useMedia(NARROW);
  const [share, setShare] = useState(() => storedShare(storedAs));
  const move = (percent: number): void => {
    const next = clampShare(percent);
    setShare(next);
    try {
      localStorage.setItem(storedAs, String(next));
    } catch {
      // The bar stays where it is until the page is left.
    }
  };
  const drag = (event: PointerEvent): void => {
    const bar = event.currentTarget as HTMLElement;
    const bounds = box.current?.getBoundingClientRect();
    if (!bar.hasPointerCapture(event.pointerId) || bounds === undefined || bounds.width === 0) return;
    move(((event.clientX - bounds.left) / bounds.width) * 100);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = { ArrowLeft: share - STEP, ArrowRight: share + STEP, Home: LEAST, End: MOST, Enter: 50 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    move(next);
  };
  if (isNarrow) {
    return (
      <div class="split narrow">
        <div class="split-pane">{first}</div>
        <div class="split-pane">{second}</div>
      </div>
    );
  }
  return (
    <div ref={box} class="split">
      <div class="split-pane" style={{ flexGrow: share }}>
        {first}
      </div>
      <div
        class="split-bar"
        role="separator"
        aria-orientation="vertical"
        aria-label={label}
        aria-valuenow={Math.round(share)}
        aria-valuemin={LEAST}
        aria-valuemax={MOST}
        tabIndex={0}
        title={label}
        onPointerDown={(event) => {
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={drag}
        onDblClick={() => move(50)}
        onKeyDown={onKeyDown}
      />
      <div class="split-pane" style={{ flexGrow: 100 - share }}>
        {second}
      </div>
    </div>
  );
}

function storedShare(storedAs: string): number {
  try {
    const stored = Number(localStorage.getItem(storedAs) ?? 50);
    return Number.isNaN(stored) ? 50 : clampShare(stored);
  } catch {
    return 50;
  }
}
