/**
 * One pass over the items of a source: it returns as many as the consumer asks for, and no more than MaxItems. Items before a fault in the
 * source are returned first.
 */
import { assert } from '../base/assert.ts';
import type { JsonValue } from '../base/json.ts';
import type { Items } from './items/items.ts';
import { ListingDigest } from './items/listed-items.ts';
import { ObjectFault } from './ports.ts';
import type { ItemReading, SourceMark } from './ports.ts';

export interface ReadingParts {
  readonly items: Items;
  /** Of a file; of a listing the digest of what `next` has returned. */
  readonly mark: SourceMark | ListingDigest;
  readonly maxItems: number | null;
  /** The source in messages. */
  readonly what: string;
  /** Frees what the items hold, and aborts the calls under way. Called once. */
  readonly close: () => void;
}

export class Reading implements ItemReading {
  readonly #parts: ReadingParts;
  /** Items that were read and not returned: those from `#at` on. */
  #ready: readonly JsonValue[] = [];
  #at = 0;
  #left: number;
  #state: 'open' | 'ended' | 'closed' = 'open';
  #fault: Error | null = null;
  #isBusy = false;

  constructor(parts: ReadingParts) {
    this.#parts = parts;
    this.#left = parts.maxItems ?? Infinity;
  }

  get mark(): SourceMark {
    const { mark } = this.#parts;
    return mark instanceof ListingDigest ? mark.mark : mark;
  }

  /** Reads the first items, so that a source of another form is a fault before the first `next`. @throws {ObjectFault} */
  async begin(): Promise<void> {
    await this.#fill();
    if (this.#fault !== null) throw this.#fault;
  }

  async next(countMax: number): Promise<readonly JsonValue[]> {
    assert(countMax >= 1, 'at least one item is asked for');
    assert(!this.#isBusy, 'calls of next do not overlap');
    this.#isBusy = true;
    try {
      const items: JsonValue[] = [];
      const wanted = Math.min(countMax, this.#left);
      while (items.length < wanted && (await this.#fill())) {
        const end = Math.min(this.#ready.length, this.#at + wanted - items.length);
        while (this.#at < end) items.push(this.#ready[this.#at++] as JsonValue);
      }
      if (this.#state === 'closed') throw new ObjectFault('Aborted', `the reading of ${this.#parts.what} was closed`);
      if (this.#fault !== null && items.length === 0) throw this.#fault;
      this.#left -= items.length;
      if (this.#left === 0) this.#end('ended');
      const { mark } = this.#parts;
      if (mark instanceof ListingDigest) for (const item of items) mark.add(item);
      return items;
    } finally {
      this.#isBusy = false;
    }
  }

  close(): void {
    this.#end('closed');
  }

  /** Reads more if nothing is ready. False at the end and after a fault. */
  async #fill(): Promise<boolean> {
    if (this.#at < this.#ready.length) return true;
    if (this.#state !== 'open' || this.#fault !== null) return false;
    try {
      this.#at = 0;
      this.#ready = [];
      this.#ready = await this.#parts.items.next();
    } catch (error) {
      this.#fault = error instanceof Error ? error : new Error(String(error));
    }
    if (this.#ready.length === 0) this.#end('ended');
    return this.#ready.length > 0;
  }

  #end(state: 'ended' | 'closed'): void {
    if (this.#state !== 'open') return;
    this.#state = state;
    this.#ready = [];
    this.#at = 0;
    this.#parts.close();
  }
}
