/** The start of `millrace serve`: one line when it serves, and one sentence for each reason why it cannot. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runMillrace, startServer } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { fileEnd } from '../support/at-end.ts';

describe('millrace serve', () => {
  it('prints one line on standard output, and exits with 0 on SIGTERM', async (t) => {
    const server = await startServer(t);
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const ended = await server.stop();
    assert.deepEqual([ended.code, ended.stdout], [0, `millrace ready ${server.url}\n`]);
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
    writeFileSync(join(data, 'root-key.json'), '{"accessKeyId": "a", "accessKeySecret": "b"}');
    const same = file('same.yaml', 'keys: [{accessKeyId: a, accessKeySecret: c}]\n');
    await refuses({ MILLRACE_CONFIG: same, MILLRACE_DATA: data }, /access key a: two keys have this id/);
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
