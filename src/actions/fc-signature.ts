/**
 * Function Compute's own request signature, `Authorization: FC id:signature` (help.aliyun.com, FC 2.0 developer
 * reference, "Signature authentication"): base64 of HMAC-SHA256 over method, Content-MD5, Content-Type, Date, the
 * `x-fc-*` headers sorted by name, and the path.
 */
import { HmacKey } from '../signatures/hmac.ts';

/** The text that is signed. `headers` has lower-case names and must have `date`. */
export function fcStringToSign(method: string, path: string, headers: ReadonlyMap<string, string>): string {
  const own = [...headers.keys()].filter((name) => name.startsWith('x-fc-')).sort();
  const lines = own.map((name) => `${name}:${headers.get(name)}\n`).join('');
  const standard = ['content-md5', 'content-type', 'date'].map((name) => `${headers.get(name) ?? ''}\n`).join('');
  return `${method}\n${standard}${lines}${path}`;
}

/** The `Authorization` header of a call. */
export function signFc(
  method: string,
  path: string,
  headers: ReadonlyMap<string, string>,
  accessKeyId: string,
  secret: string,
): string {
  const signature = new HmacKey('sha256', secret).signText(fcStringToSign(method, path, headers), 'base64');
  return `FC ${accessKeyId}:${signature}`;
}
