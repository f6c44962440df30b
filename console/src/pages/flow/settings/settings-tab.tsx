/** The settings of a flow: description, role and environment variables; and facts about it that do not change. */
import { useId, useLayoutEffect, useState } from 'preact/hooks';
import { call } from '../../../api/client.ts';
import { Button } from '../../../parts/button.tsx';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { FaultNotice } from '../../../parts/notice.tsx';
import { Time, shownTime, timeMs } from '../../../parts/time.tsx';
import { say } from '../../../parts/toast.tsx';
import { useAction } from '../../../parts/use-action.ts';
import { environmentText, variableFaults } from '../environment.ts';
import type { Variable } from '../environment.ts';
import type { Flow } from '../flow-source.ts';
import { EnvironmentEditor } from './environment-editor.tsx';
import { settingsTexts } from './texts.ts';

interface Form {
  readonly description: string;
  readonly role: string;
  readonly variables: readonly Variable[];
}

function formOf(flow: Flow): Form {
  return { description: flow.Description, role: flow.RoleArn, variables: flow.Environment.Variables };
}

/** The parameters of UpdateFlow for the members in which two forms differ. */
function changesBetween(before: Form, after: Form): Readonly<Record<string, string>> {
  const environment = environmentText(after.variables);
  return {
    ...(before.description !== after.description && { Description: after.description }),
    ...(before.role !== after.role && { RoleArn: after.role }),
    ...(environmentText(before.variables) !== environment && { Environment: environment }),
  };
}

export function SettingsTab({ flow, onSaved }: { readonly flow: Flow; readonly onSaved: () => void }) {
  const t = settingsTexts();
  const ids = { description: useId(), role: useId() };
  /** The flow that the form began with. */
  const [base, setBase] = useState(flow);
  const [form, setForm] = useState(() => formOf(flow));
  /** What the flow is now, if it differs from the beginning in a setting that would be overwritten. */
  const [newer, setNewer] = useState<Flow | null>(null);
  const changes = changesBetween(formOf(base), form);
  const isChanged = Object.keys(changes).length > 0;
  const isRight = variableFaults(form.variables).every((fault) => fault === null);
  const begin = (from: Flow): void => {
    setBase(from);
    setForm(formOf(from));
    setNewer(null);
  };
  // At once after the rendering: an effect that came later would take away what someone has typed meanwhile.
  useLayoutEffect(() => {
    if (!isChanged) begin(flow);
  }, [flow]);
  const save = useAction(async (overwrites: boolean) => {
    if (!isChanged || !isRight) return;
    const now = await call('DescribeFlow', { Name: flow.Name });
    const others = changesBetween(formOf(base), formOf(now));
    if (!overwrites && Object.keys(others).some((member) => member in changes)) {
      setNewer(now);
      return;
    }
    await call('UpdateFlow', { Name: flow.Name, ...changes });
    begin(await call('DescribeFlow', { Name: flow.Name }));
    say(t.saved);
    onSaved();
  });
  return (
    <div class="settings">
      <form
        class="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run(false);
        }}
      >
        <div class="field">
          <label for={ids.description}>{t.description}</label>
          <textarea
            id={ids.description}
            class="plain-text"
            rows={3}
            maxLength={4096}
            value={form.description}
            onInput={(event) => setForm({ ...form, description: event.currentTarget.value })}
          />
        </div>
        <div class="field">
          <label for={ids.role}>{t.role}</label>
          <input
            id={ids.role}
            type="text"
            maxLength={1024}
            spellcheck={false}
            aria-describedby={`${ids.role}-hint`}
            value={form.role}
            onInput={(event) => setForm({ ...form, role: event.currentTarget.value })}
          />
          <span id={`${ids.role}-hint`} class="hint">
            {t.roleHelp}
          </span>
        </div>
        <EnvironmentEditor variables={form.variables} onChange={(variables) => setForm({ ...form, variables })} />
        {newer !== null && (
          <Newer
            base={base}
            newer={newer}
            onTake={() => begin(newer)}
            onOverwrite={() => {
              setNewer(null);
              void save.run(true);
            }}
          />
        )}
        {save.fault !== null && <FaultNotice fault={save.fault} />}
        <div class="row end">
          <Button isDisabled={!isChanged} onClick={() => begin(flow)}>
            {t.reset}
          </Button>
          <Button kind="primary" type="submit" isDisabled={!isChanged || !isRight} isBusy={save.isBusy}>
            {t.save}
          </Button>
        </div>
      </form>
      <Facts flow={flow} />
    </div>
  );
}

/** Someone else changed the same settings. */
function Newer({
  base,
  newer,
  onTake,
  onOverwrite,
}: {
  readonly base: Flow;
  readonly newer: Flow;
  readonly onTake: () => void;
  readonly onOverwrite: () => void;
}) {
  const t = settingsTexts();
  const titles: Readonly<Record<string, string>> = {
    Description: t.description,
    RoleArn: t.role,
    Environment: t.environment,
  };
  const theirs = changesBetween(formOf(base), formOf(newer));
  return (
    <div class="notice fault" role="alert">
      <p>{t.changed(shownTime(timeMs(newer.LastModifiedTime) ?? 0))}</p>
      <dl class="newer">
        {Object.entries(theirs).map(([member, text]) => (
          <div key={member}>
            <dt>{titles[member]}</dt>
            <dd class="prewrap mono">{text === '' ? t.none : text}</dd>
          </div>
        ))}
      </dl>
      <div class="row">
        <Button onClick={onTake}>{t.take}</Button>
        <Button kind="danger" onClick={onOverwrite}>
          {t.overwrite}
        </Button>
      </div>
    </div>
  );
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
