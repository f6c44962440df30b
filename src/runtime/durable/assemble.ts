/**
 * Puts the parts of the durable runtime together. Each part knows only the parts that it uses; the table reports the events of
 * runs to the others (`RunListener`).
 */
import type { ActionCatalog } from '../../actions/action.ts';
import type { MemoryBudget } from '../../base/memory-budget.ts';
import type { Ports } from '../../base/ports.ts';
import type { ExecutionLimits } from '../../interpreter/execution.ts';
import { WAIT_SECONDS } from '../../language/limits.ts';
import type { Objects } from '../../objects/ports.ts';
import type { NodeMembership } from '../../cluster/membership.ts';
import type { Peers } from '../../cluster/peers.ts';
import type { ExecutionStore } from '../../store/executions.ts';
import type { Membership } from '../../store/nodes.ts';
import type { ChildStarter } from '../driver/calls.ts';
import { createStepRate } from '../driver/step-rate.ts';
import type { StepRate } from '../driver/step-rate.ts';
import { Turns } from '../driver/turns.ts';
import type { CompileFlow } from '../flows/flow-compiler.ts';
import type { PlanCache } from '../flows/plan-cache.ts';
import type { RunnableFlows } from '../flows/runnable-flows.ts';
import type { ExpressItem, ExpressItemEnd } from '../map-items.ts';
import { Orphans } from './children/orphans.ts';
import { ParentReports } from './children/parent-reports.ts';
import { TakeOvers } from './children/take-overs.ts';
import { CommitQueue } from './commit-queue.ts';
import { DeletedFlows } from './deleted-flows.ts';
import type { EndWaiters } from './end-waiters.ts';
import { Heartbeat } from './heartbeat.ts';
import { ItemRunner } from './map-runs/item-runner.ts';
import { MapRuns } from './map-runs/map-runs.ts';
import { ExecutionLoader } from './loader.ts';
import { NewIds } from './new-ids.ts';
import { mailCarrier } from './nodes/carry-out.ts';
import { leasedStore } from './nodes/leased-store.ts';
import { Mailbox } from './nodes/mailbox.ts';
import { NodeWork } from './nodes/node-work.ts';
import { WholeWaits } from './nodes/whole-waits.ts';
import { Purger } from './purger.ts';
import type { RetentionSettings } from './purger.ts';
import { Recovery } from './recovery.ts';
import { Redrives } from './redrives.ts';
import { RunTable } from './run-table.ts';
import { Sleepers } from './sleep/sleepers.ts';
import { Starts } from './starts.ts';
import { SteadyClock } from './steady-clock.ts';
import { Stops } from './stops.ts';
import { TaskReports } from './task-reports.ts';
import { createTaskTokens } from './tokens.ts';
import { Waits } from './waits.ts';
import { WriteGate } from './write-gate.ts';

export interface DurableOptions {
  readonly ports: Ports;
  readonly actions: ActionCatalog;
  readonly children: ChildStarter;
  /** Runs an Express child of a Map run to its end. */
  readonly runExpressItem: (item: ExpressItem) => Promise<ExpressItemEnd>;
  /** The objects that distributed Maps read and write. */
  readonly objects: Objects;
  /** Of the executions of both modes. */
  readonly memory: MemoryBudget;
  readonly store: ExecutionStore;
  /** This process as a node of the store. */
  readonly cluster: NodeMembership;
  /** The other nodes. */
  readonly peers: Peers;
  readonly flows: RunnableFlows;
  readonly compile: CompileFlow;
  readonly cache: PlanCache;
  /** Id of the flow of a name; null when there is none. */
  readonly flowId: (name: string) => Promise<string | null>;
  readonly limits: Omit<ExecutionLimits, 'waitSeconds'> & {
    /** Running executions; null: no limit. */
    readonly standardExecutions: number | null;
    /** Running children of Map runs; null: no limit. */
    readonly mapExecutions: number | null;
    /** Children of one Map run at once. */
    readonly mapRunConcurrency: number;
    /** Items of one Map run; null: no limit. */
    readonly mapItems: number | null;
    /** Longest time of an execution. */
    readonly standardTimeoutSeconds: number;
    /** States that executions together enter in a second; null: no limit. */
    readonly stepsPerSecond: number | null;
    /** How deep tasks may start executions. */
    readonly childDepth: number;
    /** Memory of plans, an estimate. */
    readonly planBytes: number;
  };
  readonly retention: RetentionSettings;
  /** How many waiting executions remain in memory, for callbacks that come soon; 1,000 when absent. */
  readonly idleMax?: number;
}

const IDLE_MAX = 1_000;

/** The parts that the facade uses, and the parts that it has to close. */
export interface DurableParts {
  readonly queue: CommitQueue;
  readonly table: RunTable;
  readonly sleepers: Sleepers;
  readonly purger: Purger;
  readonly recovery: Recovery;
  readonly deletedFlows: DeletedFlows;
  readonly starts: Starts;
  readonly stops: Stops;
  readonly redrives: Redrives;
  readonly taskReports: TaskReports;
  readonly mapRuns: MapRuns;
  readonly waits: Waits;
  readonly wholeWaits: WholeWaits;
  readonly work: NodeWork;
  readonly clock: SteadyClock;
  /** Parts with timers or background work, in the order in which they are closed. */
  readonly closing: readonly { close(): void }[];
}

/** The parts on which all others build. */
function assembleCore(
  options: DurableOptions,
  { node, tokenKey, setBackMs, running }: Membership,
  recovery: () => Recovery,
) {
  const { ports, actions, children, memory, compile, cache, cluster } = options;
  const store = leasedStore(
    options.store,
    () => queue.loseLease(),
    () => recovery().doubt(),
  );
  const clock = new SteadyClock(ports.clock, setBackMs);
  const limits = { ...options.limits, waitSeconds: WAIT_SECONDS.Standard };
  const turns = new Turns(ports);
  const tokens = createTaskTokens(tokenKey);
  const loader = new ExecutionLoader({ store, compile, cache, turns: new Turns(ports), limits });
  const queue = new CommitQueue({ store, node, clock, cluster, ports });
  const gate = new WriteGate(queue, cluster, ports.scheduler);
  const mapRuns = new MapRuns({ ports, store, queue, turns, objects: options.objects, limits });
  const table = new RunTable({
    ...options,
    store,
    parts: { ...ports, actions, children, turns, memory, mapRuns, steps: stepRateOf(options) },
    clock,
    tokens,
    queue,
    loader,
    node,
    isShared: cluster.isShared,
    running,
    runningMax: { executions: options.limits.standardExecutions, mapItems: options.limits.mapExecutions },
    idleMax: options.idleMax ?? IDLE_MAX,
    idlePlanBytes: options.limits.planBytes,
  });
  return { store, clock, limits, turns, tokens, loader, queue, gate, mapRuns, table };
}

/** The parts for one node: when the process has lost its lease and joined again, other parts take their place. */
export function assembleDurable(options: DurableOptions, membership: Membership, waiters: EndWaiters): DurableParts {
  const { ports, retention, flows, cluster } = options;
  const { node, lastId } = membership;
  const core = assembleCore(options, membership, () => recovery);
  const { store, clock, limits, turns, tokens, loader, queue, gate, mapRuns, table } = core;
  const reports = new ParentReports({ store, ports, table, queue, cluster });
  const orphans = new Orphans({ store, ports, table, loader, cluster });
  const sleepers = new Sleepers({ store, node, ports, clock, table });
  const purger = new Purger({ store, ports, clock, queue, node, cluster, retention });
  const deletedFlows = new DeletedFlows({ store, ports, table });
  const recovery: Recovery = new Recovery({ store, node, ports, table, queue, reports, orphans, deletedFlows });
  for (const part of [waiters, reports, orphans, sleepers, purger, recovery]) table.listen(part);
  const redrives = new Redrives({ store, table, gate, loader, reports });
  const takeOvers = new TakeOvers({ store, ports, table, queue, reports, redrives });
  const newIds = new NewIds(store, node, lastId);
  const starts = new Starts({ ports, store, flows, table, gate, turns, orphans, takeOvers, limits, newIds });
  const items = new ItemRunner({ ports, starts, runExpressItem: options.runExpressItem });
  const mailbox = new Mailbox({ store, cluster, ports });
  mapRuns.connect({ items, table, gate, mailbox });
  const taskReports = new TaskReports({
    ...{ tokens, table, gate, newIds, mailbox, store, loader },
    flowId: options.flowId,
    childDepth: options.limits.childDepth,
  });
  const waits = new Waits({ table, queue, loader, store, clock });
  const carryOut = mailCarrier(store, taskReports, mapRuns);
  const work = new NodeWork({ store, cluster, ports, table, mailbox, recovery, sleepers, waiters, carryOut });
  return {
    ...{
      clock,
      queue,
      table,
      sleepers,
      purger,
      recovery,
      deletedFlows,
      starts,
      redrives,
      mapRuns,
      taskReports,
    },
    stops: new Stops({ store, table, gate, orphans, waiters, watchEnds: () => work.watchEnds(), cluster, ports }),
    work,
    waits,
    wholeWaits: new WholeWaits({ store, node, table, waits, peers: options.peers }),
    closing: [
      new Heartbeat({ ports, queue, table }),
      sleepers,
      purger,
      reports,
      orphans,
      deletedFlows,
      recovery,
      mailbox,
      work,
      table,
    ],
  };
}

function stepRateOf({ limits: { stepsPerSecond }, ports, cluster }: DurableOptions): StepRate | null {
  const limit = { mode: 'Standard', setting: 'limits.stepsPerSecond', perSecond: stepsPerSecond } as const;
  return createStepRate(limit, ports, cluster);
}
