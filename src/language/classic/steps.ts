/**
 * One list of steps: of the flow, of a branch of a choice or a parallel, of a foreach. Steps run in their order; `goto` names a
 * step of the same list (rules.md 10.2, 10.3).
 */
import { quote } from '../text/document.ts';
import type { CompileContext } from '../shared/context.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import { CONSTRUCT_NOTHING } from '../shared/recipe.ts';
import type { ScopeDraft, StateDraft } from '../shared/recipe.ts';
import { warnOfUnreachable } from '../shared/reachability.ts';
import { onLine, readDrafts } from '../shared/state-drafts.ts';
import type { Draft, ListForm } from '../shared/state-drafts.ts';
import { closeState } from '../shared/state-keys.ts';
import { StateNames } from '../shared/state-names.ts';
import type { Transitions } from '../shared/state-names.ts';
import type { State } from '../plan.ts';
import { ALL_STEP_FIELDS, foreignWord, STEP_FIELDS, STEP_TYPES, stepTypeFor } from './fields.ts';
import type { StepType } from './fields.ts';
import { readMappings } from './mappings.ts';
import type { LocalShape } from './mappings.ts';
import { readChoice, readFail, readForeach, readParallel, readWait } from './step-types.ts';
import { readTask } from './task.ts';
import { IN_MAPPINGS } from './variables.ts';

const STATE_TYPE: Readonly<Record<StepType, State['type']>> = {
  task: 'Task',
  pass: 'Pass',
  wait: 'Wait',
  choice: 'Switch',
  parallel: 'Parallel',
  foreach: 'Map',
  succeed: 'Succeed',
  fail: 'Fail',
};

/** The result of a step of each type, its `$local` (rules.md 10.17). */
const LOCAL: Readonly<Record<StepType, LocalShape>> = {
  task: 'any',
  pass: 'nothing',
  wait: 'nothing',
  choice: 'any',
  parallel: 'list',
  foreach: 'list',
  succeed: 'nothing',
  fail: 'any',
};

const FORM: ListForm<StepType> = {
  list: 'steps',
  entry: 'step',
  name: 'name',
  type: 'type',
  types: STEP_TYPES,
  stateType: (type) => STATE_TYPE[type],
  meantType: stepTypeFor,
};

/** `inFlow`: the first step of each name in the whole flow. */
export function compileSteps(
  context: CompileContext,
  inFlow: Map<string, FieldReader>,
  fields: FieldReader,
): ScopeDraft | null {
  const inList = new Map<string, FieldReader>();
  const drafts = readDrafts(context, fields, FORM, (draft) => checkName(draft, inList, inFlow));
  const names = new StateNames(drafts, reportDangling);
  for (const [i, draft] of drafts.entries()) complete(context, draft, drafts[i + 1]?.state, names.from(draft.state));
  const states = drafts.map(({ state }) => state);
  const [start] = states;
  if (start === undefined) return null;
  warnOfUnreachable(
    names,
    drafts,
    start,
    (state) =>
      state.next !== null && fallsThrough(state) ? [...names.targets(state), state.next] : names.targets(state),
    ({ fields: step }) => {
      const message = `no way leads to ${step.what}: a step before it ends the list or continues at another step`;
      step.faultAt('unreachable-state', 'name', message);
    },
  );
  return { start, states };
}

/** False for a choice whose every branch has a goto. */
function fallsThrough(state: StateDraft): boolean {
  if (state.type !== 'Switch') return true;
  return state.default === null || state.default.next === null || state.branches.some(({ next }) => next === null);
}

function reportDangling(fields: FieldReader, key: string, name: string, names: Iterable<string>): void {
  const hint = fields.report.didYouMean(name, names);
  const message = `goto of ${fields.what} names ${quote(name)}, but no step of the same list has that name${hint}`;
  fields.report.add('dangling-next', fields.find(key)?.node.offset ?? fields.node.offset, fields.at(key), message);
}

/** A name twice in one list makes `goto` ambiguous. Twice in the flow it makes a history hard to read. */
function checkName(
  { fields, base: { name } }: Draft<StepType>,
  inList: Map<string, FieldReader>,
  inFlow: Map<string, FieldReader>,
): void {
  const sibling = inList.get(name);
  if (sibling !== undefined) {
    const message = `this list has another step named ${quote(name)}, ${onLine(sibling)}`;
    fields.faultAt('duplicate-state', 'name', message);
    return;
  }
  inList.set(name, fields);
  const elsewhere = inFlow.get(name);
  if (elsewhere === undefined) inFlow.set(name, fields);
  else fields.faultAt('duplicate-step', 'name', `the flow has another step named ${quote(name)}, ${onLine(elsewhere)}`);
}

const RECOVERY: readonly string[] = ['retry', 'catch', 'errorMappings'];

/** The second pass over a step: its mappings, its transition, and the fields of its type. */
function complete(
  context: CompileContext,
  { fields, type, base }: Draft<StepType>,
  following: StateDraft | undefined,
  transitions: Transitions,
): void {
  base.inputConstructor = readMappings(fields, 'inputMappings', IN_MAPPINGS);
  base.outputConstructor = readMappings(fields, 'outputMappings', IN_MAPPINGS, type === null ? 'any' : LOCAL[type]);
  if (base.outputConstructor === null && (type === 'parallel' || type === 'foreach')) {
    // Their result is a list, which only a mapping can turn into an output (rules.md 10.7, 10.8).
    base.outputConstructor = CONSTRUCT_NOTHING;
  }
  const ends = readEnd(fields, type);
  base.next = ends ? null : (following ?? null);
  if (type === null) return;
  Object.assign(base, readOwn(context, type, fields, transitions));
  const noEffect = (key: string): string => {
    const advice = RECOVERY.includes(key) ? '; put it on the tasks inside, or on a task that starts a child flow' : '';
    return `"${key}" has no effect on a step of type ${type}${advice}`;
  };
  closeState(fields, STEP_FIELDS[type], ALL_STEP_FIELDS, noEffect, foreignWord);
}

/** True when no step after it runs. Succeed and fail always end their list. */
function readEnd(fields: FieldReader, type: StepType | null): boolean {
  const end = fields.flag('end');
  if (type !== 'succeed' && type !== 'fail') return end === true;
  if (end === false) {
    fields.faultAt('key-without-effect', 'end', `${fields.what} ends its list in any case; "end: false" has no effect`);
  }
  return true;
}

function readOwn(
  context: CompileContext,
  type: StepType,
  fields: FieldReader,
  transitions: Transitions,
): object | null {
  switch (type) {
    case 'pass':
    case 'succeed':
      return null;
    case 'task':
      return readTask(context, fields, transitions);
    case 'wait':
      return readWait(context, fields);
    case 'choice':
      return readChoice(context, fields, transitions);
    case 'parallel':
      return readParallel(context, fields);
    case 'foreach':
      return readForeach(context, fields);
    case 'fail':
      return readFail(fields);
  }
}
