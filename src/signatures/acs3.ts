/**
 * The header signature `ACS3-HMAC-SHA256` (wire.md 5.2) and its rare sister with SM3, for verifying what arrives and
 * for signing calls to the cloud. The body is covered by its hash, which stands in the canonical request.
 */
import { hash } from 'node:crypto';
import { HmacKey } from './hmac.ts';
import { canonicalQuery } from './percent.ts';
import type { HashName } from './hmac.ts';

const HASH_OF = { 'ACS3-HMAC-SHA256': 'sha256', 'ACS3-HMAC-SM3': 'sm3' } as const satisfies Record<string, HashName>;

export type Acs3Algorithm = keyof typeof HASH_OF;

export function isAcs3Algorithm(name: string): name is Acs3Algorithm {
  return Object.hasOwn(HASH_OF, name);
}

export interface Acs3Request {
  readonly method: string;
  /** The path in its canonical form: `/`, or for ROA-style calls each segment percent-encoded. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names; values trimmed, those of one name sorted and joined with `,`. */
  readonly headers: ReadonlyMap<string, string>;
  /** {@link acs3BodyHash} of the body. */
  readonly bodyHash: string;
}

/** Lower-case hex of the hash of the body's bytes. */
export function acs3BodyHash(algorithm: Acs3Algorithm, body: Uint8Array | string): string {
  return hash(HASH_OF[algorithm], body, 'hex');
}

/** The key for ACS3 signatures of an access key's secret. */
export function acs3Key(algorithm: Acs3Algorithm, secret: string): HmacKey {
  return new HmacKey(HASH_OF[algorithm], secret);
}

/** The two-line text that is signed. `signedHeaders` is the list as the request names it, joined with `;`. */
export function acs3StringToSign(algorithm: Acs3Algorithm, request: Acs3Request, signedHeaders: string): string {
  return `${algorithm}\n${hash(HASH_OF[algorithm], acs3CanonicalRequest(request, signedHeaders), 'hex')}`;
}

/** The canonical request, whose hash is signed. A listed header that the request does not have counts as empty. */
export function acs3CanonicalRequest(request: Acs3Request, signedHeaders: string): string {
  const headerLines = signedHeaders
    .split(';')
    .map((name) => `${name}:${request.headers.get(name) ?? ''}\n`)
    .join('');
  return [
    request.method,
    request.path,
    canonicalQuery(request.query),
    headerLines,
    signedHeaders,
    request.bodyHash,
  ].join('\n');
}

/**
 * The `Authorization` header for a call. Everything in `request.headers` that the vendor's clients sign is signed:
 * `host`, `content-type` and every `x-acs-*`, which must include date, nonce and `x-acs-content-sha256`.
 */
export function signAcs3(request: Acs3Request, accessKeyId: string, secret: string): string {
  const signedHeaders = [...request.headers.keys()]
    .filter((name) => name === 'host' || name === 'content-type' || name.startsWith('x-acs-'))
    .sort()
    .join(';');
  const stringToSign = acs3StringToSign('ACS3-HMAC-SHA256', request, signedHeaders);
  const signature = acs3Key('ACS3-HMAC-SHA256', secret).signText(stringToSign, 'hex');
  return `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${signedHeaders},Signature=${signature}`;
}
