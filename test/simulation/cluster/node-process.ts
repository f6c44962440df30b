/** A process of the simulated cluster: a whole engine as a node of the store. */
import { ApiError } from '../../../src/api/error.ts';
import { createObserver } from '../../../src/base/observer.ts';
import { OPERATIONS } from '../../../src/operations/all.ts';
import type { Reply } from '../../../src/operations/operation.ts';
import { createEngine } from '../../../src/server/engine.ts';
import type { Engine } from '../../../src/server/engine.ts';
import type { NodeNumber } from '../../../src/store/nodes.ts';
import { createMemoryMessages } from '../../../src/store/memory/message-store.ts';
import { storesOf } from '../../../src/store/stores.ts';
import type { Stores } from '../../../src/store/stores.ts';
import { testSettings } from '../../../src/testing/test-settings.ts';
import { InjectedFault } from '../faulty-store.ts';
import { CATCH_UP_MS } from '../schedules.ts';
import type { Link } from './link.ts';
import type { NodeLife } from './node-life.ts';
import type { World } from './world.ts';

const SETTINGS = testSettings('{ history: { keep: forever, express: { executions: 0 } } }');

export interface NodeProcess {
  readonly life: NodeLife;
  readonly link: Link;
  readonly engine: Engine;
  /** Its number in the store at the time. */
  readonly node: NodeNumber;
  /** Virtual time since which nothing is wrong with it; null while something is. */
  healthySinceMs: number | null;
}

export async function startNode(world: World, life: NodeLife, link: Link): Promise<NodeProcess> {
  const { trace, journals, schedules } = world;
  const name = `life ${life.number}`;
  const observer = createObserver({
    defect({ error, where }) {
      if (!isInjected(error)) journals.fault(`a defect of ${name} in ${where}: ${textOf(error)}`);
    },
    storeFailed({ error }) {
      if (!isInjected(error)) journals.fault(`a commit of ${name} fails: ${textOf(error)}`);
    },
    executionStuck: ({ execution, error }) => journals.fault(`#${execution} is stuck at ${name}: ${textOf(error)}`),
    leaseLost: () => trace.add(`${name} has lost its lease`),
    executionStarted: ({ mode, source, flowName, executionName }) => {
      if (mode === 'Express' && source === 'schedule') schedules.expressStarted(flowName, executionName);
    },
  });
  const { leaseMs, pollMs, idleMax } = world.scenario;
  let engine: Engine | null = null;
  engine = await createEngine({
    settings: { ...SETTINGS, schedules: { catchUpMs: CATCH_UP_MS, missed: 'all' } },
    stores: linkedStores(world, life, link),
    ports: { clock: life.clock, scheduler: life.scheduler, ids: life.ids, observer },
    localCallersOnly: true,
    endpoint: () => '',
    node: { info: { name, version: '0.0.0', leaseMs }, pollMs: world.plant?.pollMs ?? pollMs },
    standIns: { actions: world.services.actionsOf(life, () => engine?.cluster.node ?? 0), idleMax },
  });
  const started = engine;
  return {
    life,
    link,
    engine: started,
    get node() {
      return started.cluster.node;
    },
    healthySinceMs: null,
  };
}

function linkedStores({ database, scenario, random, pass }: World, life: NodeLife, link: Link): Stores {
  const { flows, executions, schedules, nodes } = database.stores;
  const draws = random('hints', life.number);
  return storesOf({
    flows: { ...link.port(flows, ['close']), close: stayOpen },
    executions: { ...link.port(executions, ['close', 'placeOf']), close: stayOpen },
    schedules: { ...link.port(schedules, ['close']), close: stayOpen },
    nodes: {
      ...link.port(nodes, ['close', 'hint', 'onHint']),
      hint(hint) {
        if (!link.isCut) nodes.hint(hint);
      },
      onHint: (node, react) =>
        nodes.onHint(node, (topic) => {
          if (link.isCut || life.isDead || draws.chance(scenario.hintsLost)) return;
          void pass(draws.pick([0, 1, 40])).then(async () => {
            await life.running();
            react(topic);
          });
        }),
      close: stayOpen,
    },
    messages: createMemoryMessages(),
    clock: null,
  });
}

/** The data outlives the process. */
const stayOpen = (): Promise<void> => Promise.resolve();

/** Calls an operation of the API at this node, as its server does. The parameters are those of a query. */
export async function callNode(
  { engine, life }: NodeProcess,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Reply> {
  await life.running();
  const operation = OPERATIONS.get(action);
  if (operation === undefined) throw new Error(`there is no operation ${action}`);
  const request = { requestId: 'request', parameters: new Map(Object.entries(parameters)), caller: null };
  return life.whileAlive(operation.run(engine.services, request));
}

/** True for a fault of the simulation, or what the product made of it. */
function isInjected(error: unknown): boolean {
  if (error instanceof InjectedFault) return true;
  return error instanceof ApiError && error.code === 'InternalServerError' && isInjected(error.cause);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
