/** Standard executions on several nodes: any node serves any call, each execution has one owner, and nothing happens twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { taskSucceeded } from '../../src/testing/stand-ins.ts';
import type { TaskCall, TaskResult } from '../../src/testing/stand-ins.ts';
import type { TestEngine } from '../../src/testing/test-engine.ts';
import { CALLBACK, oneState, refused } from '../runtime/durable/definitions.ts';
import { LEASE_MS, TestCluster } from './engines.ts';

/** A cluster whose tasks are recorded and answered by `answer`; tokens of callbacks by execution. */
function recording(t: CleanUp, answer: (call: TaskCall) => TaskResult | Promise<TaskResult> = () => taskSucceeded()) {
  const calls: TaskCall[] = [];
  const tokens = new Map<string, string>();
  const cluster = new TestCluster(t, {
    task(call) {
      calls.push(call);
      if (call.taskToken !== null) tokens.set(call.executionName, call.taskToken);
      return answer(call);
    },
  });
  return { cluster, calls, tokens };
}

async function three(cluster: TestCluster): Promise<readonly [TestEngine, TestEngine, TestEngine]> {
  return [await cluster.join('a'), await cluster.join('b'), await cluster.join('c')];
}

const ASK = oneState('ask', CALLBACK);

test('a report reaches the owner from any node, and has one outcome', async (t) => {
  const { cluster, tokens } = recording(t);
  const engines = await three(cluster);
  const [a] = engines;
  await a.createFlow('ask', ASK);
  const names = Array.from({ length: 30 }, (_, i) => `e${i}`);
  for (const name of names) await a.start('ask', { name });
  await cluster.time.pass(100);
  const reports = names.flatMap((name, i) =>
    [1, 2].map(async (offset) => {
      const engine = engines[(i + offset) % 3] as TestEngine;
      const Output = JSON.stringify({ i, offset });
      return engine.call('ReportTaskSucceeded', { TaskToken: tokens.get(name) ?? '', Output }).then(
        () => ({ name, Output }),
        (error: { code?: string }) => {
          assert.equal(error.code, 'TaskAlreadyCompleted');
          return null;
        },
      );
    }),
  );
  const taken = (await Promise.all(reports)).filter((each) => each !== null);
  assert.deepEqual(taken.map(({ name }) => name).sort(), [...names].sort());
  for (const { name, Output } of taken) {
    const { output } = await a.ended('ask', name);
    assert.equal(output, Output);
    // The other nodes have not used ids as high as this one has.
    for (const engine of engines) {
      const again = engine.call('ReportTaskSucceeded', { TaskToken: tokens.get(name) ?? '', Output });
      await assert.rejects(again, { code: 'TaskAlreadyCompleted' });
    }
  }
});

test('a stop at another node stops, and says when another came first', async (t) => {
  const { cluster } = recording(t);
  const [a, b, c] = await three(cluster);
  await a.createFlow('ask', ASK);
  await a.start('ask', { name: 'one' });
  const waiting = c.executions.describe('ask', 'one', 60_000);
  const stops = await Promise.allSettled([
    b.executions.stop('ask', 'one', { error: 'E', cause: 'b' }),
    c.executions.stop('ask', 'one', { error: 'E', cause: 'c' }),
  ]);
  assert.equal(stops.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.equal((await waiting).status, 'Stopped');
  await refused(b.executions.stop('ask', 'one', { error: 'E', cause: '' }), 'ExecutionAlreadyCompleted');
});

test('a stop at another node is answered, also if a redrive follows at once', async (t) => {
  const { cluster } = recording(t);
  const [a, b] = await three(cluster);
  await a.createFlow('ask', ASK);
  await a.start('ask', { name: 'one' });
  await cluster.time.pass(100);
  const stop = b.executions.stop('ask', 'one', { error: 'E', cause: '' });
  while ((await a.executions.describe('ask', 'one', 0)).status === 'Running') await cluster.time.pass(1);
  await a.executions.redrive('ask', 'one');
  assert.equal((await stop).status, 'Stopped');
  assert.equal((await b.executions.describe('ask', 'one', 0)).status, 'Running');
});

test('of starts of one name at all nodes one starts it', async (t) => {
  const { cluster, calls } = recording(t);
  const engines = await three(cluster);
  await engines[0].createFlow('ask', ASK);
  const started = await Promise.all(engines.map((engine, n) => engine.start('ask', { name: 'same', input: { n } })));
  assert.equal(new Set(started.map(({ input }) => input)).size, 1);
  await cluster.time.pass(1_000);
  assert.equal(calls.length, 1);
});

test('another node continues the executions of one that has gone, within the lease, and repeats calls with the same key', async (t) => {
  const { cluster, calls, tokens } = recording(t, (call) =>
    call.flowName === 'slow' && calls.length <= 5 ? new Promise<TaskResult>(() => undefined) : taskSucceeded(),
  );
  const [a, b] = await three(cluster);
  await a.createFlow(
    'slow',
    oneState('slow', 'Type: Task, Action: HTTP:Request, Parameters: { url: "http://s.invalid" }'),
  );
  await a.createFlow('ask', ASK);
  for (let n = 0; n < 5; n++) await a.start('slow', { name: `s${n}` });
  await a.start('ask', { name: 'callback' });
  await cluster.time.pass(10);
  assert.equal(calls.length, 6);
  cluster.crash('a');
  await cluster.time.pass(LEASE_MS + 2_000);
  for (let n = 0; n < 5; n++) assert.equal((await b.executions.describe('slow', `s${n}`, 0)).status, 'Succeeded');
  const keys = Map.groupBy(calls, ({ idempotencyKey }) => idempotencyKey);
  assert.deepEqual([...keys.values()].map((same) => same.length).sort(), [1, 2, 2, 2, 2, 2]);
  assert.equal((await b.executions.describe('ask', 'callback', 0)).status, 'Running');
  await b.executions.report(tokens.get('callback') ?? '', { ok: true, output: {} });
  assert.equal((await b.executions.describe('ask', 'callback', 0)).status, 'Succeeded');
});

test('a node that leaves hands its executions over at once', async (t) => {
  const { cluster, calls } = recording(t, () =>
    calls.length === 1 ? new Promise<TaskResult>(() => undefined) : taskSucceeded(),
  );
  const [a, b] = await three(cluster);
  await a.createFlow(
    'slow',
    oneState('slow', 'Type: Task, Action: HTTP:Request, Parameters: { url: "http://s.invalid" }'),
  );
  await a.start('slow', { name: 'one' });
  await cluster.time.pass(10);
  await a.close();
  await cluster.time.pass(1_000);
  assert.equal((await b.executions.describe('slow', 'one', 0)).status, 'Succeeded');
});

test('a child on one node reports its end to a parent on another, and stops with it', async (t) => {
  const { cluster, tokens } = recording(t);
  const [a, b] = await three(cluster);
  await a.createFlow('child', oneState('child', CALLBACK));
  const start = `Type: Task, Action: FNF:StartExecution, TaskMode: WaitForSystemCallback, Parameters: { resourceArn: "acs:fnf:::flow/child", executionName: "$.name" }`;
  await a.createFlow(
    'parent',
    oneState('parent', start.replace('executionName: "$.name"', 'executionName.$: $Input.child')),
  );
  for (const child of ['done', 'left']) await a.start('parent', { name: `p-${child}`, input: { child } });
  await cluster.time.pass(100);
  // The children move to the other node, and the parents with them or not.
  cluster.crash('a');
  await cluster.time.pass(LEASE_MS + 1_000);
  await b.executions.report(tokens.get('done') ?? '', { ok: true, output: { from: 'child' } });
  await cluster.time.pass(5_000);
  assert.match((await b.executions.describe('parent', 'p-done', 0)).output, /"from":"child"/);
  await b.executions.stop('parent', 'p-left', { error: 'E', cause: '' });
  await cluster.time.pass(5_000);
  assert.equal((await b.executions.describe('child', 'left', 0)).status, 'Stopped');
});

test('a process that was stopped past its lease changes nothing more, and joins again', async (t) => {
  const { cluster, calls } = recording(t);
  const [a, b] = await three(cluster);
  await a.createFlow('ask', ASK);
  await a.start('ask', { name: 'one' });
  await cluster.time.pass(100);
  const { node } = a.cluster;
  cluster.cut.add('a');
  await cluster.time.pass(LEASE_MS + 1_000);
  await refused(a.start('ask', { name: 'two' }), 'InternalServerError');
  assert.match(a.durable.writeFault ?? '', /place in the store|lease/);
  cluster.cut.delete('a');
  await cluster.time.pass(5_000);
  assert.equal(a.durable.writeFault, null);
  assert.notEqual(a.cluster.node, node);
  await a.start('ask', { name: 'two' });
  await b.executions.stop('ask', 'one', { error: 'E', cause: '' });
  await a.executions.stop('ask', 'two', { error: 'E', cause: '' });
  assert.equal(calls.length, 2, 'no call comes twice');
  a.takeTroubles();
});

test('a change of a flow is answered when no node starts its old text', async (t) => {
  const { cluster } = recording(t);
  const engines = await three(cluster);
  await engines[0].createFlow('f', oneState('f', 'Type: Pass, OutputConstructor: { n: 0 }'));
  for (let n = 1; n <= 40; n++) {
    await Promise.all(engines.map((engine) => engine.start('f')));
    const engine = engines[n % 3] as TestEngine;
    const Definition = oneState('f', `Type: Pass, OutputConstructor: { n: ${n} }`);
    await engine.call('UpdateFlow', { Name: 'f', Definition });
    const started = await Promise.all(
      engines.map((each) => each.start('f', { name: `after-${n}-${engines.indexOf(each)}` })),
    );
    for (const { definition } of started) assert.match(definition, new RegExp(`n: ${n} `));
  }
});

test('the limit of running executions is that of the whole', async (t) => {
  const cluster = new TestCluster(t, { task: () => taskSucceeded(), limits: { standardExecutions: 10 } });
  const engines = await three(cluster);
  await engines[0].createFlow('ask', ASK);
  let started = 0;
  for (let n = 0; n < 30; n++) {
    const start = (engines[n % 3] as TestEngine).start('ask');
    await start.then(
      () => started++,
      (error: { code?: string }) => assert.equal(error.code, 'ResourceThrottled'),
    );
  }
  assert.equal(started, 10);
  await cluster.time.pass(LEASE_MS);
  for (const engine of engines) await refused(engine.start('ask'), 'ResourceThrottled');
});

test('the owner says why an execution waits', async (t) => {
  const { cluster } = recording(t, () => new Promise<TaskResult>(() => undefined));
  const [a, b] = await three(cluster);
  await a.createFlow(
    'slow',
    oneState('slow', 'Type: Task, Action: HTTP:Request, Parameters: { url: "http://s.invalid" }'),
  );
  await a.start('slow', { name: 'one' });
  await cluster.time.pass(10);
  const about = { FlowName: 'slow', ExecutionName: 'one' };
  const [own, other] = await Promise.all([
    a.call('DescribeExecutionWaits', about),
    b.call('DescribeExecutionWaits', about),
  ]);
  assert.deepEqual(other, own);
  assert.match(String(own['Explanation']), /^It waits\.$/);
});
