/**
 * Reads a JSON body as parameters, as generic clients send it with ACS3 (rules.md 2.5). Each top-level member is a parameter. The
 * value of a string is its text, that of any other value its JSON text; `null` means that the parameter is absent.
 */
import { invalidArgument } from '../../api/error.ts';
import { isJsonObject, JsonFault, MAX_DEPTH, parseJson, stringifyJson } from '../../base/json.ts';
import type { JsonValue } from '../../base/json.ts';
import { requireUnicode, setOnce } from './form-parameters.ts';

/**
 * Reads the text of a body.
 * @throws {ApiError} `InvalidArgument` for a text that is not a JSON object, is nested too deeply, has a member twice, or half of a
 *   surrogate pair
 */
export function parseJsonParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  const body = parseBody(text);
  for (const name of topLevelNames(text)) {
    const value = body[name];
    if (value === null || value === undefined) continue;
    const text = typeof value === 'string' ? value : stringifyJson(value);
    requireUnicode(name, name);
    requireUnicode(text, name);
    setOnce(parameters, name, text);
  }
  return parameters;
}

function parseBody(text: string): { readonly [name: string]: JsonValue } {
  try {
    // `requireUnicode` refuses halves of surrogate pairs, and names the parameter.
    const body = parseJson(text, MAX_DEPTH, 'accept');
    if (isJsonObject(body)) return body;
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw invalidArgument(`The body is not valid JSON: ${error.message}`);
  }
  throw invalidArgument('The body must be a JSON object whose members are the parameters.');
}

/** The names of the top-level members of valid JSON, in order. Repeated names are included; JSON.parse would hide them. */
function topLevelNames(text: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let lastText = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') {
      const end = endOfText(text, i);
      if (depth === 1) lastText = text.slice(i, end);
      i = end - 1;
    } else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === ':' && depth === 1) names.push(JSON.parse(lastText) as string);
  }
  return names;
}

/** The offset after the closing quote of the string that begins at `start`. */
function endOfText(text: string, start: number): number {
  let end = start + 1;
  while (text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return end + 1;
}
