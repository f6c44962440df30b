/**
 * Readers of one parameter's text, by the type that the contract declares: a checked value, or `InvalidArgument` with the name of
 * the parameter.
 */
import type { ACTIONS, ActionName } from '../../api/actions.ts';
import type { Parameter } from '../../api/contract/contract.ts';
import { invalidArgument } from '../../api/error.ts';
import { isAliasName, isExecutionName, isName, isVersionNumber, LATEST, NAME_RULE } from '../../api/names.ts';
import { instantMs } from '../../base/instant.ts';
import type { ParameterValues } from '../contract-types.ts';
import { variablesOf } from './environment.ts';
import { codePoints } from '../../base/text.ts';
import { emptyFault, excerpt } from './faults.ts';
import { jsonObjectOf, jsonOf, NO_INPUT } from './json.ts';
import type { DecodeLimits } from './json.ts';
import { routesOf } from './routes.ts';

/** @throws {ApiError} `InvalidArgument`, or `EntityTooLarge` for JSON that is too long. */
export type Read<Value = unknown> = (text: string, limits: DecodeLimits) => Value;

type TypeOf<P> = P extends { readonly type: infer Type extends Parameter['type'] } ? Type : never;
type Tables = { [A in ActionName]: (typeof ACTIONS)[A]['parameters'] };
/** The types of parameters of all actions. */
type ParameterType = { [A in ActionName]: TypeOf<Tables[A][keyof Tables[A]]> }[ActionName];

/** Makes the reader of a parameter of this type, from its name and its declaration. */
type MakeReader<Type extends ParameterType> = (
  name: string,
  parameter: Parameter & { readonly type: Type },
) => Read<Type extends keyof ParameterValues ? ParameterValues[Type] : string>;

const CHARACTERS = { 'limits.error': 'errorCharacters', 'limits.cause': 'causeCharacters' } as const;

const READERS: { readonly [Type in ParameterType]: MakeReader<Type> } = {
  name: (name) => (text) => nameOf(text, name),
  executionName: (name) => (text) => {
    if (isExecutionName(text)) return text;
    throw invalidArgument(
      `${name} ${excerpt(text)} is not the name of an execution: a name has ${NAME_RULE}, or is one that a reply said.`,
    );
  },
  aliasName: (name) => (text) => {
    if (isAliasName(nameOf(text, name))) return text;
    throw invalidArgument(`${name} ${excerpt(text)} cannot name an alias: it means the current definition.`);
  },
  text(name, { maxCharacters = Number.POSITIVE_INFINITY, limit, emptyRefused }) {
    const setting = limit === undefined ? '' : ` (${limit})`;
    return (text, limits) => {
      if (text === '' && emptyRefused) throw emptyFault(name);
      const max = limit === undefined ? maxCharacters : limits[CHARACTERS[limit]];
      if (text.length <= max || codePoints(text) <= max) return text;
      throw invalidArgument(`${name} has ${codePoints(text)} characters; at most ${max} are allowed${setting}.`);
    };
  },
  word(name, { words, presence }) {
    const listed = presence === 'optional' ? [...words, ''] : words;
    const list = listed.map((word) => JSON.stringify(word)).join(', ');
    return (text) => {
      if (words.includes(text)) return text;
      throw invalidArgument(`${name} ${excerpt(text)} is not one of ${list}.`);
    };
  },
  integer:
    (name, { min, max }) =>
    (text) => {
      const value = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      throw invalidArgument(`${name} ${excerpt(text)} is not a whole number from ${min} to ${max}.`);
    },
  decimal:
    (name, { min, max }) =>
    (text) => {
      const value = /^[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      throw invalidArgument(`${name} ${excerpt(text)} is not a number from ${min} to ${max}.`);
    },
  // In any case, because languages write the words each in their own.
  boolean: (name) => (text) => {
    const word = text.length > 5 ? text : text.toLowerCase();
    if (word === 'true' || word === 'false') return word === 'true';
    throw invalidArgument(`${name} ${excerpt(text)} is neither true nor false.`);
  },
  time: (name) => (text) => {
    const timeMs = instantMs(text);
    if (timeMs !== null) return timeMs;
    throw invalidArgument(
      `${name} ${excerpt(text)} is not a time as RFC 3339 writes it, such as 2026-01-31T08:00:00Z or 2026-01-31T16:00:00+08:00.`,
    );
  },
  // Whether the version or alias exists is for the operation to find out (rules.md 5.9).
  qualifier: (name) => (text) => {
    if (text === LATEST || isVersionNumber(text) || isAliasName(text)) return text;
    throw invalidArgument(
      `${name} ${excerpt(text)} is neither a version (a number from 1), nor the name of an alias, nor LATEST.`,
    );
  },
  version: (name) => (text) => versionOf(text, name),
  versionOrLatest: (name) => (text) => (text === LATEST ? null : versionOf(text, name)),
  numberToken: (name) => (text) => {
    if (isVersionNumber(text)) return Number(text);
    throw invalidArgument(`${name} ${excerpt(text)} is not one that a page has given out.`);
  },
  environment: (name, limits) => (text) => variablesOf(text, name, limits),
  routes: (name, limits) => (text) => routesOf(text, name, limits),
  jsonObject: (name) => (text, limits) => jsonObjectOf(text, name, limits.inputBytes),
  json: (name) => (text, limits) => jsonOf(text, name, limits.stateDataBytes),
};

/** The reader of a parameter of an action that is built. */
export function readerOf(name: string, parameter: Parameter): Read {
  // The table gives each type its own reader, which the type of an indexed access cannot express.
  const make = READERS[parameter.type as ParameterType] as (name: string, parameter: Parameter) => Read;
  return make(name, parameter);
}

/** The value of an optional parameter that is absent or empty; undefined for one that changes something. */
export function absentValue(parameter: Parameter): unknown {
  if (parameter.presence === 'change') return undefined;
  if ('default' in parameter) return parameter.default;
  if (parameter.type === 'text' || parameter.type === 'qualifier') return '';
  if (parameter.type === 'environment') return [];
  return parameter.type === 'jsonObject' ? NO_INPUT : null;
}

function nameOf(text: string, parameter: string): string {
  if (isName(text)) return text;
  throw invalidArgument(`${parameter} ${excerpt(text)} is not a name: a name has ${NAME_RULE}.`);
}

function versionOf(text: string, parameter: string): number {
  if (isVersionNumber(text)) return Number(text);
  throw invalidArgument(`${parameter} ${excerpt(text)} is not a version: a version is a whole number from 1.`);
}
