/**
 * Compiled flows by name. Never stale: `forget` also disowns the loads under way, so that a load which read the store before a
 * change cannot add the old plan after it. The cache is bounded by the size of the definitions; the least recently loaded ones
 * leave first.
 */

/** Limit of the cache, in UTF-16 units of definition text. */
const SIZE_MAX = 32 * 1024 * 1024;

export class PlanCache<T> {
  readonly #read: (name: string) => Promise<{ value: T; size: number }>;
  readonly #entries = new Map<string, { readonly value: T; readonly size: number }>();
  readonly #loading = new Map<string, Promise<T>>();
  #size = 0;

  constructor(read: (name: string) => Promise<{ value: T; size: number }>) {
    this.#read = read;
  }

  /** The flow, if it is in the cache: a start of a hot flow needs no promise. */
  peek(name: string): T | undefined {
    return this.#entries.get(name)?.value;
  }

  /** Reads and compiles; calls for the same name during a load share it. Rejects as `read` does, and caches nothing then. */
  load(name: string): Promise<T> {
    const underWay = this.#loading.get(name);
    if (underWay !== undefined) return underWay;
    const loading: Promise<T> = this.#read(name)
      .then((entry) => {
        if (this.#loading.get(name) === loading) this.#add(name, entry);
        return entry.value;
      })
      .finally(() => {
        if (this.#loading.get(name) === loading) this.#loading.delete(name);
      });
    this.#loading.set(name, loading);
    return loading;
  }

  forget(name: string): void {
    this.#loading.delete(name);
    this.#drop(name);
  }

  /** Forgets every name with this prefix. It visits all names: for changes of flows, not for calls. */
  forgetAll(prefix: string): void {
    for (const name of [...this.#loading.keys(), ...this.#entries.keys()]) {
      if (name.startsWith(prefix)) this.forget(name);
    }
  }

  #add(name: string, entry: { value: T; size: number }): void {
    this.#drop(name);
    this.#entries.set(name, entry);
    this.#size += entry.size;
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= SIZE_MAX || this.#entries.size === 1) break;
      this.#drop(oldest);
    }
  }

  #drop(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#entries.delete(name);
    this.#size -= entry.size;
  }
}
