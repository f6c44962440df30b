/** The environment variables of a flow as rows of a form. Values are texts, and stay as they are written, in their order. */
import { isName } from '../../../../src/api/names.ts';

export interface Variable {
  readonly Name: string;
  readonly Value: string;
  readonly Description: string;
}

export type VariableFault = 'name' | 'duplicate';

/** The fault of each row; null for none. A row without any text does not count. */
export function variableFaults(variables: readonly Variable[]): readonly (VariableFault | null)[] {
  const names = variables.filter((each) => !isBlank(each)).map(({ Name }) => Name);
  return variables.map((variable) => {
    if (isBlank(variable)) return null;
    if (!isName(variable.Name)) return 'name';
    return names.filter((name) => name === variable.Name).length > 1 ? 'duplicate' : null;
  });
}

function isBlank({ Name, Value, Description }: Variable): boolean {
  return Name === '' && Value === '' && Description === '';
}

/** The parameter `Environment`; empty, which clears, for no variable. */
export function environmentText(variables: readonly Variable[]): string {
  const Variables = variables
    .filter((each) => !isBlank(each))
    .map(({ Name, Value, Description }) => ({ Name, Value, ...(Description !== '' && { Description }) }));
  return Variables.length === 0 ? '' : JSON.stringify({ Variables });
}

/** Variables that exist get the pasted values in their places; others follow. */
export function withPasted(variables: readonly Variable[], pasted: readonly Variable[]): readonly Variable[] {
  const values = new Map(pasted.map(({ Name, Value }) => [Name, Value]));
  const names = new Set(variables.map(({ Name }) => Name));
  return [
    ...variables.map((variable) => ({ ...variable, Value: values.get(variable.Name) ?? variable.Value })),
    ...[...values].filter(([Name]) => !names.has(Name)).map(([Name, Value]) => ({ Name, Value, Description: '' })),
  ];
}

/** Variables of a text with lines of the form `NAME=value`, as in an `.env` file; null if a line has another form. */
export function parseVariables(text: string): readonly Variable[] | null {
  const variables: Variable[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const { name, value } = /^\s*(?:export\s+)?(?<name>[A-Za-z_][\w-]*)\s*=(?<value>.*)$/.exec(line)?.groups ?? {};
    if (name === undefined || value === undefined) return null;
    variables.push({ Name: name, Value: unquoted(value.trim()), Description: '' });
  }
  return variables;
}

function unquoted(value: string): string {
  return /^(["']).*\1$/.test(value) && value.length > 1 ? value.slice(1, -1) : value;
}
