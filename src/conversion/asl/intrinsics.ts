/** Converts intrinsic functions (`States.Format(…)`) to functions of the state-machine language. */
import { call, choose, constantOf, isTextLiteral, list, literal, NULL, some } from '../terms.ts';
import type { Term } from '../terms.ts';
import type { ReadPath } from './intrinsic-text.ts';
import { readIntrinsic, Unconvertible } from './intrinsic-text.ts';

export { isIntrinsic, Unconvertible } from './intrinsic-text.ts';

/** Adds a note about a difference, for its first place. */
export type Note = (message: string) => void;

/** `States.Format('{}', $.a)` → `format("{}", …)`. @throws {Unconvertible} */
export function convertIntrinsic(text: string, readPath: ReadPath, note: Note): Term {
  return readIntrinsic(text, readPath, (name, args) => equivalent(name, args, note));
}

interface Equivalent {
  /** The least and the most arguments. */
  readonly args: readonly [number, number];
  convert(args: readonly Term[], note: Note): Term;
}

function renamed(name: string, args: number): Equivalent {
  return { args: [args, args], convert: (given) => call(name, ...given) };
}

const EQUIVALENTS: Readonly<Record<string, Equivalent>> = {
  Array: { args: [0, Number.POSITIVE_INFINITY], convert: (args) => list(args) },
  ArrayContains: renamed('arrayContains', 2),
  ArrayGetItem: { args: [2, 2], convert: item },
  ArrayLength: { args: [1, 1], convert: arrayLength },
  ArrayPartition: { args: [2, 2], convert: partition },
  ArrayRange: { args: [3, 3], convert: range },
  ArrayUnique: renamed('arrayUnique', 1),
  Base64Decode: renamed('fromBase64', 1),
  Base64Encode: renamed('toBase64', 1),
  Format: { args: [1, Number.POSITIVE_INFINITY], convert: format },
  Hash: { args: [2, 2], convert: hash },
  JsonMerge: { args: [3, 3], convert: jsonMerge },
  JsonToString: renamed('jsonToString', 1),
  MathAdd: { args: [2, 2], convert: add },
  MathRandom: { args: [2, 3], convert: random },
  StringSplit: { args: [2, 2], convert: split },
  StringToJson: { args: [1, 1], convert: parse },
  UUID: renamed('uuid', 0),
};

function equivalent(name: string, written: readonly Term[], note: Note): Term {
  const found = Object.hasOwn(EQUIVALENTS, name) ? EQUIVALENTS[name] : undefined;
  if (found === undefined) throw new Unconvertible(`there is no intrinsic function States.${name}`);
  const [least, most] = found.args;
  if (written.length < least || written.length > most) {
    const count =
      least === most ? `${least}` : most === Number.POSITIVE_INFINITY ? `${least} or more` : `${least} to ${most}`;
    throw new Unconvertible(`States.${name} needs ${count} arguments, but has ${written.length}`);
  }
  // In a template of Format, an escaped brace is not a place for a value.
  const args = name === 'Format' ? [written[0] as Term, ...written.slice(1).map(unescaped)] : written.map(unescaped);
  return found.convert(args, note);
}

function unescaped(term: Term): Term {
  return isTextLiteral(term) ? literal(term.value.replace(/\\([\s\S])/g, '$1')) : term;
}

/** True if the value may be an array or an object when the flow runs. */
function mayBeCollection(term: Term): boolean {
  if (term.kind === 'call') return !TEXTS.has(term.name);
  return term.kind !== 'literal' && term.kind !== 'comparison' && !isText(term);
}

const TEXTS = new Set([
  'format',
  'jsonToString',
  'toBase64',
  'fromBase64',
  'hash',
  'uuid',
  'intAdd',
  'randomInt',
  'length',
]);

/** True for parts of the context object that are texts or numbers. */
function isText(term: Term): boolean {
  if (term.kind !== 'path' || term.target.kind !== 'variable' || term.target.name !== '$Context') return false;
  const last = term.segments.at(-1);
  return last?.kind === 'name' && ['Name', 'RoleArn', 'RetryCount', 'ItemIndex', 'TaskToken'].includes(last.name);
}

/** An escaped brace becomes a value, because `format` has no escapes. */
function format([template, ...values]: readonly Term[], note: Note): Term {
  if (values.some(mayBeCollection)) note('States.Format fails for an array or an object; here the text has its JSON');
  if (template === undefined || !isTextLiteral(template)) {
    note(
      'States.Format fails if the template has not as many {} as there are values; here they remain, or are left out',
    );
    return call('format', template ?? NULL, ...values);
  }
  const rest = [...values];
  const args: Term[] = [];
  const text = template.value.replace(/\\([\s\S])|\{\}/g, (_, escaped: string | undefined) => {
    if (escaped !== undefined && escaped !== '{' && escaped !== '}') return escaped;
    const value = escaped === undefined ? rest.shift() : literal(escaped);
    if (value === undefined) throw new Unconvertible('States.Format has fewer values than its template has places');
    args.push(value);
    return '{}';
  });
  if (rest.length > 0) throw new Unconvertible('States.Format has more values than its template has places');
  return call('format', literal(text), ...args);
}

function item([array, index]: readonly Term[], note: Note): Term {
  const at = index === undefined ? undefined : constantOf(index);
  if (typeof at === 'number' && (at < 0 || !Number.isInteger(at))) {
    throw new Unconvertible(`States.ArrayGetItem has no item ${at}`);
  }
  note('States.ArrayGetItem fails if there is no such item; here it is null, and a negative index counts from the end');
  return call('get', array ?? NULL, index ?? NULL);
}

function arrayLength([array]: readonly Term[], note: Note): Term {
  if (array?.kind !== 'array') note('States.ArrayLength fails for a text or an object; length counts their parts');
  return call('length', array ?? NULL);
}

/** The limit of the service. */
const RANGE_MAX = 1000;

/** Rounds a constant as the service does, and returns undefined for any other term. */
function rounded(term: Term | undefined): number | undefined {
  const value = term === undefined ? undefined : constantOf(term);
  return typeof value === 'number' ? Math.round(value) : undefined;
}

function range(args: readonly Term[]): Term {
  const [first, last, by] = args.map(rounded);
  if (first === undefined || last === undefined || by === undefined) {
    throw new Unconvertible(
      'States.ArrayRange has no equivalent: no function makes a range, and only ranges of constants are written out; use a task',
    );
  }
  if (by === 0) throw new Unconvertible('States.ArrayRange needs a step that is not 0');
  const items: Term[] = [];
  for (let value = first; by > 0 ? value <= last : value >= last; value += by) {
    if (items.push(literal(value)) > RANGE_MAX) {
      throw new Unconvertible(`States.ArrayRange can have ${RANGE_MAX} items at most`);
    }
  }
  return list(items);
}

/** The parts of an array whose items are known, though not their values. */
function partition([array, size]: readonly Term[]): Term {
  const most = rounded(size);
  if (array?.kind !== 'array' || most === undefined || most < 1) {
    throw new Unconvertible(
      'States.ArrayPartition has no equivalent: no function splits an array into parts, and only known arrays are written out; use a task',
    );
  }
  const parts: Term[] = [];
  for (let at = 0; at < array.items.length; at += most) parts.push(list(array.items.slice(at, at + most)));
  return list(parts);
}

/** The original separates at each character of the second argument, and drops empty parts. */
function split([text, separator]: readonly Term[], note: Note): Term {
  if (text === undefined || separator === undefined || !isTextLiteral(separator)) {
    throw new Unconvertible('States.StringSplit needs literal characters as separators');
  }
  if (isTextLiteral(text)) return list(parts(text.value, separator.value).map(literal));
  if (Array.from(separator.value).length !== 1) {
    throw new Unconvertible('States.StringSplit has an equivalent only with one character as separator');
  }
  note('split returns empty parts too, which States.StringSplit drops');
  return call('split', text, separator);
}

function parts(text: string, separators: string): string[] {
  const found: string[] = [];
  let part = '';
  for (const character of text) {
    if (!separators.includes(character)) {
      part += character;
      continue;
    }
    found.push(part);
    part = '';
  }
  return [...found, part].filter((each) => each !== '');
}

/** The original reads an empty text as `null`. */
function parse([text]: readonly Term[]): Term {
  if (text === undefined || isTextLiteral(text)) {
    return text?.value === '' ? NULL : call('stringToJson', text ?? NULL);
  }
  // The value occurs twice, and nested calls double it again and again.
  let inner = 0;
  some(text, (part) => part.kind === 'call' && part.name === 'stringToJson' && ++inner > 1);
  if (inner > 1) throw new Unconvertible('States.StringToJson can be nested twice; use one Pass for each');
  const isEmpty = call('arrayContains', list([text]), literal(''));
  return call('stringToJson', choose(isEmpty, literal('null'), text));
}

function jsonMerge([left, right, deep]: readonly Term[]): Term {
  if (left === undefined || right === undefined || deep?.kind !== 'literal' || deep.value !== false) {
    throw new Unconvertible('States.JsonMerge needs two objects and false');
  }
  return call('jsonMerge', left, right);
}

const HASHES = ['MD5', 'SHA-1', 'SHA-256', 'SHA-512'];

function hash([value, algorithm]: readonly Term[], note: Note): Term {
  if (value === undefined || algorithm === undefined) throw new Unconvertible('States.Hash needs two arguments');
  if (!isTextLiteral(algorithm)) note(`hash has no algorithm SHA-384; it has ${HASHES.join(', ')}`);
  else if (!HASHES.includes(algorithm.value)) {
    throw new Unconvertible(`hash has no algorithm ${algorithm.value}; it has ${HASHES.join(', ')}`);
  }
  return call('hash', value, algorithm);
}

/** Returns an integer: constants are rounded here, and other values have to be integers when the flow runs. */
function integer(term: Term | undefined, note: Note): Term {
  const value = rounded(term);
  if (value !== undefined) return literal(value);
  if (term === undefined || constantOf(term) !== undefined) return term ?? NULL;
  const isInteger = term.kind === 'call' && ['intAdd', 'randomInt', 'length'].includes(term.name);
  if (!isInteger) note('a number with a fraction fails here, where the original rounds it');
  return term;
}

function add([left, right]: readonly Term[], note: Note): Term {
  return call('intAdd', integer(left, note), integer(right, note));
}

/** The end of States.MathRandom is exclusive, and that of `randomInt` inclusive. */
function random([from, to, seed]: readonly Term[], note: Note): Term {
  if (seed !== undefined) throw new Unconvertible('randomInt has no seed');
  const end = rounded(to);
  const last = end === undefined ? call('intAdd', integer(to, note), literal(-1)) : literal(end - 1);
  return call('randomInt', integer(from, note), last);
}
