/** The rows of the table about durable executions, the Express history and large stores. */
import type { CallbackResults, StepResults } from './durable-rows.ts';
import type { HistoryResults } from './express-history-row.ts';
import type { HousekeepingResult } from './housekeeping-row.ts';
import type { LargeResult } from './large-rows.ts';
import type { LatencyResults } from './latency-row.ts';
import type { RecoveryResult } from './recovery-row.ts';
import type { SleeperResult } from './sleepers-row.ts';
import { median, ratio } from './statistics.ts';
import { latency, rate, rates, spread, whole } from './table.ts';
import type { Row } from './table.ts';

/** The baseline is the faster of the two hand-written group commits. */
export function stepRow({ concurrency, millrace, byHand }: StepResults): Row {
  const inThread = median(byHand.thread) > median(byHand.worker);
  const fastest = inThread ? byHand.thread : byHand.worker;
  return {
    what: `durable steps, ${concurrency} ${concurrency === 1 ? 'execution' : 'executions'} at a time`,
    ours: `${whole(median(millrace))}/s`,
    beside: `group commit by hand, ${inThread ? 'in the main thread' : 'in a worker'}: ${whole(median(fastest))}/s (the other: ${whole(median(inThread ? byHand.worker : byHand.thread))}/s)`,
    ratio: spread(ratio(millrace, fastest)),
    aim: concurrency === 50 ? '≥ 0.6' : '–',
  };
}

export function callbackRow({ concurrency, millrace, byHand }: CallbackResults): Row {
  return {
    what: `callback: token issued, reported, next state durable; ${concurrency} at a time (time: less is better)`,
    ours: latency(millrace),
    beside: `one commit by hand, in a worker: ${latency(byHand)}`,
    ratio: spread(ratio(p50(millrace), p50(byHand))),
    aim: '–',
  };
}

export function latencyRow({ connections, millrace, byHand }: LatencyResults): Row {
  return {
    what: `StartExecution to the answer of its DescribeExecution, ten states, ${connections} at a time (time)`,
    ours: latency(millrace),
    beside: `bare \`node:http\` that verifies and commits a row by hand: ${latency(byHand)}`,
    ratio: spread(ratio(p50(millrace), p50(byHand))),
    aim: '–',
  };
}

export function recoveryRow({ executions, millraceMs, byHandMs }: RecoveryResult): Row {
  return {
    what: `recovery of ${whole(executions)} running executions, until each continues (time)`,
    ours: `${whole(median(millraceMs))} ms`,
    beside: `reading and parsing the same rows: ${whole(median(byHandMs))} ms`,
    ratio: spread(ratio(millraceMs, byHandMs)),
    aim: '–',
  };
}

export function sleeperRow({ executions, millrace, timers }: SleeperResult): Row {
  return {
    what: `memory of one more sleeping execution, up to ${whole(executions)}`,
    ours: `${whole(millrace.bytesEach)} bytes (process ${whole(millrace.residentMb)} MB)`,
    beside: `an object and a timer of a plain program: ${whole(timers.bytesEach)} bytes (process ${whole(timers.residentMb)} MB)`,
    ratio: `**${(millrace.bytesEach / timers.bytesEach).toFixed(2)}**`,
    aim: '–',
  };
}

export function historyRow({ flow, withHistory, without }: HistoryResults): Row {
  return {
    what: `Express history, ${flow === 'one' ? 'one state' : 'ten states'}`,
    ours: rate(withHistory),
    beside: `\`history.express.executions: 0\`: ${rate(without)}`,
    ratio: spread(ratio(rates(withHistory), rates(without))),
    aim: '≥ 0.9',
  };
}

export function largeRow({ what, large, small }: LargeResult): Row {
  return {
    what: `${what} (time)`,
    ours: latency(large),
    beside: `among 1,000: ${latency(small)}`,
    ratio: spread(ratio(p50(large), p50(small))),
    aim: '–',
  };
}

export function housekeepingRow({ what, executions, purging, idle }: HousekeepingResult): Row {
  return {
    what: `${what}, while the server deletes ${whole(executions)} executions (p99: less is better)`,
    ours: latency(purging),
    beside: `deleting nothing: ${latency(idle)}`,
    ratio: spread(ratio(p99(purging), p99(idle))),
    aim: '–',
  };
}

function p99(results: readonly { readonly p99Ms: number }[]): number[] {
  return results.map(({ p99Ms }) => p99Ms);
}

function p50(results: readonly { readonly p50Ms: number }[]): number[] {
  return results.map(({ p50Ms }) => p50Ms);
}
