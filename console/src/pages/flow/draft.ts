/**
 * The unsaved definition of a flow. It outlives a change of tab and a reload of the page, and ends with the tab of the browser. It
 * knows the time of the definition that it began with, so that a change by someone else is seen before it is overwritten.
 */
import type { TextStorage } from '../../app/own-storage.ts';

export interface Draft {
  readonly text: string;
  /** `LastModifiedTime` of the flow whose definition was edited. */
  readonly baseTime: string;
  /** That definition. */
  readonly base: string;
}

/** In place of a name: the draft of a flow that has none yet. No flow has this name. */
export const NEW_FLOW = '';

function keyOf(flow: string): string {
  return `millrace-draft/${flow}`;
}

/** The draft of a flow; null for none. */
export function readDraft(storage: TextStorage | null, flow: string): Draft | null {
  try {
    const value = JSON.parse(storage?.getItem(keyOf(flow)) ?? 'null') as Draft | null;
    const isDraft =
      typeof value?.text === 'string' && typeof value.baseTime === 'string' && typeof value.base === 'string';
    return isDraft ? value : null;
  } catch {
    return null;
  }
}

/** Stores a draft, or removes it: null, or a text that is the definition itself. */
export function writeDraft(storage: TextStorage | null, flow: string, draft: Draft | null): void {
  try {
    if (draft === null || draft.text === draft.base) storage?.removeItem(keyOf(flow));
    else storage?.setItem(keyOf(flow), JSON.stringify(draft));
  } catch {
    // A definition may be larger than the storage. The page has the text as long as it is open, and warns before it is left.
  }
}
