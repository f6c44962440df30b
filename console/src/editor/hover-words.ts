/** The words about the key, value or name under the mouse. Pure. */
import { fieldOf, mappingAt } from './fields.ts';
import type { Dialect, Vocabulary } from './fields.ts';
import { placeAt } from './place.ts';

export interface HoverWords {
  readonly from: number;
  readonly to: number;
  readonly title: string;
  readonly about: string;
  /** Lists below: allowed values, parameters of an action. */
  readonly lists: readonly {
    readonly kind: 'values' | 'parameters' | 'modes' | 'result';
    readonly words: readonly string[];
  }[];
}

const LONGEST_LIST = 12;

export function hoverWords(vocabulary: Vocabulary, dialect: Dialect, text: string, offset: number): HoverWords | null {
  const place = placeAt(text, offset);
  if (place === null) return null;
  const { from, to } = place;
  const mapping = mappingAt(vocabulary, dialect, place.levels);
  if (place.at === 'key') {
    const written = text.slice(from, to).replace(/^["']|["']$/g, '');
    const field = fieldOf(mapping, written);
    if (field === null) {
      const isParameter = mapping.action?.parameters.includes(written.replace(/\.\$$/, '')) === true;
      return isParameter && mapping.action !== null
        ? { from, to, title: written, about: `${mapping.action.name}: ${mapping.action.about}`, lists: [] }
        : null;
    }
    const { values } = field;
    const lists =
      values === undefined || values.length > LONGEST_LIST ? [] : [{ kind: 'values' as const, words: values }];
    return { from, to, title: written, about: field.about, lists };
  }
  const action = vocabulary.actions.find(({ name }) => name === text.slice(from, to).replace(/^["']|["']$/g, ''));
  if (action !== undefined && (place.key === 'Action' || place.key === 'action')) {
    const lists = [
      {
        kind: 'parameters' as const,
        words: action.parameters.map((key) => (action.required.includes(key) ? `${key}*` : key)),
      },
      { kind: 'modes' as const, words: action.modes },
      { kind: 'result' as const, words: action.result },
    ];
    return { from, to, title: action.name, about: action.about, lists: lists.filter(({ words }) => words.length > 0) };
  }
  return nameAt(vocabulary, dialect, text, offset);
}

/** A variable, up to the member under the mouse, or a function. */
function nameAt(vocabulary: Vocabulary, dialect: Dialect, text: string, offset: number): HoverWords | null {
  const before = /[\w$.]*$/.exec(text.slice(Math.max(0, offset - 200), offset))?.[0] ?? '';
  const after = /^\w*/.exec(text.slice(offset, offset + 200))?.[0] ?? '';
  const word = before + after;
  const from = offset - before.length;
  const to = offset + after.length;
  const variable = vocabulary.variables
    .filter(({ name, dialect: of }) => of === dialect && (word === name || word.startsWith(`${name}.`)))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  if (variable !== undefined) {
    return { from, to: from + variable.name.length, title: variable.name, about: variable.about, lists: [] };
  }
  const isCalled = /^\s*\(/.test(text.slice(to, to + 20));
  const called = isCalled && dialect !== 'classic' ? vocabulary.functions.find(({ name }) => name === word) : undefined;
  return called === undefined ? null : { from, to, title: called.signature, about: called.about, lists: [] };
}
