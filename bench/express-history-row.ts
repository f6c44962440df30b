/**
 * The cost of the Express history: Millrace with default settings beside Millrace with `history.express.executions: 0`. One
 * process can be some percent faster than another of the same program for its whole life, so several pairs are started, and the
 * ratios of all their rounds count.
 */
import { ONE_STATE, TEN_STATES } from './flows.ts';
import { driveInTurns, leg } from './http-rows.ts';
import type { Leg } from './http-rows.ts';
import { startLoad } from './load-process.ts';
import type { RoundResult } from './load.ts';
import { createFlow, startMillrace } from './servers.ts';

const WITHOUT = 'history: { express: { executions: 0 } }';

export interface HistoryResults {
  readonly flow: 'one' | 'ten';
  readonly withHistory: readonly RoundResult[];
  readonly without: readonly RoundResult[];
}

export async function measureExpressHistory(
  pairs: number,
  rounds: number,
  requests: number,
): Promise<HistoryResults[]> {
  const results = (['one', 'ten'] as const).map((flow) => ({
    flow,
    withHistory: [] as RoundResult[],
    without: [] as RoundResult[],
  }));
  const load = startLoad();
  try {
    for (let pair = 0; pair < pairs; pair++) {
      const servers = await Promise.all([startMillrace(), startMillrace(WITHOUT)]);
      try {
        for (const { port } of servers) {
          await createFlow(port, 'one', ONE_STATE);
          await createFlow(port, 'ten', TEN_STATES);
        }
        for (const { flow, withHistory, without } of results) {
          const legs = servers.map(({ port }) => leg(port, flow));
          await driveInTurns(legs, rounds, (round) => load.drive({ ...round, requests }));
          withHistory.push(...(legs[0] as Leg).results);
          without.push(...(legs[1] as Leg).results);
        }
      } finally {
        await Promise.all(servers.map((server) => server.stop()));
      }
    }
  } finally {
    load.stop();
  }
  return results;
}
