/**
 * The latency of a synchronous call, and of a Standard execution from its start to its end, while the server deletes old executions:
 * those of a deleted flow, which a purge deletes in the same steps as those that are too old. The baseline is a server with
 * the same data that deletes nothing.
 */
import { startAndWait, startSync } from './calls.ts';
import { inFolder } from './folder.ts';
import { ONE_STATE, TEN_STATES } from './flows.ts';
import { driveInTurns } from './http-rows.ts';
import type { Leg } from './http-rows.ts';
import { fill, FLOW } from './large-store.ts';
import { startLoad } from './load-process.ts';
import type { Call, RoundResult } from './load.ts';
import { call, CREDENTIALS, createFlow, startMillraceOn } from './servers.ts';

export interface HousekeepingResult {
  readonly what: string;
  readonly executions: number;
  readonly purging: readonly RoundResult[];
  readonly idle: readonly RoundResult[];
}

const CONNECTIONS = 32;
/** The flow whose executions are measured. */
const STANDARD = 'steady';

export async function measureHousekeeping(
  executions: number,
  rounds: number,
  requests: { readonly sync: number; readonly standard: number },
): Promise<HousekeepingResult[]> {
  return inFolder((purged) =>
    inFolder(async (idle) => {
      const load = startLoad();
      const servers = [];
      try {
        for (const folder of [purged, idle]) {
          await fill(folder, executions);
          const server = await startMillraceOn(folder);
          servers.push(server);
          await createFlow(server.port, 'one', ONE_STATE);
          await createFlow(server.port, STANDARD, TEN_STATES, 'Standard');
        }
        const ports = servers.map(({ port }) => port) as [number, number];
        await call(ports[0], 'DeleteFlow', { Name: FLOW });
        let from = 0;
        const measure = async (what: string, calls: readonly Call[], number: number): Promise<HousekeepingResult> => {
          const legs = ports.map((port): Leg => {
            return { round: { port, credentials: CREDENTIALS, calls, connections: CONNECTIONS }, results: [] };
          });
          await driveInTurns(legs, rounds, (round) => {
            from += number;
            return load.drive({ ...round, requests: number, from });
          });
          const [ours, theirs] = legs as [Leg, Leg];
          return { what, executions, purging: ours.results, idle: theirs.results };
        };
        const results = [
          await measure('signed StartSyncExecution, 32 connections', [startSync('one')], requests.sync),
          await measure('StartExecution to its end, 32 at a time', startAndWait(STANDARD), requests.standard),
        ];
        await requirePurging(purged);
        return results;
      } finally {
        load.stop();
        await Promise.all(servers.map((server) => server.stop()));
      }
    }),
  );
}

/** The measurement says nothing if the server had deleted everything before its end. */
async function requirePurging(folder: string): Promise<void> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(`${folder}/millrace.db`, { readOnly: true });
  const left = database
    .prepare("SELECT count(*) AS n FROM executions WHERE name LIKE 'execution-%' AND identity = ''")
    .get();
  database.close();
  if (Number(left?.['n']) === 0)
    throw new Error('the server had deleted all executions before the end of the measurement');
}
