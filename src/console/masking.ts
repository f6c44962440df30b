/**
 * Takes out of replies what must not lie in a browser: task tokens, with which anyone can end a task, and the values of `Authorization`
 * headers. The definition of a flow is what its writer has written and is not touched: masked, it could not be stored again.
 */
import { isJsonArray, isJsonObject, parseJson, setMember, stringifyJson } from '../base/json.ts';
import type { JsonValue } from '../base/json.ts';
import { MASKED_HEADER, MASKED_TOKEN } from './protocol.ts';

/**
 * A task token by its form (`runtime/durable/tokens.ts`): 57 bytes that begin with 2, or 41 that begin with 1, in base64url. A process
 * without the key of the store knows no better; another text of this form is masked too, and can be shown like it.
 */
const TOKENS = /(?<![\w-])(?:A[g-v][\w-]{74}|A[Q-f][\w-]{53})(?![\w-])/g;
/** The name of a header whose value is masked. */
const SECRET_HEADER = /^(?:proxy-)?authorization$/i;
/** Such a header in JSON text that is itself a text in JSON. */
const QUOTED_HEADER = /(\\+"(?:proxy-)?authorization\\+"\s*:\s*\\+")((?:(?!\\+").)*)/gi;
const MAY_HAVE_HEADER = /authorization/i;

/** The members of replies that hold JSON of executions: everything else is names, times, or text that its owner wrote for people. */
const PAYLOADS: ReadonlySet<string> = new Set([
  'Input',
  'Output',
  'EventDetail',
  'MessageBody',
  'MessageAttributes',
  'ErrorMessage',
  'Explanation',
  'Reason',
]);

/** A JSON text, or any text, without secrets; the same text if it has none. */
export function maskText(text: string): string {
  const unheaded = MAY_HAVE_HEADER.test(text) ? withoutHeaders(text) : text;
  return unheaded.replace(TOKENS, MASKED_TOKEN);
}

function withoutHeaders(text: string): string {
  try {
    return stringifyJson(maskValue(parseJson(text)));
  } catch {
    return quotedMasked(text);
  }
}

function quotedMasked(text: string): string {
  return text.replace(QUOTED_HEADER, (_, head: string) => head + MASKED_HEADER);
}

/** A value without secrets. */
export function maskValue(value: JsonValue): JsonValue {
  if (typeof value === 'string') {
    return (MAY_HAVE_HEADER.test(value) ? maskInner(value) : value).replace(TOKENS, MASKED_TOKEN);
  }
  if (value === null || typeof value !== 'object') return value;
  if (isJsonArray(value)) return value.map(maskValue);
  if (!isJsonObject(value)) return value;
  const masked: Record<string, JsonValue> = {};
  for (const [name, member] of Object.entries(value)) {
    setMember(masked, name, SECRET_HEADER.test(name) ? maskedHeader(member) : maskValue(member));
  }
  return masked;
}

/** JSON in a text, such as the body of a message. */
function maskInner(text: string): string {
  const first = text.trimStart()[0];
  return first === '{' || first === '[' ? withoutHeaders(text) : quotedMasked(text);
}

/** Nothing is no secret: people look for a header that is missing. */
function maskedHeader(value: JsonValue): JsonValue {
  return value === null || value === '' ? value : MASKED_HEADER;
}

/** A reply of the API without secrets. */
export function maskReply(reply: { readonly [member: string]: JsonValue | undefined }): JsonValue {
  const masked: Record<string, JsonValue> = {};
  for (const [name, member] of Object.entries(reply)) {
    if (member !== undefined) setMember(masked, name, maskMember(name, member));
  }
  return masked;
}

function maskMember(name: string, member: JsonValue): JsonValue {
  if (typeof member === 'string') return PAYLOADS.has(name) ? maskText(member) : member;
  if (member === null || typeof member !== 'object') return member;
  if (isJsonArray(member)) return member.map((item) => maskMember('', item));
  return isJsonObject(member) ? maskReply(member) : member;
}
