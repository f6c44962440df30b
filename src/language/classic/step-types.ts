/** Reads the fields of each type of step except task (rules.md 10.4–10.9). */
import { cut } from '../../base/text.ts';
import { instantMs } from '../../base/instant.ts';
import { CLASSIC_PARALLEL_BRANCHES, CLASSIC_WAIT_SECONDS } from '../limits.ts';
import { describe, quote, textOf } from '../text/document.ts';
import { NEVER, readComputed, readCondition } from '../shared/expressions.ts';
import type { CompileContext } from '../shared/context.ts';
import { FieldReader } from '../shared/field-reader.ts';
import type { Located, Range } from '../shared/field-reader.ts';
import { Recipe } from '../shared/recipe.ts';
import type { Unlinked } from '../shared/recipe.ts';
import { readBranches } from '../shared/parallel-branches.ts';
import type { OwnMembers } from '../shared/state-drafts.ts';
import type { Transitions } from '../shared/state-names.ts';
import type { FailState, MapState, ParallelState, SwitchBranch, SwitchState, WaitState } from '../plan.ts';
import { BRANCH_FIELDS, CHOICE_FIELDS, DEFAULT_FIELDS, foreignWord, ITERATION_FIELDS } from './fields.ts';
import { warnOfExpressionTexts } from './mappings.ts';
import { IN_CONDITION, IN_STEP } from './variables.ts';

const { Standard, Express } = CLASSIC_WAIT_SECONDS;
const WAIT: Readonly<Record<'Standard' | 'Express', Range>> = {
  Standard: { min: 0, max: Standard, says: `from 0 to ${Standard} seconds (2 days)` },
  Express: {
    min: 0,
    max: Express,
    says: `from 0 to ${Express} seconds in an Express flow (${Standard} in a Standard one)`,
  },
};

export function readWait(context: CompileContext, wait: FieldReader): OwnMembers<WaitState> {
  const range = WAIT[context.options.mode];
  const duration = wait.find('duration');
  const timestamp = wait.find('timestamp');
  if (duration !== null && timestamp !== null) {
    wait.faultAt('both-forms', 'timestamp', `${wait.what} has both "duration" and "timestamp"; remove one`);
  } else if (duration === null && timestamp === null) {
    wait.fault('missing-field', `${wait.what} needs "duration" or "timestamp"`);
  }
  const seconds = duration === null ? null : readDuration(wait, duration, range);
  const until = timestamp === null ? null : readTimestamp(wait, timestamp);
  return { seconds: seconds ?? (until === null ? 0 : null), until, secondsMax: range.max };
}

function readDuration(wait: FieldReader, field: Located, range: Range): number | Recipe | null {
  if (textOf(field.node)?.startsWith('$') === true) return readComputed(wait.report, field, IN_STEP);
  return wait.number('duration', range);
}

function readTimestamp(wait: FieldReader, field: Located): string | Recipe | null {
  const text = textOf(field.node);
  if (text?.startsWith('$') === true) return readComputed(wait.report, field, IN_STEP);
  if (text !== null && instantMs(text) !== null) return text;
  const message = `timestamp of ${wait.what} must be an instant such as 2030-01-31T08:00:00Z, but is ${describe(field.node)}`;
  wait.report.add('bad-field-value', field.node.offset, field.path, message);
  return null;
}

export function readChoice(
  context: CompileContext,
  choice: FieldReader,
  transitions: Transitions,
): OwnMembers<SwitchState> {
  const list = choice.maps('choices', (i) => `choice ${i} of ${choice.what}`, { required: true });
  choice.requireEntry('choices', 'choice');
  const branches = (list ?? []).map((branch): Unlinked<SwitchBranch> => {
    const field = branch.find('condition');
    if (field === null) branch.missing('condition');
    const condition = field === null ? null : readCondition(branch.report, field, IN_CONDITION);
    const read = { condition: condition ?? NEVER, ...readBranch(context, branch, transitions) };
    branch.close(CHOICE_FIELDS, (key) => foreignWord(key, CHOICE_FIELDS));
    return read;
  });
  return { branches, default: readDefault(context, choice, transitions) };
}

function readDefault(
  context: CompileContext,
  choice: FieldReader,
  transitions: Transitions,
): Unlinked<Omit<SwitchBranch, 'condition'>> | null {
  const field = choice.find('default');
  if (field === null) return null;
  const goto = textOf(field.node);
  if (goto !== null) {
    const message = `default of ${choice.what} must be a mapping with "steps" or "goto"; write "default: {goto: ${cut(goto, 60)}}"`;
    choice.report.add('wrong-type', field.node.offset, field.path, message);
    return null;
  }
  const located = choice.map('default');
  if (located === null) return null;
  const branch = new FieldReader(choice.report, located, `default of ${choice.what}`);
  const read = readBranch(context, branch, transitions);
  branch.close(DEFAULT_FIELDS, (key) => foreignWord(key, DEFAULT_FIELDS));
  return read;
}

function readBranch(
  context: CompileContext,
  branch: FieldReader,
  transitions: Transitions,
): Unlinked<Omit<SwitchBranch, 'condition'>> {
  const scope = branch.has('steps') ? context.compileScope(branch) : null;
  return { scope, next: transitions.target(branch, 'goto') };
}

export function readParallel(context: CompileContext, parallel: FieldReader): OwnMembers<ParallelState> {
  const limit = Math.max(CLASSIC_PARALLEL_BRANCHES, context.options.limits.parallelBranches);
  const branches = readBranches(context, parallel, 'branches', limit, (branch) =>
    branch.close(BRANCH_FIELDS, (key) => foreignWord(key, BRANCH_FIELDS)),
  );
  return { branches, retry: [], catch: [] };
}

export function readForeach(context: CompileContext, foreach: FieldReader): OwnMembers<MapState> | null {
  const iteration = readIteration(foreach);
  const processor = context.compileScope(foreach);
  if (iteration === null || processor === null) return null;
  const own = { itemConstructor: null, maxConcurrency: null, distributed: null };
  return { ...iteration, ...own, processor, retry: [], catch: [] };
}

function readIteration(foreach: FieldReader): { items: Recipe; iterationConstructor: Recipe } | null {
  const field = foreach.map('iterationMapping', { required: true });
  if (field === null) return null;
  const mapping = new FieldReader(foreach.report, field, `iterationMapping of ${foreach.what}`);
  const collection = mapping.find('collection');
  if (collection === null) mapping.missing('collection');
  const items = collection === null ? null : readComputed(mapping.report, collection, IN_STEP);
  const item = mapping.text('item', { required: true });
  const index = mapping.text('index');
  if (index !== null && index === item) {
    mapping.faultAt(
      'bad-field-value',
      'index',
      `"item" and "index" of ${foreach.what} are both the key ${quote(index)}`,
    );
  }
  mapping.close(ITERATION_FIELDS, (key) => foreignWord(key, ITERATION_FIELDS));
  if (items === null || item === null) return null;
  return { items, iterationConstructor: new Recipe({ kind: 'iteration', item, index }) };
}

export function readFail(fail: FieldReader): OwnMembers<FailState> {
  for (const key of ['error', 'cause']) {
    const field = fail.find(key);
    if (field !== null) warnOfExpressionTexts(fail.report, field.node, field.path);
  }
  return { code: fail.text('error'), detail: fail.text('cause') };
}
