/**
 * The rows of ListExecutions. A query reads along one index and a bounded number of rows, so that no caller can block the
 * main thread, even with a million executions.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { ExecutionPosition, ExecutionQuery } from '../executions.ts';
import type { Row } from './flow-rows.ts';
import { statusNumber } from '../stored-forms.ts';

/** Limits to the cost of one query. */
export interface ListBounds {
  /** Rows that a query reads along an order, newest first, to find those that pass the other filters. */
  readonly scannedRows: number;
  /** If at most so many names have the prefix, they are read from the index of names and sorted. */
  readonly sortedNames: number;
}

/** About 5 ms of the main thread each. */
const BOUNDS: ListBounds = { scannedRows: 10_000, sortedNames: 2000 };

const COLUMNS = `id, status, callback, started_ms, stopped_ms, wake_ms, revision, parent, parent_event, version, alias,
  name, stop, error, cause, depth, started_by, identity, map_run, map_state, map_item`;
const NEWEST_FIRST = 'ORDER BY started_ms DESC, id DESC';

/** A condition and the values of its parameters, in order. */
interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

export interface FoundExecutions {
  /** Up to one row more than the page holds. */
  readonly rows: readonly Row[];
  /** Position after which a scan that reached its bound continues; null if the rows are all, or more than the page holds. */
  readonly next: ExecutionPosition | null;
}

export class ExecutionSearch {
  readonly #database: DatabaseSync;
  readonly #bounds: ListBounds;
  readonly #namesUpTo: StatementSync;
  /** By SQL text; there is one for each set of filters. */
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, bounds: ListBounds = BOUNDS) {
    this.#database = database;
    this.#bounds = bounds;
    this.#namesUpTo = database.prepare(`
      SELECT count(*) AS n FROM (SELECT 1 FROM executions INDEXED BY executions_by_name
        WHERE flow = ? AND name >= ? AND name < ? LIMIT ${bounds.sortedNames + 1})`);
  }

  /** `flow` is the key of the flow in `execution_flows`. */
  find(flow: number, query: ExecutionQuery): FoundExecutions {
    const names = namePrefix(query.namePrefix);
    const indexed = alongOrder(flow, query);
    const rest = [
      ...names,
      ...(query.mapRun === null ? [] : statusOf(query)),
      ...equals('version', query.version),
      ...equals('alias', query.alias),
    ];
    const limit = query.limit + 1;
    const order = `FROM executions INDEXED BY ${indexOf(query)}
      WHERE ${sqlOf(indexed)} ${NEWEST_FIRST}`;
    if (rest.length === 0) {
      return { rows: this.#rows(`SELECT ${COLUMNS} ${order} LIMIT ?`, [...valuesOf(indexed), limit]), next: null };
    }
    if (this.#areFew(flow, names)) {
      const all = [...rest, ...indexed];
      const sql = `SELECT ${COLUMNS} FROM executions INDEXED BY executions_by_name WHERE ${sqlOf(all)} ${NEWEST_FIRST} LIMIT ?`;
      return { rows: this.#rows(sql, [...valuesOf(all), limit]), next: null };
    }
    const { scannedRows } = this.#bounds;
    // The inner LIMIT prevents SQLite from merging the queries, so it reads row by row until the outer one has enough.
    const rows = this.#rows(
      `SELECT * FROM (SELECT ${COLUMNS} ${order} LIMIT ${scannedRows}) WHERE ${sqlOf(rest)} LIMIT ?`,
      [...valuesOf(indexed), ...valuesOf(rest), limit],
    );
    if (rows.length === limit) return { rows, next: null };
    const [last] = this.#rows(`SELECT started_ms, id ${order} LIMIT 1 OFFSET ${scannedRows - 1}`, valuesOf(indexed));
    return { rows, next: last === undefined ? null : positionOf(last) };
  }

  #areFew(flow: number, names: readonly Condition[]): boolean {
    const [from, to] = valuesOf(names);
    if (from === undefined || to === undefined) return false;
    return Number(this.#namesUpTo.get(flow, from, to)?.['n']) <= this.#bounds.sortedNames;
  }

  #rows(sql: string, values: readonly SQLInputValue[]): Row[] {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement.all(...values);
  }
}

/** The conditions that the indexes by start and by status can check. */
function alongOrder(flow: number, query: ExecutionQuery): Condition[] {
  const { mapRun, startedAfterMs, startedBeforeMs, after } = query;
  const conditions = equals('flow', flow);
  if (mapRun === null) conditions.push({ sql: 'map_run IS NULL', values: [] }, ...statusOf(query));
  else conditions.push(...equals('map_run', mapRun));
  if (startedAfterMs !== null) conditions.push({ sql: 'started_ms > ?', values: [startedAfterMs] });
  if (startedBeforeMs !== null) conditions.push({ sql: 'started_ms < ?', values: [startedBeforeMs] });
  if (after !== null) conditions.push({ sql: '(started_ms, id) < (?, ?)', values: [after.startedMs, after.id] });
  return conditions;
}

function statusOf({ status }: ExecutionQuery): Condition[] {
  return status === null ? [] : equals('status', statusNumber(status));
}

function indexOf({ mapRun, status }: ExecutionQuery): string {
  if (mapRun !== null) return 'executions_by_map_run';
  return status === null ? 'executions_by_start' : 'executions_by_status';
}

function equals(column: string, value: number | string | null): Condition[] {
  return value === null ? [] : [{ sql: `${column} = ?`, values: [value] }];
}

/** A range of names. LIKE has wildcards and ignores case. */
function namePrefix(prefix: string): Condition[] {
  return prefix === '' ? [] : [{ sql: 'name >= ? AND name < ?', values: [prefix, afterPrefix(prefix)] }];
}

/** The least text after every text with this prefix. Code points have the same order as their UTF-8 bytes. */
function afterPrefix(prefix: string): string {
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number);
  let last = points.pop();
  while (last === 0x10ffff) last = points.pop();
  // No text is after U+10FFFF, repeated; this end is after every name, because names are shorter.
  if (last === undefined) return `${prefix}${'\u{10ffff}'.repeat(256)}`;
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...points, next);
}

function sqlOf(conditions: readonly Condition[]): string {
  return conditions.map(({ sql }) => sql).join(' AND ');
}

function valuesOf(conditions: readonly Condition[]): SQLInputValue[] {
  return conditions.flatMap(({ values }) => values);
}

function positionOf(row: Row): ExecutionPosition {
  return { startedMs: Number(row['started_ms']), id: Number(row['id']) };
}
