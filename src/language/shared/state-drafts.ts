/**
 * The first of the two passes over a list of states. It makes an object of every state, so that the second pass can point at
 * any of them, also backward, and reports faults of the names and the types.
 */
import { codePoints } from '../../base/text.ts';
import type { State, StateBase } from '../plan.ts';
import { quote } from '../text/document.ts';
import type { CompileContext } from './context.ts';
import type { FieldReader } from './field-reader.ts';
import { StateBaseDraft } from './recipe.ts';
import type { StateDraft, Unlinked } from './recipe.ts';

/** The members that a type of state has beyond those of every state. */
export type OwnMembers<S extends State> = {
  readonly [K in Exclude<keyof S, keyof StateBase | 'type'>]: Unlinked<S[K]>;
};

/** A state whose first pass is done. */
export interface Draft<T extends string> {
  readonly fields: FieldReader;
  /** The type as written; null when it is missing or unknown. */
  readonly type: T | null;
  /** The members of every state; the second pass sets them. */
  readonly base: StateBaseDraft;
  /** The same object as `base`, for others to point at. It is a whole state once the second pass is over. */
  readonly state: StateDraft;
}

/** How a dialect writes a list of states. */
export interface ListForm<T extends string> {
  /** Key of the list: `States`, `steps`. */
  readonly list: string;
  /** The word for an entry: `state`, `step`. */
  readonly entry: string;
  /** Keys of an entry's name and type. */
  readonly name: string;
  readonly type: string;
  readonly types: readonly T[];
  stateType(type: T): State['type'];
  /** The type that a word of another language means; null when it means none. */
  meantType(word: string): T | null;
}

/** The entries of the list that `fields` holds, in their order. */
export function readDrafts<T extends string>(
  context: CompileContext,
  fields: FieldReader,
  form: ListForm<T>,
  checkName: (draft: Draft<T>) => void,
): Draft<T>[] {
  const readers = fields.maps(form.list, (i) => `${form.entry} ${i}`, { required: true }) ?? [];
  fields.requireEntry(form.list, form.entry);
  return readers.map((reader) => {
    const draft = readDraft(context, reader, form);
    if (draft.base.name !== '') checkName(draft);
    return draft;
  });
}

function readDraft<T extends string>(context: CompileContext, reader: FieldReader, form: ListForm<T>): Draft<T> {
  const name = reader.text(form.name, { required: true }) ?? '';
  const fields = name === '' ? reader : reader.called(`${form.entry} ${quote(name)}`);
  checkLength(fields, form, name, context.options.limits.stateNameCharacters);
  const type = readType(fields, form);
  const base = new StateBaseDraft(type === null ? 'Pass' : form.stateType(type), context.states.length, name);
  const state = base as unknown as StateDraft;
  context.states.push(state);
  return { fields, type, base, state };
}

/** Every event of a state has its name, so a long one would fill the store and the pages of histories. */
function checkLength<T extends string>(fields: FieldReader, form: ListForm<T>, name: string, limit: number): void {
  if (name.length <= limit) return;
  const characters = codePoints(name);
  if (characters <= limit) return;
  const message = `the name of ${fields.what} has ${characters} characters; the limit is ${limit}`;
  fields.faultAt('out-of-range', form.name, message);
}

function readType<T extends string>(fields: FieldReader, { type: key, types, meantType }: ListForm<T>): T | null {
  const type = fields.text(key, { required: true });
  if (type === null || (types as readonly string[]).includes(type)) return type as T | null;
  const meant = meantType(type);
  const hint = meant === null ? fields.report.didYouMean(type, types) : ` (did you mean ${quote(meant)}?)`;
  const message = `${fields.what} has the unknown ${key} ${quote(type)}${hint}; the types are ${types.join(', ')}`;
  fields.report.add('unknown-type', fields.find(key)?.node.offset ?? fields.node.offset, fields.at(key), message);
  return null;
}

/** `on line 12`: where the mapping of `fields` begins. */
export function onLine({ report, node }: FieldReader): string {
  return `on line ${report.line(node.offset)}`;
}
