/** A caller is checked by the bytes that show who it is: by the head before the body is read, and before a body is parsed. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Turns } from '../../src/base/turns.ts';
import { canonicalQuery } from '../../src/signatures/percent.ts';
import { systemScheduler } from '../../src/base/scheduler.ts';
import type { RawReply, WireHarness } from './support.ts';
import {
  FORM,
  ROOT,
  acs3Headers,
  closing,
  codeOf,
  openSocket,
  readReply,
  rpcForm,
  rpcParameters,
  send,
  startWireServer,
} from './support.ts';

const STRANGER = { accessKeyId: 'stranger', accessKeySecret: 'x' };
const FORGER = { ...ROOT, accessKeySecret: 'wrong' };
const JSON_TYPE = { 'content-type': 'application/json' };
const LATE = '2020-01-01T00:00:00Z';

interface Head {
  readonly target?: string;
  readonly headers: Readonly<Record<string, string>>;
}

function headBytes({ target = '/', headers }: Head, bodyBytes: number): Buffer {
  const all = { host: 'x', ...headers, 'content-length': String(bodyBytes) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
}

const query = (server: WireHarness, change: Record<string, string | undefined>, key = ROOT): Head => ({
  target: `/?${canonicalQuery(rpcParameters(server.time, change, key))}`,
  headers: { 'content-type': FORM },
});

/** Heads that show by themselves that the caller is not known, and the error. */
const refused: [string, (server: WireHarness) => Head, string][] = [
  ['ACS3, an unknown key', (s) => ({ headers: acs3Headers(s, 'a', { key: STRANGER }) }), 'InvalidAccessKeyID'],
  ['ACS3, a wrong secret', (s) => ({ headers: acs3Headers(s, 'a', { key: FORGER }) }), 'SignatureNotMatch'],
  [
    'ACS3, an old date',
    (s) => ({ headers: acs3Headers(s, 'a', { headers: { 'x-acs-date': LATE } }) }),
    'RequestTimeTooSkewed',
  ],
  [
    'ACS3, no nonce',
    (s) => ({ headers: acs3Headers(s, 'a', { headers: { 'x-acs-signature-nonce': undefined } }) }),
    'MissingRequiredHeader',
  ],
  ['ACS3, no scheme that exists', () => ({ headers: { authorization: 'ACS3-NONE x' } }), 'InvalidArgument'],
  [
    'ROA, an unknown key',
    () => ({
      headers: {
        authorization: 'acs stranger:c2ln',
        date: 'Fri, 02 Jan 2026 03:04:05 GMT',
        'x-acs-signature-nonce': 'n',
        'x-acs-action': 'ListFlows',
        'x-acs-version': '2019-03-15',
      },
    }),
    'InvalidAccessKeyID',
  ],
  ['RPC in the query, an unknown key', (s) => query(s, {}, STRANGER), 'InvalidAccessKeyID'],
  ['RPC in the query, an old time', (s) => query(s, { Timestamp: LATE }), 'RequestTimeTooSkewed'],
  ['RPC in the query, a JSON body', (s) => ({ ...query(s, {}), headers: JSON_TYPE }), 'UnsupportedMediaType'],
  ['an unsigned JSON body', () => ({ headers: JSON_TYPE }), 'MissingRequiredHeader'],
  [
    'an unsigned JSON body with an action',
    () => ({ headers: { ...JSON_TYPE, 'x-acs-action': 'ListFlows' } }),
    'MissingRequiredHeader',
  ],
  ['multipart', () => ({ headers: { 'content-type': 'multipart/form-data; boundary=x' } }), 'UnsupportedMediaType'],
  ['gzip', () => ({ headers: { 'content-type': FORM, 'content-encoding': 'gzip' } }), 'UnsupportedMediaType'],
];
for (const [title, head, code] of refused) {
  test(`the head alone is refused, before its body comes: ${title}`, async (t) => {
    const server = await startWireServer(t);
    const socket = await openSocket(server.port);
    socket.write(headBytes(head(server), 1024 * 1024));
    const reply = await readReply(socket);
    assert.deepEqual([codeOf(reply), reply.headers['connection']], [code, 'close'], reply.body);
    await closing(socket);
  });
  test(`the answer reaches a client that reads only after it has sent all: ${title}`, async (t) => {
    const server = await startWireServer(t);
    const socket = await openSocket(server.port, 'half-open');
    socket.pause();
    socket.write(headBytes(head(server), 1024 * 1024));
    for (let sent = 0; sent < 16; sent++) {
      if (!socket.write(Buffer.alloc(64 * 1024, 'x'))) await once(socket, 'drain');
    }
    const reply = readReply(socket);
    socket.resume();
    assert.equal(codeOf(await reply), code);
    socket.destroy();
  });
}

test('with Expect: 100-continue, a stranger gets the refusal and is not asked for the body', async (t) => {
  const server = await startWireServer(t);
  const socket = await openSocket(server.port);
  const headers = acs3Headers(server, 'a', { key: STRANGER });
  socket.write(headBytes({ headers: { ...headers, expect: '100-continue' } }, 100));
  assert.equal(codeOf(await readReply(socket)), 'InvalidAccessKeyID');
});

test('a request behind a refused one on the same connection is not served', async (t) => {
  const server = await startWireServer(t);
  const socket = await openSocket(server.port);
  const unsigned = headBytes({ headers: JSON_TYPE }, 2);
  const health = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n';
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString();
  });
  socket.write(Buffer.concat([unsigned, Buffer.from(`{}${health}`)]));
  await closing(socket);
  assert.equal(received.match(/HTTP\/1\.1 /g)?.length, 1);
});

test('a body is compared with its signed hash before it is parsed', async (t) => {
  const server = await startWireServer(t);
  const headers = acs3Headers(server, '{}', { headers: JSON_TYPE });
  for (const body of ['{"', '['.repeat(100_000), '{"a":1}']) {
    assert.equal(codeOf(await send(server, { headers, body })), 'SignatureNotMatch', body.slice(0, 10));
  }
  assert.equal((await send(server, { headers, body: '{}' })).status, 200);
});

test('of two copies of a request whose bodies arrive later, one is served', async (t) => {
  const server = await startWireServer(t);
  const headers = acs3Headers(server, 'a=1');
  const replies: Promise<RawReply>[] = [];
  const sockets = await Promise.all([openSocket(server.port), openSocket(server.port)]);
  for (const socket of sockets) {
    socket.write(headBytes({ headers }, 3));
    replies.push(readReply(socket));
  }
  for (const socket of sockets) socket.write('a=1');
  const codes = (await Promise.all(replies)).map((reply) => codeOf(reply) ?? reply.status);
  assert.deepEqual(new Set(codes), new Set([200, 'SignatureNonceUsed']));
  for (const socket of sockets) socket.destroy();
});

test('a body that arrives after the time of its head has passed is refused, so that its nonce need not be known', async (t) => {
  const server = await startWireServer(t);
  const headers = acs3Headers(server, 'a=1');
  const socket = await openSocket(server.port);
  socket.write(headBytes({ headers: { ...headers, expect: '100-continue' } }, 3));
  // The server has read the head when it asks for the body.
  await once(socket, 'data');
  server.time.advance(15 * 60_000 + 1000);
  socket.write('a=1');
  assert.equal(codeOf(await readReply(socket)), 'RequestTimeTooSkewed');
});

test('work on large bodies runs in turns of its own, in order', async () => {
  const turns = new Turns(systemScheduler);
  const seen: string[] = [];
  for (const name of ['a', 'b', 'c']) turns.add(() => void seen.push(name));
  for (let turn = 0; turn < 8 && seen.length < 6; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push('turn');
  }
  assert.deepEqual(
    seen.filter((name) => name !== 'turn'),
    ['a', 'b', 'c'],
  );
  assert.doesNotMatch(seen.join(), /[abc],[abc]/);
});

test('a large form is served like a small one', async (t) => {
  const server = await startWireServer(t);
  const body = rpcForm(server.time, { Input: 'x'.repeat(500_000) });
  assert.equal((await send(server, { headers: { 'content-type': FORM }, body })).status, 200);
});

test('separators alone count as parameters', async (t) => {
  const server = await startWireServer(t);
  const reply = await send(server, { headers: { 'content-type': FORM }, body: '&'.repeat(1024 * 1024) });
  assert.match(reply.body, /at most 1000 parameters/);
});
