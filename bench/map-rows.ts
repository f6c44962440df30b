/**
 * Items a second of a distributed Map of ten thousand items whose children do nothing, in this process and on a SQLite file: Express
 * children, Standard children, and beside them as many Standard executions that a caller starts. Rounds alternate.
 */
import { inParallel, openEngine } from './durable-engine.ts';
import type { DurableEngine } from './durable-engine.ts';
import { inFolder } from './folder.ts';

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

async function runOne(engine: DurableEngine, flow: string, run: number | string): Promise<void> {
  await engine.start(flow, `r${run}`);
  await engine.ended(flow, `r${run}`);
}

async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const fromMs = performance.now();
  await work();
  return count / ((performance.now() - fromMs) / 1_000);
}

/** The items are a constant of the definition, in pieces whose states each fit into the limit of a state's data. */
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
