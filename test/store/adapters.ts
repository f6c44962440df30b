/** All store adapters, for the contract suite. A new adapter needs one entry here. */
import { join } from 'node:path';
import { systemScheduler } from '../../src/base/scheduler.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import { openSqliteStores } from '../../src/store/sqlite/stores.ts';
import type { Stores } from '../../src/store/stores.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';

export interface Adapter {
  readonly name: string;
  /** True if the adapter has its content again after closing and opening. */
  readonly durable: boolean;
  /** Opens the stores in this folder. */
  open(folder: string): Stores;
}

export const ADAPTERS: readonly Adapter[] = [
  { name: 'memory', durable: false, open: () => createMemoryStores() },
  {
    name: 'sqlite',
    durable: true,
    open: (folder) => openSqlite(join(folder, 'store.db')),
  },
];

/** Empty stores in a folder of their own, closed at the end of the test. */
export function openStores(t: CleanUp, adapter: Adapter): Stores {
  const stores = adapter.open(temporaryFolder(t));
  atEnd(t, () => stores.close());
  return stores;
}

export function openSqlite(file: string): Stores {
  return openSqliteStores({ file, synchronous: 'FULL' }, systemScheduler);
}
