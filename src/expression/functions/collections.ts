/** Functions on arrays and maps (rules.md 9.7, 9.8). */
import type { JsonArray, JsonObject, JsonValue } from '../../base/json.ts';
import { canonicalKey, deepEqual } from '../compare.ts';
import type { EvaluationScope } from '../evaluation.ts';
import { spend } from '../evaluation.ts';
import type { FunctionDefinition } from './definition.ts';
import { flat } from './definition.ts';

/** Listing a member of a large map, which first puts its keys in order. */
const FUEL_PER_LISTED = 24;
/** Copying a member of a large map into another. */
const FUEL_PER_COPIED = 40;

export const COLLECTION_FUNCTIONS: readonly FunctionDefinition[] = [
  {
    name: 'arrayContains',
    parameters: [
      { name: 'array', types: ['array'] },
      { name: 'value', types: ['any'] },
    ],
    result: 'boolean',
    fuel: flat(0),
    summary: 'Whether an item of the array equals the value, without coercion: the text `"10"` is not the number 10.',
    examples: [
      { expression: 'arrayContains(["Tom", 10], 10)', value: true },
      { expression: 'arrayContains(["Tom", 10], "10")', value: false },
    ],
    call: (scope, [array, value]) => (array as JsonArray).some((item) => deepEqual(scope, item, value as JsonValue)),
  },
  {
    name: 'arrayUnique',
    parameters: [{ name: 'array', types: ['array'] }],
    result: 'array',
    fuel: flat(0),
    summary: 'The array without repetitions: only the first of equal items.',
    examples: [{ expression: 'arrayUnique([1, 2, 3, 1])', value: [1, 2, 3] }],
    call: (scope, [array]) => unique(scope, array as JsonArray),
  },
  {
    name: 'toArray',
    parameters: [],
    rest: { name: 'values', types: ['any'] },
    result: 'array',
    fuel: flat(0),
    summary: 'An array of all arguments.',
    examples: [{ expression: 'toArray(1, "a", [true])', value: [1, 'a', [true]] }],
    call: (_scope, args) => args,
  },
  {
    name: 'mapKeys',
    parameters: [{ name: 'map', types: ['map'] }],
    result: 'array',
    fuel: flat(0),
    summary: 'The keys of the map, in its order. Keys that are small integers, such as `"7"`, come first.',
    examples: [{ expression: 'mapKeys({"a": 1, "b": 2})', value: ['a', 'b'] }],
    call(scope, [map]) {
      const keys = Object.keys(map as JsonObject);
      spend(scope, keys.length * FUEL_PER_LISTED);
      return keys;
    },
  },
  {
    name: 'mapValues',
    parameters: [{ name: 'map', types: ['map'] }],
    result: 'array',
    fuel: flat(0),
    summary: 'The values of the map, in the order of `mapKeys`.',
    examples: [{ expression: 'mapValues({"a": 1, "b": 2})', value: [1, 2] }],
    call(scope, [map]) {
      const values = Object.values(map as JsonObject);
      spend(scope, values.length * FUEL_PER_LISTED);
      return values;
    },
  },
  {
    name: 'jsonMerge',
    parameters: [
      { name: 'left', types: ['map'] },
      { name: 'right', types: ['map'] },
    ],
    result: 'map',
    fuel: flat(0),
    summary:
      'A map with the keys of both. If both have a key, it has the value of the right map. Nested maps are not merged.',
    examples: [{ expression: 'jsonMerge({"a": 1, "b": 1}, {"b": 2})', value: { a: 1, b: 2 } }],
    call: (scope, [left, right]) => merge(scope, left as JsonObject, right as JsonObject),
  },
];

function merge(scope: EvaluationScope, left: JsonObject, right: JsonObject): JsonObject {
  spend(scope, (Object.keys(left).length + Object.keys(right).length) * FUEL_PER_COPIED);
  // Spreading defines members, so a key `__proto__` does not change the prototype.
  return { ...left, ...right };
}

function unique(scope: EvaluationScope, array: JsonArray): JsonValue[] {
  const seen = new Set<string>();
  return array.filter((item) => {
    const key = canonicalKey(scope, item);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
