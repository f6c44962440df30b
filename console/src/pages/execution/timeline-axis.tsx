/** The times above the bars, counted from the beginning. A drag over them zooms into the stretch. */
import { useRef, useState } from 'preact/hooks';
import { useMedia } from '../../parts/use-media.ts';
import { durationText } from '../../parts/duration-text.ts';
import { shownTime } from '../../parts/time.tsx';
import { ticksOf, viewOf } from './model/bars.ts';
import type { View } from './model/bars.ts';
import { executionTexts } from './texts.ts';

/** A shorter drag is a click. */
const DRAG_SHARE = 0.01;
const LAST_TICK = 0.95;
const LAST_TICK_NARROW = 0.75;

export function TimelineAxis({
  view,
  whole,
  zeroMs,
  onChoose,
}: {
  readonly view: View;
  readonly whole: View;
  readonly zeroMs: number;
  readonly onChoose: (view: View) => void;
}) {
  const t = executionTexts();
  const isNarrow = useMedia('(max-width: 620px)');
  const isWide = useMedia('(min-width: 1300px)');
  const range = view.untilMs - view.fromMs;
  // A text at the end of the axis would be cut.
  const lastMs = view.fromMs + range * (isNarrow ? LAST_TICK_NARROW : LAST_TICK);
  const ticks = ticksOf(view, zeroMs, isNarrow ? 2 : isWide ? 7 : 4).filter((offset) => zeroMs + offset <= lastMs);
  const track = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ readonly from: number; readonly until: number } | null>(null);
  const shareOf = (event: PointerEvent): number => {
    const box = track.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return 0;
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const onEnd = (): void => {
    if (drag === null) return;
    const [from, until] = [Math.min(drag.from, drag.until), Math.max(drag.from, drag.until)];
    setDrag(null);
    if (until - from < DRAG_SHARE) return;
    onChoose(viewOf(view.fromMs + from * range, view.fromMs + until * range, whole));
  };
  return (
    <div class="axis" aria-hidden="true" title={t.timeHint}>
      <div class="axis-name" />
      <div
        class="axis-track"
        ref={track}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const share = shareOf(event);
          setDrag({ from: share, until: share });
        }}
        onPointerMove={(event) => {
          if (drag !== null) setDrag({ ...drag, until: shareOf(event) });
        }}
        onPointerUp={onEnd}
        onPointerCancel={() => setDrag(null)}
      >
        {ticks.map((offset) => (
          <span
            key={offset}
            class="tick number"
            title={shownTime(zeroMs + offset, { withMs: true })}
            style={{ left: `${((zeroMs + offset - view.fromMs) / range) * 100}%` }}
          >
            {tickText(offset)}
          </span>
        ))}
        {drag !== null && (
          <span
            class="axis-drag"
            style={{
              left: `${Math.min(drag.from, drag.until) * 100}%`,
              width: `${Math.abs(drag.until - drag.from) * 100}%`,
            }}
          />
        )}
      </div>
    </div>
  );
}

function tickText(offset: number): string {
  if (offset === 0) return '0';
  return offset < 60_000 && offset % 1000 === 0 ? `${offset / 1000} s` : durationText(offset);
}
