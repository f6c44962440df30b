/**
 * The vocabulary of both languages, for the completion and the help of an editor. Its words are those of the tables that the compiler
 * reads; a word without a sentence about it is a defect, which a test finds.
 */
import { signatureOf } from '../../expression/functions/definition.ts';
import { FUNCTIONS } from '../../expression/functions/table.ts';
import type { Dialect } from '../plan.ts';
import { knownErrors } from '../shared/error-names.ts';
import type { ActionWords } from './actions.ts';
import { actionWords } from './actions.ts';
import { classicFields } from './classic.ts';
import type { DialectFields } from './field.ts';
import { stateMachineFields } from './state-machine.ts';
import type { VariableWords } from './variables.ts';
import { variableWords } from './variables.ts';

export interface FunctionWords {
  readonly name: string;
  /** `length(value: array or map or text) → number`. */
  readonly signature: string;
  readonly about: string;
}

export interface Vocabulary {
  readonly dialects: Readonly<Record<Dialect, DialectFields>>;
  readonly actions: readonly ActionWords[];
  /** Of the state-machine language; the classic one has none. */
  readonly functions: readonly FunctionWords[];
  readonly variables: readonly VariableWords[];
  readonly errors: readonly string[];
}

export function vocabulary(): Vocabulary {
  return {
    dialects: { statemachine: stateMachineFields(), classic: classicFields() },
    actions: actionWords(),
    functions: FUNCTIONS.flatMap((definition) =>
      [definition.name, ...(definition.aliases ?? [])].map((name) => ({
        name,
        signature: signatureOf(definition, name),
        about: definition.summary,
      })),
    ),
    variables: variableWords(),
    errors: knownErrors(),
  };
}
