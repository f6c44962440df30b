/**
 * A server that is killed and starts with other settings: executions that were under way call what the new settings name, and come
 * to their ends. Each row is a task that the first server had not called yet.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ACTIONS } from '../../src/api/actions.ts';
import { TABLE } from '../../src/config/table.ts';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { nodeClient } from '../support/clients.ts';

interface Row {
  /** The settings that differ after the restart. */
  readonly settings: readonly string[];
  /** A state in YAML's flow style. `URL` is the address of the service of the test, `OTHER` that of one which never answers. */
  readonly task: string;
  /** The error with which the execution ends; null: it succeeds. */
  readonly error: string | null;
}

const get = (path: string): string =>
  `Type: Task, Action: HTTP:Request, Parameters: { url: "URL/${path}", method: GET }`;
const invoke = (name: string): string =>
  `Type: Task, Action: FC:InvokeFunction, Parameters: { resourceArn: "acs:fc:::functions/${name}" }`;

const ROWS: readonly Row[] = [
  { settings: ['http.errorStatuses'], task: get('status/503'), error: 'HTTP.503' },
  { settings: ['http.timeout'], task: get('never').replace('URL', 'OTHER'), error: 'HTTP.Timeout' },
  { settings: ['http.maxResponse'], task: get('large'), error: 'HTTP.ResponseTooLarge' },
  {
    settings: ['http.maxRedirects'],
    task: `${get('redirect')}, OutputConstructor: { code.$: $Output.Code }`,
    error: null,
  },
  { settings: ['http.connectionsPerOrigin'], task: get('ok'), error: null },
  { settings: ['functions'], task: invoke('moved'), error: null },
  {
    settings: ['functions', 'functionCompute.endpoint', 'cloud.accessKeyId'],
    task: invoke('gone'),
    error: 'FC.FunctionNotFound',
  },
  {
    settings: ['mns.local', 'mns.endpoint', 'mns.subscriptions', 'mns.keep'],
    task: 'Type: Task, Action: MNS:SendMessage, Parameters: { resourceArn: "acs:mns:::/topics/t/messages", message: m }',
    error: null,
  },
  {
    settings: ['region', 'account'],
    task: 'Type: Task, Action: FNF:StartExecution, Parameters: { resourceArn: "acs:fnf:cn-hangzhou:1000000000000000:flow/row0" }',
    error: 'FNF.InvalidArgument',
  },
];

/** Settings that no execution under way depends on: they are about callers, logs, stored flows, or choose the store itself. */
const NOT_ABOUT_EXECUTIONS = new Set([
  ...[
    'listen',
    'data',
    'store',
    'workers',
    'sqlite.synchronous',
    'postgres.password',
    'postgres.ca',
    'postgres.schema',
    'postgres.pool',
    'postgres.statementTimeout',
    'postgres.connectTimeout',
    'postgres.shards',
    'cluster.name',
    'cluster.lease',
    'cluster.poll',
    'auth',
    'console',
    'keys',
    'rootKey.accessKeyId',
    'rootKey.accessKeySecret',
  ],
  ...[
    'tls.certificate',
    'tls.key',
    'http.maxConnections',
    'http.trustProxy',
    'http.hosts',
    'earlyAnswer',
    'shutdown',
    'log',
  ],
  // They are about executions that have not started.
  ...['schedules.catchUp', 'schedules.missed'],
  // Express executions are in memory and end with their server.
  ...['history.express.executions', 'history.express.age', 'history.express.bytes'],
]);
/** Settings whose change other tests show: `test/runtime/durable/changed-limits.test.ts`, those of retention, and those of rights. */
const SHOWN_ELSEWHERE = /^(limits\..*|history\.(keep|executions|flows|stateEventNames)|flowRights|cloud\.actions)$/;
/** Addresses, keys and rules of calls, which each call reads like those of the rows. */
const LIKE_A_ROW = new Set([
  ...['cloud.accessKeySecret', 'cloud.securityToken', 'products', 'eventBridge.endpoint', 'oss.endpoint'],
  'objects.buckets',
  ...['egress.privateAddresses', 'egress.allow'],
]);

test('every setting is in one of the lists', () => {
  const rows = new Set(ROWS.flatMap(({ settings }) => settings));
  const missing = Object.keys(TABLE).filter(
    (key) => !rows.has(key) && !NOT_ABOUT_EXECUTIONS.has(key) && !SHOWN_ELSEWHERE.test(key) && !LIKE_A_ROW.has(key),
  );
  assert.deepEqual(missing, []);
  assert.ok('StartExecution' in ACTIONS);
});

/** Answers by path; `never` does not answer. */
async function startService(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path === '/never') return;
    if (path === '/large') response.end('x'.repeat(5_000));
    else if (path === '/redirect') response.writeHead(302, { location: '/ok' }).end();
    else response.writeHead(Number(/\/status\/(\d+)/.exec(path)?.[1] ?? 200)).end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

function definition(name: string, task: string): string {
  return `
Type: StateMachine
SpecVersion: v1
Name: ${name}
StartAt: Wait
States:
  - { Type: Wait, Name: Wait, Seconds: 3, Next: Last }
  - { Name: Last, ${task}, End: true }
`;
}

const BEFORE = (folder: string): string => `
functions: { moved: { module: ${folder}/old.mjs }, gone: { module: ${folder}/old.mjs } }
mns: { local: "on", subscriptions: { t: "http://127.0.0.1:1/" } }
`;
const AFTER = (folder: string): string => `
region: cn-beijing
account: "2000000000000000"
functions: { moved: { module: ${folder}/new.mjs } }
functionCompute: { endpoint: "http://127.0.0.1:1" }
mns: { keep: 1 }
http: { errorStatuses: [5xx], timeout: 2s, maxResponse: 1KiB, maxRedirects: 0, connectionsPerOrigin: 1 }
`;

test('executions that were under way end by the settings of the next server', async (t) => {
  const [service, other] = [await startService(), await startService()];
  t.after(() => {
    service.close();
    other.close();
  });
  const modules = temporaryFolder(t);
  for (const name of ['old', 'new']) {
    writeFileSync(join(modules, `${name}.mjs`), `export const handler = async () => ({ from: '${name}' });\n`);
  }
  const first = await startServer(t, { settings: BEFORE(modules) });
  const before = nodeClient({ url: first.url, key: ROOT_KEY });
  for (const [i, { task }] of ROWS.entries()) {
    const Definition = definition(`row${i}`, task.replace('URL', service.url).replace('OTHER', other.url));
    await before.call('CreateFlow', { Name: `row${i}`, Type: 'FDL', Definition, ExecutionMode: 'Standard' });
    await before.call('StartExecution', { FlowName: `row${i}`, ExecutionName: 'e' });
  }
  await first.kill();
  const second = await startServer(t, { folder: first.folder, settings: AFTER(modules) });
  const after = nodeClient({ url: second.url, key: ROOT_KEY });
  for (const [i, { settings, error }] of ROWS.entries()) {
    const execution = { FlowName: `row${i}`, ExecutionName: 'e' };
    const { Status } = await after.call('DescribeExecution', { ...execution, WaitTimeSeconds: '60' });
    const { Events } = await after.call('GetExecutionHistory', { ...execution, Limit: '100' });
    const last = (Events as { EventDetail: string }[]).at(-1)?.EventDetail ?? '';
    const found = Status === 'Succeeded' ? null : (JSON.parse(last) as { error: string }).error;
    assert.equal(found, error, `${settings.join()}: ${last}`);
    if (settings[0] === 'functions' && error === null) assert.match(last, /"from":"new"/);
  }
});
