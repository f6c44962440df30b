/** The ports of one store, opened and closed together: executions run flows and send messages, and all lie in one place. */
import type { ExecutionStore } from './executions.ts';
import type { FlowStore } from './flows.ts';
import type { MessageStore } from './messages.ts';

export interface Stores {
  readonly flows: FlowStore;
  readonly executions: ExecutionStore;
  readonly messages: MessageStore;
  /** Closes messages and executions, after the changes under way, and then the flows. */
  close(): Promise<void>;
}

/** Puts the ports of an adapter together; each of them can still be closed alone. */
export function storesOf(flows: FlowStore, executions: ExecutionStore, messages: MessageStore): Stores {
  return {
    flows,
    executions,
    messages,
    async close() {
      await messages.close();
      await executions.close();
      await flows.close();
    },
  };
}
