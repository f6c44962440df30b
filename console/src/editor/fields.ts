/** The fields that the vocabulary knows for the mapping at a place. Pure. */
import type { ActionWords } from '../../../src/language/vocabulary/actions.ts';
import type { Field } from '../../../src/language/vocabulary/field.ts';
import type { Vocabulary } from '../../../src/language/vocabulary/vocabulary.ts';
import { scalarIn } from './place.ts';
import type { Level } from './place.ts';

export type { ActionWords } from '../../../src/language/vocabulary/actions.ts';
export type { Field } from '../../../src/language/vocabulary/field.ts';
export type { Vocabulary } from '../../../src/language/vocabulary/vocabulary.ts';
export type Dialect = keyof Vocabulary['dialects'];

export interface Mapping {
  readonly fields: readonly Field[];
  /** Set where the mapping holds the parameters of an action. */
  readonly action: ActionWords | null;
}

const NOTHING: Mapping = { fields: [], action: null };

/** The keys that hold the parameters of a task. */
const PARAMETER_KEYS = new Set(['Parameters', 'serviceParams']);

/** The fields of the innermost of these mappings; none for one with keys of the author's own. */
export function mappingAt({ dialects, actions }: Vocabulary, dialect: Dialect, levels: readonly Level[]): Mapping {
  const { flow, states, parts } = dialects[dialect];
  const scopeKey = dialect === 'classic' ? 'steps' : 'States';
  const typeKey = dialect === 'classic' ? 'type' : 'Type';
  const actionKey = dialect === 'classic' ? 'action' : 'Action';
  let kind = '';
  let found: Mapping = NOTHING;
  for (const [i, { map, under, list }] of levels.entries()) {
    if (i === 0) {
      found = { fields: flow, action: null };
    } else if (under === scopeKey && list !== null) {
      kind = scalarIn(map, typeKey);
      found = { fields: Object.hasOwn(states, kind) ? (states[kind] ?? []) : firstFields(states), action: null };
    } else if (PARAMETER_KEYS.has(under) && kind !== '' && Object.hasOwn(states, kind)) {
      const outer = levels[i - 1];
      const name = outer === undefined ? '' : scalarIn(outer.map, actionKey);
      found = { fields: [], action: actions.find((action) => action.name === name) ?? null };
      kind = '';
    } else {
      const name = [`${kind}.${under}`, under].find((each) => Object.hasOwn(parts, each));
      found = name === undefined ? NOTHING : { fields: parts[name] ?? [], action: null };
      kind = name === undefined ? '' : under;
    }
  }
  return found;
}

/** The fields that every type has: those of a state whose type is not written yet. */
function firstFields(states: Vocabulary['dialects'][Dialect]['states']): readonly Field[] {
  const [first = [], ...others] = Object.values(states);
  return first.filter(({ key }) => others.every((fields) => fields.some((field) => field.key === key)));
}

/** The field of a key, also of one that is written for an expression: `Seconds.$`. */
export function fieldOf({ fields }: Mapping, key: string): Field | null {
  return fields.find((field) => field.key === key) ?? null;
}
