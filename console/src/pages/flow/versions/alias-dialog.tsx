/** Creates an alias, or changes where it leads. */
import { useState } from 'preact/hooks';
import { call } from '../../../api/client.ts';
import { Field } from '../../../parts/field.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { TextField } from '../../../parts/text-field.tsx';
import { say } from '../../../parts/toast.tsx';
import { percentText } from './percent.ts';
import { routesOf } from './published.ts';
import type { Alias, Version } from './published.ts';
import { routingFault, routingText, shares } from './routing.ts';
import type { RoutingForm } from './routing.ts';
import { versionsTexts } from './texts.ts';

export interface AliasDialogProps {
  readonly flow: string;
  /** Null: a new one. */
  readonly alias: Alias | null;
  readonly versions: readonly Version[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function formOf(alias: Alias | null, versions: readonly Version[]): RoutingForm {
  const [first, second] = alias === null ? [] : routesOf(alias);
  return {
    name: alias?.Name ?? '',
    first: first?.version ?? versions[0]?.Version ?? '',
    firstWeight: String(first?.weight ?? 100),
    second: second?.version ?? '',
    secondWeight: String(second?.weight ?? 0),
  };
}

export function AliasDialog({ flow, alias, versions, onClose, onDone }: AliasDialogProps) {
  const t = versionsTexts();
  const [form, setForm] = useState(() => formOf(alias, versions));
  const [description, setDescription] = useState(alias?.Description ?? '');
  const [before] = useState(() => (alias === null ? '' : routingText(formOf(alias, versions))));
  const fault = routingFault(form);
  const change = (part: Partial<RoutingForm>): void => setForm({ ...form, ...part });
  const save = async (): Promise<void> => {
    const parameters = {
      FlowName: flow,
      Name: form.name,
      // Others may have changed meanwhile what the person did not touch.
      Description: alias?.Description === description ? undefined : description,
      RoutingConfigurations: routingText(form) === before ? undefined : routingText(form),
    };
    await call(alias === null ? 'CreateFlowAlias' : 'UpdateFlowAlias', parameters);
    say(alias === null ? t.aliasCreated(form.name) : t.aliasChanged(form.name));
    onDone();
  };
  return (
    <FormDialog
      title={alias === null ? t.createAlias : t.editAlias(alias.Name)}
      button={t.save}
      isRight={fault === null}
      act={save}
      onClose={onClose}
    >
      {alias === null && (
        <TextField
          label={t.name}
          fault={form.name !== '' && fault === 'wrongName' ? t.wrongName : null}
          maxLength={128}
          value={form.name}
          onChange={(name) => change({ name })}
        />
      )}
      <TextField label={t.description} maxLength={4096} isProse value={description} onChange={setDescription} />
      <div class="alias-routes">
        <RouteFields
          label={t.firstVersion}
          versions={versions}
          version={form.first}
          weight={form.firstWeight}
          isWeighted={form.second !== ''}
          onVersion={(first) => change({ first })}
          onWeight={(firstWeight) => change({ firstWeight })}
        />
        <RouteFields
          label={t.secondVersion}
          versions={versions}
          version={form.second}
          weight={form.secondWeight}
          isWeighted={form.second !== ''}
          none={t.oneVersion}
          onVersion={(second) => change({ second })}
          onWeight={(secondWeight) => change({ secondWeight })}
        />
      </div>
      {form.second !== '' && <Shares form={form} />}
      {fault !== null && fault !== 'wrongName' && (
        <p class="field-fault" role="status">
          {t[fault]}
        </p>
      )}
    </FormDialog>
  );
}

function Shares({ form }: { readonly form: RoutingForm }) {
  const t = versionsTexts();
  const parts = shares([
    { version: form.first, weight: Number(form.firstWeight) || 0 },
    { version: form.second, weight: Number(form.secondWeight) || 0 },
  ]);
  return (
    <p class="muted small">
      {t.weightsHelp} {t.versionNamed(form.first)}: {percentText(parts[0] ?? 0)}, {t.versionNamed(form.second)}:{' '}
      {percentText(parts[1] ?? 0)}
    </p>
  );
}

interface RouteFieldsProps {
  readonly label: string;
  readonly versions: readonly Version[];
  readonly version: string;
  readonly weight: string;
  readonly isWeighted: boolean;
  /** The choice of no version. */
  readonly none?: string;
  readonly onVersion: (version: string) => void;
  readonly onWeight: (weight: string) => void;
}

function RouteFields(props: RouteFieldsProps) {
  const t = versionsTexts();
  const { label, versions, version, weight, isWeighted, none, onVersion, onWeight } = props;
  // A version that an alias has may be older than those that are loaded.
  const isListed = version === '' || versions.some(({ Version }) => Version === version);
  return (
    <>
      <Field label={label}>
        {(control) => (
          <select {...control} value={version} onChange={(event) => onVersion(event.currentTarget.value)}>
            {none !== undefined && <option value="">{none}</option>}
            {!isListed && <option value={version}>{version}</option>}
            {versions.map(({ Version, Description }) => (
              <option key={Version} value={Version}>
                {Version}
                {Description !== '' && ` – ${Description.slice(0, 60)}`}
              </option>
            ))}
          </select>
        )}
      </Field>
      {isWeighted ? <TextField label={t.weight} inputMode="numeric" value={weight} onChange={onWeight} /> : <span />}
    </>
  );
}
