/** A process of the simulation: the runtimes as the program puts them together, on a faulty store. */
import { startExecutionAction } from '../../src/actions/fnf/start.ts';
import type { StartExecution } from '../../src/actions/fnf/start.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { createRuntimes } from '../../src/runtime/runtimes.ts';
import type { Runtimes, RuntimesOptions } from '../../src/runtime/runtimes.ts';
import { STANDARD_LIMITS } from '../support/standard.ts';
import { InjectedFault } from './faulty-store.ts';
import type { Life } from './life.ts';
import type { Server, World } from './world.ts';

const PLACE = { region: 'cn-hangzhou', account: '1234567890123456' };

export async function startServer(world: World, life: Life, stores: RuntimesOptions['stores']): Promise<Server> {
  const { clock, ids } = life;
  // Recovery calls tasks before the runtimes are told to us.
  let told: (runtimes: Runtimes) => void = () => undefined;
  const ready = new Promise<Runtimes>((resolve) => {
    told = resolve;
  });
  const startExecution: StartExecution = async (request) => (await ready).startExecution(request);
  const startChild = startExecutionAction(startExecution, PLACE);
  const runtimes = await createRuntimes({
    clock,
    ids,
    stores,
    compile: compileDefinition,
    actions: world.services.catalogFor(life, (action) => (action === 'FNF:StartExecution' ? startChild : null)),
    limits: { ...STANDARD_LIMITS, ...world.options.limits },
    // Hardly any: what waits is put out of memory at once and comes back.
    idleMax: world.random('idle').pick([0, 0, 1, 1_000]),
    history: { stateEventNames: 'state', keepMs: null, express: { executions: 0, ageMs: 1, bytes: 1 } },
    log: {
      defect(error, where) {
        if (!(error instanceof InjectedFault)) world.audit.fault(`a defect in ${where}: ${textOf(error)}`);
      },
      storeTrouble(trouble) {
        world.trace.add(trouble === null ? 'the store works again' : 'the store is in trouble');
        if (trouble === null || trouble.error instanceof InjectedFault) return;
        world.audit.fault(`a commit fails by itself: ${textOf(trouble.error)}`);
      },
      stuck: (id, error) => world.audit.fault(`#${id} is stuck: ${textOf(error)}`),
      ownershipLost: () => life.die('another process has taken the store over'),
    },
  });
  told(runtimes);
  const { executions, changes, standard } = runtimes;
  return {
    life,
    sinceMs: world.clock.elapsedMs,
    executions,
    flowChanged: (name) => changes.changed(name),
    flowDeleted: (name) => changes.deleted(name),
    async stop(limitMs) {
      await standard.drain(limitMs);
      standard.close();
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
