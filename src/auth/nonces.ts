/**
 * Remembers the nonces of recent requests, so that no one can record a request and send it again.
 *
 * An entry is a 64-bit fingerprint of a nonce and the second until which it is remembered. At 15,000 requests a second, the
 * nonces of 15 minutes need about 300 MB; a Set of texts would need gigabytes. A new nonce is mistaken for a remembered one
 * of the same key once in 2^64 / (remembered nonces) requests. The table has shards, which are rebuilt one at a time, so that
 * no request has to move millions of entries.
 *
 * Processes that serve together share what they remember (`nonce-sharing.ts`), so the same nonce of a key has the same fingerprint at each
 * of them.
 *
 * Invariant: a fingerprint is found until its second has passed. An expired entry is not an empty slot: a probe passes over
 * it until a new entry replaces it or its shard is rebuilt.
 */
import { PRINT_WORDS, wordsOf } from './fingerprints.ts';
import type { Fingerprints } from './fingerprints.ts';

const SHARDS = 256;
const SMALLEST = 16;
/** A shard is rebuilt when more than this many eighths of its slots are in use. */
const FULLEST_EIGHTHS = 6;

/** The seeds of one access key, so that the same nonce of two keys has two fingerprints. */
export interface NonceSeeds {
  readonly first: number;
  readonly second: number;
}

interface Shard {
  /** Low and high half of each fingerprint, and the second until which it is remembered; 0: the slot is empty. */
  low: Uint32Array;
  high: Uint32Array;
  until: Uint32Array;
  used: number;
}

export class NonceStore {
  readonly #shards: Shard[] = Array.from({ length: SHARDS }, () => emptyShard(SMALLEST));
  /** Gets the fingerprint of each accepted nonce; null while no other process wants them. */
  collected: Fingerprints | null = null;

  /**
   * Remembers a nonce of a key until `untilMs`, rounded up to seconds. Returns false, and changes nothing, if the nonce is
   * remembered already. Times are milliseconds since 1970.
   */
  remember(seeds: NonceSeeds, nonce: string, nowMs: number, untilMs: number): boolean {
    // Two multiplicative hashes with different constants; `finish` lets every input bit change every output bit.
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
    const untilSeconds = Math.ceil(untilMs / 1000);
    if (!insert(shard, low, high, Math.floor(nowMs / 1000), untilSeconds)) return false;
    this.collected?.add(low, high, untilSeconds);
    return true;
  }

  /** Remembers what another process has accepted, as {@link Fingerprints} writes it. */
  learn(prints: Uint8Array, nowMs: number): void {
    const words = wordsOf(prints);
    const nowSeconds = Math.floor(nowMs / 1000);
    for (let at = 0; at < words.length; at += PRINT_WORDS) {
      const [low, high, until] = [words[at] as number, words[at + 1] as number, words[at + 2] as number];
      if (until >= nowSeconds) insert(this.#shards[high >>> 24] as Shard, low, high, nowSeconds, until);
    }
  }

  /**
   * Copies what is remembered, one shard after another, until `prints` has `bytes` or more. Returns the shard to continue with; null
   * after the last one.
   */
  copy(from: number, prints: Fingerprints, bytes: number, nowMs: number): number | null {
    const nowSeconds = Math.floor(nowMs / 1000);
    let next = from;
    for (; next < SHARDS && prints.bytes < bytes; next++) {
      const { low, high, until } = this.#shards[next] as Shard;
      for (let slot = 0; slot < until.length; slot++) {
        const untilSeconds = until[slot] as number;
        if (untilSeconds >= nowSeconds) prints.add(low[slot] as number, high[slot] as number, untilSeconds);
      }
    }
    return next < SHARDS ? next : null;
  }

  /** Number of slots in memory. A slot has 12 bytes. */
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

/** Drops the expired entries, and sizes the shard so that the others fill at most half of it. */
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
