/**
 * How the states of a scope carry what the classic language keeps for them: the input of the scope, which stays, and its local,
 * which grows. What every state can see anyway (the input of the execution) is not carried, and where all keys of the local
 * are known it is the data of the states itself.
 */
import type { Term } from '../terms.ts';
import { EMPTY, INPUT, member, object, some } from '../terms.ts';
import type { KeyFinder, Keys } from './keys.ts';
import { canBeListed, isEmpty } from './keys.ts';
import type { Step } from './model.ts';

export interface Frame {
  /** The input of the scope, from the data of any state in it. */
  readonly input: Term;
  /** The local, whose keys are these. */
  local(keys: Keys): Term;
  /** The data of a state with this local. */
  build(local: Term): Term;
  /** True when the data is made before the first state; else it need not be there while the local is empty. */
  readonly isGiven: boolean;
  /** True when the data is the local itself. */
  readonly isFlat: boolean;
}

/** True when every state of the execution gives the term the same value. */
function isEverywhere(term: Term): boolean {
  return !some(
    term,
    (part) =>
      (part.kind === 'variable' && part.name !== '$Context' && part.name !== '$Environment') ||
      (part.kind === 'path' &&
        part.target.kind === 'variable' &&
        part.target.name === '$Context' &&
        !(part.segments[0]?.kind === 'name' && part.segments[0].name === 'Execution')),
  );
}

const LOCAL = member(INPUT, 'local');

/** The frame for a list whose input is this; its states carry it unless every state can see it. */
export function frameFor(finder: KeyFinder, steps: readonly Step[], input: Term): Frame {
  const { before, end } = finder.of(steps);
  const areListed = [...before, end].every((keys) => keys === undefined || canBeListed(keys));
  return areListed && isEverywhere(input)
    ? flatFrame(input)
    : carryingFrame(input, { hasOuter: false, isGiven: false });
}

function flatFrame(input: Term): Frame {
  return {
    input,
    local: ({ definite }) => object([...definite].map((key) => [key, member(INPUT, key)])),
    build: (local) => local,
    isGiven: false,
    isFlat: true,
  };
}

/** `{local}`, with `input` when it is not to be had otherwise, and with `outer`, the data around a choice, where it is kept. */
export function carryingFrame(input: Term, options: { readonly hasOuter: boolean; readonly isGiven: boolean }): Frame {
  const carried = !isEverywhere(input);
  const own = carried ? member(INPUT, 'input') : input;
  return {
    input: own,
    local: (keys) => (isEmpty(keys) ? EMPTY : LOCAL),
    build: (local) =>
      object([
        ...(carried ? [['input', own] as const] : []),
        ['local', local],
        ...(options.hasOuter ? [['outer', member(INPUT, 'outer')] as const] : []),
      ]),
    isGiven: carried || options.isGiven,
    isFlat: false,
  };
}

/** What a scope begins with: its input from the outside, and nothing in its local. */
export function beginning(frame: Frame, input: Term, outer: Term | null): Term {
  const built = frame.build(EMPTY);
  if (built.kind !== 'object') return built;
  return object(
    built.members.map(({ key, value }) => {
      if (key === 'input') return [key, input];
      return [key, key === 'outer' && outer !== null ? outer : value];
    }),
  );
}
