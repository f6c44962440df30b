/** Creates or changes a schedule, and shows when it would be due. */
import { useId, useState } from 'preact/hooks';
import { serverNowMs } from '../../../app/clock.ts';
import { isName } from '../../../../../src/api/names.ts';
import { call } from '../../../api/client.ts';
import { Field } from '../../../parts/field.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { parseJson } from '../../../parts/json.ts';
import { nextTimes } from '../../../parts/next-times.ts';
import { TextField } from '../../../parts/text-field.tsx';
import { Time } from '../../../parts/time.tsx';
import { say } from '../../../parts/toast.tsx';
import { NameField } from '../name-field.tsx';
import type { Schedule } from './schedule-list.ts';
import { schedulesTexts } from './texts.ts';

export interface ScheduleDialogProps {
  readonly flow: string;
  /** Null: a new one. */
  readonly schedule: Schedule | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

const SHOWN_TIMES = 5;

/** `Asia/Shanghai`, or empty where the browser names none: then examples are in UTC. */
function ownZone(): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === 'UTC' ? '' : `CRON_TZ=${zone} `;
}

function examplesIn(zone: string): readonly { readonly expression: string; readonly about: ExampleText }[] {
  return [
    { expression: `${zone}0 0 3 * * ?`, about: 'daily' },
    { expression: `${zone}0 0 * * * ?`, about: 'hourly' },
    { expression: `${zone}0 30 8 ? * 1-5`, about: 'weekdays' },
    { expression: `${zone}0 0 0 1 * ?`, about: 'monthly' },
    { expression: '@every 5m', about: 'everyFive' },
  ];
}
type ExampleText = 'daily' | 'hourly' | 'weekdays' | 'monthly' | 'everyFive';

export function ScheduleDialog({ flow, schedule, onClose, onDone }: ScheduleDialogProps) {
  const t = schedulesTexts();
  const ids = { expression: useId(), enabled: useId() };
  const [name, setName] = useState(schedule?.ScheduleName ?? '');
  const [expression, setExpression] = useState(schedule?.CronExpression ?? '');
  const [payload, setPayload] = useState(schedule?.Payload ?? '');
  const [description, setDescription] = useState(schedule?.Description ?? '');
  const [isOn, setOn] = useState(schedule?.Enable ?? true);
  const isPayloadWrong = /^\s*[{[]/.test(payload) && parseJson(payload) === undefined;
  const due = nextTimes(expression, serverNowMs(), SHOWN_TIMES, serverNowMs());
  const save = async (): Promise<void> => {
    const parameters = {
      FlowName: flow,
      ScheduleName: name,
      // Others may have changed meanwhile what the person did not touch.
      CronExpression: schedule?.CronExpression === expression ? undefined : expression,
      Payload: schedule?.Payload === payload ? undefined : payload,
      Description: schedule?.Description === description ? undefined : description,
      Enable: schedule?.Enable === isOn ? undefined : isOn,
    };
    await call(schedule === null ? 'CreateSchedule' : 'UpdateSchedule', parameters);
    say(schedule === null ? t.created(name) : t.changed(name));
    onDone();
  };
  return (
    <FormDialog
      title={schedule === null ? t.create : t.editTitle(name)}
      button={t.save}
      isRight={isName(name) && expression.trim() !== '' && due.fault === null && !isPayloadWrong}
      act={save}
      onClose={onClose}
    >
      {schedule === null && <NameField label={t.name} value={name} onChange={setName} />}
      <div class="field">
        <label for={ids.expression}>{t.expression}</label>
        <input
          id={ids.expression}
          type="text"
          class="mono"
          value={expression}
          maxLength={1024}
          spellcheck={false}
          aria-invalid={expression !== '' && due.fault !== null}
          aria-describedby={`${ids.expression}-hint ${ids.expression}-times`}
          onInput={(event) => setExpression(event.currentTarget.value)}
        />
        <span id={`${ids.expression}-hint`} class="hint">
          {t.expressionHelp}
        </span>
        <div id={`${ids.expression}-times`} role="status">
          {expression.trim() === '' ? null : due.fault === null ? (
            <span class="small next-times next-times-wide">
              {t.next}:{' '}
              {due.times.map((ms) => (
                <Time key={ms} at={ms} />
              ))}
            </span>
          ) : (
            <span class="field-fault">{t.expressionFault(due.fault)}</span>
          )}
        </div>
        <div class="row" role="group" aria-label={t.examples}>
          {examplesIn(ownZone()).map((each) => (
            <button
              key={each.about}
              type="button"
              class="button quiet example-chip"
              title={each.expression}
              onClick={() => setExpression(each.expression)}
            >
              {t[each.about]}
            </button>
          ))}
        </div>
      </div>
      <Field label={t.payload} hint={t.payloadHelp} fault={isPayloadWrong ? t.payloadFault : null}>
        {(control) => (
          <textarea
            {...control}
            rows={4}
            value={payload}
            spellcheck={false}
            onInput={(event) => setPayload(event.currentTarget.value)}
          />
        )}
      </Field>
      <TextField label={t.description} maxLength={4096} isProse value={description} onChange={setDescription} />
      <div class="row">
        <input
          id={ids.enabled}
          type="checkbox"
          checked={isOn}
          onChange={(event) => setOn(event.currentTarget.checked)}
        />
        <label for={ids.enabled}>{t.isEnabled}</label>
      </div>
    </FormDialog>
  );
}
