/** The input of an execution while a person writes it. */
import { isObject, parseJson } from '../../../parts/json.ts';
import type { InputField } from '../input-fields.ts';

export interface Input {
  /** JSON; empty for no input. */
  readonly text: string;
  /** Texts of fields that are no value of their kind, by {@link fieldKey}. The JSON does not have them. */
  readonly wrong: ReadonlyMap<string, string>;
}

export function inputOf(text: string): Input {
  return { text, wrong: new Map() };
}

export function fieldKey({ path }: InputField): string {
  return JSON.stringify(path);
}

/** Whether an execution can be started with it. A wrong text counts while its field is in the form. */
export function isInputRight({ text, wrong }: Input, fields: readonly InputField[] | null): boolean {
  const isObjectText = text.trim() === '' || isObject(parseJson(text));
  return isObjectText && !(fields ?? []).some((field) => wrong.has(fieldKey(field)));
}
