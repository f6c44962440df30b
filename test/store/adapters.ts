/** Every store adapter, for the contract suite: a new adapter is one entry here. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FlowRecord, FlowStore } from '../../src/store/flows.ts';
import { createMemoryFlowStore } from '../../src/store/memory/flow-store.ts';
import { openSqliteFlowStore } from '../../src/store/sqlite/flow-store.ts';

export interface Adapter {
  readonly name: string;
  /** True when what was stored is there again after closing and opening. */
  readonly durable: boolean;
  /** Opens the store of this folder. */
  open(folder: string): FlowStore;
}

export const ADAPTERS: readonly Adapter[] = [
  { name: 'memory', durable: false, open: () => createMemoryFlowStore() },
  {
    name: 'sqlite',
    durable: true,
    open: (folder) => openSqliteFlowStore({ file: join(folder, 'flows.db'), synchronous: 'FULL' }),
  },
];

/** Runs `use` with a folder of its own, which is gone afterwards. */
export async function withFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-store-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function flowNamed(name: string, members: Partial<FlowRecord> = {}): FlowRecord {
  return {
    name,
    id: `id-of-${name}`,
    definition: 'Type: StateMachine\n',
    description: '',
    type: 'FDL',
    executionMode: 'Express',
    roleArn: '',
    externalStorageLocation: '',
    environment: [],
    resourceGroupId: '',
    createdMs: 1_700_000_000_000,
    lastModifiedMs: 1_700_000_000_000,
    revision: 1,
    ...members,
  };
}
