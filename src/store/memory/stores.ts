/** The store in memory, as the composition root and the tests make it. */
import type { Stores } from '../stores.ts';
import { storesOf } from '../stores.ts';
import { createMemoryExecutions } from './execution-store.ts';
import { createMemoryFlows } from './flow-store.ts';
import { createMemoryMessages } from './message-store.ts';

/** An empty store that lives as long as the process. */
export function createMemoryStores(): Stores {
  const flows = createMemoryFlows();
  return storesOf(flows.store, createMemoryExecutions(flows), createMemoryMessages());
}
