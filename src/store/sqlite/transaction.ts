/** Transactions on one connection. */
import type { DatabaseSync } from 'node:sqlite';

/**
 * Calls `work` in a transaction, and rolls back if it throws. The transaction takes the write lock first, so that no other
 * writer can change the rows that `work` reads.
 */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // After some failures, such as a full disk, SQLite has rolled back already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
