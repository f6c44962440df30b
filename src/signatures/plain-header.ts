/**
 * The header signature that the cloud's older services share: HMAC over method, Content-MD5, Content-Type, Date, the
 * headers that begin with a prefix of the service's own, sorted by name, and the resource. Message Service signs with
 * `x-mns-` (https://www.alibabacloud.com/help/doc-detail/27487.htm), EventBridge with `x-acs-`, Function Compute 2.0 with
 * `x-fc-`.
 */
import { HmacKey } from './hmac.ts';
import type { HashName } from './hmac.ts';

export interface PlainHeaderRequest {
  readonly method: string;
  /** Lower-case names, trimmed values; `date` must be there. */
  readonly headers: ReadonlyMap<string, string>;
  /** What the names of the service's own headers begin with: `x-mns-`. */
  readonly prefix: string;
  /** Path and query as the service sees them. */
  readonly resource: string;
}

/** The text that is signed. */
export function plainHeaderStringToSign({ method, headers, prefix, resource }: PlainHeaderRequest): string {
  const own = [...headers.keys()].filter((name) => name.startsWith(prefix)).sort();
  const standard = ['content-md5', 'content-type', 'date'].map((name) => `${headers.get(name) ?? ''}\n`).join('');
  return `${method}\n${standard}${own.map((name) => `${name}:${headers.get(name)}\n`).join('')}${resource}`;
}

/** The signature in base64. */
export function signPlainHeader(hashName: HashName, request: PlainHeaderRequest, secret: string): string {
  return new HmacKey(hashName, secret).signText(plainHeaderStringToSign(request), 'base64');
}
