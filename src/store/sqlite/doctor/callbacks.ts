/** Ended children whose parent is not in the store. */
import type { DatabaseSync } from 'node:sqlite';
import type { RepairableFinding } from '../../store-file.ts';
import { amount, repairable, some } from './finding.ts';
import { DONE, OWED, RUNNING } from '../../stored-forms.ts';

/**
 * The end of a child and the mark that its report is due are one commit, so an ended child owes none. One whose report is due is left to the
 * server, which finds that no parent waits. One that runs is no fault: who starts an execution with the token of a task may see that task end, and
 * its execution be deleted, before.
 */
const ENDED_CHILD = `callback = ${OWED} AND status > ${RUNNING} AND NOT EXISTS (SELECT 1 FROM executions p WHERE p.id = executions.parent)`;

export function checkCallbacks(database: DatabaseSync): readonly RepairableFinding[] {
  const ended = database
    .prepare(
      `SELECT f.name AS flow, executions.name FROM executions LEFT JOIN execution_flows f ON f.key = flow WHERE ${ENDED_CHILD}`,
    )
    .all()
    .map((row) => `${String(row['flow'])}/${String(row['name'])}`);
  if (ended.length === 0) return [];
  return [
    repairable({
      what: `${amount(ended.length, 'ended execution')} would report the end to a parent that is not in the store: ${some(ended)}.`,
      means: 'They are never deleted, because the report is owed.',
      repair: 'marks the reports as done, so that the retention applies',
      run: () => database.exec(`UPDATE executions SET callback = ${DONE} WHERE ${ENDED_CHILD}`),
    }),
  ];
}
