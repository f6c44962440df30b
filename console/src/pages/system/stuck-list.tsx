/** Executions that the server cannot continue, with what a person can do: look at one, or stop it. */
import { call } from '../../api/client.ts';
import type { ReplyOf } from '../../api/client.ts';
import { to } from '../../app/router.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNotice } from '../../parts/notice.tsx';
import { Time } from '../../parts/time.tsx';
import { say } from '../../parts/toast.tsx';
import { useAction } from '../../parts/use-action.ts';
import { locale } from '../../texts/texts.ts';
import { systemTexts } from './texts.ts';

type System = ReplyOf<'DescribeSystem'>;

export interface StuckListProps {
  readonly system: System;
  readonly onStopped: () => void;
}

export function StuckList({ system: { Stuck, StuckCount }, onStopped }: StuckListProps) {
  const t = systemTexts();
  if (Stuck.length === 0) {
    return (
      <section class="card stack">
        <h2>{t.stuck}</h2>
        <p class="muted">{t.noStuck}</p>
      </section>
    );
  }
  return (
    <section class="card stack stuck">
      <h2>
        {t.stuck} <span class="number">{StuckCount.toLocaleString(locale())}</span>
      </h2>
      <p>{t.stuckAbout}</p>
      {StuckCount > Stuck.length && <p class="muted">{t.stuckMore(StuckCount.toLocaleString(locale()))}</p>}
      <ul class="stuck-list">
        {Stuck.map((stuck) => (
          <StuckRow key={`${stuck.FlowName}\n${stuck.ExecutionName}`} stuck={stuck} onStopped={onStopped} />
        ))}
      </ul>
    </section>
  );
}

interface StuckRowProps {
  readonly stuck: System['Stuck'][number];
  readonly onStopped: () => void;
}

function StuckRow({ stuck, onStopped }: StuckRowProps) {
  const t = systemTexts();
  const { FlowName, ExecutionName } = stuck;
  const action = useAction(async () => {
    await call('StopExecution', { FlowName, ExecutionName });
    say(t.stopped(ExecutionName));
    onStopped();
  });
  return (
    <li>
      <div class="row">
        <span class="fill">
          <a href={to.execution(FlowName, ExecutionName)}>
            <bdi>{ExecutionName}</bdi>
          </a>{' '}
          <span class="muted">
            <bdi>{FlowName}</bdi>
            {stuck.State !== '' && (
              <>
                {' · '}
                {t.state} <bdi>{stuck.State}</bdi>
              </>
            )}
            {' · '}
            {t.since} <Time at={stuck.SinceTime} />
          </span>
        </span>
        <Button kind="danger" isBusy={action.isBusy} onClick={() => void action.run()}>
          {t.stop}
        </Button>
      </div>
      <p class="prewrap">{stuck.Reason}</p>
      {action.fault !== null && <FaultNotice fault={action.fault} />}
    </li>
  );
}
