/** The headers of a POST to an OpenAPI of the cloud that is signed with `ACS3-HMAC-SHA256` (rules.md 3.3). */
import type { CloudCredentials } from '../config/settings.ts';
import { acs3BodyHash, signAcs3 } from '../signatures/acs3.ts';

export interface Acs3Call {
  /** With each segment of its path percent-encoded. */
  readonly url: URL;
  /** The operation and its API version. */
  readonly action: string;
  readonly version: string;
  /** `content-type` and the headers of the operation; lower-case names. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Buffer;
  readonly nonce: string;
  readonly nowMs: number;
}

/** `call.headers` and the headers that every signed call has. */
export function acs3Headers(call: Acs3Call, credentials: CloudCredentials): ReadonlyMap<string, string> {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const { url, action, version, body } = call;
  const bodyHash = acs3BodyHash('ACS3-HMAC-SHA256', body);
  const headers = new Map([
    ['host', url.host],
    ['accept', 'application/json'],
    ...call.headers,
    ['x-acs-action', action],
    ['x-acs-version', version],
    ['x-acs-date', utcSeconds(call.nowMs)],
    ['x-acs-signature-nonce', call.nonce],
    ['x-acs-content-sha256', bodyHash],
    ['user-agent', 'Millrace'],
  ]);
  if (securityToken !== null) {
    headers.set('x-acs-accesskey-id', accessKeyId);
    headers.set('x-acs-security-token', securityToken.reveal());
  }
  const request = { method: 'POST', path: url.pathname, query: new Map(url.searchParams), headers, bodyHash };
  headers.set('authorization', signAcs3(request, accessKeyId, accessKeySecret.reveal()));
  return headers;
}

/** `2026-01-02T03:04:05Z`, the form of time in requests to an OpenAPI. */
export function utcSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, '');
}
