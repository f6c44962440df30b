/**
 * What builds the values of constructors, parameters and mappings: a tree of constants and expressions → one function.
 *
 * What holds no expression is built once, frozen, and shared by every result; an object without any expression is the
 * same object each time.
 */
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { setMember } from '../../base/json.ts';
import { spend } from '../../expression/evaluation.ts';
import type { Compute, Construct, StateScope } from '../plan.ts';

/** An object with more keys is a hash table, and copying it costs several times as much for each key. */
const FAST_KEYS_MAX = 100;
const FUEL_PER_SLOW_KEY = 40;

/** A function where the value holds an expression, else the value itself. */
export type Part = { readonly build: Compute } | { readonly value: JsonValue };

/** Fuel that copying an object of that many keys costs. */
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
  return () => constant;
}

/** An object of these members, in their order. No key stands twice. */
export function objectPart(members: Iterable<readonly [key: string, part: Part]>): Part {
  const template: Record<string, JsonValue> = {};
  const keys: string[] = [];
  const builds: Compute[] = [];
  for (const [key, part] of members) {
    // The template holds every key, so that those that are computed keep their places.
    setMember(template, key, 'value' in part ? part.value : null);
    if ('build' in part) {
      keys.push(key);
      builds.push(part.build);
    }
  }
  if (keys.length === 0) return { value: Object.freeze(template) };
  // `Object.assign` copies faster than a spread once many shapes pass through, but it would run the setter `__proto__`.
  const plain = !Object.hasOwn(template, '__proto__');
  const copying = copyingFuel(Object.keys(template).length);
  return {
    build: (scope) => {
      // A copy costs by its size, however little of it is computed: an ItemConstructor makes thousands.
      spend(scope, copying);
      return fill(plain ? Object.assign({}, template) : { ...template }, keys, builds, scope);
    },
  };
}

/** Sets the computed members of a fresh copy of a template, which has its final shape already. */
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
  if (parts.every((part) => 'value' in part)) return { value: Object.freeze(parts.map(({ value }) => value)) };
  const builds = parts.map((part) => ('build' in part ? part.build : () => part.value));
  return {
    build: (scope) => {
      spend(scope, builds.length);
      return builds.map((build) => build(scope));
    },
  };
}
