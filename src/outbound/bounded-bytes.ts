/**
 * Collects a body of unknown length. One chunk costs no copy; many chunks are copied together as they come, so
 * that a body sent a byte at a time takes no more memory than its bytes.
 */
export class BoundedBytes {
  readonly #limit: number;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** Adds a chunk; false when that passes the limit, and then nothing is kept. */
  add(chunk: Buffer): boolean {
    const length = this.#length + chunk.length;
    if (length > this.#limit) {
      this.#bytes = Buffer.alloc(0);
      this.#length = 0;
      return false;
    }
    if (this.#length === 0) {
      this.#bytes = chunk;
    } else {
      if (length > this.#bytes.length) this.#grow(length);
      chunk.copy(this.#bytes, this.#length);
    }
    this.#length = length;
    return true;
  }

  #grow(length: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.min(this.#limit, Math.max(length, this.#bytes.length * 2)));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}
