/**
 * The header signature of the cloud's older services: HMAC over method, Content-MD5, Content-Type, Date, the headers with
 * the service's prefix, sorted by name, and the resource. The prefix is `x-mns-` for Message Service
 * (https://www.alibabacloud.com/help/doc-detail/27487.htm), `x-acs-` for EventBridge and `x-fc-` for Function Compute 2.0.
 */
import { HmacKey } from './hmac.ts';
import type { HashName } from './hmac.ts';

export interface PlainHeaderRequest {
  readonly method: string;
  /** Lower-case names, trimmed values. `date` is required. */
  readonly headers: ReadonlyMap<string, string>;
  /** Prefix of the service's headers: `x-mns-`. */
  readonly prefix: string;
  /** Path and query as the service receives them. */
  readonly resource: string;
}

/** Returns the text to sign. */
export function plainHeaderStringToSign({ method, headers, prefix, resource }: PlainHeaderRequest): string {
  const own = [...headers.keys()].filter((name) => name.startsWith(prefix)).sort();
  const standard = ['content-md5', 'content-type', 'date'].map((name) => `${headers.get(name) ?? ''}\n`).join('');
  return `${method}\n${standard}${own.map((name) => `${name}:${headers.get(name)}\n`).join('')}${resource}`;
}

/** Returns the signature in base64. */
export function signPlainHeader(hashName: HashName, request: PlainHeaderRequest, secret: string): string {
  return new HmacKey(hashName, secret).signText(plainHeaderStringToSign(request), 'base64');
}
