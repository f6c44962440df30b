/** Calls to copy: each sample that this machine can run calls a real server, with an input that has quotes of every kind. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT_KEY, startServer } from '../../../src/testing/index.ts';
import type { ServerProcess } from '../../../src/testing/index.ts';
import { runMillrace } from '../../../src/testing/server-process.ts';
import { SAMPLE_KINDS, callSample, shellWord } from '../../src/parts/call-samples.ts';
import type { ApiCall } from '../../src/parts/call-samples.ts';
import { EXAMPLES } from '../../src/pages/flows/examples.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const NAME = `O'Neil "Ada" $HOME \`id\` \\ 好 🎉 a+b&c=d (*)!`;
const call: ApiCall = {
  action: 'StartSyncExecution',
  parameters: { FlowName: 'hello', Input: JSON.stringify({ name: NAME, long: 1 }) },
};
const keys = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: ROOT_KEY.accessKeySecret,
};

let server: ServerProcess;
let open: ServerProcess;
const works: (() => unknown)[] = [];
const fileEnd = { after: (work: () => unknown) => void works.push(work) };

before(async () => {
  [server, open] = await Promise.all([
    startServer(fileEnd),
    startServer(fileEnd, {
      env: { MILLRACE_AUTH: 'off', MILLRACE_ACCESS_KEY_ID: null, MILLRACE_ACCESS_KEY_SECRET: null },
    }),
  ]);
  const { definition = '' } = EXAMPLES.find(({ name }) => name === 'hello') ?? {};
  for (const { url } of [server, open]) {
    const create = {
      action: 'CreateFlow',
      parameters: { Name: 'hello', Type: 'FDL', ExecutionMode: 'Express', Definition: definition },
    };
    await shell(callSample('curl', create, { url: `${url}/`, signs: url === server.url, region: 'cn-hangzhou' }));
  }
});

after(async () => {
  for (const work of works) await work();
});

async function shell(text: string): Promise<string> {
  const { stdout } = await run('sh', ['-c', text], { env: { ...process.env, ...keys } });
  return stdout;
}

function greetingIn(reply: string): unknown {
  const { Output } = JSON.parse(reply) as { Output?: string };
  return Output === undefined ? reply : (JSON.parse(Output) as { greeting: string }).greeting;
}

const GREETING = `Hello, ${NAME}!`;

test('curl with a signature that the shell computes', async () => {
  const sample = callSample('curl', call, { url: `${server.url}/`, signs: true, region: 'cn-hangzhou' });
  assert.equal(greetingIn(await shell(sample)), GREETING);
});

test('curl for a server without authentication', async () => {
  const sample = callSample('curl', call, { url: `${open.url}/`, signs: false, region: 'cn-hangzhou' });
  assert.equal(greetingIn(await shell(sample)), GREETING);
});

test('a Node program with the SDK', async (t) => {
  const sample = callSample('node', call, { url: `${server.url}/`, signs: true, region: 'cn-hangzhou' });
  // Inside the repository, so that the program finds the SDK.
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'dist', 'sample-'));
  t.after(() => run('rm', ['-r', folder]));
  const file = join(folder, 'sample.mjs');
  writeFileSync(file, sample.replace('console.log(reply)', 'console.log(JSON.stringify(reply))'));
  const { stdout } = await run(process.execPath, [file], { env: { ...process.env, ...keys } });
  assert.equal(greetingIn(stdout), GREETING);
});

test('the command of Millrace', async () => {
  const sample = callSample('millrace', call, { url: `${server.url}/`, signs: true, region: 'cn-hangzhou' });
  const argv = await shell(`${sample.replace(/^millrace/, 'printf "%s\\0"')}`);
  const { stdout, stderr } = await runMillrace(argv.split('\0').slice(0, -1), { env: keys });
  assert.equal(greetingIn(stdout), GREETING, stderr);
});

test('no sample has a secret, and each names the action and the parameters', () => {
  for (const kind of SAMPLE_KINDS) {
    const sample = callSample(kind, call, { url: `${server.url}/`, signs: true, region: 'cn-hangzhou' });
    assert.ok(!sample.includes(ROOT_KEY.accessKeySecret) && !sample.includes(ROOT_KEY.accessKeyId), kind);
    assert.match(sample, /StartSyncExecution/, kind);
    assert.match(sample, /hello/, kind);
  }
});

test('a Python program names the members of the SDK', () => {
  const sample = callSample('python', call, { url: 'https://flows.example.com/', signs: true, region: 'cn-hangzhou' });
  assert.match(sample, /client\.start_sync_execution\(models\.StartSyncExecutionRequest\(\n {4}flow_name="hello",/);
  assert.match(sample, /endpoint="flows\.example\.com",\n {4}protocol="https"/);
});

test('a word of the shell is quoted if it has to be', () => {
  assert.equal(shellWord('FlowName=orders'), 'FlowName=orders');
  assert.equal(shellWord("it's"), `'it'\\''s'`);
});
