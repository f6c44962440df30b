/** DescribeSystem: what is stuck, what runs and where, and nothing that is confidential. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../src/base/json.ts';
import type { ExecutionStore } from '../../src/store/executions.ts';
import { startServer } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { startTestEngine } from '../../src/testing/test-engine.ts';
import type { TestEngine } from '../../src/testing/test-engine.ts';
import { TestCluster } from '../cluster/engines.ts';
import { definitionOf, PASS } from '../operations/definitions.ts';
import { callerOfEach, createFlow, openCaller, startWithWorkers } from '../workers/support.ts';
import type { Caller } from '../workers/support.ts';

const WAIT: JsonObject = { Type: 'Wait', Name: 'W', Seconds: 200 };

function list(reply: JsonObject, member: string): readonly JsonObject[] {
  return reply[member] as unknown as readonly JsonObject[];
}

/** The next engine, which cannot read the definitions of flows. */
function restartUnable(engine: TestEngine): Promise<TestEngine> {
  const { executions } = engine.stores;
  const unreadable: ExecutionStore = Object.assign(Object.create(executions) as ExecutionStore, {
    snapshot: async (flowId: string, revision: number) => {
      const snapshot = await executions.snapshot(flowId, revision);
      return snapshot === null ? null : { ...snapshot, definition: 'Type: Another' };
    },
  });
  return engine.restart({ stores: { ...engine.stores, executions: unreadable } });
}

describe('DescribeSystem', () => {
  it('lists executions that are stuck until they end', async (t) => {
    const engine = await startTestEngine(t);
    await engine.createFlow('f', definitionOf(WAIT));
    for (const name of ['one', 'two']) await engine.start('f', { name });
    assert.deepEqual(list(await engine.call('DescribeSystem'), 'Stuck'), []);
    const unable = await restartUnable(engine);
    await unable.time.pass(260_000);
    const troubles = unable.takeTroubles();
    assert.equal(troubles.length, 2);
    const reply = await unable.call('DescribeSystem');
    assert.equal(reply['StuckCount'], 2);
    const [first, second] = list(reply, 'Stuck');
    assert.deepEqual([first?.['FlowName'], first?.['ExecutionName'], first?.['State']], ['f', 'one', '']);
    assert.match(String(first?.['Reason']), /^This version of the server cannot continue it \(.*StopExecution ends it/);
    const waits = await unable.call('DescribeExecutionWaits', { FlowName: 'f', ExecutionName: 'one' });
    assert.equal(first?.['Reason'], list(waits, 'Waits')[0]?.['Reason']);
    assert.ok(String(second?.['SinceTime']) >= String(first?.['SinceTime']));
    await unable.call('StopExecution', { FlowName: 'f', ExecutionName: 'one' });
    const after = await unable.call('DescribeSystem');
    assert.equal(after['StuckCount'], 1);
    assert.equal(list(after, 'Stuck')[0]?.['ExecutionName'], 'two');
  });

  it('lists a hundred of many that are stuck, and counts all', async (t) => {
    const engine = await startTestEngine(t);
    await engine.createFlow('f', definitionOf(WAIT));
    for (let i = 0; i < 120; i++) await engine.start('f', { name: `e${i}` });
    const unable = await restartUnable(engine);
    await unable.time.pass(260_000);
    unable.takeTroubles();
    const reply = await unable.call('DescribeSystem');
    assert.equal(reply['StuckCount'], 120);
    assert.equal(list(reply, 'Stuck').length, 100);
  });

  it('counts executions of both modes, and those that are asleep', async (t) => {
    const engine = await startTestEngine(t, { standIns: { idleMax: 1 } });
    await engine.createFlow('s', definitionOf(WAIT));
    await engine.createFlow('e', definitionOf({ ...WAIT, Seconds: 5 }), 'Express');
    for (let i = 0; i < 4; i++) await engine.start('s', { name: `e${i}` });
    await engine.time.pass(70_000);
    const running = engine.run('e');
    await engine.time.pass(1);
    const reply = await engine.call('DescribeSystem');
    assert.deepEqual(reply['Running'], { Standard: 4, MapItems: 0, Asleep: 3, Express: 1 });
    const [own, ...others] = list(reply, 'Processes');
    assert.deepEqual([own?.['Express'], own?.['Standard'], others.length], [1, 1, 0]);
    assert.ok(Number(own?.['ExecutionMemory']) > 0 && Number(own?.['HeapUsed']) > 0);
    assert.equal(reply['ServerTime'], new Date(engine.time.nowMs()).toISOString());
    await running;
  });

  it('shows each node of a store', async (t) => {
    const cluster = new TestCluster(t);
    const a = await cluster.join('a');
    const b = await cluster.join('b');
    await a.createFlow('e', definitionOf({ ...WAIT, Seconds: 5 }), 'Express');
    const running = [b.run('e'), b.run('e'), a.run('e')];
    await cluster.time.pass(1);
    for (const engine of [a, b]) {
      const reply = await engine.call('DescribeSystem');
      const found = list(reply, 'Processes').map(({ Name, Express, Version }) => `${Name} ${Express} ${Version}`);
      assert.deepEqual(found.sort(), ['a 1 0.0.0', 'b 2 0.0.0']);
      assert.equal((reply['Running'] as JsonObject)['Express'], 3);
    }
    await Promise.all(running);
  });

  it('shows the main process and each worker, and workers answer alike about all executions', async (t) => {
    const server = await startWithWorkers(t);
    const callers = [...(await callerOfEach(t, server)).values()] as [Caller, Caller];
    await createFlow(callers[0], 'quick', definitionOf(PASS));
    await createFlow(callers[0], 'durable', definitionOf(PASS), 'Standard');
    for (const [i, caller] of [...callers, callers[0]].entries()) {
      await caller.call('StartSyncExecution', { FlowName: 'quick', ExecutionName: `e${i}` });
      await caller.call('StartExecution', { FlowName: 'durable', ExecutionName: `s${i}` });
      await caller.call('DescribeExecution', { FlowName: 'durable', ExecutionName: `s${i}`, WaitTimeSeconds: '30' });
    }
    for (const caller of callers) {
      const system = (await caller.call('DescribeSystem')).body as JsonObject;
      assert.deepEqual([system['Workers'], list(system, 'Processes').length], [2, 3]);
      const connections = list(system, 'Processes').map(({ Connections }) => Number(Connections));
      assert.ok(connections.filter((count) => count > 0).length === 2, connections.join());
      const found = list((await caller.call('SearchExecutions')).body as JsonObject, 'Executions');
      const names = found.map(({ Name }) => String(Name).replace(/:.*/, ''));
      assert.deepEqual(names.sort(), ['e0', 'e1', 'e2', 's0', 's1', 's2']);
      const flows = list((await caller.call('SummarizeFlows')).body as JsonObject, 'Flows');
      assert.deepEqual(
        flows.map(({ Name, Running, Ended, Succeeded, Last }) => [
          Name,
          Running,
          Ended,
          Succeeded,
          (Last as unknown as unknown[]).length,
        ]),
        [
          ['durable', 0, 3, 3, 3],
          ['quick', 0, 3, 3, 3],
        ],
      );
      const wrong = await caller.call('SearchExecutions', { FlowName: 'none' });
      assert.equal(wrong.body['Code'], 'FlowNotExists');
    }
  });

  it('says that the store cannot be read', async (t) => {
    const server = await startServer(t);
    const caller = openCaller(t, server);
    const well = (await caller.call('DescribeSystem')).body;
    assert.deepEqual([well['IsHealthy'], well['HealthReason'], well['Store']], [true, '', 'sqlite']);
    rmSync(join(server.folder, 'millrace.db'));
    // A check is good for a second, so the first reply may still be the result of the one before.
    let reply = well;
    while (reply['IsHealthy'] === true) reply = (await caller.call('DescribeSystem')).body;
    assert.match(String(reply['HealthReason']), /The store cannot be read/);
    assert.deepEqual(reply['Running'], { Standard: 0, MapItems: 0, Asleep: 0, Express: 0 });
  });

  it('has no secret, key, path or address of a service in its reply', async (t) => {
    const settings = `
keys: [{accessKeyId: PLANTEDKEY, accessKeySecret: PLANTEDSECRET}]
cloud: {accessKeyId: PLANTEDCLOUD, accessKeySecret: PLANTEDCLOUDSECRET, securityToken: PLANTEDTOKEN, actions: ["PLANTED:*"]}
functions: {PLANTED: {url: "http://PLANTED:PLANTED@127.0.0.1:9/PLANTED"}}
products: {planted: {endpoint: "https://planted.example", version: 2014-05-26}}
mns: {local: on, subscriptions: {PLANTED: "http://PLANTED:PLANTED@127.0.0.1:9/"}}
oss: {endpoint: "http://planted.example"}
objects: {buckets: {PLANTED: {type: folder, path: /PLANTED}}}
postgres: {password: PLANTED, ca: /PLANTED.pem}
`;
    const folder = join(temporaryFolder(t), 'PLANTED-data');
    mkdirSync(folder);
    const env = { MILLRACE_ACCESS_KEY_SECRET: 'PLANTEDROOT-secret-0001', MILLRACE_AUTH: 'off' };
    const server = await startServer(t, { settings, folder, env });
    const response = await fetch(`${server.url}/?Action=DescribeSystem&Version=2019-03-15`);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.match(text, /"Name":"limits.input","Value":"64KiB","IsDefault":true/);
    assert.match(text, /"Name":"mns.local","Value":"on","IsDefault":false/);
    assert.doesNotMatch(text, /planted|MILLRACETESTKEY|\.pem|millrace\.db/i);
    assert.ok(!text.includes(folder) && !text.includes(process.cwd()));
  });
});
