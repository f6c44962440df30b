/** The fields of each mapping of the state-machine language, and the advice for words of other languages. */
import type { State } from '../plan.ts';
import { foreignEntry } from '../shared/state-keys.ts';

/** Only a classic choice compiles to a Switch. */
export type StateType = Exclude<State['type'], 'Switch'>;
export const STATE_TYPES: readonly StateType[] = [
  'Pass',
  'Task',
  'Wait',
  'Choice',
  'Parallel',
  'Map',
  'Succeed',
  'Fail',
];

const COMMON = [
  'Name',
  'Type',
  'Description',
  'Annotations',
  'InputConstructor',
  'InputConstructor.$',
  'GlobalConstructor',
];
const OUTPUT = [...COMMON, 'OutputConstructor', 'OutputConstructor.$'];
const MOVING = [...OUTPUT, 'Next', 'End'];
const RECOVERING = [...MOVING, 'Retry', 'Catch', 'OnErrors'];

/** Fields that only a distributed Map has (rules.md 7.10). */
export const DISTRIBUTED_FIELDS: readonly string[] = [
  'ProcessorConfig',
  'ItemReader',
  'ItemBatcher',
  'ResultWriter',
  'MaxItems',
  'MaxItems.$',
  'ToleratedFailurePercentage',
  'ToleratedFailurePercentage.$',
  'ToleratedFailureCount',
  'ToleratedFailureCount.$',
];

export const FLOW_FIELDS = new Set(['Type', 'SpecVersion', 'Name', 'Description', 'Timeout', 'StartAt', 'States']);
export const SCOPE_FIELDS = new Set(['StartAt', 'States', 'Name', 'Description']);
export const PROCESSOR_FIELDS = new Set([...SCOPE_FIELDS, 'ProcessorConfig']);
export const CHOICE_BRANCH_FIELDS = new Set(['Condition', 'Next', 'Name', 'Description']);
export const RETRY_FIELDS = new Set([
  'Errors',
  'Description',
  'MaxAttempts',
  'IntervalSeconds',
  'BackoffRate',
  'MaxBackoffSeconds',
]);
export const CATCH_FIELDS = new Set(['Errors', 'Description', 'Next', 'OutputConstructor', 'OutputConstructor.$']);
export const ON_ERRORS_FIELDS = new Set([...CATCH_FIELDS, 'Retry']);
export const ON_ERRORS_RETRY_FIELDS = new Set(['MaxAttempts', 'FixedBackoff', 'Multiplier']);
export const PROCESSOR_CONFIG_FIELDS = new Set(['ExecutionMode']);
export const ITEM_READER_FIELDS = new Set(['Resource', 'ReaderConfig', 'Parameters']);
export const READER_CONFIG_FIELDS = new Set([
  'InputType',
  'CSVHeaderLocation',
  'CSVHeaders',
  'CSVDelimiter',
  'ItemsPointer',
  'MaxItems',
  'MaxItems.$',
]);
export const ITEM_BATCHER_FIELDS = new Set([
  'MaxItemsPerBatch',
  'MaxItemsPerBatch.$',
  'MaxInputBytesPerBatch',
  'MaxInputBytesPerBatch.$',
  'BatchInput',
  'BatchInput.$',
]);
export const RESULT_WRITER_FIELDS = new Set(['Resource', 'Parameters']);

/** Fields that have an effect, by type of state. */
export const STATE_FIELDS: Readonly<Record<StateType, ReadonlySet<string>>> = {
  Pass: new Set(MOVING),
  Task: new Set([...RECOVERING, 'Action', 'TaskMode', 'Parameters', 'Timeout', 'Timeout.$']),
  Wait: new Set([...MOVING, 'Seconds', 'Seconds.$']),
  // Next and End have an error of their own.
  Choice: new Set([...COMMON, 'Branches', 'Default', 'Next', 'End']),
  Parallel: new Set([...RECOVERING, 'Branches']),
  Map: new Set([
    ...RECOVERING,
    ...DISTRIBUTED_FIELDS,
    'ItemsPath',
    'Processor',
    'ItemConstructor',
    'ItemConstructor.$',
    'MaxConcuccency',
    'MaxConcurrency',
  ]),
  Succeed: new Set([...OUTPUT, 'End']),
  Fail: new Set([...OUTPUT, 'Code', 'Detail', 'End']),
};

/** Fields of any type of state. */
export const ALL_STATE_FIELDS: ReadonlySet<string> = new Set(STATE_TYPES.flatMap((type) => [...STATE_FIELDS[type]]));

/** Words of the classic language and of another vendor's, with the field that replaces each. */
const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  steps: 'States',
  goto: 'Next',
  timeoutseconds: 'Timeout',
  inputmappings: 'InputConstructor',
  outputmappings: 'OutputConstructor',
  errormappings: 'OutputConstructor of a Catch rule',
  pattern: 'TaskMode',
  resource: 'Action',
  resourcearn: 'Parameters.resourceArn',
  serviceparams: 'Parameters',
  duration: 'Seconds',
  timestamp: 'Seconds',
  choices: 'Branches',
  foreach: 'a Map state',
  itemprocessor: 'Processor',
  iterator: 'Processor',
  itemselector: 'ItemConstructor',
  maxintervalseconds: 'MaxBackoffSeconds',
  maxdelayseconds: 'MaxBackoffSeconds',
  multiplier: 'BackoffRate',
  errorequals: 'Errors',
  comment: 'Description',
  version: 'SpecVersion',
  cause: 'Detail',
  error: 'Code',
  result: 'OutputConstructor',
  resultpath: 'OutputConstructor',
  resultselector: 'OutputConstructor',
  outputpath: 'OutputConstructor',
  inputpath: 'InputConstructor',
};

/** `: this language has Next instead`, for a word of another language; otherwise null. */
export function foreignWord(key: string, known: ReadonlySet<string>): string | null {
  const ours = foreignEntry(FOREIGN_WORDS, key, known);
  return ours === null ? null : `: this language has ${ours} instead`;
}
