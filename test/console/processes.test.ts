/** The console of a server with workers, and of two servers with one PostgreSQL: lists, executions and sessions of all of them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startServer } from '../../src/testing/index.ts';
import type { ServerProcess } from '../../src/testing/index.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { startClusterServer } from '../cluster/servers.ts';
import { postgresFault, testPostgres } from '../support/postgres.ts';
import { Visitor, createFlow, faultsIn, machine, signedIn } from './support.ts';

const ASK = {
  ...{ Type: 'Task', Name: 'Ask', Action: 'MNS:SendMessage', TaskMode: 'WaitForCustomCallback', Timeout: 3600 },
  Parameters: { resourceArn: 'acs:mns:::/queues/questions/messages', message: {} },
};

const EACH = {
  ...{ Type: 'Map', Name: 'Each', ItemsPath: '$Input.items', ProcessorConfig: { ExecutionMode: 'Standard' } },
  Processor: { StartAt: 'Wait', States: [{ Type: 'Wait', Name: 'Wait', Seconds: 300, End: true }] },
};

/** Visitors with a connection each: of two workers, or of two servers. They have the session of the first one. */
async function visitorsOf(
  t: CleanUp,
  servers: readonly Pick<ServerProcess, 'url'>[],
  count: number,
): Promise<Visitor[]> {
  const [first] = servers;
  assert.ok(first !== undefined);
  const one = await signedIn(t, first);
  const facts = one.cookie.slice(one.cookie.indexOf('='));
  const others = Array.from({ length: count - 1 }, (_, i) => {
    const server = servers[(i + 1) % servers.length] ?? first;
    const visitor = new Visitor(t, server);
    visitor.cookie = `millrace-session-${new URL(server.url).port}${facts}`;
    return visitor;
  });
  return [one, ...others];
}

async function isSignedIn(visitor: Visitor): Promise<boolean> {
  return (await visitor.get('session')).json()['signedIn'] === true;
}

/** Asserts that each of several processes shows the work of the others. */
async function sharesAll(t: CleanUp, servers: readonly Pick<ServerProcess, 'url'>[]): Promise<void> {
  const visitors = await visitorsOf(t, servers, 4);
  const [one, ...others] = visitors as [Visitor, ...Visitor[]];
  for (const each of others) assert.ok(await isSignedIn(each));
  const lists = await Promise.all(visitors.map((visitor) => visitor.stream({ list: '1' })));
  await Promise.all(lists.map((list) => list.first('hello')));
  // A list has the changes of the others from their first answer on.
  const seen = (name: string, text: string): Promise<unknown> =>
    Promise.all(lists.map((list) => list.first(name, (data) => JSON.stringify(data).includes(text))));
  for (let i = 0; ; i++) {
    await createFlow(one, `probe-${i}`, machine({ Type: 'Pass', Name: 'A' }), 'Express');
    const probed = lists.every((list) => list.events.some(({ name }) => name === 'flows'));
    if (probed) break;
  }
  await createFlow(one, 'asks', machine(ASK));
  await seen('flows', 'asks');
  await createFlow(one, 'quick', machine({ Type: 'Pass', Name: 'A' }), 'Express');

  const names = { FlowName: 'asks', ExecutionName: 'one' };
  await others[0]?.ok('StartExecution', names);
  await seen('changes', '"one"');
  await seen('messages', '');
  const streams = await Promise.all(visitors.map((visitor) => visitor.follow('asks', 'one')));
  const waits = streams.map((stream) =>
    stream.until(() => stream.history.find(({ type }) => type === 'TaskSubmitted')),
  );
  await Promise.all(waits);
  const [scheduled] = streams[0]?.history.filter(({ type }) => type === 'TaskScheduled') ?? [];
  const report = { flow: 'asks', execution: 'one', eventId: scheduled?.id, kind: 'succeeded', output: '{"a":1}' };
  const reply = await others[1]?.post('report', report);
  assert.equal(reply?.status, 200, reply?.text);
  await Promise.all(streams.map((stream) => stream.first('execution', ({ status }) => status === 'Succeeded')));
  for (const stream of streams) assert.deepEqual(stream.history, streams[0]?.history);
  await seen('changes', 'Succeeded');

  await createFlow(one, 'each', machine(EACH));
  await others[0]?.ok('StartExecution', { FlowName: 'each', ExecutionName: 'one', Input: '{"items":[1,2]}' });
  const started = await visitors[0]?.follow('each', 'one');
  const { detail } = (await started?.until(() => started.history.find(({ type }) => type === 'MapRunStarted'))) ?? {};
  const { output } = JSON.parse(detail ?? '') as { output: { MapRunName: string } };
  const mapRun = { flow: 'each', execution: 'one', mapRun: output.MapRunName };
  const mapRuns = await Promise.all(visitors.map((visitor) => visitor.stream(mapRun)));
  await one.ok('StopExecution', { FlowName: 'each', ExecutionName: 'one' });
  await Promise.all(mapRuns.map((stream) => stream.first('mapRun', ({ Status }) => Status === 'Aborted')));

  const { Name } = await one.ok('StartSyncExecution', { FlowName: 'quick' });
  await seen('changes', String(Name));
  for (const visitor of visitors) {
    const stream = await visitor.follow('quick', String(Name));
    await stream.first('execution', ({ status }) => status === 'Succeeded');
  }

  await one.ok('DeleteFlow', { Name: 'asks' });
  await Promise.all(streams.map((stream) => stream.first('absent')));

  await others[2]?.ask({ method: 'DELETE', path: '/console/session' });
  await Promise.all(lists.map((list) => list.ended));
  for (const visitor of [one, ...others.slice(0, 2)]) assert.equal(await isSignedIn(visitor), false);
}

describe('the console of several processes', () => {
  it('is one console for all workers of a server', async (t) => {
    const server = await startServer(t, { env: { MILLRACE_WORKERS: '2' } });
    await sharesAll(t, [server]);
    const visitor = await signedIn(t, server);
    const open = await visitor.stream({ list: '1' });
    await open.first('hello');
    const end = await server.stop();
    assert.equal(end.code, 0);
    assert.deepEqual(faultsIn(server), []);
  });

  it('is one console for all nodes of a store', { skip: postgresFault() ?? false }, async (t) => {
    const database = await testPostgres();
    const store = database.options(`console ${process.pid}`);
    const servers = await Promise.all(
      ['a', 'b'].map((name) => startClusterServer(t, { name, store, leaseMs: 30_000, env: { MILLRACE_LOG: 'info' } })),
    );
    await sharesAll(t, servers);
    for (const server of servers) {
      const visitor = await signedIn(t, server);
      await (await visitor.stream({ list: '1' })).first('hello');
    }
    for (const server of servers) {
      const end = await server.stop();
      assert.equal(end.code, 0);
      assert.deepEqual(faultsIn(server), []);
    }
  });
});
