/** UpdateMapRun, tolerated failures and the counts of Map runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskFailed } from '../../../src/testing/index.ts';
import type { TestEngine } from '../../../src/testing/index.ts';
import { refused } from './definitions.ts';
import {
  MODES,
  Service,
  causeOf,
  describeRun,
  echo,
  endsOf,
  mapFlow,
  outputsOf,
  range,
  runName,
  startWork,
  updateRun,
} from './map-run-flows.ts';
import type { Counts, Mode } from './map-run-flows.ts';

/** A run whose items fail if their number is in `failing`. Every item takes 100 ms. */
async function startFailing(
  t: Parameters<typeof startWork>[0],
  mode: Mode,
  fields: readonly string[],
  failing: (item: number) => boolean,
  items = 100,
): Promise<{ readonly engine: TestEngine; readonly service: Service }> {
  const service = new Service(100);
  service.answer = (call) => (failing(Number(call.parameters['body'])) ? taskFailed('Boom') : echo(call));
  const engine = await startWork(t, mapFlow(mode, { fields }), service);
  await engine.start('work', { name: 'e', input: { list: range(items) } });
  return { engine, service };
}

for (const mode of MODES) {
  test(`UpdateMapRun raises and lowers the concurrency of a run under way (${mode})`, async (t) => {
    const service = new Service(1_000);
    const engine = await startWork(t, mapFlow(mode, { fields: ['MaxConcurrency: 2'] }), service);
    await engine.start('work', { name: 'e', input: { list: range(60) } });
    await engine.time.pass(1_500);
    assert.equal(service.underWay, 2);
    assert.equal((await updateRun(engine, { Concurrency: 7 }))['Concurrency'], 7);
    await engine.time.pass(100);
    assert.equal(service.underWay, 7, 'more begin at once');
    assert.equal((await describeRun(engine)).reply['Concurrency'], 7);
    await updateRun(engine, { Concurrency: 3 });
    await engine.time.pass(1_000);
    assert.equal(service.underWay, 3, 'those that run are not stopped');
    const next = await engine.restart();
    await next.time.pass(100);
    assert.equal(service.underWay, mode === 'Express' ? 3 : 3);
    assert.equal((await describeRun(next)).reply['Concurrency'], 3);
    service.delayMs = 0;
    assert.deepEqual(JSON.parse((await next.ended('work', 'e')).output), outputsOf(range(60)));
    assert.equal(service.most <= 10, true);
  });

  test(`a tolerance that is raised in time saves the run, and one that is lowered ends it (${mode})`, async (t) => {
    const isOdd = (item: number) => item % 2 === 1;
    const fields = ['MaxConcurrency: 1', 'ToleratedFailureCount: 3'];
    const { engine } = await startFailing(t, mode, fields, isOdd);
    await engine.time.pass(650);
    assert.equal((await describeRun(engine)).counts.Failed, 3);
    await updateRun(engine, { ToleratedFailedCount: 10 });
    await engine.time.pass(650);
    assert.equal((await describeRun(engine)).Status, 'Running');
    const { counts } = await describeRun(engine);
    assert.equal(counts.Failed, 6);
    assert.equal((await updateRun(engine, { ToleratedFailedCount: 2 }))['ToleratedFailedCount'], 2);
    const { status } = await engine.ended('work', 'e', 50);
    assert.equal(status, 'Failed');
    assert.match(await causeOf(engine), /6 items have failed, and 2 may fail/);
    assert.equal((await describeRun(engine)).Status, 'Failed');
    await refused(updateRun(engine, { Concurrency: 1 }), 'MapRunAlreadyCompleted', /./);
  });

  test(`a percentage of the items may fail (${mode})`, async (t) => {
    const tenth = (item: number) => item % 10 === 0;
    const fields = ['MaxConcurrency: 5', 'ToleratedFailurePercentage: 10'];
    const { engine } = await startFailing(t, mode, fields, tenth);
    const { status, output } = await engine.ended('work', 'e');
    assert.equal(status, 'Succeeded');
    const items = JSON.parse(output) as { Items: unknown[] };
    assert.equal(items.Items[0], null, 'null is in the place of a failed item');
    assert.deepEqual(items.Items[1], { got: 1 });
    const { counts } = await describeRun(engine);
    assert.deepEqual(counts, { Pending: 0, Running: 0, Succeed: 90, Failed: 10, Aborted: 0, Total: 100 });
  });

  test(`a run ends as soon as more than the percentage has failed, since its list says how many items there are (${mode})`, async (t) => {
    const fields = ['MaxConcurrency: 5', 'ToleratedFailurePercentage: 10'];
    const { engine, service } = await startFailing(t, mode, fields, () => true);
    const { status } = await engine.ended('work', 'e');
    assert.equal(status, 'Failed');
    assert.match(await causeOf(engine), /10 % of 100 may fail/);
    assert.ok(service.total <= 16, `${service.total} items ran`);
  });

  test(`a restart remembers what has failed (${mode})`, async (t) => {
    const fields = ['MaxConcurrency: 1', 'ToleratedFailureCount: 3'];
    const { engine } = await startFailing(t, mode, fields, (item) => item % 4 === 0);
    await engine.time.pass(1_000);
    const second = await engine.restart();
    assert.equal((await second.ended('work', 'e')).status, 'Failed');
    const ends = await endsOf(second.stores, await runName(second));
    assert.equal([...ends.values()].filter((end) => end === 'failed').length, 4);
  });

  test(`the counts of a ${mode} run add up at every time and never go backwards`, async (t) => {
    const fields = ['MaxConcurrency: 7', 'ToleratedFailurePercentage: 100'];
    const { engine } = await startFailing(t, mode, fields, (item) => item % 3 === 0, 40);
    const name = await runName(engine);
    let before: Counts | null = null;
    for (let ms = 0; ms < 1_500; ms += 10) {
      const { counts } = await describeRun(engine, name);
      assert.ok(counts.Running <= 7, JSON.stringify(counts));
      if (before !== null) {
        assert.ok(counts.Succeed >= before.Succeed && counts.Failed >= before.Failed, JSON.stringify(counts));
        assert.ok(counts.Total >= before.Total && counts.Pending <= Math.max(before.Pending, counts.Total));
      }
      before = counts;
      await engine.time.pass(10);
    }
    assert.equal((await engine.ended('work', 'e')).status, 'Succeeded');
  });
}

test('UpdateMapRun of a run that does not exist, or has ended, is refused', async (t) => {
  const service = new Service();
  const engine = await startWork(t, mapFlow('Express'), service);
  await engine.start('work', { name: 'e', input: { list: range(3) } });
  await refused(updateRun(engine, { Concurrency: 1 }, '0'.repeat(32)), 'MapRunNotExists', /0{32}/);
  await refused(
    engine.call('DescribeMapRun', { FlowName: 'work', ExecutionName: 'e', MapRunName: 'x' }),
    'MapRunNotExists',
    /x/,
  );
  await engine.ended('work', 'e');
  await refused(updateRun(engine, { Concurrency: 1 }), 'MapRunAlreadyCompleted', /./);
});

test('UpdateMapRun just before the end of its execution is refused like one after it', async (t) => {
  const service = new Service(10_000);
  const engine = await startWork(t, mapFlow('Express'), service);
  await engine.start('work', { name: 'e', input: { list: range(3) } });
  await engine.time.pass(100);
  const stopped = engine.executions.stop('work', 'e', { error: 'E', cause: '' });
  await refused(updateRun(engine, { Concurrency: 1 }), 'MapRunAlreadyCompleted', /./);
  await stopped;
});
