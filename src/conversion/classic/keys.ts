/**
 * Which keys the local of a scope has before each of its steps: those that it has in any case, and those that it may have. The
 * classic language merges what steps give; knowing the keys, a converted flow can name where a value is, instead of merging
 * again and looking it up.
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
  /** Before each step; undefined for one that nothing leads to. */
  readonly before: readonly (Keys | undefined)[];
  /** When the list has ended; undefined when it never does. */
  readonly end: Keys | undefined;
}

/** Of the keys of both, one after the other. */
export function plus(keys: Keys, more: Keys): Keys {
  if (isEmpty(more)) return keys;
  return {
    definite: keys.definite.union(more.definite),
    possible: keys.possible === null || more.possible === null ? null : keys.possible.union(more.possible),
  };
}

/** What is known when either may be. */
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

/** True when the keys are known whatever happens. */
export function areKnown({ definite, possible }: Keys): boolean {
  return possible !== null && possible.size === definite.size;
}

/** Keys that a constructor lists one by one; more are easier read as one merging. */
const LISTED_MAX = 20;

/** True when the keys are known and few. */
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

  /** The keys that the steps of a list themselves put into their local. */
  of(list: readonly Step[]): ListKeys {
    const known = this.#lists.get(list);
    if (known !== undefined) return known;
    const found = this.#find(list);
    this.#lists.set(list, found);
    return found;
  }

  /** What a step gives to its scope. `branch` of a choice: the one that ran; null: none did. */
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
