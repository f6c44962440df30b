/**
 * Suggestions for a place of a definition: fields of the mapping, allowed values, actions and their parameters, names of
 * states, variables and functions of expressions. Pure: the editor shows it, and tests ask it.
 */
import { fieldOf, mappingAt } from './fields.ts';
import type { Dialect, Field, Mapping, Vocabulary } from './fields.ts';
import { keysOf, placeAt, scalarIn } from './place.ts';
import type { Level, TextPlace } from './place.ts';

export interface Suggestion {
  readonly label: string;
  readonly kind: 'field' | 'value' | 'action' | 'state' | 'function' | 'variable' | 'error';
  /** A word beside the label: `required`, the signature of a function. */
  readonly detail: string;
  readonly about: string;
  /** The text that takes the place of the word. */
  readonly insert: string;
  /** How far the cursor is before the end of the inserted text. */
  readonly back: number;
  /** Whether more can be suggested at once: the values of a field. */
  readonly hasMore: boolean;
}

export interface Suggestions {
  /** Where the typed part of the word begins; labels are compared with the text from here. */
  readonly from: number;
  /** The whole word, which a suggestion replaces. */
  readonly word: { readonly from: number; readonly to: number };
  readonly list: readonly Suggestion[];
}

export interface Ask {
  readonly vocabulary: Vocabulary;
  readonly dialect: Dialect;
  readonly text: string;
  readonly offset: number;
  /** A person asked with a key; otherwise something was typed. */
  readonly isExplicit: boolean;
}

export function suggest(ask: Ask): Suggestions | null {
  const { vocabulary, dialect, text, offset, isExplicit } = ask;
  const place = placeAt(text, offset);
  if (place === null || isInComment(text, place, offset)) return null;
  const mapping = mappingAt(vocabulary, dialect, place.levels);
  if (place.at === 'value') return valuesAt(ask, place, mapping);
  if (place.itemOf !== null) {
    const outer = mappingAt(vocabulary, dialect, place.levels.slice(0, -1));
    const item = { ...place, key: place.itemOf, levels: place.levels.slice(0, -1) };
    if (mapping.fields.length === 0) return valuesAt(ask, item, outer);
  }
  if (place.before === '' && !isExplicit) return null;
  return keysAt(text, place, mapping);
}

/** A word behind `#` in YAML. */
function isInComment(text: string, { quote }: TextPlace, offset: number): boolean {
  if (quote !== '' || /^\s*\{/.test(text)) return false;
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /(?:^|\s)#/.test(line.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, ''));
}

function keysAt(text: string, place: TextPlace, mapping: Mapping): Suggestions | null {
  const { map } = place.levels.at(-1) as Level;
  const used = new Set(keysOf(map));
  const isJson = isJsonPlace(text, place);
  const suggestion = (key: string, facts: Omit<Field, 'key'>, detail: string): Suggestion => {
    const written = isJson ? JSON.stringify(key) : key;
    return {
      ...{ label: key, kind: 'field', detail, about: facts.about },
      insert: place.hasColon ? written : `${written}: `,
      back: 0,
      hasMore: facts.values !== undefined || facts.expression === true,
    };
  };
  const fields = mapping.fields
    .filter(({ key, deprecated }) => !used.has(key) && deprecated !== true)
    .map((field) => suggestion(field.key, field, field.required === true ? 'required' : ''));
  const parameters = (mapping.action?.parameters ?? []).flatMap((key) => {
    if (used.has(key) || used.has(`${key}.$`)) return [];
    const detail = mapping.action?.required.includes(key) === true ? 'required' : '';
    const about = mapping.action === null ? '' : `${mapping.action.name}: ${mapping.action.about}`;
    return [suggestion(key, { about }, detail), suggestion(`${key}.$`, { about, expression: true }, '')];
  });
  return answer(place, [...fields, ...parameters]);
}

/** Whether keys and texts are written in double quotes here. */
function isJsonPlace(text: string, { levels }: TextPlace): boolean {
  if (/^\s*\{/.test(text)) return true;
  const { map } = levels.at(-1) as Level;
  return map.isFlow && map.entries.some(({ key, hasColon }) => hasColon && key.quote === '"');
}

const NAME_KEYS = new Set(['Next', 'Default', 'StartAt', 'goto']);

function valuesAt(ask: Ask, place: TextPlace, mapping: Mapping): Suggestions | null {
  const { vocabulary, dialect, text, isExplicit } = ask;
  const field = fieldOf(mapping, place.key);
  if (NAME_KEYS.has(place.key) && field?.values === undefined && (place.key !== 'Default' || field !== null)) {
    const isJson = isJsonPlace(text, place);
    return answer(
      place,
      stateNames(place, dialect).map((name) => value(name, 'state', '', isJson, place)),
    );
  }
  if (isExpression(place, field)) return expressionsAt(ask, place);
  const isJson = isJsonPlace(text, place);
  const values = field?.values ?? [];
  if (values.length === 0 || (place.before === '' && !isExplicit && /\n/.test(text.slice(place.from, place.to))))
    return null;
  const isAction = place.key === 'Action' || place.key === 'action';
  const isError = place.key === 'Errors' || place.key === 'errors';
  return answer(
    place,
    values.map((each) => {
      const about = isAction ? (vocabulary.actions.find(({ name }) => name === each)?.about ?? '') : '';
      return value(each, isAction ? 'action' : isError ? 'error' : 'value', about, isJson, place);
    }),
  );
}

function value(
  text: string,
  kind: Suggestion['kind'],
  about: string,
  isJson: boolean,
  { quote }: TextPlace,
): Suggestion {
  const isBare = text === 'true' || text === 'false';
  const isQuoted = !isBare && (isJson || quote === '"' || quote === "'" || !isPlain(text));
  return {
    label: text,
    kind,
    detail: '',
    about,
    insert: isQuoted ? JSON.stringify(text) : text,
    back: 0,
    hasMore: false,
  };
}

/** Whether YAML reads the text as itself without quotes. */
function isPlain(text: string): boolean {
  return (
    /^[^\s\-?:,[\]{}#&*!|>'"%@`~\d=.+][^\n]*$|^\S-/u.test(text) &&
    !/: |:$| #|[,[\]{}]|\s$/.test(text) &&
    !/^(?:true|false|null|yes|no|on|off|~)$/i.test(text)
  );
}

function isExpression({ key }: TextPlace, field: Field | null): boolean {
  return key.endsWith('.$') || field?.expression === true;
}

function expressionsAt({ vocabulary, dialect, text, offset, isExplicit }: Ask, place: TextPlace): Suggestions | null {
  const word = /[\w$][\w.$]*$/.exec(text.slice(Math.max(place.from, offset - 200), offset))?.[0] ?? '';
  if (word === '' && !isExplicit) return null;
  if (/^\d/.test(word) || isInText(text.slice(place.from, offset), place)) return null;
  const from = offset - word.length;
  const rest = /^[\w.$]*/.exec(text.slice(offset, Math.max(offset, place.to)))?.[0] ?? '';
  const variables = vocabulary.variables
    .filter((variable) => variable.dialect === dialect)
    .map(({ name, about }): Suggestion => {
      return { label: name, kind: 'variable', detail: '', about, insert: name, back: 0, hasMore: false };
    });
  const functions = dialect === 'classic' || word.startsWith('$') ? [] : vocabulary.functions;
  const list = [
    ...variables,
    ...functions.map(({ name, signature, about }): Suggestion => {
      return { label: name, kind: 'function', detail: signature, about, insert: `${name}()`, back: 1, hasMore: false };
    }),
  ];
  return { from, word: { from, to: offset + rest.length }, list };
}

/** Whether the cursor is in a text literal of an expression. In a quoted value, the quote around it does not count. */
function isInText(before: string, { quote }: TextPlace): boolean {
  const expression = quote === '"' || quote === "'" ? before.slice(1).replaceAll('\\"', '"') : before;
  const open = expression.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '');
  return quote === '"' ? open.includes("'") : /["']/.test(open);
}

/** The names of the states among which the state at the place moves, apart from its own. */
function stateNames({ key, levels }: TextPlace, dialect: Dialect): string[] {
  const scopeKey = dialect === 'classic' ? 'steps' : 'States';
  const nameKey = dialect === 'classic' ? 'name' : 'Name';
  const inner = levels.findLastIndex(({ under, list }) => under === scopeKey && list !== null);
  const own = key === 'StartAt' ? undefined : levels[inner];
  const outermost = levels.at(-1)?.map.entries.find((entry) => entry.key.text === scopeKey)?.value;
  const list = key === 'StartAt' ? (outermost?.kind === 'list' ? outermost : null) : (own?.list ?? null);
  const names = (list?.items ?? []).flatMap((item) => {
    if (item?.kind !== 'map' || item === own?.map) return [];
    const name = scalarIn(item, nameKey);
    return name === '' ? [] : [name];
  });
  return [...new Set(names)];
}

function answer(place: TextPlace, list: readonly Suggestion[]): Suggestions | null {
  if (list.length === 0) return null;
  const from = place.from + (place.quote === '"' || place.quote === "'" ? 1 : 0);
  return { from, word: { from: place.from, to: place.to }, list };
}
