/**
 * A whole engine in the process of a test, on virtual time: the same parts as in the server, stores in memory, and a function
 * of the test that answers tasks.
 */
import { createObserver } from '../base/observer.ts';
import type { Subscriber } from '../base/observer.ts';
import { stringifyJson } from '../base/json.ts';
import type { JsonObject } from '../base/json.ts';
import type { Settings } from '../config/settings.ts';
import { OPERATIONS } from '../operations/all.ts';
import type { ExecutionView, HistoryEvent } from '../runtime/executions.ts';
import type { SyncResult } from '../runtime/express/express.ts';
import { FROM_API } from '../runtime/start-origin.ts';
import { createEngine } from '../server/engine.ts';
import type { Engine, EngineOptions, StandIns } from '../server/engine.ts';
import { createMemoryStores } from '../store/memory/stores.ts';
import type { Stores } from '../store/stores.ts';
import { atEnd } from './clean-up.ts';
import type { CleanUp } from './clean-up.ts';
import { seededIds } from './seeded-ids.ts';
import { standInActions } from './stand-ins.ts';
import type { TaskCall, TaskResult } from './stand-ins.ts';
import { testSettings } from './test-settings.ts';
import { VirtualTime } from './virtual-time.ts';

export interface TestEngineOptions {
  /**
   * Answers every task that calls a service. The engine aborts `signal` when it no longer needs the answer. Without it, such a
   * task is a defect. A task that starts a flow starts it in this engine.
   */
  readonly task?: (call: TaskCall, signal: AbortSignal) => TaskResult | Promise<TaskResult>;
  /** Text of a settings file. Ended executions are retained for ever when absent. */
  readonly settings?: string;
  /** Limits that replace those of the settings. */
  readonly limits?: Partial<Settings['limits']>;
  readonly time?: VirtualTime;
  /** Stores of the caller, who closes them; new ones in memory when absent. */
  readonly stores?: Stores;
  /** How the engine joins shared stores as a node; absent: it is their only node. */
  readonly node?: EngineOptions['node'];
  /** Seed of identifiers and randomness. */
  readonly seed?: number;
  readonly observe?: Subscriber;
  /** Other parts that the test replaces. */
  readonly standIns?: Omit<StandIns, 'actions'>;
}

/** How an execution starts. */
export interface StartOptions {
  /** A UUID when absent. */
  readonly name?: string;
  /** `{}` when absent. */
  readonly input?: JsonObject;
  /** A version, or the name of an alias; the current definition when absent. */
  readonly qualifier?: string;
  /** Token of a task that gets the outcome of the execution. */
  readonly callbackToken?: string;
}

/** A problem that the server would log: a defect, an execution that cannot continue, a store that fails. */
export interface Trouble {
  readonly where: string;
  readonly error: unknown;
}

export interface TestEngine extends Engine {
  readonly time: VirtualTime;
  readonly stores: Stores;
  /** Creates a flow, Standard unless `mode` says otherwise. @throws {ApiError} that lists the errors of the definition. */
  createFlow(name: string, definition: string, mode?: 'Standard' | 'Express'): Promise<void>;
  /** Starts a Standard flow. The start is durable when this resolves. @throws {ApiError} as StartExecution. */
  start(flowName: string, options?: StartOptions): Promise<ExecutionView>;
  /** Runs an Express flow to its end. @throws {ApiError} as StartSyncExecution. */
  run(flowName: string, options?: StartOptions): Promise<SyncResult>;
  /**
   * Waits until an execution has ended.
   * @param withinMs of virtual time; a minute when absent. @throws {Error} that says what it still waits for.
   */
  ended(flowName: string, executionName: string, withinMs?: number): Promise<ExecutionView>;
  /** The history of an execution. */
  events(flowName: string, executionName: string): Promise<readonly HistoryEvent[]>;
  /**
   * Calls an operation of the API, without HTTP and signature. A parameter that is no text is sent as JSON.
   * @returns the reply as a client reads it. @throws {ApiError}
   */
  call(action: string, parameters?: Readonly<Record<string, unknown>>): Promise<JsonObject>;
  /** The troubles since the last call. At the end of a test, troubles that it has not taken make it fail. */
  takeTroubles(): readonly Trouble[];
  /** Another engine on the same stores and the same time, as after a crash: this one does nothing more. */
  restart(changes?: TestEngineOptions): Promise<TestEngine>;
}

/** Starts an engine, which is closed at the end of the test. */
export async function startTestEngine(t: CleanUp, options: TestEngineOptions = {}): Promise<TestEngine> {
  const { seed = 1, time = new VirtualTime() } = options;
  const stores = options.stores ?? createMemoryStores();
  const settings = testSettings(options.settings);
  const troubles: Trouble[] = [];
  const { task = noTask } = options;
  const engine = await createEngine({
    settings: { ...settings, limits: { ...settings.limits, ...options.limits } },
    // The engine closes its stores, and these may serve another one after it.
    stores: { ...stores, close: () => Promise.resolve() },
    ports: {
      clock: time,
      scheduler: time,
      ids: seededIds(seed),
      observer: createObserver(watch(troubles), options.observe ?? {}),
    },
    localCallersOnly: true,
    ...(options.node !== undefined && { node: options.node }),
    endpoint: () => '127.0.0.1:7780',
    standIns: {
      ...options.standIns,
      actions: standInActions(async (call, signal) => task(call, signal)),
    },
  });
  atEnd(t, async () => {
    await engine.close();
    refuseLeak(engine);
    refuse(troubles);
  });
  const next = (changes: TestEngineOptions): Promise<TestEngine> =>
    startTestEngine(t, { ...options, stores, time, seed: seed + 1, ...changes });
  return testEngine(engine, { time, stores, troubles, next });
}

interface Parts {
  readonly time: VirtualTime;
  readonly stores: Stores;
  readonly troubles: Trouble[];
  readonly next: (changes: TestEngineOptions) => Promise<TestEngine>;
}

function testEngine(engine: Engine, { time, stores, troubles, next }: Parts): TestEngine {
  const { executions, sync } = engine;
  const call: TestEngine['call'] = async (action, parameters = {}) => {
    const operation = OPERATIONS.get(action);
    if (operation === undefined) throw new Error(`there is no operation ${action}`);
    const reply = await operation.run(engine.services, {
      requestId: 'request',
      parameters: texts(parameters),
      caller: null,
    });
    return JSON.parse(JSON.stringify(reply)) as JsonObject;
  };
  return {
    ...engine,
    get underWay() {
      return engine.underWay;
    },
    time,
    stores,
    async createFlow(name, definition, mode = 'Standard') {
      await call('CreateFlow', { Name: name, Definition: definition, Type: 'FDL', ExecutionMode: mode });
    },
    start(flowName, options = {}) {
      return executions.start({ ...startOf(flowName, options), callbackToken: options.callbackToken ?? '' });
    },
    async run(flowName, options = {}) {
      return (await sync.start({ ...startOf(flowName, options), depth: 0, origin: FROM_API })).result;
    },
    async ended(flowName, executionName, withinMs = 60_000) {
      const view = await executions.describe(flowName, executionName, withinMs);
      if (view.status !== 'Running') return view;
      const { waits } = await executions.waits(flowName, executionName);
      const reasons = waits.map(({ stepName, reason }) => `${stepName}: ${reason}`);
      throw new Error(
        [`${flowName}/${executionName} still runs after ${withinMs} ms of virtual time`, ...reasons].join('\n'),
      );
    },
    async events(flowName, executionName) {
      const events: HistoryEvent[] = [];
      for (let from: number | null = 1; from !== null; ) {
        const page = await executions.history(flowName, executionName, from, 1_000);
        events.push(...page.events);
        from = page.nextEvent;
      }
      return events;
    },
    call,
    takeTroubles: () => troubles.splice(0),
    restart(changes = {}) {
      engine.schedules.close();
      engine.durable.close();
      return next(changes);
    },
  };
}

function startOf(flowName: string, { name, input, qualifier = '' }: StartOptions) {
  const inputText = input === undefined ? '' : stringifyJson(input);
  return { flowName, executionName: name ?? null, input: input ?? {}, inputText, qualifier };
}

function texts(parameters: Readonly<Record<string, unknown>>): Map<string, string> {
  const entries = Object.entries(parameters).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return new Map(entries);
}

function watch(troubles: Trouble[]): Subscriber {
  return {
    defect: ({ error, where }) => void troubles.push({ where, error }),
    executionStuck: ({ error, execution }) => void troubles.push({ where: `execution ${execution} is stuck`, error }),
    storeFailed: ({ part, error }) =>
      void troubles.push({ where: part === 'executions' ? 'the store fails' : `the store of ${part} fails`, error }),
    leaseLost: ({ node }) =>
      void troubles.push({ where: 'the store', error: new Error(`node ${node} has lost its place in it`) }),
  };
}

/** @throws {Error} when memory is still counted although nothing is under way. */
function refuseLeak({ express, memory }: Engine): void {
  if (express.running > 0 || (memory.bytes === 0 && memory.executions === 0)) return;
  throw new Error(`${memory.bytes} bytes of ${memory.executions} executions are counted, but none is under way`);
}

/** @throws {AggregateError} when the test has left a trouble. */
function refuse(troubles: readonly Trouble[]): void {
  if (troubles.length === 0) return;
  const sentences = troubles.map(({ where, error }) => `${where}: ${String(error)}`);
  throw new AggregateError(
    troubles.map(({ error }) => error),
    `the engine reported troubles that the test did not take:\n${sentences.join('\n')}`,
  );
}

function noTask(): never {
  throw new Error('the test gave no function that answers tasks');
}
