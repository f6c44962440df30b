/** The fields of the classic language with a sentence about each. A test compares their `required` and `values` with the compiler. */
import { VERSIONS } from '../classic/definition.ts';
import {
  BRANCH_FIELDS,
  CATCH_FIELDS,
  CHOICE_FIELDS,
  DEFAULT_FIELDS,
  FLOW_FIELDS,
  ITERATION_FIELDS,
  MAPPING_FIELDS,
  RETRY_FIELDS,
  STEP_FIELDS,
  STEP_TYPES,
} from '../classic/fields.ts';
import type { StepType } from '../classic/fields.ts';
import { PATTERNS } from '../classic/pattern.ts';
import { knownErrors } from '../shared/error-names.ts';
import { callableActions } from './actions.ts';
import type { DialectFields, FactTable } from './field.ts';
import { fieldsOf } from './field.ts';

const FLOW: FactTable = {
  version: { about: 'The version of the language', values: VERSIONS, required: true },
  type: { about: 'The language of the definition', values: ['flow'], required: true },
  name: { about: 'A name for readers, without effect' },
  steps: { about: 'The list of steps, which run in its order', required: true },
  inputMappings: { about: 'Build the input of the flow from that of the execution' },
  outputMappings: { about: 'Build the output of the execution; absent: the local of the steps' },
  timeoutSeconds: { about: 'Whole seconds after which an execution ends; 0 for none' },
};

const STEP: FactTable = {
  name: { about: 'The name of the step, unique in its list', required: true },
  type: { about: 'The type of the step', values: STEP_TYPES, required: true },
  inputMappings: { about: 'Build the input of the step from the input and the local of the list' },
  outputMappings: { about: 'Build the output of the step, which is merged into the local of the list' },
  end: { about: 'True: the list ends after the step', values: ['true'] },
};

const STEPS = { about: 'The list of steps, which run in its order' } as const;

const TYPES: Readonly<Record<StepType, FactTable>> = {
  task: {
    resourceArn: { about: 'The function, flow, queue or topic to call; a task has resourceArn or action' },
    action: { about: 'The operation to call, <product>:<Api>', values: callableActions() },
    pattern: { about: 'The event that ends the task: the answer to its call, or a callback', values: PATTERNS },
    timeoutSeconds: { about: 'Seconds after which the task fails with FnF.TaskTimeout; 0 for none' },
    serviceParams: { about: 'The parameters of the call; paths read the input of the step as $' },
    errorMappings: { about: 'Build the output of a step whose error was caught' },
    retry: { about: 'A list of rules for another attempt after an error; they are tried before catch' },
    catch: { about: 'A list of rules that lead to another step after an error' },
  },
  pass: {},
  wait: {
    duration: { about: 'Whole seconds to wait, or a path to them; a wait has duration or timestamp', expression: true },
    timestamp: { about: 'The instant until which to wait, or a path to it', expression: true },
  },
  choice: {
    choices: { about: 'The conditions, tried in their order', required: true },
    default: { about: 'The steps or the goto if no condition holds' },
  },
  parallel: { branches: { about: 'The branches, which run at the same time', required: true } },
  foreach: {
    iterationMapping: { about: 'The array, and the key under which each run finds its element', required: true },
    steps: { about: 'The steps that run for each element', required: true },
  },
  succeed: {},
  fail: { error: { about: 'The name of the error' }, cause: { about: 'The reason, for readers' } },
};

const GOTO = { about: 'The name of a step of the same list that follows' } as const;
const ERRORS = { about: 'The names of the errors; FnF.ALL for all', values: knownErrors(), required: true } as const;
const MAPPING: FactTable = {
  target: { about: 'The key that the mapping sets', required: true },
  source: { about: 'A path that begins with a variable, or a constant', required: true, expression: true },
};
const BRANCH: FactTable = { steps: { ...STEPS, required: true } };

const PARTS: Readonly<Record<string, readonly [keys: ReadonlySet<string>, ...facts: FactTable[]]>> = {
  inputMappings: [MAPPING_FIELDS, MAPPING],
  outputMappings: [MAPPING_FIELDS, MAPPING],
  errorMappings: [MAPPING_FIELDS, MAPPING],
  choices: [
    CHOICE_FIELDS,
    {
      condition: { about: 'A condition on the input of the step, $', required: true, expression: true },
      steps: STEPS,
      goto: GOTO,
    },
  ],
  default: [DEFAULT_FIELDS, { steps: STEPS, goto: GOTO }],
  branches: [BRANCH_FIELDS, BRANCH],
  iterationMapping: [
    ITERATION_FIELDS,
    {
      collection: { about: 'A path to the array', required: true, expression: true },
      item: { about: 'The key of the element in the input of each run', required: true },
      index: { about: 'The key of its position' },
    },
  ],
  retry: [
    RETRY_FIELDS,
    {
      errors: ERRORS,
      maxAttempts: { about: 'The number of further attempts; 3 when it is absent' },
      intervalSeconds: { about: 'Whole seconds before the first retry; 1 when it is absent' },
      multiplier: { about: 'The factor from one interval to the next; 2 when it is absent' },
      maxIntervalSeconds: { about: 'The longest interval in seconds; 86400 when it is absent' },
    },
  ],
  catch: [CATCH_FIELDS, { errors: ERRORS, goto: { ...GOTO, required: true } }],
};

export function classicFields(): DialectFields {
  return {
    flow: fieldsOf(FLOW_FIELDS, FLOW),
    states: Object.fromEntries(STEP_TYPES.map((type) => [type, fieldsOf(STEP_FIELDS[type], TYPES[type], STEP)])),
    parts: Object.fromEntries(
      Object.entries(PARTS).map(([name, [keys, ...facts]]) => [name, fieldsOf(keys, ...facts)]),
    ),
  };
}
