/** A server with two workers on PostgreSQL: each worker is a node of the store, and the main process only supervises them. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { connect as connectTo } from 'node:net';
import { describe, it } from 'node:test';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { answerJson, startService } from '../../src/testing/http-service.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { connect, freshOptions, WHERE_IT_RUNS } from '../store/postgres-stores.ts';
import { callerOfEach, createFlow, logLine, machine, pidOf, startWithWorkers } from './support.ts';
import type { Caller } from './support.ts';

const PASS = machine({ Type: 'Pass', Name: 'A' });

/** With the numbers of the nodes that the store has. */
async function startNodes(
  t: CleanUp,
  { lease = '2s', settings = '' } = {},
): Promise<{ server: ServerProcess; nodes: () => Promise<number[]> }> {
  const options = await freshOptions(t);
  const { host, port, user, database, schema } = options;
  const server = await startWithWorkers(t, {
    env: {
      MILLRACE_STORE: `postgres://${user}@localhost:${port}/${database}?sslmode=disable&host=${host}`,
      MILLRACE_CLUSTER_NAME: 'here',
    },
    settings: `postgres: {schema: ${schema}}\ncluster: {lease: ${lease}}\n${settings}`,
  });
  const client = await connect(t, options);
  const nodes = async (): Promise<number[]> => {
    const { rows } = await client.query<{ number: string }>('SELECT number FROM nodes');
    return rows.map(({ number }) => Number(number));
  };
  return { server, nodes };
}

/** A connection that says nothing. */
function openSilently(t: CleanUp, { url }: ServerProcess): void {
  const { hostname, port } = new URL(url);
  const socket = connectTo(Number(port), hostname);
  socket.on('error', () => undefined);
  atEnd(t, () => socket.destroy());
}

async function twoNodes(t: CleanUp): Promise<{ server: ServerProcess; one: Caller; other: Caller }> {
  const { server } = await startNodes(t);
  const callers = await callerOfEach(t, server);
  return { server, one: callers.get(1) as Caller, other: callers.get(2) as Caller };
}

describe('workers on PostgreSQL', WHERE_IT_RUNS, () => {
  it('are nodes of one store, with one set of flows and executions', async (t) => {
    const { server, one, other } = await twoNodes(t);
    const { body } = await one.call('ListNodes');
    const names = (body['Nodes'] as { Name: string }[]).map(({ Name }) => Name);
    assert.deepEqual(names.sort(), ['here/1', 'here/2']);
    await createFlow(one, 'standard', PASS, 'Standard');
    const first = { FlowName: 'standard', ExecutionName: 'first', Input: '{"long":12345678901234567890}' };
    assert.equal((await other.call('StartExecution', first)).status, 200);
    const ended = await one.call('DescribeExecution', { ...first, WaitTimeSeconds: '30' });
    assert.deepEqual([ended.body['Status'], ended.body['Output']], ['Succeeded', first.Input]);
    await createFlow(one, 'express', PASS);
    for (const caller of [one, other]) {
      assert.equal((await caller.call('StartSyncExecution', { FlowName: 'express' })).body['Status'], 'Succeeded');
    }
    for (const caller of [one, other]) {
      const list = await caller.call('ListExecutions', { FlowName: 'express' });
      assert.equal((list.body['Executions'] as unknown[]).length, 2);
    }
    for (const caller of [one, other]) {
      const { body: system } = await caller.call('DescribeSystem');
      const processes = (system['Processes'] as { Name: string }[]).map(({ Name }) => Name);
      assert.deepEqual([system['Store'], system['Workers'], processes.sort()], ['postgres', 2, ['here/1', 'here/2']]);
      const found = await caller.call('SearchExecutions');
      const flows = (found.body['Executions'] as { FlowName: string }[]).map(({ FlowName }) => FlowName);
      assert.deepEqual(flows.sort(), ['express', 'express', 'standard']);
      const { body: summaries } = await caller.call('SummarizeFlows');
      const figures = (summaries['Flows'] as Record<string, unknown>[]).map(({ Name, Running, Succeeded, Last }) => [
        ...[Name, Running, Succeeded, (Last as unknown[]).length],
      ]);
      assert.deepEqual(figures, [
        ['express', 0, 2, 2],
        ['standard', 0, 1, 1],
      ]);
    }
    const { code, stdout } = await server.stop();
    assert.deepEqual([code, stdout], [0, `millrace ready ${server.url}\n`]);
  });

  it('start no old text after UpdateFlow was answered', async (t) => {
    const { one, other } = await twoNodes(t);
    const versionOf = (version: number): string => machine({ Type: 'Pass', Name: 'A', OutputConstructor: { version } });
    await createFlow(one, 'flow', versionOf(0));
    for (let version = 1; version <= 20; version++) {
      const [updater, starter] = version % 2 === 0 ? [one, other] : [other, one];
      const updated = await updater.call('UpdateFlow', { Name: 'flow', Definition: versionOf(version) });
      assert.equal(updated.status, 200);
      for (const caller of [starter, updater]) {
        const { body } = await caller.call('StartSyncExecution', { FlowName: 'flow' });
        assert.equal(body['Output'], `{"version":${version}}`);
      }
    }
  });

  it('are replaced when they die, and the others continue their Standard executions', async (t) => {
    const { server, one, other } = await twoNodes(t);
    const first = Promise.withResolvers<ServerResponse>();
    let calls = 0;
    const service = await startService(t, (_, __, response) => {
      calls++;
      if (calls === 1) first.resolve(response);
      else answerJson(response, {});
    });
    const task = { Type: 'Task', Name: 'Call', Action: 'HTTP:Request', Parameters: { url: service.url } };
    await createFlow(one, 'calls', machine(task), 'Standard');
    const names = { FlowName: 'calls', ExecutionName: 'first' };
    await one.call('StartExecution', names);
    await first.promise;
    process.kill(pidOf(server, 1), 'SIGKILL');
    const { body } = await other.call('DescribeExecution', { ...names, WaitTimeSeconds: '60' });
    assert.deepEqual([body['Status'], calls], ['Succeeded', 2]);
    await logLine(server, ({ msg }) => String(msg).includes('serves in place of one'));
    const callers = await callerOfEach(t, server);
    assert.deepEqual([...callers.keys()].sort(), [2, 3]);
  });

  it('have equal parts of the connections and of the history of Express executions', async (t) => {
    const limits = 'http: {maxConnections: 6}\nhistory: {express: {executions: 4}}\n';
    const { server } = await startNodes(t, { settings: limits });
    const callers = await callerOfEach(t, server);
    const one = callers.get(1) as Caller;
    await createFlow(one, 'express', PASS);
    for (let n = 0; n < 5; n++) await one.call('StartSyncExecution', { FlowName: 'express' });
    const { body } = await one.call('ListExecutions', { FlowName: 'express' });
    assert.equal((body['Executions'] as unknown[]).length, 2);
    for (let n = 0; n < 6; n++) openSilently(t, server);
    const line = await logLine(server, ({ msg }) => String(msg).includes('http.maxConnections'));
    assert.equal(line['connections'], 3);
  });

  for (const [what, end] of [
    ['is stopped', 'stop'],
    ['is killed', 'kill'],
  ] as const) {
    it(`leave the store when the main process ${what}, long before their leases end`, async (t) => {
      const { server, nodes } = await startNodes(t, { lease: '60s' });
      assert.equal((await nodes()).length, 2);
      // The workers have the same standard error, so this waits for them too.
      await server[end]();
      assert.deepEqual(await nodes(), []);
    });
  }
});
