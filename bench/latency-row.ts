/**
 * The time from the start of a Standard execution to its end as a caller sees it, through HTTP: StartExecution, then
 * DescribeExecution with a long poll. The baseline is the same two calls of a bare server, which verifies, commits one row and
 * answers the first, and verifies and echoes the second.
 */
import { startAndWait } from './calls.ts';
import { TEN_STATES } from './flows.ts';
import { driveInTurns } from './http-rows.ts';
import type { Leg } from './http-rows.ts';
import { startLoad } from './load-process.ts';
import type { RoundResult } from './load.ts';
import { CREDENTIALS, createFlow, startBaseline, startMillrace } from './servers.ts';

export interface LatencyResults {
  readonly connections: number;
  readonly millrace: readonly RoundResult[];
  readonly byHand: readonly RoundResult[];
}

export async function measureLatency(
  connections: readonly number[],
  rounds: number,
  requests: number,
): Promise<LatencyResults[]> {
  const servers = await Promise.all([startMillrace(), startBaseline('durable')]);
  const load = startLoad();
  let from = 0;
  try {
    await createFlow(servers[0].port, 'ten', TEN_STATES, 'Standard');
    const results: LatencyResults[] = [];
    for (const count of connections) {
      const legs = servers.map(({ port }) => legOf(port, count));
      await driveInTurns(legs, rounds, (round) => {
        from += requests;
        return load.drive({ ...round, requests, from });
      });
      const [ours, theirs] = legs as [Leg, Leg];
      results.push({ connections: count, millrace: ours.results, byHand: theirs.results });
    }
    return results;
  } finally {
    load.stop();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

function legOf(port: number, connections: number): Leg {
  return { round: { port, credentials: CREDENTIALS, calls: startAndWait('ten'), connections }, results: [] };
}
