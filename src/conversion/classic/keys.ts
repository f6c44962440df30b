/**
 * Finds the keys of a scope's local before each of its steps: those that it certainly has and those that it may have. The
 * classic language merges the outputs of steps. With known keys, a converted flow reads a value at its place instead of
 * merging again.
 */
import type { Branch, Mapping, Step } from './model.ts';

export interface Keys {
  readonly definite: ReadonlySet<string>;
  /** Null: any key. */
  readonly possible: ReadonlySet<string> | null;
}

export const NO_KEYS: Keys = { definite: new Set(), possible: new Set() };
const ANY_KEYS: Keys = { definite: new Set(), possible: null };

export interface ListKeys {
  /** Before each step; undefined for a step that cannot be reached. */
  readonly before: readonly (Keys | undefined)[];
  /** At the end of the list; undefined if it never ends. */
  readonly end: Keys | undefined;
}

/** The keys after merging both. */
export function plus(keys: Keys, more: Keys): Keys {
  if (isEmpty(more)) return keys;
  return {
    definite: keys.definite.union(more.definite),
    possible: keys.possible === null || more.possible === null ? null : keys.possible.union(more.possible),
  };
}

/** The keys if one of the two applies, but not known which. */
export function either(keys: Keys | undefined, other: Keys): Keys {
  if (keys === undefined || keys === other) return other;
  return {
    definite: keys.definite.intersection(other.definite),
    possible: keys.possible === null || other.possible === null ? null : keys.possible.union(other.possible),
  };
}

export function isEmpty({ possible }: Keys): boolean {
  return possible !== null && possible.size === 0;
}

/** True if all keys are certain. */
export function areKnown({ definite, possible }: Keys): boolean {
  return possible !== null && possible.size === definite.size;
}

/** Most keys that a constructor lists. With more, one merging is easier to read. */
const LISTED_MAX = 20;

/** True if the keys are certain and few. */
export function canBeListed(keys: Keys): boolean {
  return areKnown(keys) && keys.definite.size <= LISTED_MAX;
}

export function mayHave({ possible }: Keys, key: string): boolean {
  return possible === null || possible.has(key);
}

function mapped(mappings: readonly Mapping[]): Keys {
  const targets = new Set(mappings.map(({ target }) => target));
  return { definite: targets, possible: targets };
}

export class KeyFinder {
  readonly #lists = new Map<readonly Step[], ListKeys>();

  /** The keys that the steps of a list put into their local. */
  of(list: readonly Step[]): ListKeys {
    const known = this.#lists.get(list);
    if (known !== undefined) return known;
    const found = this.#find(list);
    this.#lists.set(list, found);
    return found;
  }

  /** The keys of a step's output. `branch` is the branch of a choice that ran; null for none. */
  output(step: Step, branch: Branch | null = null): Keys {
    if (step.outputs !== null) return mapped(step.outputs);
    if (step.type === 'task') return ANY_KEYS;
    if (step.type !== 'choice' || branch === null || branch.steps === null) return NO_KEYS;
    return this.of(branch.steps).end ?? NO_KEYS;
  }

  caught(step: Step): Keys {
    return step.errorMappings === null ? NO_KEYS : mapped(step.errorMappings);
  }

  #find(list: readonly Step[]): ListKeys {
    const places = new Map(list.map(({ name }, i) => [name, i]));
    const before: (Keys | undefined)[] = list.map((_, i) => (i === 0 ? NO_KEYS : undefined));
    const waiting = new Set<number>([0]);
    let end: Keys | undefined;
    const lead = (to: number, keys: Keys): void => {
      if (to >= list.length) {
        end = either(end, keys);
        return;
      }
      const old = before[to];
      const joined = either(old, keys);
      if (old !== undefined && isSame(old, joined)) return;
      before[to] = joined;
      waiting.add(to);
    };
    for (const at of waiting) {
      waiting.delete(at);
      const step = list[at];
      const keys = before[at];
      if (step === undefined || keys === undefined) continue;
      for (const way of this.#ways(step)) {
        const to = way.goto === null ? (step.ends ? list.length : at + 1) : (places.get(way.goto) ?? list.length);
        lead(to, plus(keys, way.output));
      }
    }
    return { before, end };
  }

  #ways(step: Step): { readonly goto: string | null; readonly output: Keys }[] {
    if (step.type === 'fail') return [];
    const caught = step.catches.map(({ goto }) => ({ goto, output: this.caught(step) }));
    if (step.type !== 'choice') return [{ goto: null, output: this.output(step) }, ...caught];
    const ways = step.branches
      .filter(({ steps }) => steps === null || this.of(steps).end !== undefined)
      .map((branch) => ({ goto: branch.goto, output: this.output(step, branch) }));
    return hasDefault(step) ? ways : [...ways, { goto: null, output: this.output(step, null) }];
  }
}

export function hasDefault({ branches }: Step): boolean {
  return branches.at(-1)?.condition === null;
}

function isSame(a: Keys, b: Keys): boolean {
  return a.definite.size === b.definite.size && a.possible?.size === b.possible?.size;
}
