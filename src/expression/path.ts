/**
 * Reads paths (rules.md 9.2, 9.3). A path to a missing value is `null`, with a warning that names the first missing
 * part. A path reads only own members of an object, also if a name such as `constructor` is inherited.
 */
import { beginning } from '../base/text.ts';
import type { JsonArray, JsonObject, JsonValue } from '../base/json.ts';
import { isJsonArray, isJsonObject, memberOf } from '../base/json.ts';
import type { Segment } from './ast.ts';
import type { Evaluate, EvaluationScope } from './evaluation.ts';
import { spend } from './evaluation.ts';
import { printSegment } from './print.ts';
import { typeOf } from './value.ts';

/** Compiles a path that begins at the value of `read`. `target` is the text of that value, for warnings. */
export function compilePath<S extends EvaluationScope>(
  read: Evaluate<S>,
  segments: readonly Segment[],
  target: string,
): Evaluate<S> {
  // A list that grew has room for more, and every path of a plan would hold it.
  const exact = segments.slice();
  const names = plainNames(exact);
  if (names === null) return compileGeneralPath(read, exact, target);
  const [first, second] = names;
  if (first !== undefined && names.length === 1) return compileName(read, first, exact, target);
  if (first !== undefined && second !== undefined && names.length === 2) {
    return compileTwoNames(read, first, second, exact, target);
  }
  return compileNames(read, names, exact, target);
}

// One function for each form, because a closure holds all that any closure of the same function uses.

function compileName<S extends EvaluationScope>(
  read: Evaluate<S>,
  name: string,
  segments: readonly Segment[],
  target: string,
): Evaluate<S> {
  return (scope) => {
    const value = read(scope);
    return plainMember(value, name) ?? missingValue(scope, value, segments, target);
  };
}

function compileTwoNames<S extends EvaluationScope>(
  read: Evaluate<S>,
  first: string,
  second: string,
  segments: readonly Segment[],
  target: string,
): Evaluate<S> {
  return (scope) => {
    const value = read(scope);
    return plainMember(plainMember(value, first), second) ?? missingValue(scope, value, segments, target);
  };
}

function compileNames<S extends EvaluationScope>(
  read: Evaluate<S>,
  names: readonly string[],
  segments: readonly Segment[],
  target: string,
): Evaluate<S> {
  return (scope) => {
    const value = read(scope);
    let member: JsonValue | undefined = value;
    for (let i = 0; i < names.length; i++) member = plainMember(member, names[i] as string);
    return member ?? missingValue(scope, value, segments, target);
  };
}

/**
 * Returns the names of a path that consists of names only, if plain property access can read each of them. It cannot read
 * names that objects inherit, nor `rawJSON`, which is a property of long numbers.
 */
function plainNames(segments: readonly Segment[]): string[] | null {
  const isPlain = segments.every(
    (segment) => segment.kind === 'name' && !(segment.name in Object.prototype) && segment.name !== 'rawJSON',
  );
  return isPlain ? segments.map((segment) => (segment as Extract<Segment, { kind: 'name' }>).name) : null;
}

function plainMember(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return (value as JsonObject)[name];
}

/** A path is walked again to find its missing part. */
const FUEL_OF_A_MISSING_PATH = 4;

/** Returns the `null` of a path whose value is missing or `null`. Warns if it is missing. */
function missingValue(
  scope: EvaluationScope,
  start: JsonValue,
  segments: readonly Segment[],
  target: string,
): JsonValue {
  spend(scope, FUEL_OF_A_MISSING_PATH + segments.length);
  let value: JsonValue = start;
  for (let i = 0; i < segments.length; i++) {
    const member = step(value, segments[i] as Segment);
    if (member === undefined) {
      const at = value;
      scope.warn(() => missingMessage(at, segments, i, target));
      return null;
    }
    value = member;
  }
  return value;
}

function missingMessage(value: JsonValue, segments: readonly Segment[], missing: number, target: string): string {
  const path = pathText(target, segments, segments.length);
  const before = pathText(target, segments, missing);
  const part = beginning(printSegment(segments[missing] as Segment), 100);
  const type = typeOf(value);
  const reason =
    type === 'map' || type === 'array'
      ? `${before} has no ${part}`
      : `${before} is ${ARTICLE[type]} and has no ${part}`;
  const result = segments.some((segment) => segment.kind === 'all') ? 'an empty list' : 'null';
  return `the path ${path} leads nowhere and is ${result}: ${reason}`;
}

/** The text of the path up to a segment, cut to a readable length. */
function pathText(target: string, segments: readonly Segment[], end: number): string {
  let text = target;
  for (let i = 0; i < end && text.length <= MAX_SHOWN; i++) text += printSegment(segments[i] as Segment);
  return beginning(text, MAX_SHOWN);
}

const MAX_SHOWN = 200;

const ARTICLE: Readonly<Record<ReturnType<typeof typeOf>, string>> = {
  null: 'null',
  boolean: 'a boolean',
  number: 'a number',
  text: 'a text',
  array: 'an array',
  map: 'a map',
};

function step(value: JsonValue, segment: Segment): JsonValue | undefined {
  if (segment.kind === 'name') return isJsonObject(value) ? memberOf(value, segment.name) : undefined;
  return segment.kind === 'index' && isJsonArray(value) ? itemAt(value, segment.index) : undefined;
}

/** Returns the item at `index`. A negative index counts from the end. */
export function itemAt(array: JsonArray, index: number): JsonValue | undefined {
  return array[index < 0 ? array.length + index : index];
}

function compileGeneralPath<S extends EvaluationScope>(
  read: Evaluate<S>,
  segments: readonly Segment[],
  target: string,
): Evaluate<S> {
  const wildcard = segments.findIndex((segment) => segment.kind === 'all');
  if (wildcard < 0) return (scope) => missingValue(scope, read(scope), segments, target);
  const before = segments.slice(0, wildcard);
  const rest = segments.slice(wildcard + 1);
  return (scope) => {
    const start = read(scope);
    let value: JsonValue | undefined = start;
    for (const segment of before) value = value === undefined ? value : step(value, segment);
    if (value === undefined || !isJsonArray(value)) {
      missingValue(scope, start, segments, target);
      return [];
    }
    spend(scope, value.length);
    let items: JsonValue[] = [...value];
    for (const segment of rest) items = project(scope, items, segment);
    return items;
  };
}

/** Reading a part of an item that is another kind of object than the one before. */
const FUEL_PER_PROJECTED = 4;

/** Applies a segment to each item. Leaves out items without that part, and `[*]` flattens (rules.md 10.11). */
function project(scope: EvaluationScope, items: readonly JsonValue[], segment: Segment): JsonValue[] {
  const results: JsonValue[] = [];
  spend(scope, items.length * FUEL_PER_PROJECTED);
  for (const item of items) {
    if (segment.kind === 'all') {
      if (!isJsonArray(item)) continue;
      spend(scope, item.length);
      for (const inner of item) results.push(inner);
    } else {
      const member = step(item, segment);
      if (member !== undefined) results.push(member);
    }
  }
  return results;
}
