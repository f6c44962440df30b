/**
 * The error codes of the operations on Standard flows, each provoked by a request to a real server: status, code and message.
 * error-codes.test.ts has the errors that every operation can give.
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { allClients, nodeClient } from '../support/clients.ts';
import type { Client } from '../support/clients.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import { answerJson, startService } from '../../src/testing/http-service.ts';
import { callRpc } from '../support/signed-request.ts';
import { fileEnd } from '../support/at-end.ts';

const READER = { accessKeyId: 'MILLRACETESTREADER2', accessKeySecret: 'reader-secret-0002' };
const SETTINGS = `
keys:
  - accessKeyId: ${READER.accessKeyId}
    accessKeySecret: ${READER.accessKeySecret}
    policies:
      - Version: "1"
        Statement:
          - {Effect: Allow, Action: ["fnf:Describe*", "fnf:List*", "fnf:Get*"], Resource: "acs:fnf:*:*:flow/f"}
`;
const ONE = '[{"Version":"1","Weight":1}]';

let server: ServerProcess;
let client: Client;
/** The token of the running execution. */
const token = Promise.withResolvers<string>();
before(async () => {
  server = await startServer(fileEnd, { settings: SETTINGS });
  client = nodeClient({ url: server.url, key: ROOT_KEY });
  const service = await startService(fileEnd, (request, _body, response) => {
    if (request.url === '/runs') token.resolve(String(request.headers['x-fnf-http-callback-task-token']));
    answerJson(response, {});
  });
  const ask = `Type: StateMachine
SpecVersion: v1
Name: f
StartAt: Ask
States:
  - Name: Ask
    Type: Task
    Action: HTTP:Request
    TaskMode: WaitForCustomCallback
    Parameters:
      url.$: format("${service.url}/{}", $Context.Execution.Name)
      method: Get
    End: true
`;
  const pass = 'Type: StateMachine\nSpecVersion: v1\nName: p\nStartAt: P\nStates: [{Name: P, Type: Pass, End: true}]\n';
  await client.call('CreateFlow', { Name: 'f', Definition: ask, Type: 'FDL' });
  await client.call('CreateFlow', { Name: 'x', Definition: pass, Type: 'FDL', ExecutionMode: 'Express' });
  await client.call('StartExecution', { FlowName: 'f', ExecutionName: 'runs' });
  await client.call('StartExecution', { FlowName: 'f', ExecutionName: 'ended' });
  await client.call('StopExecution', { FlowName: 'f', ExecutionName: 'ended' });
  await client.call('PublishFlowVersion', { FlowName: 'f' });
  await client.call('CreateFlowAlias', { FlowName: 'f', Name: 'a', RoutingConfigurations: ONE });
});

type Given = Readonly<Record<string, string>>;
const NO_FLOW = /^Flow 'none' does not exist\.$/;
const NO_EXECUTION = /^Execution none for flow f does not exist\.$/;
const inNone = { FlowName: 'none', ExecutionName: 'runs' };
const none = { FlowName: 'f', ExecutionName: 'none' };
const ended = { FlowName: 'f', ExecutionName: 'ended' };

const ROWS: readonly (readonly [action: string, given: Given, status: number, code: string, message: RegExp])[] = [
  ['StartExecution', { FlowName: 'none' }, 404, 'FlowNotExists', NO_FLOW],
  ['StartExecution', { FlowName: 'x' }, 400, 'ActionNotSupported', /^Express execution is not supported$/],
  ['StartExecution', ended, 400, 'ExecutionAlreadyExists', /^Execution ended for flow f already exists\.$/],
  [
    'StartExecution',
    { FlowName: 'f', Qualifier: '2' },
    404,
    'FlowVersionNotExists',
    /^The version 2 for flow 'f' does/,
  ],
  ['StartExecution', { FlowName: 'f', Qualifier: 'b' }, 404, 'FlowAliasNotExists', /^The alias b for flow 'f' does/],
  ['StartExecution', { FlowName: 'f', CallbackFnFTaskToken: '12' }, 400, 'InvalidArgument', /task token/],
  ['StartSyncExecution', { FlowName: 'x', Qualifier: '1' }, 404, 'FlowVersionNotExists', /^The version 1 for flow 'x'/],
  ['StopExecution', inNone, 404, 'FlowNotExists', NO_FLOW],
  ['StopExecution', none, 404, 'ExecutionNotExists', NO_EXECUTION],
  [
    'StopExecution',
    ended,
    400,
    'ExecutionAlreadyCompleted',
    /^Execution 'ended' for flow 'f' has already completed\.$/,
  ],
  ['DescribeExecution', inNone, 404, 'FlowNotExists', NO_FLOW],
  ['DescribeExecution', none, 404, 'ExecutionNotExists', NO_EXECUTION],
  ['DescribeExecution', { ...none, WaitTimeSeconds: '60' }, 404, 'ExecutionNotExists', NO_EXECUTION],
  ['ListExecutions', { FlowName: 'none' }, 404, 'FlowNotExists', NO_FLOW],
  ['ListExecutions', { FlowName: 'none', MapRunName: 'm' }, 404, 'FlowNotExists', NO_FLOW],
  ['ListExecutions', { FlowName: 'f', NextToken: 'exec2' }, 400, 'InvalidArgument', /NextToken/],
  ['GetExecutionHistory', inNone, 404, 'FlowNotExists', NO_FLOW],
  ['GetExecutionHistory', none, 404, 'ExecutionNotExists', NO_EXECUTION],
  ['ReportTaskSucceeded', { TaskToken: 'forged', Output: '{}' }, 400, 'InvalidArgument', /task token/],
  ['ReportTaskFailed', { TaskToken: 'forged', Error: 'e' }, 400, 'InvalidArgument', /task token/],
  ['ReportTaskSucceeded', { TaskToken: 't', Output: `"${'x'.repeat(65_535)}"` }, 400, 'EntityTooLarge', /65536 bytes/],
  ['PublishFlowVersion', { FlowName: 'none' }, 404, 'FlowNotExists', NO_FLOW],
  ['ListFlowVersions', { FlowName: 'none' }, 404, 'FlowNotExists', NO_FLOW],
  ['DeleteFlowVersion', { FlowName: 'none', FlowVersion: '1' }, 404, 'FlowNotExists', NO_FLOW],
  [
    'DeleteFlowVersion',
    { FlowName: 'f', FlowVersion: '7' },
    404,
    'FlowVersionNotExists',
    /^The version 7 for flow 'f'/,
  ],
  ['DeleteFlowVersion', { FlowName: 'f', FlowVersion: '1' }, 409, 'FlowVersionInUse', /an alias routes to it/],
  ['DescribeFlow', { Name: 'f', FlowVersion: '7' }, 404, 'FlowVersionNotExists', /^The version 7 for flow 'f'/],
  [
    'CreateFlowAlias',
    { FlowName: 'f', Name: 'a', RoutingConfigurations: ONE },
    409,
    'FlowAliasAlreadyExists',
    /alias a/,
  ],
  [
    'CreateFlowAlias',
    { FlowName: 'x', Name: 'a', RoutingConfigurations: ONE },
    404,
    'FlowVersionNotExists',
    /version 1/,
  ],
  ['CreateFlowAlias', { FlowName: 'none', Name: 'a', RoutingConfigurations: ONE }, 404, 'FlowNotExists', NO_FLOW],
  ['DescribeFlowAlias', { FlowName: 'f', Name: 'b' }, 404, 'FlowAliasNotExists', /^The alias b for flow 'f'/],
  ['UpdateFlowAlias', { FlowName: 'f', Name: 'b' }, 404, 'FlowAliasNotExists', /^The alias b for flow 'f'/],
  ['DeleteFlowAlias', { FlowName: 'f', Name: 'b' }, 404, 'FlowAliasNotExists', /^The alias b for flow 'f'/],
  ['ListFlowAliases', { FlowName: 'none' }, 404, 'FlowNotExists', NO_FLOW],
  ['DescribeExecutionWaits', none, 404, 'ExecutionNotExists', NO_EXECUTION],
  ['RedriveExecution', none, 404, 'ExecutionNotExists', NO_EXECUTION],
  ['RedriveExecution', { FlowName: 'f', ExecutionName: 'runs' }, 400, 'InvalidArgument', /is running/],
  ['RedriveExecution', { FlowName: 'x', ExecutionName: 'e' }, 400, 'ActionNotSupported', /^Express execution is not/],
];

describe('an error of the operations on Standard flows', () => {
  for (const [action, given, status, code, message] of ROWS) {
    const shown = JSON.stringify(given);
    it(`is ${code} for ${action} ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}`, async () => {
      const reply = await callRpc(server.url, ROOT_KEY, { Action: action, ...given });
      const body = reply.json();
      assert.deepEqual([reply.status, body['Code']], [status, code], reply.text);
      assert.match(String(body['Message']), message);
      assert.equal(body['RequestId'], reply.headers['x-acs-request-id']);
    });
  }

  it('is TaskAlreadyCompleted for a second report', async () => {
    const TaskToken = await token.promise;
    await client.call('ReportTaskSucceeded', { TaskToken, Output: '{}' });
    for (const [action, given] of [
      ['ReportTaskSucceeded', { Output: '{}' }],
      ['ReportTaskFailed', { Error: 'e' }],
    ] as const) {
      const reply = await callRpc(server.url, ROOT_KEY, { Action: action, TaskToken, ...given });
      assert.deepEqual([reply.status, reply.json()['Code']], [400, 'TaskAlreadyCompleted']);
    }
  });

  it('has its code in every client', async () => {
    for (const each of allClients({ url: server.url, key: ROOT_KEY })) {
      await assert.rejects(each.call('StopExecution', ended), { code: 'ExecutionAlreadyCompleted' }, each.name);
      await assert.rejects(each.call('DescribeExecution', none), { code: 'ExecutionNotExists' }, each.name);
    }
  });

  it('is AccessDenied for a key whose policy does not allow it, also for extensions', async () => {
    const reader = nodeClient({ url: server.url, key: READER });
    await reader.call('DescribeExecution', ended);
    await reader.call('ListExecutions', { FlowName: 'f' });
    await reader.call('GetExecutionHistory', ended);
    await reader.call('DescribeExecutionWaits', ended);
    for (const [action, given] of [
      ['StartExecution', { FlowName: 'f' }],
      ['StopExecution', ended],
      ['RedriveExecution', ended],
      ['DescribeExecutionWaits', { FlowName: 'x', ExecutionName: 'e' }],
      ['ReportTaskSucceeded', { TaskToken: 't', Output: '{}' }],
      ['PublishFlowVersion', { FlowName: 'f' }],
    ] as const) {
      const reply = await callRpc(server.url, READER, { Action: action, ...given });
      assert.deepEqual([reply.status, reply.json()['Code']], [403, 'AccessDenied'], action);
      const resource = 'FlowName' in given ? `flow/${given.FlowName}` : 'flow/\\*';
      const message = `^the caller is not authorized to perform 'fnf:${action}' on resource 'acs:fnf:cn-hangzhou:\\d{16}:${resource}'$`;
      assert.match(String(reply.json()['Message']), new RegExp(message));
    }
  });
});
