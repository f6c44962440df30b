/** Faults that the simulation of a cluster has to find. Each breaks one promise of the store, or takes polling away from the nodes. */
import { LeaseLost } from '../../../src/store/nodes.ts';
import type { NodeNumber, NodeStore } from '../../../src/store/nodes.ts';
import type { ExecutionChange, ExecutionStore } from '../../../src/store/executions.ts';
import type { Stores } from '../../../src/store/stores.ts';
import type { Plant } from './plant.ts';

/** A planted fault, and the finding that it has to lead to. */
export interface PlantedFault extends Plant {
  readonly finds: RegExp;
  /** The first seed that a test tries. Some faults need an event that few runs have. */
  readonly seed?: number;
}

const ofExecutions =
  (plant: (store: ExecutionStore, stores: Stores) => Partial<ExecutionStore>): NonNullable<Plant['stores']> =>
  (stores) => ({ ...stores, executions: { ...stores.executions, ...plant(stores.executions, stores) } });

const ofNodes =
  (plant: (nodes: NodeStore) => Partial<NodeStore>): NonNullable<Plant['stores']> =>
  (stores) => ({ ...stores, nodes: { ...stores.nodes, ...plant(stores.nodes) } });

/** A node that may make the change; one that joins for it if no node owns the execution. */
async function mayChange({ executions, nodes }: Stores, { id }: ExecutionChange): Promise<NodeNumber> {
  const owner = await executions.ownerOf(id);
  if (owner !== null) return owner;
  const { node } = await nodes.join({ name: 'planted', version: '', leaseMs: 1 }, 0);
  await executions.claim(node, id);
  return node;
}

/** Commits as the owner of each execution, for any node. */
async function unfenced(stores: Stores, changes: readonly ExecutionChange[]) {
  for (const change of changes) {
    const node = await mayChange(stores, change);
    await stores.executions.commit(node, [change]).catch(() => undefined);
  }
  return changes.map(() => 'stored' as const);
}

export const PLANTS: Readonly<Record<string, PlantedFault>> = {
  'a commit of a node that is gone is accepted': {
    stores: ofExecutions((store, stores) => ({
      commit: (node, changes, seen) =>
        store.commit(node, changes, seen).catch((error: unknown) => {
          if (error instanceof LeaseLost) return unfenced(stores, changes);
          throw error;
        }),
    })),
    finds: /a commit by node \d+, which is gone, is accepted/,
  },

  'a commit that was refused is answered as stored': {
    stores: ofExecutions((store) => ({
      commit: async (node, changes, seen) => {
        const outcomes = await store.commit(node, changes, seen);
        return outcomes.map((outcome) => (outcome === 'name-taken' ? 'stored' : outcome));
      },
    })),
    finds: /have the name/,
  },

  'an execution is taken over before the lease of its owner has ended': {
    stores: (stores, time) =>
      ofNodes((nodes) => ({
        beat: async (node, report, nowMs) => {
          // The clock of the lease runs ahead.
          await nodes.list(time.nowMs() + 5_000);
          return nodes.beat(node, report, nowMs);
        },
      }))(stores, time),
    finds: /whose lease lasts, is refused|gives #\d+ to node \d+, and node \d+ owns it/,
  },

  'a node takes what another one owns': {
    stores: ofExecutions((store, { nodes }) => ({
      claim: async (node, id) => {
        const owner = await store.ownerOf(id);
        if (owner !== null && owner !== node) await nodes.leave(owner);
        return store.claim(node, id);
      },
    })),
    finds: /and node \d+ owns it/,
  },

  'mail is lost': {
    stores: ofExecutions(() => ({ post: () => Promise.resolve(true) })),
    finds: /has not answered.*nothing was faulty|has no answer|was not answered/,
  },

  'the answer of mail is lost': {
    stores: ofExecutions((store) => ({
      commit: (node, changes, seen) =>
        store.commit(
          node,
          changes.map(({ answers: _answers, ...change }) => change),
          seen,
        ),
    })),
    finds: /no report of .* was answered with success/,
  },

  'a stop request is lost': {
    seed: 1_008,
    stores: ofExecutions(() => ({ requestStop: () => Promise.resolve('asked') })),
    finds: /stop .*has not answered.*nothing was faulty|has no answer|was not answered/,
  },

  'the due end of a child is lost': {
    seed: 1_003,
    stores: ofExecutions(() => ({ dueEnds: () => Promise.resolve([]) })),
    finds: /waits for its child|has not ended|is not reported/,
  },

  'what a node leaves is lost': {
    stores: ofExecutions(() => ({ claimUnowned: () => Promise.resolve([]) })),
    finds: /needs an owner|has not ended/,
  },

  'a node that leaves is not removed': {
    stores: ofNodes(() => ({ leave: () => Promise.resolve() })),
    finds: /is gone|which is gone/,
  },

  'ids are given twice': {
    stores: ofExecutions((store) => {
      const first = store.newIds;
      return { newIds: async (node, count) => ({ ...(await first(node, count)), first: 1 }) };
    }),
    finds: /two starts have the id/,
  },

  'hints are all that nodes go by': {
    pollMs: 3_600_000,
    finds: /needs an owner|has not answered|has not ended|after the end/,
  },

  'a change of flows is acknowledged before nodes have forgotten the flow': {
    seed: 1_008,
    stores: ofNodes(() => ({ lowestFlowEpoch: () => Promise.resolve(Number.MAX_SAFE_INTEGER) })),
    finds: /was answered before it began/,
  },

  'a row of the journal is lost': {
    stores: ofExecutions((store) => ({
      commit: (node, changes, seen) =>
        store.commit(
          node,
          changes.map(({ journal, ...change }) =>
            journal === undefined || (journal.first > 10 && journal.count === 1) ? change : { ...change, journal },
          ),
          seen,
        ),
    })),
    finds: /has row|by its events|fails|is stuck|defect/,
  },
};
