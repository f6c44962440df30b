/** States as they come about: what they are called and where they lead is known before how they end their scope. */
import type { Outcome } from '../outcome.ts';
import { setConstructor } from '../constructors.ts';
import type { Term } from '../terms.ts';
import { INPUT, OUTPUT, same } from '../terms.ts';
import { YamlMap } from '../yaml-text.ts';

/** Where a state leads: to another by name, or to the end of its scope. */
export type Target = string | typeof END;
export const END = Symbol('end');

export interface Draft {
  readonly type: 'Pass' | 'Task' | 'Wait' | 'Choice' | 'Parallel' | 'Map' | 'Fail';
  readonly name: string;
  /** Where it stands in the original. */
  readonly offset: number;
  /** Fields between the name and the constructors, written as they are. */
  readonly fields: readonly (readonly [string, YamlMap['entries'][number][1]])[];
  readonly input: Term | null;
  /** Null: what the state gives without a constructor. */
  output: Term | null;
  /** Of the scope when it ends here; null when that cannot be said in the state itself. */
  local: Term | null;
  readonly tail: readonly (readonly [string, YamlMap['entries'][number][1]])[];
  /** Null: the state says itself where it leads. */
  next: Target | null;
  readonly comments: readonly string[];
}

/** The state as it is written. `usesWhole` is called when a value could only be written as a whole. */
export function writeDraft(draft: Draft, outcome: Outcome): YamlMap {
  const ends = draft.next === END;
  // A Pass that does nothing but end its scope is a Succeed.
  const state = new YamlMap()
    .set('Type', draft.type === 'Pass' && ends ? 'Succeed' : draft.type)
    .set('Name', draft.name);
  state.comments.push(...draft.comments);
  if (draft.input !== null && setConstructor(state, 'InputConstructor', draft.input)) noteWhole(outcome, draft.offset);
  for (const [key, value] of draft.fields) state.set(key, value);
  const raw = draft.type === 'Pass' || draft.type === 'Wait' ? INPUT : OUTPUT;
  if (draft.output !== null && !same(draft.output, raw)) {
    if (setConstructor(state, 'OutputConstructor', draft.output)) noteWhole(outcome, draft.offset);
  }
  for (const [key, value] of draft.tail) state.set(key, value);
  if (draft.next === END) {
    if (draft.type !== 'Pass') state.set('End', true);
  } else if (draft.next !== null) {
    state.set('Next', draft.next);
  }
  return state;
}

export function noteWhole(outcome: Outcome, offset: number): void {
  outcome.noteOnce(
    offset,
    'a value that is not built key by key stands under "OutputConstructor.$", which Millrace has and the cloud does not; outputMappings would name its keys',
  );
}
