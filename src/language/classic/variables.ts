/**
 * The variables of the classic language, and the places where each can be read (rules.md 10.10, 10.12). The interpreter sets
 * their values: inputMappings read the input and the local of the list, outputMappings those of the step.
 */
import type { VariableReader } from '../../expression/evaluation.ts';
import type { Grammar } from '../../expression/grammar.ts';
import type { StateScope } from '../plan.ts';
import type { Site } from '../shared/site.ts';

type Reader = VariableReader<StateScope>;

const INPUT: Reader = (scope) => scope.input;
const MAPPED: readonly (readonly [string, Reader])[] = [
  ['$input', INPUT],
  ['$local', (scope) => scope.output],
  ['$context', (scope) => scope.context()],
  ['$environment', (scope) => scope.environment],
];

/** The names, to recognise a text that was perhaps meant as an expression. */
export const VARIABLE_NAMES: readonly string[] = MAPPED.map(([name]) => name);

const PATH: Grammar = { wildcard: true, functions: false, pathOnly: true };
const CONDITION: Grammar = { wildcard: true, functions: false };

function mappingSite(name: string, refused: Readonly<Record<string, string>>): Site {
  return {
    name,
    // `$.x` is read as `$input.x` there.
    variables: new Map([...MAPPED, ['$', INPUT] as const].filter(([variable]) => !Object.hasOwn(refused, variable))),
    refused: new Map(Object.entries(refused)),
    grammar: PATH,
  };
}

/** inputMappings and outputMappings of a step, outputMappings of the flow, errorMappings. */
export const IN_MAPPINGS: Site = mappingSite('mappings', {});
/** inputMappings of the flow. */
export const IN_FLOW_INPUT: Site = mappingSite('flow-input', { $local: 'no step of the flow has run yet' });

const BARE = '$ is the input of the step here, so write $.key';

function bareSite(name: string, grammar: Grammar): Site {
  return {
    name,
    variables: new Map<string, Reader>([
      ['$', INPUT],
      ['$environment', (scope) => scope.environment],
    ]),
    refused: new Map([
      ['$input', BARE],
      ['$local', `${BARE}; its inputMappings can put values of $local there`],
      ['$context', `${BARE}; its inputMappings can put values of $context there`],
      ['$Input', BARE],
      ['$Context', `${BARE}; its inputMappings can put values of $context there`],
      ['$Environment', 'write $environment'],
    ]),
    grammar,
  };
}

/** The input of the step: collection, duration, timestamp, serviceParams. */
export const IN_STEP: Site = bareSite('step', PATH);
/** A condition of a choice. */
export const IN_CONDITION: Site = bareSite('condition', CONDITION);

export const SITES: readonly Site[] = [IN_MAPPINGS, IN_FLOW_INPUT, IN_STEP, IN_CONDITION];
