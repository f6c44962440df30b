/**
 * Durable steps a second on a PostgreSQL that the benchmark brings: Millrace beside a hand-written group commit of the same texts
 * (`postgres-group-commit.ts`). Both use the same database, over its socket, with fsync.
 */
import { systemScheduler } from '../src/base/scheduler.ts';
import { configOf } from '../src/store/postgres/connect.ts';
import { openPostgresStores } from '../src/store/postgres/stores.ts';
import { testPostgres } from '../test/support/postgres.ts';
import { DONE, stepsPerSecond, textsOf, writeAll } from './durable-rows.ts';
import type { Amount } from './durable-rows.ts';
import { DatabaseMeter, used } from './database-meter.ts';
import type { DatabaseUse } from './database-meter.ts';
import { engineOn, inParallel } from './durable-engine.ts';
import { DURABLE_STEPS, taskChain } from './flows.ts';
import { openPostgresGroupCommit } from './postgres-group-commit.ts';
import { median, percentile, ratio } from './statistics.ts';
import { spread, whole } from './table.ts';
import type { Row } from './table.ts';

interface PostgresSteps {
  readonly concurrency: number;
  /** Steps a second, by round. */
  readonly millrace: readonly number[];
  readonly byHand: readonly number[];
  /** Of the database for one step, by round. */
  readonly millraceUse: readonly DatabaseUse[];
  readonly byHandUse: readonly DatabaseUse[];
}

interface PostgresLatencies {
  readonly concurrency: number;
  /** Medians of the time of an execution, milliseconds, by round. */
  readonly millrace: readonly number[];
  readonly byHand: readonly number[];
}

/** Durable steps, and the time of an execution of ten of them. */
export async function measurePostgres(rounds: number, amount: Amount): Promise<Row[]> {
  const options = (await testPostgres()).options('benchmark');
  const engine = await engineOn(await openPostgresStores(options, systemScheduler), async () => DONE);
  const byHand = await openPostgresGroupCommit(configOf(options));
  await engine.createFlow('steps', taskChain());
  const texts = await textsOf(engine, 'steps');
  const meter = await DatabaseMeter.open(options);
  let run = 0;
  const ours = (concurrency: number): Promise<number> => {
    run++;
    return stepsPerSecond(concurrency, amount(concurrency), async (i) => {
      await engine.start('steps', `r${run}-${i}`);
      await engine.ended('steps', `r${run}-${i}`);
    });
  };
  const theirs = (concurrency: number): Promise<number> =>
    stepsPerSecond(concurrency, amount(concurrency), () => writeAll(byHand, texts));
  const results: PostgresSteps[] = [];
  for (const concurrency of [1, 50, 500]) {
    const millrace: number[] = [];
    const other: number[] = [];
    const millraceUse: DatabaseUse[] = [];
    const byHandUse: DatabaseUse[] = [];
    for (let round = -1; round < rounds; round++) {
      const marks = [await meter.read()];
      const figures: number[] = [];
      for (const side of [ours, theirs]) {
        figures.push(await side(concurrency));
        marks.push(await meter.read());
      }
      // The first round warms up.
      if (round < 0) continue;
      const [before, between, after] = marks as [DatabaseUse, DatabaseUse, DatabaseUse];
      const [mine = 0, hand = 0] = figures;
      millrace.push(mine);
      other.push(hand);
      millraceUse.push(used(before, between));
      byHandUse.push(used(between, after));
    }
    results.push({ concurrency, millrace, byHand: other, millraceUse, byHandUse });
  }
  const latencies: PostgresLatencies[] = [];
  for (const concurrency of [1, 32]) {
    const executions = amount(concurrency);
    const timed = async (work: (i: number) => Promise<void>): Promise<number> => {
      const tookMs: number[] = [];
      await inParallel(concurrency, executions, async (i) => {
        const beganMs = performance.now();
        await work(i);
        tookMs.push(performance.now() - beganMs);
      });
      return percentile(tookMs, 0.5);
    };
    const millrace: number[] = [];
    const other: number[] = [];
    for (let round = 0; round < rounds; round++) {
      run++;
      millrace.push(
        await timed(async (i) => {
          await engine.start('steps', `r${run}-${i}`);
          await engine.ended('steps', `r${run}-${i}`);
        }),
      );
      other.push(await timed(() => writeAll(byHand, texts)));
    }
    latencies.push({ concurrency, millrace, byHand: other });
  }
  await engine.close();
  await byHand.close();
  await meter.close();
  const costs = results.map((each) => costRow(each, amount(each.concurrency) * DURABLE_STEPS));
  return [...results.map(stepRow), ...costs, ...latencies.map(latencyRow)];
}

/** @param steps of one round */
function costRow({ concurrency, millraceUse, byHandUse }: PostgresSteps, steps: number): Row {
  const textOf = (uses: readonly DatabaseUse[]): string => {
    const one = (pick: (use: DatabaseUse) => number): number => median(uses.map(pick)) / steps;
    const processor = uses.some(({ processorMs }) => processorMs === null)
      ? ''
      : `, ${whole(one(({ processorMs }) => (processorMs ?? 0) * 1000))} µs of its processor time`;
    return `${whole(one(({ walBytes }) => walBytes))} bytes of WAL, ${whole(one(({ diskBytes }) => diskBytes))} on disk${processor}`;
  };
  const wal = (uses: readonly DatabaseUse[]): number[] => uses.map(({ walBytes }) => walBytes);
  return {
    what: `what one of these steps costs the database, ${concurrency} at a time (WAL: less is better)`,
    ours: textOf(millraceUse),
    beside: textOf(byHandUse),
    ratio: spread(ratio(wal(millraceUse), wal(byHandUse))),
    aim: '–',
  };
}

function latencyRow({ concurrency, millrace, byHand }: PostgresLatencies): Row {
  return {
    what: `from the start to the end of ${DURABLE_STEPS} durable steps on PostgreSQL, ${concurrency} at a time (time: less is better)`,
    ours: `p50 ${median(millrace).toFixed(1)} ms`,
    beside: `the same rows by hand, one after the other: p50 ${median(byHand).toFixed(1)} ms`,
    ratio: spread(ratio(millrace, byHand)),
    aim: '–',
  };
}

function stepRow({ concurrency, millrace, byHand }: PostgresSteps): Row {
  return {
    what: `durable steps on PostgreSQL, ${concurrency} ${concurrency === 1 ? 'execution' : 'executions'} at a time`,
    ours: `${whole(median(millrace))}/s`,
    beside: `group commit by hand with \`pg\`: ${whole(median(byHand))}/s`,
    ratio: spread(ratio(millrace, byHand)),
    aim: concurrency === 50 ? '≥ 0.5' : '–',
  };
}
