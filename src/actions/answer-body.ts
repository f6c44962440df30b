/**
 * The body of an answer as a flow sees it (rules.md 11.6): JSON is parsed, other text stays text, bytes become
 * base64, and an empty body is `""`.
 */
import { isJsonObject, JsonFault, memberOf, parseJson } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { beginning } from '../base/text.ts';

/** Types whose bytes are text, besides `text/*`, `+json` and `+xml`. */
const TEXT_TYPES = new Set([
  'application/ecmascript',
  'application/graphql',
  'application/javascript',
  'application/json',
  'application/json-seq',
  'application/jwt',
  'application/ndjson',
  'application/sql',
  'application/toml',
  'application/x-javascript',
  'application/x-ndjson',
  'application/x-sh',
  'application/x-www-form-urlencoded',
  'application/x-yaml',
  'application/xml',
  'application/yaml',
]);

/** The value of a body with a content type. Without a content type, UTF-8 is text and other bytes are base64. */
export function bodyValue(bytes: Buffer, contentType: string | undefined): JsonValue {
  if (bytes.length === 0) return '';
  if (contentType === undefined) return utf8Text(bytes) ?? bytes.toString('base64');
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (!isText(type)) return bytes.toString('base64');
  const text = decode(bytes, contentType);
  return type === 'application/json' || type.endsWith('+json') ? jsonOrText(text) : text;
}

/** The value of a body without regard to its content type: parsed JSON, else text, else base64 (rules.md 11.9). */
export function untypedValue(bytes: Buffer): JsonValue {
  if (bytes.length === 0) return '';
  const text = utf8Text(bytes);
  return text === null ? bytes.toString('base64') : jsonOrText(text);
}

/** The members of a body that is a JSON object; `{}` for any other body. */
export function bodyMembers(body: Buffer): JsonObject {
  const value = jsonOrText(body.toString());
  return isJsonObject(value) ? value : {};
}

/** The beginning of a body that may be long, as text for the cause of a failed task. */
export function bodyBeginning(body: Buffer): string {
  return beginning(body.toString('utf8', 0, 1024));
}

/** The first member among `names` that is a non-empty text; null when there is none. */
export function textOf(members: JsonObject, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = memberOf(members, name);
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

function isText(type: string): boolean {
  return type.startsWith('text/') || type.endsWith('+json') || type.endsWith('+xml') || TEXT_TYPES.has(type);
}

function jsonOrText(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonFault) return text;
    throw error;
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function utf8Text(bytes: Buffer): string | null {
  try {
    const text = UTF8.decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

function decode(bytes: Buffer, contentType: string): string {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
