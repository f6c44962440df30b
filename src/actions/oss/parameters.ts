/** The `Parameters` of the actions of Object Storage Service (rules.md 11.15; docs/tasks.md) as a request. Pure. */
import { memberOf, stringifyJson } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import { ossPath } from '../../signatures/oss.ts';
import { percentEncode } from '../../signatures/percent.ts';

export type OssOperation = 'GetObject' | 'PutObject' | 'CopyObject' | 'DeleteObject';

export interface ObjectRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly bucket: string;
  readonly key: string;
  /** Empty when the task names none. */
  readonly region: string;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | null;
}

const METHODS = { GetObject: 'GET', PutObject: 'PUT', CopyObject: 'PUT', DeleteObject: 'DELETE' } as const;
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
const MAX_KEY_BYTES = 1023;

/** The request, or a sentence that says which parameter is wrong. */
export function objectRequest(operation: OssOperation, given: JsonObject): ObjectRequest | string {
  try {
    const bucket = bucketOf(given, 'bucket');
    const key = keyOf(given, 'key');
    const region = optionalText(given, 'region', REGION) ?? '';
    const query = new Map<string, string>();
    if (operation === 'GetObject' || operation === 'DeleteObject') {
      const versionId = optionalText(given, 'versionId');
      if (versionId !== null) query.set('versionId', versionId);
    }
    const body = operation === 'PutObject' ? bodyOf(given) : null;
    const headers = new Map([...headersOf(operation, given, bucket), ...(body?.headers ?? [])]);
    return { method: METHODS[operation], bucket, key, region, query, headers, body: body?.text ?? null };
  } catch (error) {
    if (error instanceof BadParameter) return error.message;
    throw error;
  }
}

class BadParameter extends Error {}

function bucketOf(given: JsonObject, name: string): string {
  const bucket = memberOf(given, name);
  if (typeof bucket === 'string' && BUCKET.test(bucket)) return bucket;
  throw new BadParameter(
    `${name} must be the name of a bucket: 3 to 63 of a-z, 0-9 and "-", with no "-" at either end`,
  );
}

function keyOf(given: JsonObject, name: string): string {
  const key = memberOf(given, name);
  if (typeof key !== 'string' || key === '' || Buffer.byteLength(key) > MAX_KEY_BYTES || /^[/\\]/.test(key)) {
    throw new BadParameter(
      `${name} must be a text of 1 to ${MAX_KEY_BYTES} bytes that does not begin with "/" or "\\"`,
    );
  }
  // Such a URL would lead to another object.
  if (key.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw new BadParameter(`${name} has a segment "." or "..", which a URL cannot contain`);
  }
  return key;
}

interface TextRule {
  readonly form: RegExp;
  /** Completes the sentence "… must be". */
  readonly rule: string;
}

const REGION: TextRule = { form: /^[a-z0-9-]{0,64}$/, rule: 'the name of a region, such as cn-hangzhou' };
const HEADER_TEXT: TextRule = { form: /^[\x20-\x7e]{1,1024}$/, rule: 'a text of 1 to 1024 printable ASCII characters' };

/** Null when it is absent. By default a text that can be a header value. */
function optionalText(given: JsonObject, name: string, { form, rule } = HEADER_TEXT): string | null {
  const value = memberOf(given, name) ?? null;
  if (value === null) return null;
  if (typeof value === 'string' && form.test(value)) return value.trim();
  throw new BadParameter(`${name} must be ${rule}`);
}

function headersOf(operation: OssOperation, given: JsonObject, bucket: string): readonly [string, string][] {
  if (operation === 'CopyObject') return [['x-oss-copy-source', copySource(given, bucket)]];
  if (operation !== 'GetObject') return [];
  const headers: [string, string][] = [];
  for (const [name, header] of [
    ['ifMatch', 'if-match'],
    ['ifNoneMatch', 'if-none-match'],
  ] as const) {
    const value = optionalText(given, name);
    if (value !== null) headers.push([header, value]);
  }
  // As the service does: a value that is not a range asks for the whole object.
  const range = memberOf(given, 'range');
  if (typeof range === 'string' && /^(?:\d+-\d*|-\d+)$/.test(range)) headers.push(['range', `bytes=${range}`]);
  return headers;
}

function copySource(given: JsonObject, bucket: string): string {
  const from = memberOf(given, 'sourceBucket') === undefined ? bucket : bucketOf(given, 'sourceBucket');
  const versionId = optionalText(given, 'sourceVersionId');
  const version = versionId === null ? '' : `?versionId=${percentEncode(versionId)}`;
  return `${ossPath(`/${from}/${keyOf(given, 'sourceKey')}`)}${version}`;
}

/** A text unchanged, any other value as JSON; absent and null are an empty text. */
function bodyOf(given: JsonObject): { readonly text: string; readonly headers: readonly [string, string][] } {
  const value = memberOf(given, 'body') ?? '';
  const type = optionalText(given, 'contentType');
  if (typeof value === 'string') {
    return { text: value, headers: [['content-type', type ?? 'text/plain;charset=utf-8']] };
  }
  return { text: stringifyJson(value), headers: [['content-type', type ?? 'application/json']] };
}
