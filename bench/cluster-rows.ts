/**
 * Nodes on one PostgreSQL, each a process of its own: the durable steps of two beside one, and how soon one takes over the executions of
 * another one.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemScheduler } from '../src/base/scheduler.ts';
import type { PostgresOptions } from '../src/store/postgres/options.ts';
import { openPostgresStores } from '../src/store/postgres/stores.ts';
import { flowRecord } from '../src/testing/flow-record.ts';
import { testPostgres } from '../test/support/postgres.ts';
import { DURABLE_STEPS, taskChain } from './flows.ts';
import type { NodeReport, NodeRound, NodeStart } from './node-process.ts';
import { median, ratio } from './statistics.ts';
import { spread, whole } from './table.ts';
import type { Row } from './table.ts';

const ENTRY = fileURLToPath(new URL('./node-process.ts', import.meta.url));
const FLOW = 'steps';
const LEASE_MS = 10_000;
/** Of the row about takeovers. */
const SHORT_LEASE_MS = 2_000;

class NodeProcess {
  readonly #child: ChildProcess;
  /** Calls of tasks so far, in a node whose tasks do not answer. */
  calls = 0;
  onCall: () => void = () => undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', ({ what }: NodeReport) => {
      if (what !== 'call') return;
      this.calls++;
      this.onCall();
    });
  }

  static async start(start: NodeStart): Promise<NodeProcess> {
    const child = fork(ENTRY);
    const node = new NodeProcess(child);
    const ready = node.#next('ready');
    child.send(start);
    await ready;
    return node;
  }

  run(round: NodeRound): Promise<NodeReport> {
    const report = this.#next('round');
    this.#child.send(round);
    return report;
  }

  async kill(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  #next(what: NodeReport['what']): Promise<NodeReport> {
    return new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error('a node of the benchmark has ended'));
      const onMessage = (report: NodeReport): void => {
        if (report.what !== what) return;
        this.#child.off('message', onMessage);
        this.#child.off('exit', onExit);
        resolve(report);
      };
      this.#child.on('message', onMessage);
      this.#child.once('exit', onExit);
    });
  }
}

/** A schema of its own with the flow. */
async function prepared(name: string): Promise<PostgresOptions> {
  const options = (await testPostgres()).options(name);
  const stores = await openPostgresStores(options, systemScheduler);
  await stores.flows.create(flowRecord(FLOW, { definition: taskChain(), executionMode: 'Standard' }));
  await stores.close();
  return options;
}

interface TwoNodes {
  /** Steps a second, by round. */
  readonly one: readonly number[];
  readonly two: readonly number[];
  /** Steps for a second of processor time of the nodes, by round. */
  readonly oneByCpu: readonly number[];
  readonly twoByCpu: readonly number[];
}

interface Takeover {
  readonly executions: number;
  readonly lastMs: number;
}

export async function measureCluster(rounds: number, executions: number, left: number): Promise<Row[]> {
  const options = await prepared('benchmark of nodes');
  const start = { options, leaseMs: LEASE_MS, answers: true };
  const nodes = [await NodeProcess.start(start), await NodeProcess.start(start)];
  const two = await measureTwo(nodes, rounds, executions);
  for (const node of nodes) await node.kill();
  return [twoRow(two), twoByCpuRow(two), takeoverRow(await measureTakeover(left))];
}

async function measureTwo(nodes: readonly NodeProcess[], rounds: number, executions: number): Promise<TwoNodes> {
  const results = { one: [] as number[], two: [] as number[], oneByCpu: [] as number[], twoByCpu: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    for (const count of [1, 2] as const) {
      const own = Math.floor(executions / count);
      const began = performance.now();
      const reports = await Promise.all(
        nodes.slice(0, count).map((node, n) =>
          node.run({
            flow: FLOW,
            prefix: `two-${round}-${count}-${n}`,
            executions: own,
            concurrency: 50,
            untilEnded: true,
          }),
        ),
      );
      const steps = own * count * DURABLE_STEPS;
      const tookMs = performance.now() - began;
      // The first round warms up.
      if (round < 0) continue;
      const cpuMs = reports.reduce((sum, report) => sum + report.cpuMs, 0);
      results[count === 1 ? 'one' : 'two'].push((steps * 1000) / tookMs);
      results[count === 1 ? 'oneByCpu' : 'twoByCpu'].push((steps * 1000) / cpuMs);
    }
  }
  return results;
}

/** Kills a node with executions whose calls are under way, and waits until another one has made all of these calls again. */
async function measureTakeover(executions: number): Promise<Takeover> {
  const options = await prepared('benchmark of a takeover');
  const start = { options, leaseMs: SHORT_LEASE_MS, answers: false };
  const [dying, other] = [await NodeProcess.start(start), await NodeProcess.start(start)];
  await dying.run({ flow: FLOW, prefix: 'left', executions, concurrency: 50, untilEnded: false });
  const all = new Promise<void>((resolve) => {
    other.onCall = () => (other.calls === executions ? resolve() : undefined);
  });
  const killedMs = performance.now();
  await dying.kill();
  await all;
  const lastMs = performance.now() - killedMs;
  await other.kill();
  return { executions, lastMs };
}

function twoRow({ one, two }: TwoNodes): Row {
  return {
    what: 'durable steps of two nodes on one PostgreSQL, 50 executions at a time each',
    ours: `${whole(median(two))}/s`,
    beside: `one node: ${whole(median(one))}/s`,
    ratio: spread(ratio(two, one)),
    aim: '≥ 1.7 where cores allow',
  };
}

function twoByCpuRow({ oneByCpu, twoByCpu }: TwoNodes): Row {
  return {
    what: 'the same, steps for a second of processor time of the nodes',
    ours: whole(median(twoByCpu)),
    beside: `one node: ${whole(median(oneByCpu))}`,
    ratio: spread(ratio(twoByCpu, oneByCpu)),
    aim: '≥ 0.85',
  };
}

function takeoverRow({ executions, lastMs }: Takeover): Row {
  const lease = SHORT_LEASE_MS / 1000;
  return {
    what: `from the kill of a node with ${whole(executions)} calls under way until another has repeated all, lease ${lease} s`,
    ours: `${(lastMs / 1000).toFixed(1)} s`,
    beside: `the lease and two seconds: ${lease + 2} s`,
    ratio: `**${(lastMs / (SHORT_LEASE_MS + 2_000)).toFixed(2)}**`,
    aim: '≤ 1.0',
  };
}
