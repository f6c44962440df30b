/**
 * The observer: an Express execution of ten tasks in this process, on an engine whose every event has a subscriber, beside
 * the same engine without one. An event without a subscriber costs less still: a look at a null. Rounds alternate.
 */
import { createObserver } from '../src/base/observer.ts';
import type { ObserverEvents, Subscriber } from '../src/base/observer.ts';
import { systemPorts } from '../src/base/ports.ts';
import type { JsonObject } from '../src/base/json.ts';
import { FROM_API } from '../src/runtime/start-origin.ts';
import { createEngine } from '../src/server/engine.ts';
import type { Engine } from '../src/server/engine.ts';
import { createMemoryStores } from '../src/store/memory/stores.ts';
import { flowRecord } from '../src/testing/flow-record.ts';
import { SETTINGS } from './durable-engine.ts';
import { DURABLE_STEPS, INPUT, taskChain } from './flows.ts';

export interface ObserverResults {
  /** Microseconds an execution, by round. */
  readonly subscribed: readonly number[];
  readonly alone: readonly number[];
}

const FLOW = 'observed';
const EVENTS_OF_AN_EXECUTION = DURABLE_STEPS + 2;
const REQUEST = {
  flowName: FLOW,
  executionName: null,
  qualifier: '',
  input: JSON.parse(INPUT) as JsonObject,
  inputText: INPUT,
  depth: 0,
  origin: FROM_API,
};

export async function measureObserver(rounds: number, executions: number): Promise<ObserverResults> {
  let events = 0;
  const count = (): void => void events++;
  const engines = [await openEngine(everything(count)), await openEngine({})] as const;
  const subscribed: number[] = [];
  const alone: number[] = [];
  for (let round = -1; round < rounds; round++) {
    // The one that goes first takes turns.
    const [first, second] = round % 2 === 0 ? engines : ([engines[1], engines[0]] as const);
    const firstTook = await microsecondsPerExecution(first, executions);
    const secondTook = await microsecondsPerExecution(second, executions);
    // The first round warms up.
    if (round < 0) continue;
    subscribed.push(first === engines[0] ? firstTook : secondTook);
    alone.push(first === engines[0] ? secondTook : firstTook);
  }
  // A start of the engine reports an event of its own.
  if (events < (rounds + 1) * executions * EVENTS_OF_AN_EXECUTION) throw new Error(`${events} events were reported`);
  for (const engine of engines) await engine.close();
  return { subscribed, alone };
}

/** A subscriber to every event; the compiler sees to it that none is missing. */
function everything(report: () => void): Required<Subscriber> {
  return {
    requestEnded: report,
    connectionsFull: report,
    requestFailed: report,
    flowChanged: report,
    executionFailed: report,
    definitionWarned: report,
    executionStarted: report,
    executionAdvanced: report,
    mapRunAdvanced: report,
    messagesChanged: report,
    secretShown: report,
    executionRedriven: report,
    executionEnded: report,
    scheduleChanged: report,
    scheduleFired: report,
    schedulesDelayed: report,
    scheduleSkipped: report,
    taskCalled: report,
    committed: report,
    storeFailed: report,
    storeRecovered: report,
    recovered: report,
    executionsPurged: report,
    executionStuck: report,
    healthChanged: report,
    leaseLost: report,
    rejoined: report,
    workerEnded: report,
    workerStarted: report,
    workerFailed: report,
    workerStopped: report,
    defect: report,
  } satisfies { [Name in keyof ObserverEvents]: () => void };
}

async function openEngine(subscriber: Subscriber): Promise<Engine> {
  const stores = createMemoryStores();
  await stores.flows.create(flowRecord(FLOW, { definition: taskChain() }));
  return createEngine({
    settings: SETTINGS,
    stores,
    ports: systemPorts(createObserver(subscriber)),
    localCallersOnly: true,
    endpoint: () => '',
    standIns: {
      actions: { find: () => ({ run: async () => ({ ok: true, output: { status: 'done' } }) }) },
    },
  });
}

async function microsecondsPerExecution(engine: Engine, executions: number): Promise<number> {
  const beganMs = performance.now();
  for (let i = 0; i < executions; i++) {
    const { result } = await engine.sync.start(REQUEST);
    if (result.status !== 'Succeeded') throw new Error(`an execution ended ${result.status}`);
  }
  return ((performance.now() - beganMs) * 1000) / executions;
}
