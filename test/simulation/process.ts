/** A process of the simulation: the engine of the server on a faulty store. */
import { createObserver } from '../../src/base/observer.ts';
import { createEngine } from '../../src/server/engine.ts';
import { testSettings } from '../../src/testing/test-settings.ts';
import { createMemoryMessages } from '../../src/store/memory/message-store.ts';
import { storesOf } from '../../src/store/stores.ts';
import type { Stores } from '../../src/store/stores.ts';
import { InjectedFault } from './faulty-store.ts';
import { CATCH_UP_MS } from './schedules.ts';
import type { SimulatedLife } from './life.ts';
import type { SimulatedProcess, World } from './world.ts';

const SETTINGS = testSettings('{ history: { express: { executions: 0 } } }');

export async function startProcess(
  world: World,
  life: SimulatedLife,
  stores: Pick<Stores, 'flows' | 'executions' | 'schedules' | 'nodes'>,
): Promise<SimulatedProcess> {
  const observer = createObserver({
    defect({ error, where }) {
      if (!(error instanceof InjectedFault)) world.audit.fault(`a defect in ${where}: ${textOf(error)}`);
    },
    storeFailed({ error }) {
      world.trace.add('the store fails');
      if (!(error instanceof InjectedFault))
        world.audit.fault(`a commit fails without a fault of the simulation: ${textOf(error)}`);
    },
    executionStarted: ({ mode, source, flowName, executionName }) => {
      if (mode === 'Express' && source === 'schedule') world.schedules.expressStarted(flowName, executionName);
    },
    storeRecovered: () => world.trace.add('the store works again'),
    executionStuck: ({ execution, error }) => world.audit.fault(`#${execution} is stuck: ${textOf(error)}`),
    leaseLost: () => life.die('another process has taken over the store'),
  });
  const { limits, plant, missed } = world.options;
  const { retention } = world.options.perturbations;
  const { executions, changes, durable, memory, schedules } = await createEngine({
    settings: {
      ...SETTINGS,
      limits: { ...SETTINGS.limits, ...limits, ...world.changedLimits },
      history: { ...SETTINGS.history, ...retention },
      schedules: { catchUpMs: CATCH_UP_MS, missed: plant?.missed ?? missed },
    },
    stores: storesOf({ ...stores, messages: createMemoryMessages(), clock: null }),
    ports: { clock: life.clock, scheduler: life.scheduler, ids: plant?.ids?.(life.ids) ?? life.ids, observer },
    localCallersOnly: true,
    endpoint: () => '',
    standIns: {
      actions: world.services.actionsOf(life),
      children: (own) => world.services.childrenOf(life, own),
      // Hardly any, so that a waiting execution leaves memory at once.
      idleMax: world.random('idle').pick([0, 0, 1, 1_000]),
    },
  });
  return {
    life,
    sinceMs: world.time.elapsedMs,
    executions,
    memory,
    flowChanged: (name) => changes.changed(name),
    flowDeleted: (name, id) => changes.deleted(name, id),
    async stop(limitMs) {
      schedules.close();
      await durable.drain(limitMs);
      durable.close();
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
