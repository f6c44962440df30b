/**
 * A store that disappears while the server runs: InternalServerError, which no content of a request provokes. Flows that are
 * compiled still run, and the server acknowledges nothing that is not stored.
 */
import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { allClients, nodeClient } from '../support/clients.ts';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';

const PASS = 'Type: StateMachine\nSpecVersion: v1\nName: p\nStartAt: P\nStates: [{Name: P, Type: Pass, End: true}]\n';
const CREATE = { Definition: PASS, Type: 'FDL', ExecutionMode: 'Express' };

function failuresLogged(server: ServerProcess): { action: string }[] {
  return server
    .stderr()
    .split('\n')
    .filter((line) => line.includes('"a call failed"'))
    .map((line) => JSON.parse(line) as { action: string });
}

describe('a store that disappears while the server runs', () => {
  it('is InternalServerError for every client and a line in the log, and the server does not end', async (t) => {
    const server = await startServer(t);
    const target = { url: server.url, key: ROOT_KEY };
    const client = nodeClient(target);
    await client.call('CreateFlow', { Name: 'warm', ...CREATE });
    await client.call('CreateFlow', { Name: 'cold', ...CREATE });
    await client.call('StartSyncExecution', { FlowName: 'warm' });

    const store = join(server.folder, 'millrace.db');
    renameSync(store, `${store}.away`);
    const clients = allClients(target);
    for (const each of clients) {
      await assert.rejects(each.call('StartSyncExecution', { FlowName: 'cold' }), { code: 'InternalServerError' });
    }
    await assert.rejects(client.call('CreateFlow', { Name: 'new', ...CREATE }), { code: 'InternalServerError' });
    await assert.rejects(client.call('DeleteFlow', { Name: 'cold' }), { code: 'InternalServerError' });
    assert.equal((await client.call('StartSyncExecution', { FlowName: 'warm' }))['Status'], 'Succeeded');
    for (const probe of ['healthz', 'readyz']) {
      const answer = await fetch(`${server.url}/${probe}`);
      assert.equal(answer.status, 503);
      assert.deepEqual(await answer.json(), {
        status: 'failing',
        reason: 'The store cannot be read; the log of the server says why.',
      });
    }

    renameSync(`${store}.away`, store);
    assert.equal((await client.call('StartSyncExecution', { FlowName: 'cold' }))['Status'], 'Succeeded');
    await assert.rejects(client.call('DescribeFlow', { Name: 'new' }), { code: 'FlowNotExists' });

    // The result of a check holds for a second.
    while ((await fetch(`${server.url}/readyz`)).status !== 200) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await (await fetch(`${server.url}/healthz`)).text(), '{"status":"ok"}');
    assert.equal(await (await fetch(`${server.url}/readyz`)).text(), '{"status":"ready"}');

    const { code } = await server.stop();
    assert.equal(code, 0);
    const logged = failuresLogged(server).map(({ action }) => action);
    const starts = Array.from(clients, () => 'StartSyncExecution');
    assert.deepEqual(logged, [...starts, 'CreateFlow', 'DeleteFlow']);
  });
});
