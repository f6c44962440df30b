/** All store adapters, for the contract suite. A new adapter needs one entry here. */
import { join } from 'node:path';
import { it } from 'node:test';
import { systemScheduler } from '../../src/base/scheduler.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import { openPostgresStores } from '../../src/store/postgres/stores.ts';
import { openSqliteStores } from '../../src/store/sqlite/stores.ts';
import type { Stores } from '../../src/store/stores.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { postgresFault, testPostgres } from '../support/postgres.ts';

export interface Adapter {
  readonly name: string;
  /** True if the adapter has its content again after closing and opening. */
  readonly durable: boolean;
  /** True if the store goes by a clock of its own, not by the times that its callers pass. */
  readonly hasClock: boolean;
  /**
   * Opens the stores in this folder, or in another place that belongs to it.
   * @param isShared true: several nodes may live at the same time. A store for several machines is always shared.
   */
  open(folder: string, isShared?: boolean): Stores | Promise<Stores>;
}

const POSTGRES: Adapter = {
  ...{ name: 'postgres', durable: true, hasClock: true },
  open: async (folder) => openPostgresStores((await testPostgres()).options(folder), systemScheduler),
};

const fault = postgresFault();
if (fault !== null && process.env['CI'] === undefined) it('postgres', { skip: fault }, () => undefined);

export const ADAPTERS: readonly Adapter[] = [
  {
    ...{ name: 'memory', durable: false, hasClock: false },
    open: (_folder, isShared = false) => createMemoryStores({ isShared }),
  },
  {
    ...{ name: 'sqlite', durable: true, hasClock: false },
    open: (folder, isShared) => openSqlite(join(folder, 'store.db'), isShared),
  },
  // Where it has to run, its tests fail if it cannot.
  ...(fault === null || process.env['CI'] !== undefined ? [POSTGRES] : []),
];

/** Empty stores in a folder of their own, closed at the end of the test. */
export async function openStores(t: CleanUp, adapter: Adapter, isShared = false): Promise<Stores> {
  const stores = await adapter.open(temporaryFolder(t), isShared);
  atEnd(t, () => stores.close());
  return stores;
}

export function openSqlite(file: string, isShared = false): Stores {
  return openSqliteStores({ file, synchronous: 'FULL' }, systemScheduler, isShared);
}
