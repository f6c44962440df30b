/** The two ports of one store, opened and closed together: executions run flows, and both lie in one place. */
import type { ExecutionStore } from './executions.ts';
import type { FlowStore } from './flows.ts';

export interface Stores {
  readonly flows: FlowStore;
  readonly executions: ExecutionStore;
  /** Closes the executions, after the commits under way, and then the flows. */
  close(): Promise<void>;
}

/** Puts the ports of an adapter together; each of them can still be closed alone. */
export function storesOf(flows: FlowStore, executions: ExecutionStore): Stores {
  return {
    flows,
    executions,
    async close() {
      await executions.close();
      await flows.close();
    },
  };
}
