/** Requests that do not come from the console's own page, and the server without authentication. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ROOT_KEY, startServer } from '../../src/testing/index.ts';
import type { ServerProcess } from '../../src/testing/index.ts';
import { fileEnd } from '../support/at-end.ts';
import { Visitor, ask, codeOf, faultsIn, signedIn } from './support.ts';
import type { Reply } from './support.ts';

type Headers = Readonly<Record<string, string | null>>;

describe('a request of another page', () => {
  let server: ServerProcess;
  let visitor: Visitor;
  before(async () => {
    server = await startServer(fileEnd);
    visitor = await signedIn(fileEnd, server);
  });

  const foreign: [string, Headers][] = [
    ['of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://example.com' }],
    ['of another port of the machine', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' }],
    ['of another site that says to be the same', { 'sec-fetch-site': 'cross-site' }],
    ['that someone opened', { 'sec-fetch-site': 'none', origin: null }],
    ['with two values', { 'sec-fetch-site': 'same-origin, same-origin' }],
    ['of an old browser', { 'sec-fetch-site': null, origin: 'https://example.com' }],
    ['of an old browser, with a name that begins alike', { 'sec-fetch-site': null, origin: 'http://127.0.0.1' }],
    ['of a sandbox', { 'sec-fetch-site': null, origin: 'null' }],
    ['without the header', { 'x-millrace-console': null }],
  ];
  for (const [title, headers] of foreign) {
    it(`is refused, ${title}`, async () => {
      const requests = [
        ...['session', 'api/ListFlows', 'reveal', 'report', 'stream?list=1', 'nothing'].map((path) => ['POST', path]),
        ...['session', 'stream?list=1', 'stream?flow=a&execution=b', 'api/ListFlows', 'reveal'].map((path) => [
          'GET',
          path,
        ]),
        ...['PUT', 'PATCH', 'OPTIONS', 'DELETE'].map((method) => [method, 'session']),
        ['HEAD', 'stream?list=1'],
      ] as [string, string][];
      for (const [method, path] of requests) {
        const body = method === 'POST' ? { body: JSON.stringify(ROOT_KEY) } : {};
        const reply = await visitor.ask({ method, path: `/console/${path}`, headers, ...body });
        assert.equal(reply.status, 403, `${method} ${path}: ${reply.text}`);
        assert.equal(reply.headers['access-control-allow-origin'], undefined);
        assert.equal(reply.headers['set-cookie'], undefined);
      }
    });
  }

  it('is refused as a form', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x']) {
      const headers = { 'content-type': type, 'x-millrace-console': null, 'sec-fetch-site': 'cross-site' };
      const body = '{"Name":"a"}';
      const reply = await visitor.ask({ method: 'POST', path: '/console/api/DeleteFlow', headers, body });
      assert.deepEqual([reply.status, codeOf(reply)], [403, 'AccessDenied']);
    }
  });

  it('is taken from a browser without Sec-Fetch, by its origin', async () => {
    const plain = { 'sec-fetch-site': null };
    assert.equal((await visitor.ask({ path: '/console/session', headers: { ...plain, origin: null } })).status, 200);
    const post = { method: 'POST', path: '/console/api/ListFlows', body: '{}' };
    assert.equal((await visitor.ask({ ...post, headers: plain })).status, 200);
    assert.equal((await visitor.ask({ ...post, headers: { ...plain, origin: null } })).status, 403);
    const { port } = new URL(server.url);
    const named = { ...plain, host: `LocalHost:${port}`, origin: `http://localhost:${port}` };
    assert.equal((await visitor.ask({ ...post, headers: named })).status, 200);
  });

  it('is compared with the host that a named proxy says, and not with that of any other', async (t) => {
    const settings = 'http: { trustProxy: ["127.0.0.1"] }\n';
    const behind = await startServer(t, { settings });
    const headers = {
      ...{ 'sec-fetch-site': null, origin: 'https://flows.example.com', 'x-forwarded-host': 'flows.example.com' },
      ...{ 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' },
    };
    const request = { method: 'POST', path: '/console/session', body: JSON.stringify(ROOT_KEY) };
    assert.equal((await new Visitor(t, behind).ask({ ...request, headers })).status, 200);
    assert.equal((await visitor.ask({ ...request, headers })).status, 403);
  });

  it('leaves no defect', () => assert.deepEqual(faultsIn(server), []));
});

describe('methods', () => {
  it('that an address does not have are refused, and do nothing', async (t) => {
    const server = await startServer(t);
    const visitor = await signedIn(t, server);
    const wrong = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
    for (const method of wrong) {
      for (const path of ['api/ListFlows', 'reveal', 'report']) {
        assert.equal((await visitor.ask({ method, path: `/console/${path}` })).status, 405, `${method} ${path}`);
      }
    }
    for (const method of ['HEAD', 'PUT', 'PATCH', 'OPTIONS']) {
      assert.equal((await visitor.ask({ method, path: '/console/session' })).status, 405, method);
    }
    for (const method of ['HEAD', 'POST', 'PUT', 'DELETE']) {
      const reply = await visitor.ask({ method, path: '/console/stream?list=1' });
      assert.ok(reply.status === 405 || reply.status === 404, `${method}: ${reply.status}`);
    }
    for (const path of ['api', 'api/', 'api/ListFlows/more', 'reveal/more', 'session/more', 'stream/more', 'nothing']) {
      const reply = await visitor.post(path, {});
      assert.ok(reply.status === 405 || reply.status === 404, `${path}: ${reply.status}`);
    }
    const disguised = { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' };
    assert.equal((await visitor.ask({ path: '/console/session', headers: disguised })).json()['signedIn'], true);
    assert.equal((await visitor.call('ListFlows')).status, 200);
  });
});

describe('without authentication', () => {
  let server: ServerProcess;
  before(async () => {
    server = await startServer(fileEnd, { env: { MILLRACE_AUTH: 'off' } });
  });

  it('browsers use the console without signing in, and still not the API', async (t) => {
    const visitor = new Visitor(t, server);
    const view = (await visitor.get('session')).json();
    assert.deepEqual([view['auth'], view['signedIn'], view['accessKeyId'], view['isRoot']], ['off', true, '', true]);
    assert.equal((await visitor.call('ListFlows')).status, 200);
    const stream = await visitor.stream({ list: '1' });
    await stream.first('hello');
    const { origin } = new URL(server.url);
    const api = await ask(server.url, { path: '/?Action=ListFlows&Version=2019-03-15', headers: { origin } });
    assert.deepEqual([api.status, codeOf(api)], [403, 'AccessDenied']);
    assert.equal((await visitor.signIn()).status, 405);
    assert.equal((await visitor.ask({ method: 'DELETE', path: '/console/session' })).status, 405);
  });

  it('pages of other sites get nothing', async (t) => {
    const visitor = new Visitor(t, server);
    const headers: Headers[] = [
      { 'sec-fetch-site': 'cross-site', origin: 'https://example.com' },
      { 'x-millrace-console': null },
    ];
    for (const each of headers) {
      const reply = await visitor.ask({ method: 'POST', path: '/console/api/ListFlows', headers: each, body: '{}' });
      assert.equal(reply.status, 403);
    }
  });

  it('other hosts and proxies are refused at each address', async (t) => {
    const visitor = new Visitor(t, server);
    const asked: [string, string, Headers][] = [
      ['GET', '/console', {}],
      ['GET', '/console/', {}],
      ['GET', '/console/session', {}],
      ['POST', '/console/api/ListFlows', {}],
    ];
    const refused: Headers[] = [
      { host: 'rebound.example.com' },
      { host: '192.168.1.5:7780' },
      { 'x-forwarded-for': '127.0.0.1' },
      { via: '1.1 proxy' },
    ];
    for (const [method, path] of asked) {
      for (const headers of refused) {
        const reply: Reply = await visitor.ask({ method, path, headers, ...(method === 'POST' && { body: '{}' }) });
        assert.deepEqual([reply.status, codeOf(reply)], [403, 'AccessDenied'], `${method} ${path}`);
      }
    }
  });

  it('leaves no defect', () => assert.deepEqual(faultsIn(server), []));
});
