/** Journals: that none has a gap, and that each belongs to an execution. */
import type { DatabaseSync } from 'node:sqlite';
import type { RepairableFinding } from '../../store-file.ts';
import { TABLES_OF_EXECUTIONS } from '../removal.ts';
import { amount, fault, repairable, sizeOf, some } from './finding.ts';
import { RUNNING } from '../../stored-forms.ts';

/** Journals in which events are missing, or are there twice. */
export function checkGaps(database: DatabaseSync): readonly RepairableFinding[] {
  const rows = database
    .prepare(`
      SELECT j.execution, min(j.expected) AS event, f.name AS flow, e.name, e.status FROM (
        SELECT execution, first, lag(first + count, 1, 1) OVER (PARTITION BY execution ORDER BY first) AS expected
        FROM journal INDEXED BY journal_events) j
      JOIN executions e ON e.id = j.execution LEFT JOIN execution_flows f ON f.key = e.flow
      WHERE j.first <> j.expected GROUP BY j.execution ORDER BY j.execution`)
    .all();
  const named = (isRunning: boolean) =>
    rows
      .filter((row) => (row['status'] === RUNNING) === isRunning)
      .map((row) => `${String(row['flow'])}/${String(row['name'])} (event ${Number(row['event'])})`);
  const found: RepairableFinding[] = [];
  const [running, ended] = [named(true), named(false)];
  if (running.length > 0) {
    found.push(
      fault({
        what: `The journals of ${amount(running.length, 'running execution')} have gaps: ${some(running)}.`,
        means: 'Without the missing events they cannot continue.',
        advice: 'Restore a backup, or end each with "millrace call StopExecution FlowName=… ExecutionName=…".',
      }),
    );
  }
  if (ended.length > 0) {
    found.push(
      fault({
        what: `The journals of ${amount(ended.length, 'ended execution')} have gaps: ${some(ended)}.`,
        means: 'Their results are complete. Their histories lack events, and they cannot be redriven.',
        advice: 'Restore a backup if you need them.',
      }),
    );
  }
  return found;
}

/** Rows of executions that do not exist. */
export function checkRowsOfExecutions(database: DatabaseSync): readonly RepairableFinding[] {
  return [
    ...TABLES_OF_EXECUTIONS.flatMap(({ table, text }) => {
      const where = `NOT EXISTS (SELECT 1 FROM executions WHERE id = ${table}.execution)
        AND NOT EXISTS (SELECT 1 FROM purging WHERE execution = ${table}.execution)`;
      const row = database
        .prepare(`SELECT count(*) AS n, sum(octet_length(${text})) AS bytes FROM ${table} WHERE ${where}`)
        .get();
      const number = Number(row?.['n']);
      if (number === 0) return [];
      return repairable({
        what: `${amount(number, 'row')} of the table ${table} (${sizeOf(Number(row?.['bytes']))}) ${number === 1 ? 'belongs' : 'belong'} to no execution.`,
        means: 'No call finds them; they take space.',
        repair: 'deletes them',
        run: () => database.exec(`DELETE FROM ${table} WHERE ${where}`),
      });
    }),
    ...checkPurging(database),
  ];
}

/** A purge would delete the journal of an execution that exists. */
function checkPurging(database: DatabaseSync): readonly RepairableFinding[] {
  const where = 'EXISTS (SELECT 1 FROM executions WHERE id = purging.execution)';
  const number = Number(database.prepare(`SELECT count(*) AS n FROM purging WHERE ${where}`).get()?.['n']);
  if (number === 0) return [];
  return [
    repairable({
      what: `${number === 1 ? 'One execution that exists is' : `${number} executions that exist are`} marked as deleted.`,
      means: 'The next purge would delete the journal and leave the execution.',
      repair: 'removes the mark',
      run: () => database.exec(`DELETE FROM purging WHERE ${where}`),
    }),
  ];
}
