/** The stores in memory, put together. */
import { EmbeddedNodes } from '../embedded-nodes.ts';
import { recordingFlows } from '../recording-flows.ts';
import type { Stores } from '../stores.ts';
import { storesOf } from '../stores.ts';
import { createMemoryExecutions } from './execution-store.ts';
import { createMemoryFlows } from './flow-store.ts';
import { createMemoryMessages } from './message-store.ts';
import { createMemorySchedules } from './schedule-store.ts';

export interface MemoryStoresOptions {
  /** True: several engines of this process use the stores at the same time, each as a node. */
  readonly isShared?: boolean;
}

/** Creates empty stores, whose content is lost when the process ends. */
export function createMemoryStores({ isShared = false }: MemoryStoresOptions = {}): Stores {
  const flows = createMemoryFlows();
  const nodes = new EmbeddedNodes(isShared);
  const { store: executions, joined } = createMemoryExecutions(flows, nodes);
  return storesOf({
    flows: recordingFlows(flows.store, nodes),
    executions,
    messages: createMemoryMessages(),
    schedules: createMemorySchedules(flows, nodes),
    nodes: nodes.store({ joined, running: () => executions.running() }),
    clock: null,
  });
}
