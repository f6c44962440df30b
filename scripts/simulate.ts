/**
 * `npm run simulate -- --seed N --runs M`: simulates Standard flows with crashes, store faults, lost answers and clock jumps, in
 * M runs with the seeds from N on (test/simulation/). Prints totals at the end. For a run with a finding it prints the seed, the
 * trace and the journals, and the exit code is 1. The same seed always gives the same run.
 *
 * `--without KIND,KIND` omits kinds of fault, to find out which of them a finding needs: `crashes`, `store` (commits and reads that
 * fail or are slow), `full` (disks), `jumps` (of the clock, also while no process runs), `stops` (and redrives), `changes` (of flows),
 * `purges` (of ended executions while callers ask for them), `limits` (changed at a restart), `restores` (of the store from a copy),
 * `schedules` (which start executions). `--trace` also prints runs without a finding. `--sqlite` uses a new SQLite file for each run instead of the store in memory. `--kill` kills and restarts
 * a real server instead, with 500 executions of ten steps. `--storm` lets clients start, stop, redrive, report, update and delete
 * at random on a real server that is killed again and again, for a minute or for `--seconds N`, and checks what they saw.
 * `--cluster` simulates several nodes of one store instead, which are killed, stopped, cut off from the store and shut down while callers
 * use all of them (test/simulation/cluster/), in M runs from seed N on.
 */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { killRun } from '../test/simulation/kill-run.ts';
import type { Scheduler } from '../src/base/scheduler.ts';
import { openSqliteStores } from '../src/store/sqlite/stores.ts';
import type { CopiedStores } from '../test/simulation/copied-stores.ts';
import { FAULT_KINDS } from '../test/simulation/scenario.ts';
import type { FaultKind } from '../test/simulation/scenario.ts';
import { storm } from '../test/simulation/storm/storm.ts';
import { simulate } from '../test/simulation/simulation.ts';
import type { SimulationResult } from '../test/simulation/simulation.ts';
import { simulateCluster } from '../test/simulation/cluster/simulation.ts';
import type { ClusterResult } from '../test/simulation/cluster/simulation.ts';
import { startMillrace } from './server.ts';
import type { Key } from './server.ts';

/** Of a longer trace, only this many lines from its end are printed. */
const TRACE_LINES = 300;
const PROGRESS_MS = 10_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    without: { type: 'string', default: '' },
    trace: { type: 'boolean', default: false },
    sqlite: { type: 'boolean', default: false },
    kill: { type: 'boolean', default: false },
    storm: { type: 'boolean', default: false },
    cluster: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '60' },
  },
});

async function simulateAll(): Promise<boolean> {
  const first = whole('seed', values.seed);
  const runs = whole('runs', values.runs);
  const without = new Set(values.without.split(',').filter((kind) => kind !== '')) as Set<FaultKind>;
  for (const kind of without) {
    if (!FAULT_KINDS.includes(kind)) throw new Error(`--without takes ${FAULT_KINDS.join(', ')}, not ${kind}`);
  }
  const total = { executions: 0, events: 0, lives: 0, compared: 0 };
  const ends: Record<string, number> = {};
  const found: number[] = [];
  let saidMs = Date.now();
  for (let seed = first; seed < first + runs; seed++) {
    const result = values.sqlite
      ? await inFolder((folder) => simulate({ seed, without, openStores: sqliteStores(folder) }))
      : await simulate({ seed, without });
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += result.statistics[key];
    for (const [end, count] of Object.entries(result.statistics.ends)) ends[end] = (ends[end] ?? 0) + count;
    if (result.faults.length > 0) found.push(seed);
    if (result.faults.length > 0 || values.trace) print(result);
    if (Date.now() - saidMs > PROGRESS_MS) {
      saidMs = Date.now();
      console.log(`… seed ${seed}, ${found.length} with findings`);
    }
  }
  const endings = Object.entries(ends).map(([end, count]) => `${count} ${end}`);
  console.log(
    `${runs} runs from seed ${first}: ${total.executions} executions (${endings.join(', ')}), ${total.events} events, ` +
      `${total.lives} processes, ${total.compared} ends compared with the express runtime`,
  );
  console.log(found.length === 0 ? 'nothing found' : `seeds with findings: ${found.join(' ')}`);
  return found.length === 0;
}

/** Simulated clusters, one for each seed. */
async function simulateClusters(): Promise<boolean> {
  const first = whole('seed', values.seed);
  const runs = whole('runs', values.runs);
  const total: Record<string, number> = {};
  const found: number[] = [];
  let saidMs = Date.now();
  for (let seed = first; seed < first + runs; seed++) {
    const result = await simulateCluster({ seed });
    for (const [what, count] of Object.entries(result.statistics)) total[what] = (total[what] ?? 0) + count;
    if (result.faults.length > 0) found.push(seed);
    if (result.faults.length > 0 || values.trace) print(result, '--cluster ');
    if (Date.now() - saidMs > PROGRESS_MS) {
      saidMs = Date.now();
      console.log(`… seed ${seed}, ${found.length} with findings`);
    }
  }
  const totals = Object.entries(total).map(([what, count]) => `${count} ${what}`);
  console.log(`${runs} runs from seed ${first}: ${totals.join(', ')}`);
  console.log(found.length === 0 ? 'nothing found' : `seeds with findings: ${found.join(' ')}`);
  return found.length === 0;
}

/** Kills and restarts a real server on a temporary data folder. */
async function killServers(): Promise<boolean> {
  const executions = 500;
  const ends = ['SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGKILL', 'SIGKILL'] as const;
  const key = newKey();
  const startedMs = Date.now();
  const seed = whole('seed', values.seed);
  try {
    const { calls, again } = await inFolder((folder) =>
      killRun({ executions, ends, seed, key, start: () => startMillrace(folder, key) }),
    );
    const seconds = ((Date.now() - startedMs) / 1_000).toFixed(1);
    console.log(`${executions} executions of ten tasks, ${ends.join(', ')}: all succeeded, no journal has a gap`);
    console.log(`${calls} calls, of which ${again} were under way at an end and were repeated; ${seconds} s`);
    return true;
  } catch (error) {
    console.log(error);
    return false;
  }
}

/** Clients and kills at random on a temporary data folder. */
async function stormServers(): Promise<boolean> {
  const key = newKey();
  const seed = whole('seed', values.seed);
  const forMs = whole('seconds', values.seconds) * 1_000;
  const { executions, calls, acknowledged, kills, faults } = await inFolder((folder) =>
    storm({ seed, forMs, key, start: () => startMillrace(folder, key) }),
  );
  console.log(
    `${kills} ends of the server, ${executions} executions, ${acknowledged} acknowledged calls, ${calls} calls of tasks`,
  );
  for (const fault of faults) console.log(`FAULT ${fault}`);
  console.log(
    faults.length === 0
      ? 'nothing found'
      : `${faults.length} findings; again: npm run simulate -- --storm --seed ${seed}`,
  );
  return faults.length === 0;
}

function newKey(): Key {
  return { accessKeyId: 'MILLRACESIMULATION', accessKeySecret: randomBytes(15).toString('hex') };
}

/** Calls `use` with a new folder, and removes the folder afterwards. */
async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-simulation-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sqliteStores(folder: string): (scheduler: Scheduler) => CopiedStores {
  const file = join(folder, 'store.db');
  let copies = 0;
  const open = (scheduler: Scheduler): CopiedStores => {
    const stores = openSqliteStores({ file, synchronous: 'NORMAL' }, scheduler);
    return {
      stores,
      copy() {
        const copy = join(folder, `copy-${++copies}.db`);
        const database = new DatabaseSync(file);
        database.exec(`VACUUM INTO '${copy}'`);
        database.close();
        return async () => {
          await stores.close();
          for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
          copyFileSync(copy, file);
          return open(scheduler);
        };
      },
    };
  };
  return open;
}

function print(result: SimulationResult | ClusterResult, option = ''): void {
  const { seed, faults, trace, journals } = result;
  console.log(`\n=== seed ${seed}`);
  if (trace.length > TRACE_LINES) console.log(`(${trace.length - TRACE_LINES} lines before these)`);
  for (const line of trace.slice(-TRACE_LINES)) console.log(line);
  for (const line of journals) console.log(line);
  for (const fault of faults) console.log(`FAULT ${fault}`);
  if (faults.length > 0) console.log(`again: npm run simulate -- ${option}--seed ${seed} --runs 1\n`);
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} takes a whole number, not ${text}`);
  return number;
}

const play = values.cluster ? simulateClusters : values.storm ? stormServers : values.kill ? killServers : simulateAll;
if (!(await play())) process.exitCode = 1;
