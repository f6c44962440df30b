/** The objects of a listing as items, with the members that Amazon States Language gives them. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { stringifyJson } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { bucketName, changed } from '../faults.ts';
import type { SourceMark } from '../ports.ts';
import { isSameMark } from '../store.ts';
import type { Bucket, ListedObject } from '../store.ts';
import type { Items } from './items.ts';

/** Number and digest of the first entries of a listing. */
export class ListingDigest {
  readonly #hash: Hash = createHash('sha256');
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param item as {@link itemOf} makes it */
  add(item: JsonValue): void {
    this.#count++;
    this.#hash.update(stringifyJson(item));
  }

  get mark(): SourceMark {
    return { count: this.#count, digest: this.#hash.copy().digest('hex') };
  }
}

/** @throws {ObjectFault} `Changed` when the listing does not begin with the entries of `expected` */
export async function refuseOtherListing(
  { bucket, name, prefix }: ListingPlace,
  expected: SourceMark,
  signal: AbortSignal,
): Promise<void> {
  const digest = new ListingDigest();
  const pages = bucket.list(prefix, signal);
  const wanted = Number(expected['count']);
  while (digest.count < wanted) {
    const page = await pages.next();
    if (page.done === true) break;
    for (const entry of page.value) if (digest.count < wanted) digest.add(itemOf(entry));
  }
  await pages.return?.();
  if (!isSameMark(digest.mark, expected)) throw changed(`the listing of ${bucketName(name)} with prefix "${prefix}"`);
}

export interface ListingPlace {
  readonly bucket: Bucket;
  readonly name: string;
  readonly prefix: string;
}

/** The items of a listing. A bucket without such objects has none. */
export class ListedItems implements Items {
  readonly #pages: AsyncIterator<readonly ListedObject[]>;

  constructor({ bucket, prefix }: ListingPlace, signal: AbortSignal) {
    this.#pages = bucket.list(prefix, signal);
  }

  async next(): Promise<readonly JsonValue[]> {
    const page = await this.#pages.next();
    return page.done === true ? [] : page.value.map(itemOf);
  }
}

/** `LastModified` in seconds since 1970, as in Amazon States Language. */
function itemOf({ key, eTag, modifiedMs, sizeBytes, storageClass }: ListedObject): JsonObject {
  return {
    Etag: eTag,
    Key: key,
    LastModified: Math.floor(modifiedMs / 1000),
    Size: sizeBytes,
    StorageClass: storageClass,
  };
}
