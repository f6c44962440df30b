/** `npm run quickstart`: its output is true, and the commands that it prints work. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { startServer } from '../../src/testing/server-process.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCRIPT = join(ROOT, 'scripts/quickstart.ts');
// As in npm scripts, `node` is the Node that runs this test.
const ENV = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}` };

const execute = promisify(execFile);
const type = (line: string): Promise<{ stdout: string }> => execute('sh', ['-c', line], { cwd: ROOT, env: ENV });

function replyIn(text: string): Record<string, unknown> {
  return JSON.parse(text.slice(text.indexOf('{\n'), text.indexOf('\n}\n') + 2)) as Record<string, unknown>;
}

describe('quickstart', () => {
  it('shows a reply and its time, and exits with 0', async (t) => {
    const { stdout } = await execute(process.execPath, [SCRIPT], { cwd: ROOT, env: ENV });
    const reply = replyIn(stdout);
    assert.equal(reply['Status'], 'Succeeded');
    assert.equal(reply['Output'], '{"offer":"2 x tea at 4.5 each","left":10}');
    assert.match(stdout, /Answered in [\d.]+ ms/);
    const folder = /new folder (\S+)/.exec(stdout)?.[1];
    assert.ok(folder !== undefined && !existsSync(folder), 'it cleans up');
    await typeNext(t, stdout);
  });

  /** Runs the printed commands, which are indented by four spaces, against a server on a free port. */
  async function typeNext(t: CleanUp, stdout: string): Promise<void> {
    const server = await startServer(t, {
      env: { MILLRACE_AUTH: 'off', MILLRACE_ACCESS_KEY_ID: null, MILLRACE_ACCESS_KEY_SECRET: null },
    });
    const commands = (stdout.replaceAll('\\\n', '').match(/^ {4}\S.*$/gm) ?? []).map((line) => line.trim());
    assert.equal(commands.filter((line) => line === 'MILLRACE_AUTH=off npm start').length, 1);
    const typed = commands.filter((line) => /^(npx|curl) /.test(line));
    assert.equal(typed.length, 4);
    for (const line of typed) {
      if (line.startsWith('curl') && !(await isThere('curl'))) continue;
      const output = await type(
        `export MILLRACE_ENDPOINT=${server.url}; ${line.replace('http://127.0.0.1:7780', server.url)}`,
      );
      assert.match(output.stdout, line.includes('CreateFlow') ? /"Name":"hello"/ : /Hello, Ada!/, line);
    }
  }

  async function isThere(program: string): Promise<boolean> {
    return execute(program, ['--version']).then(
      () => true,
      () => false,
    );
  }

  it('with --serve serves until Ctrl-C', async (t) => {
    const script = spawn(process.execPath, [SCRIPT, '--serve'], {
      cwd: ROOT,
      env: ENV,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => script.kill('SIGTERM'));
    let stdout = '';
    script.stdout.setEncoding('utf8');
    for await (const text of script.stdout.iterator({ destroyOnReturn: false })) {
      stdout += String(text);
      if (/call\.mjs .*\n/.test(stdout)) break;
    }
    script.stdout.resume();
    const command = stdout.slice(stdout.indexOf('MILLRACE_ENDPOINT='));
    assert.equal(replyIn((await type(command)).stdout)['Status'], 'Succeeded');
    script.kill('SIGINT');
    assert.deepEqual(await once(script, 'exit'), [0, null]);
  });
});
