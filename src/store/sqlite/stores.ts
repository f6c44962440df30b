/** The store in one SQLite file, as the composition root and the tests open it. */
import type { Stores } from '../stores.ts';
import { storesOf } from '../stores.ts';
import { CommitThread } from './commit-thread.ts';
import { SharedConnection } from './connection.ts';
import { openDatabase } from './database.ts';
import type { SqliteStoreOptions } from './database.ts';
import { createSqliteExecutions } from './execution-store.ts';
import { createSqliteFlows } from './flow-store.ts';
import { createSqliteMessages } from './message-store.ts';

/**
 * Opens the store and brings its schema up to date.
 * @throws {StoreFault} when the file is in use, foreign, damaged, newer than this program or cannot be opened.
 */
export function openSqliteStores(options: SqliteStoreOptions): Stores {
  const shared = new SharedConnection(openDatabase(options));
  const thread = new CommitThread({ files: shared.files, synchronous: options.synchronous });
  shared.endsWith(() => thread.close());
  return storesOf(
    createSqliteFlows(shared),
    createSqliteExecutions(shared, thread),
    createSqliteMessages(shared, thread),
  );
}
