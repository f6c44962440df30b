/** URLs of buckets and of the objects in them. */
import { isIP } from 'node:net';

/**
 * The URL of an object, or of a bucket. Services expect the bucket as a subdomain of the endpoint. An endpoint that is an address or a name
 * without dots can have no subdomain; there the bucket begins the path.
 * @param endpoint an origin
 * @param path the key, escaped; empty for the bucket
 * @param query escaped; may be empty
 * @param isPathStyle true: the bucket begins the path in any case; null: it does where it must
 */
export function bucketUrl(
  endpoint: string,
  { bucket, path, query, isPathStyle }: { bucket: string; path: string; query: string; isPathStyle: boolean | null },
): URL {
  const url = new URL(endpoint);
  const isBare = isIP(url.hostname) !== 0 || url.hostname.startsWith('[') || !url.hostname.includes('.');
  const isInPath = isPathStyle ?? isBare;
  if (!isInPath) url.hostname = `${bucket}.${url.hostname}`;
  const search = query === '' ? '' : `?${query}`;
  return new URL(`${url.origin}${isInPath ? `/${bucket}/${path}` : `/${path}`}${search}`);
}
