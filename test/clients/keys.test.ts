/**
 * Authentication and authorization through the official clients: temporary keys with a security token, policies, HTTPS, and a
 * server whose authentication is off.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { allClients, nodeClient } from '../support/clients.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { ROOT_KEY, runMillrace, startServer } from '../../src/testing/server-process.ts';
import type { Key } from '../support/signed-request.ts';
import { sendRaw } from '../support/signed-request.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { fileEnd } from '../support/at-end.ts';

const CERTIFICATE = fileURLToPath(new URL('../support/tls/certificate.pem', import.meta.url));
const CERTIFICATE_KEY = fileURLToPath(new URL('../support/tls/key.pem', import.meta.url));

const TEMPORARY: Key = {
  accessKeyId: 'STS.MILLRACETESTKEY1',
  accessKeySecret: 'temporary-secret-0001',
  securityToken: 'CAIS+fake/token==',
};
const EXPIRED: Key = { ...TEMPORARY, accessKeyId: 'STS.MILLRACETESTKEY2' };
const READER: Key = { accessKeyId: 'MILLRACETESTREADER1', accessKeySecret: 'reader-secret-0001' };

const SETTINGS = `
keys:
  - accessKeyId: ${TEMPORARY.accessKeyId}
    accessKeySecret: ${TEMPORARY.accessKeySecret}
    securityToken: ${TEMPORARY.securityToken}
    expires: 2126-01-01T00:00:00Z
  - accessKeyId: ${EXPIRED.accessKeyId}
    accessKeySecret: ${EXPIRED.accessKeySecret}
    securityToken: ${EXPIRED.securityToken}
    expires: 2020-01-01T00:00:00Z
  - accessKeyId: ${READER.accessKeyId}
    accessKeySecret: ${READER.accessKeySecret}
    policies:
      - Version: "1"
        Statement:
          - {Effect: Allow, Action: ["fnf:Describe*", "fnf:StartSyncExecution"], Resource: "acs:fnf:*:*:flow/open*"}
          - {Effect: Deny, Action: "*", Resource: "acs:fnf:*:*:flow/open_secret"}
          - Effect: Allow
            Action: fnf:DeleteFlow
            Resource: "*"
            Condition: {IpAddress: {acs:SourceIp: 10.0.0.0/8}}
`;
/** Keys that may start executions and, by their names, make none, one or both of the two reports. */
const starter = (reports: readonly string[]): Key => ({
  accessKeyId: `MILLRACETESTSTART${reports.length}`,
  accessKeySecret: `starter-secret-${reports.length}`,
});
const REPORTS = [[], ['fnf:ReportTaskSucceeded'], ['fnf:ReportTaskSucceeded', 'fnf:ReportTaskFailed']];
const STARTERS = REPORTS.map((reports) => {
  const { accessKeyId, accessKeySecret } = starter(reports);
  const statement = JSON.stringify({ Effect: 'Allow', Action: ['fnf:StartExecution', ...reports], Resource: '*' });
  return `  - {accessKeyId: ${accessKeyId}, accessKeySecret: ${accessKeySecret}, policies: [{Version: "1", Statement: [${statement}]}]}\n`;
});
const PASS = 'Type: StateMachine\nSpecVersion: v1\nName: p\nStartAt: P\nStates: [{Name: P, Type: Pass, End: true}]\n';
const flowNamed = (Name: string) => ({ Name, Definition: PASS, Type: 'FDL', ExecutionMode: 'Express' });

describe('keys of the settings file', () => {
  let server: ServerProcess;
  before(async () => {
    server = await startServer(fileEnd, { settings: SETTINGS + STARTERS.join('') });
    const root = nodeClient({ url: server.url, key: ROOT_KEY });
    for (const name of ['open', 'open_secret', 'other']) await root.call('CreateFlow', flowNamed(name));
  });

  it('a temporary key works with its token in every client, but not without it, with another token, or after its expiry', async () => {
    const calls = async (key: Key, code: string | null): Promise<void> => {
      for (const client of allClients({ url: server.url, key })) {
        const call = client.call('StartSyncExecution', { FlowName: 'open' });
        if (code === null) assert.equal((await call)['Status'], 'Succeeded', client.name);
        else await assert.rejects(call, { code }, client.name);
      }
    };
    await calls(TEMPORARY, null);
    const { securityToken: _, ...bare } = TEMPORARY;
    await calls(bare, 'MissingSecurityToken');
    await calls({ ...TEMPORARY, securityToken: 'another' }, 'InvalidSecurityToken.Malformed');
    await calls(EXPIRED, 'InvalidSecurityToken.Expired');
  });

  it('a policy allows what it names, and a Deny wins', async () => {
    for (const client of allClients({ url: server.url, key: READER })) {
      assert.equal((await client.call('StartSyncExecution', { FlowName: 'open' }))['Status'], 'Succeeded', client.name);
      assert.equal((await client.call('DescribeFlow', { Name: 'open' }))['Name'], 'open', client.name);
      for (const [action, parameters] of [
        ['DescribeFlow', { Name: 'open_secret' }],
        ['StartSyncExecution', { FlowName: 'other' }],
        ['ListFlows', {}],
        ['CreateFlow', flowNamed('open_new')],
        ['DeleteFlow', { Name: 'open' }],
      ] as const) {
        await assert.rejects(client.call(action, parameters), { code: 'AccessDenied' }, `${client.name}: ${action}`);
      }
    }
  });

  it('a start with a task token needs the right to report for the task', async () => {
    const codes = await Promise.all(
      REPORTS.map(async (reports) => {
        const client = nodeClient({ url: server.url, key: starter(reports) });
        const start = (token: object): Promise<string> =>
          client.call('StartExecution', { FlowName: 'none', ...token }).then(
            () => '',
            (error: { code: string; data: { Message: string } }) => `${error.code} ${error.data.Message}`,
          );
        return [await start({}), await start({ CallbackFnFTaskToken: '12' })];
      }),
    );
    for (const [plain = ''] of codes) assert.match(plain, /^FlowNotExists/);
    assert.match(codes[0]?.[1] ?? '', /^AccessDenied .*'fnf:ReportTaskSucceeded' on resource 'acs:fnf:.*:flow\/\*'/);
    assert.match(codes[1]?.[1] ?? '', /^AccessDenied .*'fnf:ReportTaskFailed'/);
    assert.doesNotMatch(codes[2]?.[1] ?? '', /^AccessDenied/);
  });

  it('are secret: the server never prints them', async () => {
    const ended = await server.stop();
    for (const secret of ([ROOT_KEY, TEMPORARY, READER] as readonly Key[]).flatMap((key) => [
      key.accessKeySecret,
      key.securityToken,
    ])) {
      if (secret !== undefined) assert.ok(!`${ended.stdout}${ended.stderr}`.includes(secret));
    }
  });
});

describe('the root key', () => {
  it('is made at the first start, stored, and not printed where output may be retained', async (t) => {
    const folder = temporaryFolder(t);
    const env = { MILLRACE_ACCESS_KEY_ID: null, MILLRACE_ACCESS_KEY_SECRET: null };
    const first = await startServer(t, { folder, env });
    const key = JSON.parse(readFileSync(join(folder, 'root-key.json'), 'utf8')) as Key;
    assert.ok(first.stderr().includes(key.accessKeyId), first.stderr());
    await nodeClient({ url: first.url, key }).call('CreateFlow', flowNamed('stored'));
    const stopped = await first.stop();
    assert.equal(stopped.code, 0);

    const second = await startServer(t, { folder, env });
    assert.equal(
      (await nodeClient({ url: second.url, key }).call('DescribeFlow', { Name: 'stored' }))['Name'],
      'stored',
    );
    const ended = await second.stop();
    for (const { stdout, stderr } of [stopped, ended]) assert.ok(!`${stdout}${stderr}`.includes(key.accessKeySecret));
  });
});

describe('HTTPS', () => {
  it('uses the certificate of the settings', async (t) => {
    const server = await startServer(t, {
      env: { MILLRACE_TLS_CERT: CERTIFICATE, MILLRACE_TLS_KEY: CERTIFICATE_KEY },
    });
    assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/);
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(CERTIFICATE, 'utf8')]);
    const clients = allClients({ url: server.url, key: ROOT_KEY });
    await clients[0]?.call('CreateFlow', flowNamed('safe'));
    for (const client of clients) {
      assert.equal((await client.call('StartSyncExecution', { FlowName: 'safe' }))['Status'], 'Succeeded', client.name);
    }
  });
});

describe('authentication that is off', () => {
  it('lets anyone call', async (t) => {
    const server = await startServer(t, { env: { MILLRACE_AUTH: 'off' } });
    const created = await sendRaw(server.url, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ Action: 'CreateFlow', Version: '2019-03-15', ...flowNamed('free') }).toString(),
    });
    assert.equal(created.status, 200, created.text);
    const reply = await sendRaw(server.url, {
      method: 'GET',
      path: '/?Action=StartSyncExecution&Version=2019-03-15&Format=JSON&FlowName=free',
    });
    assert.equal(reply.json()['Status'], 'Succeeded', reply.text);
    // Clients that sign may call with any key.
    const client = nodeClient({ url: server.url, key: { accessKeyId: 'any', accessKeySecret: 'thing' } });
    assert.equal((await client.call('DescribeFlow', { Name: 'free' }))['Name'], 'free');
  });

  it('is refused on an address that other machines can reach', async (t) => {
    const ended = await runMillrace(['serve'], {
      env: { MILLRACE_AUTH: 'off', MILLRACE_LISTEN: '0.0.0.0:0', MILLRACE_DATA: temporaryFolder(t) },
    });
    assert.equal(ended.code, 1);
    assert.equal(ended.stdout, '');
    assert.match(ended.stderr, /loopback/);
    assert.doesNotMatch(ended.stderr, /\n\s+at /);
  });
});
