/**
 * The signature of a request for the stream of the console, by a program that has an access key and no session. It is that of ACS3
 * (rules.md 3.3) with the path of the stream, and the action {@link STREAM_ACTION}.
 */
import type { IncomingMessage } from 'node:http';
import { apiError } from '../../api/error.ts';
import type { Authenticator } from '../../auth/authenticator.ts';
import type { AccessKey } from '../../auth/key-ring.ts';
import { cut } from '../../base/text.ts';
import { acceptBody, checkHead } from './call.ts';
import { parseParameters } from './form-parameters.ts';

export const STREAM_ACTION = 'StreamChanges';

const NO_BODY = Buffer.alloc(0);
const SHOWN_NAME = 100;

/**
 * The key that has signed the request; null for a request without a signature. `path` is that of the stream, `query` the text after the
 * question mark.
 * @throws {ApiError} as rules.md 3.7 lists; `ActionNotSupported` for another action.
 */
export function streamSigner(
  { method = '', headers, rawHeaders }: Pick<IncomingMessage, 'method' | 'headers' | 'rawHeaders'>,
  path: string,
  query: string,
  authenticator: Authenticator,
): AccessKey | null {
  if (headers.authorization?.startsWith('ACS3-') !== true) return null;
  const head = { method, path, headers, rawHeaders, query: parseParameters(query), bodyType: null };
  const call = checkHead(head, authenticator);
  if (call === null) return null;
  acceptBody(call, NO_BODY, () => true, authenticator);
  if (call.action !== STREAM_ACTION) throw apiError('ActionNotSupported', cut(call.action ?? '', SHOWN_NAME));
  return call.key;
}
