/**
 * The nonces that were used lately, so that a request which somebody recorded cannot be played again.
 *
 * A nonce is a 64-bit fingerprint with the second until which it must be remembered; at 15,000 requests a second a
 * quarter of an hour of them is some 300 MB, where a Set of texts would take gigabytes. Two nonces of one key are
 * taken for one another once in 2^64 / (nonces remembered) requests. The table is split into shards that grow, shrink
 * and forget one at a time, so that no single request pays for moving millions of entries.
 *
 * Invariant: a fingerprint is found for as long as its second has not passed. An expired entry is not empty: a probe
 * walks over it, and only the rebuilding of its shard or a new entry takes its place.
 */
const SHARDS = 256;
const SMALLEST = 16;
/** Share of slots in use, in eighths, beyond which a shard is rebuilt. */
const FULLEST_EIGHTHS = 6;

/** The seeds of one access key: they keep its nonces apart from those of others. */
export interface NonceSeeds {
  readonly first: number;
  readonly second: number;
}

interface Shard {
  /** Low and high half of each fingerprint and the second it is kept until; 0: the slot is empty. */
  low: Uint32Array;
  high: Uint32Array;
  until: Uint32Array;
  used: number;
}

export class NonceStore {
  readonly #shards: Shard[] = Array.from({ length: SHARDS }, () => emptyShard(SMALLEST));

  /**
   * Remembers a nonce of a key until `untilMs`; false when it is remembered already, and then nothing changes.
   * Times are milliseconds since 1970; fractions of a second are kept in the nonce's favour by remembering longer.
   */
  remember(seeds: NonceSeeds, nonce: string, nowMs: number, untilMs: number): boolean {
    // Two lanes of a multiplying hash with different constants; both are finished so that every bit counts.
    let a = seeds.first;
    let b = seeds.second ^ nonce.length;
    for (let i = 0; i < nonce.length; i++) {
      const unit = nonce.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul(b ^ unit, 0x85ebca77);
      b ^= b >>> 13;
    }
    const low = finish(a ^ Math.imul(b, 0xc2b2ae3d));
    const high = finish(b ^ Math.imul(a, 0x27d4eb2f));
    const shard = this.#shards[high >>> 24] as Shard;
    return insert(shard, low, high, Math.floor(nowMs / 1000), Math.ceil(untilMs / 1000));
  }

  /** Slots held in memory, of 12 bytes each. */
  get slots(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.low.length, 0);
  }
}

function emptyShard(slots: number): Shard {
  return { low: new Uint32Array(slots), high: new Uint32Array(slots), until: new Uint32Array(slots), used: 0 };
}

function finish(lane: number): number {
  let mixed = Math.imul(lane ^ (lane >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function insert(shard: Shard, low: number, high: number, nowSeconds: number, untilSeconds: number): boolean {
  const mask = shard.low.length - 1;
  let free = -1;
  let slot = low & mask;
  for (; shard.until[slot] !== 0; slot = (slot + 1) & mask) {
    const live = (shard.until[slot] as number) >= nowSeconds;
    if (shard.low[slot] === low && shard.high[slot] === high) {
      if (live) return false;
      free = slot;
      break;
    }
    if (!live && free === -1) free = slot;
  }
  if (free === -1) {
    free = slot;
    shard.used++;
  }
  shard.low[free] = low;
  shard.high[free] = high;
  shard.until[free] = untilSeconds;
  if (shard.used * 8 > shard.low.length * FULLEST_EIGHTHS) rebuild(shard, nowSeconds);
  return true;
}

/** Drops what has expired and makes the shard as large as what is left needs: at most half full. */
function rebuild(shard: Shard, nowSeconds: number): void {
  const old = { ...shard };
  let live = 0;
  for (const until of old.until) if (until >= nowSeconds) live++;
  let slots = SMALLEST;
  while (slots < live * 2) slots *= 2;
  Object.assign(shard, emptyShard(slots));
  for (let i = 0; i < old.until.length; i++) {
    const until = old.until[i] as number;
    if (until < nowSeconds || until === 0) continue;
    let slot = (old.low[i] as number) & (slots - 1);
    while (shard.until[slot] !== 0) slot = (slot + 1) & (slots - 1);
    shard.low[slot] = old.low[i] as number;
    shard.high[slot] = old.high[i] as number;
    shard.until[slot] = until;
  }
  shard.used = live;
}
