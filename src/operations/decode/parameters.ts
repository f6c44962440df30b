/**
 * Decoders of request parameters, shared by the operations: text in, checked value out, or an `ApiError` that names
 * the parameter. An empty text counts as absent unless an operation says what it means (UpdateFlow clears with it).
 * Names of parameters are case-sensitive; a parameter that no operation asks for is ignored (wire.md 1).
 */
import { apiError, invalidArgument } from '../../api/error.ts';
import { isAliasName, isExecutionName, isName, isVersionNumber, LATEST, NAME_RULE } from '../../api/names.ts';
import { instantMs } from '../../base/instant.ts';
import type { Parameters } from '../operation.ts';

/** The text of a parameter that has to be there. @throws {ApiError} `MissingRequiredParams` when absent or empty. */
export function requiredText(parameters: Parameters, parameter: string): string {
  const text = parameters.get(parameter);
  if (text === undefined || text === '') throw apiError('MissingRequiredParams', parameter);
  return text;
}

/**
 * The text of a parameter, empty when absent.
 * @throws {ApiError} `InvalidArgument` above `maxCharacters` code points.
 */
export function boundedText(parameters: Parameters, parameter: string, maxCharacters: number): string {
  const text = parameters.get(parameter) ?? '';
  if (text.length > maxCharacters && codePoints(text) > maxCharacters) {
    throw invalidArgument(`${parameter} has ${codePoints(text)} characters; at most ${maxCharacters} are allowed.`);
  }
  return text;
}

/**
 * The text of a parameter that has to be there.
 * @throws {ApiError} `MissingRequiredParams`, or `InvalidArgument` above `maxCharacters` code points.
 */
export function requiredBoundedText(parameters: Parameters, parameter: string, maxCharacters: number): string {
  requiredText(parameters, parameter);
  return boundedText(parameters, parameter, maxCharacters);
}

/** The name of a flow. @throws {ApiError} `MissingRequiredParams`, or `InvalidArgument` for a text that is no name. */
export function requiredName(parameters: Parameters, parameter: string): string {
  return checkedName(requiredText(parameters, parameter), parameter);
}

/** A name, or null when absent or empty. @throws {ApiError} `InvalidArgument` for a text that is no name. */
export function optionalName(parameters: Parameters, parameter: string): string | null {
  const text = parameters.get(parameter);
  return text === undefined || text === '' ? null : checkedName(text, parameter);
}

/** The name of an execution that is there. @throws {ApiError} `MissingRequiredParams`, `InvalidArgument`. */
export function requiredExecutionName(parameters: Parameters): string {
  const text = requiredText(parameters, 'ExecutionName');
  if (isExecutionName(text)) return text;
  throw invalidArgument(
    `ExecutionName ${excerpt(text)} is not the name of an execution: a name has ${NAME_RULE}, or is one that a reply said.`,
  );
}

function checkedName(text: string, parameter: string): string {
  if (isName(text)) return text;
  throw invalidArgument(`${parameter} ${excerpt(text)} is not a name: a name has ${NAME_RULE}.`);
}

/**
 * A version, an alias, `LATEST` or empty, as text: whether there is such a one is not asked here (decisions.md 4.8).
 * @throws {ApiError} `InvalidArgument` for a text that can be none of them.
 */
export function qualifier(parameters: Parameters): string {
  const text = parameters.get('Qualifier') ?? '';
  if (text === '' || text === LATEST || isVersionNumber(text) || isAliasName(text)) return text;
  throw invalidArgument(
    `Qualifier ${excerpt(text)} is neither a version (a number from 1), nor the name of an alias, nor LATEST.`,
  );
}

/** The number of a version that has to be there. @throws {ApiError} `MissingRequiredParams`, `InvalidArgument`. */
export function requiredVersion(parameters: Parameters, parameter: string): number {
  const text = requiredText(parameters, parameter);
  if (isVersionNumber(text)) return Number(text);
  throw invalidArgument(`${parameter} ${excerpt(text)} is not a version: a version is a whole number from 1.`);
}

/** The name of an alias that is to be made. @throws {ApiError} `MissingRequiredParams`, `InvalidArgument`. */
export function requiredAliasName(parameters: Parameters, parameter: string): string {
  const text = requiredName(parameters, parameter);
  if (isAliasName(text)) return text;
  throw invalidArgument(`${parameter} ${excerpt(text)} cannot name an alias: it means the current definition.`);
}

/** A token that is a number from 1; null when absent or empty. @throws {ApiError} `InvalidArgument` for another text. */
export function numberToken(parameters: Parameters): number | null {
  const text = parameters.get('NextToken');
  if (text === undefined || text === '') return null;
  if (isVersionNumber(text)) return Number(text);
  throw invalidArgument(`NextToken ${excerpt(text)} is not one that a page has given out.`);
}

/** A whole number in decimal digits. @throws {ApiError} `InvalidArgument` for anything else or out of range. */
export function optionalInteger(
  parameters: Parameters,
  parameter: string,
  range: { readonly min: number; readonly max: number; readonly default: number },
): number {
  const text = parameters.get(parameter);
  if (text === undefined || text === '') return range.default;
  const value = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.min && value <= range.max) return value;
  throw invalidArgument(`${parameter} ${excerpt(text)} is not a whole number from ${range.min} to ${range.max}.`);
}

/** `true` or `false` in any case, since languages write them in their own; false when absent. @throws {ApiError} */
export function optionalBoolean(parameters: Parameters, parameter: string): boolean {
  const text = parameters.get(parameter) ?? '';
  const word = text.length > 5 ? text : text.toLowerCase();
  if (word === '' || word === 'false') return false;
  if (word === 'true') return true;
  throw invalidArgument(`${parameter} ${excerpt(text)} is neither true nor false.`);
}

/**
 * A time of RFC 3339 with any offset, in milliseconds since 1970, with a fraction when the text is finer than that; null
 * when absent.
 * @throws {ApiError} `InvalidArgument`
 */
export function optionalTimeMs(parameters: Parameters, parameter: string): number | null {
  const text = parameters.get(parameter);
  if (text === undefined || text === '') return null;
  const timeMs = instantMs(text);
  if (timeMs !== null) return timeMs;
  throw invalidArgument(
    `${parameter} ${excerpt(text)} is not a time as RFC 3339 writes it, such as 2026-01-31T08:00:00Z or 2026-01-31T16:00:00+08:00.`,
  );
}

/** One of a few words, exactly as written; `absent` when the parameter is absent. @throws {ApiError} `InvalidArgument` */
export function oneOf<Word extends string>(
  parameters: Parameters,
  parameter: string,
  words: readonly Word[],
  absent: Word,
): Word {
  const text = parameters.get(parameter);
  if (text === undefined) return absent;
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  throw invalidArgument(
    `${parameter} ${excerpt(text)} is not one of ${words.map((w) => JSON.stringify(w)).join(', ')}.`,
  );
}

/** A caller's text for a message: quoted, its control characters escaped, cut to a readable length. */
export function excerpt(text: string): string {
  const cut = text.length > 64 ? `${text.slice(0, 64)}…` : text;
  return JSON.stringify(cut);
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
