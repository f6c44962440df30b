/**
 * Compiled flows by name. Never stale: `forget` also disowns the loads under way, so that one which read the store
 * before a change cannot bring the old plan back after it. Bounded by the size of the definitions it holds; the least
 * recently loaded go first.
 */

/** UTF-16 units of definition text that are kept compiled. */
const SIZE_MAX = 32 * 1024 * 1024;

export class PlanCache<T> {
  readonly #read: (name: string) => Promise<{ value: T; size: number }>;
  readonly #kept = new Map<string, { readonly value: T; readonly size: number }>();
  readonly #loading = new Map<string, Promise<T>>();
  #size = 0;

  constructor(read: (name: string) => Promise<{ value: T; size: number }>) {
    this.#read = read;
  }

  /** The flow if it is in memory: the way of a hot flow, without a promise. */
  peek(name: string): T | undefined {
    return this.#kept.get(name)?.value;
  }

  /** Reads and compiles; callers that come meanwhile share the work. Rejects as `read` does, and keeps nothing then. */
  load(name: string): Promise<T> {
    const underWay = this.#loading.get(name);
    if (underWay !== undefined) return underWay;
    const loading: Promise<T> = this.#read(name)
      .then((entry) => {
        if (this.#loading.get(name) === loading) this.#keep(name, entry);
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

  /** Forgets every name that begins so. It looks at all of them: for changes, not for the way of a call. */
  forgetAll(prefix: string): void {
    for (const name of [...this.#loading.keys(), ...this.#kept.keys()]) if (name.startsWith(prefix)) this.forget(name);
  }

  #keep(name: string, entry: { value: T; size: number }): void {
    this.#drop(name);
    this.#kept.set(name, entry);
    this.#size += entry.size;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= SIZE_MAX || this.#kept.size === 1) break;
      this.#drop(oldest);
    }
  }

  #drop(name: string): void {
    const entry = this.#kept.get(name);
    if (entry === undefined) return;
    this.#kept.delete(name);
    this.#size -= entry.size;
  }
}
