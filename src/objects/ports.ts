/**
 * The ports between a distributed Map and object stores: it reads its items from a file, an inventory or a listing, and writes its
 * results to a place. The names and rules follow ItemReader and ResultWriter of Amazon States Language, with the buckets of the settings (`objects.buckets`).
 * Nothing here knows executions.
 *
 * Invariants:
 * - Memory does not grow with the source: a reading holds one piece of a file or one page of a listing, and the rows of a small slice
 *   of it. Nothing is read before `next` asks for it, and no connection is open between two calls of `next`.
 * - Two readings with the same specification and the same source give the same items in the same order.
 * - A problem with a store, a file or a setting is an {@link ObjectFault}; any other error is a defect.
 */
import type { JsonObject, JsonValue } from '../base/json.ts';

/** Where items come from: an ItemReader whose expressions were evaluated. */
export interface ReaderSpec {
  readonly resource: 'getObject' | 'listObjects';
  readonly bucket: string;
  /** Of `getObject`: the file. Empty for a listing. */
  readonly key: string;
  /** Of `listObjects`: the items are the objects whose keys begin with it. May be empty. */
  readonly prefix: string;
  /** Of `getObject`. Null for a listing. */
  readonly inputType: 'JSON' | 'JSONL' | 'CSV' | 'MANIFEST' | null;
  readonly csv: {
    /** The names of the columns; null: the first row has them. */
    readonly headers: readonly string[] | null;
    /** One character: `,`, `|`, `;`, a space or a tab. */
    readonly delimiter: string;
  };
  /** JSON pointer (RFC 6901) to the array in a JSON file; null: the file is the array. */
  readonly itemsPointer: string | null;
  /** Most items; null: all. */
  readonly maxItems: number | null;
}

/**
 * The identity of a source, as plain JSON data for a journal: ETag and size of an object, size and time of change of a file in a folder,
 * number and digest of the entries of a listing so far.
 */
export type SourceMark = JsonObject;

/** One pass over the items of a source. Calls of `next` do not overlap. */
export interface ItemReading {
  /**
   * Of a file it never changes. Of a listing it covers what `next` has returned so far, so that a later reading can notice that another
   * object came in between; a caller that stores how far it got stores this mark with it.
   */
  readonly mark: SourceMark;
  /**
   * The next items in the order of the source, at least one and at most `countMax`; none: the end.
   * @throws {ObjectFault} also in the middle of a source; the reading is then over.
   */
  next(countMax: number): Promise<readonly JsonValue[]>;
  /** Frees what the reading holds; may be called at any time, and twice. */
  close(): void;
}

export interface WriterSpec {
  readonly bucket: string;
  /** May be empty. One `/` follows it, whether or not it ends in one. */
  readonly prefix: string;
}

/**
 * Writes the results of one Map run to `<prefix>/<name of the Map run>/`: `SUCCEEDED_<n>.json`, `FAILED_<n>.json` and
 * `PENDING_<n>.json`, each a JSON array of a few mebibytes, and last of all `manifest.json`. The same records in the same order make the
 * same keys, so a repetition after a crash overwrites what was there. Calls do not overlap.
 */
export interface ResultWriting {
  /** Proves, by writing an empty array to `SUCCEEDED_0.json`, that the place can be written. @throws {ObjectFault} */
  check(): Promise<void>;
  /** Adds a record; writes a file when it is full. @throws {ObjectFault} */
  write(kind: 'SUCCEEDED' | 'FAILED' | 'PENDING', record: JsonObject): Promise<void>;
  /** Writes what is left, then `manifest.json`, whose place it returns. @throws {ObjectFault} */
  finish(): Promise<{ readonly bucket: string; readonly key: string }>;
  /** Drops what was not written; may be called at any time, and twice. */
  close(): void;
}

export interface Objects {
  /**
   * Opens a source and reads its beginning, so that a file that is missing, forbidden or of another form is a fault here.
   * @param expected the mark of an earlier reading: a source that has changed since is a fault; null: any source
   * @throws {ObjectFault}
   */
  openItems(spec: ReaderSpec, expected: SourceMark | null, signal: AbortSignal): Promise<ItemReading>;
  /** @throws {ObjectFault} for a bucket or prefix that cannot be a place; nothing is written yet. */
  openResults(spec: WriterSpec, mapRunName: string, signal: AbortSignal): Promise<ResultWriting>;
  /** Aborts all calls under way and closes their connections. */
  close(): Promise<void>;
}

/**
 * Why. `Missing`: bucket, object or file is not there. `Forbidden`: the store refuses the key, or a right is missing. `Changed`: the source
 * is another one than it was. `Malformed`: the content is not what it should be. `Unavailable`: no useful answer after several tries; a
 * later attempt may succeed. `Unusable`: the specification or the settings do not allow it. `Aborted`: by the signal.
 */
export type ObjectFaultReason =
  | 'Missing'
  | 'Forbidden'
  | 'Changed'
  | 'Malformed'
  | 'Unavailable'
  | 'Unusable'
  | 'Aborted';

/** A problem with a store, a file or a setting. The message names the bucket and the key, and says what happened and what to do. */
export class ObjectFault extends Error {
  override readonly name = 'ObjectFault';
  readonly reason: ObjectFaultReason;
  constructor(reason: ObjectFaultReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
