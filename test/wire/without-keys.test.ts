/** Authentication is off: who may call, and by which name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalQuery } from '../../src/signatures/percent.ts';
import type { RawReply, WireHarness } from './support.ts';
import { FORM, codeOf, send, sendBytes, startWireServer } from './support.ts';

const TARGET = '/?Action=StartSyncExecution&Version=2019-03-15';

const get = (server: WireHarness, headers: Record<string, string>): Promise<RawReply> =>
  send(server, { method: 'GET', target: TARGET, headers: { host: 'localhost', ...headers } });

const browsers: [string, Record<string, string>][] = [
  ['a page of another site', { origin: 'https://example.com' }],
  ['a page in a sandbox', { origin: 'null' }],
  ['an image on a page of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ['a page of another port', { 'sec-fetch-site': 'same-site' }],
  ['a page under the name itself', { 'sec-fetch-site': 'same-origin' }],
  ['an address that someone opened', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
  ['a link, without the site', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
  ['an image in an old browser', { referer: 'https://example.com/' }],
  ['a WebSocket', { origin: 'https://example.com', connection: 'Upgrade', upgrade: 'websocket' }],
];
for (const [title, headers] of browsers) {
  test(`a browser cannot call: ${title}`, async (t) => {
    const server = await startWireServer(t, { auth: 'off' });
    const reply = await get(server, headers);
    assert.deepEqual([reply.status, codeOf(reply)], [403, 'AccessDenied']);
    const body = TARGET.slice(2);
    for (const type of [FORM, 'text/plain', 'multipart/form-data; boundary=x', 'application/json']) {
      const all = { host: 'localhost', 'content-type': type, ...headers };
      assert.equal((await send(server, { headers: all, body })).status, 403, type);
    }
  });
}

test('a preflight request of a browser is refused', async (t) => {
  const server = await startWireServer(t, { auth: 'off' });
  const headers = { host: 'localhost', origin: 'https://example.com', 'access-control-request-method': 'POST' };
  const reply = await send(server, { method: 'OPTIONS', headers });
  assert.ok(reply.status >= 400);
  assert.equal(reply.headers['access-control-allow-headers'], undefined);
});

test('programs can call, also with the marks that their libraries set', async (t) => {
  const server = await startWireServer(t, { auth: 'off' });
  for (const headers of [
    {},
    { 'sec-fetch-mode': 'cors' },
    { 'sec-fetch-site': 'none' },
    { 'user-agent': 'Mozilla/5.0' },
  ]) {
    assert.equal((await get(server, headers)).status, 200, JSON.stringify(headers));
  }
});

test('the content types of forms of web pages are refused without a mark too', async (t) => {
  const server = await startWireServer(t, { auth: 'off' });
  for (const type of ['text/plain', 'multipart/form-data; boundary=x']) {
    const reply = await send(server, { headers: { host: 'localhost', 'content-type': type }, body: TARGET.slice(2) });
    assert.equal(codeOf(reply), 'UnsupportedMediaType');
  }
});

test('a call through a proxy is refused, because it can come from another machine', async (t) => {
  const server = await startWireServer(t, { auth: 'off' });
  for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
    assert.equal((await get(server, { [name]: '192.0.2.1' })).status, 403, name);
  }
});

test('only local names are accepted as host', async (t) => {
  const server = await startWireServer(t, { auth: 'off', hosts: ['cn-hangzhou.fnf.aliyuncs.com', 'Build-Box'] });
  const local = [
    '127.0.0.1:7780',
    '127.8.0.1',
    '[::1]:7780',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]:7780',
    'localhost',
    'LOCALHOST:7780',
    'localhost.',
    'app.localhost:1',
    'app.localhost.:1',
    '',
    'cn-hangzhou.fnf.aliyuncs.com',
    'build-box:7780',
    'BUILD-BOX.',
  ];
  for (const host of local) assert.equal((await get(server, { host })).status, 200, host);
  const other = [
    'example.com',
    'rebound.example.com:7780',
    '127.0.0.1.example.com',
    'localhost.example.com',
    'notlocalhost',
    'millrace:80',
    'host.docker.internal',
    'printer.local',
    'millrace.test',
    'cn-shanghai.fnf.aliyuncs.com',
    'a.build-box',
    '0.0.0.0:7780',
    '[::]',
    '192.168.1.5',
    '10.0.0.1:7780',
    '[fe80::1]',
    '[::ffff:10.0.0.1]',
    '2130706433',
    '0x7f000001',
    '127.1',
    'localhost@example.com',
    'example.com@localhost',
    'localhost:7780:7780',
    'localhost..',
    '[::1',
    '::1',
    'localhost/x',
    'localhost example.com',
  ];
  for (const host of other) {
    const reply = await get(server, { host });
    assert.deepEqual([reply.status, codeOf(reply)], [403, 'AccessDenied'], host);
  }
});

test('the host of an absolute request target counts, not that of the header', async (t) => {
  const server = await startWireServer(t, { auth: 'off' });
  const query = canonicalQuery(
    new Map([
      ['Action', 'StartSyncExecution'],
      ['Version', '2019-03-15'],
    ]),
  );
  const ask = (target: string, host: string): Promise<RawReply> =>
    send(server, { method: 'GET', target, headers: { host } });
  assert.equal((await ask(`http://example.com/?${query}`, 'localhost')).status, 403);
  assert.equal((await ask(`http://localhost/?${query}`, 'example.com')).status, 200);
});

test('every answer says that browsers must not guess its type', async (t) => {
  const server = await startWireServer(t);
  const replies = [
    await send(server, { method: 'GET' }),
    await send(server, { target: '/nothing' }),
    await send(server, { method: 'PUT' }),
    await send(server, { method: 'GET', target: '/healthz' }),
    await send(server, { method: 'GET', target: '/readyz' }),
    await send(server, { method: 'GET', target: '/?Format=XML' }),
    await send(server, { headers: { 'content-type': 'text/plain' }, body: 'x' }),
    await sendBytes(server.port, Buffer.from('HELLO\r\n\r\n')),
    await sendBytes(server.port, Buffer.from(`GET /?${'x'.repeat(300_000)} HTTP/1.1\r\n\r\n`)),
  ];
  for (const [i, reply] of replies.entries()) {
    assert.equal(reply.headers['x-content-type-options'], 'nosniff', `reply ${i}`);
  }
});
