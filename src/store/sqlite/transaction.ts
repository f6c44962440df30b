/** One transaction on one connection: whole or not at all. */
import type { DatabaseSync } from 'node:sqlite';

/** Takes the write lock first, so that nothing that `work` reads is out of date when it writes. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // Some failures, a full disk among them, have rolled it back already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
