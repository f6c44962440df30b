/**
 * Three real servers on one real PostgreSQL: any of them serves any call, and what a server leaves behind ends at another. The tests run
 * in their order, because the last two end a server each.
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { systemScheduler } from '../../src/base/scheduler.ts';
import { openPostgresStores } from '../../src/store/postgres/stores.ts';
import type { PostgresOptions } from '../../src/store/postgres/options.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { ROOT_KEY, runMillrace } from '../../src/testing/server-process.ts';
import { fileEnd } from '../support/at-end.ts';
import type { Body } from '../support/clients.ts';
import { formOf, sendRaw, signRpc } from '../support/signed-request.ts';
import { freshOptions, WHERE_IT_RUNS } from '../store/postgres-stores.ts';
import { callback, constant, count, machine, wait } from './flows.ts';
import { ask, listed, startClusterServer, until } from './servers.ts';
import type { ClusterServer } from './servers.ts';
import { startTaskService } from './task-service.ts';
import type { TaskCall, TaskService } from './task-service.ts';

const LONG_LEASE_MS = 10_000;
const SHORT_LEASE_MS = 2_000;
const MINUTE_MS = 60_000;
/** Due times that no server has started before the test. */
const MISSED = 20;
const SCHEDULES = 5;

/** The first call of such an execution is never answered, so it is under way when its server ends. */
const HELD = /^held-/;

function hold(calls: () => readonly TaskCall[]): (call: TaskCall) => Promise<void> | void {
  return ({ execution }) => {
    const isFirst = calls().filter((call) => call.execution === execution).length === 1;
    return HELD.test(execution) && isFirst ? new Promise(() => undefined) : undefined;
  };
}

/** Flows with schedules that are due, as an administrator finds them after a downtime of all servers. */
async function fill(options: PostgresOptions, firstMs: number): Promise<void> {
  const { flows, schedules, close } = await openPostgresStores(options, systemScheduler);
  const definition = machine('report', [constant('P', 1)]);
  await flows.create(flowRecord('report', { definition, executionMode: 'Standard' }));
  for (let i = 0; i < SCHEDULES; i++) {
    await schedules.create({
      ...{ flowName: 'report', name: `s${i}`, id: `id-${i}`, description: '', payload: '', revision: 1 },
      ...{ cronExpression: '@every 1m', isEnabled: true, createdMs: firstMs, lastModifiedMs: firstMs },
      ...{ nextDueMs: firstMs, lastDueMs: null },
    });
  }
  await close();
}

describe('three servers on one PostgreSQL', WHERE_IT_RUNS, () => {
  let service: TaskService;
  let servers: readonly ClusterServer[];
  let [a, b, c] = [] as unknown as [ClusterServer, ClusterServer, ClusterServer];
  const nowMs = Math.floor(Date.now() / 1_000) * 1_000;
  const firstMs = nowMs - MISSED * MINUTE_MS;

  before(async () => {
    service = await startTaskService(
      fileEnd,
      hold(() => service.calls),
    );
    const store = await freshOptions(fileEnd);
    await fill(store, firstMs);
    const start = (name: string, leaseMs: number): Promise<ClusterServer> =>
      startClusterServer(fileEnd, { name, store, leaseMs, settings: 'schedules: { missed: all }\nshutdown: 100ms' });
    [a, b, c] = await Promise.all([start('a', LONG_LEASE_MS), start('b', LONG_LEASE_MS), start('c', SHORT_LEASE_MS)]);
    servers = [a, b, c];
    const standard = { Type: 'FDL', ExecutionMode: 'Standard' };
    const flows = {
      steps: [count('S1', service.url), wait('W', 1), callback('S2', service.url), count('S3', service.url)],
      picky: [{ ...constant('P', 1), OutputConstructor: { 'v.$': '$Input.absent' } }],
      work: [count('S1', service.url), count('S2', service.url)],
    };
    for (const [Name, states] of Object.entries(flows)) {
      await ask(a, 'CreateFlow', { Name, ...standard, Definition: machine(Name, states) });
    }
  });

  const at = (FlowName: string, ExecutionName: string): Body => ({ FlowName, ExecutionName });
  const nodesAt = async (server: ClusterServer): Promise<Body[]> => (await ask(server, 'ListNodes'))['Nodes'] as Body[];
  const endedAt = (server: ClusterServer, flow: string, name: string): Promise<Body> =>
    until(`the end of ${flow}/${name}`, async () => {
      const reply = await ask(server, 'DescribeExecution', { ...at(flow, name), WaitTimeSeconds: 10 });
      return reply['Status'] === 'Running' ? null : reply;
    });

  it('list each other', async () => {
    for (const server of servers) {
      const names = await until('three nodes', async () => {
        const nodes = await nodesAt(server);
        return nodes.length === 3 ? nodes.map(({ Name }) => String(Name)) : null;
      });
      assert.deepEqual(names.toSorted(), ['a', 'b', 'c']);
    }
    const { stdout } = await runMillrace(['nodes', '--endpoint', b.url], {
      env: { MILLRACE_ACCESS_KEY_ID: ROOT_KEY.accessKeyId, MILLRACE_ACCESS_KEY_SECRET: ROOT_KEY.accessKeySecret },
    });
    for (const { name } of servers) assert.match(stdout, new RegExp(`\\d+ +\\d+ +${name} `));
  });

  it('start each due time once', async () => {
    const names = await until('the starts of all due times', async () => {
      const found = await listed(servers, 'ListExecutions', 'Executions', { FlowName: 'report', MetadataOnly: 'true' });
      // Others become due while the test runs.
      const first = found.map(({ Name }) => String(Name)).filter((name) => dueOf(name) <= nowMs - MINUTE_MS);
      return first.length < SCHEDULES * MISSED ? null : first;
    });
    assert.equal(names.length, SCHEDULES * MISSED);
    assert.equal(new Set(names).size, names.length);
  });

  it('serve each call about an execution, wherever it runs', async () => {
    const underWay = Array.from({ length: 9 }, async (_, i) => {
      const [starter, reporter, reader] = [servers[i % 3], servers[(i + 1) % 3], servers[(i + 2) % 3]] as [
        ClusterServer,
        ClusterServer,
        ClusterServer,
      ];
      const name = `any-${i}`;
      await ask(starter, 'StartExecution', { ...at('steps', name), Input: '{"n":0}' });
      assert.equal((await ask(reader, 'StartExecution', { ...at('steps', name), Input: '{"n":0}' }))['Name'], name);
      const ended = endedAt(reader, 'steps', name);
      const { token } = await service.called((call) => call.execution === name && call.token !== null);
      const report = { TaskToken: token, Output: '{"n":7}' };
      await until('the report', async () => {
        const { code } = await reporter.call('ReportTaskSucceeded', report);
        if (code === 'TaskInvalidState') return null;
        assert.equal(code, null);
        return true;
      });
      for (const server of servers) {
        assert.equal((await server.call('ReportTaskSucceeded', report)).code, 'TaskAlreadyCompleted');
      }
      assert.deepEqual(
        [(await ended)['Status'], (await ended)['Output']],
        ['Succeeded', '{"n":8}'],
        JSON.stringify(await ended),
      );
    });
    await Promise.all(underWay);
    for (const server of servers) {
      const list = await listed([server], 'ListExecutions', 'Executions', { FlowName: 'steps' });
      assert.equal(list.filter(({ Status }) => Status === 'Succeeded').length, 9);
      for (const { Name } of list) {
        const about = at('steps', String(Name));
        assert.deepEqual(
          await listed([server], 'GetExecutionHistory', 'Events', about),
          await listed(servers, 'GetExecutionHistory', 'Events', about),
        );
      }
    }
  });

  it('stop and redrive what another one runs', async () => {
    await Promise.all(
      servers.map(async (starter, i) => {
        const stopper = servers[(i + 1) % 3] as ClusterServer;
        const name = `stopped-${i}`;
        await ask(starter, 'StartExecution', { ...at('steps', name), Input: '{"n":0}' });
        const { token } = await service.called((call) => call.execution === name && call.token !== null);
        const { Status } = await ask(stopper, 'StopExecution', { ...at('steps', name), Error: 'Enough' });
        assert.equal(Status, 'Stopped');
        await ask(starter, 'RedriveExecution', at('steps', name));
        // The redriven execution waits for the report that it waited for before.
        const report = { TaskToken: token, Output: '{"n":1}' };
        await until('the report', async () => {
          const { code } = await stopper.call('ReportTaskSucceeded', report);
          return code === null ? true : null;
        });
        assert.equal((await endedAt(stopper, 'steps', name))['Output'], '{"n":2}');
      }),
    );
  });

  it('run the new text of a flow as soon as UpdateFlow has answered', async () => {
    for (const [Name, ExecutionMode] of [
      ['now', 'Express'],
      ['later', 'Standard'],
    ] as const) {
      const definition = (v: number): string => machine(Name, [constant('P', v)]);
      await ask(a, 'CreateFlow', { Name, Type: 'FDL', ExecutionMode, Definition: definition(0) });
      let tries = 0;
      for (let v = 1; tries < 90; v++) {
        await ask(servers[v % 3] as ClusterServer, 'UpdateFlow', { Name, Definition: definition(v) });
        await Promise.all(
          servers.flatMap((server) =>
            [1, 2].map(async (i) => {
              const ExecutionName = `v${v}-${server.name}-${i}`;
              const parameters = { FlowName: Name, ExecutionName, Input: '{}' };
              const output =
                ExecutionMode === 'Express'
                  ? (await ask(server, 'StartSyncExecution', parameters))['Output']
                  : (await ask(server, 'StartExecution', parameters), await endedAt(server, Name, ExecutionName))[
                      'Output'
                    ];
              assert.equal(output, JSON.stringify({ v }), `${ExecutionMode} at ${server.name}`);
            }),
          ),
        );
        tries += 6;
      }
    }
  });

  it('refuse a request that another one has accepted, about a second later', async () => {
    const body = formOf(signRpc(ROOT_KEY, { Action: 'ListFlows' }));
    const send = async (server: ClusterServer): Promise<string> => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return String((await sendRaw(server.url, { headers, body })).json()['Code'] ?? '');
    };
    assert.equal(await send(a), '');
    // A server that accepts it before it knows of the first time accepts it once.
    await until('the nonces', async () => ((await send(c)) === 'SignatureNonceUsed' ? true : null));
    await until('the nonces', async () => ((await send(b)) === 'SignatureNonceUsed' ? true : null));
    assert.equal(await send(a), 'SignatureNonceUsed');
  });

  it('continue what a killed one was doing, with the same keys', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `held-kill-${i}`);
    await Promise.all(names.map((name) => ask(c, 'StartExecution', { ...at('work', name), Input: '{"n":0}' })));
    await Promise.all(names.map((name) => service.called((call) => call.execution === name)));
    await c.kill();
    await checkHeld(names, [a, b]);
    const left = await until('the removal of the node', async () => {
      const nodes = await nodesAt(a);
      return nodes.length === 2 ? nodes.map(({ Name }) => Name) : null;
    });
    assert.deepEqual(left.toSorted(), ['a', 'b']);
  });

  it('continue what one gives up when it stops', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `held-stop-${i}`);
    await Promise.all(names.map((name) => ask(b, 'StartExecution', { ...at('work', name), Input: '{"n":0}' })));
    await Promise.all(names.map((name) => service.called((call) => call.execution === name)));
    assert.equal((await b.stop()).code, 0);
    assert.deepEqual(
      (await nodesAt(a)).map(({ Name }) => Name),
      ['a'],
    );
    await checkHeld(names, [a]);
  });

  async function checkHeld(names: readonly string[], left: readonly ClusterServer[]): Promise<void> {
    for (const [i, name] of names.entries()) {
      const server = left[i % left.length] as ClusterServer;
      const { Status, Output } = await endedAt(server, 'work', name);
      assert.deepEqual([Status, Output], ['Succeeded', '{"n":2}']);
      const calls = service.calls.filter(({ execution }) => execution === name);
      const [first, again, second] = calls.map(({ key }) => key);
      assert.equal(again, first, 'the call under way came again');
      assert.notEqual(second, first);
      assert.equal(calls.length, 3);
    }
  }
});

/** The due time in the name of an execution that a schedule has started: `s1-20260101T000500Z`. */
function dueOf(name: string): number {
  const [, y, mo, d, h, mi, s] = /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(name) ?? [];
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
}
