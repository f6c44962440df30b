/** Children whose parent is not in the store. */
import type { DatabaseSync } from 'node:sqlite';
import type { RepairableFinding } from '../../store-file.ts';
import { DONE, DUE, OWED, RUNNING } from '../execution-rows.ts';
import { amount, repairable, some } from './finding.ts';

const STOP = { error: 'FnF.ParentStopped', cause: 'The execution that waited for this one is not in the store.' };
const NO_PARENT = 'NOT EXISTS (SELECT 1 FROM executions p WHERE p.id = executions.parent)';
const RUNNING_CHILD = `callback = ${OWED} AND status = ${RUNNING} AND stop IS NULL AND ${NO_PARENT}`;
const ENDED_CHILD = `callback IN (${OWED}, ${DUE}) AND status > ${RUNNING} AND ${NO_PARENT}`;

export function checkCallbacks(database: DatabaseSync): readonly RepairableFinding[] {
  const named = (where: string) =>
    database
      .prepare(
        `SELECT f.name AS flow, executions.name FROM executions LEFT JOIN execution_flows f ON f.key = flow WHERE ${where}`,
      )
      .all()
      .map((row) => `${String(row['flow'])}/${String(row['name'])}`);
  const found: RepairableFinding[] = [];
  const running = named(RUNNING_CHILD);
  if (running.length > 0) {
    found.push(
      repairable({
        what: `${amount(running.length, 'running execution')} would report the end to a parent that is not in the store: ${some(running)}.`,
        means: 'No one waits for the result.',
        repair: 'asks them to stop, which the next start of the server does',
        run: () =>
          void database.prepare(`UPDATE executions SET stop = ? WHERE ${RUNNING_CHILD}`).run(JSON.stringify(STOP)),
      }),
    );
  }
  const ended = named(ENDED_CHILD);
  if (ended.length > 0) {
    found.push(
      repairable({
        what: `${amount(ended.length, 'ended execution')} would report the end to a parent that is not in the store: ${some(ended)}.`,
        means: 'They are never deleted, because the report is due.',
        repair: 'marks the reports as done, so that the retention applies',
        run: () => database.exec(`UPDATE executions SET callback = ${DONE} WHERE ${ENDED_CHILD}`),
      }),
    );
  }
  return found;
}
