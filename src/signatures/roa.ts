/**
 * The old header signature of ROA-style calls, `Authorization: acs <id>:<signature>` (rules.md 3.4): HMAC-SHA1 over four
 * standard headers, every `x-acs-*` and the decoded query. It has two weaknesses that its caller has to handle. It covers
 * the body only through `Content-MD5`. It does not escape the query, so two queries can have the same text to sign.
 */
import { HmacKey } from './hmac.ts';

export interface RoaRequest {
  readonly method: string;
  /** As sent, without query. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names, trimmed values. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Returns the key for ROA signatures with an access key's secret. */
export function roaKey(secret: string): HmacKey {
  return new HmacKey('sha1', secret);
}

/** Returns the text to sign. */
export function roaStringToSign({ method, path, query, headers }: RoaRequest): string {
  const lines = [method];
  for (const name of ['accept', 'content-md5', 'content-type', 'date']) lines.push(headers.get(name) ?? '');
  for (const name of [...headers.keys()].filter((header) => header.startsWith('x-acs-')).sort()) {
    lines.push(`${name}:${headers.get(name) ?? ''}`);
  }
  const pairs = [...query.keys()].sort().map((name) => `${name}=${query.get(name) ?? ''}`);
  lines.push(pairs.length === 0 ? path : `${path}?${pairs.join('&')}`);
  return lines.join('\n');
}
