/**
 * The difference of two JSON values: marks by JSON pointer (RFC 6901), and one value with everything that either has, on which the
 * marks are shown. Members are compared by name; of two lists, equal items at the beginning and at the end are the same items, and
 * those between are compared one by one.
 */
import { LongNumber, isObject } from '../../../parts/json.ts';
import type { JsonValue } from '../../../parts/json.ts';
import { childPointer } from '../../../parts/json-tree.ts';
import type { JsonMark } from '../../../parts/json-tree.ts';

export interface JsonDifference {
  readonly marks: ReadonlyMap<string, JsonMark>;
  /** The new value, with the members and items that only the old one has. */
  readonly merged: JsonValue;
}

export function diffJson(before: JsonValue, after: JsonValue): JsonDifference {
  const marks = new Map<string, JsonMark>();
  const merged = merge(before, after, '', marks);
  return { marks, merged };
}

function merge(before: JsonValue, after: JsonValue, pointer: string, marks: Map<string, JsonMark>): JsonValue {
  if (before === after) return after;
  if (isObject(before) && isObject(after)) return mergeObjects(before, after, pointer, marks);
  if (isList(before) && isList(after)) return mergeLists(before, after, pointer, marks);
  if (!isEqual(before, after)) marks.set(pointer, 'changed');
  return after;
}

type JsonObject = ReadonlyMap<string, JsonValue>;
type JsonList = readonly JsonValue[];

function mergeObjects(before: JsonObject, after: JsonObject, pointer: string, marks: Map<string, JsonMark>): JsonValue {
  const merged = new Map<string, JsonValue>();
  for (const [name, value] of after) {
    const at = childPointer(pointer, name);
    const old = before.get(name);
    if (old === undefined) marks.set(at, 'added');
    merged.set(name, old === undefined ? value : merge(old, value, at, marks));
  }
  for (const [name, value] of before) {
    if (after.has(name)) continue;
    marks.set(childPointer(pointer, name), 'removed');
    merged.set(name, value);
  }
  return merged;
}

function mergeLists(before: JsonList, after: JsonList, pointer: string, marks: Map<string, JsonMark>): JsonValue {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && isEqual(before[head] as JsonValue, after[head] as JsonValue)) head++;
  let tail = 0;
  while (
    tail < most - head &&
    isEqual(before[before.length - 1 - tail] as JsonValue, after[after.length - 1 - tail] as JsonValue)
  ) {
    tail++;
  }
  const merged: JsonValue[] = after.slice(0, head);
  const oldMiddle = before.slice(head, before.length - tail);
  const newMiddle = after.slice(head, after.length - tail);
  for (let place = 0; place < Math.max(oldMiddle.length, newMiddle.length); place++) {
    const at = childPointer(pointer, merged.length);
    const old = oldMiddle[place];
    const value = newMiddle[place];
    if (value === undefined) {
      marks.set(at, 'removed');
      merged.push(old as JsonValue);
    } else if (old === undefined) {
      marks.set(at, 'added');
      merged.push(value);
    } else merged.push(merge(old, value, at, marks));
  }
  return [...merged, ...after.slice(after.length - tail)];
}

/** Equal by all digits and in any order of members. */
export function isEqual(first: JsonValue, second: JsonValue): boolean {
  if (first === second) return true;
  if (first instanceof LongNumber && second instanceof LongNumber) return first.text === second.text;
  if (isList(first) && isList(second)) {
    return first.length === second.length && first.every((item, place) => isEqual(item, second[place] as JsonValue));
  }
  if (!isObject(first) || !isObject(second) || first.size !== second.size) return false;
  for (const [name, value] of first) {
    const other = second.get(name);
    if (other === undefined || !isEqual(value, other)) return false;
  }
  return true;
}

function isList(value: JsonValue): value is JsonList {
  return Array.isArray(value);
}
