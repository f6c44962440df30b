/**
 * The statements of commits, prepared once a connection.
 *
 * A commit that meets what it expects is one round trip, so nothing can look at the answers of its statements before the transaction
 * ends. Statements that expect something therefore divide by zero when it is not so, which ends the transaction: no plain SQL that
 * every database of PostgreSQL's kind has can raise an error of its own.
 *
 * Their plans must not depend on statistics (`connect.ts`). So the shard of a row follows from its id: with a shard for all of them, a
 * plan could read a whole shard and then look for the ids.
 */
import { isExecution, isKey, shardOfId } from './keys.ts';
import { ANSWER } from './requests.ts';
import { LOCK_SCHEDULES, TAKE } from './schedule-store.ts';
import { DUE, OWED, RUNNING } from '../stored-forms.ts';

/** Fails unless the rows of `changed` are as many as the values of this parameter. */
const ALL = (list: string) => `SELECT 1 / (count(*) = cardinality(${list}))::int FROM changed`;

const STARTED = `id, flow, revision, callback, started_ms, parent, parent_event, depth, map_state, map_item, map_run, version,
  alias, name, identity, started_by`;

export const STATEMENTS = {
  begin: 'BEGIN',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',

  /** Fails unless the node $1 lives, and prevents its removal until the transaction ends. */
  fence: `
    SELECT 1 / count(*)::int
    FROM (SELECT 1 FROM node_fences WHERE number = $1::bigint FOR KEY SHARE) AS fence`,

  addSnapshots: `
    INSERT INTO snapshots (flow, revision, flow_id, flow_name, role_arn, description, environment, definition, writer)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::text[])
    ON CONFLICT DO NOTHING`,

  /**
   * Starts executions for the node $2. Fails unless none of the ids and names is taken and all snapshots are there,
   * which a purge cannot delete until the transaction ends.
   */
  start: `
    WITH given AS MATERIALIZED (
      SELECT * FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::int[], $7::bigint[], $8::bigint[], $9::bigint[],
        $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
        $19::text[]) AS given (${STARTED}, flow_id)
    ),
    used AS MATERIALIZED (
      SELECT s.flow, s.revision, s.flow_id FROM (SELECT DISTINCT flow, revision FROM given) AS g, LATERAL (
        SELECT flow, revision, flow_id FROM snapshots WHERE flow = g.flow AND revision = g.revision FOR KEY SHARE) AS s
    ),
    changed AS (
      INSERT INTO executions (shard, owner, status, stopped_ms, error, cause, ${STARTED})
      SELECT ${shardOfId('g.id', '$1')}, $2::bigint, ${RUNNING}, 0, '', '', g.id, g.flow, g.revision, g.callback, g.started_ms, g.parent,
        g.parent_event, g.depth, g.map_state, g.map_item, g.map_run, g.version, g.alias, g.name, g.identity, g.started_by
      FROM given g JOIN used s ON s.flow = g.flow AND s.revision = g.revision AND s.flow_id = g.flow_id
      ON CONFLICT DO NOTHING
      RETURNING 1
    )
    ${ALL('$3::bigint[]')}`,

  /** Counts starts, apart for each node, so that nodes do not wait for each other. */
  count: `
    INSERT INTO snapshot_uses (flow, revision, node, executions, items)
    SELECT flow, revision, $1::bigint, executions, items
    FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) AS u (flow, revision, executions, items)
    ON CONFLICT (flow, revision, node) DO UPDATE
    SET executions = snapshot_uses.executions + excluded.executions, items = snapshot_uses.items + excluded.items`,

  addInputs: `
    INSERT INTO inputs (shard, execution, text)
    SELECT ${shardOfId('id', '$1')}, id, text FROM unnest($2::bigint[], $3::text[]) AS u (id, text)`,

  /**
   * Appends rows to the journals of executions. Fails unless the node $2 owns all of them, they run, and each row
   * begins with the next event.
   */
  appendOwn: `
    WITH changed AS (
      INSERT INTO journal (shard, execution, first, count, events)
      SELECT e.shard, e.id, u.first, u.count, u.events
      FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[]) AS u (id, first, count, events)
        JOIN executions e ON ${isExecution('e', 'u.id', '$1')} AND e.owner = $2::bigint AND e.status = ${RUNNING}
      WHERE u.first = coalesce(
        (SELECT j.first + j.count FROM journal j WHERE j.shard = ${shardOfId('u.id', '$1')} AND j.execution = u.id ORDER BY j.first DESC LIMIT 1),
        1)
      RETURNING 1
    )
    ${ALL('$3::bigint[]')}`,

  /** Sets the wake times of executions that the node $2 owns, or gives them up. */
  rest: `
    WITH changed AS (
      UPDATE executions e SET
        wake_ms = CASE WHEN u.wakes THEN u.wake_ms ELSE e.wake_ms END,
        owner = CASE WHEN u.releases THEN NULL ELSE e.owner END
      FROM unnest($3::bigint[], $4::bool[], $5::bigint[], $6::bool[]) AS u (id, wakes, wake_ms, releases)
      WHERE ${isExecution('e', 'u.id', '$1')} AND e.owner = $2::bigint AND e.status = ${RUNNING}
      RETURNING 1
    )
    ${ALL('$3::bigint[]')}`,

  /** Ends executions that the node $2 owns. */
  end: `
    WITH changed AS (
      UPDATE executions e SET status = u.status, stopped_ms = u.stopped_ms, ended_ms = u.ended_ms, error = u.error,
        cause = u.cause, wake_ms = NULL, owner = NULL,
        callback = CASE e.callback WHEN ${OWED} THEN ${DUE} ELSE e.callback END
      FROM unnest($3::bigint[], $4::int[], $5::bigint[], $6::bigint[], $7::text[], $8::text[])
        AS u (id, status, stopped_ms, ended_ms, error, cause)
      WHERE ${isExecution('e', 'u.id', '$1')} AND e.owner = $2::bigint AND e.status = ${RUNNING}
      RETURNING 1
    )
    ${ALL('$3::bigint[]')}`,

  setOutputs: `
    INSERT INTO outputs (shard, execution, text)
    SELECT ${shardOfId('id', '$1')}, id, text FROM unnest($2::bigint[], $3::text[]) AS u (id, text)
    ON CONFLICT (shard, execution) DO UPDATE SET text = excluded.text`,
  removeOutputs: `
    DELETE FROM outputs o USING unnest($2::bigint[]) AS u (id) WHERE ${isKey('o.shard', shardOfId('u.id', '$1'))} AND ${isKey('o.execution', 'u.id')}`,

  // The statements of a commit that first looks (`commit-load.ts`). They change rows that it has locked.

  /** Locks executions ($2) and the running children of tasks ($3, $4) in the order of their ids. */
  lock: `
    SELECT e.id, e.status, e.callback, e.parent, e.parent_event, e.owner, e.stop, e.wake_ms, e.stopped_ms, e.ended_ms, e.error,
      e.cause
    FROM (
      SELECT unnest($2::bigint[]) AS id
      UNION
      SELECT c.id FROM unnest($3::bigint[], $4::bigint[]) AS t (parent, event), LATERAL (
        SELECT id FROM executions
        WHERE parent = t.parent AND parent_event = t.event AND callback = ${OWED} AND status = ${RUNNING} OFFSET 0) AS c
    ) AS u JOIN executions e ON ${isExecution('e', 'u.id', '$1')}
    ORDER BY e.id FOR UPDATE OF e`,
  nextEvents: `
    SELECT u.id, (
      SELECT j.first + j.count FROM journal j
      WHERE j.shard = ${shardOfId('u.id', '$1')} AND j.execution = u.id ORDER BY j.first DESC LIMIT 1)
    FROM unnest($2::bigint[]) AS u (id)`,
  names: `
    SELECT e.id, e.flow, e.name FROM unnest($1::bigint[], $2::text[]) AS u (flow, name)
      JOIN executions e ON ${isKey('e.flow', 'u.flow')} AND ${isKey('e.name', 'u.name')}`,
  snapshots: `
    SELECT s.flow, s.revision, s.flow_id FROM unnest($1::bigint[], $2::bigint[]) AS u (flow, revision)
      JOIN snapshots s ON ${isKey('s.flow', 'u.flow')} AND ${isKey('s.revision', 'u.revision')}`,
  lockSchedules: LOCK_SCHEDULES,
  mapRuns: `
    SELECT execution, key, name, event, status, started_ms, stopped_ms, concurrency, tolerated_count, tolerated_percentage,
      total, running, succeeded, failed
    FROM map_runs WHERE execution = ANY($1::bigint[])`,
  nextEntries: `
    SELECT u.id, u.key, (
      SELECT l.first + l.count FROM map_run_log l
      WHERE l.shard = ${shardOfId('u.id', '$1')} AND l.execution = u.id AND l.key = u.key ORDER BY l.first DESC LIMIT 1)
    FROM unnest($2::bigint[], $3::bigint[]) AS u (id, key)`,
  purged: 'SELECT purged_id FROM store',

  append: `
    INSERT INTO journal (shard, execution, first, count, events)
    SELECT ${shardOfId('id', '$1')}, id, first, count, events
    FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[]) AS u (id, first, count, events)`,
  set: `
    UPDATE executions e SET status = u.status, callback = u.callback, parent_event = u.parent_event, owner = u.owner,
      stop = u.stop, wake_ms = u.wake_ms, stopped_ms = u.stopped_ms, ended_ms = u.ended_ms, error = u.error, cause = u.cause
    FROM unnest($2::bigint[], $3::int[], $4::int[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[], $9::bigint[],
        $10::bigint[], $11::text[], $12::text[])
      AS u (id, status, callback, parent_event, owner, stop, wake_ms, stopped_ms, ended_ms, error, cause)
    WHERE ${isExecution('e', 'u.id', '$1')}`,
  setMapRuns: `
    INSERT INTO map_runs AS m (execution, key, name, event, status, started_ms, stopped_ms, concurrency, tolerated_count,
      tolerated_percentage, total, running, succeeded, failed)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::int[], $6::bigint[], $7::bigint[],
      $8::bigint[], $9::bigint[], $10::float8[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[])
    ON CONFLICT (execution, key) DO UPDATE SET name = excluded.name, event = excluded.event, status = excluded.status,
      started_ms = excluded.started_ms, stopped_ms = excluded.stopped_ms, concurrency = excluded.concurrency,
      tolerated_count = excluded.tolerated_count, tolerated_percentage = excluded.tolerated_percentage,
      total = excluded.total, running = excluded.running, succeeded = excluded.succeeded, failed = excluded.failed`,
  appendEntries: `
    INSERT INTO map_run_log (shard, execution, key, first, count, entries)
    SELECT ${shardOfId('id', '$1')}, id, key, first, count, entries
    FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[]) AS u (id, key, first, count, entries)`,
  take: TAKE,
  answer: ANSWER,
} as const;

export type StatementName = keyof typeof STATEMENTS;
