/** Converts intrinsic functions (`States.Format(…)`) to functions of the state-machine language. */
import { cut } from '../../base/text.ts';
import { numberLiteral } from '../number-literal.ts';
import { call, constantOf, isTextLiteral, list, literal } from '../terms.ts';
import type { Term } from '../terms.ts';

/** Returns the value of a path. @throws {Unconvertible} */
export type ReadPath = (text: string) => Term;

/** The message says why there is no equivalent: one sentence without a full stop. */
export class Unconvertible extends Error {
  override readonly name = 'Unconvertible';
}

/** Deepest nesting of calls. The service allows ten. */
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
    throw new Unconvertible(`${JSON.stringify(cut(this.#text, 80))} is not an intrinsic function`);
  }
}

/** Functions with another name here, and the number of their arguments. */
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

const WITHOUT_EQUIVALENT = {
  ArrayPartition: 'no function splits an array into parts, and only known arrays are written out; use a task',
  ArrayRange: 'no function makes a range, and only ranges of constants are written out; use a task',
} as const;

function withoutEquivalent(name: keyof typeof WITHOUT_EQUIVALENT): Unconvertible {
  return new Unconvertible(`States.${name} has no equivalent: ${WITHOUT_EQUIVALENT[name]}`);
}

const HASHES = ['MD5', 'SHA-1', 'SHA-256', 'SHA-512'];

function equivalent(name: string, written: readonly Term[]): Term {
  // The template of Format has other escapes.
  const args =
    name === 'Format' ? [written[0] ?? literal(''), ...written.slice(1).map(unescaped)] : written.map(unescaped);
  const renamed = Object.hasOwn(RENAMED, name) ? RENAMED[name] : undefined;
  if (renamed !== undefined) {
    if (args.length !== renamed[1]) throw new Unconvertible(`States.${name} needs ${renamed[1]} arguments`);
    return call(renamed[0], ...args);
  }
  switch (name) {
    case 'Array':
      return list(args);
    case 'Format':
      return format(args);
    case 'ArrayRange':
      return range(args);
    case 'ArrayPartition':
      return partition(args);
    case 'StringSplit':
      return split(args);
    case 'JsonMerge':
      return jsonMerge(args);
    case 'Hash':
      return hash(args);
    case 'MathRandom':
      return random(args);
    default:
      throw new Unconvertible(`there is no intrinsic function States.${name}`);
  }
}

function unescaped(term: Term): Term {
  return isTextLiteral(term) ? literal(term.value.replace(/\\([\s\S])/g, '$1')) : term;
}

/** An escaped brace becomes a value, because `format` has no escapes. */
function format([template, ...values]: readonly Term[]): Term {
  if (template === undefined || !isTextLiteral(template)) {
    throw new Unconvertible('States.Format needs a literal template');
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

/** The limit of the service. */
const RANGE_MAX = 1000;

function range(args: readonly Term[]): Term {
  const [first, last, by] = args.map(constantOf);
  if (typeof first !== 'number' || typeof last !== 'number' || typeof by !== 'number' || by === 0) {
    throw withoutEquivalent('ArrayRange');
  }
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
  const most = size === undefined ? undefined : constantOf(size);
  if (array?.kind !== 'array' || typeof most !== 'number' || !Number.isInteger(most) || most < 1) {
    throw withoutEquivalent('ArrayPartition');
  }
  const parts: Term[] = [];
  for (let at = 0; at < array.items.length; at += most) parts.push(list(array.items.slice(at, at + most)));
  return list(parts);
}

/**
 * States.StringSplit separates at each character of its second argument and drops empty parts. `split` separates at the whole
 * argument and returns empty parts too.
 */
function split([text, separator]: readonly Term[]): Term {
  if (text === undefined || separator === undefined || !isTextLiteral(separator) || separator.value.length !== 1) {
    throw new Unconvertible('States.StringSplit needs one literal character as separator');
  }
  return call('split', text, separator);
}

function jsonMerge([left, right, deep]: readonly Term[]): Term {
  if (left === undefined || right === undefined || deep?.kind !== 'literal' || deep.value !== false) {
    throw new Unconvertible('States.JsonMerge needs two objects and false');
  }
  return call('jsonMerge', left, right);
}

function hash([value, algorithm]: readonly Term[]): Term {
  if (value === undefined || algorithm === undefined) throw new Unconvertible('States.Hash needs two arguments');
  if (isTextLiteral(algorithm) && !HASHES.includes(algorithm.value)) {
    throw new Unconvertible(`hash has no algorithm ${algorithm.value}; it has ${HASHES.join(', ')}`);
  }
  return call('hash', value, algorithm);
}

/** The end of States.MathRandom is exclusive, and that of `randomInt` inclusive. */
function random([from, to, seed]: readonly Term[]): Term {
  if (from === undefined || to === undefined) throw new Unconvertible('States.MathRandom needs two arguments');
  if (seed !== undefined) throw new Unconvertible('randomInt has no seed');
  const end = constantOf(to);
  return call('randomInt', from, typeof end === 'number' ? literal(end - 1) : call('intAdd', to, literal(-1)));
}
