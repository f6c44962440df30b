/**
 * The bytes of a text file: without a byte order mark, refused when they are no text. Many files that are not what their reader expects
 * show it in their first bytes, and a fault that names the format helps more than one about a character.
 */
import { isUtf8 } from 'node:buffer';
import { malformed } from '../faults.ts';
import type { Bytes } from './bytes.ts';

/** Formats by their first bytes, in hex. */
const FORMATS: readonly (readonly [string, string])[] = [
  ['1f8b', 'is compressed with gzip; store it without compression'],
  ['28b52ffd', 'is compressed with zstd; store it without compression'],
  ['504b0304', 'is a ZIP file, as those of spreadsheets are; save it as text'],
  ['50415231', 'is a Parquet file, which this server cannot read; convert it'],
  ['4f5243', 'is an ORC file, which this server cannot read; convert it'],
  ['fffe', 'is in UTF-16; save it as UTF-8'],
  ['feff', 'is in UTF-16; save it as UTF-8'],
];
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export class TextBytes implements Bytes {
  readonly #source: Bytes;
  readonly #what: string;
  #isBegun = false;

  /** @param what the file in messages */
  constructor(source: Bytes, what: string) {
    this.#source = source;
    this.#what = what;
  }

  async next(): Promise<Buffer | null> {
    let slice = await this.#source.next();
    if (slice === null) return null;
    if (!this.#isBegun) {
      this.#isBegun = true;
      const [, fault] = FORMATS.find(([mark]) => slice?.subarray(0, mark.length / 2).toString('hex') === mark) ?? [];
      if (fault !== undefined) throw malformed(this.#what, fault);
      if (slice.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) {
        slice = slice.subarray(BYTE_ORDER_MARK.length);
        if (slice.length === 0) return this.next();
      }
    }
    if (slice.includes(0))
      throw malformed(this.#what, 'has bytes of value zero, so it is no text; check that it is the file you mean');
    return slice;
  }
}

/** Checks a text that arrives in slices, of which one may end in the middle of a character. */
export class Utf8Check {
  #rest: Buffer = Buffer.alloc(0);

  /** False when what has arrived so far cannot be UTF-8. */
  push(slice: Buffer): boolean {
    const bytes = this.#rest.length === 0 ? slice : Buffer.concat([this.#rest, slice]);
    const end = bytes.length - unfinishedBytes(bytes);
    this.#rest = Buffer.from(bytes.subarray(end));
    return isUtf8(bytes.subarray(0, end));
  }

  /** False when the text ends in the middle of a character. */
  end(): boolean {
    return this.#rest.length === 0;
  }
}

/** Bytes at the end that may begin a character which the next slice ends: up to three. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? back : 0;
  }
  return 0;
}
