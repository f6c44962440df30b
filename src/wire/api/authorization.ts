/**
 * The `Authorization` header: `ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=…` (rules.md 3.3), or the old
 * `acs <id>:<signature>` of ROA-style calls (rules.md 3.4).
 */
import { invalidArgument } from '../../api/error.ts';
import { isAcs3Algorithm } from '../../signatures/acs3.ts';
import type { Acs3Algorithm } from '../../signatures/acs3.ts';

export interface Acs3Authorization {
  readonly algorithm: Acs3Algorithm;
  readonly accessKeyId: string;
  /** Unchanged, because the signature covers this text. */
  readonly signedHeaders: string;
  readonly signature: string;
}

/** @throws {ApiError} `InvalidArgument` for another algorithm or an ill-formed text. */
export function parseAcs3Authorization(text: string): Acs3Authorization {
  const space = text.indexOf(' ');
  const algorithm = space === -1 ? text : text.slice(0, space);
  if (!isAcs3Algorithm(algorithm)) {
    throw invalidArgument(
      `The header 'Authorization' names the algorithm '${algorithm.slice(0, 50)}', which is not supported: use ACS3-HMAC-SHA256.`,
    );
  }
  const members = new Map<string, string>();
  // One more than there may be: the header may have any length.
  const pieces = text.slice(algorithm.length).split(',', 4);
  for (const piece of pieces) {
    const equals = piece.indexOf('=');
    members.set(piece.slice(0, Math.max(equals, 0)).trim(), piece.slice(equals + 1).trim());
  }
  const accessKeyId = members.get('Credential') ?? '';
  const signedHeaders = members.get('SignedHeaders') ?? '';
  const signature = members.get('Signature') ?? '';
  if (pieces.length !== 3 || accessKeyId === '' || signedHeaders === '' || signature === '') {
    throw invalidArgument(
      "The header 'Authorization' must read 'ACS3-HMAC-SHA256 Credential=<id>,SignedHeaders=<a;b>,Signature=<hex>'.",
    );
  }
  return { algorithm, accessKeyId, signedHeaders, signature };
}

/** @throws {ApiError} `InvalidArgument` for an ill-formed text. */
export function parseRoaAuthorization(text: string): { readonly accessKeyId: string; readonly signature: string } {
  const [, accessKeyId, signature] = /^acs ([^:]+):(\S+)$/.exec(text) ?? [];
  if (accessKeyId === undefined || signature === undefined) {
    throw invalidArgument("The header 'Authorization' must read 'acs <id>:<signature>'.");
  }
  return { accessKeyId, signature };
}
