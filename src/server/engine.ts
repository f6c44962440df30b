/**
 * The parts that run flows, put together: actions, runtimes and the services of the operations.
 * `serve` and `run` both stand on it, so that a flow meets the same limits and the same actions in either.
 */
import type { Action } from '../actions/action.ts';
import type { ActionOptions, Actions } from '../actions/catalog.ts';
import { systemClock } from '../base/clock.ts';
import { systemIds } from '../base/ids.ts';
import { stringifyJson } from '../base/json.ts';
import type { Settings } from '../config/settings.ts';
import { compileLazily } from '../language/lazy.ts';
import { createOperationRate } from '../operations/rate.ts';
import type { OperationServices } from '../operations/services.ts';
import { createRuntimes } from '../runtime/runtimes.ts';
import type { StandardLog } from '../runtime/durable/durable.ts';
import type { Stores } from '../store/stores.ts';

export interface EngineOptions {
  readonly settings: Settings;
  readonly stores: Stores;
  /** Whether only this machine can make the engine call something: what `egress.privateAddresses: auto` goes by. */
  readonly localCallersOnly: boolean;
  /** Where the region is served, for DescribeRegions; asked when it is needed. */
  readonly endpoint: () => string;
  readonly log: StandardLog;
}

export interface Engine {
  readonly services: OperationServices;
  /** Executions and tasks under way. */
  readonly underWay: { readonly express: number; readonly calls: number };
  /** Lets what is under way come to a point where it can be left, for as long as the limit allows. */
  drain(limitMs: number): Promise<void>;
  /** Gives up the tasks under way, then closes the stores. */
  close(): Promise<void>;
}

/** Puts the engine together. It owns `stores` from now on. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { settings, stores } = options;
  const { limits, history } = settings;
  const clock = systemClock;
  const ids = systemIds;
  const actions = new LazyActions({
    ...settings,
    egress: { open: egressOpen(settings, options.localCallersOnly), allow: settings.egress.allow },
    callDepth: limits.callDepth,
    clock,
    ids,
    startSync: async (request) => {
      const inputText = stringifyJson(request.input);
      return (await runtimes).sync.start({ ...request, inputText, qualifier: '' });
    },
    startExecution: async (request) => (await runtimes).startExecution(request),
    messages: stores.messages,
  });
  // What was under way goes on before this resolves, so the actions may be called before it has.
  const runtimes = createRuntimes({
    clock,
    ids,
    actions,
    stores,
    compile: compileLazily,
    limits,
    history,
    log: options.log,
  });
  const { express, standard, sync, executions, changes } = await runtimes;
  if (settings.mns.local && settings.mns.subscriptions.length > 0) actions.resume();
  const region = {
    id: settings.region,
    get endpoint() {
      return options.endpoint();
    },
  };
  const rate = createOperationRate(clock, limits.operationRate, limits.operationRates);
  return {
    services: {
      flows: stores.flows,
      messages: stores.messages,
      sync,
      executions,
      changes,
      compile: compileLazily,
      rate,
      clock,
      ids,
      region,
      limits,
    },
    get underWay() {
      return { express: express.running, calls: standard.calls };
    },
    async drain(limitMs) {
      await Promise.all([express.drain(limitMs), standard.drain(limitMs)]);
      await waitAtMost(actions.idle(), limitMs);
    },
    async close() {
      standard.close();
      await actions.close();
      await stores.close();
    },
  };
}

/** Waits for `work`, and no longer than the limit. */
async function waitAtMost(work: Promise<void>, limitMs: number): Promise<void> {
  let cancel = (): void => undefined;
  const late = new Promise<void>((resolve) => {
    cancel = systemClock.after(limitMs, resolve);
  });
  await Promise.race([work, late]);
  cancel();
}

function egressOpen({ egress }: Settings, localCallersOnly: boolean): boolean {
  return egress.privateAddresses === 'open' || (egress.privateAddresses === 'auto' && localCallersOnly);
}

async function loadActions(options: ActionOptions): Promise<Actions> {
  const { createActions } = await import('../actions/catalog.ts');
  return createActions(options);
}

/**
 * The actions, loaded by the first task: the HTTP client takes a third of a server's start and of its idle memory, and a
 * server whose flows call nothing never needs it.
 */
class LazyActions implements Actions {
  readonly #options: ActionOptions;
  #loading: Promise<Actions> | null = null;
  #loaded: Actions | null = null;

  constructor(options: ActionOptions) {
    this.#options = options;
  }

  find(action: string): Action {
    if (this.#loaded !== null) return this.#loaded.find(action);
    return { run: async (call, signal) => (await this.#load()).find(action).run(call, signal) };
  }

  resume(): void {
    void this.#load().then((actions) => actions.resume());
  }

  async idle(): Promise<void> {
    await this.#loaded?.idle();
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
