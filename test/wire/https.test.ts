/** The HTTP interface over TLS, with a certificate for these tests only. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { connect, getCiphers } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { Secret } from '../../src/config/settings.ts';
import type { WireHarness } from './support.ts';
import { FORM, closing, openSocket, readReply, requestBytes, rpcForm, startWireServer } from './support.ts';

const read = (name: string): string => readFileSync(new URL(`../support/tls/${name}.pem`, import.meta.url), 'utf8');
const tls = { cert: read('certificate'), key: read('key') };
const Condition = { Bool: { 'acs:SecureTransport': 'true' } };
const policies = [{ Version: '1', Statement: [{ Effect: 'Allow', Action: 'fnf:*', Resource: '*', Condition }] }];
const keys = [{ accessKeyId: 'k', accessKeySecret: new Secret('s'), securityToken: null, expiresMs: null, policies }];

async function openTls(server: WireHarness): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: server.port, ca: tls.cert });
  await once(socket, 'secureConnect');
  return socket;
}

function callBytes(server: WireHarness): Buffer {
  const body = rpcForm(server.time, {}, { accessKeyId: 'k', accessKeySecret: 's' });
  return requestBytes({ headers: { 'content-type': FORM }, body });
}

test('a call over HTTPS, and a policy that requires it', async (t) => {
  const secure = await startWireServer(t, { tls, keys });
  assert.match(secure.url, /^https:/);
  const socket = await openTls(secure);
  socket.write(callBytes(secure));
  assert.equal((await readReply(socket)).status, 200);
  socket.destroy();

  const plain = await startWireServer(t, { keys });
  const open = await openSocket(plain.port);
  open.write(callBytes(plain));
  assert.equal((await readReply(open)).status, 403);
  open.destroy();
});

test('plain HTTP to a TLS port, and an aborted handshake, do not affect other callers', async (t) => {
  const server = await startWireServer(t, { tls, keys });
  const plain = await openSocket(server.port);
  plain.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await closing(plain);
  const halfway = await openSocket(server.port);
  halfway.write(Buffer.from([0x16, 0x03, 0x01]));
  halfway.destroy();
  const socket = await openTls(server);
  socket.write(callBytes(server));
  assert.equal((await readReply(socket)).status, 200);
  socket.destroy();
});

test('closing ends idle TLS connections, and at the limit those without a handshake', async (t) => {
  const server = await startWireServer(t, { tls });
  const silent = closing(await openSocket(server.port));
  const idle = closing(await openTls(server));
  const closed = server.wire.close(60_000);
  // The server may see the end of the handshake later than the client does.
  let ended = false;
  idle.then(() => {
    ended = true;
  }, assert.fail);
  while (!ended) {
    await new Promise((resolve) => setImmediate(resolve));
    server.time.advance(50);
    assert.ok(server.time.nowMs() < Date.UTC(2026, 0, 3), 'closed in time');
  }
  server.time.advance(60_000);
  await Promise.all([silent, closed]);
});

test('TLS 1.2 has no suite with CBC, and earlier versions are refused', async (t) => {
  const server = await startWireServer(t, { tls });
  const handshake = (options: ConnectionOptions): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: server.port, ca: tls.cert, ...options });
      const end = (result: string): void => {
        socket.destroy();
        resolve(result);
      };
      socket.once('secureConnect', () => end(`${socket.getProtocol()} ${socket.getCipher().name}`));
      socket.once('error', () => end('refused'));
    });
  const old = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
  const suites = getCiphers().map((name) => name.toUpperCase());
  const blocks = suites.filter(
    (name) => /^(ECDHE|DHE|AES).*-SHA(256|384)?$/.test(name) && !/GCM|CHACHA|CCM/.test(name),
  );
  assert.ok(blocks.length > 5, blocks.join());
  for (const ciphers of blocks) assert.equal(await handshake({ ...old, ciphers }), 'refused', ciphers);
  // The test's certificate has one kind of key, and the suites of TLS 1.2 name it.
  const kinds = ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256'];
  const accepted = await Promise.all(kinds.map((ciphers) => handshake({ ...old, ciphers })));
  assert.equal(accepted.filter((result) => result.startsWith('TLSv1.2 ')).length, 1, accepted.join());
  assert.match(await handshake({}), /^TLSv1\.3 /);
  const ancient = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
  assert.equal(await handshake(ancient), 'refused');
});
