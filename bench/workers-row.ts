/**
 * The gain of a second worker: signed StartSyncExecution calls of a server with two workers beside one without workers, with a
 * flow of one state, and with a loop that computes for some milliseconds. The load generator is a process of its own and takes a core
 * too: next to nothing beside the loop, but a good part of one beside one state. So each flow has a second row: the calls for a second of
 * processor time, of all processes of a server together. Twice that ratio is the gain where two cores are free.
 */
import { readFileSync } from 'node:fs';
import { ONE_STATE } from './flows.ts';
import { driveInTurns, leg } from './http-rows.ts';
import { startLoad } from './load-process.ts';
import type { RoundResult } from './load.ts';
import { cpuSeconds, createFlow, startMillrace } from './servers.ts';
import type { Server } from './servers.ts';
import { median, ratio } from './statistics.ts';
import { rate, rates, spread, whole } from './table.ts';
import type { Row } from './table.ts';

const TURNS = 1000;
/** Each worker gets half of the calls, so compiling its hot code takes twice as many. */
const WARM_UP_ROUNDS = 5;

/** Counts, state by state. */
const LOOP = JSON.stringify({
  ...{ Type: 'StateMachine', SpecVersion: 'v1', Name: 'loop', StartAt: 'Begin' },
  States: [
    { Type: 'Pass', Name: 'Begin', OutputConstructor: { n: 0 }, Next: 'More' },
    { Type: 'Choice', Name: 'More', Branches: [{ Condition: `$Input.n < ${TURNS}`, Next: 'Count' }], Default: 'Done' },
    { Type: 'Pass', Name: 'Count', OutputConstructor: { 'n.$': 'intAdd($Input.n, 1)' }, Next: 'More' },
    { Type: 'Succeed', Name: 'Done' },
  ],
});

const FLOWS = [
  {
    name: 'loop',
    what: `a loop of ${TURNS} turns`,
    definition: LOOP,
    aim: '≥ 1.7 with two free cores',
    perProcessorAim: '≥ 0.85',
  },
  { name: 'one', what: 'one Pass state', definition: ONE_STATE, aim: '–', perProcessorAim: '–' },
] as const;

/** Of the rounds of one server. */
interface Measured {
  readonly results: readonly RoundResult[];
  /** Calls for a second of processor time; empty on a system without `/proc`. */
  readonly perProcessorSecond: readonly number[];
}

export interface WorkersResults {
  readonly flow: (typeof FLOWS)[number];
  readonly two: Measured;
  readonly none: Measured;
}

/** @param requests of the one-state flow; the loop gets a tenth of them */
export async function measureWorkers(rounds: number, requests: number): Promise<WorkersResults[]> {
  const servers = await Promise.all([startMillrace('workers: 2\n'), startMillrace()]);
  const load = startLoad();
  try {
    const results: WorkersResults[] = [];
    for (const flow of FLOWS) {
      for (const { port } of servers) await createFlow(port, flow.name, flow.definition);
      const legs = servers.map(({ port }) => leg(port, flow.name));
      const count = flow.name === 'loop' ? requests / 10 : requests;
      for (const { round } of legs) await load.drive({ ...round, requests: count * WARM_UP_ROUNDS });
      const spent = new Map<number, number[]>(servers.map(({ port }) => [port, []]));
      await driveInTurns(legs, rounds, async (round) => {
        const before = serverSeconds(servers, round.port);
        const result = await load.drive({ ...round, requests: count });
        const seconds = serverSeconds(servers, round.port) - before;
        if (!Number.isNaN(seconds)) spent.get(round.port)?.push(count / seconds);
        return result;
      });
      const [two, none] = legs.map(
        ({ round, results: own }): Measured => ({
          results: own,
          perProcessorSecond: spent.get(round.port)?.slice(-rounds) ?? [],
        }),
      );
      if (two === undefined || none === undefined) throw new Error('there are two servers');
      results.push({ flow, two, none });
    }
    return results;
  } finally {
    load.stop();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** The processor time of the server on a port and of its workers so far, in seconds; NaN on a system without `/proc`. */
function serverSeconds(servers: readonly Server[], port: number): number {
  const pid = servers.find((server) => server.port === port)?.pid ?? 0;
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + (cpuSeconds(each) ?? Number.NaN), 0);
}

function childrenOf(pid: number): readonly number[] {
  try {
    return (readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g) ?? []).map(Number);
  } catch {
    return [];
  }
}

export function workersRows({ flow, two, none }: WorkersResults): Row[] {
  const busy = median(two.results.map(({ generatorBusy }) => generatorBusy));
  const what = `signed StartSyncExecution of ${flow.what}, 2 workers, 32 connections`;
  const perSecond = (each: readonly number[]): string => `${whole(median(each))}/s`;
  return [
    {
      what: `${what} (load generator ${Math.round(busy * 100)} % busy)`,
      ours: rate(two.results),
      beside: `one process: ${rate(none.results)}`,
      ratio: spread(ratio(rates(two.results), rates(none.results))),
      aim: flow.aim,
    },
    {
      what: 'the same, calls for a second of processor time',
      ours: perSecond(two.perProcessorSecond),
      beside: `one process: ${perSecond(none.perProcessorSecond)}`,
      ratio: spread(ratio(two.perProcessorSecond, none.perProcessorSecond)),
      aim: flow.perProcessorAim,
    },
  ];
}
