/**
 * Makes one function of the tree of constants and functions in a constructor, in parameters or in mappings.
 *
 * Values without a function are built once, frozen, and shared by every result. An object without any function is the
 * same object each time.
 */
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { isJsonObject, setMember } from '../../base/json.ts';
import { spend } from '../../expression/evaluation.ts';
import type { Compute, Construct, StateScope } from '../plan.ts';

/** V8 stores an object with more keys as a hash table, and copying it costs several times as much for each key. */
const FAST_KEYS_MAX = 100;
const FUEL_PER_SLOW_KEY = 40;

/** Measuring a constant that a state builds. */
const FUEL_PER_CONSTANT = 4;

/** A function if the value holds one, otherwise the value itself, with the number of values in it. */
export type LinkedPart = { readonly build: Compute } | { readonly value: JsonValue; readonly size: number };

/** Fuel for copying an object with that many keys. */
function copyingFuel(keys: number): number {
  return keys > FAST_KEYS_MAX ? keys * FUEL_PER_SLOW_KEY : keys;
}

/** The part of an object, or of a list, as a constructor. */
export function constructOf(part: LinkedPart): Construct {
  if ('build' in part) return part.build as Construct;
  const constant = part.value as JsonObject;
  const fuel = part.size * FUEL_PER_CONSTANT;
  return (scope) => {
    spend(scope, fuel);
    return constant;
  };
}

/** An object of these members, in their order. Their keys are unique. */
export function objectPart(members: readonly string[], parts: readonly LinkedPart[]): LinkedPart {
  const template: Record<string, JsonValue> = {};
  const keys: string[] = [];
  const builds: Compute[] = [];
  let size = 1;
  for (const [i, key] of members.entries()) {
    const part = parts[i] as LinkedPart;
    // The template holds every key, so that computed members have their places in the order.
    setMember(template, key, 'value' in part ? part.value : null);
    if ('build' in part) {
      keys.push(key);
      builds.push(part.build);
    } else {
      size += part.size;
    }
  }
  if (keys.length === 0) return { value: Object.freeze(template), size };
  // `Object.assign` copies faster than a spread once many shapes occur, but it would run the setter `__proto__`.
  const plain = !Object.hasOwn(template, '__proto__');
  const copying = copyingFuel(members.length) + size * FUEL_PER_CONSTANT;
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
export function listPart(parts: readonly LinkedPart[]): LinkedPart {
  let size = 1;
  const template: JsonValue[] = parts.map((part) => {
    if ('build' in part) return null;
    size += part.size;
    return part.value;
  });
  const places = Array.from(parts.keys()).filter((i) => 'build' in (parts[i] as LinkedPart));
  if (places.length === 0) return { value: Object.freeze(template), size };
  const builds = places.map((i) => (parts[i] as { readonly build: Compute }).build);
  return { build: listBuild(template, places, builds, parts.length + size * FUEL_PER_CONSTANT) };
}

/** A function of its own: inside `listPart`, it would also hold what the closures there use, an object for each item. */
function listBuild(
  template: readonly JsonValue[],
  places: readonly number[],
  builds: readonly Compute[],
  fuel: number,
): Compute {
  return (scope) => {
    spend(scope, fuel);
    const items = template.slice();
    for (let i = 0; i < places.length; i++) items[places[i] as number] = (builds[i] as Compute)(scope);
    return items;
  };
}

/** Classic: the input of the step with the element under `item`, and its position under `index` (rules.md 10.8). */
export function iterationInput(item: string, index: string | null): Construct {
  return (scope) => {
    const { input } = scope;
    const built: Record<string, JsonValue> = isJsonObject(input) ? { ...input } : {};
    spend(scope, copyingFuel(Object.keys(built).length));
    setMember(built, item, scope.item);
    if (index !== null) setMember(built, index, scope.itemIndex);
    return built;
  };
}
