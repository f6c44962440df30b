/**
 * Whether the steps of a choice can put their outputs straight into the local around the choice. They see the same then as they
 * would with a local of their own, unless they ask by name for what only one of the two has.
 */
import type { KeyFinder, Keys } from './keys.ts';
import { isEmpty, mayHave } from './keys.ts';
import type { Mapping, Step } from './model.ts';

/** `around` is what the local around the choice has when the choice is entered. */
export function canShare(finder: KeyFinder, choice: Step, around: Keys): boolean {
  if (choice.inputs !== null || choice.outputs !== null) return false;
  return choice.branches.every(({ steps }) => steps === null || listCanShare(finder, steps, around));
}

function listCanShare(finder: KeyFinder, list: readonly Step[], around: Keys): boolean {
  const { before } = finder.of(list);
  return list.every((step, i) => {
    const own = before[i];
    return own === undefined || (step.inputs ?? []).every((mapping) => seesTheSame(mapping, own, around));
  });
}

function seesTheSame({ source }: Mapping, own: Keys, around: Keys): boolean {
  if (source.kind === 'constant') return true;
  const [first] = source.segments;
  const key = first?.kind === 'name' ? first.name : null;
  if (source.variable === '$local') {
    return key === null ? isEmpty(around) : own.definite.has(key) || !mayHave(around, key);
  }
  if (source.variable !== '$input') return true;
  return key === null ? isEmpty(own) : !mayHave(own, key);
}
