/**
 * The signature `OSS4-HMAC-SHA256` of Object Storage Service, to sign calls
 * (https://www.alibabacloud.com/help/en/oss/developer-reference/recommend-to-use-signature-version-4). A key derived from
 * date and region signs the hash of the canonical request. The signature does not cover the body; only TLS protects it.
 */
import { createHmac, hash } from 'node:crypto';
import { percentEncode } from './percent.ts';

const ALGORITHM = 'OSS4-HMAC-SHA256';

export interface OssRequest {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  /** A parameter without a value has an empty one. */
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names, trimmed values; must have `x-oss-date` (`20060102T150405Z`) and `x-oss-content-sha256`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly region: string;
}

/** Escapes every byte of a path except the unreserved ones and `/`. */
export function ossPath(path: string): string {
  return path.split('/').map(percentEncode).join('/');
}

/** Returns the query to sign and to send. */
export function ossQuery(query: ReadonlyMap<string, string>): string {
  return [...query]
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&');
}

/** Returns the canonical request, whose hash is signed. */
export function ossCanonicalRequest({ method, bucket, key, query, headers }: OssRequest): string {
  const signed = [...headers.keys()].filter(
    (name) => name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-'),
  );
  return [
    method,
    ossPath(`/${bucket}/${key}`),
    ossQuery(query),
    signed
      .sort()
      .map((name) => `${name}:${headers.get(name)}\n`)
      .join(''),
    // The list of additional signed headers is empty.
    '',
    headers.get('x-oss-content-sha256') ?? '',
  ].join('\n');
}

/** Returns the `Authorization` header of a call. */
export function signOss(request: OssRequest, accessKeyId: string, secret: string): string {
  const time = request.headers.get('x-oss-date') ?? '';
  const day = time.slice(0, 8);
  const scope = `${day}/${request.region}/oss/aliyun_v4_request`;
  const text = `${ALGORITHM}\n${time}\n${scope}\n${hash('sha256', ossCanonicalRequest(request), 'hex')}`;
  let key: Buffer | string = `aliyun_v4${secret}`;
  for (const part of [day, request.region, 'oss', 'aliyun_v4_request']) key = hmac(key, part);
  return `${ALGORITHM} Credential=${accessKeyId}/${scope},Signature=${hmac(key, text).toString('hex')}`;
}

/** `HmacKey` does not fit here: these keys are bytes, and each signs one message. */
function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
