/**
 * How far a Map run is: the fold of its log. It changes by entries alone, and an entry that comes again changes nothing.
 *
 * Its size does not depend on the items: a bit for each that succeeded, a record for each that failed, and the outputs only when they
 * are the result of the state, which the limit of a state's data bounds.
 */
import { jsonBytes } from '../../../base/json.ts';
import type { JsonObject, JsonValue } from '../../../base/json.ts';
import type { Failure } from '../../../interpreter/event.ts';
import type { MapRunSpec } from '../../../interpreter/map-run-spec.ts';
import type { MapRunEntry } from './entries.ts';
import { Positions } from './positions.ts';

/** The failure of a child. */
export interface FailedItem {
  readonly index: number;
  readonly name: string;
  readonly failure: Failure;
}

export type RunEnd = Extract<MapRunEntry, { readonly kind: 'ended' }>;

export class Progress {
  /** Number of the next entry. */
  next = 1;
  /** Children at once, as UpdateMapRun has set it; null: the definition and the engine decide. */
  updatedConcurrency: number | null = null;
  toleratedCount: number | null;
  toleratedPercentage: number | null;
  /** Of the source, as far as it was read; null before the first look. */
  mark: JsonObject | null = null;
  /** How many children and items there are; null until all items are read. */
  whole: { readonly children: number; readonly items: number } | null = null;
  readonly succeeded = new Positions();
  succeededItems = 0;
  /** Number of items by position. */
  readonly failed = new Map<number, number>();
  failedItems = 0;
  firstFailure: FailedItem | null = null;
  /** Outputs by position; empty for a run with a ResultWriter. */
  readonly outputs: JsonValue[] = [];
  /** Size of the outputs as JSON text. */
  outputBytes = 0;
  /** The last MapRunStarted event that the run knows of; 0 for the first one. */
  redrivenAs = 0;
  /** Number of the entry that says so; 0 for the first one. Children that failed before it have run again, or will. */
  redrivenBy = 0;
  end: RunEnd | null = null;
  /** Items of ItemsPath, which are known from the start; null with an ItemReader. */
  readonly #itemsKnown: number | null;
  readonly #holdsOutputs: boolean;
  readonly #outputBytesMax: number;

  /** @param outputBytesMax the limit of a state's data */
  constructor(spec: MapRunSpec, outputBytesMax: number) {
    const { toleratedCount, toleratedPercentage, writer } = spec;
    this.toleratedCount = toleratedCount;
    this.toleratedPercentage = toleratedPercentage;
    this.#itemsKnown = itemsKnown(spec);
    this.#holdsOutputs = writer === undefined;
    this.#outputBytesMax = outputBytesMax;
  }

  /** True when a child has ended, successfully or not. */
  hasEnded(index: number): boolean {
    return this.succeeded.has(index) || this.failed.has(index);
  }

  /** Children that have ended. */
  get ended(): number {
    return this.succeeded.size + this.failed.size;
  }

  /** True when the outputs together are larger than the result of a state may be. */
  get isTooLarge(): boolean {
    return this.outputBytes > this.#outputBytesMax;
  }

  take(entry: MapRunEntry): void {
    this.next++;
    switch (entry.kind) {
      case 'source':
        this.mark = entry.mark;
        break;
      case 'read':
        this.whole = entry;
        break;
      case 'succeeded':
        this.#succeed(entry);
        break;
      case 'failed':
        if (this.hasEnded(entry.index)) break;
        this.failed.set(entry.index, entry.items);
        this.failedItems += entry.items;
        this.firstFailure ??= entry;
        break;
      case 'updated':
        this.updatedConcurrency = entry.concurrency ?? this.updatedConcurrency;
        this.toleratedCount = entry.toleratedCount ?? this.toleratedCount;
        this.toleratedPercentage = entry.toleratedPercentage ?? this.toleratedPercentage;
        break;
      case 'redriven':
        this.#redrive(entry.event);
        break;
      case 'ended':
        this.end = entry;
        break;
    }
  }

  #succeed({ index, items, output }: Extract<MapRunEntry, { kind: 'succeeded' }>): void {
    if (this.hasEnded(index) || !this.succeeded.add(index)) return;
    this.succeededItems += items;
    if (!this.#holdsOutputs || this.isTooLarge) return;
    this.outputs[index] = output;
    this.outputBytes += jsonBytes(output, this.#outputBytesMax) + 1;
    if (this.isTooLarge) this.outputs.length = 0;
  }

  #redrive(event: number): void {
    this.redrivenAs = event;
    this.redrivenBy = this.next - 1;
    this.failed.clear();
    this.failedItems = 0;
    this.firstFailure = null;
    this.end = null;
  }

  /** The failure of a run whose items have failed too often (rules.md 7.10); null when they have not. */
  exceeded(): Failure | null {
    const { failedItems, toleratedCount, toleratedPercentage } = this;
    if (failedItems === 0) return null;
    const countMax = toleratedCount ?? (toleratedPercentage === null ? 0 : Number.POSITIVE_INFINITY);
    if (failedItems > countMax) return this.#exceededBy(`${countMax} may fail (ToleratedFailureCount)`);
    if (toleratedPercentage === null) return null;
    // Before the last item of an ItemReader is read no one knows the whole; with 0 % that does not matter.
    const items = this.whole?.items ?? this.#itemsKnown;
    if (items === null && toleratedPercentage > 0) return null;
    if (failedItems * 100 <= toleratedPercentage * (items ?? 0)) return null;
    const of = items === null ? '' : ` of ${items}`;
    return this.#exceededBy(`${toleratedPercentage} %${of} may fail (ToleratedFailurePercentage)`);
  }

  #exceededBy(limit: string): Failure {
    const { failedItems, firstFailure } = this;
    const items = failedItems === 1 ? '1 item has failed' : `${failedItems} items have failed`;
    const first =
      firstFailure === null
        ? ''
        : ` The first was item ${firstFailure.index}${firstFailure.name === '' ? '' : `, execution ${firstFailure.name}`}, with ${firstFailure.failure.error}: ${firstFailure.failure.cause}`;
    return { error: 'FnF.ExceedToleratedFailureThreshold', cause: `${items}, and ${limit}.${first}` };
  }
}

/** How many items a run takes from ItemsPath; null for one with an ItemReader. */
export function itemsKnown({ items, maxItems }: Pick<MapRunSpec, 'items' | 'maxItems'>): number | null {
  return items === undefined ? null : Math.min(items.length, maxItems ?? Number.POSITIVE_INFINITY);
}
