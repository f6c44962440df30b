/** All store adapters, for the contract suite. A new adapter needs one entry here. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemScheduler } from '../../src/base/scheduler.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import { openSqliteStores } from '../../src/store/sqlite/stores.ts';
import type { Stores } from '../../src/store/stores.ts';

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

/** Calls `use` with a new folder and deletes it afterwards. */
export async function withFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-store-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function openSqlite(file: string): Stores {
  return openSqliteStores({ file, synchronous: 'FULL' }, systemScheduler);
}
