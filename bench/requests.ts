/**
 * Signed requests as bytes, in the shape of today's SDKs: POST, with common parameters and signature in the query and the others
 * in a form (rules.md 2.2, shape B). The code is independent of `src/signatures`, so that the load generator and the server cannot
 * share a mistake.
 */
import { createHmac, randomBytes } from 'node:crypto';

export interface Credentials {
  readonly id: string;
  readonly secret: string;
}

/** `encodeURIComponent`, and the five characters that it does not escape (rules.md 3.1). */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function pairs(parameters: Readonly<Record<string, string>>): string[] {
  return Object.entries(parameters).map(([name, value]) => `${encode(name)}=${encode(value)}`);
}

/** One HTTP request with a new nonce, ready to be written to a socket. */
export function signedRequest(
  host: string,
  credentials: Credentials,
  action: string,
  form: Readonly<Record<string, string>>,
): Buffer {
  const query: Record<string, string> = {
    AccessKeyId: credentials.id,
    Action: action,
    Format: 'json',
    SignatureMethod: 'HMAC-SHA1',
    SignatureNonce: randomBytes(16).toString('hex'),
    SignatureVersion: '1.0',
    Timestamp: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    Version: '2019-03-15',
  };
  // All names are plain ASCII, so the encoded pairs have the order of the names.
  const canonical = pairs({ ...query, ...form })
    .sort()
    .join('&');
  const signature = createHmac('sha1', `${credentials.secret}&`)
    .update(`POST&%2F&${encode(canonical)}`)
    .digest('base64');
  const body = pairs(form).join('&');
  const head = [
    `POST /?${pairs({ ...query, Signature: signature }).join('&')} HTTP/1.1`,
    `host: ${host}`,
    'accept: application/json',
    'content-type: application/x-www-form-urlencoded',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-acs-action: ${action}`,
    'x-acs-version: 2019-03-15',
    'user-agent: millrace-bench',
    '',
    '',
  ].join('\r\n');
  return Buffer.from(head + body);
}
