/** The store in one SQLite file, as the composition root and the tests open it. */
import type { Stores } from '../stores.ts';
import { storesOf } from '../stores.ts';
import { createMemoryStores } from '../memory/stores.ts';
import { openSqliteFlowStore } from './flow-store.ts';
import type { SqliteStoreOptions } from './database.ts';

/** @throws {StoreFault} when the file is in use, foreign, damaged, newer than this program or cannot be opened. */
export function openSqliteStores(options: SqliteStoreOptions): Stores {
  return storesOf(openSqliteFlowStore(options), createMemoryStores().executions);
}
