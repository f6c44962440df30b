/** Ten thousand schedules that are due in the same second: all start once, and the event loop is never theirs alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { startTestEngine } from '../../src/testing/test-engine.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';
import { ECHO, hear, MINUTE_MS, START_MS } from './schedules.ts';

const SCHEDULES = 10_000;
const FLOWS = 100;

for (const executionMode of ['Standard', 'Express'] as const) {
  test(`${SCHEDULES} schedules of ${executionMode} flows in one second leave turns to other calls`, async (t) => {
    const heard = hear();
    const stores = createMemoryStores();
    const time = new VirtualTime({ busyTurnMs: 0.1 });
    for (let i = 0; i < FLOWS; i++) {
      await stores.flows.create(flowRecord(`flow${i}`, { definition: ECHO, executionMode }));
    }
    const dueMs = START_MS + 5 * MINUTE_MS;
    for (let i = 0; i < SCHEDULES; i++) {
      await stores.schedules.create({
        ...{ flowName: `flow${i % FLOWS}`, name: `s${i}`, id: `id-${i}`, description: '', payload: '' },
        ...{ cronExpression: '0 */5 * * * *', isEnabled: true, createdMs: START_MS, lastModifiedMs: START_MS },
        ...{ revision: 1, nextDueMs: dueMs, lastDueMs: null },
      });
    }
    const limits = { standardExecutions: null };
    const engine = await startTestEngine(t, { stores, time, limits, observe: heard.subscriber });
    await engine.createFlow('other', ECHO, 'Express');
    await engine.run('other');
    await time.pass(5 * MINUTE_MS - 1);
    assert.equal(heard.fired.length, 0);
    // A caller that begins its next call when it has the answer to the last one.
    let served = 0;
    let most = 0;
    for (let before = 0; heard.fired.length < SCHEDULES; before = heard.fired.length) {
      await new Promise<void>((resolve) => time.soon(resolve));
      assert.equal((await engine.run('other')).status, 'Succeeded');
      served++;
      most = Math.max(most, heard.fired.length - before);
      assert.ok(served < 100_000, `${heard.fired.length} have started`);
    }
    // A commit of many starts makes them known at once, but no turn begins more than a few.
    assert.ok(served >= SCHEDULES / 10, `${served} calls were served meanwhile`);
    const names = new Set(heard.fired.map(({ scheduleName }) => scheduleName));
    assert.equal(names.size, SCHEDULES);
    assert.equal(heard.fired.length, SCHEDULES);
    assert.deepEqual([heard.skipped, heard.delayed], [[], []]);
    if (executionMode === 'Express') assert.ok(most <= 20, `${most} starts in one turn`);
    await time.pass(1_000);
    for (const name of ['flow0', 'flow99']) {
      const id = `id-of-${name}`;
      if (executionMode === 'Standard') {
        const page = await stores.executions.list({
          ...{ flowId: id, status: 'Succeeded', startedAfterMs: null, startedBeforeMs: null, namePrefix: '' },
          ...{
            version: null,
            alias: null,
            mapRun: null,
            after: null,
            limit: 1_000,
            metadataOnly: true,
            textUnits: 1_000_000,
          },
        });
        assert.equal(page.executions.length, SCHEDULES / FLOWS);
      }
    }
  });
}
