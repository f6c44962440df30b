/**
 * Function Compute's own request signature, `Authorization: FC id:signature` (help.aliyun.com, FC 2.0 developer
 * reference, "Signature authentication"): base64 of HMAC-SHA256 in the form of `signatures/plain-header.ts`.
 */
import { signPlainHeader } from '../../signatures/plain-header.ts';

/** The `Authorization` header of a call. `headers` has lower-case names and must have `date`. */
export function signFc(
  method: string,
  path: string,
  headers: ReadonlyMap<string, string>,
  accessKeyId: string,
  secret: string,
): string {
  return `FC ${accessKeyId}:${signPlainHeader('sha256', { method, headers, prefix: 'x-fc-', resource: path }, secret)}`;
}
