/** Every case on every engine, one test each: `--test-name-pattern "map/results-in-order"` picks one. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readCases } from './case.ts';
import { ENGINES } from './engines.ts';
import { differences } from './outcome.ts';

const cases = readCases();

for (const [name, engine] of Object.entries(ENGINES)) {
  suite(name, () => {
    for (const wanted of cases) {
      test(`${wanted.id}: ${wanted.title}`, { timeout: 60_000 }, async () => {
        const found = differences(wanted, await engine(wanted));
        if (found.length > 0)
          assert.fail(`\n${['', ...found].join('\n')}\n\nin test/conformance/cases/${wanted.id}.yaml`);
      });
    }
  });
}
