/**
 * A flow's environment variables as parameter (rules.md 5.6). The record names no limits, so these are decisions of ours: the
 * bytes that the contract allows, names by the name rule and unique, values and descriptions any text.
 */
import { isName } from '../../api/names.ts';
import { isJsonArray, isJsonObject, memberOf } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import type { EnvironmentVariable } from '../../store/flows.ts';
import { excerpt } from './faults.ts';
import { JsonParameter } from './json-parameter.ts';

/**
 * The variables in `{"Variables":[{"Name","Value","Description"}]}`, JSON text; an empty text means none.
 * @throws {ApiError} `InvalidArgument` that says which variable is wrong and why.
 */
export function variablesOf(
  text: string,
  parameter: string,
  { maxBytes }: { readonly maxBytes: number },
): readonly EnvironmentVariable[] {
  if (text === '') return [];
  const json = new JsonParameter(parameter);
  if (Buffer.byteLength(text) > maxBytes) throw json.wrong(`has more than ${maxBytes} bytes`);
  const value = json.parse(text);
  if (!isJsonObject(value)) throw json.wrong('is not a JSON object like {"Variables":[{"Name":"a","Value":"b"}]}');
  json.refuseUnknown(value, ['Variables'], '');
  const variables = memberOf(value, 'Variables') ?? [];
  if (!isJsonArray(variables)) throw json.wrong('has Variables that are not an array');
  const names = new Set<string>();
  return json.list(variables, 'Variables', ['Name', 'Value', 'Description'], (item, place) => {
    const variable = variableOf(json, item, place);
    if (names.has(variable.name)) throw json.wrong(`names the variable ${excerpt(variable.name)} twice (${place})`);
    names.add(variable.name);
    return variable;
  });
}

function variableOf(json: JsonParameter, item: JsonObject, place: string): EnvironmentVariable {
  const name = textOf(json, item, 'Name', place);
  if (name === null) throw json.wrong(`has no Name at ${place}`);
  if (!isName(name)) throw json.wrong(`has the Name ${excerpt(name)} at ${place}, which is not a name`);
  const value = textOf(json, item, 'Value', place);
  if (value === null) throw json.wrong(`has no Value at ${place}`);
  return { name, value, description: textOf(json, item, 'Description', place) ?? '' };
}

function textOf(json: JsonParameter, item: JsonObject, member: string, place: string): string | null {
  const value = memberOf(item, member) ?? null;
  if (value === null || typeof value === 'string') return value;
  throw json.wrong(`has a ${member} at ${place} that is not a text`);
}
