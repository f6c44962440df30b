/**
 * Executions in an SQLite file. The commit thread does commits and purges, one after the other. Most other calls are a short
 * read on the main thread's connection, which sees a commit as soon as the commit resolves. Owners and mail are in memory, because
 * one process has the file.
 */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { EmbeddedNodes } from '../embedded-nodes.ts';
import type { ExecutionId, ExecutionStore, JournalRow } from '../executions.ts';
import type { CommitThread } from './commit-thread.ts';
import type { ConnectionUse, SharedConnection } from './connection.ts';
import { createExecutionList } from './execution-list.ts';
import { executionOf, snapshotOf } from './execution-rows.ts';
import { flowFigureMethods } from './flow-figures.ts';
import type { FoundRow, Row } from './flow-rows.ts';
import { mapRunOf } from './map-run-rows.ts';
import { Ownership } from './ownership.ts';
import { inTransaction } from './transaction.ts';
import { DUE, OWED, RUNNING } from '../stored-forms.ts';

/** A whole record, with input and output. */
const RECORD = `
  SELECT e.*, f.flow_id, f.name AS flow_name, i.text AS input, o.text AS output
  FROM executions e JOIN execution_flows f ON f.key = e.flow
    LEFT JOIN inputs i ON i.execution = e.id LEFT JOIN outputs o ON o.execution = e.id`;

/** The data that a node gets when it joins. */
interface Joined {
  readonly lastId: ExecutionId;
  readonly tokenKey: Uint8Array;
  readonly setBackMs: number;
}

export interface SqliteExecutions {
  readonly store: ExecutionStore;
  joined(nowMs: number): Promise<Joined>;
}

export function createSqliteExecutions(
  shared: SharedConnection,
  thread: CommitThread,
  nodes: EmbeddedNodes,
): SqliteExecutions {
  const { database } = shared;
  const connection = shared.use('execution store');
  const get = database.prepare(`${RECORD} WHERE e.id = ?`);
  const find = database.prepare(`
    ${RECORD} WHERE e.flow = (SELECT key FROM execution_flows WHERE flow_id = ?) AND e.name = ?`);
  const list = createExecutionList(database);
  const dues = createDues(database);

  const recordOf = (id: ExecutionId) => record(get.get(id));
  const ownership = new Ownership(database, nodes, recordOf);
  let issuedId: ExecutionId = 0;

  const store: ExecutionStore = {
    newIds: (node, count) =>
      connection.read(() => {
        nodes.require(node);
        const first = issuedId + 1;
        issuedId += count;
        return { first, step: 1, count };
      }),
    placeOf: () => 0,
    commit: (node, changes, seen) =>
      connection.write(() =>
        ownership.commit(node, changes, (own) => thread.ask({ kind: 'commit', changes: own, seen: seen ?? null })),
      ),
    ...ownershipMethods(connection, ownership, nodes),
    get: (id) => connection.read(() => recordOf(id)),
    find: (flowId, name) => connection.read(() => record(find.get(flowId, name))),
    ...readMethods(database, connection),
    list: (query) => connection.read(() => list(query)),
    ...flowFigureMethods(database, connection),
    running: () => connection.read(() => dues.running()),
    nextWakeMs: () => connection.read(() => dues.nextWakeMs()),
    children: (parent, events) => connection.read(() => dues.children(parent, events)),
    orphans: (afterId, limit) => connection.read(() => dues.orphans(afterId, limit)),
    purge: (node, retention, limit, after) =>
      connection.write(() => {
        nodes.require(node);
        return thread.ask({ kind: 'purge', retention, limit, after });
      }),
    giveBackSpace: (node) =>
      connection.write(() => {
        nodes.require(node);
        return thread.ask({ kind: 'space' });
      }),
    close: () => connection.close(),
  };
  return {
    store,
    joined: (nowMs) =>
      connection.write(() => {
        const joined = join(database, nowMs);
        // Other nodes may use their blocks of ids yet.
        issuedId = nodes.isShared ? Math.max(issuedId, joined.lastId) : joined.lastId;
        return joined;
      }),
  };
}

/** Owners of executions, and the requests of others about them. */
function ownershipMethods(connection: ConnectionUse, ownership: Ownership, nodes: EmbeddedNodes) {
  return {
    claim: (node, id) => connection.read(() => ownership.claim(node, id)),
    ownerOf: (id) => connection.read(() => nodes.ownerOf(id)),
    claimUnowned: (node, afterId, limit) => connection.read(() => ownership.claimUnowned(node, afterId, limit)),
    ownedAwake: (node, afterId, limit) => connection.read(() => ownership.ownedAwake(node, afterId, limit)),
    claimDue: (node, nowMs, limit) => connection.read(() => ownership.claimDue(node, nowMs, limit)),
    requestStop: (id, request) => connection.write(() => ownership.requestStop(id, request)),
    post: (mail) => connection.read(() => ownership.post(mail)),
    requests: (node) => connection.read(() => ownership.requests(node)),
    answer: (answers) => connection.read(() => void nodes.answer(answers)),
    answers: (ids) => connection.read(() => nodes.answers(ids)),
    dueEnds: (node, afterId, limit) => connection.read(() => ownership.dueEnds(node, afterId, limit)),
    ended: (ids) => connection.read(() => ids.filter((id) => !ownership.isRunning(id))),
  } satisfies Partial<ExecutionStore>;
}

/** Reads of the parts of an execution. */
function readMethods(database: DatabaseSync, connection: ConnectionUse) {
  const snapshot = database.prepare(`
    SELECT s.*, f.flow_id FROM execution_flows f JOIN snapshots s ON s.flow = f.key
    WHERE f.flow_id = ? AND s.revision = ?`);
  const journal = database.prepare(`
    SELECT first, count, events FROM journal
    WHERE execution = ?1 AND first + count > ?2 AND first < ?2 + ?3
      AND first >= coalesce((SELECT max(first) FROM journal WHERE execution = ?1 AND first <= ?2), 0)
    ORDER BY first`);
  const deletedFlows = database.prepare(`
    SELECT flow_id FROM execution_flows f WHERE NOT EXISTS (SELECT 1 FROM flows WHERE id = f.flow_id)`);
  const mapRun = database.prepare('SELECT * FROM map_runs WHERE execution = ? AND name = ?');
  const mapRunLog = database.prepare(`
    SELECT first, count, entries AS events FROM map_run_log
    WHERE execution = ?1 AND key = ?2 AND first + count > ?3
      AND first >= coalesce((SELECT max(first) FROM map_run_log WHERE execution = ?1 AND key = ?2 AND first <= ?3), 0)
    ORDER BY first LIMIT ?4`);
  const mapRunItems = database.prepare(`
    SELECT map_item FROM executions INDEXED BY executions_awaited_by_map_run
    WHERE map_run = ? AND parent_event = ? AND callback IN (${OWED}, ${DUE}) ORDER BY map_item`);
  return {
    snapshot: (flowId, revision) =>
      connection.read(() => {
        const row = snapshot.get(flowId, revision);
        return row === undefined ? null : snapshotOf(row);
      }),
    journal: (id, fromEvent, count) => connection.read(() => journal.all(id, fromEvent, count).map(journalRowOf)),
    deletedFlows: () => connection.read(() => deletedFlows.all().map((row) => String(row['flow_id']))),
    mapRun: (id, name) =>
      connection.read(() => {
        const row = mapRun.get(id, name);
        return row === undefined ? null : mapRunOf(row);
      }),
    mapRunLog: (id, key, fromEntry, rows) =>
      connection.read(() => mapRunLog.all(id, key, fromEntry, rows).map(journalRowOf)),
    mapRunItems: (name, event) =>
      connection.read(() => mapRunItems.all(name, event).map((row) => Number(row['map_item']))),
  } satisfies Partial<ExecutionStore>;
}

function journalRowOf(row: Row): JournalRow {
  return { first: Number(row['first']), count: Number(row['count']), events: String(row['events']) };
}

function record(row: FoundRow) {
  return row === undefined ? null : executionOf(row);
}

function join(database: DatabaseSync, nowMs: number): Joined {
  return inTransaction(database, () => {
    database
      .prepare(`
        UPDATE owner SET token_key = coalesce(token_key, ?1),
          set_back_ms = set_back_ms + max(0, seen_ms - ?2), seen_ms = ?2`)
      .run(randomBytes(32), Math.floor(nowMs));
    const row = database
      .prepare(
        'SELECT token_key, set_back_ms, max(purged_id, coalesce((SELECT max(id) FROM executions), 0)) AS last FROM owner',
      )
      .get();
    return {
      lastId: Number(row?.['last']),
      tokenKey: row?.['token_key'] as Uint8Array,
      setBackMs: Number(row?.['set_back_ms']),
    };
  });
}

/** The executions that need the runtime. Each query reads a partial index that holds few other executions. */
function createDues(database: DatabaseSync) {
  const running = database.prepare(`
    SELECT count(*) AS n, count(map_run) AS items FROM executions INDEXED BY executions_running WHERE status = ${RUNNING}`);
  const nextWake = database.prepare(`
    SELECT min(wake_ms) AS wake_ms FROM executions INDEXED BY executions_asleep WHERE wake_ms IS NOT NULL`);
  const children = database.prepare(`
    SELECT id, parent_event FROM executions INDEXED BY executions_owed
    WHERE callback = ${OWED} AND parent = ? AND status = ${RUNNING}`);
  const orphans = database.prepare(`
    SELECT id FROM executions child INDEXED BY executions_owed
    WHERE callback = ${OWED} AND status = ${RUNNING} AND parent IS NOT NULL AND id > ?
      AND NOT EXISTS (SELECT 1 FROM executions WHERE id = child.parent AND status = ${RUNNING})
    ORDER BY id LIMIT ?`);

  return {
    running: () => {
      const row = running.get();
      const mapItems = Number(row?.['items']);
      return { executions: Number(row?.['n']) - mapItems, mapItems };
    },
    nextWakeMs: () => {
      const earliest = nextWake.get()?.['wake_ms'] ?? null;
      return earliest === null ? null : Number(earliest);
    },
    children: (parent: ExecutionId, events: readonly number[]) => {
      const wanted = new Set(events);
      return idsOf(children.all(parent).filter((row) => wanted.has(Number(row['parent_event'])))).sort((a, b) => a - b);
    },
    orphans: (afterId: ExecutionId, limit: number) => idsOf(orphans.all(afterId, limit)),
  };
}

export function idsOf(rows: readonly Row[]): ExecutionId[] {
  return rows.map((row) => Number(row['id']));
}
