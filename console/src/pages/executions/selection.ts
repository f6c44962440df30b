/** Which executions of a list are selected, and the row from which a range begins. Pure. */
import type { ListedExecution } from './filters.ts';
import { keyOf } from './list.ts';

export interface Selection {
  readonly keys: ReadonlySet<string>;
  /** Key of the row that was selected or unselected last. */
  readonly anchor: string | null;
}

export const NOTHING_SELECTED: Selection = { keys: new Set(), anchor: null };

/** Selects a row, or unselects it if it was. */
export function toggled({ keys }: Selection, row: ListedExecution): Selection {
  const key = keyOf(row);
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return { keys: next, anchor: key };
}

/** Selects every row from the last one up to this. The rows may have moved meanwhile, so the last one is found by its key. */
export function extended(selection: Selection, rows: readonly ListedExecution[], index: number): Selection {
  const from = rows.findIndex((row) => keyOf(row) === selection.anchor);
  const row = rows[index];
  if (row === undefined) return selection;
  if (from === -1) return { keys: new Set([...selection.keys, keyOf(row)]), anchor: keyOf(row) };
  const range = rows.slice(Math.min(from, index), Math.max(from, index) + 1);
  return { keys: new Set([...selection.keys, ...range.map(keyOf)]), anchor: selection.anchor };
}
