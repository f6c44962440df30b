/** Snapshots: that each execution has one, and that their uses are counted right. */
import type { DatabaseSync } from 'node:sqlite';
import type { RepairableFinding } from '../../store-file.ts';
import type { Row } from '../flow-rows.ts';
import { amount, fault, repairable } from './finding.ts';
import { RUNNING } from '../../stored-forms.ts';

/** The snapshot as the flow, or one of its versions, still has it. */
const SAME_REVISION = `
  SELECT x.role_arn, x.description, x.environment, x.definition, x.writer FROM execution_flows k JOIN flows f ON f.id = k.flow_id
    JOIN (SELECT name, revision, role_arn, description, environment, definition, writer FROM flows
      UNION ALL SELECT flow, revision, role_arn, description, environment, definition, writer FROM flow_versions) x ON x.name = f.name
  WHERE k.key = ? AND x.revision = ? LIMIT 1`;

export function checkSnapshots(database: DatabaseSync): readonly RepairableFinding[] {
  const rows = database
    .prepare(`
      SELECT e.flow, e.revision, f.name, count(*) AS n, sum(e.status = ${RUNNING}) AS running FROM executions e
        LEFT JOIN execution_flows f ON f.key = e.flow
      WHERE NOT EXISTS (SELECT 1 FROM snapshots s WHERE s.flow = e.flow AND s.revision = e.revision)
      GROUP BY e.flow, e.revision`)
    .all();
  const same = database.prepare(SAME_REVISION);
  return rows.map((row) => {
    const [number, running] = [Number(row['n']), Number(row['running'])];
    const what = `${amount(number, 'execution')} of flow ${String(row['name'])}, ${running} of them running, ${number === 1 ? 'has' : 'have'} no snapshot: revision ${Number(row['revision'])} of the definition is not in the store.`;
    const means = 'Running ones cannot continue, and ended ones cannot be redriven.';
    const found = same.get(Number(row['flow']), Number(row['revision']));
    if (found === undefined) {
      return fault({
        what,
        means,
        advice: 'Restore a backup, or end the running ones with "millrace call StopExecution".',
      });
    }
    return repairable({
      what,
      means,
      repair: 'copies this revision from the flow or its version, which still have it',
      run: () => addSnapshot(database, row, found),
    });
  });
}

function addSnapshot(database: DatabaseSync, { flow, revision }: Row, found: Row): void {
  const text = (column: string) => String(found[column]);
  const writer = found['writer'] === null ? null : text('writer');
  database
    .prepare(`
      INSERT INTO snapshots (flow, revision, role_arn, description, environment, definition, writer)
      VALUES (?, ?, ?, ?, ?, ?, ?)`)
    .run(
      Number(flow),
      Number(revision),
      text('role_arn'),
      text('description'),
      text('environment'),
      text('definition'),
      writer,
    );
}

const COUNTED = `
  SELECT flow, revision, count(*) AS n, count(map_run) AS items FROM executions GROUP BY flow, revision`;

export function checkSnapshotUses(database: DatabaseSync): readonly RepairableFinding[] {
  const wrong = Number(
    database
      .prepare(`
        WITH counted AS (${COUNTED})
        SELECT count(*) AS n FROM snapshots s
          LEFT JOIN snapshot_uses u ON u.flow = s.flow AND u.revision = s.revision
          LEFT JOIN counted c ON c.flow = s.flow AND c.revision = s.revision
        WHERE coalesce(u.executions, 0) <> coalesce(c.n, 0) OR coalesce(u.items, 0) <> coalesce(c.items, 0)`)
      .get()?.['n'],
  );
  if (wrong === 0) return [];
  return [
    repairable({
      what: `The store counts wrongly how many executions use ${amount(wrong, 'snapshot')}.`,
      means:
        'A purge could delete a definition that executions run, or too many executions, or never delete the snapshot.',
      repair: 'counts again',
      run: () =>
        database.exec(`
          DELETE FROM snapshot_uses;
          WITH counted AS (${COUNTED})
          INSERT INTO snapshot_uses (flow, revision, executions, items)
          SELECT s.flow, s.revision, coalesce(c.n, 0), coalesce(c.items, 0) FROM snapshots s
            LEFT JOIN counted c ON c.flow = s.flow AND c.revision = s.revision;`),
    }),
  ];
}
