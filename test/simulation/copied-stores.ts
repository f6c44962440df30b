/**
 * Stores of which an operator takes a copy, to put it back later. The stores in memory have no content that can be copied from
 * outside, so every change is recorded: a copy is the changes so far, and putting it back repeats them on empty stores.
 */
import { randomBytes } from 'node:crypto';
import type { ExecutionStore } from '../../src/store/executions.ts';
import type { FlowStore } from '../../src/store/flows.ts';
import type { NodeStore } from '../../src/store/nodes.ts';
import type { ScheduleStore } from '../../src/store/schedules.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import { storesOf } from '../../src/store/stores.ts';
import type { Stores } from '../../src/store/stores.ts';

export interface CopiedStores {
  readonly stores: Stores;
  /** Takes a copy. Calling its result closes these stores and opens others with the content of the copy. */
  copy(): () => Promise<CopiedStores>;
}

/** Repeats one change on other stores. */
type Change = (stores: Stores) => Promise<unknown>;

/** Empty stores in memory. */
export function memoryStores(): CopiedStores {
  return recorded(createMemoryStores(), [], new Uint8Array(randomBytes(32)));
}

function recorded(inner: Stores, changes: Change[], tokenKey: Uint8Array): CopiedStores {
  const record = <T>(change: (stores: Stores) => Promise<T>): Promise<T> => {
    changes.push(change);
    return change(inner);
  };
  const flows: FlowStore = {
    ...inner.flows,
    create: (...given) => record((stores) => stores.flows.create(...given)),
    update: (...given) => record((stores) => stores.flows.update(...given)),
    delete: (...given) => record((stores) => stores.flows.delete(...given)),
  };
  const executions: ExecutionStore = {
    ...inner.executions,
    commit: (...given) => record((stores) => stores.executions.commit(...given)),
    purge: (...given) => record((stores) => stores.executions.purge(...given)),
    newIds: (...given) => record((stores) => stores.executions.newIds(...given)),
    claim: (...given) => record((stores) => stores.executions.claim(...given)),
    claimUnowned: (...given) => record((stores) => stores.executions.claimUnowned(...given)),
    claimDue: (...given) => record((stores) => stores.executions.claimDue(...given)),
  };
  const schedules: ScheduleStore = {
    ...inner.schedules,
    create: (...given) => record((stores) => stores.schedules.create(...given)),
    update: (...given) => record((stores) => stores.schedules.update(...given)),
    delete: (...given) => record((stores) => stores.schedules.delete(...given)),
    take: (...given) => record((stores) => stores.schedules.take(...given)),
  };
  const nodes: NodeStore = {
    ...inner.nodes,
    // A copy has the key of tokens too.
    join: async (...given) => ({ ...(await record((stores) => stores.nodes.join(...given))), tokenKey }),
  };
  return {
    stores: storesOf({ ...inner, flows, executions, schedules, nodes }),
    copy() {
      const until = changes.length;
      return async () => {
        const others = createMemoryStores();
        const repeated = changes.slice(0, until);
        // A change that was refused is refused again.
        for (const change of repeated) await change(others).catch(() => undefined);
        await inner.close();
        return recorded(others, repeated, tokenKey);
      };
    },
  };
}
