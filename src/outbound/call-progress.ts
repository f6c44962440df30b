/**
 * The reason why a call has not been made yet, for people who ask why an execution waits. Every part that a call passes has the abort
 * signal of the call, so the progress is found by that signal; parts that give it another signal pass the progress along.
 */

export interface CallProgress {
  /** The end of a sentence that begins with "It waits for"; null once the call was made. */
  waitsFor: string | null;
  /** True when it waits for the store of this server. */
  isStore: boolean;
}

const PROGRESS = new WeakMap<AbortSignal, CallProgress>();

/** Begins to follow the progress of the call with this signal. */
export function followCall(signal: AbortSignal): CallProgress {
  const progress = { waitsFor: null, isStore: false };
  PROGRESS.set(signal, progress);
  return progress;
}

/** From now on `inner` stands for the same call as `outer`. */
export function inheritProgress(outer: AbortSignal, inner: AbortSignal): void {
  const progress = PROGRESS.get(outer);
  if (progress !== undefined) PROGRESS.set(inner, progress);
}

/** Does nothing for a call that no one follows. */
export function setProgress(signal: AbortSignal, waitsFor: string | null, isStore = false): void {
  const progress = PROGRESS.get(signal);
  if (progress === undefined) return;
  progress.waitsFor = waitsFor;
  progress.isStore = isStore;
}
