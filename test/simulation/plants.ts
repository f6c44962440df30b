/** Faults that a simulation has to find. Each breaks one promise of the port of the store. */
import type { Plant } from './world.ts';

export const PLANTS: Readonly<Record<string, Plant>> = {
  'a commit is acknowledged before it has happened': (store, time) => ({
    ...store,
    commit(fence, changes, seen) {
      time.after(5, () => void store.commit(fence, changes, seen).catch(() => undefined));
      return Promise.resolve([]);
    },
  }),

  'a row of the journal is dropped': (store) => ({
    ...store,
    commit(fence, changes, seen) {
      const left = changes.map((change) => {
        const { journal, ...rest } = change;
        return journal !== undefined && journal.first > 10 && journal.count === 1 ? rest : change;
      });
      return store.commit(fence, left, seen);
    },
  }),

  'a change of a commit is lost': (store) => ({
    ...store,
    commit: (fence, changes, seen) => store.commit(fence, changes.length > 2 ? changes.slice(1) : changes, seen),
  }),

  'a start misses an execution that was under way': (store) => ({
    ...store,
    unfinished: async (afterId, limit) => (await store.unfinished(afterId, limit)).slice(1),
  }),

  'no execution is ever due': (store) => ({ ...store, due: () => Promise.resolve([]) }),

  'executions sleep a minute too long': (store) => ({
    ...store,
    commit: (fence, changes, seen) =>
      store.commit(
        fence,
        changes.map((change) =>
          typeof change.wakeMs === 'number' ? { ...change, wakeMs: change.wakeMs + 60_000 } : change,
        ),
        seen,
      ),
  }),

  'an old owner can still write': (store, _time, shared) => ({
    ...store,
    async takeOver(nowMs) {
      const ownership = await store.takeOver(nowMs);
      shared.fence = ownership.fence;
      return ownership;
    },
    commit: (_fence, changes, seen) => store.commit(shared.fence, changes, seen),
  }),

  'ends of children are not stored for their parents': (store) => ({
    ...store,
    async get(id) {
      const record = await store.get(id);
      return record?.callback === 'due' ? { ...record, callback: 'done' } : record;
    },
  }),

  'each owner has another key for tokens': (store) => ({
    ...store,
    async takeOver(nowMs) {
      const ownership = await store.takeOver(nowMs);
      return { ...ownership, tokenKey: new Uint8Array(32).fill(ownership.fence) };
    },
  }),
};
