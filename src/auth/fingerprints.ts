/**
 * Fingerprints of nonces on their way to other processes: twelve bytes each, in the byte order of the machine, which is the same on all
 * platforms of Node.
 */

/** Low and high half, and the second until which the nonce is remembered. */
export const PRINT_WORDS = 3;
export const PRINT_BYTES = 4 * PRINT_WORDS;
const FIRST_PRINTS = 1024;

/** The words of whole fingerprints, in a copy, because words need an aligned buffer. */
export function wordsOf(prints: Uint8Array): Uint32Array {
  const words = Math.floor(prints.length / PRINT_BYTES) * PRINT_WORDS;
  return new Uint32Array(new Uint8Array(prints).buffer, 0, words);
}

/** Grows by doubling, so that adding one costs three writes in almost all cases. */
export class Fingerprints {
  #words = new Uint32Array(FIRST_PRINTS * PRINT_WORDS);
  #used = 0;

  get bytes(): number {
    return this.#used * 4;
  }

  add(low: number, high: number, untilSeconds: number): void {
    if (this.#used === this.#words.length) {
      const grown = new Uint32Array(2 * this.#used);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[this.#used] = low;
    this.#words[this.#used + 1] = high;
    this.#words[this.#used + 2] = untilSeconds;
    this.#used += PRINT_WORDS;
  }

  /** Adds what {@link Fingerprints.take} of another process has returned. */
  addAll(prints: Uint8Array): void {
    const words = wordsOf(prints);
    for (let at = 0; at < words.length; at += PRINT_WORDS) {
      this.add(words[at] as number, words[at + 1] as number, words[at + 2] as number);
    }
  }

  /** Returns all, and begins again with none. */
  take(): Uint8Array {
    const bytes = new Uint8Array(this.#words.buffer, 0, this.bytes);
    this.#words = new Uint32Array(FIRST_PRINTS * PRINT_WORDS);
    this.#used = 0;
    return bytes;
  }
}
