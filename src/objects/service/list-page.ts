/** The answer of ListObjectsV2, which Amazon S3 and Object Storage Service write in the same form. */
import { xmlTextOf } from '../../outbound/xml.ts';
import { unescapedKey } from '../escaped-key.ts';
import type { ListedObject } from '../store.ts';

export interface ListPage {
  readonly objects: readonly ListedObject[];
  /** Null at the end. */
  readonly next: string | null;
}

/**
 * Null for a text that is no such answer.
 * @param kind Object Storage Service escapes the token as it escapes the keys, Amazon S3 does not
 */
export function readListPage(xml: string, kind: 'oss' | 's3'): ListPage | null {
  if (!/<ListBucketResult[\s>]/.test(xml)) return null;
  const isEscaped = xmlTextOf(xml, 'EncodingType') === 'url';
  const objects: ListedObject[] = [];
  for (const [, text = ''] of xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
    const object = readObject(text, isEscaped);
    if (object === null) return null;
    objects.push(object);
  }
  const isTruncated = xmlTextOf(xml, 'IsTruncated') === 'true';
  if (!isTruncated) return { objects, next: null };
  const next = xmlTextOf(xml, 'NextContinuationToken') ?? '';
  return next === '' ? null : { objects, next: isEscaped && kind === 'oss' ? unescapedKey(next) : next };
}

function readObject(xml: string, isEscaped: boolean): ListedObject | null {
  const key = xmlTextOf(xml, 'Key');
  const sizeBytes = Number(xmlTextOf(xml, 'Size') ?? Number.NaN);
  const modifiedMs = Date.parse(xmlTextOf(xml, 'LastModified') ?? '');
  if (key === null || !Number.isSafeInteger(sizeBytes) || Number.isNaN(modifiedMs)) return null;
  return {
    key: isEscaped ? unescapedKey(key) : key,
    eTag: xmlTextOf(xml, 'ETag') ?? '',
    modifiedMs,
    sizeBytes,
    storageClass: xmlTextOf(xml, 'StorageClass') ?? '',
  };
}
