/** The file itself: pages, indexes, references between tables. */
import type { DatabaseSync } from 'node:sqlite';
import type { RepairableFinding } from '../../store-file.ts';
import { amount, fault, repairable, some } from './finding.ts';

/** Damage that building the indexes again corrects. */
const INDEX_ONLY = /missing from index|wrong # of entries in index|non-unique entry in index/;
const MOST = 100;

/** Damage of the file. If one of the findings has no repair, nothing else in the file can be trusted. */
export function checkIntegrity(database: DatabaseSync): readonly RepairableFinding[] {
  const lines = readLines(database);
  if (lines.length === 0) return [];
  const what = `The store file is damaged: ${some(lines)}.`;
  if (lines.every((line) => INDEX_ONLY.test(line))) {
    return [
      repairable({
        what,
        means: 'Only indexes are damaged, so no data is lost, but queries may miss executions.',
        repair: 'builds the indexes again from the tables',
        run: () => database.exec('REINDEX'),
      }),
    ];
  }
  return [
    fault({
      what,
      means: 'Parts of it cannot be read. The server does not start with it.',
      advice: 'Restore a backup. Without one, "sqlite3 millrace.db .recover" saves as much as possible.',
    }),
  ];
}

/** The lines of SQLite about damage, or its error if it cannot even look. */
function readLines(database: DatabaseSync): readonly string[] {
  try {
    const lines = database.prepare(`PRAGMA integrity_check(${MOST})`).all();
    return lines.map((row) => String(row['integrity_check'])).filter((line) => line !== 'ok');
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** Rows of versions and aliases whose flow does not exist. */
export function checkReferences(database: DatabaseSync): readonly RepairableFinding[] {
  const rows = database.prepare('PRAGMA foreign_key_check').all();
  const byTable = Map.groupBy(rows, (row) => String(row['table']));
  return [...byTable].map(([table, found]) =>
    repairable({
      what: `${amount(found.length, 'row')} of the table ${table} ${found.length === 1 ? 'belongs' : 'belong'} to no flow.`,
      means: 'No call finds them. A new flow of the name would have them.',
      repair: 'deletes them',
      run: () => {
        const remove = database.prepare(`DELETE FROM ${table} WHERE rowid = ?`);
        for (const row of found) remove.run(Number(row['rowid']));
      },
    }),
  );
}
