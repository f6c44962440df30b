/**
 * Decides whether the steps of a choice can put their outputs into the local around the choice. They can if they read the
 * same values as with their own local. They do not if they name `$local` or `$input` and a key that only one of these has.
 */
import type { KeyFinder, Keys } from './keys.ts';
import { isEmpty, mayHave } from './keys.ts';
import type { Mapping, Step } from './model.ts';

/** `around` are the keys of the local around the choice, before the choice. */
export function canShare(finder: KeyFinder, choice: Step, around: Keys): boolean {
  if (choice.inputs !== null || choice.outputs !== null) return false;
  return choice.branches.every(({ steps }) => steps === null || listCanShare(finder, steps, around));
}

function listCanShare(finder: KeyFinder, list: readonly Step[], around: Keys): boolean {
  const { before } = finder.of(list);
  return list.every((step, i) => {
    const own = before[i];
    return own === undefined || (step.inputs ?? []).every((mapping) => readsTheSame(mapping, own, around));
  });
}

function readsTheSame({ source }: Mapping, own: Keys, around: Keys): boolean {
  if (source.kind === 'constant') return true;
  const [first] = source.segments;
  const key = first?.kind === 'name' ? first.name : null;
  if (source.variable === '$local') {
    return key === null ? isEmpty(around) : own.definite.has(key) || !mayHave(around, key);
  }
  if (source.variable !== '$input') return true;
  return key === null ? isEmpty(own) : !mayHave(own, key);
}
