/**
 * The signature `AWS4-HMAC-SHA256` of Amazon S3 and of stores that are compatible with it, in the `Authorization` header
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). Unlike other services of Amazon, S3 does not escape
 * the path twice.
 */
import { createHmac, hash } from 'node:crypto';
import { canonicalQuery, percentEncode } from './percent.ts';

const ALGORITHM = 'AWS4-HMAC-SHA256';

export interface S3Request {
  readonly method: string;
  /** As {@link s3Path} returns it. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  /**
   * All headers to sign: lower-case names, trimmed values. Must have `host`, `x-amz-date` (`20060102T150405Z`) and
   * `x-amz-content-sha256`.
   */
  readonly headers: ReadonlyMap<string, string>;
  readonly region: string;
}

/** Escapes every byte of a path except the unreserved ones and `/`. */
export function s3Path(path: string): string {
  return path.split('/').map(percentEncode).join('/');
}

/** Returns the `Authorization` header of a call. */
export function signS3(request: S3Request, accessKeyId: string, secret: string): string {
  const { method, path, query, headers, region } = request;
  const names = [...headers.keys()].sort();
  const signedHeaders = names.join(';');
  const canonical = [
    method,
    path,
    canonicalQuery(query),
    names.map((name) => `${name}:${headers.get(name)}\n`).join(''),
    signedHeaders,
    headers.get('x-amz-content-sha256') ?? '',
  ].join('\n');
  const time = headers.get('x-amz-date') ?? '';
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = `${ALGORITHM}\n${time}\n${scope}\n${hash('sha256', canonical, 'hex')}`;
  let key: Buffer | string = `AWS4${secret}`;
  for (const part of [day, region, 's3', 'aws4_request']) key = createHmac('sha256', key).update(part).digest();
  const signature = createHmac('sha256', key).update(text).digest('hex');
  return `${ALGORITHM} Credential=${accessKeyId}/${scope},SignedHeaders=${signedHeaders},Signature=${signature}`;
}
