/**
 * Decodes the parameters of a query or a form. In both, `+` is a space and `%XX` is a byte of UTF-8 (rules.md 2.3). An ill-formed
 * parameter is refused by its name, not corrected.
 */
import { isUtf8 } from 'node:buffer';
import { invalidArgument } from '../../api/error.ts';
import type { ApiError } from '../../api/error.ts';
import { beginning } from '../../base/text.ts';
import { halfPairIn } from '../../base/unicode.ts';

/** No operation has more than a few dozen. The limit bounds the work on a request whose signature is not verified yet. */
const MAX_PARAMETERS = 1000;
const SHOWN_NAME = 100;
const ENCODED = /[%+]/;
const BEYOND_ASCII = /[\x80-\xff]/;
const PLUS = 0x2b;
const SPACE = 0x20;

/**
 * Decodes `a=1&b=2`. Each character of `bytes` is one received byte.
 * @throws {ApiError} `InvalidArgument` naming a parameter that is ill-formed or given twice
 */
export function parseParameters(bytes: string): Map<string, string> {
  // One search of the whole text, because hardly any client sends such bytes without an escape.
  const isAscii = !BEYOND_ASCII.test(bytes);
  const parameters = new Map<string, string>();
  let pieces = 0;
  for (let at = 0; at < bytes.length; pieces++) {
    if (pieces === MAX_PARAMETERS) throw tooMany();
    let end = bytes.indexOf('&', at);
    if (end === -1) end = bytes.length;
    if (end > at) addParameter(parameters, bytes.slice(at, end), isAscii);
    at = end + 1;
  }
  return parameters;
}

/** Adds the form's parameters to the query's; the form wins (rules.md 2.3). Changes and returns one of the two maps. */
export function mergeParameters(query: Map<string, string>, form: Map<string, string>): Map<string, string> {
  if (query.size === 0) return form;
  for (const [name, value] of form) query.set(name, value);
  return query;
}

/** Sets a parameter. @throws {ApiError} `InvalidArgument` if it exists already, contains a NUL, or is one too many */
export function setOnce(parameters: Map<string, string>, name: string, value: string): void {
  if (parameters.has(name)) throw invalidArgument(`The parameter '${shown(name)}' is given twice.`);
  if (value.includes('\0')) throw invalidArgument(`The parameter '${shown(name)}' contains a NUL character.`);
  if (parameters.size >= MAX_PARAMETERS) throw tooMany();
  parameters.set(name, value);
}

/** Refuses half of a surrogate pair, which only an escape of JSON brings in. @throws {ApiError} `InvalidArgument` */
export function requireUnicode(text: string, name: string): void {
  const place = halfPairIn(text);
  if (place === null) return;
  throw invalidArgument(
    `The parameter '${shown(name.toWellFormed())}' is not valid Unicode: its character ${place} is half of a surrogate pair.`,
  );
}

function addParameter(parameters: Map<string, string>, piece: string, isAscii: boolean): void {
  const equals = piece.indexOf('=');
  const rawName = equals === -1 ? piece : piece.slice(0, equals);
  const name = decode(rawName, rawName, isAscii);
  if (name === '') throw invalidArgument('A parameter has no name.');
  if (name.includes('\0')) throw invalidArgument(`The parameter name '${shown(rawName)}' contains a NUL character.`);
  setOnce(parameters, name, equals === -1 ? '' : decode(piece.slice(equals + 1), name, isAscii));
}

/** Decoded text is well-formed Unicode: half of a surrogate pair has no encoding in UTF-8. */
function decode(raw: string, name: string, isAscii: boolean): string {
  if (isAscii && !ENCODED.test(raw)) return raw;
  const text = isAscii && !raw.includes('+') ? raw : textOf(raw);
  try {
    if (text !== null) return decodeURIComponent(text);
  } catch {
    // Refused below.
  }
  throw invalidArgument(`The parameter '${shown(name)}' is not valid percent-encoded UTF-8.`);
}

/**
 * Replaces each `+` by a space, and unescaped bytes by their characters; null for bytes that are not UTF-8. It changes the bytes
 * in place: a replacement of a million matches in a text takes a tenth of a second, and the caller is not known yet.
 */
function textOf(raw: string): string | null {
  const bytes = Buffer.from(raw, 'latin1');
  for (let at = bytes.indexOf(PLUS); at !== -1 && at < bytes.length; at++) if (bytes[at] === PLUS) bytes[at] = SPACE;
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}

function tooMany(): ApiError {
  return invalidArgument(`A request takes at most ${MAX_PARAMETERS} parameters.`);
}

function shown(name: string): string {
  return beginning(name, SHOWN_NAME);
}
