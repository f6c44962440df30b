/**
 * Nodes of one store survive crashes, stops past their lease, cut connections and lost hints together. These are only some seeds;
 * `npm run simulate -- --cluster` runs any number.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { PLANTS } from './plants.ts';
import { simulateCluster } from './simulation.ts';
import type { ClusterResult } from './simulation.ts';

const SEEDS = 8;
/** The simulation cannot find a planted fault that none of these seeds meets. */
const PLANTED_SEEDS = 150;

interface Case {
  readonly seed: number;
  readonly found: string;
}

const cases = JSON.parse(readFileSync(new URL('seeds.json', import.meta.url), 'utf8')) as readonly Case[];

function good(result: ClusterResult): void {
  const { seed, faults, trace, journals } = result;
  assert.equal(faults.length, 0, [`seed ${seed}`, ...trace.slice(-80), ...journals, ...faults].join('\n'));
}

describe('simulation of a cluster', () => {
  it(`finds nothing in ${SEEDS} seeds with many events`, async () => {
    const total = { processes: 0, again: 0, takeOvers: 0, reports: 0, updates: 0 };
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = await simulateCluster({ seed });
      good(result);
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += result.statistics[key];
    }
    for (const [what, count] of Object.entries(total)) assert.ok(count > SEEDS, `${count} ${what}`);
  });

  for (const { seed, found } of cases) {
    it(`seed ${seed}: ${found}`, async () => good(await simulateCluster({ seed })));
  }

  it('repeats the run of a seed exactly', async () => {
    const [one, other] = [await simulateCluster({ seed: 9 }), await simulateCluster({ seed: 9 })];
    assert.deepEqual(withoutTokens(one.trace), withoutTokens(other.trace));
    assert.deepEqual(one.statistics, other.statistics);
  });

  for (const [name, plant] of Object.entries(PLANTS)) {
    it(`finds a planted fault: ${name}`, async () => {
      const first = plant.seed ?? 1_000;
      for (let seed = first; seed < first + PLANTED_SEEDS; seed++) {
        const { faults } = await simulateCluster({ seed, plant });
        if (faults.some((fault) => plant.finds.test(fault))) return;
      }
      assert.fail(`nothing found in ${PLANTED_SEEDS} seeds`);
    });
  }
});

/** The key of tokens is that of the store, which makes another one for each run. */
function withoutTokens(trace: readonly string[]): readonly string[] {
  return trace.map((line) => line.replace(/Task \S+ has already/, 'Task has already'));
}
