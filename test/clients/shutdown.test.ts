/**
 * The end of a server. After SIGTERM it lets executions finish. After SIGKILL everything that it had acknowledged is stored, and
 * each flow is in its old or its new version.
 */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { nodeClient } from '../support/clients.ts';
import type { Client } from '../support/clients.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import { answerJson, startService } from '../../src/testing/http-service.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';

const clientOf = (server: ServerProcess): Client => nodeClient({ url: server.url, key: ROOT_KEY });

/** Starts a server with an execution that waits for the answer to the call `held`. */
async function startHeldExecution(
  t: CleanUp,
  settings = '',
): Promise<{
  server: ServerProcess;
  held: ServerResponse;
  reply: Promise<Record<string, unknown>>;
}> {
  let came: (response: ServerResponse) => void = () => undefined;
  const call = new Promise<ServerResponse>((resolve) => {
    came = resolve;
  });
  const service = await startService(t, (_request, _body, response) => came(response));
  const server = await startServer(t, { settings });
  const client = clientOf(server);
  await client.call('CreateFlow', {
    Name: 'held',
    Definition: `{"Type":"StateMachine","SpecVersion":"v1","Name":"held","StartAt":"T","States":[
      {"Name":"T","Type":"Task","Action":"HTTP:Request","Parameters":{"url":"${service.url}","method":"GET"},"End":true}]}`,
    Type: 'FDL',
    ExecutionMode: 'Express',
  });
  const reply = client.call('StartSyncExecution', { FlowName: 'held' });
  reply.catch(() => undefined);
  return { server, held: await call, reply };
}

describe('SIGTERM', () => {
  it('refuses new calls, lets an execution finish and answers it, and exits with 0', async (t) => {
    const { server, held, reply } = await startHeldExecution(t);
    server.process.kill('SIGTERM');
    await refused(server);
    answerJson(held, { done: true });
    assert.equal((await reply)['Status'], 'Succeeded');
    const ended = await server.ended;
    assert.deepEqual([ended.code, ended.signal], [0, null], ended.stderr);
    assert.equal(ended.stdout, `millrace ready ${server.url}\n`);
  });

  it('does not wait longer than the limit', async (t) => {
    const { server } = await startHeldExecution(t, 'shutdown: 100ms\n');
    const ended = await server.stop();
    assert.equal(ended.code, 0, ended.stderr);
  });

  it('sent twice ends the server at once', async (t) => {
    const { server } = await startHeldExecution(t);
    server.process.kill('SIGTERM');
    await refused(server);
    server.process.kill('SIGINT');
    assert.notEqual((await server.ended).code, 0);
  });

  /** Resolves when new connections are refused. */
  async function refused(server: ServerProcess): Promise<void> {
    for (;;) {
      try {
        await fetch(`${server.url}/healthz`, { headers: { connection: 'close' } });
      } catch {
        return;
      }
    }
  }
});

describe('kill -9', () => {
  const definition = (version: string): string =>
    `{"Type":"StateMachine","SpecVersion":"v1","Name":"f","StartAt":"P","States":[
      {"Name":"P","Type":"Pass","OutputConstructor":{"v":"${version}"},"End":true}],"Description":"${'x'.repeat(20_000)}${version}"}`;

  it('during CreateFlow and UpdateFlow leaves each flow in its old or its new version, with every acknowledged change', async (t) => {
    const folder = temporaryFolder(t);
    /** The last acknowledged version of each flow, and the one under way. */
    const answered = new Map<string, number>();
    const underWay = new Map<string, number>();
    for (let round = 0; round < 4; round++) {
      const server = await startServer(t, { folder });
      const client = clientOf(server);
      const writers = Array.from({ length: 4 }, (_, i) => write(client, `f_${round}_${i}`));
      await Promise.race(writers.map((writer) => writer.some));
      await server.kill();
      await Promise.all(writers.map((writer) => writer.over));
      await check(folder);
    }

    /** Creates a flow and updates it until the server has ended. */
    function write(writer: Client, name: string): { some: Promise<void>; over: Promise<void> } {
      let resolveSome: () => void = () => undefined;
      const some = new Promise<void>((resolve) => {
        resolveSome = resolve;
      });
      const loop = async (): Promise<void> => {
        for (let version = 1; ; version++) {
          underWay.set(name, version);
          await writer.call(version === 1 ? 'CreateFlow' : 'UpdateFlow', {
            Name: name,
            Definition: definition(`v${version}`),
            Description: `v${version}`,
            ...(version === 1 ? { Type: 'FDL', ExecutionMode: 'Express' } : {}),
          });
          answered.set(name, version);
          if (version === 5) resolveSome();
        }
      };
      return { some, over: loop().catch(() => undefined) };
    }

    async function check(data: string): Promise<void> {
      const server = await startServer(t, { folder: data });
      const client = clientOf(server);
      for (const [name, attempted] of underWay) {
        const least = answered.get(name) ?? 0;
        const flow = await client.call('DescribeFlow', { Name: name }).catch((error: { code: string }) => {
          assert.equal(error.code, 'FlowNotExists');
          return null;
        });
        if (flow === null) {
          assert.equal(least, 0, `${name} was acknowledged and does not exist`);
          continue;
        }
        const version = Number(String(flow['Description']).slice(1));
        assert.ok(version >= least && version <= attempted, `${name} is v${version}, not v${least} to v${attempted}`);
        assert.equal(flow['Definition'], definition(`v${version}`));
        const reply = await client.call('StartSyncExecution', { FlowName: name });
        assert.equal(reply['Output'], `{"v":"v${version}"}`);
      }
      assert.equal((await server.stop()).code, 0);
    }
  });
});

describe('a data folder', () => {
  it('serves one server at a time', async (t) => {
    const first = await startServer(t);
    await assert.rejects(startServer(t, { folder: first.folder }), /another|in use|locked/i);
    assert.equal((await clientOf(first).call('DescribeRegions'))['RequestId'] === undefined, false);
  });
});
