/** The stores in one SQLite file, put together. */
import type { Scheduler } from '../../base/scheduler.ts';
import { reasonOf } from '../../base/text.ts';
import { EmbeddedNodes } from '../embedded-nodes.ts';
import { StoreFault } from '../fault.ts';
import { recordingFlows } from '../recording-flows.ts';
import type { Stores } from '../stores.ts';
import { storesOf } from '../stores.ts';
import { CommitThread } from './commit-thread.ts';
import { SharedConnection } from './connection.ts';
import { openDatabase } from './database.ts';
import type { SqliteStoreOptions } from './database.ts';
import { createSqliteExecutions } from './execution-store.ts';
import { isSqliteError, SQLITE_ERROR } from './files.ts';
import { createSqliteFlows } from './flow-store.ts';
import { createSqliteMessages } from './message-store.ts';
import { createSqliteSchedules } from './schedule-store.ts';

/**
 * Opens the file and applies the migrations that it lacks.
 * @param isShared true: several engines of this process use the file at the same time, each as a node
 * @throws {StoreFault} when the file cannot be opened, is not ours, is damaged, is in use or is of a newer Millrace.
 */
export function openSqliteStores(options: SqliteStoreOptions, scheduler: Scheduler, isShared = false): Stores {
  const opened = openDatabase(options);
  const shared = new SharedConnection(opened, scheduler);
  const thread = new CommitThread({ files: shared.files, synchronous: options.synchronous }, scheduler);
  shared.endsWith(() => thread.close());
  try {
    const nodes = new EmbeddedNodes(isShared);
    const { store: executions, joined } = createSqliteExecutions(shared, thread, nodes);
    return storesOf({
      flows: recordingFlows(createSqliteFlows(shared), nodes),
      executions,
      messages: createSqliteMessages(shared, thread),
      schedules: createSqliteSchedules(shared, thread, nodes),
      nodes: nodes.store({ joined, running: () => executions.running() }),
      clock: null,
    });
  } catch (error) {
    opened.close();
    if (!isSqliteError(error, SQLITE_ERROR)) throw error;
    throw new StoreFault(
      `The store ${options.file} lacks a part of its schema (${reasonOf(error)}), so Millrace does not use it. "millrace doctor" says what is missing.`,
      { cause: error },
    );
  }
}
