/** Every case on every engine that runs it, one test each. `--test-name-pattern 'map/results-in-order'` selects one case. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readCases } from './case.ts';
import { ENGINES } from './engines.ts';
import { expectedHistory, expectedHistoryIds } from './expected-histories.ts';
import { differences } from './outcome.ts';

const cases = readCases();

for (const [name, engine] of Object.entries(ENGINES)) {
  suite(name, () => {
    for (const wanted of cases.filter((one) => engine.takes(one))) {
      test(`${wanted.id}: ${wanted.title}`, { timeout: 60_000 }, async () => {
        const found = differences(wanted, await engine.run(wanted), expectedHistory(wanted.id));
        if (found.length > 0)
          assert.fail(`\n${['', ...found].join('\n')}\n\nin test/conformance/cases/${wanted.id}.yaml`);
      });
    }
  });
}

test('every expected history belongs to a case that runs', () => {
  const running = new Set(cases.filter((one) => one.expect.status !== undefined).map((one) => one.id));
  const stale = expectedHistoryIds().filter((id) => !running.has(id));
  assert.deepEqual(stale, [], 'run: npx node test/conformance/write-histories.ts');
});
