/** Drafts of states. Their names and targets are known before the output of the states that end their scope. */
import type { Outcome } from '../outcome.ts';
import { setConstructor } from '../constructors.ts';
import type { Term } from '../terms.ts';
import { INPUT, OUTPUT, same } from '../terms.ts';
import { YamlMap } from '../yaml-text.ts';

/** The target of a state: the name of another, or the end of the scope. */
export type Target = string | typeof END;
export const END = Symbol('end');

export interface Draft {
  readonly type: 'Pass' | 'Task' | 'Wait' | 'Choice' | 'Parallel' | 'Map' | 'Fail';
  readonly name: string;
  /** Offset of the step in the original. */
  readonly offset: number;
  /** Fields between the constructors. */
  readonly fields: readonly (readonly [string, YamlMap['entries'][number][1]])[];
  readonly input: Term | null;
  /** Null: the output of the state without a constructor. */
  output: Term | null;
  /** The local of the scope if it ends with this state; null if this state cannot express it. */
  local: Term | null;
  readonly tail: readonly (readonly [string, YamlMap['entries'][number][1]])[];
  /** Null: the fields contain the targets. */
  next: Target | null;
  readonly comments: readonly string[];
}

/** Returns the state. Adds a note for a constructor that is one expression. */
export function writeDraft(draft: Draft, outcome: Outcome): YamlMap {
  const ends = draft.next === END;
  // A Pass that ends its scope becomes a Succeed.
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
    'a value with unknown keys uses "OutputConstructor.$", which Millrace supports and the cloud does not; to name the keys, use outputMappings',
  );
}
