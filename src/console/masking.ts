/**
 * Takes out of replies what must not lie in a browser: task tokens, with which anyone can end a task, and the values of `Authorization`
 * headers. The definition of a flow, and what else its writer has written, is not touched: masked, it could not be stored again.
 *
 * A JSON text is read, because escapes can spell a name in other ways, and written again if it has a secret. So is a JSON text inside of
 * one. In any other text the secrets are found by their looks. The time is linear in the text, apart from the depth of texts inside of
 * texts, which is limited.
 */
import { isJsonArray, isJsonObject, parseJson, setMember, stringifyJson } from '../base/json.ts';
import type { JsonArray, JsonObject, JsonValue } from '../base/json.ts';
import { MASKED_HEADER, MASKED_TOKEN } from './protocol.ts';

/**
 * A task token by its form (`runtime/durable/tokens.ts`): 57 bytes that begin with 2, or 41 that begin with 1, in base64url. A process
 * without the key of the store knows no better; another text of this form is masked too, and can be shown like it.
 */
const TOKEN = /A(?:[g-v][\w-]{74}|[Q-Za-f][\w-]{53})/;
/** Where a token can be. It is masked as a whole, because a part that looks like a token may hold only the beginning of the real one. */
const RUNS = /[\w-]{55,}/g;
/** The name of a header whose value is masked. */
const SECRET_HEADER = /^(?:proxy-)?authorization$/i;
const HEADER_NAMES = /authorization/gi;
/**
 * An escape of JSON for a character of ASCII, which could be one of a name or of a token. Escapes inside of texts inside of texts have
 * more backslashes. The search begins at the first one only, so that a long row of them takes no more than its length.
 */
const ESCAPES = /(?<!\\)\\+u00([2-7][0-9a-f])/gi;
/** JSON texts inside of JSON texts that are read. Each level doubles the backslashes of the one inside. */
const MAX_TEXTS = 8;

/** The members of replies that hold JSON of executions: everything else is names, times, or text that its owner wrote for people. */
export const PAYLOADS: ReadonlySet<string> = new Set([
  'Input',
  'Output',
  'EventDetail',
  'MessageBody',
  'MessageAttributes',
  'Error',
  'ErrorMessage',
  'Explanation',
  'Reason',
]);

/** A JSON text, or any text, without secrets; the same text if it has none. */
export function maskText(text: string): string {
  return masked(text, 0);
}

/** A value without secrets. */
export function maskValue(value: JsonValue): JsonValue {
  return maskedValue(value, 0);
}

/** A text without task tokens. */
export function withoutTokens(text: string): string {
  return text.replace(RUNS, (run) => (TOKEN.test(run) ? MASKED_TOKEN : run));
}

/** A reply of the API without secrets. */
export function maskReply(reply: { readonly [member: string]: JsonValue | undefined }): JsonObject {
  const result: Record<string, JsonValue> = {};
  for (const [name, member] of Object.entries(reply)) {
    if (member !== undefined) setMember(result, name, maskMember(name, member));
  }
  return result;
}

function maskMember(name: string, member: JsonValue): JsonValue {
  if (typeof member === 'string') return PAYLOADS.has(name) ? maskText(member) : member;
  if (member === null || typeof member !== 'object') return member;
  if (isJsonArray(member)) return member.map((item) => maskMember(name, item));
  return isJsonObject(member) ? maskReply(member) : member;
}

function masked(text: string, depth: number): string {
  if (!mayHaveSecret(text)) return text;
  try {
    if (depth === MAX_TEXTS) return maskedLooks(text);
    const value = parseJson(text, undefined, 'accept');
    // A number or a word is no JSON text that anyone would read.
    if (value === null || (typeof value !== 'object' && typeof value !== 'string')) return text;
    const written = stringifyJson(maskedValue(value, depth + 1));
    // A text without secrets stays as its writer has spelled it. A member that is there twice is in the text and not in the value.
    return written === stringifyJson(value) && maskedLooks(text) === text ? text : written;
  } catch {
    return maskedLooks(text);
  }
}

function mayHaveSecret(text: string): boolean {
  return text.search(HEADER_NAMES) !== -1 || text.search(ESCAPES) !== -1 || hasToken(text);
}

function hasToken(text: string): boolean {
  for (const [run] of text.matchAll(RUNS)) if (TOKEN.test(run)) return true;
  return false;
}

function maskedValue(value: JsonValue, depth: number): JsonValue {
  if (typeof value === 'string') return masked(value, depth);
  if (value === null || typeof value !== 'object') return value;
  if (isJsonArray(value)) return maskedList(value, depth);
  if (!isJsonObject(value)) return value;
  const result: Record<string, JsonValue> = {};
  const named = headerNamedIn(value);
  for (const [name, member] of Object.entries(value)) {
    const isSecret = SECRET_HEADER.test(name) || (named && VALUE_MEMBER.test(name));
    setMember(result, withoutTokens(name), isSecret ? maskedHeader(member) : maskedValue(member, depth));
  }
  return result;
}

const NAME_MEMBER = /^(?:name|key|header)$/i;
const VALUE_MEMBER = /^values?$/i;

/** Whether an object is a header by its name and its value: `{"name":"Authorization","value":"…"}`. */
function headerNamedIn(value: JsonObject): boolean {
  return Object.entries(value).some(
    ([name, member]) => typeof member === 'string' && NAME_MEMBER.test(name) && SECRET_HEADER.test(member),
  );
}

/** A list, in which the name of a header may come before its value: `["Authorization", "…"]`. */
function maskedList(list: JsonArray, depth: number): JsonValue {
  return list.map((item, i) => {
    const before = list[i - 1];
    const isSecret = typeof before === 'string' && SECRET_HEADER.test(before);
    return isSecret ? maskedHeader(item) : maskedValue(item, depth);
  });
}

/** Nothing is no secret: people look for a header that is missing. */
function maskedHeader(value: JsonValue): JsonValue {
  return value === null || value === '' ? value : MASKED_HEADER;
}

/** A text that is no JSON, but may have some in it, or the lines of an HTTP request. */
function maskedLooks(text: string): string {
  const plain = withoutEscapes(text);
  const result = withoutTokens(withoutHeaders(plain));
  return result === plain ? text : result;
}

/** The text with the characters that escapes stand for, those inside of escaped texts too. */
function withoutEscapes(text: string): string {
  let plain = text;
  for (let i = 0; i < MAX_TEXTS && plain.search(ESCAPES) !== -1; i++) {
    plain = plain.replace(ESCAPES, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  }
  return plain;
}

/** Masks what follows the name of the header: to the quotation mark that ends it, or to the end of the line. */
function withoutHeaders(text: string): string {
  let result = '';
  let from = 0;
  HEADER_NAMES.lastIndex = 0;
  for (let found = HEADER_NAMES.exec(text); found !== null; found = HEADER_NAMES.exec(text)) {
    const begin = valueAfter(text, found.index + found[0].length);
    if (begin === null) continue;
    const end = endOfValue(text, begin);
    if (end === begin.at) continue;
    result += text.slice(from, begin.at) + MASKED_HEADER;
    from = end;
    HEADER_NAMES.lastIndex = end;
  }
  return from === 0 ? text : result + text.slice(from);
}

interface ValueBegin {
  readonly at: number;
  /** The quotation mark that ends the value, with the backslashes before it, or the end of a list; empty for neither. */
  readonly quote: string;
}

/** Where the value of a header begins, if a colon, an equals sign, or a comma between quotation marks follows its name. */
function valueAfter(text: string, at: number): ValueBegin | null {
  let i = at;
  let isQuoted = false;
  for (; SKIPPED.has(text.charAt(i)); i++) isQuoted ||= QUOTES.has(text.charAt(i));
  const sign = text.charAt(i);
  if (sign !== ':' && sign !== '=' && !(sign === ',' && isQuoted)) return null;
  i++;
  while (BLANKS.has(text.charAt(i))) i++;
  if (text.charAt(i) === '[') return { at: i + 1, quote: ']' };
  const quoteAt = i;
  while (text.charAt(i) === '\\') i++;
  if (QUOTES.has(text.charAt(i))) return { at: i + 1, quote: text.slice(quoteAt, i + 1) };
  return sign === ',' ? null : { at: quoteAt, quote: '' };
}

const QUOTES: ReadonlySet<string> = new Set(['"', "'"]);
const BLANKS: ReadonlySet<string> = new Set([' ', '\t']);
const SKIPPED: ReadonlySet<string> = new Set([...QUOTES, ...BLANKS, '\\']);

function endOfValue(text: string, { at, quote }: ValueBegin): number {
  if (quote === '') {
    const end = text.slice(at).search(/[\r\n]/);
    return end === -1 ? text.length : at + end;
  }
  for (let end = text.indexOf(quote, at); end !== -1; end = text.indexOf(quote, end + quote.length)) {
    // With more backslashes it is a quotation mark inside of the value.
    if (text.charAt(end - 1) !== '\\') return end;
  }
  return text.length;
}
