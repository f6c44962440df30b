/**
 * ListExecutions over a million executions: every query goes along one index and looks at a bounded number of rows, so
 * that no caller can hold the main thread. A query whose filters no index answers gives a short page and where to go on.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { ExecutionPage, ExecutionPosition, ExecutionQuery, ExecutionRecord } from '../executions.ts';
import { executionOf, statusNumber } from './execution-rows.ts';
import type { Row } from './flow-rows.ts';

/** What one call may cost. */
export interface ListBounds {
  /** Rows that are looked at along an order, newest first, to find those that pass the other filters. */
  readonly scannedRows: number;
  /** Names with a prefix, up to which they are read from the index of names and sorted. */
  readonly sortedNames: number;
}

/** Some 5 ms of the main thread each. */
const BOUNDS: ListBounds = { scannedRows: 10_000, sortedNames: 2000 };

const COLUMNS = `id, status, callback, started_ms, stopped_ms, wake_ms, revision, parent, parent_event, version, alias,
  name, stop, error, cause`;
const NEWEST_FIRST = 'ORDER BY started_ms DESC, id DESC';

/** A condition and the values of its parameters, in order. */
interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

export function createExecutionList(
  database: DatabaseSync,
  { scannedRows, sortedNames }: ListBounds = BOUNDS,
): (query: ExecutionQuery) => ExecutionPage {
  const flowOfId = database.prepare('SELECT key, name FROM execution_flows WHERE flow_id = ?');
  const texts = database.prepare(`
    SELECT (SELECT text FROM inputs WHERE execution = ?1) AS input, (SELECT text FROM outputs WHERE execution = ?1) AS output`);
  const namesUpTo = database.prepare(`
    SELECT count(*) AS n FROM (SELECT 1 FROM executions INDEXED BY executions_by_name
      WHERE flow = ? AND name >= ? AND name < ? LIMIT ${sortedNames + 1})`);
  // As many as there are sets of filters.
  const statements = new Map<string, StatementSync>();

  function rowsOf(sql: string, values: readonly SQLInputValue[]): Row[] {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement.all(...values);
  }

  /** Up to one row more than the page holds, and where a scan that was cut off goes on. */
  function search(flow: number, query: ExecutionQuery): { rows: Row[]; next: ExecutionPosition | null } {
    const names = namePrefix(query.namePrefix);
    const indexed = alongOrder(flow, query);
    const rest = [...names, ...equals('version', query.version), ...equals('alias', query.alias)];
    const limit = query.limit + 1;
    const order = `FROM executions INDEXED BY ${query.status === null ? 'executions_by_start' : 'executions_by_status'}
      WHERE ${sqlOf(indexed)} ${NEWEST_FIRST}`;
    if (rest.length === 0) {
      return { rows: rowsOf(`SELECT ${COLUMNS} ${order} LIMIT ?`, [...valuesOf(indexed), limit]), next: null };
    }
    if (isFew(flow, names)) {
      const all = [...rest, ...indexed];
      const sql = `SELECT ${COLUMNS} FROM executions INDEXED BY executions_by_name WHERE ${sqlOf(all)} ${NEWEST_FIRST} LIMIT ?`;
      return { rows: rowsOf(sql, [...valuesOf(all), limit]), next: null };
    }
    // The inner query has a limit of its own and so is read row by row, in its order, until the outer one has enough.
    const rows = rowsOf(
      `SELECT * FROM (SELECT ${COLUMNS} ${order} LIMIT ${scannedRows}) WHERE ${sqlOf(rest)} LIMIT ?`,
      [...valuesOf(indexed), ...valuesOf(rest), limit],
    );
    if (rows.length === limit) return { rows, next: null };
    const [last] = rowsOf(`SELECT started_ms, id ${order} LIMIT 1 OFFSET ${scannedRows - 1}`, valuesOf(indexed));
    return { rows, next: last === undefined ? null : positionOf(last) };
  }

  function isFew(flow: number, names: readonly Condition[]): boolean {
    const [from, to] = valuesOf(names);
    if (from === undefined || to === undefined) return false;
    return Number(namesUpTo.get(flow, from, to)?.['n']) <= sortedNames;
  }

  return (query) => {
    const flow = flowOfId.get(query.flowId);
    if (flow === undefined) return { executions: [], next: null };
    const { rows, next } = search(Number(flow['key']), query);
    const executions: ExecutionRecord[] = [];
    let units = 0;
    for (const row of rows) {
      const last = executions.at(-1);
      if (last !== undefined && (executions.length === query.limit || units > query.textUnits)) {
        return { executions, next: { startedMs: last.startedMs, id: last.id } };
      }
      const shown = query.metadataOnly ? {} : texts.get(Number(row['id']));
      const record = executionOf({ ...row, ...shown, flow_id: query.flowId, flow_name: flow['name'] });
      units += record.input.length + record.output.length;
      executions.push(record);
    }
    return { executions, next };
  };
}

/** What the indexes by start and by status answer. */
function alongOrder(flow: number, query: ExecutionQuery): Condition[] {
  const { status, startedAfterMs, startedBeforeMs, after } = query;
  const conditions = equals('flow', flow);
  if (status !== null) conditions.push(...equals('status', statusNumber(status)));
  if (startedAfterMs !== null) conditions.push({ sql: 'started_ms > ?', values: [startedAfterMs] });
  if (startedBeforeMs !== null) conditions.push({ sql: 'started_ms < ?', values: [startedBeforeMs] });
  if (after !== null) conditions.push({ sql: '(started_ms, id) < (?, ?)', values: [after.startedMs, after.id] });
  return conditions;
}

function equals(column: string, value: number | string | null): Condition[] {
  return value === null ? [] : [{ sql: `${column} = ?`, values: [value] }];
}

/** A range, because LIKE knows wildcards and folds case. */
function namePrefix(prefix: string): Condition[] {
  return prefix === '' ? [] : [{ sql: 'name >= ? AND name < ?', values: [prefix, afterPrefix(prefix)] }];
}

/** The least text that is after every text with this prefix, by code points, whose order is that of the UTF-8 bytes. */
function afterPrefix(prefix: string): string {
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number);
  let last = points.pop();
  while (last === 0x10ffff) last = points.pop();
  // Nothing is after it: an end that no name reaches, because names are shorter.
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
