/**
 * One scope: `StartAt` and `States` of the flow, of a branch or of a Map processor. Names are resolved to states here,
 * within the scope alone (fdl.md 1), and states that nothing leads to are found.
 *
 * Two passes: the first makes an object of every state, so that the second can point at any of them, also in a circle.
 */
import { quote, textOf } from '../text/document.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import { step } from '../text/path.ts';
import type { Scope, State, StateBase } from '../plan.ts';
import { readConstructor, readWholeConstructor } from './constructor.ts';
import type { CompileContext, Transitions } from './context.ts';
import { ALL_STATE_FIELDS, foreignWord, STATE_FIELDS, STATE_TYPES } from './fields.ts';
import type { StateType } from './fields.ts';
import { readMap } from './map.ts';
import { readChoice, readFail, readParallel, readTask, readWait } from './states.ts';
import { BEFORE_OUTPUT, WITH_OUTPUT } from './variables.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A state as read from the text; `state` is completed by the second pass and only then is a {@link State}. */
interface Draft {
  readonly fields: FieldReader;
  readonly type: StateType | null;
  readonly state: Mutable<StateBase> & { readonly type: StateType };
}

export function compileScope(context: CompileContext, fields: FieldReader, label: string): Scope | null {
  const index = context.scopes.length;
  // Holds the index while the scopes inside take theirs.
  context.scopes.push(undefined as unknown as Scope);
  const drafts = readDrafts(context, fields);
  const names = new ScopeNames(drafts);
  const start = names.start(fields);
  for (const draft of drafts) complete(context, draft, names.from(draft.state as State));
  names.warnOfUnreachable(start, drafts);
  if (start === null) return null;
  const scope = { index, label, start, states: drafts.map(({ state }) => state as State) };
  context.scopes[index] = scope;
  return scope;
}

function readDrafts(context: CompileContext, fields: FieldReader): Draft[] {
  const readers = fields.maps('States', (i) => `state ${i}`, { required: true }) ?? [];
  const list = fields.find('States')?.node;
  if (list?.kind === 'list' && list.items.length === 0) {
    fields.report.add('empty-list', list.offset, fields.at('States'), `${fields.what} needs at least one state`);
  }
  const drafts: Draft[] = [];
  const byName = new Map<string, Draft>();
  for (const reader of readers) {
    const draft = readDraft(context, reader);
    const { name } = draft.state;
    const first = byName.get(name);
    if (first !== undefined) {
      const line = reader.report.line(first.fields.node.offset);
      reader.faultAt(
        'duplicate-state',
        'Name',
        `a state named ${quote(name)} stands in this scope already, on line ${line}`,
      );
    } else if (name !== '') {
      byName.set(name, draft);
    }
    drafts.push(draft);
  }
  return drafts;
}

function readDraft(context: CompileContext, reader: FieldReader): Draft {
  const name = reader.text('Name', true) ?? '';
  const fields = name === '' ? reader : reader.called(`state ${quote(name)}`);
  const type = readType(fields);
  const index = context.states.length;
  const state = {
    type: type ?? 'Pass',
    index,
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

function readType(fields: FieldReader): StateType | null {
  const type = fields.text('Type', true);
  if (type === null || (STATE_TYPES as readonly string[]).includes(type)) return type as StateType | null;
  const field = fields.find('Type');
  const hint = fields.report.didYouMean(type, STATE_TYPES);
  const message = `${fields.what} has the unknown Type ${quote(type)}${hint}; the types are ${STATE_TYPES.join(', ')}`;
  fields.report.add('unknown-type', field?.node.offset ?? fields.node.offset, fields.at('Type'), message);
  return null;
}

/** The second pass over a state: its constructors, where it leads, and what its type has of its own. */
function complete(context: CompileContext, { fields, type, state }: Draft, transitions: Transitions): void {
  state.inputConstructor = readWholeConstructor(fields, 'InputConstructor', BEFORE_OUTPUT);
  if (type !== 'Choice') state.outputConstructor = readWholeConstructor(fields, 'OutputConstructor', WITH_OUTPUT);
  state.globalConstructor = readConstructor(fields, 'GlobalConstructor', WITH_OUTPUT);
  checkGlobalKeys(fields, context.options.limits.globalKeyBytes);
  if (type === 'Succeed' || type === 'Fail') checkTerminal(fields);
  else if (type !== 'Choice') state.next = readNext(fields, transitions, type === null);
  if (type === null) return;
  Object.assign(state, readOwn(context, type, fields, transitions));
  closeState(fields, type);
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
      return readChoice(context, fields, transitions);
    case 'Parallel':
      return readParallel(context, fields, transitions);
    case 'Map':
      return readMap(context, fields, transitions);
    case 'Fail':
      return readFail(context, fields);
  }
}

/** `Next`, or null for a state that ends its scope. `lenient` says nothing about a state whose type is not known. */
function readNext(fields: FieldReader, transitions: Transitions, lenient: boolean): State | null {
  const end = fields.flag('End');
  const next = transitions.target(fields, 'Next', false);
  const hasNext = textOf(fields.find('Next')?.node ?? fields.node) !== '' && fields.has('Next');
  if (hasNext && end === true) {
    fields.faultAt('both-transitions', 'End', `${fields.what} has both "Next" and "End: true"; keep one`);
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

/** Succeed and Fail end their scope by themselves; `End: true` says the same and is tolerated (fdl.md 2.7). */
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

/** Warns about keys without effect: those of other types of state by name, any other with "did you mean". */
function closeState(fields: FieldReader, type: StateType): void {
  const known = STATE_FIELDS[type];
  for (const key of fields.node.entries.keys()) {
    if (ALL_STATE_FIELDS.has(key) && !known.has(key)) {
      fields.faultAt('key-without-effect', key, `"${key}" has no effect on a state of Type ${type}`);
    }
  }
  fields.close(ALL_STATE_FIELDS, (key) => foreignWord(key, known), known);
}

/** The names of a scope, and the ways between its states as they are read. */
class ScopeNames {
  readonly #states = new Map<string, State>();
  readonly #ways = new Map<State, State[]>();
  #dangling = false;

  constructor(drafts: readonly Draft[]) {
    for (const { state } of drafts) {
      if (state.name !== '' && !this.#states.has(state.name)) this.#states.set(state.name, state as State);
    }
  }

  start(fields: FieldReader): State | null {
    return this.#resolve(fields, 'StartAt', true, 'dangling-start');
  }

  from(source: State): Transitions {
    return {
      target: (fields, key, required) => {
        const target = this.#resolve(fields, key, required, 'dangling-next');
        if (target !== null) {
          const ways = this.#ways.get(source);
          if (ways === undefined) this.#ways.set(source, [target]);
          else ways.push(target);
        }
        return target;
      },
    };
  }

  #resolve(
    fields: FieldReader,
    key: string,
    required: boolean,
    code: 'dangling-start' | 'dangling-next',
  ): State | null {
    const name = fields.text(key, required);
    const state = name === null ? null : (this.#states.get(name) ?? null);
    if (state !== null) return state;
    if (name === null) {
      if (required || fields.has(key)) this.#dangling = true;
      return null;
    }
    this.#dangling = true;
    // Where there are no states at all, that has been reported.
    if (this.#states.size === 0) return null;
    const field = fields.find(key);
    const hint = fields.report.didYouMean(name, this.#states.keys());
    const message = `${key} of ${fields.what} names ${quote(name)}, but no state of this scope has that name${hint}`;
    fields.report.add(code, field?.node.offset ?? fields.node.offset, fields.at(key), message);
    return null;
  }

  /** In a scope where a name leads nowhere nothing is said: what it should have named would be "unreachable" too. */
  warnOfUnreachable(start: State | null, drafts: readonly Draft[]): void {
    if (start === null || this.#dangling) return;
    const reached = new Set([start]);
    for (const state of reached) for (const target of this.#ways.get(state) ?? []) reached.add(target);
    for (const { fields, state } of drafts) {
      if (reached.has(state as State) || state.name === '' || this.#states.get(state.name) !== state) continue;
      fields.faultAt('unreachable-state', 'Name', `no way leads from StartAt to ${fields.what}`);
    }
  }
}
