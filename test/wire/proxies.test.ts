/** Reverse proxies: whose headers are believed, and which signatures cover what they pass on. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { Secret } from '../../src/config/settings.ts';
import { Peers } from '../../src/wire/http/peer.ts';
import type { RawReply, WireHarness } from './support.ts';
import {
  FORM,
  acs3Headers,
  codeOf,
  messageOf,
  roaHeaders,
  rpcForm,
  send,
  sendBytes,
  requestBytes,
  startWireServer,
} from './support.ts';

const peer = (peers: Peers, remoteAddress: string, headers: Record<string, string> = {}) =>
  peers.of({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);

test('without proxies in the settings the address is that of the connection', () => {
  const peers = new Peers([], false);
  const forged = { 'x-forwarded-for': '10.0.0.1', 'x-forwarded-proto': 'https' };
  assert.deepEqual(peer(peers, '127.0.0.1', forged), { address: '127.0.0.1', isSecure: false });
  assert.deepEqual(peer(peers, '', forged), { address: '', isSecure: false });
});

test('behind proxies the address is the last one that is not a proxy', () => {
  const peers = new Peers(['127.0.0.1', '10.0.0.0/8', 'fd00::/8'], true);
  const from = (forwarded: string | undefined, remote = '127.0.0.1'): string =>
    peer(peers, remote, forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }).address;
  assert.equal(from('192.0.2.7'), '192.0.2.7');
  assert.equal(from('1.1.1.1, 192.0.2.7, 10.2.3.4'), '192.0.2.7');
  assert.equal(from('192.0.2.7:4711'), '192.0.2.7');
  assert.equal(from('[2001:db8::1]:4711, fd00::5'), '2001:db8::1');
  assert.equal(from('192.0.2.7', '::ffff:127.0.0.1'), '192.0.2.7');
  // A caller cannot choose its address: it is not called through a proxy.
  assert.equal(from('192.0.2.7', '203.0.113.9'), '203.0.113.9');
  // Not known: no address by which a policy could allow the call.
  for (const unknown of [undefined, '', 'unknown', '192.0.2.7, unknown', '192.0.2.7,', '10.1.1.1', '_hidden']) {
    assert.equal(from(unknown), '', String(unknown));
  }
  assert.equal(peer(peers, '127.0.0.1', { 'x-forwarded-proto': 'http, https' }).isSecure, true);
  assert.equal(peer(peers, '127.0.0.1', { 'x-forwarded-proto': 'https, http' }).isSecure, false);
  assert.equal(peer(peers, '127.0.0.1').isSecure, false);
  assert.equal(peer(peers, '203.0.113.9').isSecure, true);
});

test('a ROA-style body without Content-MD5 is accepted only on connections that no one can change', () => {
  const isSafe = (peers: Peers, remoteAddress: string, headers: Record<string, string> = {}): boolean =>
    peers.bodyIsSafe({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);
  const plain = new Peers([], false);
  const encrypted = new Peers([], true);
  for (const address of ['127.0.0.1', '127.8.0.1', '::1', '::ffff:127.0.0.1']) {
    assert.equal(isSafe(plain, address), true, address);
    assert.equal(isSafe(new Peers(['127.0.0.0/8', '::1'], false), address), false, address);
    assert.equal(isSafe(new Peers(['127.0.0.0/8', '::1'], true), address), false, address);
    for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
      assert.equal(isSafe(plain, address, { [name]: 'x' }), false, name);
      assert.equal(isSafe(encrypted, address, { [name]: 'x' }), false, name);
    }
  }
  for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1', '']) {
    assert.equal(isSafe(plain, address), false, address);
    assert.equal(isSafe(encrypted, address), true, address);
  }
});

test('a proxy on this machine cannot change the body of a ROA-style call', async (t) => {
  const behind = await startWireServer(t, { trustProxy: ['127.0.0.1'] });
  const refused = await send(behind, { headers: roaHeaders(behind), body: 'FlowName=f' });
  assert.deepEqual([codeOf(refused), refused.status], ['MissingRequiredHeader', 400]);
  const direct = await startWireServer(t);
  assert.equal((await send(direct, { headers: roaHeaders(direct), body: 'FlowName=f' })).status, 200);
  const forwarded = { ...roaHeaders(direct), 'x-forwarded-for': '192.0.2.1' };
  assert.match(messageOf(await send(direct, { headers: forwarded, body: 'FlowName=f' })), /Content-MD5/);
});

test("a policy sees the caller's address behind a proxy", async (t) => {
  const Condition = { IpAddress: { 'acs:SourceIp': '192.0.2.0/24' } };
  const policies = [{ Version: '1', Statement: [{ Effect: 'Allow', Action: 'fnf:*', Resource: '*', Condition }] }];
  const keys = [{ accessKeyId: 'k', accessKeySecret: new Secret('s'), securityToken: null, expiresMs: null, policies }];
  const ask = (server: WireHarness, headers: Record<string, string>): Promise<RawReply> => {
    const body = rpcForm(server.time, { FlowName: 'f' }, { accessKeyId: 'k', accessKeySecret: 's' });
    return send(server, { headers: { 'content-type': FORM, ...headers }, body });
  };
  const behind = await startWireServer(t, { keys, trustProxy: ['127.0.0.1'] });
  assert.equal((await ask(behind, { 'x-forwarded-for': '192.0.2.9' })).status, 200);
  assert.equal(codeOf(await ask(behind, { 'x-forwarded-for': '192.0.2.9, 203.0.113.1' })), 'AccessDenied');
  assert.equal(codeOf(await ask(behind, {})), 'AccessDenied');
  const direct = await startWireServer(t, { keys });
  assert.equal(codeOf(await ask(direct, { 'x-forwarded-for': '192.0.2.9' })), 'AccessDenied');
});

test('ACS3: a content type that is sent must be signed, so that no one can turn a form into JSON', async (t) => {
  const server = await startWireServer(t);
  const body = 'FlowName=f';
  const unsigned = acs3Headers(server, body, { headers: { 'content-type': undefined } });
  for (const type of [FORM, 'application/json', 'text/plain']) {
    const reply = await send(server, { headers: { ...unsigned, 'content-type': type }, body });
    const code = type === 'text/plain' ? 'UnsupportedMediaType' : 'MissingRequiredHeader';
    assert.equal(codeOf(reply), code, reply.body);
  }
  const mixed = { ...unsigned, 'Content-Type': FORM };
  assert.match(messageOf(await send(server, { headers: mixed, body })), /'content-type'.*SignedHeaders/);
  const get = acs3Headers(server, '', { method: 'GET', headers: { 'content-type': undefined } });
  assert.equal(
    codeOf(await send(server, { method: 'GET', headers: { ...get, 'content-type': FORM } })),
    'MissingRequiredHeader',
  );
  assert.equal((await send(server, { headers: unsigned, body })).status, 200);
});

test('a header whose order would matter is refused twice', async (t) => {
  const server = await startWireServer(t);
  for (const [name, value] of [
    ['Content-Type', 'application/json'],
    ['Host', 'other'],
  ] as const) {
    const bytes = requestBytes({ headers: acs3Headers(server, 'a=1'), body: 'a=1' }).toString('latin1');
    const twice = bytes.replace('\r\n\r\n', `\r\n${name}: ${value}\r\n\r\n`);
    const reply = await sendBytes(server.port, Buffer.from(twice, 'latin1'));
    assert.match(messageOf(reply), new RegExp(`'${name.toLowerCase()}' is given twice`));
  }
});
