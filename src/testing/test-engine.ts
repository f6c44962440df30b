/**
 * A whole engine in the process of a test, on virtual time. It consists of the product's own parts, with stores in memory and a
 * function instead of the actions, which call the outside world.
 */
import type { ActionCatalog } from '../actions/action.ts';
import { createObserver } from '../base/observer.ts';
import type { Subscriber } from '../base/observer.ts';
import type { Settings } from '../config/settings.ts';
import { compileDefinition } from '../language/compile.ts';
import { createEngine } from '../server/engine.ts';
import type { Engine, StandIns } from '../server/engine.ts';
import type { FlowRecord } from '../store/flows.ts';
import { createMemoryStores } from '../store/memory/stores.ts';
import type { Stores } from '../store/stores.ts';
import type { CleanUp } from './clean-up.ts';
import { seededIds } from './seeded-ids.ts';
import { standInActions } from './stand-ins.ts';
import type { StandInTask } from './stand-ins.ts';
import { testSettings } from './test-settings.ts';
import { VirtualTime } from './virtual-time.ts';

export interface TestEngineOptions {
  /** Answers every task; without it a task is a defect, see {@link TestEngine.troubles}. */
  readonly task?: StandInTask;
  /** Instead of `task`. */
  readonly actions?: ActionCatalog;
  readonly standIns?: Omit<StandIns, 'actions' | 'compile'>;
  readonly time?: VirtualTime;
  readonly stores?: Stores;
  /** Text of a settings file. */
  readonly settings?: string;
  readonly limits?: Partial<Settings['limits']>;
  readonly seed?: number;
  readonly observe?: Subscriber;
}

/** A defect or a stuck execution, which a server would log. */
export interface Trouble {
  readonly where: string;
  readonly error: unknown;
}

export interface TestEngine extends Engine {
  readonly time: VirtualTime;
  readonly stores: Stores;
  readonly troubles: readonly Trouble[];
  /** Stores a flow without checking its definition. */
  createFlow(name: string, definition: string, mode: FlowRecord['executionMode']): Promise<FlowRecord>;
  /** Another engine on the same stores, as after a restart of the server. This engine stops. */
  restart(changes?: Partial<TestEngineOptions>): Promise<TestEngine>;
}

/** Starts an engine; the clean-up stops it. */
export async function startTestEngine(t: CleanUp, options: TestEngineOptions = {}): Promise<TestEngine> {
  const { seed = 1, time = new VirtualTime(), stores = createMemoryStores() } = options;
  const troubles: Trouble[] = [];
  const settings = testSettings(options.settings);
  const subscriber: Subscriber = {
    defect: ({ error, where }) => void troubles.push({ where, error }),
    executionStuck: ({ error, execution }) => void troubles.push({ where: `execution ${execution}`, error }),
  };
  const observer = createObserver(subscriber, options.observe ?? {});
  const engine = await createEngine({
    settings: { ...settings, limits: { ...settings.limits, ...options.limits } },
    stores,
    ports: { clock: time, scheduler: time, ids: seededIds(seed), observer },
    localCallersOnly: true,
    endpoint: () => '127.0.0.1:7780',
    standIns: {
      ...options.standIns,
      actions: options.actions ?? standInActions(options.task ?? noTask),
      compile: compileDefinition,
    },
  });
  t.after(() => engine.durable.close());
  return {
    ...engine,
    get underWay() {
      return engine.underWay;
    },
    time,
    stores,
    troubles,
    async createFlow(name, definition, mode) {
      const flow = flowRecord(name, definition, mode);
      await stores.flows.create(flow);
      return flow;
    },
    restart(changes = {}) {
      engine.durable.close();
      return startTestEngine(t, { ...options, ...changes, time, stores: changes.stores ?? stores, seed: seed + 1 });
    },
  };
}

/** A flow as CreateFlow stores it. */
export function flowRecord(name: string, definition: string, executionMode: FlowRecord['executionMode']): FlowRecord {
  return {
    name,
    id: `id-of-${name}`,
    definition,
    description: '',
    type: 'FDL',
    executionMode,
    roleArn: '',
    externalStorageLocation: '',
    environment: [],
    resourceGroupId: '',
    createdMs: 0,
    lastModifiedMs: 0,
    revision: 1,
  };
}

function noTask(): never {
  throw new Error('A task was called, but the test engine has neither `task` nor `actions`.');
}
