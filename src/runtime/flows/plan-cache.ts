/**
 * The plans in memory, of both modes and of the snapshots that Standard executions run, with one bound for their memory
 * (`limits.plans`). A plan that several names lead to counts once. When there is too much, names leave that no caller has asked
 * for lately.
 *
 * Never stale: `forget` also disowns the loads under way, so that a load which read the store before a change cannot add the
 * old plan after it.
 */
import type { Plan } from '../../language/plan.ts';

/** The result of a load. */
export interface Loaded<T> {
  readonly value: T;
  /** The plan in the value; null when there is none. */
  readonly plan: Plan | null;
  /** Bytes of the value itself, without those of the plan. */
  readonly bytes: number;
}

interface Entry {
  readonly plan: Plan | null;
  readonly bytes: number;
  /** True when a caller has asked for the name since the cache last looked for names to drop. */
  used: boolean;
  drop(): void;
}

export class PlanCache {
  readonly #bytesMax: number;
  /** In the order in which they are considered for leaving. */
  readonly #entries = new Set<Entry>();
  /** Names that lead to each plan. */
  readonly #plans = new Map<Plan, number>();
  #bytes = 0;

  /** `bytesMax`: an estimate (`Plan.bytes`). One name may exceed it alone. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Estimated memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Names of one kind, which `read` loads. */
  names<T>(read: (name: string) => Promise<Loaded<T>>): PlanNames<T> {
    return new PlanNames(this, read);
  }

  add(entry: Entry): void {
    const { plan } = entry;
    this.#entries.add(entry);
    this.#bytes += entry.bytes;
    if (plan !== null) {
      const names = this.#plans.get(plan) ?? 0;
      if (names === 0) this.#bytes += plan.bytes;
      this.#plans.set(plan, names + 1);
    }
    for (const oldest of this.#entries) {
      if (this.#bytes <= this.#bytesMax || this.#entries.size === 1) break;
      if (oldest.used) {
        oldest.used = false;
        this.#entries.delete(oldest);
        this.#entries.add(oldest);
      } else oldest.drop();
    }
  }

  remove(entry: Entry): void {
    const { plan } = entry;
    if (!this.#entries.delete(entry)) return;
    this.#bytes -= entry.bytes;
    if (plan === null) return;
    const names = (this.#plans.get(plan) ?? 0) - 1;
    if (names > 0) this.#plans.set(plan, names);
    else {
      this.#plans.delete(plan);
      this.#bytes -= plan.bytes;
    }
  }
}

export class PlanNames<T> {
  readonly #cache: PlanCache;
  readonly #read: (name: string) => Promise<Loaded<T>>;
  readonly #entries = new Map<string, Entry & { readonly value: T }>();
  readonly #loading = new Map<string, Promise<T>>();

  constructor(cache: PlanCache, read: (name: string) => Promise<Loaded<T>>) {
    this.#cache = cache;
    this.#read = read;
  }

  /** The value, if it is in the cache: a start of a hot flow needs no promise. */
  peek(name: string): T | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    entry.used = true;
    return entry.value;
  }

  /** Reads and compiles; calls for the same name during a load share it. Rejects as `read` does, and caches nothing then. */
  load(name: string): Promise<T> {
    const underWay = this.#loading.get(name);
    if (underWay !== undefined) return underWay;
    const loading: Promise<T> = this.#read(name)
      .then((loaded) => {
        if (this.#loading.get(name) === loading) this.#add(name, loaded);
        return loaded.value;
      })
      .finally(() => {
        if (this.#loading.get(name) === loading) this.#loading.delete(name);
      });
    this.#loading.set(name, loading);
    return loading;
  }

  forget(name: string): void {
    this.#loading.delete(name);
    this.#entries.get(name)?.drop();
  }

  /** Forgets every name with this prefix. It visits all names: for changes of flows, not for calls. */
  forgetAll(prefix: string): void {
    for (const name of [...this.#loading.keys(), ...this.#entries.keys()]) {
      if (name.startsWith(prefix)) this.forget(name);
    }
  }

  #add(name: string, { value, plan, bytes }: Loaded<T>): void {
    this.#entries.get(name)?.drop();
    const entry = {
      ...{ value, plan, bytes, used: true },
      drop: () => {
        this.#entries.delete(name);
        this.#cache.remove(entry);
      },
    };
    this.#entries.set(name, entry);
    this.#cache.add(entry);
  }
}
