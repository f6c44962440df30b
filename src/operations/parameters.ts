/**
 * Decoders of request parameters, shared by the operations: text in, checked value out, or an `ApiError` that names
 * the parameter. An empty text counts as absent unless an operation says what it means (UpdateFlow clears with it).
 * Names of parameters are case-sensitive; a parameter that no operation asks for is ignored (wire.md 1).
 */
import { apiError, invalidArgument } from '../api/error.ts';
import { isName, NAME_RULE } from '../api/names.ts';
import type { Parameters } from './operation.ts';

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

/** The name of a flow. @throws {ApiError} `MissingRequiredParams`, or `InvalidArgument` for a text that is no name. */
export function requiredName(parameters: Parameters, parameter: string): string {
  return checkedName(requiredText(parameters, parameter), parameter);
}

/** A name, or null when absent or empty. @throws {ApiError} `InvalidArgument` for a text that is no name. */
export function optionalName(parameters: Parameters, parameter: string): string | null {
  const text = parameters.get(parameter);
  return text === undefined || text === '' ? null : checkedName(text, parameter);
}

function checkedName(text: string, parameter: string): string {
  if (isName(text)) return text;
  throw invalidArgument(`${parameter} ${excerpt(text)} is not a name: a name has ${NAME_RULE}.`);
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
