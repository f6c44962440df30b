/** The fields of each mapping of the classic language, and the advice for words of other languages (rules.md 10.1, 10.2). */
import { CLASSIC_MAP_CONCURRENCY } from '../limits.ts';
import { foreignEntry } from '../shared/state-keys.ts';

export const STEP_TYPES = ['task', 'pass', 'wait', 'choice', 'parallel', 'foreach', 'succeed', 'fail'] as const;
export type StepType = (typeof STEP_TYPES)[number];

/** Types of the state-machine language and words of programs, with the type of step that replaces each. */
const FOREIGN_TYPES: Readonly<Record<string, StepType>> = {
  map: 'foreach',
  for: 'foreach',
  switch: 'choice',
  if: 'choice',
  sleep: 'wait',
  end: 'succeed',
};

/** The type of step that replaces a word of another language; null when none does. */
export function stepTypeFor(word: string): StepType | null {
  const folded = word.toLowerCase();
  return Object.hasOwn(FOREIGN_TYPES, folded) ? (FOREIGN_TYPES[folded] ?? null) : null;
}

const COMMON = ['type', 'name', 'inputMappings', 'outputMappings'];
const MOVING = [...COMMON, 'end'];

export const FLOW_FIELDS = new Set([
  'version',
  'type',
  'name',
  'steps',
  'inputMappings',
  'outputMappings',
  'timeoutSeconds',
]);
export const MAPPING_FIELDS = new Set(['target', 'source']);
export const CHOICE_FIELDS = new Set(['condition', 'steps', 'goto']);
export const DEFAULT_FIELDS = new Set(['steps', 'goto']);
export const BRANCH_FIELDS = new Set(['steps']);
export const ITERATION_FIELDS = new Set(['collection', 'item', 'index']);
export const RETRY_FIELDS = new Set(['errors', 'intervalSeconds', 'maxIntervalSeconds', 'maxAttempts', 'multiplier']);
export const CATCH_FIELDS = new Set(['errors', 'goto']);

/** Fields that have an effect, by type of step. */
export const STEP_FIELDS: Readonly<Record<StepType, ReadonlySet<string>>> = {
  task: new Set([
    ...MOVING,
    'resourceArn',
    'action',
    'pattern',
    'timeoutSeconds',
    'serviceParams',
    'errorMappings',
    'retry',
    'catch',
  ]),
  pass: new Set(MOVING),
  wait: new Set([...MOVING, 'duration', 'timestamp']),
  choice: new Set([...MOVING, 'choices', 'default']),
  parallel: new Set([...MOVING, 'branches']),
  foreach: new Set([...MOVING, 'iterationMapping', 'steps']),
  // Both always end their list, so `end: true` is accepted.
  succeed: new Set(MOVING),
  fail: new Set([...MOVING, 'error', 'cause']),
};

/** Fields of any type of step. */
export const ALL_STEP_FIELDS: ReadonlySet<string> = new Set(STEP_TYPES.flatMap((type) => [...STEP_FIELDS[type]]));

const ITERATIONS = `up to ${CLASSIC_MAP_CONCURRENCY} iterations run at once`;
const NO_NEXT = 'steps run in the order of their list; "goto" in choices, default and catch leads to another step';

/** Words of the state-machine language and of another vendor's, with the advice for each. */
const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  next: NO_NEXT,
  goto: NO_NEXT,
  startat: 'the first step of the list is the first to run',
  specversion: 'this language has version instead',
  states: 'this language has steps instead',
  inputconstructor: 'this language has inputMappings instead',
  outputconstructor: 'this language has outputMappings instead',
  globalconstructor: 'this language has no global variables; outputMappings pass values to later steps',
  itemconstructor: 'this language has iterationMapping instead',
  itemspath: 'this language has iterationMapping.collection instead',
  maxconcurrency: ITERATIONS,
  maxconcuccency: ITERATIONS,
  processor: 'this language has steps instead',
  iterator: 'this language has steps instead',
  taskmode: 'this language has pattern instead',
  parameters: 'this language has serviceParams instead',
  resource: 'this language has resourceArn instead',
  timeout: 'this language has timeoutSeconds instead',
  heartbeatseconds: 'this language has no heartbeats',
  seconds: 'this language has duration instead',
  maxbackoffseconds: 'this language has maxIntervalSeconds instead',
  backoffrate: 'this language has multiplier instead',
  errorequals: 'this language has errors instead',
  onerrors: 'this language has retry and catch instead',
  code: 'this language has error instead',
  detail: 'this language has cause instead',
  comment: 'write a YAML comment (#) instead',
  description: 'write a YAML comment (#) instead',
};

/** `: this language has steps instead`, for a word of another language; otherwise null. */
export function foreignWord(key: string, known: ReadonlySet<string>): string | null {
  const advice = foreignEntry(FOREIGN_WORDS, key, known);
  if (advice === null) return null;
  return advice === NO_NEXT && known.has('goto') ? ': this language has goto instead' : `: ${advice}`;
}
