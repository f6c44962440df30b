/**
 * `npm run bench`: measures the rows that docs/performance.md explains and prints them as a table, with a description of the
 * machine. `npm run bench -- --quick` has fewer and shorter rounds, to check that everything runs. `npm run bench -- --large`
 * measures only reads among a million executions. `npm run bench -- --only durable` measures one part: `http`, `workers`, `interpreter`,
 * `history`, `durable`, `postgres`, `cluster`, `housekeeping`, `maps`, `objects`, `schedules`, `start` or `observer`.
 */
import { arch, cpus, release, totalmem, type } from 'node:os';
import { measureCallbacks, measureSteps } from './durable-rows.ts';
import { measureCluster } from './cluster-rows.ts';
import { measurePostgres } from './postgres-rows.ts';
import {
  callbackRow,
  historyRow,
  housekeepingRow,
  largeRow,
  latencyRow,
  recoveryRow,
  sleeperRow,
  stepRow,
} from './durable-table.ts';
import { measureExpressHistory } from './express-history-row.ts';
import { measureHttp } from './http-rows.ts';
import type { HttpResults } from './http-rows.ts';
import { measureHousekeeping } from './housekeeping-row.ts';
import { measureInterpreter } from './interpreter-row.ts';
import type { InterpreterResults } from './interpreter-row.ts';
import { measureLarge } from './large-rows.ts';
import { measureLatency } from './latency-row.ts';
import { mapRows, measureMaps } from './map-rows.ts';
import { measureObjects, objectsRow } from './objects-row.ts';
import { measureConsole } from './console-row.ts';
import { measureFigures } from './figures-row.ts';
import type { FiguresResults } from './figures-row.ts';
import { measureObserver } from './observer-row.ts';
import type { ObserverResults } from './observer-row.ts';
import { measureRecovery } from './recovery-row.ts';
import { measureSchedules, schedulesRow } from './schedules-row.ts';
import { measureSleepers } from './sleepers-row.ts';
import { measureStart } from './start-rows.ts';
import { median, ratio } from './statistics.ts';
import { rate, rates, spread, table, whole } from './table.ts';
import type { Row } from './table.ts';
import { measureWorkers, workersRows } from './workers-row.ts';

const quick = process.argv.includes('--quick');
const ROUNDS = quick ? 3 : 11;
const HTTP_REQUESTS = quick ? 2_000 : 20_000;
const CHAINS = quick ? 50 : 500;
const OBSERVED = quick ? 500 : 5_000;
const SCHEDULES = quick ? 1_000 : 10_000;
const STARTS = quick ? 2 : 5;
/** Pairs of servers, with and without history, and rounds of each pair. */
const HISTORY_PAIRS = quick ? 1 : 5;
const HISTORY_ROUNDS = quick ? 3 : 7;
const DURABLE_ROUNDS = quick ? 1 : 7;
const LATENCY_REQUESTS = quick ? 200 : 2_000;
const RECOVERED = quick ? 500 : 10_000;
const SLEEPERS = quick ? 2_000 : 100_000;
const PURGED = quick ? 20_000 : 200_000;
const PURGED_REQUESTS = quick ? { sync: 2_000, standard: 200 } : { sync: 20_000, standard: 1_000 };
const CSV_ROWS = quick ? 50_000 : 1_000_000;
/** As many as fit into the data of a state. */
const MAP_ITEMS = quick ? 500 : 10_000;
const LARGE = quick ? 5_000 : 1_000_000;
const LARGE_REQUESTS = quick ? 20 : 300;

const COUNTED_ENDS = quick ? 10_000 : 1_000_000;

/** Executions that a node leaves when it is killed. */
const LEFT = quick ? 50 : 1_000;

/** Executions of one round. */
function amount(concurrency: number): number {
  if (quick) return Math.max(10, concurrency);
  return concurrency === 1 ? 100 : concurrency * 20;
}

/** The highest load of the load generator in a round of the fastest server, from 0 to 1. */
let busiest = 0;

function httpRows(results: HttpResults): Row[] {
  const { millrace, signedBaseline, plainBaseline, tenStates } = results;
  busiest = Math.max(...plainBaseline.map((result) => result.generatorBusy));
  const what = 'signed StartSyncExecution, one Pass state, 32 connections';
  return [
    {
      what,
      ours: rate(millrace),
      beside: `bare \`node:http\` that verifies and echoes: ${rate(signedBaseline)}`,
      ratio: spread(ratio(rates(millrace), rates(signedBaseline))),
      aim: '≥ 1.0',
    },
    {
      what: 'the same',
      ours: rate(millrace),
      beside: `bare \`node:http\` that echoes: ${rate(plainBaseline)}`,
      ratio: spread(ratio(rates(millrace), rates(plainBaseline))),
      aim: '≥ 0.65',
    },
    {
      what: 'ten states with constructors and a Choice',
      ours: rate(tenStates),
      beside: `the one-state flow: ${rate(millrace)}`,
      ratio: spread(ratio(rates(tenStates), rates(millrace))),
      aim: '≥ 0.8',
    },
  ];
}

function interpreterRow({ millrace, amazon }: InterpreterResults): Row {
  return {
    what: 'interpreter alone, per Pass state (time: less is better)',
    ours: `${median(millrace).toFixed(2)} µs`,
    beside: `\`aws-local-stepfunctions\`: ${median(amazon).toFixed(2)} µs`,
    ratio: spread(ratio(millrace, amazon)),
    aim: '≤ 0.5',
  };
}

function observerRow({ subscribed, alone }: ObserverResults): Row {
  return {
    what: 'an Express execution of ten tasks in process, a subscriber to every event (time: less is better)',
    ours: `${median(subscribed).toFixed(1)} µs`,
    beside: `without a subscriber: ${median(alone).toFixed(1)} µs`,
    ratio: spread(ratio(subscribed, alone)),
    aim: '≤ 1.05',
  };
}

function figuresRow({ ends, calls }: FiguresResults): Row {
  return {
    what: 'the end of an Express execution in the figures of its flow (CPU time: less is better)',
    ours: `${median(ends).toFixed(2)} µs`,
    beside: `a signed StartSyncExecution of one state: ${median(calls).toFixed(0)} µs`,
    ratio: `**${(median(ends) / median(calls)).toFixed(4)}**`,
    aim: '≤ 0.01',
  };
}

async function observerRows(): Promise<Row[]> {
  const observer = await measureObserver(ROUNDS, OBSERVED);
  const figures = await measureFigures(ROUNDS, COUNTED_ENDS, HTTP_REQUESTS);
  const { unread, read } = await measureConsole(ROUNDS, COUNTED_ENDS);
  const consoleRow = (what: string, micros: readonly number[]): Row => ({
    what: `the reports of an Express execution to the console, ${what} (CPU time: less is better)`,
    ours: `${median(micros).toFixed(2)} µs`,
    beside: `a signed StartSyncExecution of one state: ${median(figures.calls).toFixed(0)} µs`,
    ratio: `**${(median(micros) / median(figures.calls)).toFixed(4)}**`,
    aim: '≤ 0.01',
  });
  return [
    observerRow(observer),
    figuresRow(figures),
    consoleRow('which no one has open', unread),
    consoleRow('of which someone reads a stream of lists', read),
  ];
}

async function startRows(): Promise<Row[]> {
  const starts = [];
  for (let start = 0; start < STARTS; start++) starts.push(await measureStart());
  const firstMs = median(starts.map(({ firstAnswerMs }) => firstAnswerMs));
  const idleMb = median(starts.flatMap((start) => (start.idleMb === null ? [] : [start.idleMb])));
  const memory = Number.isNaN(idleMb) ? 'unknown on this system' : `${idleMb.toFixed(0)} MB`;
  return [
    {
      what: 'from start to the first signed answer',
      ours: `${firstMs.toFixed(0)} ms`,
      beside: '–',
      ratio: '–',
      aim: '≤ 300 ms',
    },
    { what: 'memory when idle (resident)', ours: memory, beside: '–', ratio: '–', aim: '≤ 90 MB' },
  ];
}

async function durableRows(): Promise<Row[]> {
  const steps = await measureSteps([1, 50, 500], DURABLE_ROUNDS, amount);
  const callbacks = await measureCallbacks([1, 50], DURABLE_ROUNDS, amount);
  const latencies = await measureLatency([1, 32], DURABLE_ROUNDS, LATENCY_REQUESTS);
  const recovery = await measureRecovery(RECOVERED, quick ? 1 : 5);
  const sleepers = await measureSleepers(SLEEPERS);
  return [
    ...steps.map(stepRow),
    ...callbacks.map(callbackRow),
    ...latencies.map(latencyRow),
    recoveryRow(recovery),
    sleeperRow(sleepers),
  ];
}

function machine(): string {
  const processors = cpus();
  const memoryGb = (totalmem() / 2 ** 30).toFixed(0);
  return `${processors[0]?.model.trim() ?? 'an unknown processor'}, ${processors.length} cores, ${memoryGb} GB, ${type()} ${release()} ${arch()}, Node ${process.version}`;
}

/** The parts of `--only`, in the order of docs/performance.md. */
const PARTS: Readonly<Record<string, () => Promise<Row[]>>> = {
  http: async () => httpRows(await measureHttp(ROUNDS, HTTP_REQUESTS)),
  workers: async () => (await measureWorkers(ROUNDS, HTTP_REQUESTS)).flatMap(workersRows),
  interpreter: async () => [interpreterRow(await measureInterpreter(ROUNDS, CHAINS))],
  history: async () => (await measureExpressHistory(HISTORY_PAIRS, HISTORY_ROUNDS, HTTP_REQUESTS)).map(historyRow),
  durable: durableRows,
  postgres: () => measurePostgres(DURABLE_ROUNDS, amount),
  cluster: () => measureCluster(DURABLE_ROUNDS, amount(50), LEFT),
  housekeeping: async () => (await measureHousekeeping(PURGED, DURABLE_ROUNDS, PURGED_REQUESTS)).map(housekeepingRow),
  maps: async () => mapRows(MAP_ITEMS, await measureMaps(MAP_ITEMS, DURABLE_ROUNDS)),
  objects: async () => (await measureObjects(CSV_ROWS, quick ? 1 : 5)).map(objectsRow),
  schedules: async () =>
    (await inOrder([0, 4].map((each) => () => measureSchedules(SCHEDULES, each)))).map(schedulesRow),
  start: startRows,
  observer: observerRows,
};

async function rowsOf(argv: readonly string[]): Promise<Row[]> {
  if (argv.includes('--large')) return (await measureLarge(LARGE, quick ? 1 : 3, LARGE_REQUESTS)).map(largeRow);
  const at = argv.indexOf('--only');
  if (at < 0) return (await inOrder(Object.values(PARTS))).flat();
  const part = PARTS[argv[at + 1] ?? ''];
  if (part === undefined) throw new Error(`--only takes one of ${Object.keys(PARTS).join(', ')}`);
  return part();
}

async function inOrder<T>(works: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  for (const work of works) results.push(await work());
  return results;
}

const rows = await rowsOf(process.argv);
console.log(`${machine()}\n`);
console.log(table(rows));
console.log(
  `\nMedians of alternating rounds: ${ROUNDS} of ${whole(HTTP_REQUESTS)} requests (interpreter: of ${CHAINS} chains), ` +
    `${DURABLE_ROUNDS} of each durable row.${busiest > 0 ? ` The load generator was at most ${Math.round(busiest * 100)} % busy.` : ''}`,
);
process.exit(0);
