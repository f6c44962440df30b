/**
 * Makes one function of the tree of constants and expressions in a constructor, in parameters or in mappings.
 *
 * Values without an expression are built once, frozen, and shared by every result. An object without any expression is the
 * same object each time.
 */
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { setMember } from '../../base/json.ts';
import { spend } from '../../expression/evaluation.ts';
import type { Compute, Construct, StateScope } from '../plan.ts';

/** V8 stores an object with more keys as a hash table, and copying it costs several times as much for each key. */
const FAST_KEYS_MAX = 100;
const FUEL_PER_SLOW_KEY = 40;

/** Measuring a constant that a state builds. */
const FUEL_PER_CONSTANT = 4;

/** A function if the value holds an expression, otherwise the value itself, with the number of values in it if it is not one. */
export type Part = { readonly build: Compute } | { readonly value: JsonValue; readonly size?: number };

/** Fuel for copying an object with that many keys. */
export function copyingFuel(keys: number): number {
  return keys > FAST_KEYS_MAX ? keys * FUEL_PER_SLOW_KEY : keys;
}

const NOTHING: JsonObject = Object.freeze({});

/** The constructor of an object without members. */
export function constructNothing(): JsonObject {
  return NOTHING;
}

/** The part of an object, as a constructor. */
export function constructOf(part: Part): Construct {
  if ('build' in part) return part.build as Construct;
  const constant = part.value as JsonObject;
  const fuel = (part.size ?? 1) * FUEL_PER_CONSTANT;
  return (scope) => {
    spend(scope, fuel);
    return constant;
  };
}

/** An object of these members, in their order. Their keys are unique. */
export function objectPart(members: Iterable<readonly [key: string, part: Part]>): Part {
  const template: Record<string, JsonValue> = {};
  const keys: string[] = [];
  const builds: Compute[] = [];
  let size = 1;
  for (const [key, part] of members) {
    // The template holds every key, so that computed members have their places in the order.
    setMember(template, key, 'value' in part ? part.value : null);
    if ('build' in part) {
      keys.push(key);
      builds.push(part.build);
    } else {
      size += part.size ?? 1;
    }
  }
  if (keys.length === 0) return { value: Object.freeze(template), size };
  // `Object.assign` copies faster than a spread once many shapes occur, but it would run the setter `__proto__`.
  const plain = !Object.hasOwn(template, '__proto__');
  const copying = copyingFuel(Object.keys(template).length) + size * FUEL_PER_CONSTANT;
  return {
    build: (scope) => {
      // The cost of a copy depends on its size, even if one member is computed; an ItemConstructor makes thousands.
      spend(scope, copying);
      return fill(plain ? Object.assign({}, template) : { ...template }, keys, builds, scope);
    },
  };
}

/** Sets the computed members of a new copy of a template, which already has its final shape. */
function fill(
  object: Record<string, JsonValue>,
  keys: readonly string[],
  builds: readonly Compute[],
  scope: StateScope,
): JsonObject {
  for (let i = 0; i < keys.length; i++) setMember(object, keys[i] as string, (builds[i] as Compute)(scope));
  return object;
}

/** A list of these parts. */
export function listPart(parts: readonly Part[]): Part {
  let size = 1;
  const constants: JsonValue[] = [];
  const builds = parts.map((part) => {
    if ('build' in part) return part.build;
    size += part.size ?? 1;
    constants.push(part.value);
    return () => part.value;
  });
  if (constants.length === parts.length) return { value: Object.freeze(constants), size };
  const fuel = builds.length + size * FUEL_PER_CONSTANT;
  return {
    build: (scope) => {
      spend(scope, fuel);
      return builds.map((build) => build(scope));
    },
  };
}
