/** What each type of state has of its own, beyond what all states share (fdl.md 2.1–2.8). */
import type { JsonObject } from '../../base/json.ts';
import { TASK_TIMEOUT_SECONDS, WAIT_SECONDS } from '../limits.ts';
import { readComputed, readCondition } from '../shared/expressions.ts';
import type { FieldReader, Range } from '../shared/field-reader.ts';
import type {
  ChoiceState,
  Compute,
  FailState,
  ParallelState,
  Scope,
  State,
  StateBase,
  TaskState,
  Test,
  WaitState,
} from '../plan.ts';
import { readConstructor } from './constructor.ts';
import type { CompileContext, Transitions } from './context.ts';
import { CHOICE_BRANCH_FIELDS, foreignWord, SCOPE_FIELDS } from './fields.ts';
import { readRecovery } from './retry-and-catch.ts';
import { childModeOf } from '../tasks/child-modes.ts';
import { readAction, readTaskMode } from './task-action.ts';
import { BEFORE_OUTPUT } from './variables.ts';

/** The members of a type of state that its base does not have. */
type Own<S extends State> = Omit<S, keyof StateBase | 'type'>;

const { Standard, Express } = WAIT_SECONDS;
const WAIT: Readonly<Record<'Standard' | 'Express', Range>> = {
  Standard: { min: 1, max: Standard, says: `from 1 to ${Standard} seconds` },
  Express: {
    min: 1,
    max: Express,
    says: `from 1 to ${Express} seconds in an Express flow (${Standard} in a Standard one)`,
  },
};
const TASK_TIMEOUT: Range = {
  min: 0,
  max: TASK_TIMEOUT_SECONDS,
  says: `from 0 (none) to ${TASK_TIMEOUT_SECONDS} seconds (7 days)`,
};

const NO_PARAMETERS: JsonObject = Object.freeze({});

export function readTask(context: CompileContext, task: FieldReader, transitions: Transitions): Own<TaskState> {
  const action = readAction(task);
  const mode = readTaskMode(task, action, context.options.mode === 'Express');
  const parameters = readConstructor(task, 'Parameters', BEFORE_OUTPUT) ?? (() => NO_PARAMETERS);
  const timeoutSeconds = literalOrComputed(task, 'Timeout', () =>
    task.number('Timeout', TASK_TIMEOUT, { whole: false, digits: true }),
  );
  return {
    action: action ?? '',
    mode,
    child: childModeOf(action ?? ''),
    parameters,
    timeoutSeconds,
    resultMember: null,
    ...readRecovery(task, transitions),
  };
}

export function readWait(context: CompileContext, wait: FieldReader): Own<WaitState> {
  if (!wait.has('Seconds') && !wait.has('Seconds.$')) wait.missing('Seconds');
  const seconds = literalOrComputed(wait, 'Seconds', () => wait.number('Seconds', WAIT[context.options.mode]));
  return { seconds: seconds ?? 1, until: null, secondsMax: null };
}

/** A field that has a `.$` twin; only one of the two may be there. */
function literalOrComputed(fields: FieldReader, key: string, literal: () => number | null): number | Compute | null {
  const twin = `${key}.$`;
  const field = fields.find(twin);
  if (field === null) return literal();
  if (fields.has(key)) fields.faultAt('both-forms', twin, `${fields.what} has both "${key}" and "${twin}"; keep one`);
  return readComputed(fields.report, field, BEFORE_OUTPUT);
}

export function readChoice(
  _context: CompileContext,
  choice: FieldReader,
  transitions: Transitions,
): Own<ChoiceState> | null {
  const branches: { condition: Test; next: State }[] = [];
  const list = choice.maps('Branches', (i) => `branch ${i} of ${choice.what}`, { required: true });
  if (list !== null && list.length === 0) requireEntries(choice);
  for (const branch of list ?? []) {
    const field = branch.find('Condition');
    if (field === null) branch.missing('Condition');
    const condition = field === null ? null : readCondition(branch.report, field, BEFORE_OUTPUT);
    const next = transitions.target(branch, 'Next', true);
    if (condition !== null && next !== null) branches.push({ condition, next });
    branch.close(CHOICE_BRANCH_FIELDS, (key) => foreignWord(key, CHOICE_BRANCH_FIELDS));
  }
  for (const key of ['Next', 'End']) {
    if (choice.has(key)) {
      choice.faultAt(
        'choice-transition',
        key,
        `a Choice has no "${key}" of its own; its "Branches" and "Default" say where it leads`,
      );
    }
  }
  const otherwise = transitions.target(choice, 'Default', true);
  return otherwise === null ? null : { branches, default: otherwise };
}

/** An empty list; one whose entries are all faulty has been reported already. */
function requireEntries(fields: FieldReader): void {
  const field = fields.find('Branches');
  if (field?.node.kind === 'list' && field.node.items.length === 0) {
    fields.report.add('empty-list', field.node.offset, field.path, `${fields.what} needs at least one branch`);
  }
}

export function readParallel(
  context: CompileContext,
  parallel: FieldReader,
  transitions: Transitions,
): Own<ParallelState> {
  const branches: Scope[] = [];
  const list = parallel.maps('Branches', (i) => `branch ${i} of ${parallel.what}`, { required: true });
  if (list !== null && list.length === 0) requireEntries(parallel);
  const limit = context.options.limits.parallelBranches;
  const field = parallel.find('Branches');
  if (field?.node.kind === 'list' && field.node.items.length > limit) {
    const message = `${parallel.what} has ${field.node.items.length} branches; the limit is ${limit}`;
    parallel.report.add('out-of-range', field.node.offset, field.path, message);
  }
  for (const [i, branch] of (list ?? []).entries()) {
    const scope = context.compileScope(context, branch, `ParallelBranch #${i}`);
    if (scope !== null) branches.push(scope);
    branch.close(SCOPE_FIELDS, (key) => foreignWord(key, SCOPE_FIELDS));
  }
  return { branches, ...readRecovery(parallel, transitions) };
}

export function readFail(_context: CompileContext, fail: FieldReader): Own<FailState> {
  const code = fail.text('Code', false);
  const detail = fail.text('Detail', false);
  if (!fail.node.entries.has('Detail'))
    fail.fault('missing-detail', `${fail.what} has no "Detail" to say what went wrong`);
  return { code, detail };
}
