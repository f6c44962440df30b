/**
 * Schedules in an SQLite file. Callers change them rarely, so their changes are made in the main thread, as those of flows. Due
 * times are taken in the commit thread, many in one transaction. The first call prepares the statements, because most servers have
 * no schedule.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { EmbeddedNodes } from '../embedded-nodes.ts';
import type { DueSchedule, SchedulePage, ScheduleRecord, ScheduleStore } from '../schedules.ts';
import type { ExecutionMode } from '../flows.ts';
import type { CommitThread } from './commit-thread.ts';
import type { SharedConnection } from './connection.ts';
import type { FoundRow, Row } from './flow-rows.ts';
import { inTransaction } from './transaction.ts';

export function createSqliteSchedules(
  shared: SharedConnection,
  thread: CommitThread,
  nodes: EmbeddedNodes,
): ScheduleStore {
  const connection = shared.use('schedule store');
  let statements: Statements | null = null;
  const prepared = (): Statements => (statements ??= prepare(shared.database));

  return {
    create: (schedule) =>
      connection.write(() =>
        inTransaction(shared.database, () => {
          const { insert, flow } = prepared();
          if (flow.get(schedule.flowName) === undefined) return 'no-flow';
          return Number(insert.run(...valuesOf(schedule)).changes) === 1 ? 'created' : 'exists';
        }),
      ),
    get: (flowName, name) => connection.read(() => found(prepared().select.get(flowName, name))),
    update: (old, changes) =>
      connection.write(() => {
        const changed = { ...old, ...changes, revision: old.revision + 1 };
        const { description, cronExpression, payload, isEnabled, nextDueMs, lastModifiedMs } = changed;
        const { changes: rows } = prepared().change.run(
          ...[description, cronExpression, payload, Number(isEnabled), nextDueMs, lastModifiedMs],
          ...[old.id, old.revision, old.nextDueMs],
        );
        return Number(rows) === 1 ? changed : 'changed';
      }),
    delete: (flowName, name) =>
      connection.write(() =>
        inTransaction(shared.database, () => {
          const { select, remove } = prepared();
          const schedule = found(select.get(flowName, name));
          remove.run(flowName, name);
          return schedule;
        }),
      ),
    list: (flowName, fromName, limit, textUnits) =>
      connection.read(() => page(prepared().range.iterate(flowName, fromName, limit + 1), limit, textUnits)),
    due: (nowMs, after, limit) =>
      connection.read(() => {
        const { first, later } = prepared();
        const rows: Row[] = after === null ? first.all(nowMs, limit) : later.all(nowMs, limit, after.dueMs, after.id);
        return rows.map(dueOf);
      }),
    nextDueMs: () =>
      connection.read(() => {
        const earliest = prepared().next.get()?.['next_due_ms'] ?? null;
        return earliest === null ? null : Number(earliest);
      }),
    take: (node, times) =>
      connection.write(() => {
        nodes.require(node);
        return thread.ask({ kind: 'take', times });
      }),
    close: () => connection.close(),
  };
}

type Statements = ReturnType<typeof prepare>;

const COLUMNS = `id, flow, name, revision, created_ms, last_modified_ms, enabled, next_due_ms, last_due_ms, cron_expression,
  description, payload`;

function prepare(database: DatabaseSync) {
  const due = `
    SELECT s.*, f.id AS flow_id, f.execution_mode
    FROM schedules s INDEXED BY schedules_due JOIN flows f ON f.name = s.flow
    WHERE s.next_due_ms IS NOT NULL AND s.next_due_ms <= ?1`;
  const order = 'ORDER BY s.next_due_ms, s.id LIMIT ?2';
  return {
    flow: database.prepare('SELECT 1 FROM flows WHERE name = ?'),
    insert: database.prepare(`
      INSERT INTO schedules (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (flow, name) DO NOTHING`),
    select: database.prepare('SELECT * FROM schedules WHERE flow = ? AND name = ?'),
    change: database.prepare(`
      UPDATE schedules SET description = ?, cron_expression = ?, payload = ?, enabled = ?, next_due_ms = ?,
        last_modified_ms = ?, revision = revision + 1
      WHERE id = ? AND revision = ? AND next_due_ms IS ?`),
    remove: database.prepare('DELETE FROM schedules WHERE flow = ? AND name = ?'),
    range: database.prepare('SELECT * FROM schedules WHERE flow = ? AND name >= ? ORDER BY name LIMIT ?'),
    first: database.prepare(`${due} ${order}`),
    later: database.prepare(`${due} AND (s.next_due_ms, s.id) > (?3, ?4) ${order}`),
    next: database.prepare(`
      SELECT min(next_due_ms) AS next_due_ms FROM schedules INDEXED BY schedules_due WHERE next_due_ms IS NOT NULL`),
  };
}

function found(row: FoundRow): ScheduleRecord | null {
  return row === undefined ? null : scheduleOf(row);
}

function page(rows: Iterable<Row>, limit: number, textUnits: number): SchedulePage {
  const schedules: ScheduleRecord[] = [];
  let units = 0;
  for (const row of rows) {
    const schedule = scheduleOf(row);
    if (schedules.length === limit || units > textUnits) return { schedules, nextName: schedule.name };
    schedules.push(schedule);
    units += schedule.payload.length + schedule.description.length;
  }
  return { schedules, nextName: null };
}

function valuesOf(schedule: ScheduleRecord) {
  return [
    schedule.id,
    schedule.flowName,
    schedule.name,
    schedule.revision,
    schedule.createdMs,
    schedule.lastModifiedMs,
    Number(schedule.isEnabled),
    schedule.nextDueMs,
    schedule.lastDueMs,
    schedule.cronExpression,
    schedule.description,
    schedule.payload,
  ];
}

function scheduleOf(row: Row): ScheduleRecord {
  const time = (column: string): number | null => (row[column] === null ? null : Number(row[column]));
  return {
    flowName: String(row['flow']),
    name: String(row['name']),
    id: String(row['id']),
    description: String(row['description']),
    cronExpression: String(row['cron_expression']),
    payload: String(row['payload']),
    isEnabled: row['enabled'] === 1,
    createdMs: Number(row['created_ms']),
    lastModifiedMs: Number(row['last_modified_ms']),
    revision: Number(row['revision']),
    nextDueMs: time('next_due_ms'),
    lastDueMs: time('last_due_ms'),
  };
}

function dueOf(row: Row): DueSchedule {
  return {
    ...scheduleOf(row),
    nextDueMs: Number(row['next_due_ms']),
    flowId: String(row['flow_id']),
    executionMode: row['execution_mode'] as ExecutionMode,
  };
}
