/** Map runs through every official client, in every way in which it sends a call: DescribeMapRun, UpdateMapRun, ListExecutions by run. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import { fileEnd } from '../support/at-end.ts';
import type { Body, Client } from '../support/clients.ts';
import { allClients } from '../support/clients.ts';

const DEFINITION = `Type: StateMachine
SpecVersion: v1
Name: any
StartAt: Each
States:
  - Type: Map
    Name: Each
    ItemsPath: $Input.list
    MaxConcurrency: 1
    Processor:
      ProcessorConfig: {ExecutionMode: Standard}
      StartAt: Long
      States: [{Type: Wait, Name: Long, Seconds: 300, End: true}]
    End: true
`;

let server: ServerProcess;
before(async () => {
  server = await startServer(fileEnd);
});

const NAMES = allClients({ url: 'http://127.0.0.1:1', key: ROOT_KEY }).map((client) => client.name);

/** Reads until the reply is as wanted; the server is a process of its own. */
async function until(read: () => Promise<Body>, isWanted: (reply: Body) => boolean): Promise<Body> {
  for (;;) {
    const reply = await read();
    if (isWanted(reply)) return reply;
  }
}

for (const [index, name] of NAMES.entries()) {
  describe(name, () => {
    it('describes a run, changes its bounds and lists its executions', async () => {
      const client = allClients({ url: server.url, key: ROOT_KEY }).find((each) => each.name === name) as Client;
      const FlowName = `mapping_${index}`;
      const E = { FlowName, ExecutionName: 'e' };
      await client.call('CreateFlow', { Name: FlowName, Definition: DEFINITION, Type: 'FDL' });
      await client.call('StartExecution', { ...E, Input: '{"list": [1, 2, 3]}' });
      const history = await client.call('GetExecutionHistory', E);
      const started = (history['Events'] as Body[]).find(({ Type }) => Type === 'MapRunStarted');
      const { output } = JSON.parse(String(started?.['EventDetail'])) as { output: { MapRunName: string } };
      const run = { ...E, ...output };
      const counts = (reply: Body): Body => ({ ...(reply['ItemCounts'] as Body) });
      const first = await until(
        () => client.call('DescribeMapRun', run),
        (reply) => counts(reply)['Running'] === 1,
      );
      assert.equal(first['Status'], 'Running');
      assert.deepEqual(counts(first), { Pending: 2, Running: 1, Succeed: 0, Failed: 0, Aborted: 0, Total: 3 });
      const changes = { Concurrency: 2, ToleratedFailedCount: 1, ToleratedFailedPercentage: 12.5 };
      const { RequestId, ...updated } = await client.call('UpdateMapRun', { ...run, ...changes });
      assert.match(String(RequestId), /^[0-9A-F-]{36}$/i);
      assert.deepEqual({ ...updated }, { ...run, ...changes });
      const later = await until(
        () => client.call('DescribeMapRun', run),
        (reply) => counts(reply)['Running'] === 2,
      );
      assert.deepEqual([later['Concurrency'], later['ToleratedFailedPercentage']], [2, 12.5]);
      const list = await client.call('ListExecutions', { FlowName, ...output, Status: 'Running' });
      const names = (list['Executions'] as Body[]).map((execution) => String(execution['Name']));
      assert.deepEqual(
        names.sort(),
        [0, 1].map((item) => `e-${output.MapRunName.slice(0, 12)}-${item}`),
      );
      await client.call('StopExecution', E);
      assert.equal((await client.call('DescribeMapRun', run))['Status'], 'Aborted');
      await assert.rejects(client.call('UpdateMapRun', { ...run, Concurrency: 3 }), { code: 'MapRunAlreadyCompleted' });
      await assert.rejects(client.call('DescribeMapRun', { ...run, MapRunName: 'none' }), { code: 'MapRunNotExists' });
    });
  });
}
