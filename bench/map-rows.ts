/**
 * Items a second of a distributed Map of ten thousand items whose children do nothing, in this process and on a SQLite file: Express
 * children, Standard children, and beside them as many Standard executions that a caller starts. Rounds alternate.
 */
import { inParallel, openEngine } from './durable-engine.ts';
import type { DurableEngine } from './durable-engine.ts';
import { inFolder } from './folder.ts';
import { median, ratio } from './statistics.ts';
import { spread, whole } from './table.ts';
import type { Row } from './table.ts';

export interface MapResults {
  /** Items, or executions, a second, by round. */
  readonly express: readonly number[];
  readonly standard: readonly number[];
  readonly started: readonly number[];
}

/** Executions of callers at once: as many as a Map run has children at once. */
const AT_ONCE = 100;

export async function measureMaps(items: number, rounds: number): Promise<MapResults> {
  return inFolder(async (folder) => {
    const engine = await openEngine(folder, () => Promise.reject(new Error('no task is expected')));
    await engine.createFlow('express', mapFlow('express', items, 'Express'));
    await engine.createFlow('standard', mapFlow('standard', items, 'Standard'));
    await engine.createFlow('one', ONE_STATE);
    const results = { express: [] as number[], standard: [] as number[], started: [] as number[] };
    for (let round = -1; round < rounds; round++) {
      const figures = {
        express: await perSecond(items, () => runOne(engine, 'express', round)),
        standard: await perSecond(items, () => runOne(engine, 'standard', round)),
        started: await perSecond(items, () =>
          inParallel(AT_ONCE, items, (i) => runOne(engine, 'one', `${round + 1}-${i}`)),
        ),
      };
      // The first round warms up.
      if (round < 0) continue;
      results.express.push(figures.express);
      results.standard.push(figures.standard);
      results.started.push(figures.started);
    }
    await engine.close();
    return results;
  });
}

/** The rows of the printed table. */
export function mapRows(items: number, { express, standard, started }: MapResults): Row[] {
  const beside = `as many executions that a caller starts, ${AT_ONCE} at a time: ${whole(median(started))}/s`;
  const row = (mode: string, ours: readonly number[]): Row => ({
    what: `a Map of ${whole(items)} ${mode} items of one Pass state, ${AT_ONCE} at a time`,
    ours: `${whole(median(ours))} items/s`,
    beside,
    ratio: spread(ratio(ours, started)),
    aim: '–',
  });
  return [row('Express', express), row('Standard', standard)];
}

async function runOne(engine: DurableEngine, flow: string, run: number | string): Promise<void> {
  await engine.start(flow, `r${run}`);
  await engine.ended(flow, `r${run}`);
}

async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const fromMs = performance.now();
  await work();
  return count / ((performance.now() - fromMs) / 1_000);
}

/** The items are numbers that the definition has. */
function mapFlow(name: string, items: number, mode: 'Express' | 'Standard'): string {
  const numbers = Array.from({ length: items }, (_, i) => i);
  return JSON.stringify({
    Type: 'StateMachine',
    SpecVersion: 'v1',
    Name: name,
    StartAt: 'Each',
    States: [
      {
        Type: 'Map',
        Name: 'Each',
        InputConstructor: { list: numbers },
        ItemsPath: '$Input.list',
        ProcessorConfig: { ExecutionMode: mode },
        MaxConcurrency: AT_ONCE,
        Processor: { StartAt: 'One', States: [{ Type: 'Pass', Name: 'One', OutputConstructor: {}, End: true }] },
        OutputConstructor: {},
        End: true,
      },
    ],
  });
}

const ONE_STATE = JSON.stringify({
  Type: 'StateMachine',
  SpecVersion: 'v1',
  Name: 'one',
  StartAt: 'One',
  States: [{ Type: 'Pass', Name: 'One', OutputConstructor: {}, End: true }],
});
