/** SummarizeFlows, on each store: last executions, figures, and what is left of them after a start of the server. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../src/base/json.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import { startTestEngine } from '../../src/testing/test-engine.ts';
import type { TestEngine } from '../../src/testing/test-engine.ts';
import { TestCluster } from '../cluster/engines.ts';
import { startApi, STORES } from '../operations/api-harness.ts';
import { CALLBACK, definitionOf, PASS, standard } from '../operations/definitions.ts';

const FAIL: JsonObject = { Type: 'Fail', Name: 'F', Code: 'Broken' };
const failing = JSON.stringify({ ...JSON.parse(definitionOf(PASS)), StartAt: 'F', States: [FAIL] });
const WAIT: JsonObject = { Type: 'Wait', Name: 'W', Seconds: 8 };
const CLASSIC = 'version: v1\ntype: flow\nname: c\nsteps:\n  - type: pass\n    name: p\n';

type Call = (action: string, parameters: Readonly<Record<string, string>>) => Promise<JsonObject>;

async function summaries(
  call: Call,
  parameters: Readonly<Record<string, string>> = {},
): Promise<readonly JsonObject[]> {
  const flows: JsonObject[] = [];
  let token = '';
  do {
    const page = await call('SummarizeFlows', { ...parameters, NextToken: token });
    flows.push(...(page['Flows'] as unknown as JsonObject[]));
    token = (page['NextToken'] as string | undefined) ?? '';
  } while (token !== '');
  return flows;
}

async function summary(call: Call, name: string): Promise<JsonObject> {
  const found = (await summaries(call)).find(({ Name }) => Name === name);
  return found ?? assert.fail(`there is no flow ${name}`);
}

function marks({ Last }: JsonObject): string[] {
  return (Last as unknown as JsonObject[]).map(
    ({ Name, Status }) => `${String(Name).replace(/:.*/, '')} ${String(Status)}`,
  );
}

function counts({ Running, Ended, Succeeded }: JsonObject): unknown[] {
  return [Running, Ended, Succeeded];
}

/** The calls of an engine, with parameters as texts. */
function callOf(engine: TestEngine): Call {
  return (action, parameters) => engine.call(action, parameters);
}

for (const store of STORES) {
  describe(`SummarizeFlows on ${store}`, () => {
    it('lists flows by name, page by page, with their facts', async (t) => {
      const { call, time } = await startApi(t, store);
      const names = ['b-Order', 'a', 'order-1', 'C'];
      for (const Name of names) {
        await call('CreateFlow', { ...standard(definitionOf(PASS)), Name, Description: `of ${Name}` });
      }
      const Definition = CLASSIC.replace('name: c', 'name: classic');
      await call('CreateFlow', { Name: 'classic', Type: 'FDL', Definition, ExecutionMode: 'Express' });
      const all = ['C', 'a', 'b-Order', 'classic', 'order-1'];
      for (const Limit of ['1', '2', '5', '100']) {
        const listed = await summaries(call, { Limit });
        assert.deepEqual(
          listed.map(({ Name }) => Name),
          all,
        );
        const found = await summaries(call, { Limit, NameContains: 'ORDER' });
        assert.deepEqual(
          found.map(({ Name }) => Name),
          ['b-Order', 'order-1'],
        );
      }
      const classic = await summary(call, 'classic');
      assert.deepEqual([classic['Dialect'], classic['ExecutionMode'], classic['Schedules']], ['classic', 'Express', 0]);
      const first = await summary(call, 'a');
      const at = new Date(time.nowMs()).toISOString();
      assert.deepEqual(
        [first['Dialect'], first['ExecutionMode'], first['Description'], first['LastModifiedTime'], first['SinceTime']],
        ['statemachine', 'Standard', 'of a', at, at],
      );
      await call('CreateSchedule', { FlowName: 'a', ScheduleName: 's', CronExpression: '@every 60m' });
      await call('UpdateFlow', { Name: 'a', Type: 'FDL', Description: 'new' });
      const updated = await summary(call, 'a');
      assert.deepEqual([updated['Description'], updated['Schedules']], ['new', 1]);
    });

    it('has the last executions and the figures of each flow', async (t) => {
      const { call, time } = await startApi(t, store, { task: () => new Promise(() => undefined) });
      await call('CreateFlow', { ...standard(definitionOf(WAIT)), Name: 's' });
      await call('CreateFlow', { ...standard(definitionOf(CALLBACK)), Name: 'waiting' });
      await call('CreateFlow', { ...standard(definitionOf(PASS)), Name: 'e', ExecutionMode: 'Express' });
      await call('CreateFlow', { ...standard(definitionOf(WAIT)), Name: 'slow', ExecutionMode: 'Express' });
      for (let i = 0; i < 25; i++) {
        await call('StartExecution', { FlowName: 's', ExecutionName: `s${i}` });
        await call('StartSyncExecution', { FlowName: 'e', ExecutionName: `e${i}` });
        await time.pass(1);
      }
      for (const name of ['w1', 'w2']) await call('StartExecution', { FlowName: 'waiting', ExecutionName: name });
      await call('StopExecution', { FlowName: 'waiting', ExecutionName: 'w1' });
      const running = call('StartSyncExecution', { FlowName: 'slow', ExecutionName: 'slow' });
      await time.pass(5_000);
      assert.deepEqual(counts(await summary(call, 's')), [25, 0, 0]);
      assert.deepEqual(counts(await summary(call, 'waiting')), [1, 1, 0]);
      assert.deepEqual(marks(await summary(call, 'waiting')), ['w2 Running', 'w1 Stopped']);
      assert.deepEqual(counts(await summary(call, 'slow')), [1, 0, 0]);
      assert.deepEqual(marks(await summary(call, 'slow')), ['slow Running']);
      await time.pass(10_000);
      await running;
      const ended = await summary(call, 's');
      assert.deepEqual(counts(ended), [0, 25, 25]);
      const last = Array.from({ length: 20 }, (_, i) => 24 - i);
      assert.deepEqual(
        marks(ended),
        last.map((i) => `s${i} Succeeded`),
      );
      for (const member of ['P50', 'P95']) {
        const took = Number(ended[member]);
        assert.ok(took > 7_000 && took < 9_000, `${member} is ${took}`);
      }
      const express = await summary(call, 'e');
      assert.deepEqual(counts(express), [0, 25, 25]);
      assert.deepEqual(
        marks(express),
        last.map((i) => `e${i} Succeeded`),
      );
      assert.deepEqual([express['P50'], express['P95']], [0, 0]);
      assert.deepEqual(counts(await summary(call, 'slow')), [0, 1, 1]);
      assert.deepEqual(marks(await summary(call, 'slow')), ['slow Succeeded']);
      await call('DeleteFlow', { Name: 'e' });
      await time.pass(1);
      await call('CreateFlow', { ...standard(definitionOf(PASS)), Name: 'e', ExecutionMode: 'Express' });
      assert.deepEqual(counts(await summary(call, 'e')), [0, 0, 0]);
      assert.deepEqual(marks(await summary(call, 'e')), []);
    });

    it('counts all executions of a flow that was created again, and none of the one before', async (t) => {
      const { call, time } = await startApi(t, store);
      for (const [name, executions] of Object.entries({ before: 3, after: 2 })) {
        for (const ExecutionMode of ['Express', 'Standard']) {
          const Name = ExecutionMode.toLowerCase();
          await call('CreateFlow', { ...standard(definitionOf(PASS)), Name, ExecutionMode });
          const start = ExecutionMode === 'Express' ? 'StartSyncExecution' : 'StartExecution';
          for (let i = 0; i < executions; i++) {
            await call(start, { FlowName: Name, ExecutionName: `${name}${i}` });
            await time.pass(1);
          }
          if (name === 'before') await call('DeleteFlow', { Name });
        }
        await time.pass(1);
      }
      for (const name of ['express', 'standard']) {
        const again = await summary(call, name);
        assert.deepEqual(counts(again), [0, 2, 2], name);
        assert.deepEqual(marks(again), ['after1 Succeeded', 'after0 Succeeded']);
      }
    });
  });
}

describe('the figures of a flow', () => {
  it('count a redriven execution each time it ends', async (t) => {
    const { call, time } = await startApi(t, 'memory');
    await call('CreateFlow', standard(failing));
    await call('StartExecution', { FlowName: 'f', ExecutionName: 'e' });
    await time.pass(1);
    assert.deepEqual(counts(await summary(call, 'f')), [0, 1, 0]);
    await call('RedriveExecution', { FlowName: 'f', ExecutionName: 'e' });
    await time.pass(1);
    assert.deepEqual(counts(await summary(call, 'f')), [0, 2, 0]);
    assert.deepEqual(marks(await summary(call, 'f')), ['e Failed']);
  });

  it('are there after a start of the server, for the newest executions', async (t) => {
    const engine = await startTestEngine(t, { stores: createMemoryStores() });
    await engine.createFlow('few', definitionOf(PASS));
    await engine.createFlow('many', definitionOf(PASS));
    await engine.createFlow('slow', definitionOf(WAIT));
    const { time } = engine;
    await time.pass(1_000);
    for (let i = 0; i < 3; i++) await engine.start('few', { name: `e${i}` });
    for (let i = 0; i < 250; i++) {
      await engine.start('many', { name: `e${i}` });
      await time.pass(10);
    }
    await engine.start('slow', { name: 'over' });
    const since = (await summary(callOf(engine), 'few'))['SinceTime'];
    const restarted = await engine.restart();
    const call = callOf(restarted);
    assert.deepEqual(counts(await summary(call, 'few')), [0, 3, 3]);
    assert.deepEqual(marks(await summary(call, 'few')), ['e2 Succeeded', 'e1 Succeeded', 'e0 Succeeded']);
    assert.equal((await summary(call, 'few'))['SinceTime'], since);
    const many = await summary(call, 'many');
    assert.deepEqual(counts(many), [0, 200, 200]);
    assert.ok(String(many['SinceTime']) > String(since), 'older ones are not counted');
    assert.deepEqual(counts(await summary(call, 'slow')), [1, 0, 0]);
    await time.pass(20_000);
    assert.deepEqual(counts(await summary(call, 'slow')), [0, 1, 1], 'an end after the start counts once');
    await restarted.start('few', { name: 'e9' });
    await time.pass(1);
    assert.deepEqual(counts(await summary(call, 'few')), [0, 4, 4]);
  });

  it('are those of all nodes', async (t) => {
    const cluster = new TestCluster(t);
    const a = await cluster.join('a');
    const b = await cluster.join('b');
    await a.createFlow('s', definitionOf(PASS), 'Standard');
    await a.createFlow('e', definitionOf(PASS), 'Express');
    await a.createFlow('slow', definitionOf(WAIT), 'Express');
    for (const [i, engine] of [a, b, b].entries()) {
      await engine.start('s', { name: `s${i}` });
      await engine.run('e', { name: `e${i}` });
      await cluster.time.pass(5);
    }
    const running = b.run('slow', { name: 'slow' });
    for (const engine of [a, b]) {
      const call = callOf(engine);
      assert.deepEqual(counts(await summary(call, 's')), [0, 3, 3]);
      assert.deepEqual(marks(await summary(call, 's')), ['s2 Succeeded', 's1 Succeeded', 's0 Succeeded']);
      assert.deepEqual(counts(await summary(call, 'e')), [0, 3, 3]);
      assert.deepEqual(marks(await summary(call, 'e')), ['e2 Succeeded', 'e1 Succeeded', 'e0 Succeeded']);
      assert.deepEqual(counts(await summary(call, 'slow')), [1, 0, 0]);
      assert.deepEqual(marks(await summary(call, 'slow')), ['slow Running']);
    }
    await running;
  });
});
