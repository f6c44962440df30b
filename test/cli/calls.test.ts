/** `millrace call`, `millrace why` and `millrace redrive` against a real server, and their messages when they cannot call one. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nodeClient } from '../support/clients.ts';
import type { Client } from '../support/clients.ts';
import type { ProcessEnd, ServerProcess } from '../../src/testing/server-process.ts';
import { ROOT_KEY, runMillrace, startMillrace, startServer } from '../../src/testing/server-process.ts';
import { answerJson, startService } from '../../src/testing/http-service.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { fileEnd } from '../support/at-end.ts';

const KEY = {
  MILLRACE_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
  MILLRACE_ACCESS_KEY_SECRET: ROOT_KEY.accessKeySecret,
};
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

/** A flow of one state that waits for a callback. The name of the state holds an escape sequence of terminals. */
function asking(url: string): string {
  const state = { Name: 'Ask \u001b[31m', Type: 'Task', Action: 'HTTP:Request', TaskMode: 'WaitForCustomCallback' };
  const States = [{ ...state, Parameters: { url, method: 'Get' }, End: true }];
  return JSON.stringify({ Type: 'StateMachine', SpecVersion: 'v1', Name: 'f', StartAt: state.Name, States });
}

describe('a command that calls a server', () => {
  let server: ServerProcess;
  let client: Client;
  const run = (...argv: string[]): Promise<ProcessEnd> =>
    runMillrace([...argv, '--endpoint', server.url], { env: KEY });

  before(async () => {
    server = await startServer(fileEnd);
    client = nodeClient({ url: server.url, key: ROOT_KEY });
    const service = await startService(fileEnd, (_request, _body, response) => answerJson(response, {}));
    await client.call('CreateFlow', { Name: 'f', Definition: asking(service.url), Type: 'FDL' });
    await client.call('StartExecution', { FlowName: 'f', ExecutionName: 'e' });
  });

  it('why shows what the execution waits for, and removes escape sequences', async () => {
    const { code, stdout, stderr } = await run('why', 'f', 'e');
    assert.deepEqual([code, stderr], [0, '']);
    const [head, wait, end] = stdout.split('\n');
    assert.match(String(head), new RegExp(`^e of f has been running since ${TIME}\\.$`));
    assert.match(
      String(wait),
      new RegExp(
        `^Ask \ufffd\\[31m has been waiting for \\d+ (s|min)( \\d+ s)?, since ${TIME} \\(Callback, event \\d+\\): HTTP:Request .`,
      ),
    );
    assert.equal(end, '');
  });

  it('why --json prints the reply unchanged', async () => {
    const { code, stdout } = await run('why', 'f', 'e', '--json');
    assert.equal(code, 0);
    const { RequestId: _1, ...printed } = JSON.parse(stdout) as Record<string, unknown>;
    const { RequestId: _2, ...replied } = await client.call('DescribeExecutionWaits', {
      FlowName: 'f',
      ExecutionName: 'e',
    });
    assert.equal(JSON.stringify(printed), JSON.stringify(replied));
  });

  it('call prints the warnings of a definition on standard error, in the form of validate', async () => {
    const warned =
      'Type: StateMachine\nSpecVersion: v1\nName: other\nStartAt: A\nStates:\n  - { Type: Pass, Name: A, End: true }\n';
    const { code, stdout, stderr } = await run('call', 'CreateFlow', 'Name=warned', 'Type=FDL', `Definition=${warned}`);
    assert.equal(code, 0);
    assert.match(stderr, /^3:7: warning: .* \(Name\) \[name-differs\]\n$/);
    const reply = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(reply['Warnings'], undefined);
    assert.equal(reply['Name'], 'warned');
  });

  it('an error of the API is one sentence, and the exit code is 1', async () => {
    for (const [argv, sentence] of [
      [['why', 'f', 'x'], 'ExecutionNotExists: Execution x for flow f does not exist.'],
      [['redrive', 'g', 'e'], "FlowNotExists: Flow 'g' does not exist."],
      [
        ['redrive', 'f', 'e'],
        "InvalidArgument: Execution 'e' is running. Only an execution that has ended can be redriven.",
      ],
    ] as const) {
      const ended = await run(...argv);
      assert.deepEqual([ended.code, ended.stdout, ended.stderr], [1, '', `millrace: ${sentence}\n`]);
    }
  });

  it('redrive lets a stopped execution run again', async () => {
    await client.call('StopExecution', { FlowName: 'f', ExecutionName: 'e' });
    const why = await run('why', 'f', 'e');
    assert.match(
      why.stdout,
      new RegExp(`^e of f is not waiting: it ended at ${TIME} \\(Stopped\\)\\.\\nIt was stopped at ${TIME}: .*\\n$`),
    );
    const redriven = await run('redrive', 'f', 'e');
    assert.deepEqual([redriven.code, redriven.stdout], [0, 'e of f is Running again.\n']);
    await client.call('StopExecution', { FlowName: 'f', ExecutionName: 'e' });
    const { stdout } = await run('redrive', 'f', 'e', '--json');
    assert.equal((JSON.parse(stdout) as Record<string, unknown>)['Status'], 'Running');
  });
});

describe('millrace call', () => {
  let server: ServerProcess;
  const call = (...argv: string[]): Promise<ProcessEnd> =>
    runMillrace(['call', ...argv, '--endpoint', server.url], { env: KEY });
  const definition = 'Type: StateMachine\nSpecVersion: v1\nName: h\nStartAt: A\nStates: [{ Name: A, Type: Succeed }]\n';

  before(async () => {
    server = await startServer(fileEnd);
  });

  it('prints the reply, and takes values from the command line, a file and standard input', async (t) => {
    const file = join(temporaryFolder(t), 'h.yaml');
    writeFileSync(file, definition);
    const created = await call('CreateFlow', 'Name=h', 'Type=FDL', 'ExecutionMode=Express', `Definition=@${file}`);
    assert.deepEqual([created.code, created.stderr], [0, '']);
    assert.equal((JSON.parse(created.stdout) as Record<string, unknown>)['Definition'], definition);

    const process = startMillrace(['call', 'StartSyncExecution', 'FlowName=h', 'Input=@-', '--endpoint', server.url], {
      env: KEY,
    });
    process.process.stdin?.end('{"id":12345678901234567890,"text":"a=b&c"}');
    const { stdout } = await process.ended;
    assert.equal(
      (JSON.parse(stdout) as Record<string, unknown>)['Output'],
      '{"id":12345678901234567890,"text":"a=b&c"}',
    );

    const changed = await call('UpdateFlow', 'Name=h', 'Description=@@home');
    assert.equal((JSON.parse(changed.stdout) as Record<string, unknown>)['Description'], '@home');
  });

  it('refuses what the API does not have before it calls the server', async () => {
    const wrong: readonly [argv: readonly string[], sentence: string][] = [
      [['CreateFlw'], 'the API has no action CreateFlw; did you mean CreateFlow?'],
      [['createflow'], 'the API has no action createflow; did you mean CreateFlow?'],
      [['Nonsense'], 'the API has no action Nonsense'],
      [['constructor'], 'the API has no action constructor'],
      [['DescribeFlow', 'Nmae=h'], 'DescribeFlow has no parameter "Nmae"; did you mean Name? It has Name, FlowVersion'],
      [['DescribeRegions', 'a=b'], 'DescribeRegions has no parameter "a". It has AcceptLanguage'],
      [['DescribeFlow', '=h'], 'DescribeFlow has no parameter "". It has Name, FlowVersion'],
      [
        ['CreateFlow', 'Definition=@-', 'Description=@-'],
        'only one parameter can be @-, because standard input is read once',
      ],
      [['DescribeFlow', 'Name'], 'Name has no value. Write Name=text, or Name=@file'],
      [['DescribeFlow', 'Name=a', 'Name=b'], 'Name is there twice'],
    ];
    for (const [argv, sentence] of wrong) {
      const ended = await call(...argv);
      assert.deepEqual([ended.code, ended.stdout, ended.stderr], [2, '', `millrace: ${sentence}\n`]);
    }
    const missing = await call('DescribeFlow', 'Name=@/no/such/file');
    assert.deepEqual([missing.code, missing.stderr], [1, 'millrace: Name=@/no/such/file: there is no such file\n']);
    assert.equal((await call()).code, 2);
  });

  it('shows an error of the API in one line', async () => {
    const ended = await call('DescribeFlow', 'Name=none');
    assert.deepEqual(
      [ended.code, ended.stdout, ended.stderr],
      [1, '', "millrace: FlowNotExists: Flow 'none' does not exist.\n"],
    );
  });

  it('signs with the key of the environment, of the data folder, and last with that of the cloud', async (t) => {
    const cloud = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: ROOT_KEY.accessKeySecret,
    };
    const at = { MILLRACE_ENDPOINT: server.url, MILLRACE_DATA: temporaryFolder(t) };
    assert.equal((await runMillrace(['call', 'ListFlows'], { env: { ...at, ...cloud } })).code, 0);
    const other = { ...cloud, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrong' };
    assert.equal((await runMillrace(['call', 'ListFlows'], { env: { ...at, ...other, ...KEY } })).code, 0);
    const token = { ...at, ...cloud, ALIBABA_CLOUD_SECURITY_TOKEN: 'of-no-key' };
    assert.match((await runMillrace(['call', 'ListFlows'], { env: token })).stderr, /InvalidSecurityToken\.Malformed/);
  });
});

describe('a command', () => {
  it('finds the server by the settings of the server, and the key in its data folder', async (t) => {
    // The server makes a key and stores it in its folder. The port is known only when it serves.
    const own = { MILLRACE_ACCESS_KEY_ID: null, MILLRACE_ACCESS_KEY_SECRET: null };
    const server = await startServer(t, { env: own });
    const env = { MILLRACE_DATA: server.folder, MILLRACE_LISTEN: server.endpoint };
    const ended = await runMillrace(['why', 'f', 'e'], { env });
    assert.deepEqual([ended.code, ended.stderr], [1, "millrace: FlowNotExists: Flow 'f' does not exist.\n"]);
    const anywhere = { ...env, MILLRACE_LISTEN: server.endpoint.replace('127.0.0.1', '0.0.0.0') };
    assert.match((await runMillrace(['why', 'f', 'e'], { env: anywhere })).stderr, /FlowNotExists/);
  });

  it('needs no key when authentication is off', async (t) => {
    const server = await startServer(t, {
      env: { MILLRACE_AUTH: 'off', MILLRACE_ACCESS_KEY_ID: null, MILLRACE_ACCESS_KEY_SECRET: null },
    });
    const env = { MILLRACE_AUTH: 'off', MILLRACE_DATA: temporaryFolder(t), MILLRACE_LISTEN: server.endpoint };
    assert.match((await runMillrace(['why', 'f', 'e'], { env })).stderr, /FlowNotExists/);
  });

  it('trusts the certificate of the settings', async (t) => {
    const file = (name: string): string => fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url));
    const tls = { MILLRACE_TLS_CERT: file('certificate.pem'), MILLRACE_TLS_KEY: file('key.pem') };
    const server = await startServer(t, { env: tls });
    const ended = await runMillrace(['why', 'f', 'e', '--endpoint', server.url], { env: { ...KEY, ...tls } });
    assert.match(ended.stderr, /FlowNotExists/);
    const stranger = await runMillrace(['why', 'f', 'e', '--endpoint', server.url], { env: KEY });
    assert.match(stranger.stderr, /^millrace: cannot call https:\/\/127\.0\.0\.1:\d+: self-signed certificate/);
  });

  it('says why it cannot call the server', async (t) => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const page = await startService(t, (_request, _body, response) => response.end('<p>hello</p>'));
    const endpoint = (url: string) => ['--endpoint', url];
    const wrong: readonly [argv: readonly string[], env: Record<string, string>, message: RegExp][] = [
      [endpoint(`http://127.0.0.1:${port}`), KEY, /cannot call http:\/\/127.*no server is listening there\. Start/],
      [endpoint('127.0.0.1:7780'), KEY, /the endpoint "127\.0\.0\.1:7780" is not a URL; write .* http:/],
      [endpoint('ftp://127.0.0.1'), KEY, /is not a URL; write/],
      [endpoint(page.url), KEY, /is not Millrace: it answered 200 without a reply of the API/],
      [[], { ...KEY, MILLRACE_LISTEN: '127.0.0.1:0' }, /port 0, .*--endpoint URL/],
      [[], { MILLRACE_DATA: temporaryFolder(t) }, /there is no access key in .*\. Set MILLRACE_DATA/],
      [[], { ...KEY, MILLRACE_LISTEN: 'nonsense' }, /MILLRACE_LISTEN/],
    ];
    for (const [argv, env, message] of wrong) {
      const ended = await runMillrace(['why', 'f', 'e', ...argv], { env });
      assert.deepEqual([ended.code, ended.stdout], [1, '']);
      assert.match(ended.stderr, message);
    }
  });
});
