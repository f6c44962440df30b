/**
 * A token bucket: `burst` calls at once and `perSecond` over time, as the service limits its calls (rules.md 4.6). It reads no clock;
 * the caller passes the monotonic time.
 */
export interface TokenRate {
  /** Tokens added a second. */
  readonly perSecond: number;
  /** Tokens in a full bucket. */
  readonly burst: number;
}

export class TokenBucket {
  #rate: TokenRate;
  /** In thousandths of a token, so that whole milliseconds add whole numbers. */
  #millitokens: number;
  #filledMs: number;

  /** A full bucket. */
  constructor(rate: TokenRate, nowMs: number) {
    this.#rate = rate;
    this.#millitokens = rate.burst * 1000;
    this.#filledMs = nowMs;
  }

  /** Milliseconds until there are `tokens`, rounded up, if no one takes any meanwhile; takes nothing. */
  untilMs(nowMs: number, tokens: number): number {
    this.#fill(nowMs);
    return Math.max(0, Math.ceil((tokens * 1000 - this.#millitokens) / this.#rate.perSecond));
  }

  /** Takes a token and returns 0. If there is none, returns the milliseconds until there is one, rounded up, and takes nothing. */
  take(nowMs: number): number {
    this.#fill(nowMs);
    if (this.#millitokens < 1000) return Math.ceil((1000 - this.#millitokens) / this.#rate.perSecond);
    this.#millitokens -= 1000;
    return 0;
  }

  /** From now on the bucket has this rate. Until now it filled at the rate before. */
  change(rate: TokenRate, nowMs: number): void {
    this.#fill(nowMs);
    this.#rate = rate;
    this.#millitokens = Math.min(rate.burst * 1000, this.#millitokens);
  }

  #fill(nowMs: number): void {
    const { perSecond, burst } = this.#rate;
    this.#millitokens = Math.min(burst * 1000, this.#millitokens + (nowMs - this.#filledMs) * perSecond);
    this.#filledMs = nowMs;
  }
}
