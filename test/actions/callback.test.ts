/** Tasks in a callback mode: the service gets the token, an accepted call is a submission, and some actions also report the end. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import type { TaskCall, TaskResult } from '../../src/actions/action.ts';
import { Secret } from '../../src/config/settings.ts';
import { bench, rawServer, recorder, until } from './support.ts';

const task = { execution: 7, event: 12 };
const custom: Partial<TaskCall> = { mode: 'WaitForCustomCallback', taskToken: 'a-token', task };
const system: Partial<TaskCall> = { mode: 'WaitForSystemCallback', taskToken: 'a-token', task };
const HEADER = 'x-fnf-http-callback-task-token';
const cloud = { accessKeyId: 'id', accessKeySecret: new Secret('secret'), securityToken: null };
const resourceArn = 'acs:fc:::functions/f/LATEST';

function completionOf(result: TaskResult): Promise<TaskResult> {
  assert.ok(result.ok && result.completion !== undefined, JSON.stringify(result));
  return result.completion;
}

test('HTTP: the token is sent as a header, and replaces a header of that name in the flow', async (t) => {
  const { url, received } = await recorder(t, (_request, response) => {
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"job":1}');
  });
  const http = bench(t);
  const headers = { 'X-FNF-HTTP-callback-task-token': 'mine', 'x-fnf-http-callback-Task-Token': 'mine too' };
  const answer = (await http.output('HTTP:Request', { url, method: 'POST', headers }, custom)) as {
    Code: number;
    Body: unknown;
  };
  assert.deepEqual([answer.Code, answer.Body], [202, { job: 1 }]);
  await http.output('HTTP:Request', { url }, custom);
  assert.deepEqual(
    received.map((request) => request.headers[HEADER]),
    ['a-token', 'a-token'],
  );
  await http.output('HTTP:Request', { url });
  assert.ok(!(HEADER in (received[2]?.headers ?? {})));
});

test('HTTP: a redirect within the origin sends the token again, one to another origin drops it for all later redirects', async (t) => {
  let other = '';
  const first = await recorder(t, (request, response) => {
    if (request.url === '/inside') response.writeHead(307, { location: '/there' }).end();
    else if (request.url === '/outside') response.writeHead(307, { location: `${other}/away` }).end();
    else response.end('done');
  });
  const second = await recorder(t, (request, response) => {
    if (request.url === '/away') response.writeHead(307, { location: `${first.url}/back` });
    response.end();
  });
  other = second.url;
  const http = bench(t);
  const tokens = (list: typeof first.received): unknown[] => list.map(({ url, headers }) => [url, headers[HEADER]]);
  await http.output('HTTP:Request', { url: `${first.url}/inside`, method: 'POST' }, custom);
  await http.output('HTTP:Request', { url: `${first.url}/outside`, method: 'POST' }, custom);
  assert.deepEqual(tokens(first.received), [
    ['/inside', 'a-token'],
    ['/there', 'a-token'],
    ['/outside', 'a-token'],
    ['/back', undefined],
  ]);
  assert.deepEqual(tokens(second.received), [['/away', undefined]]);
});

test('HTTP: a status of 400 or more fails the submission; in RequestComplete it is an ordinary answer', async (t) => {
  const { url } = await recorder(t, (request, response) => {
    response.writeHead(Number(request.url?.slice(1)), { location: '' }).end('no room');
  });
  const http = bench(t, { http: { maxRedirects: 0 } });
  for (const status of [400, 404, 409, 429, 500, 503]) {
    const target = { url: `${url}/${status}` };
    assert.deepEqual(await http.failure('HTTP:Request', target, custom), {
      error: `HTTP.${status}`,
      cause: `GET ${url}/${status} answered ${status}: no room`,
    });
    const answer = (await http.output('HTTP:Request', target)) as { Code: number };
    assert.equal(answer.Code, status);
  }
  for (const status of [200, 202, 204, 303]) {
    const answer = (await http.output('HTTP:Request', { url: `${url}/${status}` }, custom)) as { Code: number };
    assert.equal(answer.Code, status);
  }
  const strict = bench(t, { http: { maxRedirects: 0, errorStatuses: ['3xx'] } });
  assert.equal((await strict.failure('HTTP:Request', { url: `${url}/303` }, custom)).error, 'HTTP.303');
});

test('FC, custom callback: the answer of the invocation is the submission, and the action reports no end', async (t) => {
  const { url, received } = await recorder(t, (request, response) => {
    if (request.url === '/failing') response.writeHead(500).end('{"errorType":"Busy","errorMessage":"later"}');
    else response.end('{"queued":true}');
  });
  const fc = bench(t, {
    functions: [
      { pattern: 'f', target: { kind: 'url', url } },
      { pattern: 'failing', target: { kind: 'url', url: `${url}/failing` } },
    ],
  });
  const sync = await fc.run('FC:InvokeFunction', { resourceArn, body: { token: 'a-token' } }, { call: custom });
  assert.ok(sync.ok && !('completion' in sync));
  assert.deepEqual((sync.output as { Body: unknown }).Body, { queued: true });
  const async = await fc.run('FC:InvokeFunction', { resourceArn, invocationType: 'Async' }, { call: custom });
  assert.ok(async.ok && !('completion' in async));
  assert.equal((async.output as { StatusCode: number }).StatusCode, 202);
  await until(() => received.length === 2);
  const failing = { resourceArn: 'acs:fc:::functions/failing' };
  assert.deepEqual(await fc.failure('FC:InvokeFunction', failing, custom), { error: 'Busy', cause: 'later' });
});

test('FC, system callback: the call is accepted at once and reports the end of the function, for both invocation types', async (t) => {
  const waiting: (() => void)[] = [];
  const { url, received } = await recorder(t, (request, response) => {
    const failing = request.headers['x-fc-function-name'] === 'failing';
    waiting.push(() => {
      if (failing) response.writeHead(500).end('{"errorType":"OutOfStock","errorMessage":"none left"}');
      else response.end('{"size":3}');
    });
  });
  const fc = bench(t, { functions: [{ pattern: '*', target: { kind: 'url', url } }] });
  for (const parameters of [{ resourceArn, invocationType: 'Async' }, { resourceArn }]) {
    const result = await fc.run('FC:InvokeFunction', parameters, { call: system });
    assert.ok(result.ok);
    const { RequestId, ...rest } = result.output as { RequestId: string };
    assert.deepEqual(rest, { StatusCode: 202, Headers: {}, Body: '' });
    await until(() => waiting.length === 1);
    assert.equal(received.at(-1)?.headers['x-fc-request-id'], RequestId);
    waiting.pop()?.();
    const ended = await completionOf(result);
    assert.ok(ended.ok);
    const { Headers: _headers, ...answer } = ended.output as Record<string, unknown>;
    assert.deepEqual(answer, { StatusCode: 200, RequestId, Body: { size: 3 } });
  }
  const failing = await fc.run(
    'FC:InvokeFunction',
    { resourceArn: 'acs:fc:::functions/failing', invocationType: 'Async' },
    { call: system },
  );
  await until(() => waiting.length === 1);
  waiting.pop()?.();
  assert.deepEqual(await completionOf(failing), { ok: false, error: 'OutOfStock', cause: 'none left' });
});

test('FC, system callback: the end of a module is reported too, even when it comes before the runtime waits for it', async (t) => {
  const path = fileURLToPath(new URL('functions/typed.ts', import.meta.url));
  const fc = bench(t, { functions: [{ pattern: 'f', target: { kind: 'module', path } }] });
  const invoke = (op: string): Promise<TaskResult> =>
    fc.run('FC:InvokeFunction', { resourceArn, invocationType: 'Async', body: { op } }, { call: system });
  const result = await invoke('text');
  const ended = await completionOf(result);
  assert.ok(ended.ok);
  assert.equal((ended.output as { Body: unknown }).Body, 'plain text');
  const failing = await invoke('throw');
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(await completionOf(failing), { ok: false, error: 'OutOfStock', cause: 'no more of them' });
});

test('FC, system callback: aborting the task aborts its invocation', async (t) => {
  const { url, sockets } = await rawServer(t, () => undefined);
  const fc = bench(t, { functions: [{ pattern: 'f', target: { kind: 'url', url } }] });
  const abort = new AbortController();
  const result = await fc.run('FC:InvokeFunction', { resourceArn }, { call: system, signal: abort.signal });
  const completion = completionOf(result);
  await until(() => sockets.size === 1);
  abort.abort();
  assert.equal((await completion).ok, false);
  await until(() => sockets.size === 0);
});

test('FC, system callback: Function Compute gets a synchronous invocation; a call that cannot be made is not accepted', async (t) => {
  const { url, received } = await recorder(t, (_request, response) => {
    response.setHeader('x-fc-request-id', 'r');
    response.end('"done"');
  });
  const fc = bench(t, { cloud, fcEndpoint: url });
  for (const arn of [resourceArn, 'acs:fc:::services/svc/functions/f']) {
    const result = await fc.run('FC:InvokeFunction', { resourceArn: arn, invocationType: 'Async' }, { call: system });
    const ended = await completionOf(result);
    assert.ok(ended.ok);
    assert.equal((ended.output as { Body: unknown }).Body, 'done');
    assert.equal(received.at(-1)?.headers['x-fc-invocation-type'], 'Sync');
  }
  const nowhere = bench(t);
  assert.equal((await nowhere.failure('FC:InvokeFunction', { resourceArn }, system)).error, 'FC.FunctionNotFound');
  assert.equal((await nowhere.failure('FC:InvokeFunction', {}, system)).error, 'FC.InvalidArgument');
});

test('an OpenAPI operation that succeeds is a submission, one that is refused fails the task', async (t) => {
  const { url } = await recorder(t, (request, response) => {
    if (request.headers['x-acs-action'] === 'StartJob') response.end('{"JobId":"j"}');
    else response.writeHead(409).end('{"Code":"JobExists","Message":"there is one"}');
  });
  const products = [{ product: 'jobs', endpoint: url, version: '2026-01-01', signature: 'ACS3-HMAC-SHA256' }] as const;
  const openApi = bench(t, { cloud, products });
  assert.deepEqual(await openApi.output('Jobs:StartJob', { Token: 'a-token' }, custom), { JobId: 'j' });
  assert.equal((await openApi.failure('Jobs:StopJob', {}, custom)).error, 'Jobs.JobExists');
});
