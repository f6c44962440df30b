/** The durable runtime on a store, the real language and virtual time, for tests that call it as operations do. */
import type { ActionCatalog } from '../../src/actions/action.ts';
import type { Settings } from '../../src/config/settings.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { createRuntimes } from '../../src/runtime/runtimes.ts';
import type { Runtimes } from '../../src/runtime/runtimes.ts';
import type { StandardLog } from '../../src/runtime/durable/durable.ts';
import type { FlowRecord } from '../../src/store/flows.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import type { Stores } from '../../src/store/stores.ts';
import { seededIds } from './flows.ts';
import { VirtualClock } from './virtual-clock.ts';

/** The defaults of the settings, as far as the runtimes look at them. */
export const STANDARD_LIMITS: Settings['limits'] = {
  profile: 'none',
  stateDataBytes: 65_536,
  requestBytes: 1_048_576,
  inputBytes: 65_536,
  globalKeyBytes: 128,
  globalValueBytes: 262_144,
  parallelBranches: 50,
  mapConcurrency: 40,
  events: 5_000,
  concurrentExecutions: 10_000,
  standardExecutions: null,
  startsPerSecond: null,
  expressTimeoutSeconds: 300,
  callDepth: 16,
  childDepth: 100,
  flows: null,
  operationRate: null,
  operationRates: [],
};

export interface Trouble {
  readonly where: string;
  readonly error: unknown;
}

export interface World {
  readonly clock: VirtualClock;
  readonly stores: Stores;
  readonly runtimes: Runtimes;
  /** What the log was told of defects and stuck executions. */
  readonly troubles: Trouble[];
  /** Another runtime on the same store, as after a start of the server. */
  restart(): Promise<World>;
}

export interface WorldOptions {
  readonly actions: ActionCatalog;
  readonly clock?: VirtualClock;
  readonly stores?: Stores;
  readonly limits?: Partial<Settings['limits']>;
  readonly seed?: number;
}

export async function standardWorld(options: WorldOptions): Promise<World> {
  const clock = options.clock ?? new VirtualClock();
  const stores = options.stores ?? createMemoryStores();
  const troubles: Trouble[] = [];
  const log: StandardLog = {
    defect: (error, where) => void troubles.push({ where, error }),
    storeTrouble() {},
    stuck: (id, error) => void troubles.push({ where: `execution ${id}`, error }),
    ownershipLost() {},
  };
  const runtimes = await createRuntimes({
    clock,
    ids: seededIds(options.seed ?? 1),
    actions: options.actions,
    stores,
    compile: compileDefinition,
    limits: { ...STANDARD_LIMITS, ...options.limits },
    history: { stateEventNames: 'state', keepMs: null, express: { executions: 100, ageMs: 3_600_000, bytes: 1e8 } },
    log,
  });
  return {
    clock,
    stores,
    runtimes,
    troubles,
    async restart() {
      runtimes.standard.close();
      return standardWorld({ ...options, clock, stores, seed: (options.seed ?? 1) + 1 });
    },
  };
}

/** A flow as CreateFlow stores it. */
export function flowOf(name: string, definition: string, executionMode: FlowRecord['executionMode']): FlowRecord {
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
