/** Nodes share more than the executions in the store: Express histories, limits, nonces, and the list of themselves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/base/json.ts';
import { startTestEngine } from '../../src/testing/test-engine.ts';
import type { TestEngine } from '../../src/testing/test-engine.ts';
import { LEASE_MS, TestCluster } from './engines.ts';

const WAIT = `Type: StateMachine
SpecVersion: v1
Name: wait
StartAt: W
States: [{ Type: Wait, Name: W, Seconds: 20, End: true }]
`;
const PASS = WAIT.replace('Type: Wait', 'Type: Pass').replace(' Seconds: 20,', '');

async function three(cluster: TestCluster): Promise<readonly [TestEngine, TestEngine, TestEngine]> {
  return [await cluster.join('a'), await cluster.join('b'), await cluster.join('c')];
}

/** The code of the error of a call; empty for a result. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return '';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** The names in all pages of ListExecutions, each page from the next engine. */
async function listed(engines: readonly TestEngine[], parameters: Readonly<Record<string, string>>): Promise<string[]> {
  const names: string[] = [];
  let token = '';
  for (let page = 0; page < 100; page++) {
    const engine = engines[page % engines.length] as TestEngine;
    const reply = await engine.call('ListExecutions', { ...parameters, NextToken: token });
    names.push(...(reply['Executions'] as readonly { Name: string }[]).map(({ Name }) => Name));
    token = (reply['NextToken'] as string | undefined) ?? '';
    if (token === '') return names;
  }
  throw new Error('the list does not end');
}

test('each node answers about an Express execution as the one that ran it', async (t) => {
  const cluster = new TestCluster(t);
  const engines = await three(cluster);
  const [a, b, c] = engines;
  await a.createFlow('f', WAIT, 'Express');
  const running = b.run('f', { name: 'e', input: { n: 1 } });
  await cluster.time.pass(1);
  const names: string[] = [];
  for (const engine of engines) {
    names.push(...(await listed([engine], { FlowName: 'f' })));
  }
  const [name = ''] = names;
  assert.match(name, /^e:/);
  assert.deepEqual(names, [name, name, name]);
  const about = { FlowName: 'f', ExecutionName: name };
  const ask = (action: string): Promise<readonly JsonObject[]> =>
    Promise.all(engines.map((engine) => engine.call(action, about)));
  for (const action of ['DescribeExecution', 'GetExecutionHistory', 'DescribeExecutionWaits']) {
    const [one, ...others] = await ask(action);
    for (const other of others) assert.deepEqual(other, one, action);
  }
  for (const engine of engines) assert.equal(await codeOf(engine.call('StopExecution', about)), 'ActionNotSupported');
  const ended = c.call('DescribeExecution', { ...about, WaitTimeSeconds: '60' });
  await running;
  assert.equal((await ended)['Status'], 'Succeeded');
  for (const engine of engines) {
    assert.equal(await codeOf(engine.call('StopExecution', about)), 'ExecutionAlreadyCompleted');
    assert.equal(
      await codeOf(engine.call('DescribeExecution', { ...about, ExecutionName: 'no' })),
      'ExecutionNotExists',
    );
  }
});

test('a list of Express executions is the whole, page by page, from any node', async (t) => {
  const cluster = new TestCluster(t);
  const engines = await three(cluster);
  await engines[0].createFlow('f', PASS, 'Express');
  const expected: string[] = [];
  for (let n = 0; n < 20; n++) {
    const engine = engines[(n * 7) % 3] as TestEngine;
    expected.unshift((await engine.run('f', { name: `e${n}` })).name);
    await cluster.time.pass(1);
  }
  for (const limit of ['1', '3', '100']) {
    assert.deepEqual(await listed(engines, { FlowName: 'f', Limit: limit }), expected);
    const parameters = { FlowName: 'f', Limit: limit, ExecutionNamePrefix: 'e1', MetadataOnly: 'true' };
    const filtered = expected.filter((name) => name.startsWith('e1'));
    assert.deepEqual(await listed(engines.toReversed(), parameters), filtered);
  }
});

test('the deletion of a flow at one node removes its executions from all', async (t) => {
  const cluster = new TestCluster(t);
  const engines = await three(cluster);
  const [a, b, c] = engines;
  await a.createFlow('f', PASS, 'Express');
  await b.run('f');
  await c.run('f');
  await a.call('DeleteFlow', { Name: 'f' });
  await a.createFlow('f', PASS, 'Express');
  for (const engine of engines) assert.deepEqual(await listed([engine], { FlowName: 'f' }), []);
  await b.run('f');
  for (const engine of engines) assert.equal((await listed([engine], { FlowName: 'f' })).length, 1);
});

test('the Express children of a Map run are listed at each node', async (t) => {
  const cluster = new TestCluster(t);
  const engines = await three(cluster);
  const [a, b] = engines;
  const definition = `Type: StateMachine
SpecVersion: v1
Name: m
StartAt: M
States:
  - Type: Map
    Name: M
    ProcessorConfig: { ExecutionMode: Express }
    ItemsPath: $Input.items
    Processor: { StartAt: P, States: [{ Type: Pass, Name: P, End: true }] }
    End: true
`;
  await a.createFlow('m', definition);
  await a.start('m', { name: 'e', input: { items: [1, 2, 3] } });
  await a.ended('m', 'e');
  const run = (await b.events('m', 'e')).find(({ type }) => type === 'MapRunStarted');
  assert.ok(run !== undefined, 'the Map has started its run');
  const { MapRunName } = run.detail['output'] as { MapRunName: string };
  const children = await listed([a], { FlowName: 'm', MapRunName });
  assert.equal(children.length, 3);
  for (const engine of engines) {
    assert.deepEqual(await listed([engine], { FlowName: 'm', MapRunName }), children);
    const about = { FlowName: 'm', ExecutionName: children[0] };
    assert.equal((await engine.call('DescribeExecution', about))['Status'], 'Succeeded');
  }
});

test('the nodes share the limits, and a node that is left alone has them all', async (t) => {
  const settings = 'limits: { concurrentExecutions: 7, operationsPerSecond: 6, operationsBurst: 6 }';
  const cluster = new TestCluster(t, { settings });
  const engines = await three(cluster);
  const [a, b, c] = engines;
  await a.createFlow('f', WAIT, 'Express');
  const started = await Promise.all(
    engines.map(async (engine) => {
      const codes = await Promise.all(Array.from({ length: 10 }, () => underWay(engine)));
      return codes.filter((code) => code === 'running').length;
    }),
  );
  assert.deepEqual(started, [3, 2, 2]);
  const calls = async (engine: TestEngine): Promise<number> => {
    const codes = await Promise.all(Array.from({ length: 10 }, () => codeOf(engine.call('ListFlows'))));
    return codes.filter((code) => code === '').length;
  };
  for (const engine of engines) assert.equal(await calls(engine), 2);
  await cluster.time.pass(60_000);
  await b.cluster.leave();
  await c.cluster.leave();
  await cluster.time.pass(LEASE_MS);
  // A bucket notices the change when it is used, and fills from then on.
  await calls(a);
  await cluster.time.pass(1_000);
  assert.equal(await calls(a), 6);
  const codes = await Promise.all(Array.from({ length: 10 }, () => underWay(a)));
  assert.equal(codes.filter((code) => code === 'running').length, 7);
  await cluster.time.pass(60_000);
});

/** `running` for an execution that was admitted, else the code of the refusal. */
async function underWay(engine: TestEngine): Promise<string> {
  const refused = codeOf(engine.run('f'));
  return Promise.race([refused, engine.time.pass(1).then(() => 'running')]);
}

test('a node that cannot renew its lease starts no Express execution, and joins again by itself', async (t) => {
  const cluster = new TestCluster(t);
  const a = await cluster.join('a');
  const b = await cluster.join('b');
  await a.createFlow('f', PASS, 'Express');
  await b.run('f');
  const before = b.cluster.node;
  cluster.cut.add('b');
  await cluster.time.pass(LEASE_MS + 1_000);
  assert.equal(await codeOf(b.run('f')), 'InternalServerError');
  assert.match(String(b.durable.writeFault), /lease|place/);
  assert.equal((await a.run('f')).status, 'Succeeded');
  assert.equal(((await a.call('ListNodes'))['Nodes'] as readonly unknown[]).length, 1);
  cluster.cut.delete('b');
  await cluster.time.pass(LEASE_MS);
  assert.equal((await b.run('f')).status, 'Succeeded');
  assert.notEqual(b.cluster.node, before);
  assert.equal(b.durable.writeFault, null);
  // Its history from before is its own.
  assert.equal((await listed([a], { FlowName: 'f' })).length, 3);
  assert.ok(b.takeTroubles().length > 0);
});

test('a task that starts an Express flow waits while the node has no lease, and does not fail', async (t) => {
  const cluster = new TestCluster(t);
  const a = await cluster.join('a');
  await a.createFlow('child', PASS, 'Express');
  const parent = `Type: StateMachine
SpecVersion: v1
Name: parent
StartAt: W
States:
  - { Type: Wait, Name: W, Seconds: 15, Next: Call }
  - { Type: Task, Name: Call, Action: 'FNF:StartSyncExecution', Parameters: { flowName: child }, End: true }
`;
  await a.createFlow('parent', parent);
  await a.start('parent', { name: 'e' });
  cluster.cut.add('a');
  await cluster.time.pass(20_000);
  assert.equal((await a.call('DescribeExecution', { FlowName: 'parent', ExecutionName: 'e' }))['Status'], 'Running');
  cluster.cut.delete('a');
  await cluster.time.pass(10_000);
  const { status } = await a.ended('parent', 'e');
  assert.equal(status, 'Succeeded');
  const types = (await a.events('parent', 'e')).map(({ type }) => type);
  assert.ok(!types.includes('TaskFailed'), types.join(' '));
  assert.ok(a.takeTroubles().length > 0);
});

test('each node lists all nodes', async (t) => {
  const cluster = new TestCluster(t);
  const engines = await three(cluster);
  const [a, b, c] = engines;
  await a.createFlow('s', WAIT);
  for (let n = 0; n < 4; n++) await b.start('s');
  const c4 = c.cluster.node;
  await cluster.time.pass(LEASE_MS / 4);
  for (const engine of engines) {
    const nodes = (await engine.call('ListNodes'))['Nodes'] as readonly Record<string, unknown>[];
    assert.deepEqual(
      nodes.map(({ Name, Rank, Version, Lease }) => [Name, Rank, Version, Lease]),
      ['a', 'b', 'c'].map((name, rank) => [name, rank, '0.0.0', LEASE_MS]),
    );
    assert.deepEqual(
      nodes.map(({ Executions }) => Executions),
      [0, 4, 0],
    );
    assert.equal(nodes[2]?.['Node'], c4);
    for (const { SinceBeat } of nodes) assert.ok(Number(SinceBeat) <= LEASE_MS / 5, `${String(SinceBeat)} ms`);
  }
});

test('a server with a store of its own is its only node, and says how it is now', async (t) => {
  const engine = await startTestEngine(t);
  await engine.createFlow('s', WAIT);
  await engine.start('s');
  await engine.time.pass(5_000);
  const nodes = (await engine.call('ListNodes'))['Nodes'] as readonly Record<string, unknown>[];
  assert.deepEqual(
    nodes.map(({ Rank, SinceBeat, Executions }) => [Rank, SinceBeat, Executions]),
    [[0, 0, 1]],
  );
});
