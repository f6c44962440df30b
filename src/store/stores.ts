/** The ports of one store, which open and close together because an adapter puts all of them in one place. */
import type { ExecutionStore } from './executions.ts';
import type { FlowStore } from './flows.ts';
import type { Clock } from '../base/clock.ts';
import type { MessageStore } from './messages.ts';
import type { NodeStore } from './nodes.ts';
import type { ScheduleStore } from './schedules.ts';

export interface Stores {
  readonly flows: FlowStore;
  readonly executions: ExecutionStore;
  readonly messages: MessageStore;
  readonly schedules: ScheduleStore;
  readonly nodes: NodeStore;
  /** The clock of the store, which all nodes go by; null: the clock of the machine. */
  readonly clock: Clock | null;
  /** Finishes the changes under way, then closes nodes, schedules, messages, executions and flows in this order. */
  close(): Promise<void>;
}

/** Combines the ports of an adapter. A caller can still close one of them alone. */
export function storesOf(ports: Omit<Stores, 'close'>): Stores {
  const { flows, executions, messages, schedules, nodes } = ports;
  return {
    ...ports,
    async close() {
      await nodes.close();
      await schedules.close();
      await messages.close();
      await executions.close();
      await flows.close();
    },
  };
}
