/** A field for a name, with the rule of names. */
import { isName } from '../../../../src/api/names.ts';
import { TextField } from '../../parts/text-field.tsx';
import { defineTexts } from '../../texts/texts.ts';

export const nameTexts = defineTexts({
  en: {
    wrongName: 'A name has 1 to 128 characters of A–Z, a–z, 0–9, “_” and “-”, and begins with a letter or “_”.',
  },
  zh: { wrongName: '名称由 1 到 128 个字母、数字、“_”或“-”组成，以字母或“_”开头。' },
});

export interface NameFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function NameField({ label, hint = '', value, onChange }: NameFieldProps) {
  return (
    <TextField
      label={label}
      hint={hint}
      fault={value === '' || isName(value) ? null : nameTexts().wrongName}
      maxLength={128}
      value={value}
      onChange={onChange}
    />
  );
}
