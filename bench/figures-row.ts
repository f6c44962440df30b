/**
 * The figures of flows, which SummarizeFlows shows: the time that the end of an Express execution takes in them, with its event, beside
 * the CPU time of a signed StartSyncExecution of one state.
 */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../src/base/clock.ts';
import { createObserver, withSubscriber } from '../src/base/observer.ts';
import { FlowFigures } from '../src/overview/flow-figures.ts';
import { startSync } from './calls.ts';
import { ONE_STATE } from './flows.ts';
import { startLoad } from './load-process.ts';
import { CREDENTIALS, cpuSeconds, createFlow, startMillrace } from './servers.ts';

export interface FiguresResults {
  /** Microseconds of an end, by round. */
  readonly ends: readonly number[];
  /** Microseconds of a call, by round; NaN on a system without `/proc`. */
  readonly calls: readonly number[];
}

/** Flows whose executions end in turns. */
const FLOWS = 50;
const CONNECTIONS = 32;

export async function measureFigures(rounds: number, ends: number, requests: number): Promise<FiguresResults> {
  const results = { ends: [] as number[], calls: [] as number[] };
  const server = await startMillrace();
  const load = startLoad();
  try {
    await createFlow(server.port, 'one', ONE_STATE);
    for (let round = -1; round < rounds; round++) {
      const end = microsecondsPerEnd(ends);
      const before = cpuSeconds(server.pid) ?? Number.NaN;
      const { port } = server;
      const driven = { port, credentials: CREDENTIALS, calls: [startSync('one')], connections: CONNECTIONS, requests };
      await load.drive({ ...driven, from: (round + 1) * requests });
      const call = (((cpuSeconds(server.pid) ?? Number.NaN) - before) * 1e6) / requests;
      // The first round warms up.
      if (round < 0) continue;
      results.ends.push(end);
      results.calls.push(call);
    }
    return results;
  } finally {
    load.stop();
    await server.stop();
  }
}

function microsecondsPerEnd(ends: number): number {
  const figures = new FlowFigures(systemClock);
  const observer = withSubscriber(createObserver(), figures.subscriber);
  // A name is put together from two texts, as that of an execution.
  const names = Array.from({ length: 1_000 }, () => randomUUID());
  const startedMs = Date.now();
  const beganMs = performance.now();
  for (let i = 0; i < ends; i++) {
    observer.executionEnded?.({
      mode: 'Express',
      flowName: 'flow',
      flowId: `flow-${i % FLOWS}`,
      executionName: `execution:${names[i % names.length]}`,
      status: i % 10 === 0 ? 'Failed' : 'Succeeded',
      error: '',
      startedMs,
      tookMs: i % 100,
      isMapItem: false,
      warnings: [],
    });
  }
  return ((performance.now() - beganMs) * 1000) / ends;
}
