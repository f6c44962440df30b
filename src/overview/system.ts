/**
 * The state of the server, for DescribeSystem. Each process reports the facts that only its memory has: a question goes to all others,
 * and one that does not answer in time has ended, or will soon have.
 */
import { atMost } from '../base/scheduler.ts';
import type { JsonValue } from '../base/json.ts';
import type { Ports } from '../base/ports.ts';
import type { Peers } from '../cluster/peers.ts';
import type { Settings } from '../config/settings.ts';
import type { ExecutionStore, RunningCounts } from '../store/executions.ts';
import type { HostFacts } from './host-facts.ts';
import type { ProcessView, StuckExecution, SystemView } from './overview.ts';
import { ownProcess } from './own-process.ts';
import type { OwnProcessOptions } from './own-process.ts';

export interface SystemOptions extends OwnProcessOptions {
  readonly ports: Pick<Ports, 'clock' | 'scheduler'>;
  readonly settings: Pick<Settings, 'region' | 'account' | 'auth' | 'store' | 'shown'>;
  /** Processes of this server that serve callers. */
  readonly workers: number;
  readonly store: Pick<ExecutionStore, 'running'>;
  readonly peers: Pick<Peers, 'askAll'>;
  readonly host: HostFacts;
}

const TOPIC = 'system';
/** How long a process may take to answer. It may have to find the question by its next look. */
const PATIENCE_MS = 3_000;
const STUCK_SHOWN = 100;

/** The facts that a process reports about itself. */
interface ProcessReport {
  readonly process: ProcessView;
  readonly stuckCount: number;
  readonly stuck: readonly StuckExecution[];
}

/** Answers the questions of other processes about this one from now on. */
export function serveSystem(own: OwnProcessOptions, peers: Pick<Peers, 'serve'>): void {
  peers.serve(TOPIC, () => Promise.resolve(reportOf(own) as unknown as JsonValue));
}

function reportOf(own: OwnProcessOptions): ProcessReport {
  const stuck = own.durable?.stuck ?? [];
  return { process: ownProcess(own), stuckCount: stuck.length, stuck: stuck.slice(0, STUCK_SHOWN) };
}

export async function describeSystem(options: SystemOptions): Promise<SystemView> {
  const { ports, settings, workers, peers, host, info, startedMs } = options;
  const [others, counts, healthReason] = await Promise.all([
    peers.askAll(TOPIC, null, PATIENCE_MS),
    runningCounts(options),
    host.healthReason(),
  ]);
  const reports = [reportOf(options), ...(others as unknown as readonly ProcessReport[])];
  const processes = reports.map(({ process }) => process);
  const inMemory = sum(processes.map(({ standard }) => standard));
  return {
    version: info.version,
    startedMs,
    nowMs: ports.clock.nowMs(),
    region: settings.region,
    account: settings.account,
    auth: settings.auth,
    store: settings.store.kind,
    workers,
    healthReason,
    lostLogLines: host.lostLogLines(),
    running: {
      standard: counts.executions,
      mapItems: counts.mapItems,
      asleep: Math.max(0, counts.executions + counts.mapItems - inMemory),
      express: sum(processes.map(({ express }) => express)),
    },
    processes,
    settings: settings.shown,
    stuckCount: sum(reports.map(({ stuckCount }) => stuckCount)),
    stuck: reports
      .flatMap(({ stuck }) => stuck)
      .sort((one, other) => one.sinceMs - other.sinceMs)
      .slice(0, STUCK_SHOWN),
  };
}

/** A store that does not answer is a reason to look here, so the reply comes without the numbers. */
async function runningCounts({ store, ports }: SystemOptions): Promise<RunningCounts> {
  const counted = store.running().catch(() => null);
  return (await atMost(ports.scheduler, PATIENCE_MS, counted)) ?? { executions: 0, mapItems: 0 };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
