/** Faults that a simulation has to find. Each breaks one promise of a port: of the store, or of the identifiers. */
import { compileDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import type { ExecutionChange, ExecutionId } from '../../src/store/executions.ts';
import type { FaultKind } from './scenario.ts';
import type { Plant } from './world.ts';

/** Items with positions that begin with 1, in the log of a Map run. */
const ENDED = '"kind":"succeeded","output":{},"index":1';
const FORGOTTEN = ENDED.replace('succeeded', 'forgotten');

type StorePlant = NonNullable<Plant['store']>;

const STORES: Readonly<Record<string, StorePlant>> = {
  'a commit is acknowledged before it has happened': (store, time) => ({
    ...store,
    commit(node, changes, seen) {
      time.after(5, () => void store.commit(node, changes, seen).catch(() => undefined));
      return Promise.resolve(changes.map(() => 'stored'));
    },
  }),

  'a row of the journal is dropped': (store) => ({
    ...store,
    commit(node, changes, seen) {
      const left = changes.map((change) => {
        const { journal, ...rest } = change;
        return journal !== undefined && journal.first > 10 && journal.count === 1 ? rest : change;
      });
      return store.commit(node, left, seen);
    },
  }),

  'a change of a commit is lost': (store) => ({
    ...store,
    async commit(node, changes, seen) {
      if (changes.length <= 2) return store.commit(node, changes, seen);
      return ['stored', ...(await store.commit(node, changes.slice(1), seen))];
    },
  }),

  'a start misses an execution that was under way': (store) => ({
    ...store,
    claimUnowned: async (node, afterId, limit) => (await store.claimUnowned(node, afterId, limit)).slice(1),
  }),

  'no execution is ever due': (store) => ({ ...store, claimDue: () => Promise.resolve([]) }),

  'executions sleep a minute too long': (store) => ({
    ...store,
    commit: (node, changes, seen) =>
      store.commit(
        node,
        changes.map((change) =>
          typeof change.wakeMs === 'number' ? { ...change, wakeMs: change.wakeMs + 60_000 } : change,
        ),
        seen,
      ),
  }),

  'ends of children are not stored for their parents': (store) => ({
    ...store,
    async get(id) {
      const record = await store.get(id);
      return record?.callback === 'due' ? { ...record, callback: 'done' } : record;
    },
  }),

  'a change of a purged execution is answered as a success': (store) => ({
    ...store,
    async commit(node, changes, seen) {
      const outcomes = await store.commit(node, changes, seen);
      return outcomes.map((outcome) => (outcome === 'absent' ? 'stored' : outcome));
    },
  }),

  'the due end of a child is passed over when the child is redriven': (store) => {
    const redriven = new Set<ExecutionId>();
    return {
      ...store,
      // A redrive finds the execution by its name, and reads it again before it loads it.
      async find(flowId, name) {
        const record = await store.find(flowId, name);
        if (record?.callback === 'due') redriven.add(record.id);
        return record;
      },
      async get(id) {
        const record = await store.get(id);
        return record !== null && redriven.delete(id) ? { ...record, callback: 'done' } : record;
      },
      commit: (node, changes, seen) =>
        store.commit(
          node,
          changes.map((change) => (change.reopen === true ? { ...change, callbackDone: true } : change)),
          seen,
        ),
    };
  },

  'a name finds the execution of the deleted flow, and the flow was created again': (store) => ({
    ...store,
    async find(flowId, name) {
      const own = await store.find(flowId, name);
      const deletedId = flowId.replace(/^another-/, '');
      return own === null ? null : ((await store.find(deletedId, name)) ?? own);
    },
  }),

  'a Map run forgets the ends of some items': (store) => ({
    ...store,
    async mapRunLog(id, key, fromEntry, rows) {
      const found = await store.mapRunLog(id, key, fromEntry, rows);
      return found.map((row) => ({
        ...row,
        events: row.events.replaceAll(ENDED, FORGOTTEN),
      }));
    },
  }),

  'a Map run counts an item twice': (store) => ({
    ...store,
    commit: (node, changes, seen) =>
      store.commit(
        node,
        changes.map((change) => {
          const { mapRuns } = change;
          if (mapRuns === undefined) return change;
          const counted = mapRuns.map(({ record, ...rest }) => ({
            ...rest,
            record: { ...record, succeeded: record.succeeded > 2 ? record.succeeded + 1 : record.succeeded },
          }));
          return { ...change, mapRuns: counted };
        }),
        seen,
      ),
  }),

  'stored definitions are compiled with the limits for new ones': (store, _time, _shared, limits) => ({
    ...store,
    async snapshot(flowId, revision) {
      const snapshot = await store.snapshot(flowId, revision);
      if (snapshot === null) return null;
      const all = { ...DEFAULT_DEFINITION_LIMITS, ...limits };
      const { plan } = compileDefinition(snapshot.definition, { mode: 'Standard', flowName: null, limits: all });
      return plan === null ? { ...snapshot, definition: 'refused' } : snapshot;
    },
  }),
};

const NODES: Readonly<Record<string, Omit<FoundPlant, 'finds'>>> = {
  'an old owner can still write': {
    nodes: (nodes, shared) => ({
      ...nodes,
      async join(...given) {
        const membership = await nodes.join(...given);
        shared.node = membership.node;
        return membership;
      },
    }),
    store: (store, _time, shared) => ({
      ...store,
      commit: (_node, changes, seen) => store.commit(shared.node, changes, seen),
    }),
  },
  'each owner has another key for tokens': {
    nodes: (nodes) => ({
      ...nodes,
      async join(...given) {
        const membership = await nodes.join(...given);
        return { ...membership, tokenKey: new Uint8Array(32).fill(membership.node) };
      },
    }),
  },
  'a take-over does not notice that the clock was set back': {
    nodes: (nodes) => ({ ...nodes, join: async (...given) => ({ ...(await nodes.join(...given)), setBackMs: 0 }) }),
  },
};

/** Faults of due times. Purges may delete what would show them. */
const DUE: Readonly<Record<string, FoundPlant>> = {
  'a start of a schedule does not take its due time': {
    store: (store) => ({
      ...store,
      commit: (node, changes, seen) => store.commit(node, changes.map(withoutDue), seen),
    }),
    finds: /was skipped and is not old|has two executions/,
    without: new Set(['jumps', 'purges']),
  },
  'a due time is acknowledged as taken and is not': {
    schedules: (store) => ({ ...store, take: (_node, times) => Promise.resolve(times.map(() => true)) }),
    finds: /has started twice|was taken where \d+ is due/,
  },
  'each missed due time starts an execution, and only the latest should': {
    missed: 'all',
    finds: /has started, although \d+ has come too/,
  },
  'only the latest missed due time starts an execution, and each should': {
    missed: 'latest',
    finds: /was skipped for the sake of/,
  },
  'a due time has come before it is due': {
    schedules: (store) => ({
      ...store,
      due: (nowMs, after, limit) => store.due(nowMs + 60_000, after, limit),
    }),
    finds: /has started, and has not come/,
  },
  'a due time is left out': {
    schedules: (store) => ({
      ...store,
      due: async (...given) =>
        (await store.due(...given)).map((due) => ({ ...due, nextDueMs: due.nextDueMs + 60_000 })),
    }),
    finds: /is due since \d+, and nothing happens/,
  },
};

function withoutDue(change: ExecutionChange): ExecutionChange {
  if (change.start === undefined) return change;
  const { due: _, ...start } = change.start;
  return { ...change, start };
}

/** A planted fault, and a part of what the simulation says about it. */
export interface FoundPlant extends Plant {
  readonly finds: RegExp;
  /** Kinds of fault without which the simulation has to find it. */
  readonly without?: ReadonlySet<FaultKind>;
}

/** The findings for those that the simulation may also find in another way. */
const FINDS: Readonly<Record<string, RegExp>> = {
  'a change of a purged execution is answered as a success':
    /redrive .* was answered and is not on disk|its execution is not in the store/,
  'the due end of a child is passed over when the child is redriven': /waits for its child #\d+, which has ended/,
  'a name finds the execution of the deleted flow, and the flow was created again':
    /(describe|stop) .*, and by its events |history .* is not on disk/,
  'a Map run forgets the ends of some items': /the item was called again, and had ended|begins, and its item had ended/,
  'a Map run counts an item twice': /successes, and by its log/,
  'a take-over does not notice that the clock was set back': /longer than it is meant to/,
  'stored definitions are compiled with the limits for new ones': /is stuck/,
};

/** Starts that have the same identity: their keys are made of names, and their tokens of numbers. */
const sameIdentity: NonNullable<Plant['ids']> = (ids) => ({
  ...ids,
  uuid: () => '00000000-0000-4000-8000-000000000000',
});

const OTHERS_KEY = /the key is that of a call of another start/;

export const PLANTS: Readonly<Record<string, FoundPlant>> = {
  ...DUE,
  ...Object.fromEntries(Object.entries(NODES).map(([name, plant]) => [name, { ...plant, finds: FINDS[name] ?? /./ }])),
  ...Object.fromEntries(Object.entries(STORES).map(([name, store]) => [name, { store, finds: FINDS[name] ?? /./ }])),
  'the key of a call is made of names alone, and a flow is created again': {
    ids: sameIdentity,
    finds: OTHERS_KEY,
    without: new Set(['restores', 'purges']),
  },
  'the key of a call is made of names alone, and the store is put back': {
    ids: sameIdentity,
    finds: OTHERS_KEY,
    without: new Set(['changes', 'purges']),
  },
  'a token names a number alone': { ids: sameIdentity, finds: /is that of a task of another start/ },
};
