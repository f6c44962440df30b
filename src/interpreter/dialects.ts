/**
 * Where the two dialects differ when a flow runs: how values go from state to state, in and out of scopes. Everything else
 * is the same interpreter.
 *
 * State machine (fdl.md 3): a state gets the output of the one before; a scope ends with the output of its last.
 * Classic (fdl-classic.md 3, 10): a scope has an input, which stays, and a local, into which the outputs of its steps are
 * merged; a step gets both together unless its mappings say otherwise, and the scope ends with its local.
 */
import { isJsonObject, setMember } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { CLASSIC_MAP_CONCURRENCY } from '../language/limits.ts';
import type { Dialect } from '../language/plan.ts';
import type { Failure } from './event.ts';
import type { Thread } from './execution.ts';

/** What the values of a state are called in failures. */
interface Words {
  readonly input: string;
  readonly output: string;
  readonly caught: string;
  readonly joined: string;
}

export interface DataFlow {
  readonly words: Words;
  /** True when a scope has a local: states are left by an event of their own, StateExited. */
  readonly hasLocal: boolean;
  /** Items of one Map at once, at most, unless the settings say less; null: as the settings say. */
  readonly mapConcurrency: number | null;
  /** The input of a state that does not build its own; measured by the caller when it is a new value. */
  inputOf(thread: Thread): JsonValue;
  /** The raw output of a state that does nothing but go on: Pass, Wait, Succeed. */
  idleOutput(input: JsonValue): JsonValue;
  /** The raw output of a Parallel, Map or Switch, from what its branches or items ended with. */
  joinedOutput(type: 'Parallel' | 'Map' | 'Switch', results: readonly JsonValue[]): JsonValue;
  /** Why a value cannot be the output of a state; null when it can. */
  refuseOutput(output: JsonValue): Failure | null;
  /** What a scope ends with. */
  resultOf(thread: Thread): JsonValue;
}

const stateMachine: DataFlow = {
  words: wordsOf('state'),
  hasLocal: false,
  mapConcurrency: null,
  inputOf: (thread) => thread.input,
  idleOutput: (input) => input,
  joinedOutput(type, results) {
    if (type === 'Map') return { Items: results };
    return Object.fromEntries(results.map((result, index) => [`Branch${index}`, result]));
  },
  refuseOutput: () => null,
  resultOf: (thread) => thread.handed,
};

const NOTHING: JsonObject = Object.freeze({});

const classic: DataFlow = {
  words: wordsOf('step'),
  hasLocal: true,
  mapConcurrency: CLASSIC_MAP_CONCURRENCY,
  inputOf: ({ handed, local }) => merge(isJsonObject(handed) ? handed : NOTHING, local),
  idleOutput: () => NOTHING,
  // A choice has one branch at most, whose local is its own.
  joinedOutput: (type, results) => (type === 'Switch' ? (results[0] ?? NOTHING) : results),
  refuseOutput(output) {
    if (isJsonObject(output)) return null;
    const cause = 'The result of the step is not a JSON object; outputMappings can make one of it.';
    return { error: 'FnF.InvalidLocal', cause };
  },
  resultOf: (thread) => thread.local,
};

const DATA_FLOWS: Readonly<Record<Dialect, DataFlow>> = { statemachine: stateMachine, classic };

function wordsOf(unit: string): Words {
  return {
    input: `The input of the ${unit}`,
    output: `The output of the ${unit}`,
    caught: `The output of the catch rule of the ${unit}`,
    joined: `The joined result of the ${unit}`,
  };
}

export function dataFlowOf({ dialect }: { readonly dialect: Dialect }): DataFlow {
  return DATA_FLOWS[dialect];
}

/** An object with the members of both; where both have one, that of `changes`. */
export function merge(object: JsonObject, changes: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = {};
  for (const key of Object.keys(object)) setMember(merged, key, object[key] as JsonValue);
  for (const key of Object.keys(changes)) setMember(merged, key, changes[key] as JsonValue);
  return merged;
}
