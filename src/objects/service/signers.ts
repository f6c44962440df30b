/** Turns a call of a bucket into an HTTP request of the service: for Object Storage Service, and for stores that are compatible with Amazon S3. */
import { hash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { CloudCredentials } from '../../config/settings.ts';
import { bucketUrl } from '../../outbound/bucket-url.ts';
import { ossPath, ossQuery, signOss } from '../../signatures/oss.ts';
import { canonicalQuery } from '../../signatures/percent.ts';
import { s3Path, signS3 } from '../../signatures/s3.ts';

export interface BucketCall {
  readonly method: 'GET' | 'PUT';
  /** Empty for a call of the bucket itself. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer | null;
}

export interface SignedCall {
  readonly url: URL;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Signs a call with the time of now; each attempt is signed again. */
export type Signer = (call: BucketCall) => SignedCall;

export interface SignerParts {
  readonly clock: Clock;
  readonly bucket: string;
  readonly endpoint: string;
  readonly region: string;
  readonly isPathStyle: boolean | null;
}

/** Object Storage Service, with its signature version 4. */
export function ossSigner(parts: SignerParts, credentials: CloudCredentials): Signer {
  const { clock, bucket, endpoint, region, isPathStyle } = parts;
  return ({ method, key, query, headers: given }) => {
    const headers = new Map([
      ...given,
      ['x-oss-date', timeOf(clock)],
      ['x-oss-content-sha256', 'UNSIGNED-PAYLOAD'],
      // Without it, a range that ends behind the end of the object gives the whole object.
      ['x-oss-range-behavior', 'standard'],
      ...COMMON_HEADERS,
    ] as const);
    const { accessKeyId, accessKeySecret, securityToken } = credentials;
    if (securityToken !== null) headers.set('x-oss-security-token', securityToken.reveal());
    const request = { method, bucket, key, query, headers, region };
    headers.set('authorization', signOss(request, accessKeyId, accessKeySecret.reveal()));
    return { url: bucketUrl(endpoint, { bucket, path: ossPath(key), query: ossQuery(query), isPathStyle }), headers };
  };
}

/** @param credentials null: the calls are not signed, for public buckets */
export function s3Signer(parts: SignerParts, credentials: CloudCredentials | null): Signer {
  const { clock, bucket, endpoint, region, isPathStyle } = parts;
  return ({ method, key, query, headers: given, body }) => {
    const url = bucketUrl(endpoint, { bucket, path: s3Path(key), query: canonicalQuery(query), isPathStyle });
    // The clients of Amazon write the path of a bucket without a slash at its end, and some stores sign it so.
    if (key === '' && url.pathname !== '/') url.pathname = url.pathname.slice(0, -1);
    const signed = new Map([...given, ['x-amz-content-sha256', hash('sha256', body ?? '', 'hex')]]);
    if (credentials !== null) {
      const { accessKeyId, accessKeySecret, securityToken } = credentials;
      signed.set('host', url.host).set('x-amz-date', timeOf(clock));
      if (securityToken !== null) signed.set('x-amz-security-token', securityToken.reveal());
      const request = { method, path: url.pathname, query, headers: signed, region };
      signed.set('authorization', signS3(request, accessKeyId, accessKeySecret.reveal()));
    }
    return { url, headers: new Map([...signed, ...COMMON_HEADERS]) };
  };
}

/** Not signed: a proxy may change them. */
const COMMON_HEADERS = [
  ['accept-encoding', 'identity'],
  ['user-agent', 'Millrace'],
] as const;

function timeOf(clock: Clock): string {
  return new Date(clock.nowMs()).toISOString().replace(/[-:]|\.\d+/g, '');
}
