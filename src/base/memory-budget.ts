/**
 * One budget for the memory of all that executions under way hold (rules.md 12.17): their values, the events that wait for a
 * commit, and the bodies of their calls. Each holder adds what it takes and removes the same number of bytes later, so the sum is
 * zero when nothing is under way.
 *
 * There are two marks. At the limit the server refuses starts, except those of callers with a small input: what flows take must
 * not shut callers out. Executions under way may grow up to half as much again. Beyond that mark
 * only small executions grow: each up to its share of the budget. So the sum has a bound, and a few executions that take nearly
 * all of it do not fail the others.
 */
import { assert } from './assert.ts';

/** The mark beyond which large executions stop growing, in relation to the limit. */
const GROWTH = 1.5;
/** The mark up to which callers start executions with a small input: higher, because growth stops about the other one. */
const SMALL_STARTS = 2;
/** UTF-16 units of a small input. */
const SMALL_INPUT_UNITS = 4_096;

export class MemoryBudget {
  readonly limitBytes: number;
  readonly #growthBytes: number;
  #bytes = 0;
  #executions = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #whenFull = new Set<{ readonly react: () => void }>();

  /** @param limitBytes Infinity for a budget that only counts */
  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
    this.#growthBytes = limitBytes * GROWTH;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Executions that hold memory. */
  get executions(): number {
    return this.#executions;
  }

  /** True at the limit. */
  get isFull(): boolean {
    return this.#bytes >= this.limitBytes;
  }

  /** True beyond the mark up to which executions under way may grow. */
  get isOver(): boolean {
    return this.#bytes > this.#growthBytes;
  }

  /** True when a start with an input of this length has to be refused. */
  refusesStart(isByCaller: boolean, inputUnits: number): boolean {
    if (!this.isFull) return false;
    if (!isByCaller || inputUnits > SMALL_INPUT_UNITS) return true;
    return this.#bytes >= this.limitBytes * SMALL_STARTS;
  }

  /** Bytes by which an execution that holds `ownBytes` may grow now; null: not limited. */
  roomFor(ownBytes: number): number | null {
    if (!this.isOver) return null;
    return Math.max(0, this.#growthBytes / (2 * Math.max(1, this.#executions)) - ownBytes);
  }

  /** An execution begins to hold memory. */
  enter(): void {
    this.#executions++;
  }

  /** The execution holds nothing any more; it has removed its bytes. */
  leave(): void {
    this.#executions--;
    assert(this.#executions >= 0, 'an execution leaves the budget once');
  }

  add(bytes: number): void {
    const before = this.#bytes;
    this.#bytes += bytes;
    if (bytes <= 0 || before >= this.limitBytes || this.#bytes < this.limitBytes) return;
    for (const { react } of this.#whenFull) react();
  }

  remove(bytes: number): void {
    this.#bytes -= bytes;
    assert(this.#bytes >= 0, 'no more memory is given back than was taken');
    if (this.isFull) return;
    this.#waiting.shift()?.();
  }

  /** Calls `react` whenever the limit is reached. Returns a function that ends this: the budget lives as long as the process. */
  onFull(react: () => void): () => void {
    const reaction = { react };
    this.#whenFull.add(reaction);
    return () => void this.#whenFull.delete(reaction);
  }

  /** Resolves when there is room for one more execution: at once below the limit, else for one waiter at a time. */
  async room(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
