/** Does one thing for many executions: some at a time, with every fault reported, until it is done or interrupted. Pure. */

export interface BulkProgress<T> {
  readonly total: number;
  readonly done: number;
  readonly faults: readonly { readonly item: T; readonly fault: Error }[];
}

export interface BulkOptions<T> {
  readonly items: readonly T[];
  /** Rejects with the fault of one. */
  readonly act: (item: T) => Promise<void>;
  /** How many are under way at once, at most. */
  readonly concurrency: number;
  /** Ends the work: those under way are finished, no further one begins. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BulkProgress<T>) => void;
}

/** Resolves when no item is under way any more; `done` and the faults together are fewer than `total` if it was interrupted. */
export async function runBulk<T>({
  items,
  act,
  concurrency,
  signal,
  onProgress,
}: BulkOptions<T>): Promise<BulkProgress<T>> {
  let progress: BulkProgress<T> = { total: items.length, done: 0, faults: [] };
  const waiting = items.values();
  const work = async (): Promise<void> => {
    // The workers share the iterator, so each item is taken by one of them.
    for (const item of waiting) {
      if (signal.aborted) return;
      try {
        await act(item);
        progress = { ...progress, done: progress.done + 1 };
      } catch (error) {
        progress = { ...progress, faults: [...progress.faults, { item, fault: error as Error }] };
      }
      onProgress(progress);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return progress;
}
