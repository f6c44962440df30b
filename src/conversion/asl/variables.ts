/**
 * Variables of Amazon States Language ("Assign", `$name`) as global variables. A variable belongs to the scope whose states
 * assign it; inner scopes read it, and cannot assign it. `$Global` belongs to the execution, so a variable of an inner
 * scope gets a key of its own there.
 */
import type { MapEntry, MapNode } from '../../language/text/document.ts';
import { member, variable } from '../terms.ts';
import type { Term } from '../terms.ts';
import { field } from './fields.ts';

const GLOBAL = variable('$Global');

export class VariableScope {
  readonly #outer: VariableScope | null;
  /** Keys in `$Global` of the variables that the states of this scope assign. */
  readonly #keys = new Map<string, string>();
  /** Every key of the machine. */
  readonly #taken: Set<string>;
  /** True inside a Map whose items run at once: a global variable has the value of any of them. */
  readonly shared: boolean;

  private constructor(outer: VariableScope | null, scope: MapNode, shared: boolean) {
    this.#outer = outer;
    this.shared = shared;
    this.#taken = outer === null ? new Set() : outer.#taken;
    for (const name of assignedIn(scope)) {
      if (this.find(name) === null) this.#keys.set(name, this.#fresh(name));
    }
  }

  static ofMachine(machine: MapNode): VariableScope {
    return new VariableScope(null, machine, false);
  }

  /** The scope of a branch, or of the processor of a Map; `shared` if items of that Map run at once. */
  inner(scope: MapNode, shared: boolean): VariableScope {
    return new VariableScope(this, scope, this.shared || shared);
  }

  /** The scope of the processor of a distributed Map, whose items have variables of their own and see no others. */
  static ofItems(scope: MapNode): VariableScope {
    return new VariableScope(null, scope, false);
  }

  /** Returns the value of a variable; null if no state that ran before can have assigned it. */
  find(name: string): Term | null {
    const key = this.#keys.get(name);
    if (key !== undefined) return member(GLOBAL, key);
    return this.#outer === null ? null : this.#outer.find(name);
  }

  /** Returns the key of a variable that a state of this scope assigns; null if it belongs to a scope around this one. */
  keyOf(name: string): string | null {
    return this.#keys.get(name) ?? null;
  }

  /** Returns the value and the key of one more global variable, which no state assigns. */
  reserve(name: string): { readonly key: string; readonly value: Term } {
    const key = this.#fresh(name);
    return { key, value: member(GLOBAL, key) };
  }

  /** Returns a key that no variable has. */
  #fresh(name: string): string {
    let key = name;
    for (let n = 2; this.#taken.has(key); n++) key = `${name}_${n}`;
    this.#taken.add(key);
    return key;
  }
}

/** Names in the "Assign" of the states of a scope, of their rules and of their Catch rules, without `.$`. */
function assignedIn(scope: MapNode): string[] {
  const states = field(scope, 'States');
  if (states?.kind !== 'map') return [];
  const names: string[] = [];
  for (const { value: state } of states.entries.values()) {
    if (state.kind !== 'map') continue;
    const holders: MapNode[] = [state];
    for (const key of ['Choices', 'Catch']) {
      const rules = field(state, key);
      if (rules?.kind === 'list') holders.push(...rules.items.filter((rule): rule is MapNode => rule.kind === 'map'));
    }
    for (const holder of holders) for (const { key } of assignments(holder)) names.push(variableName(key));
  }
  return names;
}

/** The entries of the "Assign" of a state or a rule. */
export function assignments(holder: MapNode): readonly MapEntry[] {
  const assign = field(holder, 'Assign');
  return assign?.kind === 'map' ? [...assign.entries.values()] : [];
}

export function variableName(key: string): string {
  return key.endsWith('.$') ? key.slice(0, -2) : key;
}
