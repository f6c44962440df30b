/**
 * The rows of ListExecutions. A query reads along one index and a bounded number of rows, so that no caller can make the database work
 * for long, even with many millions of executions.
 */
import type { ExecutionPosition, ExecutionQuery } from '../executions.ts';
import type { Queries, Row } from './database.ts';
import { flowKey } from './shards.ts';
import { stored } from './texts.ts';
import { statusNumber } from '../stored-forms.ts';

/** Limits to the cost of one query. */
export interface ListBounds {
  /** Rows that a query reads along an order, newest first, to find those that pass the other filters. */
  readonly scannedRows: number;
  /** If at most so many names have the prefix, they are read from the index of names and sorted. */
  readonly sortedNames: number;
}

/** About 10 ms of the database each. */
export const BOUNDS: ListBounds = { scannedRows: 10_000, sortedNames: 2000 };

const COLUMNS = `id, flow, status, callback, started_ms, stopped_ms, wake_ms, revision, parent, parent_event, version, alias,
  name, stop, error, cause, depth, started_by, identity, map_run, map_state, map_item`;
const NEWEST_FIRST = 'ORDER BY started_ms DESC, id DESC';

export interface FoundExecutions {
  /** Up to one row more than the page holds. */
  readonly rows: readonly Row[];
  /** Position after which a scan that reached its bound continues; null if the rows are all, or more than the page holds. */
  readonly next: ExecutionPosition | null;
}

/** The parameters of a statement, numbered as conditions use them. */
class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown, type: 'bigint' | 'text' | 'int'): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

export class ExecutionSearch {
  readonly #queries: Queries;
  readonly #query: ExecutionQuery;
  readonly #bounds: ListBounds;

  constructor(queries: Queries, query: ExecutionQuery, bounds: ListBounds = BOUNDS) {
    this.#queries = queries;
    this.#query = query;
    this.#bounds = bounds;
  }

  async find(): Promise<FoundExecutions> {
    const parameters = new Parameters();
    const ordered = this.#ordered(parameters);
    const others = this.#others(parameters);
    const limit = this.#query.limit + 1;
    const inOrder = `FROM executions WHERE ${ordered} ${NEWEST_FIRST}`;
    if (others === '')
      return { rows: await this.#rows(`SELECT ${COLUMNS} ${inOrder} LIMIT ${limit}`, parameters), next: null };
    if (await this.#areNamesFew()) {
      const rows = await this.#rows(
        `WITH named AS MATERIALIZED (SELECT ${COLUMNS} FROM executions WHERE ${ordered} AND ${others})
         SELECT * FROM named ${NEWEST_FIRST} LIMIT ${limit}`,
        parameters,
      );
      return { rows, next: null };
    }
    const { scannedRows } = this.#bounds;
    // The inner LIMIT prevents the planner from merging the queries, so it reads row by row until the outer one has enough.
    const rows = await this.#rows(
      `SELECT * FROM (SELECT ${COLUMNS} ${inOrder} LIMIT ${scannedRows}) AS scanned WHERE ${others} ${NEWEST_FIRST} LIMIT ${limit}`,
      parameters,
    );
    if (rows.length === limit) return { rows, next: null };
    return { rows, next: await this.#endOfScan() };
  }

  /** The conditions that the indexes by start, by status and by Map run can check. */
  #ordered(parameters: Parameters): string {
    const { flowId, mapRun, startedAfterMs, startedBeforeMs, after } = this.#query;
    const conditions = [`flow = ${parameters.add(String(flowKey(flowId)), 'bigint')}`];
    if (mapRun === null) conditions.push('map_run IS NULL', ...this.#status(parameters));
    else conditions.push(`map_run = ${parameters.add(stored(mapRun), 'text')}`);
    if (startedAfterMs !== null) conditions.push(`started_ms > ${parameters.add(startedAfterMs, 'bigint')}`);
    if (startedBeforeMs !== null) conditions.push(`started_ms < ${parameters.add(startedBeforeMs, 'bigint')}`);
    if (after !== null) {
      const position = [parameters.add(after.startedMs, 'bigint'), parameters.add(after.id, 'bigint')];
      conditions.push(`(started_ms, id) < (${position.join()})`);
    }
    return conditions.join(' AND ');
  }

  /** The other conditions; empty for none. */
  #others(parameters: Parameters): string {
    const { namePrefix, mapRun, version, alias } = this.#query;
    const conditions: string[] = [];
    if (namePrefix !== '') conditions.push(prefixed(parameters, namePrefix));
    if (mapRun !== null) conditions.push(...this.#status(parameters));
    if (version !== null) conditions.push(`version = ${parameters.add(stored(version), 'text')}`);
    if (alias !== null) conditions.push(`alias = ${parameters.add(stored(alias), 'text')}`);
    return conditions.join(' AND ');
  }

  #status(parameters: Parameters): readonly string[] {
    const { status } = this.#query;
    return status === null ? [] : [`status = ${parameters.add(statusNumber(status), 'int')}`];
  }

  async #areNamesFew(): Promise<boolean> {
    const { flowId, namePrefix } = this.#query;
    if (namePrefix === '') return false;
    const { sortedNames } = this.#bounds;
    const parameters = new Parameters();
    const flow = parameters.add(String(flowKey(flowId)), 'bigint');
    const names = prefixed(parameters, namePrefix);
    const [row] = await this.#rows(
      `SELECT count(*) AS n FROM
         (SELECT 1 FROM executions WHERE flow = ${flow} AND ${names} LIMIT ${sortedNames + 1}) AS few`,
      parameters,
    );
    return Number(row?.['n']) <= sortedNames;
  }

  /** The last position that a scan of the whole bound has read; null if there are fewer rows. */
  async #endOfScan(): Promise<ExecutionPosition | null> {
    const parameters = new Parameters();
    const ordered = this.#ordered(parameters);
    const [last] = await this.#rows(
      `SELECT started_ms, id FROM executions WHERE ${ordered} ${NEWEST_FIRST} LIMIT 1 OFFSET ${this.#bounds.scannedRows - 1}`,
      parameters,
    );
    return last === undefined ? null : { startedMs: Number(last['started_ms']), id: Number(last['id']) };
  }

  #rows(text: string, { values }: Parameters): Promise<readonly Row[]> {
    return this.#queries.rows(text, values);
  }
}

/** A range of names. LIKE has wildcards. */
function prefixed(parameters: Parameters, prefix: string): string {
  const from = `name >= ${parameters.add(stored(prefix), 'text')}`;
  const end = afterPrefix(stored(prefix));
  return end === null ? from : `${from} AND name < ${parameters.add(end, 'text')}`;
}

/** The least text after every text with this prefix; null if there is none. Code points have the same order as their UTF-8 bytes. */
function afterPrefix(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number);
  let last = points.pop();
  while (last === 0x10ffff) last = points.pop();
  if (last === undefined) return null;
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...points, next);
}
