/**
 * The old header signature of ROA-style calls, `Authorization: acs <id>:<signature>` (wire.md 5.3): HMAC-SHA1 over a few
 * headers, every `x-acs-*` and the decoded query. Its text does not cover the body but through `Content-MD5`, and it
 * joins the query unescaped, so that two queries can have one text; who accepts it has to see to both.
 */
import { HmacKey } from './hmac.ts';

export interface RoaRequest {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names, trimmed values. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The key for ROA signatures of an access key's secret. */
export function roaKey(secret: string): HmacKey {
  return new HmacKey('sha1', secret);
}

/** The text that is signed. */
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
