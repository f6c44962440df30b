/** The fields of the state-machine language with a sentence about each. A test compares their `required` and `values` with the compiler. */
import { knownErrors } from '../shared/error-names.ts';
import {
  CHILD_MODES,
  DELIMITERS,
  HEADER_LOCATIONS,
  INPUT_TYPES,
  READER_RESOURCES,
  WRITER_RESOURCES,
} from '../statemachine/distributed-map.ts';
import {
  CATCH_FIELDS,
  CHOICE_BRANCH_FIELDS,
  FLOW_FIELDS,
  ITEM_BATCHER_FIELDS,
  ITEM_READER_FIELDS,
  ON_ERRORS_FIELDS,
  ON_ERRORS_RETRY_FIELDS,
  PROCESSOR_CONFIG_FIELDS,
  PROCESSOR_FIELDS,
  READER_CONFIG_FIELDS,
  RESULT_WRITER_FIELDS,
  RETRY_FIELDS,
  SCOPE_FIELDS,
  STATE_FIELDS,
  STATE_TYPES,
} from '../statemachine/fields.ts';
import { TASK_MODES } from '../statemachine/task-action.ts';
import { callableActions } from './actions.ts';
import type { DialectFields, FactTable, Field } from './field.ts';
import { fieldsOf } from './field.ts';

const SCOPE: FactTable = {
  StartAt: { about: 'The name of the first state', required: true },
  States: { about: 'The list of states', required: true },
  Name: { about: 'A name for readers, without effect' },
  Description: { about: 'A description for readers, without effect' },
};

const FLOW: FactTable = {
  Type: { about: 'The language of the definition', values: ['StateMachine'], required: true },
  SpecVersion: { about: 'The version of the language', values: ['v1'], required: true },
  Name: { about: 'The name of the flow' },
  Timeout: { about: 'Whole seconds after which an execution ends; 0 for none' },
};

const errors = knownErrors();
const CONSTRUCTED = 'a key that ends in .$ holds an expression';

const STATE: FactTable = {
  Name: { about: 'The name of the state, unique in its list', required: true },
  Type: { about: 'The type of the state', values: STATE_TYPES, required: true },
  Description: { about: 'A description for readers, without effect' },
  Annotations: { about: 'Notes for programs, without effect' },
  InputConstructor: { about: `Builds the input of the state, $Input, from the one that it got; ${CONSTRUCTED}` },
  OutputConstructor: { about: `Builds the output, which is the input of the next state; ${CONSTRUCTED}` },
  GlobalConstructor: { about: `Builds members that are merged into $Global; ${CONSTRUCTED}` },
  Next: { about: 'The name of the state that follows; a state has Next or End' },
  End: { about: 'True: the state ends its list', values: ['true'] },
  Retry: { about: 'A list of rules for another attempt after an error; they are tried before Catch' },
  Catch: { about: 'A list of rules that lead to another state after an error' },
  OnErrors: { about: 'The form of 2023; write Retry and Catch', deprecated: true },
};

/** The facts of a type where they differ from those of every state. */
const TYPES: Readonly<Record<keyof typeof STATE_FIELDS, FactTable>> = {
  Pass: {},
  Task: {
    Action: {
      about: 'The operation to call, <Product>:<Operation>; any other OpenAPI operation of the cloud may be called too',
      values: callableActions(),
      required: true,
    },
    TaskMode: { about: 'The event that ends the task: the answer to its call, or a callback', values: TASK_MODES },
    Parameters: { about: `The parameters of the action; ${CONSTRUCTED}` },
    Timeout: { about: 'Seconds after which the task fails with FnF.TaskTimeout; 0 for none' },
  },
  Wait: { Seconds: { about: 'Whole seconds to wait: up to 300, in an Express flow up to 20' } },
  Choice: {
    Branches: { about: 'The conditions, tried in their order, each with the state that it leads to', required: true },
    Default: { about: 'The name of the state that follows if no condition holds', required: true },
  },
  Parallel: {
    Branches: { about: 'The branches, which run at the same time with the input of the state', required: true },
  },
  Map: {
    ItemsPath: { about: 'An expression that gives the array of items', expression: true },
    Processor: { about: 'The states that run for each item', required: true },
    ItemConstructor: { about: `Builds the input of each run; $Item is the item; ${CONSTRUCTED}` },
    MaxConcurrency: { about: 'The number of items that run at once' },
    MaxConcuccency: { about: 'The same as MaxConcurrency; the vendor has both spellings' },
    ProcessorConfig: { about: 'The mode of the children of a distributed Map' },
    ItemReader: { about: 'Reads the items from an object store, in place of ItemsPath (distributed Map)' },
    ItemBatcher: { about: 'Puts several items into each child (distributed Map)' },
    ResultWriter: { about: 'Writes the results to an object store (distributed Map)' },
    MaxItems: { about: 'The number of items to take from the beginning (distributed Map)' },
    ToleratedFailureCount: { about: 'The number of items that may fail (distributed Map)' },
    ToleratedFailurePercentage: { about: 'The part of the items that may fail, 0 to 100 (distributed Map)' },
  },
  Succeed: { End: { about: 'Without effect: a Succeed always ends its list', values: ['true'] } },
  Fail: {
    Code: { about: 'The name of the error; FnF.Fail when it is absent' },
    Detail: { about: 'The reason, for readers' },
    End: { about: 'Without effect: a Fail always ends its list', values: ['true'] },
  },
};

const ERRORS: FactTable = {
  Errors: { about: 'The names of the errors; FnF.ALL for all', values: errors, required: true },
  Description: { about: 'A description for readers, without effect' },
};

const RETRY: FactTable = {
  ...ERRORS,
  MaxAttempts: { about: 'The number of further attempts', required: true },
  IntervalSeconds: { about: 'Whole seconds before the first retry, 0 to 86400', required: true },
  BackoffRate: { about: 'The factor from one interval to the next; absent: all are the same' },
  MaxBackoffSeconds: { about: 'The longest interval in seconds, 1 to 86400' },
};

const CATCH: FactTable = {
  ...ERRORS,
  Next: { about: 'The name of the state that follows', required: true },
  OutputConstructor: {
    about: `Builds the input of the next state; reads $Context.Current.Error.Code and .Detail; ${CONSTRUCTED}`,
  },
};

const RESOURCE = { about: 'The operation of the object store', required: true } as const;
const PARAMETERS = { about: `Bucket, and the place in it; ${CONSTRUCTED}`, required: true } as const;

/** The mappings inside a state by the field that holds them, with the type where two types have the same field. */
const PARTS: Readonly<Record<string, readonly [keys: ReadonlySet<string>, ...facts: FactTable[]]>> = {
  'Choice.Branches': [
    CHOICE_BRANCH_FIELDS,
    {
      Condition: {
        about: 'An expression; the first branch whose condition is true decides',
        required: true,
        expression: true,
      },
      Next: { about: 'The name of the state that follows', required: true },
    },
    SCOPE,
  ],
  'Parallel.Branches': [SCOPE_FIELDS, SCOPE],
  Processor: [PROCESSOR_FIELDS, SCOPE, TYPES.Map],
  Retry: [RETRY_FIELDS, RETRY],
  Catch: [CATCH_FIELDS, CATCH],
  OnErrors: [
    ON_ERRORS_FIELDS,
    {
      Next: { about: 'The name of the state that follows, in a rule that catches' },
      Retry: { about: 'The retries of the rule' },
    },
    CATCH,
  ],
  'OnErrors.Retry': [
    ON_ERRORS_RETRY_FIELDS,
    {
      FixedBackoff: { about: 'Whole seconds before the first retry' },
      Multiplier: { about: 'The factor from one interval to the next' },
    },
    RETRY,
  ],
  ProcessorConfig: [
    PROCESSOR_CONFIG_FIELDS,
    { ExecutionMode: { about: 'The mode of the children', values: CHILD_MODES, required: true } },
  ],
  ItemReader: [
    ITEM_READER_FIELDS,
    {
      Resource: { ...RESOURCE, values: READER_RESOURCES },
      ReaderConfig: { about: 'The form of the file; required for a file' },
      Parameters: PARAMETERS,
    },
  ],
  ReaderConfig: [
    READER_CONFIG_FIELDS,
    {
      InputType: { about: 'The format of the file; required for a file', values: INPUT_TYPES },
      CSVHeaderLocation: { about: 'The place of the names of columns; required for CSV', values: HEADER_LOCATIONS },
      CSVHeaders: { about: 'The names of the columns, for the location GIVEN' },
      CSVDelimiter: { about: 'The delimiter of columns: a word or one character', values: [...DELIMITERS.keys()] },
      ItemsPointer: { about: 'A JSON pointer to the array in a JSON file' },
      MaxItems: { about: 'The number of items to take from the beginning' },
    },
  ],
  ItemBatcher: [
    ITEM_BATCHER_FIELDS,
    {
      MaxItemsPerBatch: { about: 'The largest number of items in a batch' },
      MaxInputBytesPerBatch: { about: 'The largest input of a child in bytes of JSON' },
      BatchInput: { about: `A mapping that each child gets, built once; ${CONSTRUCTED}` },
    },
  ],
  ResultWriter: [RESULT_WRITER_FIELDS, { Resource: { ...RESOURCE, values: WRITER_RESOURCES }, Parameters: PARAMETERS }],
};

export function stateMachineFields(): DialectFields {
  return {
    flow: fieldsOf(FLOW_FIELDS, FLOW, SCOPE),
    states: Object.fromEntries(STATE_TYPES.map((type) => [type, stateFields(type)])),
    parts: Object.fromEntries(
      Object.entries(PARTS).map(([name, [keys, ...facts]]) => [name, fieldsOf(keys, ...facts)]),
    ),
  };
}

function stateFields(type: keyof typeof STATE_FIELDS): Field[] {
  const keys = [...STATE_FIELDS[type]];
  // The compiler knows them for an error of their own.
  const offered = type === 'Choice' ? keys.filter((key) => key !== 'Next' && key !== 'End') : keys;
  return fieldsOf(offered, TYPES[type], STATE);
}
