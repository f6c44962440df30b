/** One scope: `StartAt` and `States` of the flow, of a branch or of a Map processor. Names are those of the scope (rules.md 7.3). */
import { quote, textOf } from '../text/document.ts';
import type { CompileContext } from '../shared/context.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import { warnOfUnreachable } from '../shared/reachability.ts';
import { onLine, readDrafts } from '../shared/state-drafts.ts';
import type { Draft, ListForm } from '../shared/state-drafts.ts';
import { closeState } from '../shared/state-keys.ts';
import { StateNames } from '../shared/state-names.ts';
import type { Transitions } from '../shared/state-names.ts';
import { step } from '../text/path.ts';
import type { ScopeDraft, StateDraft } from '../shared/recipe.ts';
import { checkContextPaths } from './closed-shapes.ts';
import { readConstructor, readWholeConstructor } from './constructor.ts';
import { ALL_STATE_FIELDS, foreignWord, STATE_FIELDS, STATE_TYPES } from './fields.ts';
import type { StateType } from './fields.ts';
import { readMap } from './map.ts';
import { readChoice, readFail, readParallel, readTask, readWait } from './states.ts';
import { BEFORE_OUTPUT, WITH_OUTPUT } from './variables.ts';

const FORM: ListForm<StateType> = {
  list: 'States',
  entry: 'state',
  name: 'Name',
  type: 'Type',
  types: STATE_TYPES,
  stateType: (type) => type,
  meantType: () => null,
};

export function compileScope(context: CompileContext, fields: FieldReader): ScopeDraft | null {
  const byName = new Map<string, FieldReader>();
  const drafts = readDrafts(context, fields, FORM, (draft) => checkName(draft, byName));
  const names = new StateNames(drafts, reportDangling);
  const start = names.resolve(fields, 'StartAt', { required: true });
  for (const draft of drafts) complete(context, draft, names.from(draft.state));
  if (start === null) return null;
  warnOfUnreachable(
    names,
    drafts,
    start,
    (state) => names.targets(state),
    (draft) => draft.fields.faultAt('unreachable-state', 'Name', `no way leads from StartAt to ${draft.fields.what}`),
  );
  return { start, states: drafts.map(({ state }) => state) };
}

function checkName({ fields, base: { name } }: Draft<StateType>, byName: Map<string, FieldReader>): void {
  const first = byName.get(name);
  if (first === undefined) byName.set(name, fields);
  else {
    const message = `this scope has another state named ${quote(name)}, ${onLine(first)}`;
    fields.faultAt('duplicate-state', 'Name', message);
  }
}

function reportDangling(fields: FieldReader, key: string, name: string, names: Iterable<string>): void {
  const code = key === 'StartAt' ? 'dangling-start' : 'dangling-next';
  const hint = fields.report.didYouMean(name, names);
  const message = `${key} of ${fields.what} names ${quote(name)}, but no state of this scope has that name${hint}`;
  fields.report.add(code, fields.find(key)?.node.offset ?? fields.node.offset, fields.at(key), message);
}

/** The second pass over a state: its constructors, its transition, and the fields of its type. */
function complete(context: CompileContext, { fields, type, base }: Draft<StateType>, transitions: Transitions): void {
  checkContextPaths(fields);
  base.inputConstructor = readWholeConstructor(fields, 'InputConstructor', BEFORE_OUTPUT);
  if (type !== 'Choice') base.outputConstructor = readWholeConstructor(fields, 'OutputConstructor', WITH_OUTPUT);
  base.globalConstructor = readConstructor(fields, 'GlobalConstructor', WITH_OUTPUT);
  checkGlobalKeys(fields, context.options.limits.globalKeyBytes);
  if (type === 'Succeed' || type === 'Fail') checkTerminal(fields);
  else if (type !== 'Choice') base.next = readNext(fields, transitions, type === null);
  if (type === null) return;
  Object.assign(base, readOwn(context, type, fields, transitions));
  const noEffect = (key: string): string => `"${key}" has no effect on a state of Type ${type}`;
  closeState(fields, STATE_FIELDS[type], ALL_STATE_FIELDS, noEffect, foreignWord);
}

function readOwn(
  context: CompileContext,
  type: StateType,
  fields: FieldReader,
  transitions: Transitions,
): object | null {
  switch (type) {
    case 'Pass':
    case 'Succeed':
      return null;
    case 'Task':
      return readTask(context, fields, transitions);
    case 'Wait':
      return readWait(context, fields);
    case 'Choice':
      return readChoice(fields, transitions);
    case 'Parallel':
      return readParallel(context, fields, transitions);
    case 'Map':
      return readMap(context, fields, transitions);
    case 'Fail':
      return readFail(fields);
  }
}

/** `Next`; null for a state that ends its scope. `lenient`: the type is not known, so a missing transition is no fault. */
function readNext(fields: FieldReader, transitions: Transitions, lenient: boolean): StateDraft | null {
  const end = fields.flag('End');
  const next = transitions.target(fields, 'Next');
  const hasNext = textOf(fields.find('Next')?.node ?? fields.node) !== '' && fields.has('Next');
  if (hasNext && end === true) {
    fields.faultAt('both-transitions', 'End', `${fields.what} has both "Next" and "End: true"; remove one`);
  } else if (!hasNext && end !== true && !lenient && !(end === null && fields.has('End'))) {
    fields.fault('missing-transition', `${fields.what} needs "Next" or "End: true"${misspelt(fields)}`);
  }
  return next;
}

function misspelt(fields: FieldReader): string {
  for (const key of fields.node.entries.keys()) {
    const proper = ['Next', 'End'].find((name) => name !== key && name.toLowerCase() === key.toLowerCase());
    if (proper !== undefined) return `; "${key}" must be written "${proper}"`;
  }
  return '';
}

/** Succeed and Fail always end their scope, so `End: true` is accepted on them (rules.md 7.11). */
function checkTerminal(fields: FieldReader): void {
  if (fields.flag('End') === false) {
    fields.faultAt(
      'key-without-effect',
      'End',
      `${fields.what} ends its scope in any case; "End: false" has no effect`,
    );
  }
}

function checkGlobalKeys(fields: FieldReader, limit: number): void {
  const field = fields.find('GlobalConstructor');
  if (field?.node.kind !== 'map') return;
  for (const { key, keyOffset } of field.node.entries.values()) {
    const bytes = Buffer.byteLength(key.endsWith('.$') ? key.slice(0, -2) : key);
    if (bytes > limit) {
      const message = `the global variable ${quote(key)} has a name of ${bytes} bytes; the limit is ${limit}`;
      fields.report.add('out-of-range', keyOffset, step(field.path, key), message);
    }
  }
}
