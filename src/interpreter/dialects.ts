/**
 * The differences between the two dialects when a flow runs. The rest of the interpreter does not look at the dialect.
 *
 * State machine (rules.md 8): a state gets the output of the one before; a scope ends with the output of its last state.
 * Classic (rules.md 10.10): a scope has an input, which never changes, and a local, into which the outputs of its steps
 * are merged. A step gets both together unless its mappings say otherwise, and the scope ends with its local.
 */
import { isJsonObject, memberOf, setMember } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { CLASSIC_MAP_CONCURRENCY } from '../language/limits.ts';
import type { Dialect } from '../language/plan.ts';
import { constructValue } from './construct.ts';
import type { BuildContext, ConstructScope } from './construct-scope.ts';
import type { EventFacts, Failure } from './event.ts';
import { merge } from './merge.ts';
import type { Thread } from './thread.ts';

/** The names of values and fields in failures. */
interface Words {
  readonly input: string;
  readonly output: string;
  readonly caught: string;
  readonly joined: string;
  /** The field of a Wait that holds its seconds. */
  readonly seconds: string;
  /** The field of a Map that leads to its items. */
  readonly items: string;
}

export interface DialectRules {
  readonly words: Words;
  /** Items of one Map that run at once; null: the setting decides. */
  readonly mapConcurrency: number | null;
  /** Fewest seconds that a computed Wait may give. */
  readonly waitSecondsMin: number;
  /** True: a state whose end is decided is left by an event of its own, StateExited. */
  readonly exitsStates: boolean;
  /** `$Context` or `$context`. */
  readonly buildContext: BuildContext;
  /** What StateEntered carries beside the value. */
  entryFacts(thread: Thread): EventFacts | null;
  /** The input of the thread's state, by its InputConstructor if it has one. A failure is in the scope. */
  buildInput(scope: ConstructScope, thread: Thread): JsonValue;
  /** What TaskScheduled carries beside the facts of the call. */
  taskFacts(parameters: JsonObject): EventFacts | null;
  /** The raw output of a state without work of its own: Pass, Wait, Choice, Succeed. */
  idleOutput(input: JsonValue): JsonValue;
  /** The raw output of a Parallel, Map or Switch, from the results of its branches or items. */
  joinedOutput(type: 'Parallel' | 'Map' | 'Switch', results: readonly JsonValue[]): JsonValue;
  /** `$Output` or `$local` while a catch rule builds its output. */
  caughtOutput(failure: Failure): JsonValue;
  /** Why a value cannot be the output of the thread's state; null when it can. */
  refuseOutput(scope: ConstructScope, thread: Thread, output: JsonValue): Failure | null;
  /** Takes the output of the thread's state into the thread. For `apply` alone (I1). */
  takeOutput(thread: Thread, output: JsonValue): void;
  /** The result of the thread's scope. */
  resultOf(thread: Thread): JsonValue;
}

function wordsOf(unit: string): Omit<Words, 'seconds' | 'items'> {
  return {
    input: `The input of the ${unit}`,
    output: `The output of the ${unit}`,
    caught: `The output of the catch rule of the ${unit}`,
    joined: `The joined result of the ${unit}`,
  };
}

const stateMachine: DialectRules = {
  words: { ...wordsOf('state'), seconds: 'Seconds', items: 'ItemsPath' },
  mapConcurrency: null,
  waitSecondsMin: 1,
  exitsStates: false,
  buildContext: stateMachineContext,
  entryFacts: () => null,
  buildInput(scope, thread) {
    const { inputConstructor } = thread.state;
    // Without a constructor it is the value that was measured as the output of the state before.
    return inputConstructor === null ? thread.input : constructValue(scope, inputConstructor, this.words.input);
  },
  taskFacts: () => null,
  idleOutput: (input) => input,
  joinedOutput(type, results) {
    if (type === 'Map') return { Items: results };
    return Object.fromEntries(results.map((result, index) => [`Branch${index}`, result]));
  },
  caughtOutput: () => null,
  refuseOutput: () => null,
  takeOutput(thread, output) {
    thread.incoming = output;
  },
  resultOf: (thread) => thread.incoming,
};

/** With the position of the innermost enclosing Map item as `Current.ItemIndex` (rules.md 8.2). */
function stateMachineContext(scope: ConstructScope): JsonObject {
  const { thread, start, error, callback } = scope;
  const current: Record<string, JsonValue> = {
    Name: thread?.state.name ?? '',
    Input: scope.input,
    Output: scope.output,
    Error: error === null ? null : { Code: error.error, Detail: error.cause },
    RetryCount: thread?.tries?.retries ?? 0,
    TaskToken: callback === 0 ? null : scope.taskToken(callback),
  };
  const itemIndex = scope.itemIndex ?? enclosingItem(thread) ?? start.mapItem?.index ?? null;
  if (itemIndex !== null) setMember(current, 'ItemIndex', itemIndex);
  return { Execution: { Name: start.name, Input: start.input, RoleArn: start.roleArn }, Current: current };
}

function enclosingItem(thread: Thread | null): number | null {
  for (let inner = thread; inner !== null; inner = inner.parent) {
    if (inner.parent?.state.type === 'Map') return inner.index;
  }
  return null;
}

const NOTHING: JsonObject = Object.freeze({});

const classic: DialectRules = {
  words: { ...wordsOf('step'), seconds: 'duration', items: 'collection' },
  mapConcurrency: CLASSIC_MAP_CONCURRENCY,
  waitSecondsMin: 0,
  exitsStates: true,
  buildContext: classicContext,
  entryFacts: ({ local }) => ({ local }),
  buildInput(scope, { state, incoming, local }) {
    if (state.inputConstructor !== null) {
      scope.output = local;
      return constructValue(scope, state.inputConstructor, this.words.input);
    }
    const input = merge(isJsonObject(incoming) ? incoming : NOTHING, local);
    scope.countMerge(input);
    scope.failure = scope.oversize(input, this.words.input);
    return input;
  },
  /** The name that the definition gives to what is called. */
  taskFacts(parameters) {
    const resourceArn = memberOf(parameters, 'resourceArn');
    return typeof resourceArn === 'string' ? { resourceArn } : null;
  },
  idleOutput: () => NOTHING,
  // A choice has one branch at most, whose local is its own.
  joinedOutput: (type, results) => (type === 'Switch' ? (results[0] ?? NOTHING) : results),
  caughtOutput: (failure) => ({ ...failure }),
  refuseOutput(scope, thread, output) {
    if (!isJsonObject(output)) {
      const cause = 'The result of the step is not a JSON object; outputMappings can make one of it.';
      return { error: 'FnF.InvalidLocal', cause };
    }
    const local = merge(thread.local, output);
    scope.countMerge(local);
    return scope.oversize(local, 'The local of the steps');
  },
  takeOutput(thread, output) {
    thread.local = merge(thread.local, output as JsonObject);
  },
  resultOf: (thread) => thread.local,
};

/** rules.md 10.12. The mappings of the flow itself belong to no step. */
function classicContext(scope: ConstructScope): JsonObject {
  const { thread, start } = scope;
  const { state, entered = 0 } = thread ?? {};
  // The same token for every attempt: the input that holds it is built once.
  const waits = state?.type === 'Task' && state.mode !== 'RequestComplete';
  return {
    task: { token: waits ? scope.taskToken(entered) : null },
    execution: { name: start.name },
    flow: { name: start.flowName },
    step: { name: state?.name ?? '', eventId: entered },
  };
}

/** How data goes in and out of scopes in the dialect of a plan. */
export function rulesOf({ dialect }: { readonly dialect: Dialect }): DialectRules {
  return dialect === 'classic' ? classic : stateMachine;
}
