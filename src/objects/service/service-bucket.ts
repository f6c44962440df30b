/**
 * A bucket behind HTTP: of Object Storage Service, or of a store that is compatible with Amazon S3.
 *
 * Invariants:
 * - A file is read in pieces, each with a request of its own for a range of bytes. So no connection waits for a consumer, a broken
 *   connection costs one piece, and a piece either arrives whole or is asked for again.
 * - Each request after the first has the ETag of the first as its condition, and each answer is compared with it, because not every
 *   compatible store knows the condition.
 */
import type { Answer } from '../../outbound/transport.ts';
import { headerOf } from '../../outbound/answer-headers.ts';
import { bucketName, changed, malformed, objectName } from '../faults.ts';
import { ObjectFault } from '../ports.ts';
import type { SourceMark } from '../ports.ts';
import { isSameMark, PIECE_BYTES } from '../store.ts';
import type { Bucket, ListedObject, StoredFile } from '../store.ts';
import { answerTo } from './attempts.ts';
import type { ServiceParts } from './attempts.ts';
import { readListPage } from './list-page.ts';
import { refusal } from './refusal.ts';
import type { BucketCall, Signer } from './signers.ts';

export interface Service {
  readonly kind: 'oss' | 's3';
  readonly sign: Signer;
  readonly isSigned: boolean;
}

/** A thousand keys of 1,024 bytes, escaped, with what belongs to them. */
const PAGE_BYTES = 8 * PIECE_BYTES;
const ERROR_BYTES = 65_536;
/** Longest key of Amazon S3; Object Storage Service has one byte less. */
const MAX_KEY_BYTES = 1_024;
const NONE: ReadonlyMap<string, string> = new Map();

export class ServiceBucket implements Bucket {
  readonly #name: string;
  readonly #service: Service;
  readonly #parts: ServiceParts;

  constructor(name: string, service: Service, parts: ServiceParts) {
    this.#name = name;
    this.#service = service;
    this.#parts = parts;
  }

  async open(key: string, signal: AbortSignal): Promise<StoredFile> {
    const what = this.#checkedKey(key);
    const answer = await this.#get(key, new Map([['range', `bytes=0-${PIECE_BYTES - 1}`]]), signal);
    // No range of an empty object can be satisfied.
    const whole = answer.status === 416 ? await this.#get(key, NONE, signal) : answer;
    if (whole.status !== 200 && whole.status !== 206) throw this.#refusal(what, 'read', whole);
    const sizeBytes = sizeOf(whole);
    if (sizeBytes === null || whole.body.length !== Math.min(sizeBytes, PIECE_BYTES)) throw noRange(what);
    const mark = { ...identityOf(whole), size: sizeBytes };
    let first: Buffer | null = whole.body;
    return {
      mark,
      sizeBytes,
      read: async (offset, readSignal) => {
        const held = first;
        first = null;
        return offset === 0 && held !== null ? held : this.#piece(key, mark, offset, readSignal);
      },
    };
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterableIterator<readonly ListedObject[]> {
    const what = bucketName(this.#name);
    let token: string | null = null;
    do {
      const query = new Map([
        ['list-type', '2'],
        ['encoding-type', 'url'],
        ['max-keys', '1000'],
      ]);
      if (prefix !== '') query.set('prefix', prefix);
      if (token !== null) query.set('continuation-token', token);
      const call: BucketCall = { method: 'GET', key: '', query, headers: NONE, body: null };
      const answer = await answerTo(this.#parts, this.#service.sign, { call, what, maxBodyBytes: PAGE_BYTES }, signal);
      if (answer.status !== 200) throw this.#refusal(what, 'list', answer);
      const page = readListPage(answer.body.toString(), this.#service.kind);
      if (page === null) throw malformed(what, 'cannot be listed: the answer of the service is no ListBucketResult');
      if (page.next === token && token !== null)
        throw malformed(what, 'cannot be listed: the service gives one page again and again');
      if (page.objects.length > 0) yield page.objects;
      token = page.next;
    } while (token !== null);
  }

  async put(key: string, body: Buffer, signal: AbortSignal): Promise<void> {
    const what = this.#checkedKey(key);
    const headers = new Map([['content-type', 'application/json']]);
    const call: BucketCall = { method: 'PUT', key, query: NONE, headers, body };
    const answer = await answerTo(this.#parts, this.#service.sign, { call, what, maxBodyBytes: ERROR_BYTES }, signal);
    if (answer.status !== 200) throw this.#refusal(what, 'write', answer);
  }

  async #piece(key: string, mark: SourceMark, offset: number, signal: AbortSignal): Promise<Buffer> {
    const what = objectName(this.#name, key);
    const size = Number(mark['size']);
    const length = Math.min(PIECE_BYTES, size - offset);
    const headers = new Map([['range', `bytes=${offset}-${offset + length - 1}`]]);
    if (typeof mark['eTag'] === 'string') headers.set('if-match', mark['eTag']);
    const answer = await this.#get(key, headers, signal);
    if (answer.status === 416) throw changed(what);
    if (answer.status !== 200 && answer.status !== 206) throw this.#refusal(what, 'read', answer);
    if (!isSameMark(mark, { ...identityOf(answer), size: sizeOf(answer) })) throw changed(what);
    if (answer.body.length !== length) throw noRange(what);
    return answer.body;
  }

  #get(key: string, headers: ReadonlyMap<string, string>, signal: AbortSignal): Promise<Answer> {
    const call: BucketCall = { method: 'GET', key, query: NONE, headers, body: null };
    const what = objectName(this.#name, key);
    return answerTo(this.#parts, this.#service.sign, { call, what, maxBodyBytes: PIECE_BYTES }, signal);
  }

  #refusal(what: string, work: 'read' | 'list' | 'write', answer: Answer): ObjectFault {
    const { kind, isSigned } = this.#service;
    return refusal({ what, work, kind, isSigned }, answer);
  }

  /** The name of the object in messages. */
  #checkedKey(key: string): string {
    const what = objectName(this.#name, key);
    if (key === '' || Buffer.byteLength(key) > MAX_KEY_BYTES) {
      throw new ObjectFault('Unusable', `${what}: a key has 1 to ${MAX_KEY_BYTES} bytes; correct it`);
    }
    // Such a URL would lead to another object.
    if (key.split('/').some((segment) => segment === '.' || segment === '..')) {
      throw new ObjectFault(
        'Unusable',
        `${what}: a part of the key is "." or "..", which a URL cannot contain; rename the object`,
      );
    }
    return what;
  }
}

/** The ETag; of a store without ETags the time of the last change, which can miss a change within the same second. */
function identityOf({ headers }: Answer): { readonly eTag: string } | { readonly modified: string } {
  const eTag = headerOf(headers, 'etag');
  return eTag === undefined ? { modified: headerOf(headers, 'last-modified') ?? '' } : { eTag };
}

/** The size of the whole object; null when the answer does not say it. */
function sizeOf({ status, headers, body }: Answer): number | null {
  if (status === 200) return body.length;
  const size = Number(/^bytes \d+-\d+\/(\d+)$/.exec(headerOf(headers, 'content-range') ?? '')?.[1] ?? Number.NaN);
  return Number.isSafeInteger(size) ? size : null;
}

function noRange(what: string): ObjectFault {
  return new ObjectFault(
    'Unusable',
    `${what}: the service did not return the range of bytes that it was asked for, which a store for large files has to`,
  );
}
