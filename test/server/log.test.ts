/** The lines of the log at each level: what an operator needs to know, and no payload and no secret. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import { nodeClient } from '../support/clients.ts';

const SECRETS = ['input-s3cret', 'header-s3cret', 'environment-s3cret', 'parameter-s3cret', 'cause-s3cret'];

const definition = (name: string, states: string): string =>
  `Type: StateMachine\nSpecVersion: v1\nName: ${name}\nStartAt: One\nStates:\n${states}`;

const CALLS = definition(
  'calls',
  `  - Type: Task
    Name: One
    Action: HTTP:Request
    Parameters: { url: "http://127.0.0.1:1/parameter-s3cret", method: POST, headers: { Authorization: header-s3cret }, body.$: $Input }
    End: true
`,
);
const PASSES = definition('passes', '  - { Type: Pass, Name: One, End: true }\n');
const FAILS = definition('fails', '  - { Type: Fail, Name: One, Code: Mine, Detail: cause-s3cret }\n');

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [member: string]: unknown;
}

/** The lines of a server on which everything has happened once. */
async function lines(t: TestContext, level: string): Promise<{ text: string; all: Line[] }> {
  const server = await startServer(t, { env: { MILLRACE_LOG: level } });
  const client = nodeClient({ url: server.url, key: ROOT_KEY });
  const Environment = { Variables: [{ Name: 'KEY', Value: 'environment-s3cret' }] };
  const Input = { card: 'input-s3cret' };
  const flow = { Type: 'FDL', Environment };
  await client.call('CreateFlow', { ...flow, Name: 'calls', Definition: CALLS, ExecutionMode: 'Express' });
  await client.call('CreateFlow', { ...flow, Name: 'passes', Definition: PASSES, ExecutionMode: 'Express' });
  await client.call('CreateFlow', { ...flow, Name: 'fails', Definition: FAILS, ExecutionMode: 'Standard' });
  await client.call('UpdateFlow', { Name: 'calls', Description: 'd' });
  await client.call('PublishFlowVersion', { FlowName: 'calls' });
  const RoutingConfigurations = [{ Version: '1', Weight: 100 }];
  await client.call('CreateFlowAlias', { FlowName: 'calls', Name: 'live', RoutingConfigurations });
  await client.call('StartSyncExecution', { FlowName: 'passes', Input });
  await client.call('StartSyncExecution', { FlowName: 'calls', Input });
  await client.call('StartExecution', { FlowName: 'fails', ExecutionName: 'one', Input });
  await client.call('DescribeExecution', { FlowName: 'fails', ExecutionName: 'one', WaitTimeSeconds: '5' });
  await client.call('DeleteFlow', { Name: 'passes' });
  await assert.rejects(client.call('DescribeFlow', { Name: 'passes' }), { code: 'FlowNotExists' });
  const { stderr } = await server.stop();
  const all = stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
  return { text: stderr, all };
}

const saying = (all: readonly Line[], msg: string): readonly Line[] => all.filter((line) => line.msg === msg);

test('at info: changes of flows and executions that did not succeed, and nothing about those that did', async (t) => {
  const { text, all } = await lines(t, 'info');
  const changes = saying(all, 'a flow was changed').map(({ action, flowName, version, alias }) =>
    [action, flowName, version, alias].filter((part) => part !== undefined).join(' '),
  );
  assert.deepEqual(changes, [
    'CreateFlow calls',
    'CreateFlow passes',
    'CreateFlow fails',
    'UpdateFlow calls',
    'PublishFlowVersion calls 1',
    'CreateFlowAlias calls live',
    'DeleteFlow passes',
  ]);
  for (const line of saying(all, 'a flow was changed')) assert.match(String(line['requestId']), /^[0-9A-F-]{36}$/);
  const failed = saying(all, 'an execution did not succeed').map(({ mode, flowName, status, state, error }) =>
    [mode, flowName, status, state, error].join(' '),
  );
  assert.deepEqual(failed, ['Express calls Failed One HTTP.ConnectionFailed', 'Standard fails Failed One Mine']);
  const others = all.filter(({ msg }) => msg !== 'a flow was changed' && msg !== 'an execution did not succeed');
  assert.deepEqual(
    others.map(({ msg }) => msg),
    ['the console is ready', 'stopping'],
  );
  noSecrets(text);
});

test('at debug: each request and each execution besides', async (t) => {
  const { text, all } = await lines(t, 'debug');
  const requests = saying(all, 'a request was answered');
  assert.equal(requests.length, 12);
  assert.deepEqual(
    requests
      .filter(({ status }) => status !== 200)
      .map(({ action, flowName, status, code }) => [action, flowName, status, code]),
    [['DescribeFlow', 'passes', 404, 'FlowNotExists']],
  );
  for (const { requestId, tookMs } of requests) assert.ok(requestId !== '' && typeof tookMs === 'number');
  assert.equal(saying(all, 'an execution started').length, 3);
  assert.equal(saying(all, 'an execution ended').length, 3);
  assert.equal(saying(all, 'a task is called').length, 1);
  noSecrets(text);
});

test('at error: nothing, when nothing is wrong with the server', async (t) => {
  assert.equal((await lines(t, 'error')).text, '');
});

function noSecrets(text: string): void {
  for (const secret of [...SECRETS, ROOT_KEY.accessKeySecret]) assert.ok(!text.includes(secret), secret);
}
