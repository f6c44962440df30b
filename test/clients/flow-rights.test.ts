/** A flow starts what the key may start that last wrote it: through a real server with keys, in both modes, and after a restart. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { fileEnd } from '../support/at-end.ts';
import { nodeClient } from '../support/clients.ts';
import type { Body, Client } from '../support/clients.ts';
import type { Key } from '../support/signed-request.ts';

/** May do everything except with the flows `prod_…`. */
const AUTHOR: Key = { accessKeyId: 'MILLRACETESTAUTHOR1', accessKeySecret: 'author-secret-0001' };
const SETTINGS = `
keys:
  - accessKeyId: ${AUTHOR.accessKeyId}
    accessKeySecret: ${AUTHOR.accessKeySecret}
    policies:
      - Version: "1"
        Statement:
          - {Effect: Allow, Action: "fnf:*", Resource: "*"}
          - {Effect: Deny, Action: "*", Resource: "acs:fnf:*:*:flow/prod_*"}
`;

const definition = (states: readonly object[]): string =>
  JSON.stringify({ Type: 'StateMachine', SpecVersion: 'v1', Name: 'f', StartAt: 'A', States: states });
const PASS = definition([{ Name: 'A', Type: 'Pass', End: true }]);
/** A flow whose task starts the flow that the input names. */
const CALLER = {
  Express: definition([
    {
      Name: 'A',
      Type: 'Task',
      Action: 'FNF:StartSyncExecution',
      Parameters: { 'flowName.$': '$Input.flow' },
      End: true,
    },
  ]),
  Standard: definition([
    {
      Name: 'A',
      Type: 'Task',
      Action: 'FNF:StartExecution',
      TaskMode: 'WaitForSystemCallback',
      Parameters: { 'resourceArn.$': 'format("acs:fnf:::flow/{}", $Input.flow)' },
      End: true,
    },
  ]),
};
type Mode = keyof typeof CALLER;

describe('a flow whose writer may not start every flow', () => {
  const folder = temporaryFolder(fileEnd);
  let root: Client;
  let author: Client;
  let stop: () => Promise<unknown>;

  async function serve(settings: string): Promise<void> {
    const server = await startServer(fileEnd, { folder, settings });
    root = nodeClient({ url: server.url, key: ROOT_KEY });
    author = nodeClient({ url: server.url, key: AUTHOR });
    stop = server.stop;
  }

  async function write(client: Client, name: string, mode: Mode, text: string): Promise<void> {
    await client.call('CreateFlow', { Name: name, Type: 'FDL', ExecutionMode: mode, Definition: text });
  }

  let executions = 0;
  /** The error of an execution that calls `flow`, with its cause; empty when it succeeds. */
  async function errorOf(mode: Mode, caller: string, flow: string, qualifier = ''): Promise<string> {
    const Input = JSON.stringify({ flow });
    const at = { FlowName: caller, ...(qualifier !== '' && { Qualifier: qualifier }) };
    if (mode === 'Express') {
      const { ErrorCode, ErrorMessage } = await author.call('StartSyncExecution', { ...at, Input });
      return `${String(ErrorCode)} ${String(ErrorMessage)}`.trim();
    }
    const ExecutionName = `e${++executions}`;
    await author.call('StartExecution', { ...at, ExecutionName, Input });
    const named = { FlowName: caller, ExecutionName };
    await author.call('DescribeExecution', { ...named, WaitTimeSeconds: 60 });
    const { Events } = await author.call('GetExecutionHistory', { ...named, Limit: 100 });
    const last = (Events as Body[]).at(-1);
    const { error = '', cause = '' } = JSON.parse(String(last?.['EventDetail'])) as Record<string, string>;
    return `${error} ${cause}`.trim();
  }

  const DENIED =
    /^FNF\.AccessDenied .*MILLRACETESTAUTHOR1.* is not authorized to perform 'fnf:Start(Sync)?Execution' on resource 'acs:fnf:.*:flow\/prod_/;

  before(async () => {
    await serve(SETTINGS);
    for (const mode of ['Express', 'Standard'] as const) {
      await write(root, `prod_${mode}`, mode, PASS);
      await write(author, `test_${mode}`, mode, PASS);
      await write(author, `caller_${mode}`, mode, CALLER[mode]);
    }
  });

  for (const mode of ['Express', 'Standard'] as const) {
    it(`${mode}: starts what the writer may start, and nothing else`, async () => {
      assert.equal(await errorOf(mode, `caller_${mode}`, `test_${mode}`), '');
      assert.match(await errorOf(mode, `caller_${mode}`, `prod_${mode}`), DENIED);
    });

    it(`${mode}: has the rights of the last writer, and a version those of its publication`, async () => {
      const caller = `changing_${mode}`;
      await write(author, caller, mode, CALLER[mode]);
      await author.call('PublishFlowVersion', { FlowName: caller });
      await root.call('UpdateFlow', { Name: caller, Description: 'read by the root key' });
      assert.equal(await errorOf(mode, caller, `prod_${mode}`), '');
      assert.match(await errorOf(mode, caller, `prod_${mode}`, '1'), DENIED);
      await author.call('UpdateFlow', { Name: caller, Description: 'changed again' });
      assert.match(await errorOf(mode, caller, `prod_${mode}`), DENIED);
    });
  }

  it('is the same after a restart; without its key it starts nothing; and a setting turns the rule off', async () => {
    await stop();
    await serve(SETTINGS);
    assert.match(await errorOf('Express', 'caller_Express', 'prod_Express'), DENIED);
    await stop();
    await serve('');
    author = root;
    for (const mode of ['Express', 'Standard'] as const) {
      const error = await errorOf(mode, `caller_${mode}`, `test_${mode}`);
      assert.match(error, /^FNF\.AccessDenied .*MILLRACETESTAUTHOR1.* is not in the settings/);
    }
    await stop();
    await serve('flowRights: all\n');
    author = root;
    assert.equal(await errorOf('Standard', 'caller_Standard', 'prod_Standard'), '');
    await stop();
  });
});
