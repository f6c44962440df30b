/**
 * Collects a body of unknown length. A single chunk is not copied. Further chunks are copied together at once, so a body
 * that arrives one byte at a time takes no more memory than its bytes.
 */
export class BoundedBytes {
  readonly #limit: number;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Adds a chunk. Returns false, and frees what it holds, when the body passes the limit. */
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

  /** The body so far. */
  take(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}
