/**
 * The engine in this process, with a server's settings and with actions of the benchmark. It measures the
 * durable runtime and the disk without HTTP.
 */
import { join } from 'node:path';
import type { TaskCall, TaskResult } from '../src/actions/action.ts';
import { createObserver } from '../src/base/observer.ts';
import type { Subscriber } from '../src/base/observer.ts';
import { systemPorts } from '../src/base/ports.ts';
import { systemScheduler } from '../src/base/scheduler.ts';
import type { JsonObject } from '../src/base/json.ts';
import { loadSettings } from '../src/config/load.ts';
import type { Settings } from '../src/config/settings.ts';
import { createEngine } from '../src/server/engine.ts';
import type { Engine, EngineOptions } from '../src/server/engine.ts';
import { openSqliteStores } from '../src/store/sqlite/stores.ts';
import type { Stores } from '../src/store/stores.ts';
import { flowRecord } from '../src/testing/flow-record.ts';
import { INPUT } from './flows.ts';

export type Act = (call: TaskCall) => Promise<TaskResult>;

export interface DurableEngine {
  readonly engine: Engine;
  readonly stores: Stores;
  createFlow(name: string, definition: string): Promise<void>;
  /** Starts an execution; resolves when the start is durable. */
  start(flowName: string, executionName: string): Promise<void>;
  /** Resolves when the execution has ended; ends the benchmark unless it succeeded. */
  ended(flowName: string, executionName: string): Promise<void>;
  /** Leaves executions under way as they are, as a crash would. */
  close(): Promise<void>;
}

const DEFAULTS = await loadSettings({}, '/', async () => () => null);
/** The rows start more executions than a server with default settings lets run at once. */
export const SETTINGS: Settings = { ...DEFAULTS, limits: { ...DEFAULTS.limits, standardExecutions: null } };
const PATIENCE_MS = 600_000;
const INPUT_OBJECT = JSON.parse(INPUT) as JsonObject;

/** On an SQLite file in the folder. */
export function openEngine(folder: string, act: Act): Promise<DurableEngine> {
  const stores = openSqliteStores({ file: join(folder, 'millrace.db'), synchronous: 'FULL' }, systemScheduler);
  return engineOn(stores, act);
}

/** @param node this process among others that use the stores; absent: it is alone */
export async function engineOn(stores: Stores, act: Act, node?: EngineOptions['node']): Promise<DurableEngine> {
  const engine = await createEngine({
    settings: SETTINGS,
    stores,
    ports: systemPorts(createObserver(NO_TROUBLE)),
    localCallersOnly: true,
    endpoint: () => '',
    standIns: { actions: { find: () => ({ run: act }) } },
    ...(node !== undefined && { node }),
  });
  return {
    engine,
    stores,
    async createFlow(name, definition) {
      await stores.flows.create(flowRecord(name, { definition, executionMode: 'Standard' }));
    },
    async start(flowName, executionName) {
      const request = {
        flowName,
        executionName,
        inputText: INPUT,
        input: INPUT_OBJECT,
        qualifier: '',
        callbackToken: '',
      };
      await engine.executions.start(request);
    },
    async ended(flowName, executionName) {
      const { status } = await engine.executions.describe(flowName, executionName, PATIENCE_MS);
      if (status !== 'Succeeded') fail(new Error(`execution ${executionName} is ${status}`));
    },
    async close() {
      await engine.close();
    },
  };
}

/** Any trouble makes the figures worthless, so it ends the benchmark. */
const NO_TROUBLE: Subscriber = {
  defect: ({ error }) => fail(error),
  executionStuck: ({ error }) => fail(error),
  storeFailed: ({ error }) => fail(error),
  leaseLost: () => fail(new Error('another process took the store over')),
};

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

/** Runs `run(0)` to `run(count - 1)`, at most `concurrency` at a time. */
export async function inParallel(concurrency: number, count: number, run: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) await run(i);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, work));
}
