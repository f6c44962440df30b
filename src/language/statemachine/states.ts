/** Reads the fields of each type of state, except those of every state (rules.md 7.4–7.12). */
import { TASK_TIMEOUT_SECONDS, WAIT_SECONDS } from '../limits.ts';
import { readCondition } from '../shared/expressions.ts';
import type { CompileContext } from '../shared/context.ts';
import type { FieldReader, Range } from '../shared/field-reader.ts';
import { CONSTRUCT_NOTHING } from '../shared/recipe.ts';
import type { Recipe, StateDraft } from '../shared/recipe.ts';
import { readBranches } from '../shared/parallel-branches.ts';
import type { OwnMembers } from '../shared/state-drafts.ts';
import type { Transitions } from '../shared/state-names.ts';
import type { ChoiceState, FailState, ParallelState, TaskState, WaitState } from '../plan.ts';
import { readConstructor } from './constructor.ts';
import { CHOICE_BRANCH_FIELDS, foreignWord, SCOPE_FIELDS } from './fields.ts';
import { readRecovery } from './retry-and-catch.ts';
import { childModeOf } from '../tasks/child-modes.ts';
import { checkResultPaths } from './closed-shapes.ts';
import { readAction, readTaskMode } from './task-action.ts';
import { literalOrComputed } from './literal-or-computed.ts';
import { BEFORE_OUTPUT } from './variables.ts';

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

export function readTask(context: CompileContext, task: FieldReader, transitions: Transitions): OwnMembers<TaskState> {
  const action = readAction(task);
  const mode = readTaskMode(task, action, context.options.mode === 'Express');
  checkResultPaths(task, action, mode);
  const parameters = readConstructor(task, 'Parameters', BEFORE_OUTPUT) ?? CONSTRUCT_NOTHING;
  const timeoutSeconds = literalOrComputed(task, 'Timeout', () =>
    task.number('Timeout', TASK_TIMEOUT, { whole: false }),
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

export function readWait(context: CompileContext, wait: FieldReader): OwnMembers<WaitState> {
  if (!wait.has('Seconds') && !wait.has('Seconds.$')) wait.missing('Seconds');
  const seconds = literalOrComputed(wait, 'Seconds', () => wait.number('Seconds', WAIT[context.options.mode]));
  return { seconds: seconds ?? 1, until: null, secondsMax: null };
}

export function readChoice(choice: FieldReader, transitions: Transitions): OwnMembers<ChoiceState> | null {
  const branches: { condition: Recipe; next: StateDraft }[] = [];
  const list = choice.maps('Branches', (i) => `branch ${i} of ${choice.what}`, { required: true });
  choice.requireEntry('Branches', 'branch');
  for (const branch of list ?? []) {
    const field = branch.find('Condition');
    if (field === null) branch.missing('Condition');
    const condition = field === null ? null : readCondition(branch.report, field, BEFORE_OUTPUT);
    const next = transitions.target(branch, 'Next', { required: true });
    if (condition !== null && next !== null) branches.push({ condition, next });
    branch.close(CHOICE_BRANCH_FIELDS, (key) => foreignWord(key, CHOICE_BRANCH_FIELDS));
  }
  for (const key of ['Next', 'End']) {
    if (choice.has(key)) {
      choice.faultAt(
        'choice-transition',
        key,
        `a Choice has no "${key}"; its "Branches" and "Default" say where it leads`,
      );
    }
  }
  const otherwise = transitions.target(choice, 'Default', { required: true });
  return otherwise === null ? null : { branches, default: otherwise };
}

export function readParallel(
  context: CompileContext,
  parallel: FieldReader,
  transitions: Transitions,
): OwnMembers<ParallelState> {
  const branches = readBranches(context, parallel, 'Branches', context.options.limits.parallelBranches, (branch) =>
    branch.close(SCOPE_FIELDS, (key) => foreignWord(key, SCOPE_FIELDS)),
  );
  return { branches, ...readRecovery(parallel, transitions) };
}

export function readFail(fail: FieldReader): OwnMembers<FailState> {
  const code = fail.text('Code');
  const detail = fail.text('Detail');
  if (!fail.node.entries.has('Detail'))
    fail.fault('missing-detail', `${fail.what} has no "Detail" to say what went wrong`);
  return { code, detail };
}
