/** A field for a text of one line. */
import { Field } from './field.tsx';
import type { FieldProps } from './field.tsx';

export interface TextFieldProps extends Pick<FieldProps, 'label' | 'hint' | 'fault'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** UTF-16 units. */
  readonly maxLength?: number;
  /** True for what people write to people; names and numbers have no spelling. */
  readonly isProse?: boolean;
  readonly inputMode?: 'numeric';
}

export function TextField({ value, onChange, maxLength, isProse = false, inputMode, ...field }: TextFieldProps) {
  return (
    <Field {...field}>
      {(control) => (
        <input
          {...control}
          type="text"
          value={value}
          maxLength={maxLength}
          inputMode={inputMode}
          autocomplete="off"
          spellcheck={isProse}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
