/**
 * The port of a bucket, which a folder and the services behind HTTP implement. All of it rejects with an ObjectFault for a problem of the
 * store, and does no more than one thing at a time for one reader.
 */
import type { SourceMark } from './ports.ts';

/** How much of a file is read at once, in bytes. A reading holds one such piece. */
export const PIECE_BYTES = 1_048_576;

/** A file of a bucket, as it was when it was opened. */
export interface StoredFile {
  readonly mark: SourceMark;
  readonly sizeBytes: number;
  /**
   * Up to {@link PIECE_BYTES} bytes from `offset` on, which is within the file. Opens and closes what it needs.
   * @throws {ObjectFault} `Changed` when the file is not the one that was opened.
   */
  read(offset: number, signal: AbortSignal): Promise<Buffer>;
}

/** An entry of a listing. */
export interface ListedObject {
  readonly key: string;
  /** With its quotation marks, as services write it. */
  readonly eTag: string;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
  readonly sizeBytes: number;
  readonly storageClass: string;
}

export interface Bucket {
  /** @throws {ObjectFault} when the file is not there or cannot be read. */
  open(key: string, signal: AbortSignal): Promise<StoredFile>;
  /** The objects whose keys begin with `prefix`, by the bytes of their keys, in pages that are not empty. */
  list(prefix: string, signal: AbortSignal): AsyncIterableIterator<readonly ListedObject[]>;
  /** Writes a whole object in place of an earlier one: a reader sees the one or the other. */
  put(key: string, body: Buffer, signal: AbortSignal): Promise<void>;
}

/** Whether two marks of files are of the same content. Their members are texts and numbers. */
export function isSameMark(mark: SourceMark, other: SourceMark): boolean {
  const names = Object.keys(mark);
  return names.length === Object.keys(other).length && names.every((name) => mark[name] === other[name]);
}
