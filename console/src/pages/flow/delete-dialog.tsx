/** Asks before a flow is deleted: it says what goes along, and wants the name typed. */
import { useState } from 'preact/hooks';
import { ownStorage } from '../../app/own-storage.ts';
import { call } from '../../api/client.ts';
import { navigate } from '../../app/router.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNotice } from '../../parts/notice.tsx';
import { TextField } from '../../parts/text-field.tsx';
import { say } from '../../parts/toast.tsx';
import { useAction } from '../../parts/use-action.ts';
import { useIsShown } from '../../parts/use-is-shown.ts';
import { useResource } from '../../parts/use-resource.ts';
import { locale } from '../../texts/texts.ts';
import { writeDraft } from './draft.ts';
import { isMissing } from './flow-source.ts';
import { ownSettings } from './settings/settings-draft.ts';
import { flowTexts } from './texts.ts';

/** The most that one page of a list has; more is shown as "1,000+". */
const MOST = 1_000;

interface Counts {
  readonly running: number | null;
  readonly versions: number;
  readonly aliases: number;
  readonly schedules: number;
}

async function countsOf(flow: string, signal: AbortSignal): Promise<Counts> {
  const [summaries, versions, aliases, schedules] = await Promise.all([
    // A key may be allowed to delete one flow and not to see figures of all.
    call('SummarizeFlows', { NameContains: flow, Limit: 100 }, { signal }).catch(() => null),
    call('ListFlowVersions', { FlowName: flow, Limit: MOST }, { signal }),
    call('ListFlowAliases', { FlowName: flow, Limit: MOST }, { signal }),
    call('ListSchedules', { FlowName: flow, Limit: MOST }, { signal }),
  ]);
  return {
    running: summaries?.Flows.find(({ Name }) => Name === flow)?.Running ?? null,
    versions: versions.FlowVersions.length,
    aliases: aliases.Aliases.length,
    schedules: schedules.Schedules.length,
  };
}

export function DeleteDialog({ flow, onClose }: { readonly flow: string; readonly onClose: () => void }) {
  const t = flowTexts();
  const [typed, setTyped] = useState('');
  const counts = useResource(`delete ${flow}`, (signal) => countsOf(flow, signal));
  const isShown = useIsShown();
  const remove = useAction(async () => {
    await call('DeleteFlow', { Name: flow }).catch((error: unknown) => {
      // Someone else was quicker; the flow is gone as the person wanted.
      if (!isMissing(error as Error)) throw error;
    });
    writeDraft(ownStorage('sessionStorage'), flow, null);
    ownSettings().write(flow, null);
    say(t.deleted(flow));
    if (isShown.current) navigate(['flows']);
  });
  const isConfirmed = typed === flow;
  return (
    <Dialog
      title={t.deleteTitle(flow)}
      onClose={onClose}
      actions={
        <Button kind="danger" isDisabled={!isConfirmed} isBusy={remove.isBusy} onClick={() => void remove.run()}>
          {t.delete}
        </Button>
      }
    >
      <p>{t.deleteAbout}</p>
      <ul class="delete-list">
        <li>{t.deleteHistories}</li>
        <CountedParts counts={counts.data} />
      </ul>
      <p class="muted">{t.deleteCallers}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isConfirmed) void remove.run();
        }}
      >
        <TextField
          label={
            <>
              {t.deleteConfirm} (<bdi class="mono">{flow}</bdi>)
            </>
          }
          value={typed}
          onChange={setTyped}
        />
      </form>
      {remove.fault !== null && <FaultNotice fault={remove.fault} />}
    </Dialog>
  );
}

function CountedParts({ counts }: { readonly counts: Counts | null }) {
  const t = flowTexts();
  if (counts === null) return <li>{t.deleteUnknown}</li>;
  const { running, versions, aliases, schedules } = counts;
  const shown = (count: number): string => `${count.toLocaleString(locale())}${count === MOST ? '+' : ''}`;
  return (
    <>
      {running !== null && <li>{t.deleteRunning(shown(running), running)}</li>}
      {versions > 0 && <li>{t.deleteVersions(shown(versions), versions)}</li>}
      {aliases > 0 && <li>{t.deleteAliases(shown(aliases), aliases)}</li>}
      {schedules > 0 && <li>{t.deleteSchedules(shown(schedules), schedules)}</li>}
    </>
  );
}
