/**
 * The body of an answer as a flow sees it (decisions.md 3.7 and 7): JSON parsed, another text as text, bytes as
 * base64, nothing as `""`. Compressed bodies are unpacked up to the limit of any body, so a small answer cannot
 * unfold into a large one.
 */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { isJsonObject, JsonFault, memberOf, parseJson } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';

type Unpack = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const unpackGzip: Unpack = promisify(gunzip);
const unpackBrotli: Unpack = promisify(brotliDecompress);
const unpackZstd: Unpack = promisify(zstdDecompress);
const unpackZlib: Unpack = promisify(inflate);
const unpackRaw: Unpack = promisify(inflateRaw);

/** `deflate` should mean the zlib format, and some servers send the bare one: the first byte tells. */
const unpackDeflate: Unpack = (bytes, options) =>
  ((bytes[0] ?? 0) & 0x0f) === 8 ? unpackZlib(bytes, options) : unpackRaw(bytes, options);

const UNPACKERS: ReadonlyMap<string, Unpack> = new Map([
  ['gzip', unpackGzip],
  ['x-gzip', unpackGzip],
  ['deflate', unpackDeflate],
  ['br', unpackBrotli],
  ['zstd', unpackZstd],
]);

/** What the transport asks for unless a flow asks for something else. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

/** More layers than this are nobody's honest answer. */
const MAX_ENCODINGS = 4;

export type Unpacked =
  | { readonly kind: 'plain'; readonly bytes: Buffer; readonly unpacked: boolean }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'broken'; readonly detail: string };

/** Undoes `Content-Encoding`. An encoding that is not known leaves the bytes as they are. */
export async function unpackBody(
  bytes: Buffer,
  contentEncoding: string | undefined,
  limitBytes: number,
): Promise<Unpacked> {
  const names = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const encodings = names.filter((name) => name !== '' && name !== 'identity').reverse();
  const unpackers = encodings.map((name) => UNPACKERS.get(name)).filter((each) => each !== undefined);
  if (bytes.length === 0 || encodings.length === 0 || unpackers.length < encodings.length) {
    return { kind: 'plain', bytes, unpacked: false };
  }
  if (encodings.length > MAX_ENCODINGS) return { kind: 'broken', detail: 'it is encoded too many times' };
  let plain = bytes;
  for (const unpack of unpackers) {
    try {
      plain = await unpack(plain, { maxOutputLength: limitBytes });
    } catch (error) {
      if (error instanceof RangeError) return { kind: 'too-large' };
      return { kind: 'broken', detail: error instanceof Error ? error.message : String(error) };
    }
  }
  return { kind: 'plain', bytes: plain, unpacked: true };
}

/** Types whose bytes are text, beside `text/*`, `+json` and `+xml`. */
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

/** The value of a body with a content type; without one, bytes that are UTF-8 are text. */
export function bodyValue(bytes: Buffer, contentType: string | undefined): JsonValue {
  if (bytes.length === 0) return '';
  if (contentType === undefined) return utf8Text(bytes) ?? bytes.toString('base64');
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (!isText(type)) return bytes.toString('base64');
  const text = decode(bytes, contentType);
  return type === 'application/json' || type.endsWith('+json') ? jsonOrText(text) : text;
}

/** The value of a body whatever type it names: JSON parsed, else text, else base64 (decisions.md 3.8). */
export function untypedValue(bytes: Buffer): JsonValue {
  if (bytes.length === 0) return '';
  const text = utf8Text(bytes);
  return text === null ? bytes.toString('base64') : jsonOrText(text);
}

/** The members of a body that is a JSON object; none for any other. */
export function bodyMembers(body: Buffer): JsonObject {
  const value = jsonOrText(body.toString());
  return isJsonObject(value) ? value : {};
}

/** The first of `names` that is a text with something in it. */
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
