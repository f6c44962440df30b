/**
 * The log of a Map run: what happened to its items, and to the run itself. Folding the log gives the state of the run again
 * (`progress.ts`).
 *
 * Invariant: every row ever written stays readable. Members and kinds are only added.
 */
import { parseJson, stringifyJson } from '../../../base/json.ts';
import type { JsonObject, JsonValue } from '../../../base/json.ts';
import type { Failure, Warning } from '../../../interpreter/event.ts';
import type { MapRunChanges } from '../../driver/map-runs.ts';

/** The end of one child. */
export interface ItemEnd {
  /** Position of the item or of the batch, from 0. */
  readonly index: number;
  /** Items in it. */
  readonly items: number;
  readonly startedMs: number;
  readonly stoppedMs: number;
  /** Name of the child; empty for an item whose child never began. */
  readonly name: string;
  /** Its input as JSON text; only for a run with a ResultWriter. */
  readonly input?: string;
}

interface RunEnded {
  readonly atMs: number;
  /** The first ones of ItemConstructor. */
  readonly warnings?: readonly Warning[];
}

export type MapRunEntry =
  /** The identity of what was read so far. */
  | { readonly kind: 'source'; readonly mark: JsonObject }
  /** All items are read: so many children, so many items. */
  | { readonly kind: 'read'; readonly children: number; readonly items: number }
  | ({ readonly kind: 'succeeded'; readonly output: JsonValue } & ItemEnd)
  | ({ readonly kind: 'failed'; readonly failure: Failure } & ItemEnd)
  /** UpdateMapRun. */
  | ({ readonly kind: 'updated' } & MapRunChanges)
  /** A redrive continues the run under this MapRunStarted event: what has failed runs again. */
  | { readonly kind: 'redriven'; readonly event: number; readonly atMs: number }
  /** The end of the run. */
  | ({ readonly kind: 'ended'; readonly output: JsonValue } & RunEnded)
  | ({ readonly kind: 'ended'; readonly failure: Failure } & RunEnded);

/** UTF-16 units of one row; further entries wait for the next change. */
const ROW_UNITS = 1024 * 1024;

/** The text of a row with the first of these entries, at least one, and their number. */
export function encodeEntries(entries: readonly MapRunEntry[]): { readonly text: string; readonly count: number } {
  let text = '';
  let count = 0;
  for (const entry of entries) {
    if (text.length > ROW_UNITS) break;
    text += `${count === 0 ? '[' : ','}${stringifyJson(entry as unknown as JsonObject)}`;
    count++;
  }
  return { text: `${text}]`, count };
}

export function decodeEntries(text: string): readonly MapRunEntry[] {
  return parseJson(text, Number.POSITIVE_INFINITY, 'accept') as unknown as readonly MapRunEntry[];
}
