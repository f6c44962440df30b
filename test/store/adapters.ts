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
  /** Opens the stores in this folder. @param isShared true: several nodes may live at the same time */
  open(folder: string, isShared?: boolean): Stores;
}

export const ADAPTERS: readonly Adapter[] = [
  { name: 'memory', durable: false, open: (_folder, isShared = false) => createMemoryStores({ isShared }) },
  {
    name: 'sqlite',
    durable: true,
    open: (folder, isShared) => openSqlite(join(folder, 'store.db'), isShared),
  },
];

/** Empty stores in a folder of their own, closed at the end of the test. */
export function openStores(t: CleanUp, adapter: Adapter, isShared = false): Stores {
  const stores = adapter.open(temporaryFolder(t), isShared);
  atEnd(t, () => stores.close());
  return stores;
}

export function openSqlite(file: string, isShared = false): Stores {
  return openSqliteStores({ file, synchronous: 'FULL' }, systemScheduler, isShared);
}
