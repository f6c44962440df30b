/**
 * A callback flow through a topic of the server itself: the server stores the message and pushes it to a service, and the
 * service reports. `millrace messages` shows the messages.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { nodeClient } from '../support/clients.ts';
import type { Client } from '../support/clients.ts';
import { ROOT_KEY, runMillrace, startServer } from '../../src/testing/server-process.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { startService } from '../../src/testing/http-service.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';

const KEY = {
  MILLRACE_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
  MILLRACE_ACCESS_KEY_SECRET: ROOT_KEY.accessKeySecret,
};
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

const APPROVAL = `
Type: StateMachine
SpecVersion: v1
Name: approval
StartAt: Approve
States:
  - Type: Task
    Name: Approve
    Action: MNS:SendMessage
    TaskMode: WaitForCustomCallback
    Timeout: 600
    Parameters:
      resourceArn: acs:mns:::/topics/approvals/messages
      message:
        order.$: $Input.order
        token.$: $Context.Current.TaskToken
    OutputConstructor:
      approved.$: $Output.approved
    End: true
`;

async function approval(server: ServerProcess): Promise<Client> {
  const client = nodeClient({ url: server.url, key: ROOT_KEY });
  await client.call('CreateFlow', { Name: 'approval', Definition: APPROVAL, Type: 'FDL' });
  return client;
}

/** The execution after its end. */
async function ended(client: Client, name: string): Promise<Record<string, unknown>> {
  const parameters = { FlowName: 'approval', ExecutionName: name, WaitTimeSeconds: '30' };
  return client.call('DescribeExecution', parameters);
}

const subscription = (url: string): string => `mns: {subscriptions: {approvals: "${url}"}}`;

describe('a callback flow through a topic', () => {
  it('is pushed to a subscriber, whose report ends the task, and is shown', async (t) => {
    let client: Client | null = null;
    const service = await startService(t, (request, body, response) => {
      const { token, order } = JSON.parse(body) as { token: string; order: number };
      assert.equal(request.headers['x-mns-version'], '2015-06-06');
      const report = { TaskToken: token, Output: JSON.stringify({ approved: order < 100 }) };
      void client?.call('ReportTaskSucceeded', report).then(() => response.writeHead(204).end());
    });
    const server = await startServer(t, { settings: subscription(`${service.url}/approvals`) });
    client = await approval(server);
    const inputs = { small: { order: 7 }, large: { order: 700 } };
    for (const [name, input] of Object.entries(inputs)) {
      await client.call('StartExecution', { FlowName: 'approval', ExecutionName: name, Input: JSON.stringify(input) });
      const { Status, Output } = await ended(client, name);
      assert.deepEqual([Status, JSON.parse(String(Output))], ['Succeeded', { approved: input.order < 100 }]);
    }
    const run = (...argv: string[]) => runMillrace(['messages', ...argv, '--endpoint', server.url], { env: KEY });
    const shown = await run('approvals');
    assert.deepEqual([shown.code, shown.stderr], [0, '']);
    const line = String.raw`${TIME} topic approvals \((?:pushed|to be pushed)\): \{"order":\d+,"token":"[\w-]+"\}\n`;
    assert.match(shown.stdout, new RegExp(`^${line}${line}$`));
    assert.ok(shown.stdout.indexOf('"order":7,') < shown.stdout.indexOf('"order":700,'), 'the newest message is last');
    const json = JSON.parse((await run('--json', '--limit', '1')).stdout) as Record<string, unknown[]>;
    assert.equal(json['Messages']?.length, 1);
    assert.match((await run('unused')).stdout, /^There are no messages for a queue or topic named unused\.\n$/);
    assert.equal((await run('--limit', '0')).code, 2);
  });

  it('is pushed again after a restart, when the server died during the push', async (t) => {
    const folder = temporaryFolder(t);
    const waiting: { body: string; response: ServerResponse }[] = [];
    let arrived = (): void => undefined;
    const service = await startService(t, (_request, body, response) => {
      waiting.push({ body, response });
      arrived();
    });
    const settings = subscription(service.url);
    const first = await startServer(t, { folder, settings });
    const firstArrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await (await approval(first)).call('StartExecution', {
      FlowName: 'approval',
      ExecutionName: 'e',
      Input: '{"order":1}',
    });
    await firstArrival;
    // The server dies after the push has arrived and before the subscriber answers.
    await first.kill();
    const secondArrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const second = await startServer(t, { folder, settings });
    await secondArrival;
    const [before, after] = waiting;
    assert.equal(after?.body, before?.body);
    after?.response.writeHead(200).end();
    const client = nodeClient({ url: second.url, key: ROOT_KEY });
    const { token } = JSON.parse(after?.body ?? '') as { token: string };
    await client.call('ReportTaskSucceeded', { TaskToken: token, Output: '{"approved":true}' });
    assert.equal((await ended(client, 'e'))['Status'], 'Succeeded');
    const { Messages } = await client.call('ListMessages', { Kind: 'Topic', Name: 'approvals' });
    assert.equal((Messages as unknown[]).length, 1);
  });
});

describe('millrace run', () => {
  it('pushes the messages of the flow before it exits', async (t) => {
    const bodies: string[] = [];
    const service = await startService(t, (_request, body, response) => {
      bodies.push(body);
      response.writeHead(200).end();
    });
    const flow = `
Type: StateMachine
SpecVersion: v1
Name: notify
StartAt: Notify
States:
  - Type: Task
    Name: Notify
    Action: MNS:SendMessage
    Parameters: {resourceArn: "acs:mns:::/topics/approvals/messages", message: hello}
    End: true
`;
    const config = `${temporaryFolder(t)}/millrace.yaml`;
    writeFileSync(config, subscription(service.url));
    const { code, stderr } = await runMillrace(['run', '-'], { input: flow, env: { MILLRACE_CONFIG: config } });
    assert.deepEqual([code, stderr, bodies], [0, '', ['hello']]);
  });
});
