/**
 * The unsaved definition of a flow. It outlives a change of tab and a reload of the page, and ends with the tab of the browser. It
 * knows the definition that it began with, so that a change by someone else is seen before it is overwritten.
 */
import type { TextStorage } from '../../app/own-storage.ts';

export interface Draft {
  readonly text: string;
  /** The definition that was edited. */
  readonly base: string;
}

/** In place of a name: the draft of a flow that does not exist yet. No flow has this name. Its text is a {@link NewFlow} as JSON. */
export const NEW_FLOW = '';

/** A flow that is about to be created. */
export interface NewFlow {
  readonly name: string;
  readonly mode: 'Standard' | 'Express';
  readonly description: string;
  readonly text: string;
}

export interface NewFlowDraft {
  readonly flow: NewFlow;
  /** The flow that an example or a file has put there; null for none. Another text is the work of the person. */
  readonly given: NewFlow | null;
}

export function newFlowDraft({ flow, given }: NewFlowDraft): Draft {
  return { text: JSON.stringify(flow), base: JSON.stringify(given) };
}

/** The draft of a new flow; null for none, and for a text that another version of the console wrote. */
export function readNewFlow(storage: TextStorage | null): NewFlowDraft | null {
  const draft = readDraft(storage, NEW_FLOW);
  if (draft === null) return null;
  try {
    const flow: unknown = JSON.parse(draft.text);
    const given: unknown = JSON.parse(draft.base);
    return isNewFlow(flow) && (given === null || isNewFlow(given)) ? { flow, given } : null;
  } catch {
    return null;
  }
}

function isNewFlow(value: unknown): value is NewFlow {
  const { name, mode, description, text } = (value ?? {}) as Partial<Readonly<Record<string, unknown>>>;
  return [name, mode, description, text].every((member) => typeof member === 'string');
}

function keyOf(flow: string): string {
  return `millrace-draft/${flow}`;
}

/** The draft of a flow; null for none. */
export function readDraft(storage: TextStorage | null, flow: string): Draft | null {
  try {
    const value = JSON.parse(storage?.getItem(keyOf(flow)) ?? 'null') as Draft | null;
    return typeof value?.text === 'string' && typeof value.base === 'string' ? value : null;
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
