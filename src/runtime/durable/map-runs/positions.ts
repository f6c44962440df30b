/** A set of positions from 0, a bit each: a run of a million items holds it in memory. */
export class Positions {
  #bits = new Uint8Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(position: number): boolean {
    return ((this.#bits[position >> 3] ?? 0) & (1 << (position & 7))) !== 0;
  }

  /** False when the position was there before. */
  add(position: number): boolean {
    if (this.has(position)) return false;
    const at = position >> 3;
    if (at >= this.#bits.length) {
      const longer = new Uint8Array(Math.max(at + 1, this.#bits.length * 2));
      longer.set(this.#bits);
      this.#bits = longer;
    }
    this.#bits[at] = (this.#bits[at] as number) | (1 << (position & 7));
    this.#size++;
    return true;
  }
}
