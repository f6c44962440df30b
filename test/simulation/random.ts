/**
 * The randomness of a simulation, from one seed. Each concern draws from its own stream, so that without one kind of fault the
 * flows, the answers and the other faults are the same.
 */
export class Random {
  #state: number;

  constructor(seed: number, label = '') {
    this.#state = hash(seed, label);
  }

  /** A stream that depends on the seed and the labels only. */
  static of(seed: number, ...labels: readonly (string | number)[]): Random {
    return new Random(seed, labels.join('\u0000'));
  }

  /** In [0, 1). */
  next(): number {
    // mulberry32
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** From 0 to `count - 1`, as `Draw` of random-flow.ts. */
  readonly below = (count: number): number => Math.floor(this.next() * count);

  /** From `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}

/** FNV-1a over the label, then mixed with the seed: neighbouring seeds have nothing in common. */
function hash(seed: number, label: string): number {
  let state = 0x811c9dc5 ^ (seed | 0);
  for (let i = 0; i < label.length; i++) state = Math.imul(state ^ label.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) | 0;
}
