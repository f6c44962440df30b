/**
 * The rows that are measured through HTTP: Millrace beside the two bare servers, and the ten-state flow beside the one-state
 * flow. Every round drives each of the four once, in an order that shifts by one from round to round.
 */
import { startSync } from './calls.ts';
import { ONE_STATE, TEN_STATES } from './flows.ts';
import { startLoad } from './load-process.ts';
import type { Round, RoundResult } from './load.ts';
import { CREDENTIALS, createFlow, startBaseline, startMillrace } from './servers.ts';

const CONNECTIONS = 32;

export interface HttpResults {
  readonly millrace: readonly RoundResult[];
  readonly tenStates: readonly RoundResult[];
  readonly signedBaseline: readonly RoundResult[];
  readonly plainBaseline: readonly RoundResult[];
}

export async function measureHttp(rounds: number, requests: number): Promise<HttpResults> {
  const servers = await Promise.all([startMillrace(), startBaseline('signed'), startBaseline('plain')]);
  const [millrace, signed, plain] = servers;
  const load = startLoad();
  try {
    await createFlow(millrace.port, 'one', ONE_STATE);
    await createFlow(millrace.port, 'ten', TEN_STATES);
    const legs = [
      leg(signed.port, 'one'),
      leg(millrace.port, 'one'),
      leg(plain.port, 'one', 'FlowName=one'),
      leg(millrace.port, 'ten'),
    ];
    await driveInTurns(legs, rounds, (round) => load.drive({ ...round, requests }));
    const [signedLeg, oneLeg, plainLeg, tenLeg] = legs as [Leg, Leg, Leg, Leg];
    return {
      millrace: oneLeg.results,
      tenStates: tenLeg.results,
      signedBaseline: signedLeg.results,
      plainBaseline: plainLeg.results,
    };
  } finally {
    load.stop();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

export interface Leg {
  readonly round: Omit<Round, 'requests'>;
  readonly results: RoundResult[];
}

/** Signed StartSyncExecution calls of a flow. */
export function leg(port: number, flow: string, expect?: string): Leg {
  const calls = [startSync(flow, expect)];
  return { round: { port, credentials: CREDENTIALS, calls, connections: CONNECTIONS }, results: [] };
}

/** Drives each leg once to warm up, and then once in each round, in an order that shifts. */
export async function driveInTurns(
  legs: readonly Leg[],
  rounds: number,
  drive: (round: Leg['round']) => Promise<RoundResult>,
): Promise<void> {
  for (const each of legs) await drive(each.round);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < legs.length; turn++) {
      const each = legs[(turn + round) % legs.length] as Leg;
      each.results.push(await drive(each.round));
    }
  }
}
