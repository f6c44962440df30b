/** The start of `millrace serve`: one line when it serves, and one sentence for each reason why it cannot. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runMillrace, startServer } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { fileEnd } from '../support/at-end.ts';

/** `script` of Linux runs a command on a terminal. */
const hasScript = String(spawnSync('script', ['--version']).stdout).includes('util-linux');

describe('millrace serve', () => {
  it('prints one line on standard output, and exits with 0 on SIGTERM', async (t) => {
    const server = await startServer(t);
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const ended = await server.stop();
    assert.deepEqual([ended.code, ended.stdout], [0, `millrace ready ${server.url}\n`]);
  });

  it('names the file of a new secret where its output may be retained', async (t) => {
    const data = temporaryFolder(t);
    const server = await startServer(t, {
      env: { MILLRACE_DATA: data, MILLRACE_ACCESS_KEY_ID: null, MILLRACE_ACCESS_KEY_SECRET: null },
    });
    const key = JSON.parse(readFileSync(join(data, 'root-key.json'), 'utf8')) as Record<string, string>;
    assert.match(server.stderr(), /^Created an access key .*root-key\.json; read the secret there\.\n/);
    assert.ok(server.stderr().includes(String(key['accessKeyId'])));
    assert.ok(!server.stderr().includes(String(key['accessKeySecret'])));
  });

  it('prints a new secret on a terminal once', { skip: hasScript ? false : 'script is not installed' }, async (t) => {
    const data = temporaryFolder(t);
    const launcher = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));
    const others = Object.entries(process.env).filter(([name]) => !name.startsWith('MILLRACE'));
    const env = { ...Object.fromEntries(others), MILLRACE_DATA: data, MILLRACE_LISTEN: '127.0.0.1:0' };
    const command = `exec '${process.execPath}' '${launcher}' serve`;
    const terminal = spawn('script', ['-qec', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => terminal.kill('SIGKILL'));
    let shown = '';
    for await (const text of terminal.stdout.setEncoding('utf8') as AsyncIterable<string>) {
      shown += text;
      if (shown.includes('millrace ready')) break;
    }
    // Ctrl-C, which the terminal turns into SIGINT.
    terminal.stdin.end('\u0003');
    const key = JSON.parse(readFileSync(join(data, 'root-key.json'), 'utf8')) as Record<string, string>;
    assert.match(shown, new RegExp(`It is shown only once:[^]*${String(key['accessKeySecret'])}`));
  });

  it('writes an IPv6 address so that it can be called', async (t) => {
    const server = await startServer(t, { env: { MILLRACE_LISTEN: '[::1]:0' } }).catch((error: Error) => error);
    if (server instanceof Error) return t.skip(`no IPv6 here: ${server.message}`);
    assert.match(server.url, /^http:\/\/\[::1\]:\d+$/);
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  });
});

describe('a server that cannot start', () => {
  const folder = temporaryFolder(fileEnd);
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('says that the address is in use', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    t.after(() => taken.close());
    const { port } = taken.address() as AddressInfo;
    await refuses({ MILLRACE_LISTEN: `127.0.0.1:${port}` }, new RegExp(`${port}.*in use`));
  });

  it('says that the address is not one of this machine', () =>
    refuses({ MILLRACE_LISTEN: '192.0.2.1:0' }, /192\.0\.2\.1/));

  it('names every wrong setting at once', () =>
    refuses(
      { MILLRACE_LISTEN: 'nowhere', MILLRACE_ACCOUNT: 'x', MILLRACE_AUTH: 'maybe' },
      /MILLRACE_LISTEN[^]*MILLRACE_A/,
    ));

  it('names a settings file that does not exist, and one with a fault', async () => {
    await refuses({ MILLRACE_CONFIG: join(folder, 'none.yaml') }, /none\.yaml/);
    await refuses({ MILLRACE_CONFIG: file('wrong.yaml', 'listne: 127.0.0.1:1\n') }, /listne/);
    await refuses({ MILLRACE_CONFIG: file('torn.yaml', 'listen: [\n') }, /torn\.yaml/);
  });

  it('names a TLS file that does not exist, and one that holds no certificate', async () => {
    await refuses({ MILLRACE_TLS_CERT: join(folder, 'c.pem'), MILLRACE_TLS_KEY: join(folder, 'k.pem') }, /c\.pem/);
    const text = file('text.pem', 'no certificate');
    await refuses({ MILLRACE_TLS_CERT: text, MILLRACE_TLS_KEY: text }, /text\.pem|certificate/i);
  });

  it('says that a data folder is a file', () => refuses({ MILLRACE_DATA: file('data', 'x') }, /data/));

  it('names an access key with a wrong policy, and one with the id of the key in the data folder', async () => {
    const wrong = file('policy.yaml', 'keys: [{accessKeyId: a, accessKeySecret: b, policies: [{Version: "1"}]}]\n');
    await refuses(
      { MILLRACE_CONFIG: wrong },
      /policy\.yaml:1:\d+: keys\[0\]\.policies is not a valid policy: Statement/,
    );
    const data = join(folder, 'with-key');
    mkdirSync(data);
    writeFileSync(join(data, 'root-key.json'), '{"accessKeyId": "a", "accessKeySecret": "b"}', { mode: 0o600 });
    const same = file('same.yaml', 'keys: [{accessKeyId: a, accessKeySecret: c}]\n');
    await refuses({ MILLRACE_CONFIG: same, MILLRACE_DATA: data }, /access key a: two keys have this id/);
  });

  it('refuses a data folder and a root key that other users can change, and says how to mend them', async () => {
    const data = join(folder, 'open');
    mkdirSync(data);
    chmodSync(data, 0o775);
    const fix = /other users may write to the data folder .*\(mode 775\).*Run: chmod go-w/;
    await refuses({ MILLRACE_DATA: data }, fix);
    await refuses({ MILLRACE_DATA: data, MILLRACE_AUTH: 'off' }, fix);
    const link = join(folder, 'link');
    symlinkSync(data, link);
    await refuses({ MILLRACE_DATA: link }, /is a symbolic link.*Set MILLRACE_DATA to the folder itself/);
    chmodSync(data, 0o755);
    writeFileSync(join(data, 'root-key.json'), '{"accessKeyId": "a", "accessKeySecret": "hidden"}');
    chmodSync(join(data, 'root-key.json'), 0o644);
    await refuses({ MILLRACE_DATA: data }, /root-key\.json \(mode 644\).*chmod 600/);
    const store = join(data, 'flows.db');
    writeFileSync(store, '');
    chmodSync(store, 0o666);
    const flows = { MILLRACE_DATA: data, MILLRACE_STORE: 'sqlite:flows.db' };
    await refuses(flows, /other users may write to the store .*flows\.db \(mode 666\).*chmod 600/);
    symlinkSync(store, join(data, 'linked.db'));
    await refuses({ ...flows, MILLRACE_STORE: 'sqlite:linked.db' }, /linked\.db is a symbolic link/);
  });

  it('says that the store is not one of Millrace', async () => {
    const data = join(folder, 'foreign');
    mkdirSync(data);
    writeFileSync(join(data, 'flows.db'), 'x'.repeat(10_000));
    await refuses({ MILLRACE_DATA: data, MILLRACE_STORE: 'sqlite:flows.db' }, /flows\.db/);
  });

  /** The command exits with 1, prints nothing on standard output, and prints a sentence without a stack on standard error. */
  async function refuses(env: Record<string, string>, says: RegExp): Promise<void> {
    const ended = await runMillrace(['serve'], {
      env: { MILLRACE_LISTEN: '127.0.0.1:0', MILLRACE_DATA: join(folder, 'unused'), ...env },
    });
    assert.deepEqual([ended.code, ended.stdout], [1, ''], ended.stderr);
    assert.match(ended.stderr, says);
    assert.doesNotMatch(ended.stderr, /\n\s+at |Error:/);
  }
});
