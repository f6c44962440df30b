/**
 * The settings of a flow: description, role and environment variables; and facts about it that do not change. Unsaved changes outlive
 * the tab; a change by someone else meanwhile is shown before it is overwritten.
 */
import { useLayoutEffect, useState } from 'preact/hooks';
import { call } from '../../../api/client.ts';
import { useShortcuts } from '../../../app/keyboard.ts';
import { Button } from '../../../parts/button.tsx';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { Field } from '../../../parts/field.tsx';
import { FaultNotice } from '../../../parts/notice.tsx';
import { TextField } from '../../../parts/text-field.tsx';
import { Time } from '../../../parts/time.tsx';
import { say } from '../../../parts/toast.tsx';
import { useAction } from '../../../parts/use-action.ts';
import { ConflictDialog } from '../conflict-dialog.tsx';
import { variableFaults } from '../environment.ts';
import type { Flow } from '../flow-source.ts';
import { EnvironmentEditor } from './environment-editor.tsx';
import { ownSettings } from './settings-draft.ts';
import { conflicts, differences, following, parameterOf, settingsOf, withSettings } from './settings.ts';
import type { Setting, Settings, SettingsDraft } from './settings.ts';
import { settingsTexts } from './texts.ts';

export interface SettingsTabProps {
  readonly flow: Flow;
  readonly isGone: boolean;
  readonly onSaved: () => void;
}

export function SettingsTab({ flow, isGone, onSaved }: SettingsTabProps) {
  const t = settingsTexts();
  const [drafts] = useState(ownSettings);
  const [restored] = useState(() => drafts.read(flow.Name));
  const [draft, setDraft] = useState<SettingsDraft>(restored ?? { settings: settingsOf(flow), base: settingsOf(flow) });
  /** What someone else has saved meanwhile, while it is compared. */
  const [theirs, setTheirs] = useState<Settings | null>(null);
  const { settings, base } = draft;
  const changed = differences(base, settings);
  const isChanged = changed.length > 0;
  const isRight = variableFaults(settings.Environment).every((fault) => fault === null);
  const change = (next: SettingsDraft): void => {
    setDraft(next);
    drafts.write(flow.Name, next);
  };
  const edit = (part: Partial<Settings>): void => change({ base, settings: { ...settings, ...part } });
  // At once after the rendering: an effect that came later would take away what someone has typed meanwhile.
  useLayoutEffect(() => change(following(draft, settingsOf(flow))), [flow]);
  /** `known`: the settings that the person knows to be saved. Others are shown before they are replaced. */
  const save = useAction(async (known: Settings) => {
    if (!isChanged || !isRight || isGone) return;
    const now = settingsOf(await call('DescribeFlow', { Name: flow.Name }));
    if (conflicts({ settings, base: known }, now).length > 0) {
      setTheirs(now);
      return;
    }
    const parameters = Object.fromEntries(changed.map((name) => [name, parameterOf(settings, name)]));
    const saved = settingsOf(await call('UpdateFlow', { Name: flow.Name, ...parameters }));
    setTheirs(null);
    // The person may have typed while the call was under way.
    setDraft((current) => {
      const next = following({ settings: current.settings, base: settings }, saved);
      drafts.write(flow.Name, next);
      return next;
    });
    say(t.saved);
    onSaved();
  });
  useShortcuts([{ keys: 'Mod+s', about: t.saveKeys, inFields: true, run: () => void save.run(base) }]);
  const isOvertaken = conflicts(draft, settingsOf(flow)).length > 0;
  return (
    <div class="settings">
      <form
        class="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run(base);
        }}
      >
        <Field label={t.description}>
          {(control) => (
            <textarea
              {...control}
              class="plain-text"
              rows={3}
              maxLength={4096}
              value={settings.Description}
              onInput={(event) => edit({ Description: event.currentTarget.value })}
            />
          )}
        </Field>
        <TextField
          label={t.role}
          hint={t.roleHelp}
          maxLength={1024}
          value={settings.RoleArn}
          onChange={(RoleArn) => edit({ RoleArn })}
        />
        <EnvironmentEditor variables={settings.Environment} onChange={(Environment) => edit({ Environment })} />
        {save.fault !== null && theirs === null && <FaultNotice fault={save.fault} />}
        <div class="row end">
          <span class="fill muted small" role="status">
            {isOvertaken
              ? t.changedMeanwhile
              : !isChanged
                ? ''
                : settings === restored?.settings
                  ? t.restored
                  : t.unsaved}
          </span>
          {isOvertaken && <Button onClick={() => setTheirs(settingsOf(flow))}>{t.showDifference}</Button>}
          <Button
            isDisabled={!isChanged}
            onClick={() => {
              change({ settings: settingsOf(flow), base: settingsOf(flow) });
              save.clear();
              say(t.discarded);
            }}
          >
            {t.reset}
          </Button>
          <Button kind="primary" type="submit" isDisabled={!isChanged || !isRight || isGone} isBusy={save.isBusy}>
            {t.save}
          </Button>
        </div>
      </form>
      <Facts flow={flow} />
      {theirs !== null && (
        <ConflictDialog
          texts={t}
          theirs={theirs}
          save={save}
          onClose={() => setTheirs(null)}
          onTake={() => {
            const names = conflicts(draft, theirs);
            change({
              settings: withSettings(settings, theirs, names),
              base: withSettings(base, theirs, names),
            });
            setTheirs(null);
          }}
        >
          <Conflicts draft={draft} theirs={theirs} />
        </ConflictDialog>
      )}
    </div>
  );
}

/** The settings of which there are two values. */
function Conflicts({ draft, theirs }: { readonly draft: SettingsDraft; readonly theirs: Settings }) {
  const t = settingsTexts();
  const titles = { Description: t.description, RoleArn: t.role, Environment: t.environment };
  return (
    <>
      {conflicts(draft, theirs).map((name) => (
        <section key={name}>
          <h3>{titles[name]}</h3>
          <dl class="conflict">
            <dt>{t.theirs}</dt>
            <dd class="prewrap mono">{shownSetting(theirs, name)}</dd>
            <dt>{t.mine}</dt>
            <dd class="prewrap mono">{shownSetting(draft.settings, name)}</dd>
          </dl>
        </section>
      ))}
    </>
  );
}

function shownSetting(settings: Settings, name: Setting): string {
  const text =
    name === 'Environment'
      ? settings.Environment.map(
          ({ Name, Value, Description }) => `${Name}=${Value}${Description && `  # ${Description}`}`,
        ).join('\n')
      : settings[name];
  return text === '' ? settingsTexts().none : text;
}

function Facts({ flow }: { readonly flow: Flow }) {
  const t = settingsTexts();
  return (
    <section class="card facts" aria-labelledby="facts-title">
      <h2 id="facts-title">{t.facts}</h2>
      <dl>
        <dt>{t.mode}</dt>
        <dd>
          {flow.ExecutionMode}
          <p class="muted small">{t.modeHelp}</p>
        </dd>
        <dt>{t.created}</dt>
        <dd>
          <Time at={flow.CreatedTime} />
        </dd>
        <dt>{t.modified}</dt>
        <dd>
          <Time at={flow.LastModifiedTime} />
        </dd>
        <dt>{t.id}</dt>
        <dd>
          <code>{flow.Id}</code> <CopyButton text={flow.Id} />
        </dd>
        <dt>{t.type}</dt>
        <dd>{flow.Type}</dd>
        <dt>{t.group}</dt>
        <dd>{flow.ResourceGroupId === '' ? <span class="muted">{t.none}</span> : flow.ResourceGroupId}</dd>
      </dl>
    </section>
  );
}
