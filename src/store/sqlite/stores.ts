/** The stores in one SQLite file, put together. */
import type { Scheduler } from '../../base/scheduler.ts';
import type { Stores } from '../stores.ts';
import { storesOf } from '../stores.ts';
import { CommitThread } from './commit-thread.ts';
import { SharedConnection } from './connection.ts';
import { openDatabase } from './database.ts';
import type { SqliteStoreOptions } from './database.ts';
import { createSqliteExecutions } from './execution-store.ts';
import { createSqliteFlows } from './flow-store.ts';
import { createSqliteMessages } from './message-store.ts';
import { createSqliteSchedules } from './schedule-store.ts';

/**
 * Opens the file and applies the migrations that it lacks.
 * @throws {StoreFault} when the file cannot be opened, is not ours, is damaged, is in use or is of a newer Millrace.
 */
export function openSqliteStores(options: SqliteStoreOptions, scheduler: Scheduler): Stores {
  const shared = new SharedConnection(openDatabase(options), scheduler);
  const thread = new CommitThread({ files: shared.files, synchronous: options.synchronous }, scheduler);
  shared.endsWith(() => thread.close());
  return storesOf({
    flows: createSqliteFlows(shared),
    executions: createSqliteExecutions(shared, thread),
    messages: createSqliteMessages(shared, thread),
    schedules: createSqliteSchedules(shared, thread),
  });
}
