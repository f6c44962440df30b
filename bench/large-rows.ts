/**
 * Reads among a million executions, through HTTP, one call at a time: DescribeExecution, ListExecutions with each filter, pages
 * of the history. The baseline is the same calls of a server with a thousand executions, which shows what grows with their
 * number.
 */
import { inFolder } from './folder.ts';
import { APART_MS, fill, FIRST_MS, FLOW } from './large-store.ts';
import { startLoad } from './load-process.ts';
import type { Load } from './load-process.ts';
import type { Call, RoundResult } from './load.ts';
import { CREDENTIALS, call, startMillraceOn } from './servers.ts';
import type { Server } from './servers.ts';

export interface LargeResult {
  readonly what: string;
  readonly large: readonly RoundResult[];
  readonly small: readonly RoundResult[];
}

const SMALL = 1_000;
/** A prime, so that the executions that are read are spread over the file. */
const STRIDE = 7_919;

export async function measureLarge(executions: number, rounds: number, requests: number): Promise<LargeResult[]> {
  return inFolder((large) =>
    inFolder(async (small) => {
      await fill(large, executions);
      await fill(small, SMALL);
      const servers = [await startMillraceOn(large), await startMillraceOn(small)] as const;
      const load = startLoad();
      try {
        return await measure(servers, executions, load, rounds, requests);
      } finally {
        load.stop();
        await Promise.all(servers.map((server) => server.stop()));
      }
    }),
  );
}

async function measure(
  servers: readonly [Server, Server],
  executions: number,
  load: Load,
  rounds: number,
  requests: number,
): Promise<LargeResult[]> {
  const results: LargeResult[] = [];
  const [largeCalls, smallCalls] = [await callsOf(servers[0], executions), await callsOf(servers[1], SMALL)];
  for (const [i, { what }] of largeCalls.entries()) {
    const legs = [
      { server: servers[0], call: largeCalls[i]?.call as Call, numbers: executions, results: [] as RoundResult[] },
      { server: servers[1], call: smallCalls[i]?.call as Call, numbers: SMALL, results: [] as RoundResult[] },
    ] as const;
    for (let round = -1; round < rounds; round++) {
      for (const { server, call: one, numbers, results: list } of legs) {
        const from = (round + 1) * requests;
        const { port } = server;
        const timed = { port, credentials: CREDENTIALS, calls: [one], requests, connections: 1 };
        const result = await load.drive({ ...timed, from, stride: STRIDE, numbers });
        // The first round warms up.
        if (round >= 0) list.push(result);
      }
    }
    results.push({ what, large: legs[0].results, small: legs[1].results });
  }
  return results;
}

async function callsOf({ port }: Server, executions: number): Promise<{ what: string; call: Call }[]> {
  const one = { FlowName: FLOW, ExecutionName: 'execution-{n}' };
  const list = (form: Readonly<Record<string, string>>, expect = '"Executions":[{'): Call => ({
    action: 'ListExecutions',
    form: { FlowName: FLOW, ...form },
    expect,
  });
  const middleMs = FIRST_MS + Math.floor(executions / 2) * APART_MS;
  const begin = { StartedTimeBegin: new Date(middleMs).toISOString() };
  const end = { StartedTimeEnd: new Date(middleMs + 1_000_000).toISOString() };
  const first = await call(port, 'ListExecutions', { FlowName: FLOW, ...end, Limit: '10' });
  const { NextToken = '' } = JSON.parse(first.body.toString()) as { NextToken?: string };
  return [
    { what: 'DescribeExecution', call: { action: 'DescribeExecution', form: one, expect: '"Status":"' } },
    { what: 'GetExecutionHistory', call: { action: 'GetExecutionHistory', form: one, expect: '"ExecutionStarted"' } },
    { what: 'ListExecutions, newest page', call: list({}) },
    { what: 'the same, MetadataOnly', call: list({ MetadataOnly: 'true' }) },
    { what: 'a page from the middle (NextToken)', call: list({ NextToken }) },
    { what: 'StartedTimeBegin and StartedTimeEnd', call: list({ ...begin, ...end }) },
    { what: 'Status=Failed, one in a hundred', call: list({ Status: 'Failed' }) },
    { what: 'Status=Running, of which there are none', call: list({ Status: 'Running' }, '"Executions":[]') },
    { what: 'Qualifier=1, one in a hundred', call: list({ Qualifier: '1' }, '"Executions":[') },
    { what: 'ExecutionNamePrefix of some', call: list({ ExecutionNamePrefix: 'execution-99' }, '"Executions":[') },
    { what: 'ExecutionNamePrefix of none', call: list({ ExecutionNamePrefix: 'other-' }, '"Executions":[]') },
  ];
}
