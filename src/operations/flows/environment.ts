/**
 * A flow's environment variables as parameter and as member of replies (api.md 4.1). The record names no limits, so
 * these are decisions of ours: 64 KiB of JSON in all, names by the name rule and unique, values and descriptions any
 * text. An unknown member is refused, because a misspelt `variables` would otherwise drop them silently.
 */
import { invalidArgument } from '../../api/error.ts';
import { isName } from '../../api/names.ts';
import { isJsonArray, isJsonObject, JsonFault, memberOf, parseJson } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { nearest } from '../../base/suggest.ts';
import type { EnvironmentVariable } from '../../store/flows.ts';
import { excerpt } from '../decode/parameters.ts';
import type { Parameters } from '../operation.ts';

const MAX_BYTES = 64 * 1024;
const MEMBERS = ['Name', 'Value', 'Description'];

/**
 * The parameter `Environment`: `{"Variables":[{"Name","Value","Description"}]}` as JSON text; empty means none.
 * @throws {ApiError} `InvalidArgument` that says which variable is wrong and why.
 */
export function environmentOf(parameters: Parameters): readonly EnvironmentVariable[] {
  const text = parameters.get('Environment') ?? '';
  if (text === '') return [];
  if (Buffer.byteLength(text) > MAX_BYTES) throw wrong(`has more than ${MAX_BYTES} bytes`);
  const value = parsed(text);
  if (!isJsonObject(value)) throw wrong('is not a JSON object like {"Variables":[{"Name":"a","Value":"b"}]}');
  refuseUnknown(value, ['Variables'], '');
  const variables = memberOf(value, 'Variables') ?? [];
  if (!isJsonArray(variables)) throw wrong('has Variables that are not an array');
  const names = new Set<string>();
  return variables.map((item, i) => {
    const variable = variableOf(item, `Variables[${i}]`);
    if (names.has(variable.name)) throw wrong(`names the variable ${excerpt(variable.name)} twice (Variables[${i}])`);
    names.add(variable.name);
    return variable;
  });
}

/** The member `Environment` of replies about flows. */
export function environmentReply(variables: readonly EnvironmentVariable[]): JsonObject {
  return {
    Variables: variables.map(({ name, value, description }) => ({
      Name: name,
      Value: value,
      Description: description,
    })),
  };
}

/** The member `Environment` of replies about executions: without descriptions, which those do not have (api.md 4.15). */
export function variablesReply(variables: readonly EnvironmentVariable[]): JsonObject {
  return { Variables: variables.map(({ name, value }) => ({ Name: name, Value: value })) };
}

function parsed(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonFault) throw wrong(`is not JSON (${error.message})`);
    throw error;
  }
}

function variableOf(item: JsonValue, place: string): EnvironmentVariable {
  if (!isJsonObject(item)) throw wrong(`has no object at ${place}`);
  refuseUnknown(item, MEMBERS, `${place}.`);
  const name = textOf(item, 'Name', place);
  if (name === null) throw wrong(`has no Name at ${place}`);
  if (!isName(name)) throw wrong(`has the Name ${excerpt(name)} at ${place}, which is not a name`);
  const value = textOf(item, 'Value', place);
  if (value === null) throw wrong(`has no Value at ${place}`);
  return { name, value, description: textOf(item, 'Description', place) ?? '' };
}

function textOf(item: JsonObject, member: string, place: string): string | null {
  const value = memberOf(item, member) ?? null;
  if (value === null || typeof value === 'string') return value;
  throw wrong(`has a ${member} at ${place} that is not a text`);
}

function refuseUnknown(object: JsonObject, known: readonly string[], place: string): void {
  for (const key of Object.keys(object)) {
    if (known.includes(key)) continue;
    const meant = nearest(key, known);
    throw wrong(`has an unknown member ${place}${excerpt(key)}${meant === null ? '' : ` (did you mean "${meant}"?)`}`);
  }
}

function wrong(what: string) {
  return invalidArgument(`Environment ${what}.`);
}
