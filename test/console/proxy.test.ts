/** The console behind a reverse proxy that removes a prefix, and the examples of docs/console.md. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { startServer } from '../../src/testing/index.ts';
import { ROOT_KEY } from '../../src/testing/index.ts';
import { startProxy } from '../support/proxy.ts';
import { ask, codeOf, createFlow, faultsIn, machine, signedIn } from './support.ts';

const PAGE = readFileSync(new URL('../../docs/console.md', import.meta.url), 'utf8');

/** A block of code in docs/console.md that has a text. */
function example(text: string): string {
  const block = PAGE.split('```').find((each, i) => i % 2 === 1 && each.includes(text)) ?? '';
  return block.slice(block.indexOf('\n') + 1);
}

/** A proxy as the nginx of docs/console.md: it removes the prefix, and says who called it and how. */
function startNginx(t: CleanUp, server: { readonly url: string }): Promise<{ readonly url: string }> {
  const headersSet = [...example('proxy_pass').matchAll(/proxy_set_header (\S+) /g)].map(([, name = '']) => name);
  assert.deepEqual(headersSet, ['Host', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Forwarded-For']);
  return startProxy(t, ({ url, headers }) => ({
    server,
    path: url?.replace(/^\/flows\//, '/') ?? '',
    headers: {
      ...headers,
      'x-forwarded-host': headers.host,
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '192.0.2.7',
    },
  }));
}

test('a console below a prefix of a proxy signs in, calls and follows', async (t) => {
  const server = await startServer(t, { settings: example('trustProxy') });
  const { url } = await startNginx(t, server);
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
