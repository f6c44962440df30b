/** The variables of the state-machine language, and the places where each can be read (rules.md 8.1). */
import type { VariableReader } from '../../expression/evaluation.ts';
import type { StateScope } from '../plan.ts';
import type { Site } from '../shared/site.ts';

const READERS: ReadonlyMap<string, VariableReader<StateScope>> = new Map<string, VariableReader<StateScope>>([
  ['$Input', (scope) => scope.input],
  ['$Output', (scope) => scope.output],
  ['$Context', (scope) => scope.context()],
  ['$Global', (scope) => scope.global],
  ['$Item', (scope) => scope.item],
  ['$Environment', (scope) => scope.environment],
]);

const NO_OUTPUT = 'it exists only once the state has run, in OutputConstructor and GlobalConstructor';
const NO_ITEM = 'it exists only in the ItemConstructor of a Map';

function site(name: string, refused: Readonly<Record<string, string>>): Site {
  return {
    name,
    variables: new Map([...READERS].filter(([variable]) => !Object.hasOwn(refused, variable))),
    refused: new Map(Object.entries(refused)),
    grammar: {},
  };
}

/** Before and while the state runs: InputConstructor, Parameters, Seconds, Timeout, ItemsPath, Condition. */
export const BEFORE_OUTPUT: Site = site('before-output', { $Output: NO_OUTPUT, $Item: NO_ITEM });
/** At the end of the state: OutputConstructor, GlobalConstructor, and the OutputConstructor of a Catch. */
export const WITH_OUTPUT: Site = site('with-output', { $Item: NO_ITEM });
/** ItemConstructor of a Map. */
export const WITH_ITEM: Site = site('with-item', { $Output: NO_OUTPUT });

export const SITES: readonly Site[] = [BEFORE_OUTPUT, WITH_OUTPUT, WITH_ITEM];

/** The names, to recognise a text that was perhaps meant as an expression. */
export const VARIABLE_NAMES: readonly string[] = [...READERS.keys()];
