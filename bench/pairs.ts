/**
 * `npm run bench:pairs -- FOLDER`: compares the hot path of two checkouts, to find a difference of a few percent. Two servers of
 * one program can differ by ten percent for their whole lives, so the unit is a pair of servers: one of each checkout, alive at
 * the same time and driven in turns. The table shows the median over the pairs, the lowest and the highest.
 *
 * `--pairs 16` sets the number of pairs.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startAndWait, startSync } from './calls.ts';
import { ONE_STATE, TEN_STATES } from './flows.ts';
import { startLoad } from './load-process.ts';
import type { Load } from './load-process.ts';
import type { Call } from './load.ts';
import { CREDENTIALS, cpuSeconds, createFlow, startMillrace } from './servers.ts';
import type { Server } from './servers.ts';
import { median } from './statistics.ts';
import { spread } from './table.ts';

const CONNECTIONS = 32;
const WARM_UPS = 2;
const ROUNDS = 3;
const HERE = fileURLToPath(new URL('..', import.meta.url));

interface Path {
  readonly what: string;
  readonly requests: number;
  readonly calls: readonly Call[];
}

const PATHS: readonly Path[] = [
  { what: 'StartSyncExecution, one state', requests: 15_000, calls: [startSync('one')] },
  { what: 'StartSyncExecution, ten states', requests: 15_000, calls: [startSync('ten')] },
  { what: 'StartExecution and DescribeExecution, ten states', requests: 2_000, calls: startAndWait('durable') },
];

/** One server on one path: its median of the rounds. */
interface Figures {
  /** Microseconds of computing for each call; NaN on a system without `/proc`. */
  readonly cpuMicros: number;
  readonly perSecond: number;
}

/** Drives the servers in turns, in an order that changes. */
async function drivePair(load: Load, pair: readonly Server[], { calls, requests }: Path): Promise<Figures[]> {
  let from = 0;
  const drive = async ({ port, pid }: Server): Promise<Figures> => {
    from += requests;
    const before = cpuSeconds(pid);
    const { perSecond } = await load.drive({
      port,
      credentials: CREDENTIALS,
      calls,
      connections: CONNECTIONS,
      requests,
      from,
    });
    const after = cpuSeconds(pid);
    const cpuMicros = before === null || after === null ? Number.NaN : ((after - before) * 1e6) / requests;
    return { cpuMicros, perSecond };
  };
  for (let round = 0; round < WARM_UPS; round++) for (const server of pair) await drive(server);
  const found = pair.map((): Figures[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < pair.length; turn++) {
      const side = (turn + round) % pair.length;
      found[side]?.push(await drive(pair[side] as Server));
    }
  }
  return found.map((rounds) => ({
    cpuMicros: median(rounds.map(({ cpuMicros }) => cpuMicros)),
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
  }));
}

/** Starts a pair, the one of `first` first, and measures every path. The figures are in the order of `[HERE, other]`. */
async function measurePair(load: Load, other: string, first: string): Promise<Figures[][]> {
  const second = first === HERE ? other : HERE;
  const servers = new Map<string, Server>();
  try {
    for (const checkout of [first, second]) servers.set(checkout, await startMillrace('', checkout));
    const pair = [servers.get(HERE) as Server, servers.get(other) as Server];
    for (const { port } of pair) {
      await createFlow(port, 'one', ONE_STATE);
      await createFlow(port, 'ten', TEN_STATES);
      await createFlow(port, 'durable', TEN_STATES, 'Standard');
    }
    const figures: Figures[][] = [];
    for (const path of PATHS) figures.push(await drivePair(load, pair, path));
    return figures;
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
}

function quotients(pairs: readonly Figures[][][], path: number, of: keyof Figures): string {
  const values = pairs.map((pair) => {
    const [here, there] = pair[path] as Figures[];
    return (here?.[of] ?? Number.NaN) / (there?.[of] ?? Number.NaN);
  });
  if (values.some(Number.isNaN)) return '–';
  return spread({ median: median(values), lowest: Math.min(...values), highest: Math.max(...values) });
}

const { values, positionals } = parseArgs({
  options: { pairs: { type: 'string', default: '8' } },
  allowPositionals: true,
});
const [folder] = positionals;
if (folder === undefined) throw new Error('name the folder of the other checkout: npm run bench:pairs -- ../before');
const count = Number(values.pairs);
const other = resolve(folder);
const load = startLoad();
const pairs: Figures[][][] = [];
try {
  for (let i = 0; i < count; i++) {
    pairs.push(await measurePair(load, other, i % 2 === 0 ? HERE : other));
    console.error(`pair ${i + 1} of ${count}`);
  }
} finally {
  load.stop();
}
console.log('| path | CPU time of a call, here ÷ there | calls a second, here ÷ there |\n|---|---|---|');
for (const [i, { what }] of PATHS.entries()) {
  console.log(`| ${what} | ${quotients(pairs, i, 'cpuMicros')} | ${quotients(pairs, i, 'perSecond')} |`);
}
