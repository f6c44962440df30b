/**
 * The list of executions in the browser: pages from the newest to the oldest, and what the stream reports meanwhile. Pure.
 *
 * Invariants:
 * - Each execution is in the list once, newest first in the order of the server.
 * - `fresh` are newer than all of `rows`. They wait for the person, so that no row moves under the pointer.
 * - From `anchor` on, the list has every execution of the server down to its end. Before it the stream may have left some out.
 * - A row never leaves because its status no longer matches the filter, only when the list is read anew.
 */
import type { ListChange } from '../../../../src/console/protocol.ts';
import { matches } from './filters.ts';
import type { Filters, ListedExecution } from './filters.ts';

export interface ExecutionList {
  readonly rows: readonly ListedExecution[];
  readonly fresh: readonly ListedExecution[];
  /** For the next page; empty behind the last one. */
  readonly nextToken: string;
  /** Key of the newest execution that the last head had; null before the first page. */
  readonly anchor: string | null;
}

export const EMPTY_LIST: ExecutionList = { rows: [], fresh: [], nextToken: '', anchor: null };

/** The name of an execution among all; no name has a line break. */
export function keyOf({ flow, name }: Pick<ListedExecution, 'flow' | 'name'>): string {
  return `${flow}\n${name}`;
}

/** Adds the page that follows. */
export function withPage(list: ExecutionList, page: readonly ListedExecution[], nextToken: string): ExecutionList {
  const known = new Set([...list.rows, ...list.fresh].map(keyOf));
  const rows = [...list.rows, ...page.filter((each) => !known.has(keyOf(each)))];
  return { ...list, rows, nextToken, anchor: list.anchor ?? firstKey(rows) };
}

/** Whether a head that was read anew connects with the list, so that {@link withHead} retains what is behind it. */
export function reaches(list: ExecutionList, head: readonly ListedExecution[]): boolean {
  return list.anchor !== null && head.some((each) => keyOf(each) === list.anchor);
}

/**
 * Puts the first executions, read anew, in the place of the same part of the list. Rows behind them remain; if more executions have
 * started than were read, they would leave a gap, and the list begins again.
 */
export function withHead(list: ExecutionList, head: readonly ListedExecution[], nextToken: string): ExecutionList {
  const first = firstKey(list.rows);
  // A head without the first row has nothing to hold back against.
  const newest = Math.max(
    0,
    head.findIndex((each) => keyOf(each) === first),
  );
  const parts = { fresh: head.slice(0, newest), rows: head.slice(newest), anchor: firstKey(head) };
  if (nextToken === '' || !reaches(list, head)) return { ...parts, nextToken };
  const all = [...list.fresh, ...list.rows];
  const inHead = new Set(head.map(keyOf));
  const lastCommon = all.findLastIndex((each) => inHead.has(keyOf(each)));
  const rest = all.slice(lastCommon + 1);
  return { ...parts, rows: [...parts.rows, ...rest], nextToken: rest.length === 0 ? nextToken : list.nextToken };
}

function firstKey(rows: readonly ListedExecution[]): string | null {
  return rows[0] === undefined ? null : keyOf(rows[0]);
}

/** Shows what is fresh. */
export function withFresh(list: ExecutionList): ExecutionList {
  return list.fresh.length === 0 ? list : { ...list, rows: [...list.fresh, ...list.rows], fresh: [] };
}

/**
 * Applies changes. `isUnsure`: a change concerns an execution that belongs into the list, and the change does not say where: the head
 * has to be read anew.
 */
export function withChanges(
  list: ExecutionList,
  changes: readonly ListChange[],
  filters: Filters,
  { nowMs, byPrefix }: { readonly nowMs: number; readonly byPrefix: boolean },
): { readonly list: ExecutionList; readonly isUnsure: boolean } {
  const news = new Map<string, ListedExecution>();
  const updates = new Map<string, ListChange>();
  const known = new Set([...list.rows, ...list.fresh].map(keyOf));
  let isUnsure = false;
  for (const change of changes) {
    const key = keyOf({ flow: change.flow, name: change.execution });
    const own = news.get(key);
    if (known.has(key)) updates.set(key, change);
    else if (own !== undefined) news.set(key, updated(own, change));
    else if (change.status === 'Running') news.set(key, startOf(change));
    // It may have started before the oldest row.
    else if (list.nextToken === '' && matches(updated(startOf(change), change), filters, nowMs, byPrefix))
      isUnsure = true;
    else if (filters.status === change.status) isUnsure = true;
  }
  const added = [...news.values()].filter((each) => matches(each, filters, nowMs, byPrefix));
  if (filters.qualifier !== '' && added.length > 0) {
    return { list: { ...list, ...applied(list, updates) }, isUnsure: true };
  }
  const { rows, fresh } = applied(list, updates);
  return { list: { ...list, rows, fresh: added.length === 0 ? fresh : [...added.reverse(), ...fresh] }, isUnsure };
}

function applied(list: ExecutionList, updates: ReadonlyMap<string, ListChange>): Pick<ExecutionList, 'rows' | 'fresh'> {
  if (updates.size === 0) return list;
  const apply = (each: ListedExecution): ListedExecution => {
    const change = updates.get(keyOf(each));
    return change === undefined ? each : updated(each, change);
  };
  return { rows: list.rows.map(apply), fresh: list.fresh.map(apply) };
}

function startOf({ flow, execution, time, mode }: ListChange): ListedExecution {
  return { flow, name: execution, status: 'Running', startedTime: time, stoppedTime: '', mode };
}

function updated(execution: ListedExecution, { status, time, mode }: ListChange): ListedExecution {
  return { ...execution, status, mode, stoppedTime: status === 'Running' ? '' : time };
}
