/**
 * Standard output and standard error that fail: a full disk, a pipe that no one reads or that its reader has closed. Lines may be
 * lost, the process continues. Errors that no part of the server catches are logged, and the server continues.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { lastingAddress } from '../support/lasting-address.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));
const FULL = '/dev/full';

/** A function in the server's process whose timer throws, and whose promise is rejected with no one to handle it. */
const STRAY = `
export async function handler(event) {
  const { count, size } = JSON.parse(event);
  for (let i = 0; i < count; i++) setTimeout(() => { throw new Error('stray ' + 'x'.repeat(size)); });
  void Promise.reject(new Error('rejected'));
  return {};
}
`;

const FLOW = `
Type: StateMachine
SpecVersion: v1
Name: stray
StartAt: Call
States:
  - Type: Task
    Name: Call
    Action: FC:InvokeFunction
    Parameters: { resourceArn: "acs:fc:::functions/stray", body.$: $Input }
    End: true
`;

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  call(action: string, parameters?: Record<string, string>): Promise<Record<string, unknown>>;
  /** Lets the function throw `count` times, and waits until it has. */
  stray(count: number, size?: number): Promise<void>;
  /** Sends SIGTERM. Resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** A server whose outputs are `stdio`; its ready line may be lost, so its port is chosen before. */
async function serve(t: TestContext, stdio: StdioOptions): Promise<Running> {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'stray.mjs'), STRAY);
  writeFileSync(join(folder, 'millrace.yaml'), 'functions:\n  stray: { module: stray.mjs }\n');
  const url = `http://${await lastingAddress()}`;
  const child = spawn(process.execPath, [LAUNCHER, 'serve'], {
    stdio,
    env: {
      ...process.env,
      MILLRACE_AUTH: 'off',
      MILLRACE_LISTEN: new URL(url).host,
      MILLRACE_DATA: folder,
      MILLRACE_CONFIG: join(folder, 'millrace.yaml'),
    },
  });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const call: Running['call'] = async (Action, parameters = {}) => {
    const body = new URLSearchParams({ Action, Version: '2019-03-15', ...parameters });
    return (await (await fetch(url, { method: 'POST', body })).json()) as Record<string, unknown>;
  };
  await answers(url, child);
  await call('CreateFlow', { Name: 'stray', Definition: FLOW, Type: 'FDL', ExecutionMode: 'Express' });
  return {
    child,
    url,
    call,
    async stray(count, size = 10) {
      const reply = await call('StartSyncExecution', { FlowName: 'stray', Input: JSON.stringify({ count, size }) });
      assert.equal(reply['Status'], 'Succeeded', JSON.stringify(reply));
    },
    async stop() {
      child.kill('SIGTERM');
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}

/** Resolves when the server answers. */
async function answers(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    assert.equal(child.exitCode, null, 'the server has ended');
    const isThere = await fetch(`${url}/healthz`).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('an error that no part of the server catches is logged with its stack, and the server continues', async (t) => {
  const server = await serve(t, ['ignore', 'pipe', 'pipe']);
  let log = '';
  server.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  await server.stray(2);
  await server.stray(1);
  assert.equal(await server.stop(), 0);
  const lines = log.split('\n').filter((line) => line !== '');
  const defects = lines.map((line) => JSON.parse(line) as { err?: { stack: string } }).filter(({ err }) => err);
  assert.equal(defects.length, 5);
  assert.match(defects[0]?.err?.stack ?? '', /(stray|rejected)[^]*stray\.mjs/);
});

const noFull = existsSync(FULL) ? false : 'this system has no /dev/full';

for (const [name, stdout, stderr] of [
  ['standard error', 'pipe', FULL],
  ['standard output', FULL, 'pipe'],
  ['both', FULL, FULL],
] as const) {
  test(`a full disk for ${name} ends neither the server nor its drain`, { skip: noFull }, async (t) => {
    const open = (target: string): 'pipe' | number => (target === 'pipe' ? 'pipe' : openSync(target, 'w'));
    const server = await serve(t, ['ignore', open(stdout), open(stderr)]);
    await server.stray(20);
    await server.stray(1);
    assert.equal(await server.stop(), 0);
  });
}

test('a closed pipe for both outputs ends neither the server nor its drain', async (t) => {
  const server = await serve(t, ['ignore', 'pipe', 'pipe']);
  server.child.stdout?.destroy();
  server.child.stderr?.destroy();
  await server.stray(20);
  await server.stray(1);
  assert.equal(await server.stop(), 0);
});

test('a slow reader of the log delays nothing; the log says how many lines it has lost', async (t) => {
  const server = await serve(t, ['ignore', 'pipe', 'pipe']);
  const { stderr } = server.child;
  assert.ok(stderr !== null);
  // Without a reader the pipe fills up, then the memory that is meant for it.
  await server.stray(300, 20_000);
  await server.stray(1);
  let log = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  while (!log.includes('log lines were lost')) {
    await server.stray(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(await server.stop(), 0);
  const lines = log.split('\n').filter((line) => line !== '');
  const lost = lines.map((line) => JSON.parse(line) as { lost?: number }).filter((line) => line.lost !== undefined);
  const sum = lost.reduce((total, line) => total + (line.lost ?? 0), 0);
  assert.ok(sum > 50 && lost.length < 5, `${sum} lines were lost in ${lost.length} stretches`);
  assert.match(log, /the reader is too slow/);
});

/** Runs a command in a shell, which connects its outputs. */
async function shell(t: TestContext, script: string): Promise<{ code: number | null; stderr: string }> {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'flow.yaml'), FLOW);
  writeFileSync(join(folder, 'wrong.yaml'), 'States:\n'.concat('  - { Type: Nothing }\n'.repeat(5_000)));
  const millrace = `'${process.execPath}' '${LAUNCHER}'`;
  const child = spawn('bash', ['-o', 'pipefail', '-c', script.replaceAll('millrace', millrace)], { cwd: folder });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

test('a command whose reader closes the pipe ends without a message, with the exit code of its work', async (t) => {
  assert.deepEqual(await shell(t, 'millrace --help | head -1 >&2; exit ${PIPESTATUS[0]}'), {
    code: 0,
    stderr: 'Usage: millrace [options] [command]\n',
  });
  const { code, stderr } = await shell(t, 'millrace validate wrong.yaml | head -1 >/dev/null; exit ${PIPESTATUS[0]}');
  assert.equal(code, 1);
  assert.doesNotMatch(stderr, /EPIPE|at .*\(/);
});

test('a slow reader gets the whole result of a command', async (t) => {
  const script = 'millrace validate wrong.yaml | (sleep 0; wc -l) >&2';
  const { stderr } = await shell(t, script);
  const direct = await shell(t, 'millrace validate wrong.yaml > out; wc -l < out >&2');
  assert.equal(stderr.match(/\d{3,}/g)?.at(-1), direct.stderr.match(/\d{3,}/g)?.at(-1));
});

test('a command that cannot write its result says so and fails', { skip: noFull }, async (t) => {
  const { code, stderr } = await shell(t, `millrace convert --help > ${FULL}`);
  assert.equal(code, 1);
  assert.match(stderr, /^millrace: the result could not be written: ENOSPC.*\n$/);
});
