/** The stores in memory, put together. */
import type { Stores } from '../stores.ts';
import { storesOf } from '../stores.ts';
import { createMemoryExecutions } from './execution-store.ts';
import { createMemoryFlows } from './flow-store.ts';
import { createMemoryMessages } from './message-store.ts';
import { Owner } from './owner.ts';
import { createMemorySchedules } from './schedule-store.ts';

/** Creates empty stores, whose content is lost when the process ends. */
export function createMemoryStores(): Stores {
  const flows = createMemoryFlows();
  const owner = new Owner();
  return storesOf({
    flows: flows.store,
    executions: createMemoryExecutions(flows, owner),
    messages: createMemoryMessages(),
    schedules: createMemorySchedules(flows, owner),
  });
}
