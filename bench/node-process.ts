/**
 * One node of a PostgreSQL store, as a process of its own, for `cluster-rows.ts`. It runs what its parent sends: rounds of durable
 * steps, or executions whose tasks do not answer.
 */
import { systemScheduler } from '../src/base/scheduler.ts';
import type { PostgresOptions } from '../src/store/postgres/options.ts';
import { openPostgresStores } from '../src/store/postgres/stores.ts';
import type { TaskResult } from '../src/actions/action.ts';
import { engineOn, inParallel } from './durable-engine.ts';
import { DONE } from './durable-rows.ts';

/** The first message of the parent. */
export interface NodeStart {
  readonly options: PostgresOptions;
  readonly leaseMs: number;
  /** False: tasks do not answer. */
  readonly answers: boolean;
}

/** Runs executions to their end, or starts them only. */
export interface NodeRound {
  readonly flow: string;
  /** Of the names of the executions. */
  readonly prefix: string;
  readonly executions: number;
  readonly concurrency: number;
  readonly untilEnded: boolean;
}

export interface NodeReport {
  readonly what: 'ready' | 'round' | 'call';
  /** Of a round. */
  readonly tookMs: number;
  /** Processor time of this process in a round. */
  readonly cpuMs: number;
}

function report(what: NodeReport['what'], members: Partial<NodeReport> = {}): void {
  process.send?.({ what, tookMs: 0, cpuMs: 0, ...members } satisfies NodeReport);
}

process.once('message', (start: NodeStart) => void serve(start));

async function serve({ options, leaseMs, answers }: NodeStart): Promise<void> {
  const stores = await openPostgresStores(options, systemScheduler);
  const act = (): Promise<TaskResult> => {
    report('call');
    return new Promise(() => undefined);
  };
  const node = { info: { name: String(process.pid), version: '', leaseMs }, pollMs: 500 };
  const engine = await engineOn(stores, answers ? async () => DONE : act, node);
  process.on('message', (round: NodeRound) => void run(engine, round));
  report('ready');
}

async function run(
  engine: Awaited<ReturnType<typeof engineOn>>,
  { flow, prefix, executions, concurrency, untilEnded }: NodeRound,
): Promise<void> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await inParallel(concurrency, executions, async (i) => {
    await engine.start(flow, `${prefix}-${i}`);
    if (untilEnded) await engine.ended(flow, `${prefix}-${i}`);
  });
  const { user, system } = process.cpuUsage(cpu);
  report('round', { tookMs: performance.now() - began, cpuMs: (user + system) / 1000 });
}
