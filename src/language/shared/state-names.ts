/** The names of one list of states: which state a name leads to, and which states lead to which. */
import type { FieldReader, Presence } from './field-reader.ts';
import type { StateDraft } from './recipe.ts';
import type { Draft } from './state-drafts.ts';

/**
 * Reports that `key` of `fields` holds a name that no state of the list has. `names` are those that it has: an iterable, because
 * a copy for each of thousands of wrong names would be quadratic.
 */
export type ReportDangling = (fields: FieldReader, key: string, name: string, names: Iterable<string>) => void;

/** Resolves the names in the fields of one state. */
export interface Transitions {
  /** The state that a field names; null when the field is absent or names no state, which is then reported. */
  target(fields: FieldReader, key: string, presence?: Presence): StateDraft | null;
}

export class StateNames {
  readonly #states = new Map<string, StateDraft>();
  readonly #targets = new Map<StateDraft, StateDraft[]>();
  readonly #report: ReportDangling;
  #dangling = false;

  constructor(drafts: readonly Draft<string>[], report: ReportDangling) {
    for (const { base, state } of drafts) {
      if (base.name !== '' && !this.#states.has(base.name)) this.#states.set(base.name, state);
    }
    this.#report = report;
  }

  /** True when a name led nowhere: a state may be unreachable only because of that. */
  get dangling(): boolean {
    return this.#dangling;
  }

  /** True for the first state of its name, to which the name leads. */
  leadsTo(state: StateDraft): boolean {
    return this.#states.get(state.name) === state;
  }

  /** The transitions of one state, which `targets` then lists. */
  from(source: StateDraft): Transitions {
    return {
      target: (fields, key, presence) => {
        const target = this.resolve(fields, key, presence);
        if (target !== null) {
          const targets = this.#targets.get(source);
          if (targets === undefined) this.#targets.set(source, [target]);
          else targets.push(target);
        }
        return target;
      },
    };
  }

  /** The states that fields of this state have named. */
  targets(source: StateDraft): readonly StateDraft[] {
    return this.#targets.get(source) ?? [];
  }

  /** The state that a field of the list itself names, such as `StartAt`; null as for {@link Transitions.target}. */
  resolve(fields: FieldReader, key: string, presence: Presence = {}): StateDraft | null {
    const name = fields.text(key, presence);
    const state = name === null ? null : (this.#states.get(name) ?? null);
    if (state !== null) return state;
    if (presence.required === true || fields.has(key)) this.#dangling = true;
    if (name !== null && this.#states.size > 0) this.#report(fields, key, name, this.#states.keys());
    return null;
  }
}
