/** The parts that a whole engine and a worker make alike: the budget of memory, the actions, and the services of the operations. */
import { getHeapStatistics } from 'node:v8';
import type { ActionOptions } from '../actions/catalog.ts';
import { LazyActions } from '../actions/lazy-actions.ts';
import { MemoryBudget } from '../base/memory-budget.ts';
import { withSubscriber } from '../base/observer.ts';
import type { Subscriber } from '../base/observer.ts';
import type { Ports } from '../base/ports.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Settings } from '../config/settings.ts';
import { Changes } from '../console/changes.ts';
import { FlowFigures } from '../overview/flow-figures.ts';
import { createOperationRate } from '../operations/rate.ts';
import type { Endpoint, OperationServices } from '../operations/services.ts';

/** Without the setting, executions may hold this fraction (1/3) of V8's heap, and by their growth half of it. */
const HEAP_SHARE = 3;

/** The memory that executions under way may hold in this process. */
export function memoryBudget({ executionMemoryBytes }: Settings['limits']): MemoryBudget {
  return new MemoryBudget(executionMemoryBytes ?? getHeapStatistics().heap_size_limit / HEAP_SHARE);
}

/** The ports, whose observer counts the ends of executions too. */
export function counting(ports: Ports): { readonly ports: Ports; readonly figures: FlowFigures } {
  const figures = new FlowFigures(ports.clock);
  return { ports: reportingTo(ports, figures.subscriber), figures };
}

/** The ports, whose observer reports to the console too, if there is one. */
export function watched(
  ports: Ports,
  { console }: Pick<Settings, 'console'>,
): { readonly ports: Ports; readonly changes: Changes } {
  const changes = new Changes(ports.clock);
  return { ports: console === 'off' ? ports : reportingTo(ports, changes.subscriber), changes };
}

function reportingTo(ports: Ports, subscriber: Subscriber): Ports {
  return { ...ports, observer: withSubscriber(ports.observer, subscriber) };
}

export interface ProductActionsOptions extends Pick<ActionOptions, 'messages' | 'pushes' | 'processes' | 'memory'> {
  readonly settings: Settings;
  readonly ports: Ports;
  /** True when only this machine can call the engine: the setting `egress.privateAddresses: auto` depends on it. */
  readonly localCallersOnly: boolean;
}

/** The actions of the product, which the first task loads. */
export function productActions({ settings, ports, localCallersOnly, ...parts }: ProductActionsOptions): LazyActions {
  const { privateAddresses, allow } = settings.egress;
  const own = localCallersOnly ? 'all-but-metadata' : 'public';
  const reach = { open: 'all', closed: 'public', auto: own } as const;
  return new LazyActions({ ...settings, ...ports, egress: { reach: reach[privateAddresses], allow }, ...parts });
}

type GivenServices =
  | 'flows'
  | 'messages'
  | 'nodes'
  | 'sync'
  | 'executions'
  | 'overview'
  | 'changes'
  | 'schedules'
  | 'compiler'
  | 'flowQuota';

export interface ServicesOptions extends Pick<OperationServices, GivenServices> {
  /** The processes that share the rates of operations. */
  readonly cluster: Pick<Cluster, 'size'>;
  readonly settings: Settings;
  readonly ports: Ports;
  /** For DescribeRegions. */
  readonly endpoint: Endpoint;
}

/** The services of the operations: those given, and those that follow from the settings. */
export function createServices({ settings, ports, endpoint, cluster, ...given }: ServicesOptions): OperationServices {
  const { clock, ids, observer } = ports;
  const { limits } = settings;
  const { flows, messages, nodes, sync, executions, overview, changes, schedules, compiler, flowQuota } = given;
  return {
    ...{ flows, messages, nodes, sync, executions, overview, changes, schedules, compiler, flowQuota },
    httpErrorStatuses: settings.http.errorStatuses,
    rate: createOperationRate(clock, cluster, limits.operationRate, limits.operationRates),
    clock,
    ids,
    observer,
    region: { id: settings.region, endpoint },
    limits,
  };
}
