/**
 * Durable steps a second, and the round trip of a callback, in this process: Millrace beside a hand-written group commit of the
 * same texts (`group-commit.ts`). A step is a Task that an action answers at once; the events of the answer are on disk before
 * the next Task is called. Rounds alternate, and all rounds use the same files, so that none has the cost of a new file.
 */
import { join } from 'node:path';
import type { TaskCall, TaskResult } from '../src/actions/action.ts';
import { inParallel, openEngine } from './durable-engine.ts';
import type { DurableEngine } from './durable-engine.ts';
import { CALLBACK_TASKS, DURABLE_STEPS, callbackChain, taskChain } from './flows.ts';
import { inFolder } from './folder.ts';
import { GroupCommit } from './group-commit.ts';
import type { Where, Write } from './group-commit.ts';
import { percentile } from './statistics.ts';

/** The texts of one execution as Millrace's store holds them. */
export interface Texts {
  readonly input: string;
  readonly output: string;
  readonly rows: readonly { readonly first: number; readonly events: string }[];
}

export interface StepResults {
  readonly concurrency: number;
  /** Steps a second, by round. */
  readonly millrace: readonly number[];
  readonly byHand: { readonly [where in Where]: readonly number[] };
}

export interface CallbackResults {
  readonly concurrency: number;
  /** Milliseconds from one issued token to the next, by round. */
  readonly millrace: readonly Latency[];
  /** Milliseconds of one write, by round. */
  readonly byHand: readonly Latency[];
}

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export const DONE: TaskResult = { ok: true, output: { status: 'done', rows: 12 } };

/** Executions of one round at a concurrency. */
export type Amount = (concurrency: number) => number;

export async function measureSteps(
  concurrencies: readonly number[],
  rounds: number,
  amount: Amount,
): Promise<StepResults[]> {
  return inFolder(async (folder) => {
    const engine = await openEngine(folder, async () => DONE);
    await engine.createFlow('steps', taskChain());
    const texts = await textsOf(engine, 'steps');
    let run = 0;
    const ours = (concurrency: number): Promise<number> => {
      run++;
      return stepsPerSecond(concurrency, amount(concurrency), async (i) => {
        await engine.start('steps', `r${run}-${i}`);
        await engine.ended('steps', `r${run}-${i}`);
      });
    };
    const byHand = { thread: open('thread', folder), worker: open('worker', folder) };
    const theirs = (concurrency: number, where: Where): Promise<number> =>
      stepsPerSecond(concurrency, amount(concurrency), () => writeAll(byHand[where], texts));
    const results: StepResults[] = [];
    for (const concurrency of concurrencies) {
      const millrace: number[] = [];
      const thread: number[] = [];
      const worker: number[] = [];
      for (let round = -1; round < rounds; round++) {
        const figures = [
          await ours(concurrency),
          await theirs(concurrency, 'thread'),
          await theirs(concurrency, 'worker'),
        ];
        // The first round warms up.
        if (round < 0) continue;
        for (const [i, list] of [millrace, thread, worker].entries()) list.push(figures[i] as number);
      }
      results.push({ concurrency, millrace, byHand: { thread, worker } });
    }
    await engine.close();
    await Promise.all(Object.values(byHand).map((each) => each.close()));
    return results;
  });
}

export async function measureCallbacks(
  concurrencies: readonly number[],
  rounds: number,
  amount: Amount,
): Promise<CallbackResults[]> {
  return inFolder(async (folder) => {
    let issued = (_call: TaskCall): void => {};
    const engine = await openEngine(folder, async (call) => {
      issued(call);
      return { ok: true, output: { accepted: true } };
    });
    await engine.createFlow('callbacks', callbackChain());
    const report = { ok: true, output: { status: 'done', rows: 12 } } as const;
    const before = new Map<string, number>();
    let latencies: number[] = [];
    issued = ({ taskToken, executionName }) => {
      const nowMs = performance.now();
      const sinceMs = before.get(executionName);
      if (sinceMs !== undefined) latencies.push(nowMs - sinceMs);
      before.set(executionName, nowMs);
      void engine.engine.executions.report(taskToken as string, report);
    };
    const texts = await textsOf(engine, 'callbacks');
    let run = 0;
    const ours = async (concurrency: number): Promise<Latency> => {
      run++;
      latencies = [];
      await inParallel(concurrency, amount(concurrency), async (i) => {
        await engine.start('callbacks', `r${run}-${i}`);
        await engine.ended('callbacks', `r${run}-${i}`);
      });
      return latencyOf(latencies);
    };
    const byHand = open('worker', folder);
    const theirs = async (concurrency: number): Promise<Latency> => {
      const waits: number[] = [];
      await inParallel(concurrency, amount(concurrency), () => writeAll(byHand, texts, waits));
      return latencyOf(waits);
    };
    const results: CallbackResults[] = [];
    for (const concurrency of concurrencies) {
      const millrace: Latency[] = [];
      const others: Latency[] = [];
      for (let round = -1; round < rounds; round++) {
        const [mine, other] = [await ours(concurrency), await theirs(concurrency)];
        if (round < 0) continue;
        millrace.push(mine);
        others.push(other);
      }
      results.push({ concurrency, millrace, byHand: others });
    }
    await engine.close();
    await byHand.close();
    return results;
  });
}

function latencyOf(values: readonly number[]): Latency {
  return { p50Ms: percentile(values, 0.5), p99Ms: percentile(values, 0.99) };
}

function open(where: Where, folder: string): GroupCommit {
  const file = join(folder, `by-hand-${where}.db`);
  return where === 'thread' ? GroupCommit.inThread(file) : GroupCommit.inWorker(file);
}

/** Runs one execution and reads its texts from the store. */
export async function textsOf(engine: DurableEngine, flow: string): Promise<Texts> {
  await engine.start(flow, 'sample');
  await engine.ended(flow, 'sample');
  const record = await engine.stores.flows.get(flow);
  const execution = await engine.stores.executions.find(record?.id ?? '', 'sample');
  if (execution === null) throw new Error(`no execution of ${flow}`);
  const rows = await engine.stores.executions.journal(execution.id, 1, Number.MAX_SAFE_INTEGER);
  const tasks = flow === 'steps' ? DURABLE_STEPS : CALLBACK_TASKS;
  if (rows.length < tasks) throw new Error(`${tasks} tasks of ${flow} took only ${rows.length} commits`);
  return { input: execution.input, output: execution.output, rows };
}

let lastId = 0;

/** Writes the texts of one execution, each row after the row before is on disk. */
export async function writeAll(
  byHand: Pick<GroupCommit, 'append'>,
  { input, output, rows }: Texts,
  waits?: number[],
): Promise<void> {
  const id = ++lastId;
  for (const [n, { first, events }] of rows.entries()) {
    const sentMs = performance.now();
    await byHand.append(writeOf(n, first, events));
    waits?.push(performance.now() - sentMs);
  }

  function writeOf(n: number, first: number, events: string): Write {
    if (n === 0) return { kind: 'start', id, name: `execution-${id}`, input, events };
    return n === rows.length - 1 ? { kind: 'end', id, first, events, output } : { kind: 'append', id, first, events };
  }
}

export async function stepsPerSecond(
  concurrency: number,
  executions: number,
  run: (i: number) => Promise<void>,
): Promise<number> {
  const began = performance.now();
  await inParallel(concurrency, executions, run);
  return (executions * DURABLE_STEPS * 1000) / (performance.now() - began);
}
