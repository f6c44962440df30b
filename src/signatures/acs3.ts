/**
 * The header signatures `ACS3-HMAC-SHA256` (rules.md 3.3) and `ACS3-HMAC-SM3`, to verify requests and to sign calls to the
 * cloud. The canonical request contains the hash of the body, so the signature covers the body.
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
  /** The canonical path: `/`, or for ROA-style calls the path with each segment percent-encoded. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names; values trimmed, those of one name sorted and joined with `,`. */
  readonly headers: ReadonlyMap<string, string>;
  /** {@link acs3BodyHash} of the body. */
  readonly bodyHash: string;
}

/** Returns the hash of the body in lower-case hex. */
export function acs3BodyHash(algorithm: Acs3Algorithm, body: Uint8Array | string): string {
  return hash(HASH_OF[algorithm], body, 'hex');
}

/** Returns the key for ACS3 signatures with an access key's secret. */
export function acs3Key(algorithm: Acs3Algorithm, secret: string): HmacKey {
  return new HmacKey(HASH_OF[algorithm], secret);
}

/** Returns the two-line text to sign. `signedHeaders` is the request's list of header names, joined with `;`. */
export function acs3StringToSign(algorithm: Acs3Algorithm, request: Acs3Request, signedHeaders: string): string {
  return `${algorithm}\n${hash(HASH_OF[algorithm], acs3CanonicalRequest(request, signedHeaders), 'hex')}`;
}

/** Returns the canonical request, whose hash is signed. A listed header that the request lacks is empty. */
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
 * Returns the `Authorization` header for a call. It signs the headers that the vendor's clients sign: `host`,
 * `content-type` and every `x-acs-*`, which must include date, nonce and `x-acs-content-sha256`.
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
