/** One flow in the list, with its last executions as marks. */
import { useRef } from 'preact/hooks';
import { to } from '../../app/router.ts';
import { StatusIcon, statusClass, statusText } from '../../parts/status.tsx';
import { durationText } from '../../parts/duration-text.ts';
import { Time, shownTime, timeMs } from '../../parts/time.tsx';
import { locale } from '../../texts/texts.ts';
import { successPercent } from './flow-list.ts';
import type { FlowSummary, Mark } from './flow-list.ts';
import { flowsTexts } from './texts.ts';

const PERCENT: Intl.NumberFormatOptions = { style: 'percent', maximumFractionDigits: 1 };

export interface FlowRowProps {
  readonly flow: FlowSummary;
  readonly index: number;
  /** How many marks have space. */
  readonly marks: number;
  /** The row that the keyboard is at; its name is the one stop of the Tab key. */
  readonly isActive: boolean;
  readonly onFocus: () => void;
}

export function FlowRow({ flow, index, marks, isActive, onFocus }: FlowRowProps) {
  const t = flowsTexts();
  const row = useRef<HTMLDivElement>(null);
  const percent = successPercent(flow);
  return (
    <div
      ref={row}
      class={isActive ? 'flow-row active' : 'flow-row'}
      role="row"
      aria-rowindex={index + 2}
      onFocusIn={onFocus}
      onKeyDown={(event) => moveInRow(event, row.current)}
    >
      <div class="flow-name" role="rowheader">
        <a href={to.flow(flow.Name)} tabIndex={isActive ? 0 : -1} class="ellipsis" title={flow.Name}>
          <bdi>{flow.Name}</bdi>
        </a>
        {flow.Description !== '' && (
          <span class="muted small ellipsis" title={flow.Description}>
            <bdi>{flow.Description}</bdi>
          </span>
        )}
      </div>
      <div class="flow-mode" role="cell">
        <span>{flow.ExecutionMode}</span>
        <span class="muted small">{t[flow.Dialect]}</span>
      </div>
      <div class="flow-marks" role="cell">
        <Marks flow={flow.Name} marks={flow.Last.slice(0, marks)} />
      </div>
      <div class="flow-success" role="cell">
        {percent === null ? (
          <span class="muted">–</span>
        ) : (
          <>
            <span class="number">{(percent / 100).toLocaleString(locale(), PERCENT)}</span>
            <span class="muted small number">{t.of(flow.Succeeded, flow.Ended)}</span>
          </>
        )}
      </div>
      <div class="flow-durations number" role="cell" title={t.since(shownTime(timeMs(flow.SinceTime) ?? 0))}>
        {flow.Ended === 0 ? (
          <span class="muted">–</span>
        ) : (
          <>
            <span>{durationText(flow.P50)}</span>
            <span class="muted small">{durationText(flow.P95)}</span>
          </>
        )}
      </div>
      <div class="flow-running number" role="cell">
        {flow.Running === 0 ? (
          <span class="muted">0</span>
        ) : (
          <a class={`badge ${statusClass('Running')}`} href={to.flow(flow.Name, { tab: 'executions' })} tabIndex={-1}>
            {flow.Running.toLocaleString(locale())}
            <span class="visually-hidden"> {t.running}</span>
          </a>
        )}
      </div>
      <div class="flow-modified small" role="cell">
        <Time at={flow.LastModifiedTime} />
      </div>
    </div>
  );
}

/** Oldest left, so that the newest are where the eye ends. */
function Marks({ flow, marks }: { readonly flow: string; readonly marks: readonly Mark[] }) {
  if (marks.length === 0) return <span class="muted small">{flowsTexts().noMarks}</span>;
  return (
    <>
      {marks.toReversed().map((mark) => (
        <MarkLink key={mark.Name} flow={flow} mark={mark} />
      ))}
    </>
  );
}

function MarkLink({ flow, mark }: { readonly flow: string; readonly mark: Mark }) {
  const t = flowsTexts();
  const startMs = timeMs(mark.StartedTime);
  const endMs = timeMs(mark.StoppedTime);
  const duration = startMs === null || endMs === null ? '' : durationText(endMs - startMs);
  const time = startMs === null ? '' : shownTime(startMs);
  const title = t.mark(statusText(mark.Status), time, duration, mark.Name);
  return (
    <a
      class={`mark ${statusClass(mark.Status)}`}
      href={to.execution(flow, mark.Name)}
      tabIndex={-1}
      title={title}
      aria-label={title}
    >
      <StatusIcon status={mark.Status} />
    </a>
  );
}

/** The left and right arrows move between the name and the marks. */
function moveInRow(event: KeyboardEvent, row: HTMLElement | null): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0 || row === null || event.altKey || event.ctrlKey || event.metaKey) return;
  const links = [...row.querySelectorAll('a')];
  const next = links[links.indexOf(document.activeElement as HTMLAnchorElement) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
