/** Schedules in PostgreSQL. Several nodes look for due ones; a due time is taken by the first that changes its row. */
import type { ExecutionMode } from '../flows.ts';
import type { NodeNumber } from '../nodes.ts';
import type { DueSchedule, DueTimes, SchedulePage, ScheduleRecord, ScheduleStore } from '../schedules.ts';
import { int8s, texts } from './arrays.ts';
import type { Database, DatabaseUse, Row } from './database.ts';
import { numberOrNull, textOf } from './flow-rows.ts';
import { isKey } from './keys.ts';
import { requireNode } from './fences.ts';
import { stored } from './texts.ts';

const COLUMNS = `id, flow, name, revision, created_ms, last_modified_ms, enabled, next_due_ms, last_due_ms, cron_expression,
  description, payload`;
const BY_NAME = 'WHERE flow = $1 AND name = $2';

export function createPostgresSchedules(use: DatabaseUse): ScheduleStore {
  return {
    create: (schedule) =>
      use.run((database) =>
        database.transaction(async (queries) => {
          const flow = await queries.rows('SELECT 1 FROM flows WHERE name = $1 FOR KEY SHARE', [
            stored(schedule.flowName),
          ]);
          if (flow.length === 0) return 'no-flow';
          const rows = await queries.rows(
            `INSERT INTO schedules (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             ON CONFLICT (flow, name) DO NOTHING RETURNING 1`,
            valuesOf(schedule),
          );
          return rows.length === 1 ? 'created' : 'exists';
        }),
      ),
    get: (flowName, name) =>
      use.run(async (database) =>
        found(await database.rows(`SELECT * FROM schedules ${BY_NAME}`, [stored(flowName), stored(name)])),
      ),
    update: (old, changes) =>
      use.run(async (database) => {
        const changed = { ...old, ...changes, revision: old.revision + 1 };
        const { description, cronExpression, payload, isEnabled, nextDueMs, lastModifiedMs } = changed;
        const rows = await database.rows(
          `UPDATE schedules SET description = $1, cron_expression = $2, payload = $3, enabled = $4, next_due_ms = $5,
             last_modified_ms = $6, revision = revision + 1
           WHERE id = $7 AND revision = $8 AND next_due_ms IS NOT DISTINCT FROM $9 RETURNING 1`,
          [
            ...[stored(description), stored(cronExpression), stored(payload), isEnabled, nextDueMs, lastModifiedMs],
            ...[stored(old.id), old.revision, old.nextDueMs],
          ],
        );
        return rows.length === 1 ? changed : 'changed';
      }),
    delete: (flowName, name) =>
      use.run(async (database) =>
        found(await database.rows(`DELETE FROM schedules ${BY_NAME} RETURNING *`, [stored(flowName), stored(name)])),
      ),
    list: (flowName, fromName, limit, textUnits) =>
      use.run(async (database) => {
        const rows = await database.rows(
          'SELECT * FROM schedules WHERE flow = $1 AND name >= $2 ORDER BY name LIMIT $3',
          [stored(flowName), stored(fromName), limit + 1],
        );
        return page(rows, limit, textUnits);
      }),
    due: (nowMs, after, limit) =>
      use.run(async (database) => {
        const rows = await database.rows(
          `SELECT s.*, f.id AS flow_id, f.execution_mode FROM schedules s JOIN flows f ON f.name = s.flow
           WHERE s.next_due_ms IS NOT NULL AND s.next_due_ms <= $1 AND (s.next_due_ms, s.id) > ($2, $3)
           ORDER BY s.next_due_ms, s.id LIMIT $4`,
          [nowMs, after?.dueMs ?? Number.MIN_SAFE_INTEGER, stored(after?.id ?? ''), limit],
        );
        return rows.map(dueOf);
      }),
    nextDueMs: () =>
      use.run(async (database) => {
        const [row] = await database.rows(
          'SELECT min(next_due_ms) AS next_due_ms FROM schedules WHERE next_due_ms IS NOT NULL',
        );
        return numberOrNull(row?.['next_due_ms']);
      }),
    take: (node, times) => use.run((database) => take(database, node, times)),
    close: () => use.close(),
  };
}

/** Takes each due time that is still the next one of its schedule. For $1 to $4 the lists of the members of `DueTimes`. */
export const TAKE = `
  UPDATE schedules s SET next_due_ms = u.next_ms, last_due_ms = u.last_ms
  FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS u (id, first_ms, last_ms, next_ms)
  WHERE ${isKey('s.id', 'u.id')} AND s.next_due_ms IS NOT DISTINCT FROM u.first_ms`;

export function takeValues(times: readonly DueTimes[]): readonly Buffer[] {
  return [
    texts(times.map(({ scheduleId }) => scheduleId)),
    int8s(times.map(({ firstMs }) => firstMs)),
    int8s(times.map(({ lastMs }) => lastMs)),
    int8s(times.map(({ nextMs }) => nextMs)),
  ];
}

/** Locks the rows in the order of their ids, as commits do, so that takers wait for each other in no circle. */
export const LOCK_SCHEDULES = `
  SELECT id, next_due_ms FROM schedules WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE`;

async function take(database: Database, node: NodeNumber, times: readonly DueTimes[]): Promise<readonly boolean[]> {
  return database.transaction(async (queries) => {
    await requireNode(queries, node);
    const locked = await queries.rows(LOCK_SCHEDULES, [texts(times.map(({ scheduleId }) => scheduleId))]);
    const next = new Map(locked.map((row) => [textOf(row['id']), numberOrNull(row['next_due_ms'])]));
    const taken: DueTimes[] = [];
    const answers = times.map((time) => {
      if (next.get(time.scheduleId) !== time.firstMs) return false;
      next.set(time.scheduleId, time.nextMs);
      taken.push(time);
      return true;
    });
    // Two due times of one schedule are taken one after the other.
    for (const time of taken) await queries.rows(TAKE, [...takeValues([time])]);
    return answers;
  });
}

function found(rows: readonly Row[]): ScheduleRecord | null {
  return rows[0] === undefined ? null : scheduleOf(rows[0]);
}

function page(rows: readonly Row[], limit: number, textUnits: number): SchedulePage {
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
    stored(schedule.id),
    stored(schedule.flowName),
    stored(schedule.name),
    schedule.revision,
    schedule.createdMs,
    schedule.lastModifiedMs,
    schedule.isEnabled,
    schedule.nextDueMs,
    schedule.lastDueMs,
    stored(schedule.cronExpression),
    stored(schedule.description),
    stored(schedule.payload),
  ];
}

function scheduleOf(row: Row): ScheduleRecord {
  return {
    flowName: textOf(row['flow']),
    name: textOf(row['name']),
    id: textOf(row['id']),
    description: textOf(row['description']),
    cronExpression: textOf(row['cron_expression']),
    payload: textOf(row['payload']),
    isEnabled: row['enabled'] === true,
    createdMs: Number(row['created_ms']),
    lastModifiedMs: Number(row['last_modified_ms']),
    revision: Number(row['revision']),
    nextDueMs: numberOrNull(row['next_due_ms']),
    lastDueMs: numberOrNull(row['last_due_ms']),
  };
}

function dueOf(row: Row): DueSchedule {
  return {
    ...scheduleOf(row),
    nextDueMs: Number(row['next_due_ms']),
    flowId: textOf(row['flow_id']),
    executionMode: row['execution_mode'] as ExecutionMode,
  };
}
