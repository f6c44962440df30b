/** Runs of distributed Maps: their logs, their status, and children whose Map is not in the store. */
import type { DatabaseSync } from 'node:sqlite';
import type { RepairableFinding } from '../../store-file.ts';
import type { Row } from '../flow-rows.ts';
import { Removal } from '../removal.ts';
import { SnapshotUses } from '../snapshot-uses.ts';
import { amount, fault, repairable, some } from './finding.ts';
import { ABORTED, DUE, FIRST_ENDED, OWED, RUNNING } from '../../stored-forms.ts';

const IS_OPEN = `(e.status = ${RUNNING} AND r.status < ${FIRST_ENDED})`;

export function checkMapRuns(database: DatabaseSync): readonly RepairableFinding[] {
  return [
    ...checkLogGaps(database),
    ...checkLogTexts(database),
    ...checkOpenRuns(database),
    ...checkLeftItems(database),
  ];
}

/** Logs in which entries are missing, or are there twice. */
function checkLogGaps(database: DatabaseSync): readonly RepairableFinding[] {
  const rows = database
    .prepare(`
      SELECT f.name AS flow, e.name, r.name AS run, min(l.expected) AS entry, ${IS_OPEN} AS is_open FROM (
        SELECT execution, key, first, lag(first + count, 1, 1) OVER (PARTITION BY execution, key ORDER BY first) AS expected
        FROM map_run_log INDEXED BY map_run_entries) l
      JOIN executions e ON e.id = l.execution JOIN map_runs r ON r.execution = l.execution AND r.key = l.key
        LEFT JOIN execution_flows f ON f.key = e.flow
      WHERE l.first <> l.expected GROUP BY l.execution, l.key ORDER BY l.execution, l.key`)
    .all();
  const named = (isOpen: boolean) =>
    rows
      .filter((row) => (row['is_open'] === 1) === isOpen)
      .map((row) => `${nameOf(row)} (entry ${Number(row['entry'])})`);
  const [open, ended] = [named(true), named(false)];
  const found: RepairableFinding[] = [];
  if (open.length > 0) {
    found.push(
      fault({
        what: `The logs of ${amount(open.length, 'Map run')} under way have gaps: ${some(open)}.`,
        means: 'Without the missing entries a run does not know which items have ended, and cannot continue.',
        advice:
          'Restore a backup, or end each execution with "millrace call StopExecution FlowName=… ExecutionName=…".',
      }),
    );
  }
  if (ended.length > 0) {
    found.push(
      fault({
        what: `The logs of ${amount(ended.length, 'ended Map run')} have gaps: ${some(ended)}.`,
        means: 'Their results are complete. A redrive would not know which items have ended.',
        advice: 'Restore a backup if you need a redrive.',
      }),
    );
  }
  return found;
}

/** Rows of logs that no version of Millrace has written. Those of open runs are read as a start of the server reads them. */
function checkLogTexts(database: DatabaseSync): readonly RepairableFinding[] {
  const rows = database
    .prepare(`
      SELECT f.name AS flow, e.name, r.name AS run FROM map_run_log l
        JOIN executions e ON e.id = l.execution JOIN map_runs r ON r.execution = l.execution AND r.key = l.key
        LEFT JOIN execution_flows f ON f.key = e.flow
      WHERE NOT ${IS_OPEN} AND CASE WHEN json_valid(l.entries) THEN json_array_length(l.entries) <> l.count ELSE TRUE END
      GROUP BY l.execution, l.key ORDER BY l.execution, l.key`)
    .all();
  if (rows.length === 0) return [];
  return [
    fault({
      what: `The logs of ${amount(rows.length, 'ended Map run')} have entries that cannot be read: ${some(rows.map(nameOf))}.`,
      means: 'Their results are complete. A redrive would fail.',
      advice: 'Restore a backup if you need a redrive.',
    }),
  ];
}

/** Runs that would never end, because their execution has. */
function checkOpenRuns(database: DatabaseSync): readonly RepairableFinding[] {
  const rows = database
    .prepare(`
      SELECT f.name AS flow, e.name, r.name AS run FROM map_runs r
        JOIN executions e ON e.id = r.execution LEFT JOIN execution_flows f ON f.key = e.flow
      WHERE r.status < ${FIRST_ENDED} AND e.status > ${RUNNING} ORDER BY r.execution, r.key`)
    .all();
  if (rows.length === 0) return [];
  return [
    repairable({
      what: `${amount(rows.length, 'Map run')} of executions that have ended ${rows.length === 1 ? 'is' : 'are'} still open: ${some(rows.map(nameOf))}.`,
      means: 'DescribeMapRun shows them as under way, and no one continues them.',
      repair: 'marks them as aborted when their executions ended',
      run: () =>
        database.exec(`
          UPDATE map_runs SET status = ${ABORTED}, stopped_ms = e.stopped_ms FROM executions e
          WHERE e.id = map_runs.execution AND e.status > ${RUNNING} AND map_runs.status < ${FIRST_ENDED}`),
    }),
  ];
}

/**
 * Children that have ended after the execution of their Map was deleted. A purge deletes them too when it finds them. The
 * server ends those that run and those whose end is due; the check of snapshots is about those that cannot be counted.
 */
function checkLeftItems(database: DatabaseSync): readonly RepairableFinding[] {
  const rows = database
    .prepare(`
      SELECT e.id, e.flow, e.revision, e.map_run FROM executions e
      WHERE e.map_run IS NOT NULL AND e.status > ${RUNNING} AND e.callback NOT IN (${OWED}, ${DUE})
        AND NOT EXISTS (SELECT 1 FROM executions p WHERE p.id = e.parent)
        AND EXISTS (SELECT 1 FROM snapshots s WHERE s.flow = e.flow AND s.revision = e.revision)`)
    .all();
  if (rows.length === 0) return [];
  return [
    {
      level: 'note',
      what: `${amount(rows.length, 'child execution')} of Map runs ${rows.length === 1 ? 'is' : 'are'} left from executions that were deleted.`,
      means: 'Only calls that name them find them. The server deletes them in time.',
      repair: 'deletes them',
      run: () => removeAll(database, rows),
      advice: null,
    },
  ];
}

function removeAll(database: DatabaseSync, rows: readonly Row[]): void {
  const uses = new SnapshotUses(database);
  const removal = new Removal(database, uses);
  for (const row of rows)
    removal.remove(row, { executions: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY });
  uses.write();
}

function nameOf({ flow, name, run }: Row): string {
  return `${String(flow)}/${String(name)}, Map run ${String(run)}`;
}
