/**
 * Standard executions survive crashes, faults of the store, lost and repeated answers, and clock jumps. These are only some seeds;
 * `npm run simulate` runs any number.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { PLANTS } from './plants.ts';
import { simulate } from './simulation.ts';
import type { SimulationResult } from './simulation.ts';

const SEEDS = 60;
/** The simulation cannot find a planted fault that none of these seeds meets. */
const PLANTED_FROM = 100;
const PLANTED_SEEDS = 200;

interface Case {
  readonly seed: number;
  readonly found: string;
}

const cases = JSON.parse(readFileSync(new URL('seeds.json', import.meta.url), 'utf8')) as readonly Case[];

function good(result: SimulationResult): void {
  const { seed, faults, trace, journals } = result;
  assert.equal(faults.length, 0, [`seed ${seed}`, ...trace.slice(-80), ...journals, ...faults].join('\n'));
}

describe('simulation', () => {
  it(`finds nothing in ${SEEDS} seeds with many events`, async () => {
    const total = { lives: 0, compared: 0, due: 0, events: 0 };
    const ends = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = await simulate({ seed });
      good(result);
      total.lives += result.statistics.lives;
      total.compared += result.statistics.compared;
      total.due += result.statistics.due;
      total.events += result.statistics.events;
      for (const end of Object.keys(result.statistics.ends)) ends.add(end);
    }
    assert.deepEqual([...ends].sort(), ['Failed', 'Lost', 'Stopped', 'Succeeded', 'TimedOut']);
    assert.ok(total.lives > 1.5 * SEEDS, `${total.lives} processes`);
    assert.ok(total.compared > SEEDS / 4, `${total.compared} ends compared`);
    assert.ok(total.due > SEEDS, `${total.due} due times`);
    assert.ok(total.events > 10 * SEEDS, `${total.events} events`);
  });

  for (const { seed, found } of cases) {
    it(`seed ${seed}: ${found}`, async () => good(await simulate({ seed })));
  }

  it('repeats the run of a seed exactly', async () => {
    const [one, other] = [await simulate({ seed: 7 }), await simulate({ seed: 7 })];
    assert.deepEqual(one.trace, other.trace);
    assert.deepEqual(one.statistics, other.statistics);
  });

  for (const [name, plant] of Object.entries(PLANTS)) {
    it(`finds a planted fault: ${name}`, async () => {
      for (let seed = PLANTED_FROM; seed < PLANTED_FROM + PLANTED_SEEDS; seed++) {
        const { faults } = await simulate({ seed, plant, ...(plant.without && { without: plant.without }) });
        if (faults.some((fault) => plant.finds.test(fault))) return;
      }
      assert.fail(`nothing found in ${PLANTED_SEEDS} seeds`);
    });
  }
});
