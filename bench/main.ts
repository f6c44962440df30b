/**
 * `npm run bench`: measures what docs/performance.md explains and prints it as a table, with the machine it ran on.
 * `npm run bench -- --quick` takes fewer and shorter rounds, to see that everything runs.
 */
import { arch, cpus, release, totalmem, type } from 'node:os';
import { measureHttp } from './http-rows.ts';
import type { HttpResults } from './http-rows.ts';
import { measureInterpreter } from './interpreter-row.ts';
import type { InterpreterResults } from './interpreter-row.ts';
import type { RoundResult } from './load.ts';
import { measureStart } from './start-rows.ts';
import { median, ratio } from './statistics.ts';
import type { Ratio } from './statistics.ts';

const quick = process.argv.includes('--quick');
const HTTP_ROUNDS = quick ? 3 : 11;
const HTTP_REQUESTS = quick ? 2_000 : 20_000;
const INTERPRETER_ROUNDS = quick ? 3 : 11;
const CHAINS = quick ? 50 : 500;
const STARTS = quick ? 2 : 5;

interface Row {
  readonly what: string;
  readonly ours: string;
  readonly beside: string;
  readonly ratio: string;
  readonly aim: string;
}

function rates(results: readonly RoundResult[]): number[] {
  return results.map((result) => result.perSecond);
}

function rate(results: readonly RoundResult[]): string {
  const perSecond = Math.round(median(rates(results)));
  const p99Ms = median(results.map((result) => result.p99Ms));
  return `${perSecond.toLocaleString('en')}/s, p99 ${p99Ms.toFixed(1)} ms`;
}

function spread({ median: middle, lowest, highest }: Ratio): string {
  return `**${middle.toFixed(2)}** (${lowest.toFixed(2)}–${highest.toFixed(2)})`;
}

function httpRows(results: HttpResults): Row[] {
  const { millrace, signedBaseline, plainBaseline, tenStates } = results;
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

async function startRows(): Promise<Row[]> {
  const starts = [];
  for (let start = 0; start < STARTS; start++) starts.push(await measureStart());
  const firstMs = median(starts.map(({ firstAnswerMs }) => firstAnswerMs));
  const idleMb = median(starts.flatMap((start) => (start.idleMb === null ? [] : [start.idleMb])));
  const memory = Number.isNaN(idleMb) ? 'not to be read here' : `${idleMb.toFixed(0)} MB`;
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

function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => `| ${row.what} | ${row.ours} | ${row.beside} | ${row.ratio} | ${row.aim} |`);
  return ['| what | Millrace | beside | ratio (lowest–highest) | aim |', '|---|---|---|---|---|', ...lines].join('\n');
}

function machine(): string {
  const processors = cpus();
  const memoryGb = (totalmem() / 2 ** 30).toFixed(0);
  return `${processors[0]?.model.trim() ?? 'an unknown processor'}, ${processors.length} cores, ${memoryGb} GB, ${type()} ${release()} ${arch()}, Node ${process.version}`;
}

const http = await measureHttp(HTTP_ROUNDS, HTTP_REQUESTS);
const interpreter = await measureInterpreter(INTERPRETER_ROUNDS, CHAINS);
const rows = [...httpRows(http), interpreterRow(interpreter), ...(await startRows())];
const busiest = Math.max(...http.plainBaseline.map((result) => result.generatorBusy));

console.log(`${machine()}\n`);
console.log(table(rows));
console.log(
  `\nMedians of ${HTTP_ROUNDS} alternating rounds of ${HTTP_REQUESTS.toLocaleString('en')} requests ` +
    `(interpreter: ${INTERPRETER_ROUNDS} rounds of ${CHAINS} chains). The load generator was at most ${Math.round(busiest * 100)} % busy.`,
);
