/**
 * The parts that run flows, put together: actions, runtime, synchronous executions and the services of the operations.
 * `serve` and `run` both stand on it, so that a flow meets the same limits and the same actions in either.
 */
import type { ActionCatalog } from '../actions/action.ts';
import type { ActionOptions } from '../actions/catalog.ts';
import { systemClock } from '../base/clock.ts';
import { systemIds } from '../base/ids.ts';
import type { Settings } from '../config/settings.ts';
import { compileDefinition } from '../language/compile.ts';
import { createOperationRate } from '../operations/rate.ts';
import type { OperationServices } from '../operations/services.ts';
import { createExpressRuntime } from '../runtime/express.ts';
import type { ExpressRuntime } from '../runtime/express.ts';
import { createSyncExecutions } from '../runtime/sync-executions.ts';
import type { Stores } from '../store/stores.ts';

export interface EngineOptions {
  readonly settings: Settings;
  readonly stores: Stores;
  /** Whether only this machine can make the engine call something: what `egress.privateAddresses: auto` goes by. */
  readonly localCallersOnly: boolean;
  /** Where the region is served, for DescribeRegions; asked when it is needed. */
  readonly endpoint: () => string;
  /** Told of an action that threw, which is a defect of the action. */
  readonly onDefect: (error: unknown, where: string) => void;
}

export interface Engine {
  readonly services: OperationServices;
  readonly runtime: ExpressRuntime;
  /** Gives up the tasks under way, then closes the stores. */
  close(): Promise<void>;
}

/** Puts the engine together. It owns the stores from now on. */
export function createEngine(options: EngineOptions): Engine {
  const { settings, stores } = options;
  const { flows } = stores;
  const { limits } = settings;
  const clock = systemClock;
  const ids = systemIds;
  const actions = new LazyActions({
    ...settings,
    egress: { open: egressOpen(settings, options.localCallersOnly), allow: settings.egress.allow },
    callDepth: limits.callDepth,
    clock,
    ids,
    startSync: (request) => sync.start({ ...request, qualifier: '' }),
  });
  const runtime = createExpressRuntime({ clock, ids, actions, limits, onDefect: options.onDefect });
  const { parallelBranches } = limits;
  const sync = createSyncExecutions({ flows, runtime, ids, compile: compileDefinition, parallelBranches });
  const region = {
    id: settings.region,
    get endpoint() {
      return options.endpoint();
    },
  };
  const rate = createOperationRate(clock, limits.operationRate, limits.operationRates);
  return {
    services: { flows, sync, compile: compileDefinition, rate, clock, ids, region, limits },
    runtime,
    async close() {
      await actions.close();
      await stores.close();
    },
  };
}

function egressOpen({ egress }: Settings, localCallersOnly: boolean): boolean {
  return egress.privateAddresses === 'open' || (egress.privateAddresses === 'auto' && localCallersOnly);
}

type Actions = Awaited<ReturnType<typeof loadActions>>;

async function loadActions(options: ActionOptions) {
  const { createActions } = await import('../actions/catalog.ts');
  return createActions(options);
}

/**
 * The actions, loaded by the first task: the HTTP client takes a third of a server's start and of its idle memory, and a
 * server whose flows call nothing never needs it.
 */
class LazyActions implements ActionCatalog {
  readonly #options: ActionOptions;
  #loading: Promise<Actions> | null = null;
  #loaded: Actions | null = null;

  constructor(options: ActionOptions) {
    this.#options = options;
  }

  find(action: string): ReturnType<ActionCatalog['find']> {
    if (this.#loaded !== null) return this.#loaded.find(action);
    return { run: async (call, signal) => (await this.#load()).find(action).run(call, signal) };
  }

  async close(): Promise<void> {
    if (this.#loading !== null) await (await this.#loading).close();
  }

  #load(): Promise<Actions> {
    this.#loading ??= loadActions(this.#options).then((actions) => {
      this.#loaded = actions;
      return actions;
    });
    return this.#loading;
  }
}
