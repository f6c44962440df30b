/** The console behind a reverse proxy that removes a prefix, and the examples of docs/console.md. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { startServer } from '../../src/testing/index.ts';
import { ROOT_KEY } from '../../src/testing/index.ts';
import { ask, codeOf, createFlow, faultsIn, machine, signedIn } from './support.ts';

const PAGE = readFileSync(new URL('../../docs/console.md', import.meta.url), 'utf8');

/** A block of code in docs/console.md that has a text. */
function example(text: string): string {
  const block = PAGE.split('```').find((each, i) => i % 2 === 1 && each.includes(text)) ?? '';
  return block.slice(block.indexOf('\n') + 1);
}

/** A proxy as the nginx of docs/console.md: it removes the prefix, and says who called it and how. */
async function startProxy(t: CleanUp, target: string): Promise<string> {
  const headersSet = [...example('proxy_pass').matchAll(/proxy_set_header (\S+) /g)].map(([, name = '']) => name);
  assert.deepEqual(headersSet, ['Host', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Forwarded-For']);
  const { hostname, port } = new URL(target);
  const proxy = createServer((request, response) => {
    const headers = {
      ...request.headers,
      'x-forwarded-host': request.headers.host,
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '192.0.2.7',
    };
    const path = request.url?.replace(/^\/flows\//, '/') ?? '';
    const { method = 'GET' } = request;
    const passed = httpRequest({ host: hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  atEnd(t, () => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

test('a console below a prefix of a proxy signs in, calls and follows', async (t) => {
  const server = await startServer(t, { settings: example('trustProxy') });
  const url = await startProxy(t, server.url);
  const redirect = await ask(url, { path: '/flows/console' });
  assert.equal(new URL(redirect.headers['location'] ?? '', `${url}/flows/console`).pathname, '/flows/console/');
  const headers = { 'x-millrace-console': '1', origin: url.replace('http:', 'https:') };
  const post = (path: string, body: unknown, cookie = '') =>
    ask(url, {
      method: 'POST',
      path: `/flows/console/${path}`,
      headers: { ...headers, cookie },
      body: JSON.stringify(body),
    });
  const session = await post('session', ROOT_KEY);
  assert.equal(session.status, 200, session.text);
  const [cookie = ''] = session.headers['set-cookie'] ?? [];
  assert.match(cookie, /; Secure$/);
  assert.doesNotMatch(cookie, /path=/i);
  assert.equal((await post('api/ListFlows', {}, cookie.split(';')[0])).status, 200);
  const stream = await fetch(`${url}/flows/console/stream?list=1`, {
    headers: { 'x-millrace-console': '1', cookie: cookie.split(';')[0] ?? '' },
  });
  let text = '';
  for await (const bytes of stream.body ?? []) {
    text += Buffer.from(bytes).toString();
    if (text.includes('event: hello')) break;
  }
  assert.deepEqual(faultsIn(server), []);
});

test('the key of the documentation sees all and changes nothing', async (t) => {
  const server = await startServer(t, { settings: example('accessKeyId: VIEWER') });
  const viewer = await signedIn(t, server, {
    accessKeyId: 'VIEWER0000000001',
    accessKeySecret: 'choose-a-long-secret',
  });
  const root = await signedIn(t, server);
  await createFlow(root, 'flow', machine({ Type: 'Pass', Name: 'A' }));
  await root.ok('StartExecution', { FlowName: 'flow', ExecutionName: 'one' });
  for (const action of ['ListFlows', 'SummarizeFlows', 'SearchExecutions', 'DescribeSystem', 'ListMessages']) {
    await viewer.ok(action);
  }
  await viewer.ok('DescribeFlow', { Name: 'flow' });
  await (await viewer.follow('flow', 'one')).first('execution');
  const changes: [string, Record<string, string>][] = [
    ['CreateFlow', { Name: 'other' }],
    ['UpdateFlow', { Name: 'flow', Description: 'x' }],
    ['DeleteFlow', { Name: 'flow' }],
    ['StartExecution', { FlowName: 'flow' }],
    ['StopExecution', { FlowName: 'flow', ExecutionName: 'one' }],
    ['RedriveExecution', { FlowName: 'flow', ExecutionName: 'one' }],
  ];
  for (const [action, parameters] of changes) {
    assert.equal(codeOf(await viewer.call(action, parameters)), 'AccessDenied', action);
  }
});
