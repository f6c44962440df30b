/**
 * The part that this process has of a limit of the whole. It follows the number of processes, which changes while the server runs:
 * each use looks at two numbers, so that a server that is alone pays nothing for the others that it might have.
 */
import { TokenBucket } from '../base/token-bucket.ts';
import type { TokenRate } from '../base/token-bucket.ts';
import { shareOf } from './cluster.ts';
import type { Cluster } from './cluster.ts';

/** A number of things at once, such as executions that run. */
export class CountShare {
  /** Of all processes together. */
  readonly whole: number;
  readonly #cluster: Pick<Cluster, 'size' | 'rank'>;
  #size = 0;
  #rank = 0;
  #own = 0;

  constructor(whole: number, cluster: Pick<Cluster, 'size' | 'rank'>) {
    this.whole = whole;
    this.#cluster = cluster;
  }

  /** The part of this process; 0 if there are more processes than the limit has. */
  get own(): number {
    const { size, rank } = this.#cluster;
    if (size !== this.#size || rank !== this.#rank) {
      this.#size = size;
      this.#rank = rank;
      this.#own = shareOf(this.whole, { size, rank });
    }
    return this.#own;
  }

  /** A sentence for refusals, with a space before it; empty when this process has the whole limit. */
  get note(): string {
    return noteOf(this.#cluster, this.own);
  }
}

/**
 * A rate. The part need not be whole: of one call a second, each of three processes has one every three seconds. Its burst is at
 * least one token, because a bucket that cannot hold a token never gives one.
 */
export class RateShare {
  /** Of all processes together. */
  readonly whole: TokenRate;
  readonly #cluster: Pick<Cluster, 'size'>;
  readonly #bucket: TokenBucket;
  #size: number;

  /** With as many tokens as the part may have at once. */
  constructor(whole: TokenRate, cluster: Pick<Cluster, 'size'>, nowMs: number) {
    this.whole = whole;
    this.#cluster = cluster;
    this.#size = cluster.size;
    this.#bucket = new TokenBucket(this.#own(), nowMs);
  }

  /** As {@link TokenBucket.take}. */
  take(nowMs: number): number {
    if (this.#cluster.size !== this.#size) this.#follow(nowMs);
    return this.#bucket.take(nowMs);
  }

  /** As {@link TokenBucket.untilMs}. */
  untilMs(nowMs: number, tokens: number): number {
    if (this.#cluster.size !== this.#size) this.#follow(nowMs);
    return this.#bucket.untilMs(nowMs, tokens);
  }

  /** As {@link CountShare.note}. */
  get note(): string {
    return noteOf(this.#cluster, this.#own().perSecond);
  }

  #own(): TokenRate {
    const { perSecond, burst } = this.whole;
    return { perSecond: perSecond / this.#size, burst: Math.max(1, burst / this.#size) };
  }

  #follow(nowMs: number): void {
    this.#size = this.#cluster.size;
    this.#bucket.change(this.#own(), nowMs);
  }
}

function noteOf({ size }: Pick<Cluster, 'size'>, own: number): string {
  return size === 1 ? '' : ` The share of this process, one of ${size}, is ${Number(own.toPrecision(3))}.`;
}
