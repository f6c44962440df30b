/** `millrace export` and `millrace import` between real servers: the second has what the first has. */
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { before, describe, it } from 'node:test';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { answerJson, startService } from '../../src/testing/http-service.ts';
import { ROOT_KEY, runMillrace, startServer } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { fileEnd } from '../support/at-end.ts';
import { nodeClient } from '../support/clients.ts';
import type { Client } from '../support/clients.ts';

const KEY = {
  MILLRACE_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
  MILLRACE_ACCESS_KEY_SECRET: ROOT_KEY.accessKeySecret,
};

interface Target {
  readonly url: string;
}

async function newServer(t: CleanUp, settings?: string): Promise<Target & { readonly client: Client }> {
  const { url } = await startServer(t, settings === undefined ? {} : { settings });
  return { url, client: nodeClient({ url, key: ROOT_KEY }) };
}

function run(command: 'export' | 'import', { url }: Target, ...rest: string[]) {
  return runMillrace([command, ...rest, '--endpoint', url], { env: KEY });
}

async function exported(t: CleanUp, from: Target, ...flows: string[]): Promise<string> {
  const folder = join(temporaryFolder(t), 'export');
  const { code, stderr } = await run('export', from, folder, ...flows);
  assert.equal(code, 0, stderr);
  return folder;
}

async function imported(to: Target, folder: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await run('import', to, folder);
  assert.equal(code, 0, stderr);
  return stdout.trimEnd().split('\n');
}

/** All files of a folder with their bytes. */
function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path, 'latin1')]));
}

function pass(name: string, comment = ''): string {
  return `# ${comment}\r\nType: StateMachine\nSpecVersion: v1\nName: ${name}\nStartAt: P\nStates:\n  - {Type: Pass, Name: P, End: true}\n`;
}

/** A flow `orders` with versions 1 and 4, another definition since, two aliases; `Orders`, and the JSON flow `empty`. */
async function fill(client: Client): Promise<void> {
  const Environment = { Variables: [{ Name: 'REGION', Value: '杭州' }] };
  await client.call('CreateFlow', {
    Name: 'orders',
    Definition: pass('orders', 'first, 流程'),
    Type: 'FDL',
    ExecutionMode: 'Standard',
    Description: 'Approves orders',
    RoleArn: 'acs:ram::1:role/r',
    ResourceGroupId: 'group',
    Environment,
  });
  for (let version = 1; version <= 4; version++) {
    await client.call('UpdateFlow', { Name: 'orders', Definition: pass('orders', `version ${version}`) });
    await client.call('PublishFlowVersion', { FlowName: 'orders', Description: `release ${version}` });
  }
  for (const FlowVersion of ['2', '3']) await client.call('DeleteFlowVersion', { FlowName: 'orders', FlowVersion });
  await client.call('UpdateFlow', {
    Name: 'orders',
    Definition: pass('orders', 'current'),
    Description: '',
    Environment: '',
  });
  const alias = (Name: string, ...routes: [string, number][]) =>
    client.call('CreateFlowAlias', {
      FlowName: 'orders',
      Name,
      Description: `is ${Name}`,
      RoutingConfigurations: routes.map(([Version, Weight]) => ({ Version, Weight })),
    });
  await alias('prod', ['1', 90], ['4', 10]);
  await alias('beta', ['4', 1]);
  await client.call('CreateFlow', {
    Name: 'Orders',
    Definition: pass('Orders'),
    Type: 'DEFAULT',
    ExecutionMode: 'Express',
  });
  const definition =
    ' {"Type":"StateMachine","SpecVersion":"v1","Name":"empty","StartAt":"P","States":[{"Type":"Pass","Name":"P","End":true}]}';
  await client.call('CreateFlow', { Name: 'empty', Definition: definition, Type: 'FDL', ExecutionMode: 'Standard' });
}

describe('export and import', () => {
  let source: Target & { readonly client: Client };
  let folder = '';
  before(async () => {
    source = await newServer(fileEnd);
    await fill(source.client);
    folder = await exported(fileEnd, source);
  });

  it('write a folder for each flow, with definitions byte for byte and nothing that changes by itself', async (t) => {
    const files = filesOf(folder);
    assert.deepEqual(Object.keys(files), [
      '.gitattributes',
      'flows/Orders/definition.yaml',
      'flows/Orders/flow.json',
      'flows/empty/definition.json',
      'flows/empty/flow.json',
      'flows/orders~2/definition.yaml',
      'flows/orders~2/flow.json',
      'flows/orders~2/versions/1.yaml',
      'flows/orders~2/versions/4.yaml',
      'millrace-export.json',
    ]);
    assert.equal(readFileSync(join(folder, 'flows/orders~2/versions/4.yaml'), 'utf8'), pass('orders', 'version 4'));
    // Git changes no ends of lines.
    assert.equal(files['.gitattributes'], '* -text\n');
    const flow = JSON.parse(readFileSync(join(folder, 'flows/orders~2/flow.json'), 'utf8')) as Record<string, unknown>;
    assert.deepEqual(Object.keys(flow).slice(0, 4), ['Name', 'ExecutionMode', 'ResourceGroupId', 'Type']);
    assert.doesNotMatch(JSON.stringify(flow), /Time|"Id"/);
    assert.deepEqual(filesOf(await exported(t, source)), files, 'a second export is equal');
  });

  it('give another server the same flows, with their version numbers, and then change nothing', async (t) => {
    const target = await newServer(t);
    const dry = await run('import', target, folder, '--dry-run');
    assert.equal(dry.code, 0, dry.stderr);
    assert.deepEqual((await target.client.call('ListFlows'))['Flows'], []);
    const lines = await imported(target, folder);
    assert.deepEqual(lines, [
      'Orders: create the flow (Express)',
      'empty: create the flow (Standard)',
      'orders: create the flow (Standard)',
      'orders: publish version 1',
      'orders: update the flow as in version 4 (Definition)',
      'orders: publish version 4, after passing over 2 numbers that the export lacks',
      'orders: update the flow (Definition, Description, Environment)',
      'orders: create alias beta',
      'orders: create alias prod',
      'flows: 3, changes: 9',
    ]);
    assert.deepEqual(dry.stdout.trimEnd().split('\n'), [
      ...lines.slice(0, -1),
      `${lines.at(-1)}. This was a dry run: nothing was changed.`,
    ]);
    assert.deepEqual(filesOf(await exported(t, target)), filesOf(folder));
    assert.deepEqual(await imported(target, folder), ['flows: 3, changes: 0']);
    const { Version } = await target.client.call('PublishFlowVersion', { FlowName: 'orders' });
    assert.equal(Version, '5');
  });

  it('change what differs, add what is missing, and delete nothing', async (t) => {
    const target = await newServer(t);
    await imported(target, folder);
    const { client } = target;
    await client.call('UpdateFlow', { Name: 'empty', Description: 'changed', RoleArn: 'acs:ram::1:role/x' });
    await client.call('UpdateFlowAlias', {
      FlowName: 'orders',
      Name: 'beta',
      RoutingConfigurations: [{ Version: '1', Weight: 1 }],
    });
    await client.call('DeleteFlowAlias', { FlowName: 'orders', Name: 'prod' });
    await client.call('CreateFlow', { Name: 'mine', Definition: pass('mine'), Type: 'FDL' });
    await client.call('PublishFlowVersion', { FlowName: 'orders', Description: 'later' });
    assert.deepEqual(await imported(target, folder), [
      'empty: update the flow (Description, RoleArn)',
      'orders: update alias beta (RoutingConfigurations)',
      'orders: create alias prod',
      'flows: 3, changes: 3',
    ]);
    assert.equal((await client.call('DescribeFlow', { Name: 'mine' }))['Name'], 'mine');
    assert.equal(
      ((await client.call('ListFlowVersions', { FlowName: 'orders' }))['FlowVersions'] as unknown[]).length,
      3,
    );
  });

  it('continue an import that was interrupted', async (t) => {
    const target = await newServer(t);
    await target.client.call('CreateFlow', {
      Name: 'orders',
      Definition: pass('orders', 'version 1'),
      Type: 'FDL',
      ExecutionMode: 'Standard',
      ResourceGroupId: 'group',
      RoleArn: 'acs:ram::1:role/r',
      Description: 'Approves orders',
      Environment: { Variables: [{ Name: 'REGION', Value: '杭州' }] },
    });
    await target.client.call('PublishFlowVersion', { FlowName: 'orders', Description: 'release 1' });
    await target.client.call('PublishFlowVersion', { FlowName: 'orders', Description: 'release 4' });
    await target.client.call('DeleteFlowVersion', { FlowName: 'orders', FlowVersion: '2' });
    await imported(target, folder);
    assert.deepEqual(filesOf(await exported(t, target)), filesOf(folder));
  });

  it('name each conflict, and then change nothing', async (t) => {
    const target = await newServer(t);
    const { client } = target;
    await client.call('CreateFlow', {
      Name: 'empty',
      Definition: pass('empty'),
      Type: 'FDL',
      ExecutionMode: 'Express',
    });
    await client.call('CreateFlow', {
      Name: 'orders',
      Definition: pass('orders'),
      Type: 'FDL',
      ExecutionMode: 'Standard',
    });
    for (let version = 1; version <= 5; version++) await client.call('PublishFlowVersion', { FlowName: 'orders' });
    await client.call('DeleteFlowVersion', { FlowName: 'orders', FlowVersion: '4' });
    const copy = join(temporaryFolder(t), 'copy');
    cpSync(folder, copy, { recursive: true });
    const file = join(copy, 'flows/orders~2/flow.json');
    const lost = '"Aliases": [{"Name": "lost", "RoutingConfigurations": [{"Version": "9", "Weight": 1}]},';
    writeFileSync(file, readFileSync(file, 'utf8').replace('"Aliases": [', lost));
    const { code, stdout, stderr } = await run('import', target, copy);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(
      stderr,
      new RegExp(
        [
          '^conflict: empty: the flow is Express on the server and Standard in the export, and a mode cannot change\\. .*',
          'conflict: orders: the resource group is "" on the server and "group" in the export, and it cannot change\\. .*',
          'conflict: orders: version 1 differs \\(Definition, Description, RoleArn, Environment, VersionDescription\\), and a version never changes\\. .*',
          'conflict: orders: the server has version 5 and no version 4, and a number is never used again\\. .*',
          'conflict: orders: the alias lost leads to version "9", which neither the export nor the server has\\. .*',
          'Nothing was changed\\.\n$',
        ].join('\n'),
      ),
    );
    await assert.rejects(client.call('DescribeFlow', { Name: 'Orders' }), { code: 'FlowNotExists' });
  });

  it('stop at a number that the server has used for a version that is deleted', async (t) => {
    const target = await newServer(t);
    await imported(target, folder);
    const flow = { FlowName: 'orders', FlowVersion: '5' };
    await target.client.call('PublishFlowVersion', { FlowName: 'orders' });
    await target.client.call('DeleteFlowVersion', flow);
    await source.client.call('PublishFlowVersion', { FlowName: 'orders', Description: 'fifth' });
    t.after(() => source.client.call('DeleteFlowVersion', flow));
    const { code, stderr } = await run('import', target, await exported(t, source, 'orders'));
    assert.equal(code, 1);
    assert.match(stderr, /^millrace: orders: publish version 5: the server would give the number 6 to version 5: /);
    const { FlowVersions } = await target.client.call('ListFlowVersions', { FlowName: 'orders' });
    assert.deepEqual(
      (FlowVersions as { Version: string }[]).map(({ Version }) => Version),
      ['4', '1'],
    );
  });

  it('export the named flows, into the folder of an earlier export only', async (t) => {
    const again = await exported(t, source);
    const { stdout } = await run('export', source, again, 'empty');
    assert.equal(stdout, `${again}: flows: 1, versions: 0, aliases: 0, schedules: 0\n`);
    assert.deepEqual(readdirSync(join(again, 'flows')), ['empty']);
    assert.match(
      (await run('export', source, again, 'none')).stderr,
      /^millrace: the server has no flow named none\n$/,
    );
    const other = temporaryFolder(t);
    writeFileSync(join(other, 'letter.txt'), 'mine');
    assert.match((await run('export', source, other)).stderr, /has other files, and an export would replace/);
    assert.equal(readFileSync(join(other, 'letter.txt'), 'utf8'), 'mine');
    assert.match((await run('export', source, join(other, 'letter.txt'))).stderr, /^millrace: cannot read the folder/);
  });

  it('name the file that is wrong', async (t) => {
    const wrong = async (file: string, text: string | null, said: RegExp) => {
      const copy = join(temporaryFolder(t), 'copy');
      cpSync(folder, copy, { recursive: true });
      if (text === null) rmSync(join(copy, file));
      else writeFileSync(join(copy, file), text, 'latin1');
      const { code, stderr } = await run('import', source, copy);
      assert.equal(code, 1);
      assert.match(stderr, said);
    };
    const flow = 'flows/empty/flow.json';
    const text = readFileSync(join(folder, flow), 'utf8');
    await wrong(
      'millrace-export.json',
      null,
      /^millrace: \S+ has no millrace-export\.json, so it is not the folder of an export/,
    );
    await wrong(
      'millrace-export.json',
      '{"Format":2}',
      /Format is 2, and this version reads 1\. Import it with the version/,
    );
    await wrong(flow, '{"Name":', /flows\/empty\/flow\.json: /);
    await wrong(flow, '[]', /flow\.json: is not a JSON object/);
    await wrong(flow, text.replace('"empty"', '"1 2"'), /flow\.json: Name is "1 2", which is not a name of a flow/);
    await wrong(flow, text.replace('"empty"', '"Orders"'), /two folders have a flow named Orders/);
    await wrong(
      flow,
      text.replace('"Versions": []', '"Versions": [{"Version":"x"}]'),
      /Version is "x", which is not the number of a version/,
    );
    await wrong(flow, text.replace('"Aliases": []', '"Aliases": {}'), /Aliases is not a list of objects/);
    const schedules = (member: string) => text.replace('"Schedules": []', `"Schedules": [{${member}}]`);
    await wrong(
      flow,
      schedules('"Payload": {"a":1}'),
      /Payload is \{"a":1\}, which is not a text in quotes\. Also JSON/,
    );
    await wrong(flow, schedules('"Enable": "false"'), /Enable is "false", which is neither true nor false/);
    await wrong(
      flow,
      text.replace('"Variables": []', '"Variables": [{"Name":"A","Value":5}]'),
      /Value is 5, which is not a text in quotes/,
    );
    for (const path of ['../orders~2/definition.yaml', '/etc/passwd', '', '..']) {
      await wrong(
        flow,
        text.replace('"definition.json"', JSON.stringify(path)),
        /DefinitionFile is "[^"]*", which is not a file in the folder of the flow/,
      );
    }
    await wrong('flows/empty/definition.json', null, /definition\.json: cannot be read: ENOENT/);
    await wrong('flows/empty/definition.json', '\xff\xfe', /definition\.json: cannot be read: /);
  });

  it('show the errors of a definition that the server refuses', async (t) => {
    const target = await newServer(t);
    const copy = join(temporaryFolder(t), 'copy');
    cpSync(folder, copy, { recursive: true });
    writeFileSync(join(copy, 'flows/empty/definition.json'), '{"Type":"StateMachine"}');
    const { code, stderr } = await run('import', target, copy);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^millrace: empty: create the flow \(Standard\): InvalidArgument: [\s\S]*\nThe server has the changes .* Import again/,
    );
  });

  it('wait for a server that throttles', async (t) => {
    const target = await newServer(t, 'limits: {operationsPerSecond: 20, operationsBurst: 1}');
    await imported(target, folder);
    assert.deepEqual(filesOf(await exported(t, target)), filesOf(folder));
  });

  it('do not wait if the server says no time, because waiting does not help', async (t) => {
    let calls = 0;
    const service = await startService(t, (_request, _body, response) => {
      calls++;
      answerJson(response, { Code: 'ResourceThrottled', Message: 'The account has 3 flows.' }, 429);
    });
    const { code, stderr } = await run('import', { url: service.url }, folder);
    assert.deepEqual([code, stderr], [1, 'millrace: ResourceThrottled: The account has 3 flows.\n']);
    assert.equal(calls, 1);
  });

  it('leave the schedules out if the server is of an earlier version, and say so', async (t) => {
    const target = await earlierServer(t, (await newServer(t)).url);
    const { code, stderr } = await run('export', target, join(temporaryFolder(t), 'export'));
    assert.deepEqual([code, stderr], [0, ''], 'there are no flows');
    const copy = withSchedule(t, folder);
    const first = await run('import', target, copy);
    assert.equal(first.code, 1);
    assert.match(
      first.stderr,
      /^The server has no schedules, because it is of an earlier version\. .* of the export: 1\. Import again/,
    );
    assert.match(first.stdout, /^flows: 3, changes: 9\n/m);
    const out = await run('export', target, join(temporaryFolder(t), 'export'));
    assert.equal(
      out.stderr,
      'This server has no schedules, because it is of an earlier version. The export has none.\n',
    );
  });

  it('move schedules', async (t) => {
    const copy = withSchedule(t, folder);
    const target = await newServer(t);
    const lines = await imported(target, copy);
    assert.ok(lines.includes('empty: create schedule nightly'));
    assert.deepEqual(filesOf(await exported(t, target)), filesOf(copy));
    await target.client.call('UpdateSchedule', { FlowName: 'empty', ScheduleName: 'nightly', Enable: 'true' });
    assert.deepEqual(await imported(target, copy), ['empty: update schedule nightly (Enable)', 'flows: 3, changes: 1']);
  });
});

/** An export with a schedule that does not start anything. */
function withSchedule(t: CleanUp, folder: string): string {
  const copy = join(temporaryFolder(t), 'copy');
  cpSync(folder, copy, { recursive: true });
  for (const name of readdirSync(join(copy, 'flows'))) {
    const file = join(copy, 'flows', name, 'flow.json');
    const flow = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const nightly = {
      ScheduleName: 'nightly',
      CronExpression: '0 0 3 * * ?',
      Description: 'each night',
      Payload: '{"a":1}',
      Enable: false,
    };
    writeFileSync(file, `${JSON.stringify({ ...flow, Schedules: name === 'empty' ? [nightly] : [] }, null, 2)}\n`);
  }
  return copy;
}

/** The server at `url` as an earlier version without schedules. */
async function earlierServer(t: CleanUp, url: string): Promise<Target> {
  const service = await startService(t, (_request, body, response) => {
    const form = body;
    if (/(?:^|&)Action=\w*Schedules?(?:&|$)/.test(form)) {
      answerJson(response, { Code: 'ActionNotSupported', Message: 'The requested action is not supported.' }, 400);
      return;
    }
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    void fetch(url, { method: 'POST', body: form, headers }).then(async (answer) => {
      response.statusCode = answer.status;
      response.end(await answer.text());
    });
  });
  return { url: service.url };
}
