/** The schedules of a flow, with the times at which they are due next. */
import { useState } from 'preact/hooks';
import { serverNowMs } from '../../../app/clock.ts';
import { call } from '../../../api/client.ts';
import { to } from '../../../app/router.ts';
import { Button } from '../../../parts/button.tsx';
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx';
import { EmptyNotice, FaultNotice, Loading, faultText } from '../../../parts/notice.tsx';
import { nextTimes } from '../../../parts/next-times.ts';
import { Time, timeMs } from '../../../parts/time.tsx';
import { say } from '../../../parts/toast.tsx';
import { useAction } from '../../../parts/use-action.ts';
import { useReloadOn } from '../../../parts/use-reload-on.ts';
import { useResource } from '../../../parts/use-resource.ts';
import { ActionsCell, ListCard, ListTable, RowButton } from '../list-card.tsx';
import { loadSchedules } from './schedule-list.ts';
import type { Schedule } from './schedule-list.ts';
import { ScheduleDialog } from './schedule-dialog.tsx';
import { schedulesTexts } from './texts.ts';

const PAGE_SCHEDULES = 100;
const SHOWN_TIMES = 3;

type Open = { readonly kind: 'new' } | { readonly kind: 'edit' | 'delete'; readonly schedule: Schedule };

export function SchedulesTab({ flow, round }: { readonly flow: string; readonly round: number }) {
  const t = schedulesTexts();
  const [count, setCount] = useState(PAGE_SCHEDULES);
  const [open, setOpen] = useState<Open | null>(null);
  const schedules = useResource(`schedules ${flow}`, (signal) => loadSchedules(flow, count, signal));
  useReloadOn(`${round} ${count}`, schedules.reload);
  const { data, fault, reload } = schedules;
  const close = (): void => setOpen(null);
  const create = (
    <Button kind="primary" onClick={() => setOpen({ kind: 'new' })}>
      {t.create}
    </Button>
  );
  return (
    <div class="stack">
      {fault !== null && <FaultNotice fault={fault} onRetry={reload} />}
      {data === null ? (
        fault === null && <Loading />
      ) : data.entries.length === 0 ? (
        <EmptyNotice title={t.none}>
          <p>{t.about}</p>
          {create}
        </EmptyNotice>
      ) : (
        <ListCard title={t.title} about={t.about} create={create}>
          <ListTable label={t.title} columns={[t.enabled, t.name, t.expression, t.next, t.payload]}>
            {data.entries.map((schedule) => (
              <ScheduleRow
                key={schedule.ScheduleId}
                flow={flow}
                schedule={schedule}
                onOpen={setOpen}
                onChanged={reload}
              />
            ))}
          </ListTable>
          {data.hasMore && <Button onClick={() => setCount(count + 1_000)}>{t.more}</Button>}
        </ListCard>
      )}
      {open !== null && open.kind !== 'delete' && (
        <ScheduleDialog
          flow={flow}
          schedule={open.kind === 'edit' ? open.schedule : null}
          onClose={close}
          onDone={reload}
        />
      )}
      {open?.kind === 'delete' && (
        <ConfirmDialog
          title={t.deleteTitle(open.schedule.ScheduleName)}
          button={t.delete}
          onClose={close}
          act={async () => {
            const { ScheduleName } = open.schedule;
            await call('DeleteSchedule', { FlowName: flow, ScheduleName });
            say(t.deleted(ScheduleName));
            reload();
          }}
        >
          {t.deleteAbout}
        </ConfirmDialog>
      )}
    </div>
  );
}

function ScheduleRow({
  flow,
  schedule,
  onOpen,
  onChanged,
}: {
  readonly flow: string;
  readonly schedule: Schedule;
  readonly onOpen: (open: Open) => void;
  readonly onChanged: () => void;
}) {
  const t = schedulesTexts();
  const { ScheduleName: name, Enable: isOn } = schedule;
  const toggle = useAction(async () => {
    await call('UpdateSchedule', { FlowName: flow, ScheduleName: name, Enable: !isOn }).catch((error: unknown) => {
      say(faultText(error as Error), { isFault: true });
      throw error;
    });
    say(isOn ? t.turnedOff(name) : t.turnedOn(name));
    onChanged();
  });
  return (
    <tr class={isOn ? '' : 'schedule-off'}>
      <td>
        <button
          type="button"
          class="switch"
          role="switch"
          aria-checked={isOn}
          aria-busy={toggle.isBusy}
          aria-label={isOn ? t.turnOff(name) : t.turnOn(name)}
          title={isOn ? t.turnOff(name) : t.turnOn(name)}
          onClick={() => void toggle.run()}
        />
      </td>
      <td>
        <span class="schedule-name">{name}</span>
        {schedule.Description !== '' && <bdi class="muted small prewrap schedule-about">{schedule.Description}</bdi>}
      </td>
      <td>
        <code>{schedule.CronExpression}</code>
      </td>
      <td class="small">
        <NextTimes schedule={schedule} />
      </td>
      <td>
        <code class="ellipsis schedule-payload" title={schedule.Payload}>
          {schedule.Payload}
        </code>
      </td>
      <ActionsCell>
        <a class="button quiet" href={to.flow(flow, { tab: 'executions', name })} aria-label={`${t.runs}: ${name}`}>
          {t.runs}
        </a>
        <RowButton text={t.edit} of={name} onClick={() => onOpen({ kind: 'edit', schedule })} />
        <RowButton text={t.delete} of={name} onClick={() => onOpen({ kind: 'delete', schedule })} />
      </ActionsCell>
    </tr>
  );
}

/** The next times of a schedule. An interval counts from a moment that the API shows only of a schedule that was never changed. */
function NextTimes({ schedule }: { readonly schedule: Schedule }) {
  const t = schedulesTexts();
  const { CronExpression, Enable, CreatedTime, LastModifiedTime } = schedule;
  if (!Enable) return <span class="muted">{t.off}</span>;
  const fromMs = CreatedTime === LastModifiedTime ? timeMs(CreatedTime) : null;
  const { times, everyMinutes } = nextTimes(CronExpression, serverNowMs(), SHOWN_TIMES, fromMs);
  return (
    <span class="next-times">
      {everyMinutes !== null && <span title={times.length === 0 ? t.unknown : undefined}>{t.every(everyMinutes)}</span>}
      {times.map((ms) => (
        <Time key={ms} at={ms} />
      ))}
    </span>
  );
}
