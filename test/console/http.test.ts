/** The console as HTTP: headers, files, paths, bodies, and the server without it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { WEB_FOLDER } from '../../console/build.ts';
import { ensureBuilt } from '../../console/test/support/built-console.ts';
import { startServer } from '../../src/testing/index.ts';
import type { ServerProcess } from '../../src/testing/index.ts';
import { fileEnd } from '../support/at-end.ts';
import { Visitor, ask, codeOf, createFlow, faultsIn, machine, signedIn } from './support.ts';
import type { Reply } from './support.ts';

const CSP = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

function assertSafe({ headers }: Pick<Reply, 'headers'>, what: string): void {
  assert.equal(headers['content-security-policy'], CSP, what);
  assert.equal(headers['x-content-type-options'], 'nosniff', what);
  assert.equal(headers['referrer-policy'], 'no-referrer', what);
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin', what);
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin', what);
  assert.equal(headers['access-control-allow-origin'], undefined, what);
  assert.equal(headers['x-powered-by'], undefined, what);
}

let server: ServerProcess;
let root: Visitor;
before(async () => {
  await ensureBuilt();
  server = await startServer(fileEnd);
  root = await signedIn(fileEnd, server);
});

describe('each answer', () => {
  it('has the headers that protect the page, and is not stored', async () => {
    const stranger = (path: string, method = 'GET'): Promise<Reply> => ask(server.url, { path, method });
    const replies: [string, Promise<Reply>][] = [
      ['the redirect', stranger('/console')],
      ['the session', root.get('session')],
      ['a call', root.call('ListFlows')],
      ['an error of the API', root.call('DescribeFlow', { Name: 'none' })],
      ['an unknown action', root.call('None')],
      ['a wrong body', root.ask({ method: 'POST', path: '/console/api/ListFlows', body: '{' })],
      ['no file', stranger('/console/none.js')],
      ['no header', stranger('/console/session')],
      [
        'no session',
        ask(server.url, {
          path: '/console/api/ListFlows',
          method: 'POST',
          headers: { 'x-millrace-console': '1', 'sec-fetch-site': 'same-origin' },
        }),
      ],
      ['no stream', root.get('stream')],
      ['no method', root.ask({ method: 'PUT', path: '/console/session' })],
    ];
    for (const [what, asking] of replies) {
      const reply = await asking;
      assertSafe(reply, what);
      assert.equal(reply.headers['cache-control'], 'no-store', what);
    }
    const page = await stranger('/console/');
    assertSafe(page, 'the page');
    const stream = await fetch(`${server.url}/console/stream?list=1`, { headers: root.headers });
    assertSafe({ headers: Object.fromEntries(stream.headers) }, 'a stream');
    assert.equal(stream.headers.get('cache-control'), 'no-store, no-transform');
    assert.equal(stream.headers.get('x-accel-buffering'), 'no');
    await stream.body?.cancel();
  });
});

describe('the address of the console', () => {
  it('without the slash leads to the one with it, relative to any prefix', async () => {
    for (const path of ['/console', '/console?a=b', `http://example.com/console`]) {
      const reply = await ask(server.url, { path });
      assert.deepEqual([reply.status, reply.headers['location']], [307, 'console/'], path);
    }
    assert.equal(new URL('console/', 'https://example.com/flows/console').pathname, '/flows/console/');
  });

  it('has nothing beside its files', async () => {
    const paths = [
      '/console/none',
      '/console/index.html/',
      '/console//',
      '/console/../',
      '/console/../package.json',
      '/console/..%2f..%2fpackage.json',
      '/console/%2e%2e/%2e%2e/package.json',
      '/console/....//package.json',
      '/console/..\\..\\package.json',
      '/console/%5c..%5cpackage.json',
      '/console/%00',
      '/console/index.html%00.js',
      '/console/.',
      '/console/__proto__',
      '/console/constructor',
      '/console/%c0%ae%c0%ae/',
      '/console/file:///etc/passwd',
      `/console/${'a'.repeat(100_000)}`,
    ];
    for (const path of paths) {
      const reply = await ask(server.url, { path });
      assert.equal(reply.status, 404, path.slice(0, 100));
      assert.ok(!reply.text.includes('package'), path);
    }
    for (const path of ['/consolex', '/Console/', '/console%2f', '/%63onsole/', '//console/']) {
      assert.equal((await ask(server.url, { path })).status, 404, path);
    }
  });
});

describe('the files', () => {
  it('come in the encodings that the browser takes, and stay in its cache if their name changes with them', async () => {
    const names = readdirSync(WEB_FOLDER);
    const page = await ask(server.url, { path: '/console/' });
    assert.deepEqual(
      [page.status, page.headers['content-type'], page.headers['cache-control']],
      [200, 'text/html; charset=utf-8', 'no-cache'],
    );
    assert.equal(page.text, readFileSync(join(WEB_FOLDER, 'index.html'), 'utf8'));
    assert.doesNotMatch(page.text, /<script(?![^>]*\ssrc=)|<style|\son\w+=|style=|https?:\/\/(?!www\.w3\.org)/);
    for (const [, address = ''] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      assert.doesNotMatch(address, /^[/.]|:/, 'an address of the page has to be relative');
      const file = await ask(server.url, { path: `/console/${address}` });
      assert.equal(file.status, 200, address);
    }
    const script = names.find((name) => /^app-\w+\.js$/.test(name)) ?? assert.fail();
    const plain = readFileSync(join(WEB_FOLDER, script));
    const get = (encodings: string | null, method = 'GET'): Promise<Reply> =>
      ask(server.url, { method, path: `/console/${script}`, headers: { 'accept-encoding': encodings } });
    for (const [encodings, encoding] of [
      ['gzip, deflate, br', 'br'],
      ['gzip', 'gzip'],
      ['GZIP', 'gzip'],
      ['br;q=0, gzip;q=0.5', 'gzip'],
      ['gzip;q=0', undefined],
      ['identity', undefined],
      [null, undefined],
    ] as const) {
      const reply = await get(encodings);
      assert.deepEqual(
        [reply.status, reply.headers['content-encoding'], reply.headers['cache-control'], reply.headers['vary']],
        [200, encoding, 'public, max-age=31536000, immutable', 'accept-encoding'],
        String(encodings),
      );
      const bytes =
        encoding === 'br'
          ? brotliDecompressSync(reply.bytes)
          : encoding === 'gzip'
            ? gunzipSync(reply.bytes)
            : reply.bytes;
      assert.ok(bytes.equals(plain));
      assertSafe(reply, String(encodings));
    }
    const head = await get(null, 'HEAD');
    assert.deepEqual([head.status, head.text, head.headers['content-length']], [200, '', String(plain.length)]);
  });
});

describe('a body', () => {
  it('near the limit of a definition goes through, with all that JSON adds', async () => {
    const line = `# "quoted" \\ line\n`;
    const flow = `${machine({ Type: 'Pass', Name: 'A' })}\n`;
    const definition = flow + line.repeat(Math.floor((1024 * 1024 - flow.length) / line.length));
    await createFlow(root, 'big', machine({ Type: 'Pass', Name: 'A' }));
    const body = JSON.stringify({ Name: 'big', Definition: definition });
    assert.ok(body.length > 1.2 * 1024 * 1024);
    assert.equal((await root.call('UpdateFlow', { Name: 'big', Definition: definition })).status, 200);
    assert.equal((await root.ok('DescribeFlow', { Name: 'big' }))['Definition'], definition);
    assert.equal((await root.call('CheckDefinition', { Definition: definition })).status, 200);
    const worst = flow + '"'.repeat(1024 * 1024 - flow.length);
    const checked = await root.call('CheckDefinition', { Definition: worst });
    assert.equal(checked.status, 200, checked.text.slice(0, 300));
  });

  it('with a parameter that no request of the API could have is refused', async () => {
    const reply = await root.call('CheckDefinition', { Definition: '#'.repeat(1024 * 1024 + 1) });
    assert.deepEqual([reply.status, codeOf(reply)], [400, 'EntityTooLarge']);
    const chinese = await root.call('CheckDefinition', { Definition: '流'.repeat(1024 * 1024) });
    assert.equal(codeOf(chinese), 'EntityTooLarge');
  });

  it('over the limit is refused, and one of a stranger much earlier', async () => {
    const large = await root.ask({
      method: 'POST',
      path: '/console/api/ListFlows',
      body: 'x'.repeat(2 * 1024 * 1024 + 65_537),
    });
    assert.equal(codeOf(large), 'EntityTooLarge');
    for (const headers of [
      {},
      { 'x-millrace-console': '1', 'sec-fetch-site': 'same-origin' },
      { ...root.headers, 'sec-fetch-site': 'cross-site' },
    ]) {
      const request = { method: 'POST', path: '/console/api/ListFlows', body: 'x'.repeat(65_537), headers };
      assert.equal(codeOf(await ask(server.url, request)), 'EntityTooLarge');
    }
  });

  it('may come in chunks, one byte at a time, or never', async () => {
    const { hostname, port, host } = new URL(server.url);
    const head = Object.entries({ ...root.headers, host, 'transfer-encoding': 'chunked' })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    const socket = connect(Number(port), hostname);
    socket.write(`POST /console/api/ListFlows HTTP/1.1\r\n${head}\r\n`);
    for (const byte of '{"Limit":"1"}') socket.write(`1\r\n${byte}\r\n`);
    socket.write('0\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
    socket.destroy();
    const broken = connect(Number(port), hostname);
    broken.write(`POST /console/api/ListFlows HTTP/1.1\r\n${head}\r\n5\r\n{"a"`);
    await once(broken, 'connect');
    broken.destroy();
    assert.equal((await root.call('ListFlows')).status, 200);
  });

  it('of deep or odd JSON is refused, and of duplicate and odd names read as JSON is', async () => {
    const bodies = [
      `{"Limit":${'['.repeat(100_000)}`,
      `{"Limit":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
      '{"Limit":"\\ud800"}',
      '{"Limit":"\\u0000"}',
      '\ufeff{}',
      '{"Limit":"1",}',
    ];
    for (const body of bodies) {
      const reply = await root.ask({ method: 'POST', path: '/console/api/ListFlows', body });
      assert.deepEqual([reply.status, codeOf(reply)], [400, 'InvalidArgument'], body.slice(0, 30));
    }
    const doubled = await root.ask({
      method: 'POST',
      path: '/console/api/ListFlows',
      body: '{"Limit":"x","Limit":"1"}',
    });
    assert.equal(doubled.status, 200);
  });

  it('leaves no defect', () => assert.deepEqual(faultsIn(server), []));
});

describe('console: off', () => {
  it('leaves the paths as they were', async (t) => {
    const without = await startServer(t, { settings: 'console: off\n' });
    for (const path of ['/console', '/console/', '/console/session', '/console/stream?list=1']) {
      const reply = await ask(without.url, { path });
      assert.deepEqual([reply.status, codeOf(reply)], [404, 'InvalidApi.NotFound'], path);
    }
    const visitor = new Visitor(t, without);
    assert.equal((await visitor.signIn()).status, 404);
    assert.equal((await visitor.call('ListFlows')).status, 404);
    assert.deepEqual(faultsIn(without), []);
  });
});
