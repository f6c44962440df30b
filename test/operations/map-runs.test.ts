/** DescribeMapRun, UpdateMapRun, and ListExecutions with MapRunName, on each store. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import type { ApiHarness, StoreName } from './api-harness.ts';
import { startApi, STORES } from './api-harness.ts';
import { CALLBACK, definitionOf, standard } from './definitions.ts';
import { Desk, ended, eventsOf, namesOf } from './standard-executions.ts';

const E = { FlowName: 'f', ExecutionName: 'e' };
const MAP: JsonObject = {
  ...{ Name: 'Each', Type: 'Map', ItemsPath: '$Input.list', MaxConcurrency: 2, ToleratedFailureCount: 1 },
  Processor: { StartAt: 'Ask', States: [{ ...CALLBACK, End: true }] },
};

interface Bench extends ApiHarness {
  readonly desk: Desk;
  /** Parameters that name the run. */
  readonly run: Readonly<Record<string, string>>;
  childName(index: number): string;
  report(index: number, output: JsonValue): Promise<JsonObject>;
}

/** A Map run of three items, of which two wait for a report. */
async function running(t: CleanUp, store: StoreName): Promise<Bench> {
  const desk = new Desk();
  const api = await startApi(t, store, { task: desk.take });
  await api.call('CreateFlow', standard(definitionOf(MAP)));
  await api.call('StartExecution', { ...E, Input: '{"list":[{"n":0},"one",2]}' });
  const events = await eventsOf(api, 'e');
  const started = events.find(({ Type }) => Type === 'MapRunStarted');
  assert.ok(started !== undefined, 'the Map has started its run');
  const { MapRunName } = started.detail['output'] as { MapRunName: string };
  const childName = (index: number): string => `e-${MapRunName.slice(0, 12)}-${index}`;
  await Promise.all([desk.tokenOf(childName(0)), desk.tokenOf(childName(1))]);
  const report = async (index: number, output: JsonValue) =>
    api.call('ReportTaskSucceeded', {
      TaskToken: await desk.tokenOf(childName(index)),
      Output: JSON.stringify(output),
    });
  return { ...api, desk, run: { ...E, MapRunName }, childName, report };
}

const COUNTS = { Pending: 0, Running: 0, Succeed: 0, Failed: 0, Aborted: 0, Total: 3 };

for (const store of STORES) {
  describe(`Map runs on ${store}`, () => {
    it('DescribeMapRun counts the items while the run runs, and after its end', async (t) => {
      const bench = await running(t, store);
      const { call, run, desk, childName } = bench;
      const reply = await call('DescribeMapRun', run);
      assert.match(String(reply['StartedTime']), /^2026-01-01T00:00:\d\d\.\d{3}Z$/);
      assert.deepEqual(reply, {
        ...{ Status: 'Running', StartedTime: reply['StartedTime'], StoppedTime: '', Concurrency: 2 },
        ...{ ToleratedFailedCount: 1, ToleratedFailedPercentage: 0 },
        ...{ ExecutionName: 'e', MapRunName: run['MapRunName'], ItemCounts: { ...COUNTS, Pending: 1, Running: 2 } },
      });
      await bench.report(0, { done: 0 });
      await desk.tokenOf(childName(2));
      const later = await call('DescribeMapRun', run);
      assert.deepEqual(later['ItemCounts'], { ...COUNTS, Running: 2, Succeed: 1 });
      await call('ReportTaskFailed', { TaskToken: await desk.tokenOf(childName(1)), Error: 'E', Cause: 'c' });
      await bench.report(2, { done: 2 });
      assert.equal((await ended(bench, 'e'))['Output'], '{"Items":[{"done":0},null,{"done":2}]}');
      const over = await call('DescribeMapRun', run);
      assert.equal(over['Status'], 'Succeeded');
      assert.notEqual(over['StoppedTime'], '');
      assert.deepEqual(over['ItemCounts'], { ...COUNTS, Succeed: 2, Failed: 1 });
    });

    it('DescribeMapRun shows a run as Aborted when its execution was stopped', async (t) => {
      const { call, run } = await running(t, store);
      await call('StopExecution', E);
      const { Status, StoppedTime, ItemCounts } = await call('DescribeMapRun', run);
      assert.equal(Status, 'Aborted');
      assert.notEqual(StoppedTime, '');
      assert.deepEqual(ItemCounts, { ...COUNTS, Aborted: 3 });
    });

    it('UpdateMapRun changes the given bounds alone, while the run runs', async (t) => {
      const bench = await running(t, store);
      const { call, run, desk, childName } = bench;
      const reply = await call('UpdateMapRun', { ...run, Concurrency: '3' });
      assert.deepEqual(reply, {
        ...{ FlowName: 'f', ...run, Concurrency: 3 },
        ...{ ToleratedFailedCount: 1, ToleratedFailedPercentage: 0 },
      });
      await desk.tokenOf(childName(2));
      const bounds = { ToleratedFailedCount: '2', ToleratedFailedPercentage: '66.7' };
      const second = await call('UpdateMapRun', { ...run, ...bounds });
      assert.deepEqual(
        [second['Concurrency'], second['ToleratedFailedCount'], second['ToleratedFailedPercentage']],
        [3, 2, 66.7],
      );
      for (const index of [0, 1]) {
        await call('ReportTaskFailed', { TaskToken: await desk.tokenOf(childName(index)), Error: 'E' });
      }
      await bench.report(2, 2);
      assert.equal((await ended(bench, 'e'))['Status'], 'Succeeded');
      assert.deepEqual((await call('DescribeMapRun', run))['Concurrency'], 3);
    });

    it('UpdateMapRun refuses a run that has ended, one that is not there, and values out of range', async (t) => {
      const { call, fails, run } = await running(t, store);
      for (const action of ['DescribeMapRun', 'UpdateMapRun']) {
        await fails(action, { ...run, FlowName: 'g' }, 'FlowNotExists', /'g'/);
        await fails(action, { ...run, ExecutionName: 'x' }, 'ExecutionNotExists', /x/);
        await fails(action, { ...run, MapRunName: 'none' }, 'MapRunNotExists', /none.*'e'/);
      }
      for (const bad of [
        { Concurrency: '0' },
        { Concurrency: '301' },
        { Concurrency: '1.5' },
        { ToleratedFailedCount: '-1' },
        { ToleratedFailedPercentage: '100.1' },
        { ToleratedFailedPercentage: 'half' },
      ]) {
        await fails('UpdateMapRun', { ...run, ...bad }, 'InvalidArgument', new RegExp(Object.keys(bad)[0] as string));
      }
      await call('StopExecution', E);
      await fails('UpdateMapRun', { ...run, Concurrency: '3' }, 'MapRunAlreadyCompleted', /'e' has already completed/);
    });

    it('ListExecutions shows the children of a run by MapRunName alone, with the other filters and in pages', async (t) => {
      const bench = await running(t, store);
      const { run, childName, report, call } = bench;
      const { MapRunName = '' } = run;
      assert.deepEqual(await namesOf(bench, {}), ['e']);
      assert.deepEqual(await namesOf(bench, { MapRunName: 'none' }), []);
      assert.deepEqual(await namesOf(bench, { MapRunName }), [childName(1), childName(0)]);
      await report(0, 'zero');
      await bench.desk.tokenOf(childName(2));
      const all = [childName(2), childName(1), childName(0)];
      assert.deepEqual(await namesOf(bench, { MapRunName, Limit: '1' }), all);
      assert.deepEqual(await namesOf(bench, { MapRunName, Status: 'Succeeded' }), [childName(0)]);
      assert.deepEqual(await namesOf(bench, { MapRunName, ExecutionNamePrefix: childName(1) }), [childName(1)]);
      const { Executions } = await call('ListExecutions', { FlowName: 'f', MapRunName, Status: 'Succeeded' });
      const [child] = Executions as unknown as JsonObject[];
      assert.deepEqual([child?.['Input'], child?.['Output']], ['{"n":0}', '"zero"']);
      const described = await call('DescribeExecution', { FlowName: 'f', ExecutionName: childName(1) });
      assert.deepEqual([described['Status'], described['Input']], ['Running', '"one"']);
    });
  });
}
