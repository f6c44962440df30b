/**
 * One list of steps: of the flow, of a branch of a choice or a parallel, of a foreach. Steps run in their order; `goto` names
 * steps of the same list alone (fdl-classic.md 2), and steps that nothing leads to are found.
 *
 * Two passes: the first makes a state of every step, so that the second can point at any of them, also backward.
 */
import { quote } from '../text/document.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import type { Scope, State, StateBase } from '../plan.ts';
import type { CompileContext, Ways } from './context.ts';
import { ALL_STEP_FIELDS, foreignWord, STEP_FIELDS, STEP_TYPES, stepTypeFor } from './fields.ts';
import type { StepType } from './fields.ts';
import { readMappings } from './mappings.ts';
import type { LocalShape } from './mappings.ts';
import { NOTHING, readChoice, readFail, readForeach, readParallel, readWait } from './step-types.ts';
import { readTask } from './task.ts';
import { IN_MAPPINGS } from './variables.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A step as read from the text; `state` is completed by the second pass and only then is a {@link State}. */
interface Draft {
  readonly fields: FieldReader;
  readonly type: StepType | null;
  readonly state: Mutable<StateBase> & { readonly type: State['type'] };
}

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

/** What a step of each type has done its work with (fdl-classic.md 3.5). */
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

export function compileSteps(context: CompileContext, fields: FieldReader, label: string): Scope | null {
  const index = context.scopes.length;
  // Holds the index while the lists inside take theirs.
  context.scopes.push(undefined as unknown as Scope);
  const drafts = readDrafts(context, fields);
  const ways = new ListWays(drafts);
  for (const [i, draft] of drafts.entries()) {
    complete(context, draft, drafts[i + 1]?.state as State | undefined, ways.from(draft.state as State));
  }
  ways.warnOfUnreachable();
  const states = drafts.map(({ state }) => state as State);
  const [start] = states;
  if (start === undefined) return null;
  const scope = { index, label, start, states };
  context.scopes[index] = scope;
  return scope;
}

function readDrafts(context: CompileContext, fields: FieldReader): Draft[] {
  const readers = fields.maps('steps', (i) => `step ${i}`, { required: true }) ?? [];
  const list = fields.find('steps')?.node;
  if (list?.kind === 'list' && list.items.length === 0) {
    fields.report.add('empty-list', list.offset, fields.at('steps'), `${fields.what} needs at least one step`);
  }
  const names = new Map<string, FieldReader>();
  return readers.map((reader) => {
    const draft = readDraft(context, reader);
    checkName(context, draft, names);
    return draft;
  });
}

function readDraft(context: CompileContext, reader: FieldReader): Draft {
  const name = reader.text('name', true) ?? '';
  const fields = name === '' ? reader : reader.called(`step ${quote(name)}`);
  const type = readType(fields);
  const state = {
    type: type === null ? ('Pass' as const) : STATE_TYPE[type],
    index: context.states.length,
    name,
    place: fields.report.place(fields.node.offset, fields.path),
    inputConstructor: null,
    outputConstructor: null,
    globalConstructor: null,
    next: null,
  };
  context.states.push(state as State);
  return { fields, type, state };
}

function readType(fields: FieldReader): StepType | null {
  const type = fields.text('type', true);
  if (type === null || (STEP_TYPES as readonly string[]).includes(type)) return type as StepType | null;
  const meant = stepTypeFor(type);
  const hint = meant === null ? fields.report.didYouMean(type, STEP_TYPES) : ` (did you mean ${quote(meant)}?)`;
  const message = `${fields.what} has the unknown type ${quote(type)}${hint}; the types are ${STEP_TYPES.join(', ')}`;
  fields.report.add('unknown-type', fields.find('type')?.node.offset ?? fields.node.offset, fields.at('type'), message);
  return null;
}

/** A name stands once in its list, or `goto` means nothing; elsewhere in the flow a history is hard to read with it. */
function checkName(context: CompileContext, { fields, state }: Draft, list: Map<string, FieldReader>): void {
  const { name } = state;
  if (name === '') return;
  const { report } = fields;
  const lineOf = (first: FieldReader): string => `on line ${report.line(first.node.offset)}`;
  const sibling = list.get(name);
  const elsewhere = context.names.get(name);
  if (sibling !== undefined) {
    fields.faultAt(
      'duplicate-state',
      'name',
      `a step named ${quote(name)} stands in this list already, ${lineOf(sibling)}`,
    );
    return;
  }
  list.set(name, fields);
  if (elsewhere === undefined) context.names.set(name, fields);
  else fields.faultAt('duplicate-step', 'name', `the flow has another step named ${quote(name)}, ${lineOf(elsewhere)}`);
}

/** The second pass over a step: its mappings, what its type has of its own, and where it leads. */
function complete(
  context: CompileContext,
  { fields, type, state }: Draft,
  following: State | undefined,
  ways: Ways,
): void {
  state.inputConstructor = readMappings(fields, 'inputMappings', IN_MAPPINGS);
  state.outputConstructor = readMappings(fields, 'outputMappings', IN_MAPPINGS, type === null ? 'any' : LOCAL[type]);
  if (state.outputConstructor === null && (type === 'parallel' || type === 'foreach')) {
    // Their result is a list, which nothing takes over unless a mapping says how (fdl-classic.md 2.5, 2.6).
    state.outputConstructor = () => NOTHING;
  }
  const ends = readEnd(fields, type);
  state.next = ends ? null : (following ?? null);
  if (type === null) return;
  Object.assign(state, readOwn(context, type, fields, ways));
  closeStep(fields, type);
}

/** True when nothing after the step runs; succeed and fail end their list by themselves. */
function readEnd(fields: FieldReader, type: StepType | null): boolean {
  const end = fields.flag('end');
  if (type !== 'succeed' && type !== 'fail') return end === true;
  if (end === false) {
    fields.faultAt('key-without-effect', 'end', `${fields.what} ends its list in any case; "end: false" has no effect`);
  }
  return true;
}

function readOwn(context: CompileContext, type: StepType, fields: FieldReader, ways: Ways): object | null {
  switch (type) {
    case 'pass':
    case 'succeed':
      return null;
    case 'task':
      return readTask(context, fields, ways);
    case 'wait':
      return readWait(context, fields);
    case 'choice':
      return readChoice(context, fields, ways);
    case 'parallel':
      return readParallel(context, fields);
    case 'foreach':
      return readForeach(context, fields);
    case 'fail':
      return readFail(fields);
  }
}

const RECOVERY: readonly string[] = ['retry', 'catch', 'errorMappings'];

/** Warns about keys without effect: those of other types of step by name, any other with "did you mean". */
function closeStep(fields: FieldReader, type: StepType): void {
  const known = STEP_FIELDS[type];
  for (const key of fields.node.entries.keys()) {
    if (!ALL_STEP_FIELDS.has(key) || known.has(key)) continue;
    const advice = RECOVERY.includes(key) ? '; put it on the tasks inside, or on a task that starts a child flow' : '';
    fields.faultAt('key-without-effect', key, `"${key}" has no effect on a step of type ${type}${advice}`);
  }
  fields.close(ALL_STEP_FIELDS, (key) => foreignWord(key, known), known);
}

/** The names of a list, and the ways between its steps as they are read. */
class ListWays {
  readonly #drafts: readonly Draft[];
  readonly #states = new Map<string, State>();
  readonly #gotos = new Map<State, State[]>();
  #dangling = false;

  constructor(drafts: readonly Draft[]) {
    this.#drafts = drafts;
    for (const { state } of drafts) {
      if (state.name !== '' && !this.#states.has(state.name)) this.#states.set(state.name, state as State);
    }
  }

  from(source: State): Ways {
    return {
      goto: (fields, required) => {
        const target = this.#resolve(fields, required);
        if (target !== null) {
          const gotos = this.#gotos.get(source);
          if (gotos === undefined) this.#gotos.set(source, [target]);
          else gotos.push(target);
        }
        return target;
      },
    };
  }

  #resolve(fields: FieldReader, required: boolean): State | null {
    const name = fields.text('goto', required);
    const state = name === null ? null : (this.#states.get(name) ?? null);
    if (state !== null) return state;
    if (required || fields.has('goto')) this.#dangling = true;
    if (name === null) return null;
    const hint = fields.report.didYouMean(name, this.#states.keys());
    const message = `goto of ${fields.what} names ${quote(name)}, but no step of the same list has that name${hint}`;
    fields.report.add(
      'dangling-next',
      fields.find('goto')?.node.offset ?? fields.node.offset,
      fields.at('goto'),
      message,
    );
    return null;
  }

  /** Where a name leads nowhere nothing is said: what it should have named would be "unreachable" too. */
  warnOfUnreachable(): void {
    const [first] = this.#drafts;
    if (first === undefined || this.#dangling) return;
    const reached = new Set([first.state as State]);
    for (const state of reached) {
      for (const target of this.#gotos.get(state) ?? []) reached.add(target);
      if (state.next !== null && goesOn(state)) reached.add(state.next);
    }
    for (const { fields, state } of this.#drafts) {
      if (reached.has(state as State) || state.name === '' || this.#states.get(state.name) !== state) continue;
      fields.faultAt(
        'unreachable-state',
        'name',
        `no way leads to ${fields.what}: a step before it ends the list or goes elsewhere`,
      );
    }
  }
}

/** False for a choice whose every branch has a goto. */
function goesOn(state: State): boolean {
  if (state.type !== 'Switch') return true;
  return state.default === null || state.default.next === null || state.branches.some(({ next }) => next === null);
}
