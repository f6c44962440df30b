/** The content of a file that is compressed with gzip. It unfolds a slice at a time, so a small file that unfolds into a large one fills no memory. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Gunzip } from 'node:zlib';
import type { Scheduler } from '../../base/scheduler.ts';
import { changed, malformed } from '../faults.ts';
import { ObjectFault } from '../ports.ts';
import { SLICE_BYTES } from './bytes.ts';
import type { Bytes } from './bytes.ts';

export class GunzipBytes implements Bytes {
  readonly #what: string;
  readonly #stream: Gunzip;
  readonly #slices: AsyncIterator<Buffer>;
  readonly #scheduler: Pick<Scheduler, 'outside'>;

  /** @param what the file in messages */
  constructor(source: Bytes, what: string, scheduler: Pick<Scheduler, 'outside'>) {
    this.#what = what;
    this.#scheduler = scheduler;
    this.#stream = createGunzip({ chunkSize: SLICE_BYTES });
    const compressed = Readable.from(slicesOf(source), { objectMode: false });
    compressed.on('error', (error) => this.#stream.destroy(error));
    compressed.pipe(this.#stream);
    this.#slices = this.#stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async next(): Promise<Buffer | null> {
    try {
      const { done, value } = await this.#scheduler.outside(this.#slices.next());
      return done === true ? null : value;
    } catch (error) {
      if (error instanceof ObjectFault) throw error;
      const code = String((error as NodeJS.ErrnoException).code);
      if (!code.startsWith('Z_')) throw error;
      const detail = code === 'Z_BUF_ERROR' ? 'ends too early' : 'is not valid gzip';
      throw malformed(this.#what, `${detail}; check that it was written completely`);
    }
  }

  close(): void {
    this.#stream.destroy();
  }
}

async function* slicesOf(source: Bytes): AsyncGenerator<Buffer> {
  for (let slice = await source.next(); slice !== null; slice = await source.next()) yield slice;
}

/** Compares the bytes that pass with their MD5. The end of other bytes is a fault. */
export class CheckedBytes implements Bytes {
  readonly #source: Bytes;
  readonly #what: string;
  readonly #md5: string;
  readonly #hash = createHash('md5');

  /** @param md5 hex in any case */
  constructor(source: Bytes, what: string, md5: string) {
    this.#source = source;
    this.#what = what;
    this.#md5 = md5.toLowerCase();
  }

  async next(): Promise<Buffer | null> {
    const slice = await this.#source.next();
    if (slice !== null) this.#hash.update(slice);
    else if (this.#hash.digest('hex') !== this.#md5) throw changed(this.#what);
    return slice;
  }
}
