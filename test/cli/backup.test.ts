/** `millrace backup` beside a server that commits, and a server that continues from the copy as docs/operations.md says. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { answerJson, startService } from '../../src/testing/http-service.ts';
import { ROOT_KEY, runMillrace, startServer } from '../../src/testing/server-process.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { nodeClient } from '../support/clients.ts';
import type { Client } from '../support/clients.ts';
import { nameOfMapRun } from '../support/map-run-name.ts';

/** The server has its key from the data folder, as after a first start. */
const OWN_KEY = { MILLRACE_ACCESS_KEY_ID: null, MILLRACE_ACCESS_KEY_SECRET: null };

function clientOf({ url }: ServerProcess, folder: string): Client {
  const key = JSON.parse(readFileSync(join(folder, 'root-key.json'), 'utf8')) as typeof ROOT_KEY;
  return nodeClient({ url, key });
}

function backup(folder: string, file: string) {
  return runMillrace(['backup', file], { env: { MILLRACE_DATA: folder } });
}

/** Puts a copy back as the page says: two files into an empty folder. */
function restored(t: CleanUp, copy: string): string {
  const folder = join(temporaryFolder(t), 'data');
  mkdirSync(folder, { mode: 0o700 });
  copyFileSync(copy, join(folder, 'millrace.db'));
  copyFileSync(`${copy}.root-key.json`, join(folder, 'root-key.json'));
  return folder;
}

function flowOf(name: string, state: object): string {
  const States = [{ Name: 'S', ...state, End: true }];
  return JSON.stringify({ Type: 'StateMachine', SpecVersion: 'v1', Name: name, StartAt: 'S', States });
}

async function createFlow(client: Client, Name: string, state: object): Promise<void> {
  await client.call('CreateFlow', { Name, Definition: flowOf(Name, state), Type: 'FDL', ExecutionMode: 'Standard' });
}

/** Starts a Map run of three items, of which one has ended and the others wait for a report. */
async function waitingMap(t: CleanUp, client: Client) {
  const tokens = new Map<number, string>();
  const service = await startService(t, (_request, body, response) => {
    const { token, n } = JSON.parse(body.toString()) as { token: string; n: number };
    tokens.set(n, token);
    answerJson(response, {});
  });
  const ask = {
    ...{ Name: 'Ask', Type: 'Task', Action: 'HTTP:Request', TaskMode: 'WaitForCustomCallback', End: true },
    Parameters: {
      url: service.url,
      method: 'Post',
      body: { 'token.$': '$Context.Current.TaskToken', 'n.$': '$Input.n' },
    },
  };
  const Processor = { ProcessorConfig: { ExecutionMode: 'Standard' }, StartAt: 'Ask', States: [ask] };
  await createFlow(client, 'map', { Type: 'Map', ItemsPath: '$Input.items', Processor });
  const at = { FlowName: 'map', ExecutionName: 'three' };
  const report = (by: Client, n: number) =>
    by.call('ReportTaskSucceeded', { TaskToken: tokens.get(n), Output: JSON.stringify({ n }) });
  await client.call('StartExecution', { ...at, Input: '{"items":[{"n":0},{"n":1},{"n":2}]}' });
  while (tokens.size < 3) await client.call('ListFlows');
  await report(client, 1);
  const MapRunName = await nameOfMapRun(client, at);
  const succeeded = async (by: Client) =>
    ((await by.call('DescribeMapRun', { ...at, MapRunName }))['ItemCounts'] as { readonly Succeed: number }).Succeed;
  while ((await succeeded(client)) === 0);
  return {
    /** Reports the others, and returns the output of the execution. */
    async finish(by: Client): Promise<unknown> {
      assert.equal(await succeeded(by), 1);
      await report(by, 0);
      await report(by, 2);
      const { Status, Output } = await by.call('DescribeExecution', { ...at, WaitTimeSeconds: '60' });
      assert.equal(Status, 'Succeeded');
      assert.equal(await succeeded(by), 3);
      return JSON.parse(String(Output));
    },
  };
}

describe('millrace backup', () => {
  it('copies a store that is written to, and a server continues from the copy: executions, Map runs, tokens, keys', async (t) => {
    const tokens: string[] = [];
    const service = await startService(t, (_request, body, response) => {
      tokens.push((JSON.parse(body.toString()) as { token: string }).token);
      answerJson(response, {});
    });
    const folder = temporaryFolder(t);
    const server = await startServer(t, { folder, env: OWN_KEY });
    const client = clientOf(server, folder);
    await createFlow(client, 'pass', { Type: 'Pass' });
    await createFlow(client, 'ask', {
      Type: 'Task',
      Action: 'HTTP:Request',
      TaskMode: 'WaitForCustomCallback',
      Parameters: { url: service.url, method: 'Post', body: { 'token.$': '$Context.Current.TaskToken' } },
    });
    await client.call('StartExecution', { FlowName: 'ask', ExecutionName: 'before' });
    while (tokens.length === 0) await client.call('ListFlows');
    const mapped = await waitingMap(t, client);

    // Eight callers start executions until the copy is complete.
    let isCopied = false;
    let started = 0;
    const callers = Array.from({ length: 8 }, async (_, caller) => {
      for (let n = 0; !isCopied; n++) {
        await client.call('StartExecution', { FlowName: 'pass', ExecutionName: `e${caller}-${n}`, Input: '{"a":1}' });
        started++;
      }
    });
    while (started < 20) await client.call('ListFlows');
    const copy = join(temporaryFolder(t), 'copy.db');
    const { code, stdout, stderr } = await backup(folder, copy);
    isCopied = true;
    await Promise.all(callers);
    assert.deepEqual([code, stderr], [0, '']);
    const said =
      /^\S+copy\.db: 3 flows, (\d+) Standard executions, (\d+) bytes\n\S+copy\.db\.root-key\.json: the root key\n$/;
    const [, executions, bytes] = said.exec(stdout) ?? [];
    assert.ok(Number(executions) > 20 && Number(executions) <= started + 5, stdout);
    assert.equal(Number(bytes), statSync(copy).size);
    for (const file of [copy, `${copy}.root-key.json`]) assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readdirSync(join(copy, '..')).length, 2, 'nothing else is left');
    await server.stop();

    const other = restored(t, copy);
    const examined = await runMillrace(['doctor'], { env: { MILLRACE_DATA: other } });
    assert.deepEqual([examined.code, examined.stdout], [0, `${join(other, 'millrace.db')}: healthy.\n`]);
    const again = await startServer(t, { folder: other, env: OWN_KEY });
    const second = clientOf(again, other);
    await second.call('ReportTaskSucceeded', { TaskToken: tokens[0], Output: '{"from":"the copy"}' });
    const { Status, Output } = await second.call('DescribeExecution', {
      FlowName: 'ask',
      ExecutionName: 'before',
      WaitTimeSeconds: '60',
    });
    assert.deepEqual([Status, JSON.parse(String(Output))], ['Succeeded', { from: 'the copy' }]);
    assert.deepEqual(await mapped.finish(second), { Items: [{ n: 0 }, { n: 1 }, { n: 2 }] });
    await second.call('StartExecution', { FlowName: 'pass', ExecutionName: 'after' });
    // Those that ran when the copy was taken have come to their end.
    for (let running = 1; running > 0; ) {
      const page = await second.call('ListExecutions', { FlowName: 'pass', Status: 'Running' });
      running = (page['Executions'] as readonly unknown[]).length;
    }
  });

  it('copies a store that no server uses, without the key if the settings have one', async (t) => {
    const server = await startServer(t);
    await server.stop();
    const copy = join(temporaryFolder(t), 'copy.db');
    const env = {
      MILLRACE_DATA: server.folder,
      MILLRACE_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
      MILLRACE_ACCESS_KEY_SECRET: ROOT_KEY.accessKeySecret,
    };
    const { code, stdout } = await runMillrace(['backup', copy], { env });
    assert.equal(code, 0);
    assert.match(stdout, /^\S+copy\.db: 0 flows, 0 Standard executions, \d+ bytes\n$/);
    const nowhere = await runMillrace(['backup', join(server.folder, 'none', 'copy.db')], { env });
    assert.deepEqual([nowhere.code, nowhere.stdout], [1, '']);
    assert.match(nowhere.stderr, /^millrace: There is no folder \S+none, so Millrace cannot write copy\.db into it\./);
  });

  it('says why it writes no copy, and leaves nothing behind', async (t) => {
    const folder = temporaryFolder(t);
    const server = await startServer(t, { folder, env: OWN_KEY });
    const target = temporaryFolder(t);
    const refused = async (file: string, from: string, reason: RegExp) => {
      const { code, stdout, stderr } = await backup(from, file);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, reason);
    };
    const taken = join(target, 'taken.db');
    writeFileSync(taken, 'an earlier copy');
    await refused(taken, folder, /^millrace: \S+taken\.db exists\. Name a new file/);
    assert.equal(readFileSync(taken, 'utf8'), 'an earlier copy');
    await refused(join(target, 'none', 'copy.db'), folder, /^millrace: cannot copy the root key to \S+: ENOENT/);
    await refused(join(target, 'copy.db'), temporaryFolder(t), /^millrace: There is no store \S+millrace\.db/);
    const other = temporaryFolder(t);
    writeFileSync(join(other, 'millrace.db'), '');
    await refused(join(target, 'copy.db'), other, /^millrace: \S+millrace\.db is not a store of Millrace/);
    const memory = await runMillrace(['backup', join(target, 'copy.db')], { env: { MILLRACE_STORE: 'memory' } });
    assert.match(memory.stderr, /^millrace: the setting store is "memory"/);
    assert.deepEqual(readdirSync(target), ['taken.db']);
    assert.ok(existsSync(join(folder, 'root-key.json')));
    await server.stop();
  });
});
