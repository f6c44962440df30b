/** Intrinsic functions of Amazon States Language (`States.Format(…)`) → functions of the state-machine language. */
import { numberLiteral } from '../number-literal.ts';
import { call, constantOf, isTextLiteral, list, literal } from '../terms.ts';
import type { Term } from '../terms.ts';

/** Says what a path leads to. @throws {Unconvertible} */
export type ReadPath = (text: string) => Term;

/** Why something has no equivalent: one sentence without a full stop. */
export class Unconvertible extends Error {
  override readonly name = 'Unconvertible';
}

/** Deepest nesting of calls that is read; the service itself has ten. */
const NESTING_MAX = 20;

export function isIntrinsic(text: string): boolean {
  return /^\s*States\.\w*\s*\(/.test(text);
}

/** `States.Format('{}', $.a)` → `format("{}", …)`. @throws {Unconvertible} */
export function convertIntrinsic(text: string, readPath: ReadPath): Term {
  const reader = new Reader(text, readPath);
  const term = reader.value(0);
  reader.end();
  return term;
}

class Reader {
  readonly #text: string;
  readonly #readPath: ReadPath;
  #at = 0;

  constructor(text: string, readPath: ReadPath) {
    this.#text = text;
    this.#readPath = readPath;
  }

  end(): void {
    if (this.#take(/\s*/y) !== null && this.#at < this.#text.length) this.#fail();
  }

  value(depth: number): Term {
    if (depth > NESTING_MAX) throw new Unconvertible('intrinsic functions are nested too deeply');
    this.#take(/\s*/y);
    const name = this.#take(/States\.(\w+)\s*\(/y);
    if (name !== null) return this.#call(name[1] as string, depth);
    const text = this.#take(/'((?:[^'\\]|\\[\s\S])*)'/y);
    if (text !== null) return literal(text[1] as string);
    const path = this.#take(/\$(?:[^,()'"\s[]|\[(?:[^\]'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*\])*/y);
    if (path !== null) return this.#readPath(path[0]);
    const word = this.#take(/true|false|null/y);
    if (word !== null) return literal(word[0] === 'null' ? null : word[0] === 'true');
    const number = this.#take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (number !== null) return numberLiteral(number[0]);
    return this.#fail();
  }

  #call(name: string, depth: number): Term {
    const args: Term[] = [];
    if (this.#take(/\s*\)/y) === null) {
      do args.push(this.value(depth + 1));
      while (this.#take(/\s*,/y) !== null);
      if (this.#take(/\s*\)/y) === null) this.#fail();
    }
    return equivalent(name, args);
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }

  #fail(): never {
    throw new Unconvertible(`${JSON.stringify(this.#text.slice(0, 80))} cannot be read as an intrinsic function`);
  }
}

/** Functions that are the same but for their names, with the numbers of their arguments. */
const RENAMED: Readonly<Record<string, readonly [name: string, args: number]>> = {
  StringToJson: ['stringToJson', 1],
  JsonToString: ['jsonToString', 1],
  ArrayContains: ['arrayContains', 2],
  ArrayUnique: ['arrayUnique', 1],
  ArrayLength: ['length', 1],
  ArrayGetItem: ['get', 2],
  Base64Encode: ['toBase64', 1],
  Base64Decode: ['fromBase64', 1],
  UUID: ['uuid', 0],
  MathAdd: ['intAdd', 2],
};

const WITHOUT_EQUIVALENT: Readonly<Record<string, string>> = {
  ArrayPartition: 'there is no function that cuts an array into parts; let a task do it',
  ArrayRange:
    'there is no function that counts, and only short ranges of plain numbers are written out; let a task do it',
};

const HASHES = ['MD5', 'SHA-1', 'SHA-256', 'SHA-512'];

function equivalent(name: string, written: readonly Term[]): Term {
  // A format template has escapes of its own.
  const args =
    name === 'Format' ? [written[0] ?? literal(''), ...written.slice(1).map(unescaped)] : written.map(unescaped);
  const renamed = Object.hasOwn(RENAMED, name) ? RENAMED[name] : undefined;
  if (renamed !== undefined) {
    if (args.length !== renamed[1]) throw new Unconvertible(`States.${name} takes ${renamed[1]} arguments`);
    return call(renamed[0], ...args);
  }
  switch (name) {
    case 'Array':
      return list(args);
    case 'Format':
      return format(args);
    case 'ArrayRange':
      return range(args);
    case 'StringSplit':
      return split(args);
    case 'JsonMerge':
      return jsonMerge(args);
    case 'Hash':
      return hash(args);
    case 'MathRandom':
      return random(args);
    default:
      throw new Unconvertible(
        Object.hasOwn(WITHOUT_EQUIVALENT, name)
          ? `States.${name} has no equivalent: ${WITHOUT_EQUIVALENT[name]}`
          : `there is no intrinsic function States.${name}`,
      );
  }
}

function unescaped(term: Term): Term {
  return isTextLiteral(term) ? literal(term.value.replace(/\\([\s\S])/g, '$1')) : term;
}

/** A brace that is meant as such comes in as a value: `format` has no escapes. */
function format([template, ...values]: readonly Term[]): Term {
  if (template === undefined || !isTextLiteral(template)) {
    throw new Unconvertible('States.Format is converted with a literal template only');
  }
  const rest = [...values];
  const args: Term[] = [];
  const text = template.value.replace(/\\([\s\S])|\{\}/g, (found, escaped: string | undefined) => {
    if (escaped !== undefined && escaped !== '{' && escaped !== '}') return escaped;
    const value = escaped === undefined ? rest.shift() : literal(escaped);
    if (value === undefined) throw new Unconvertible('States.Format has fewer values than its template has places');
    args.push(value);
    return found.length > 0 ? '{}' : '';
  });
  if (rest.length > 0) throw new Unconvertible('States.Format has more values than its template has places');
  return call('format', literal(text), ...args);
}

const RANGE_MAX = 100;

function range(args: readonly Term[]): Term {
  const [first, last, by] = args.map(constantOf);
  if (typeof first !== 'number' || typeof last !== 'number' || typeof by !== 'number' || by === 0) {
    throw new Unconvertible(`States.ArrayRange has no equivalent: ${WITHOUT_EQUIVALENT['ArrayRange']}`);
  }
  const items: Term[] = [];
  for (let value = first; by > 0 ? value <= last : value >= last; value += by) {
    if (items.push(literal(value)) > RANGE_MAX) {
      throw new Unconvertible(`States.ArrayRange has no equivalent: ${WITHOUT_EQUIVALENT['ArrayRange']}`);
    }
  }
  return list(items);
}

/** There each character of the second argument separates, and empty parts are dropped; here the whole does, and they stay. */
function split([text, separator]: readonly Term[]): Term {
  if (text === undefined || separator === undefined || !isTextLiteral(separator) || separator.value.length !== 1) {
    throw new Unconvertible('States.StringSplit is converted with one literal character as separator only');
  }
  return call('split', text, separator);
}

function jsonMerge([left, right, deep]: readonly Term[]): Term {
  if (left === undefined || right === undefined || deep?.kind !== 'literal' || deep.value !== false) {
    throw new Unconvertible('States.JsonMerge takes two objects and false');
  }
  return call('jsonMerge', left, right);
}

function hash([value, algorithm]: readonly Term[]): Term {
  if (value === undefined || algorithm === undefined) throw new Unconvertible('States.Hash takes two arguments');
  if (isTextLiteral(algorithm) && !HASHES.includes(algorithm.value)) {
    throw new Unconvertible(`hash has no algorithm ${algorithm.value}; it has ${HASHES.join(', ')}`);
  }
  return call('hash', value, algorithm);
}

/** There the end is not included, here it is. */
function random([from, to, seed]: readonly Term[]): Term {
  if (from === undefined || to === undefined) throw new Unconvertible('States.MathRandom takes two arguments');
  if (seed !== undefined) throw new Unconvertible('randomInt takes no seed');
  const end = constantOf(to);
  return call('randomInt', from, typeof end === 'number' ? literal(end - 1) : call('intAdd', to, literal(-1)));
}
