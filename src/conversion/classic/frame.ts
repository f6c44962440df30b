/**
 * A frame is the form in which the states of a scope carry its input, which does not change, and its local, which grows. An
 * input that every state can read, such as the input of the execution, is not carried. If all keys of the local are known,
 * the data of the states is the local itself.
 */
import type { Term } from '../terms.ts';
import { EMPTY, INPUT, member, object, some } from '../terms.ts';
import type { KeyFinder, Keys } from './keys.ts';
import { canBeListed, isEmpty } from './keys.ts';
import type { Step } from './model.ts';

export interface Frame {
  /** The input of the scope, read from the data of a state. */
  readonly input: Term;
  /** The local with these keys, read from the data of a state. */
  local(keys: Keys): Term;
  /** The data with this local. */
  build(local: Term): Term;
  /** True if the data exists before the first state. Otherwise it may be missing while the local is empty. */
  readonly isGiven: boolean;
  /** True if the data is the local itself. */
  readonly isFlat: boolean;
}

/** True if the term has the same value in every state of the execution. */
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
/** The data around a choice or a parallel step, in the data of its branches. */
export const OUTER = member(INPUT, 'outer');

/** Returns the frame for a list with this input. */
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

/** The frame `{local}`, with `input` unless every state can read it, and with `outer` if the data around the scope is needed. */
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
        ...(options.hasOuter ? [['outer', OUTER] as const] : []),
      ]),
    isGiven: carried || options.isGiven,
    isFlat: false,
  };
}

/** The first data of a scope: its input and an empty local. `outer` is the data around the scope, if the frame has it. */
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
