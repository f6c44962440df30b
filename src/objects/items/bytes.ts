/** The bytes of a file in small slices, for parsers that read one slice at a time. */
import type { Scheduler } from '../../base/scheduler.ts';
import { changed } from '../faults.ts';
import type { StoredFile } from '../store.ts';

/** A slice of a CSV file takes about half a millisecond to parse. */
export const SLICE_BYTES = 16_384;
/** Slices between two turns of the event loop. */
const SLICES_A_TURN = 4;

export interface Bytes {
  /** The next slice, which is not empty; null at the end. @throws {ObjectFault} */
  next(): Promise<Buffer | null>;
}

/** The bytes of a stored file. It holds one piece. */
export class FileBytes implements Bytes {
  readonly #file: StoredFile;
  readonly #what: string;
  readonly #scheduler: Pick<Scheduler, 'soon'>;
  readonly #signal: AbortSignal;
  #piece: Buffer = Buffer.alloc(0);
  /** Where the next slice begins in the piece, and the next piece in the file. */
  #at = 0;
  #offset = 0;
  #slices = 0;

  /** @param what the file in messages */
  constructor(file: StoredFile, what: string, scheduler: Pick<Scheduler, 'soon'>, signal: AbortSignal) {
    this.#file = file;
    this.#what = what;
    this.#scheduler = scheduler;
    this.#signal = signal;
  }

  async next(): Promise<Buffer | null> {
    if (this.#at === this.#piece.length) {
      this.#piece = Buffer.alloc(0);
      this.#at = 0;
      if (this.#offset === this.#file.sizeBytes) return null;
      this.#piece = await this.#file.read(this.#offset, this.#signal);
      if (this.#piece.length === 0) throw changed(this.#what);
      this.#offset += this.#piece.length;
    } else if (++this.#slices % SLICES_A_TURN === 0) {
      await new Promise<void>((resolve) => this.#scheduler.soon(resolve));
    }
    const slice = this.#piece.subarray(this.#at, this.#at + SLICE_BYTES);
    this.#at += slice.length;
    return slice;
  }
}
