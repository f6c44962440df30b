/**
 * Inputs that a person has saved for a flow in this browser, and the one that was used last. They never leave the browser. The text
 * is stored as it was written, so that no digit and no space of it changes.
 */

import type { TextStorage } from '../../app/own-storage.ts';

export interface SavedInput {
  readonly name: string;
  readonly text: string;
}

export interface FlowInputs {
  /** By name, in the order in which they were first saved. */
  readonly saved: readonly SavedInput[];
  /** The text of the last run; null before the first. */
  readonly last: string | null;
}

const MOST_SAVED = 50;

function keyOf(flow: string): string {
  return `millrace-inputs/${flow}`;
}

/** The inputs of a flow. A text that another program wrote under the name counts as none. */
export function readInputs(storage: TextStorage | null, flow: string): FlowInputs {
  try {
    const value = JSON.parse(storage?.getItem(keyOf(flow)) ?? '{}') as Partial<FlowInputs> | null;
    const saved = Array.isArray(value?.saved) ? (value.saved as readonly SavedInput[]) : [];
    return {
      saved: saved.filter((each) => typeof each?.name === 'string' && typeof each.text === 'string'),
      last: typeof value?.last === 'string' ? value.last : null,
    };
  } catch {
    return { saved: [], last: null };
  }
}

/** Stores an input under a name; one that had the name is replaced in its place. */
export function saveInput(storage: TextStorage | null, flow: string, input: SavedInput): FlowInputs {
  const before = readInputs(storage, flow);
  const place = before.saved.findIndex(({ name }) => name === input.name);
  const saved = place === -1 ? [...before.saved, input].slice(-MOST_SAVED) : before.saved.with(place, input);
  return write(storage, flow, { ...before, saved });
}

export function deleteInput(storage: TextStorage | null, flow: string, name: string): FlowInputs {
  const before = readInputs(storage, flow);
  return write(storage, flow, { ...before, saved: before.saved.filter((each) => each.name !== name) });
}

/** Remembers the text of a run, for the next one. */
export function rememberInput(storage: TextStorage | null, flow: string, text: string): FlowInputs {
  return write(storage, flow, { ...readInputs(storage, flow), last: text });
}

function write(storage: TextStorage | null, flow: string, inputs: FlowInputs): FlowInputs {
  try {
    if (inputs.saved.length === 0 && inputs.last === null) storage?.removeItem(keyOf(flow));
    else storage?.setItem(keyOf(flow), JSON.stringify(inputs));
  } catch {
    // A full storage, or a browser that stores nothing: the dialog shows the input until it is closed.
  }
  return inputs;
}
