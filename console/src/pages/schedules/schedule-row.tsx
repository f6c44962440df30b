/** One schedule: on or off, when it is due, how its last executions ended; opened, its payload and further times. */
import { useEffect, useId } from 'preact/hooks';
import { to } from '../../app/router.ts';
import { JsonView } from '../../parts/json-view.tsx';
import { FaultNotice } from '../../parts/notice.tsx';
import { StatusBadge, StatusIcon, statusText } from '../../parts/status.tsx';
import { serverAheadMs } from '../../app/clock.ts';
import { durationText } from '../../parts/duration-text.ts';
import { Time, useNow } from '../../parts/time.tsx';
import { say } from '../../parts/toast.tsx';
import { useAction } from '../../parts/use-action.ts';
import { duePrefix } from './due-names.ts';
import type { ScheduleLine } from './schedule-list.ts';
import type { SchedulesSource } from './schedules-source.ts';
import { schedulesTexts } from './texts.ts';

export interface ScheduleRowProps {
  readonly line: ScheduleLine;
  readonly source: SchedulesSource;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

export function ScheduleRow({ line, source, isOpen, onToggle }: ScheduleRowProps) {
  const t = schedulesTexts();
  const { flow, schedule, last } = line;
  const name = schedule.ScheduleName;
  const details = useId();
  useEffect(() => source.wantLast(flow, name), [flow, name]);
  const action = useAction(async () => {
    await source.enable(flow, name, !schedule.Enable);
    say(schedule.Enable ? t.turnedOff(name) : t.turnedOn(name));
  });
  const newest = last?.[0];
  return (
    <li class={`schedule${schedule.Enable ? '' : ' is-off'}`}>
      <div class="schedule-line">
        <button
          type="button"
          class="switch"
          role="switch"
          aria-checked={schedule.Enable}
          aria-busy={action.isBusy}
          aria-label={t.enable(name)}
          title={t.enable(name)}
          onClick={() => void action.run()}
        />
        <span class="schedule-names">
          <button type="button" class="disclose" aria-expanded={isOpen} aria-controls={details} onClick={onToggle}>
            <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
            <bdi>{name}</bdi>
          </button>
          <a class="muted" href={to.flow(flow)}>
            <bdi>{flow}</bdi>
          </a>
        </span>
        <code class="schedule-expression">{schedule.CronExpression}</code>
        <span class="schedule-next">
          <NextTime line={line} />
        </span>
        <span class="schedule-last">
          {last === undefined || newest === undefined ? (
            <span class="muted">{last === undefined ? '' : t.noLast}</span>
          ) : (
            <>
              <span class="marks">
                {last
                  .slice(1)
                  .toReversed()
                  .map((each) => (
                    <a
                      key={each.name}
                      href={to.execution(flow, each.name)}
                      title={`${statusText(each.status)} · ${each.name}`}
                      aria-label={`${statusText(each.status)} · ${each.name}`}
                    >
                      <StatusIcon status={each.status} />
                    </a>
                  ))}
              </span>
              <a href={to.execution(flow, newest.name)} title={newest.name} class="last-link">
                <StatusBadge status={newest.status} />
              </a>
            </>
          )}
        </span>
      </div>
      {action.fault !== null && <FaultNotice fault={action.fault} />}
      {isOpen && (
        <div class="schedule-details" id={details}>
          <Details line={line} />
        </div>
      )}
    </li>
  );
}

function NextTime({ line: { schedule, next, everyMinutes } }: { readonly line: ScheduleLine }) {
  const t = schedulesTexts();
  const [first] = next;
  if (!schedule.Enable) return <span class="muted">{t.off}</span>;
  if (first === undefined) {
    return everyMinutes === null ? (
      <span class="muted">{t.never}</span>
    ) : (
      <span title={t.counted}>{t.unknownNext(everyMinutes)}</span>
    );
  }
  return (
    <>
      <Time at={first} />
      <Until atMs={first} />
    </>
  );
}

const MINUTE_MS = 60_000;

function Until({ atMs }: { readonly atMs: number }) {
  const t = schedulesTexts();
  const leftMs = atMs - (useNow() + serverAheadMs.value);
  // Seconds matter in the last minute only.
  const shownMs = leftMs < MINUTE_MS ? Math.ceil(leftMs / 1_000) * 1_000 : Math.floor(leftMs / MINUTE_MS) * MINUTE_MS;
  return <span class="muted small">{leftMs <= 0 ? t.now : t.in(durationText(shownMs))}</span>;
}

function Details({ line: { flow, schedule, next } }: { readonly line: ScheduleLine }) {
  const t = schedulesTexts();
  return (
    <>
      {schedule.Description !== '' && <p class="prewrap">{schedule.Description}</p>}
      {next.length > 1 && (
        <p>
          <span class="muted">{t.later}</span>{' '}
          {next.slice(1).map((ms) => (
            <span key={ms} class="later">
              <Time at={ms} />
            </span>
          ))}
        </p>
      )}
      <section>
        <h2>{t.payload}</h2>
        <JsonView text={schedule.Payload} label={t.payload} />
      </section>
      <p>
        <a href={to.executions({ flow, name: duePrefix(schedule.ScheduleName) })}>{t.allLast}</a>
      </p>
    </>
  );
}
