/** FC:InvokeFunction: ARNs, the mapping, functions behind URLs and in modules, and Function Compute itself. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { mappedName, parseFunctionArn } from '../../src/actions/fc/arn.ts';
import { functionMapping } from '../../src/actions/fc/mapping.ts';
import { Secret } from '../../src/config/settings.ts';
import { bench, rawServer, recorder, until } from './support.ts';
import type { Received } from './support.ts';

const file = (name: string): string => fileURLToPath(new URL(`functions/${name}`, import.meta.url));
const module = (pattern: string, name: string) => ({ pattern, target: { kind: 'module', path: file(name) } }) as const;
const resourceArn = 'acs:fc:cn-beijing:42:functions/f/LATEST';

test('both forms of an ARN, and texts with neither form', () => {
  const parsed = (text: string): unknown => {
    const arn = parseFunctionArn(text);
    return arn === null ? null : [mappedName(arn), arn.qualifier, arn.region, arn.account];
  };
  assert.deepEqual(parsed('acs:fc:cn-hangzhou:123:functions/resize/LATEST'), [
    'resize',
    'LATEST',
    'cn-hangzhou',
    '123',
  ]);
  assert.deepEqual(parsed('acs:fc:::functions/resize'), ['resize', null, '', '']);
  assert.deepEqual(parsed('acs:fc:::functions/svc$fn/prod'), ['svc$fn', 'prod', '', '']);
  assert.deepEqual(parsed('acs:fc:::services/svc.prod/functions/fn'), ['svc/fn', 'prod', '', '']);
  assert.deepEqual(parsed('acs:fc:cn-x:1:services/svc/functions/fn'), ['svc/fn', null, 'cn-x', '1']);
  const wrong = [
    '',
    'resize',
    'acs:fc:::functions/',
    'acs:fc:::functions/a/b/c',
    'acs:fc:::functions/../x',
    'acs:fc:::functions/a?b',
    'acs:fc:evil.example/:1:functions/f',
    'acs:fc:::services/a.b.c/functions/f',
    'acs:fc:::services/svc/functions/fn/LATEST',
    'acs:mns:::queues/q',
    'acs:fc:cn:x:functions/f',
    'acs:fc:::functions/f\n',
  ];
  for (const text of wrong) assert.equal(parsed(text), null, text);
});

test('an exact name comes before a pattern, a longer pattern before a shorter', () => {
  const url = (at: string) => ({ kind: 'url', url: at }) as const;
  const find = functionMapping([
    { pattern: '*', target: url('any') },
    { pattern: 'img*', target: url('img') },
    { pattern: 'svc/*', target: url('svc') },
    { pattern: 'img-resize*', target: url('longer') },
    { pattern: 'img-resize', target: url('exact') },
    { pattern: 'a.b*', target: url('dot') },
  ]);
  const found = (name: string): unknown => find(name);
  assert.deepEqual(found('img-resize'), url('exact'));
  assert.deepEqual(found('img-resize2'), url('longer'));
  assert.deepEqual(found('img-x'), url('img'));
  assert.deepEqual(found('svc/f'), url('svc'));
  assert.deepEqual(found('axb1'), url('any'));
  assert.equal(functionMapping([{ pattern: 'f', target: url('f') }])('ff'), null);
});

test('wrong parameters are FC.InvalidArgument; without mapping and credentials the call is FC.FunctionNotFound', async (t) => {
  const fc = bench(t);
  for (const parameters of [{}, { resourceArn: 5 }, { resourceArn: 'x' }, { resourceArn, invocationType: 'Later' }]) {
    assert.equal((await fc.failure('FC:InvokeFunction', parameters)).error, 'FC.InvalidArgument');
  }
  const { error, cause } = await fc.failure('FC:InvokeFunction', { resourceArn });
  assert.equal(error, 'FC.FunctionNotFound');
  assert.match(cause, /functions in the settings file/);
  assert.match(cause, /cloud\.accessKeyId/);
});

test('a function behind a URL is called like a custom runtime', async (t) => {
  const { url, received } = await recorder(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'x-fc-status': '200' }).end('{"size":[1,2]}');
  });
  const fc = bench(t, { functions: [{ pattern: 'svc/*', target: { kind: 'url', url: `${url}/invoke?x=1` } }] });
  const arn = 'acs:fc:::services/svc.prod/functions/fn';
  const output = (await fc.output('FC:InvokeFunction', {
    resourceArn: arn,
    invocationType: 'Sync',
    body: { key: 'ü' },
  })) as {
    Headers: Record<string, string>;
    RequestId: string;
  };
  const [request] = received;
  assert.deepEqual(
    { ...output, Headers: output.Headers['X-Fc-Status'] },
    {
      StatusCode: 200,
      Headers: '200',
      RequestId: request?.headers['x-fc-request-id'],
      Body: { size: [1, 2] },
    },
  );
  assert.match(output.RequestId, /^[0-9a-f-]{36}$/);
  assert.deepEqual([request?.method, request?.url, request?.body], ['POST', '/invoke?x=1', '{"key":"ü"}']);
  const expected = {
    'content-type': 'application/octet-stream',
    'x-fc-control-path': '/invoke',
    'x-fc-function-name': 'fn',
    'x-fc-service-name': 'svc',
    'x-fc-qualifier': 'prod',
    'x-fc-region': 'cn-hangzhou',
    'x-fc-account-id': '1234567890123456',
    'idempotency-key': 'flow/execution/State/0',
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(request?.headers[name], value, name);
});

test('the event is the body: a text unchanged, absent and null as no bytes, any other value as JSON', async (t) => {
  const { url, received } = await recorder(t, (_request, response) => response.end());
  const fc = bench(t, { functions: [{ pattern: '*', target: { kind: 'url', url } }] });
  for (const body of ['a "text"', 5, [1], false, null]) await fc.output('FC:InvokeFunction', { resourceArn, body });
  await fc.output('FC:InvokeFunction', { resourceArn });
  assert.deepEqual(
    received.map(({ body }) => body),
    ['a "text"', '5', '[1]', 'false', '', ''],
  );
});

test('an error of a function behind a URL has its own type name', async (t) => {
  const answers: Readonly<Record<string, readonly [number, Record<string, string>, string]>> = {
    '/named': [404, { 'x-fc-status': '404' }, '{"errorMessage":"bad size","errorType":"BadSize","stackTrace":[]}'],
    '/nameless': [200, { 'x-fc-status': '404' }, '{"errorMessage":"no type"}'],
    '/text': [200, { 'x-fc-status': '404' }, 'it broke'],
    '/crash': [500, {}, ''],
    '/fine': [404, { 'x-fc-status': '200' }, '"fine"'],
  };
  const { url } = await recorder(t, (request, response) => {
    const [status, headers, body] = answers[request.url ?? ''] ?? [200, {}, ''];
    response.writeHead(status, headers).end(body);
  });
  const names = ['named', 'nameless', 'text', 'crash', 'fine'];
  const functions = names.map((name) => ({ pattern: name, target: { kind: 'url', url: `${url}/${name}` } }) as const);
  const fc = bench(t, { functions });
  const arn = (name: string): { resourceArn: string } => ({ resourceArn: `acs:fc:::functions/${name}` });
  assert.deepEqual(await fc.failure('FC:InvokeFunction', arn('named')), { error: 'BadSize', cause: 'bad size' });
  assert.deepEqual(await fc.failure('FC:InvokeFunction', arn('nameless')), {
    error: 'FC.FunctionError',
    cause: 'no type',
  });
  assert.deepEqual(await fc.failure('FC:InvokeFunction', arn('text')), {
    error: 'FC.FunctionError',
    cause: 'it broke',
  });
  const crash = await fc.failure('FC:InvokeFunction', arn('crash'));
  assert.deepEqual(crash, { error: 'FC.FunctionError', cause: `function crash at ${url}/crash answered 500` });
  const fine = (await fc.output('FC:InvokeFunction', arn('fine'))) as { StatusCode: number; Body: string };
  assert.deepEqual([fine.StatusCode, fine.Body], [404, 'fine']);
});

test('a missing answer is FC.Unknown, one over the limit FC.ResponseTooLarge; an abort closes the connection', async (t) => {
  const { url, sockets } = await rawServer(t, () => undefined);
  const { url: large } = await recorder(t, (_request, response) => response.end('x'.repeat(5000)));
  const fc = bench(t, {
    http: { maxResponseBytes: 4000 },
    functions: [
      { pattern: 'gone', target: { kind: 'url', url: 'http://127.0.0.1:1/' } },
      { pattern: 'large', target: { kind: 'url', url: large } },
      { pattern: 'f', target: { kind: 'url', url } },
    ],
  });
  assert.equal((await fc.failure('FC:InvokeFunction', { resourceArn: 'acs:fc:::functions/gone' })).error, 'FC.Unknown');
  assert.equal(
    (await fc.failure('FC:InvokeFunction', { resourceArn: 'acs:fc:::functions/large' })).error,
    'FC.ResponseTooLarge',
  );
  const abort = new AbortController();
  const running = fc.run('FC:InvokeFunction', { resourceArn }, { signal: abort.signal });
  await until(() => sockets.size === 1);
  abort.abort();
  assert.equal((await running).ok, false);
  await until(() => sockets.size === 0);
});

test('a module in TypeScript: event, context, results of every kind', async (t) => {
  const fc = bench(t, { functions: [module('f', 'typed.ts')] });
  const bodyOf = async (body: object): Promise<unknown> =>
    ((await fc.output('FC:InvokeFunction', { resourceArn, body: body as Record<string, string> })) as { Body: unknown })
      .Body;
  const echoed = (await bodyOf({ op: 'echo', n: 1 })) as { event: unknown; context: Record<string, unknown> };
  assert.deepEqual(echoed.event, { op: 'echo', n: 1 });
  assert.deepEqual(
    { ...echoed.context, requestId: '', signal: '' },
    {
      requestId: '',
      region: 'cn-beijing',
      accountId: '42',
      function: { name: 'f', handler: 'handler' },
      service: { name: '', qualifier: 'LATEST' },
      idempotencyKey: 'flow/execution/State/0',
      signal: '',
    },
  );
  assert.equal(await bodyOf({ op: 'text' }), 'plain text');
  assert.equal(await bodyOf({ op: 'bytes' }), '/wA=');
  assert.equal(await bodyOf({ op: 'null' }), null);
  const nothing = (await fc.output('FC:InvokeFunction', { resourceArn })) as { StatusCode: number; Body: unknown };
  assert.deepEqual([nothing.StatusCode, nothing.Body], [200, '']);
});

test('a module that throws: the type name of the error, or FC.FunctionError without one', async (t) => {
  const fc = bench(t, { functions: [module('f', 'typed.ts')] });
  const failure = (op: string): Promise<object> => fc.failure('FC:InvokeFunction', { resourceArn, body: { op } });
  assert.deepEqual(await failure('throw'), { error: 'OutOfStock', cause: 'no more of them' });
  assert.deepEqual(await failure('renamed'), { error: 'RenamedError', cause: 'other' });
  assert.deepEqual(await failure('nameless'), { error: 'FC.FunctionError', cause: 'a text' });
  assert.deepEqual(await failure('undefined'), { error: 'FC.FunctionError', cause: 'undefined' });
  const unshown = { error: 'FC.FunctionError', cause: 'the function threw a value that cannot be shown as text' };
  assert.deepEqual(await failure('unshown'), unshown);
  assert.deepEqual(await failure('hostile'), unshown);
  assert.equal(((await failure('loop')) as { error: string }).error, 'TypeError');
  assert.equal(((await failure('large')) as { error: string }).error, 'FC.ResponseTooLarge');
});

test('a function behind a URL has http.timeout, from the connection to the last byte', async (t) => {
  const silences: Readonly<Record<string, (socket: Socket) => void>> = {
    'no answer': () => undefined,
    'half a body': (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
    'interim answers': (socket) => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(5)),
  };
  for (const [name, silence] of Object.entries(silences)) {
    const called = Promise.withResolvers<void>();
    const { url, sockets } = await rawServer(t, (socket) => {
      socket.once('data', () => {
        silence(socket);
        called.resolve();
      });
    });
    const functions = [{ pattern: 'f', target: { kind: 'url', url } as const }];
    const fc = bench(t, { functions, http: { timeoutMs: 5000 } });
    const failing = fc.failure('FC:InvokeFunction', { resourceArn });
    await called.promise;
    fc.time.advance(5000);
    const cause = `function f at ${url}/: no answer within 5000 ms (setting http.timeout)`;
    assert.deepEqual(await failing, { error: 'FC.Unknown', cause }, name);
    await until(() => sockets.size === 0);
    assert.equal(fc.time.timers, 0);
  }
});

test('a module that never answers ends with its task', async (t) => {
  const fc = bench(t, { functions: [module('f', 'typed.ts')] });
  const abort = new AbortController();
  const running = fc.run('FC:InvokeFunction', { resourceArn, body: { op: 'never' } }, { signal: abort.signal });
  await fc.output('FC:InvokeFunction', { resourceArn, body: { op: 'text' } });
  abort.abort();
  assert.equal((await running).ok, false);
});

test('CommonJS and callbacks work, and so does a default export', async (t) => {
  const fc = bench(t, { functions: [module('f', 'callback.cjs'), module('d', 'default-export.mjs')] });
  const output = (await fc.output('FC:InvokeFunction', { resourceArn, body: 'hi' })) as { Body: unknown };
  assert.deepEqual(output.Body, { text: 'hi', name: 'f' });
  const failing = { resourceArn, body: 'fail' };
  assert.deepEqual(await fc.failure('FC:InvokeFunction', failing), { error: 'TypeError', cause: 'called back' });
  const text = await fc.failure('FC:InvokeFunction', { resourceArn, body: 'fail with text' });
  assert.deepEqual(text, { error: 'FC.FunctionError', cause: 'just a text' });
  const other = (await fc.output('FC:InvokeFunction', { resourceArn: 'acs:fc:::functions/d', body: 'x' })) as {
    Body: unknown;
  };
  assert.equal(other.Body, 'got x');
});

test('a module that cannot be loaded is FC.FunctionNotFound and says why', async (t) => {
  const fc = bench(t, { functions: [module('f', 'missing.ts'), module('g', 'no-handler.mjs')] });
  const missing = await fc.failure('FC:InvokeFunction', { resourceArn });
  assert.equal(missing.error, 'FC.FunctionNotFound');
  assert.match(missing.cause, /missing\.ts/);
  const none = await fc.failure('FC:InvokeFunction', { resourceArn: 'acs:fc:::functions/g' });
  assert.match(none.cause, /no function named handler/);
});

test('an asynchronous invocation is accepted at once and runs after the task', async (t) => {
  let finish: (() => void) | null = null;
  const { url, received } = await recorder(t, (_request, response) => {
    finish = () => response.end('late');
  });
  const fc = bench(t, { functions: [{ pattern: 'f', target: { kind: 'url', url } }] });
  const abort = new AbortController();
  const result = await fc.run(
    'FC:InvokeFunction',
    { resourceArn, invocationType: 'Async', body: 'e' },
    { signal: abort.signal },
  );
  abort.abort();
  assert.ok(result.ok);
  const { RequestId, ...rest } = result.output as { RequestId: string };
  assert.deepEqual(rest, { StatusCode: 202, Headers: {}, Body: '' });
  await until(() => finish !== null);
  assert.deepEqual([received[0]?.body, received[0]?.headers['x-fc-request-id']], ['e', RequestId]);
  (finish as (() => void) | null)?.();
  await until(() => fc.time.timers === 0);
});

const credentials = { accessKeyId: 'LTAItest', accessKeySecret: new Secret('s3cret'), securityToken: null };

/** Checks the ACS3 signature of a request by the vendor's page, without the code under test. */
function acs3Holds(request: Received, secret: string): boolean {
  const match = /^ACS3-HMAC-SHA256 Credential=(\S+),SignedHeaders=(\S+),Signature=([0-9a-f]{64})$/.exec(
    String(request.headers['authorization']),
  );
  const [path = '', query = ''] = request.url.split('?');
  const names = (match?.[2] ?? '').split(';');
  const needed = Object.keys(request.headers).filter((name) => name === 'host' || name.startsWith('x-acs-'));
  if (needed.some((name) => !names.includes(name))) return false;
  const bodyHash = createHash('sha256').update(request.body).digest('hex');
  if (request.headers['x-acs-content-sha256'] !== bodyHash) return false;
  const lines = names.map((name) => `${name}:${String(request.headers[name])}\n`).join('');
  const canonical = ['POST', path, query, lines, names.join(';'), bodyHash].join('\n');
  const text = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`;
  return createHmac('sha256', secret).update(text).digest('hex') === match?.[3];
}

/** Checks Function Compute's own signature, also without the code under test. */
function fcSignatureHolds(request: Received, id: string, secret: string): boolean {
  const own = Object.keys(request.headers)
    .filter((name) => name.startsWith('x-fc-'))
    .sort();
  const header = (name: string): string => String(request.headers[name] ?? '');
  const text = [
    request.method,
    header('content-md5'),
    header('content-type'),
    header('date'),
    ...own.map((name) => `${name}:${header(name)}`),
    request.url,
  ].join('\n');
  return request.headers['authorization'] === `FC ${id}:${createHmac('sha256', secret).update(text).digest('base64')}`;
}

test('FC 3 is called with an ACS3 signature that verifies', async (t) => {
  const { url, received } = await recorder(t, (_request, response) => {
    response
      .writeHead(200, { 'x-fc-request-id': 'r-1', 'content-type': 'application/octet-stream' })
      .end('{"done":true}');
  });
  for (const securityToken of [null, new Secret('tok/en==')]) {
    const fc = bench(t, { fcEndpoint: url, cloud: { ...credentials, securityToken } });
    const arn = 'acs:fc:::functions/svc$fn/prod';
    const output = (await fc.output('FC:InvokeFunction', {
      resourceArn: arn,
      invocationType: 'Sync',
      body: { a: '中' },
    })) as {
      Headers: Record<string, string>;
    };
    assert.deepEqual(
      { ...output, Headers: output.Headers['X-Fc-Request-Id'] },
      {
        StatusCode: 200,
        Headers: 'r-1',
        RequestId: 'r-1',
        Body: { done: true },
      },
    );
    const request = received.at(-1);
    assert.ok(request !== undefined && acs3Holds(request, 's3cret'), 'the signature does not hold');
    assert.ok(!acs3Holds({ ...request, body: `${request.body} ` }, 's3cret') && !acs3Holds(request, 'other'));
    assert.equal(request.url, '/2023-03-30/functions/svc%24fn/invocations?qualifier=prod');
    assert.equal(request.headers['x-acs-security-token'], securityToken?.reveal());
    assert.equal(request.headers['x-acs-date'], '2026-01-02T03:04:05Z');
    assert.equal(request.headers['x-fc-invocation-type'], 'Sync');
  }
});

test("FC 2 is called with Function Compute's own signature, which verifies", async (t) => {
  const { url, received } = await recorder(t, (_request, response) => {
    response.writeHead(202, { 'x-fc-request-id': 'r-2' }).end();
  });
  for (const securityToken of [null, new Secret('tok/en==')]) {
    const fc = bench(t, { fcEndpoint: url, cloud: { ...credentials, securityToken } });
    const arn = 'acs:fc:cn-beijing:42:services/svc.prod/functions/fn';
    const output = await fc.output('FC:InvokeFunction', { resourceArn: arn, invocationType: 'Async', body: 'event' });
    assert.deepEqual([(output as { StatusCode: number }).StatusCode, (output as { Body: string }).Body], [202, '']);
    const request = received.at(-1);
    assert.ok(request !== undefined && fcSignatureHolds(request, 'LTAItest', 's3cret'), 'the signature does not hold');
    assert.ok(!fcSignatureHolds({ ...request, url: `${request.url}x` }, 'LTAItest', 's3cret'));
    assert.equal(request.url, '/2016-08-15/services/svc.prod/functions/fn/invocations');
    assert.equal(request.headers['x-fc-account-id'], '42');
    assert.equal(request.headers['x-fc-invocation-type'], 'Async');
    assert.equal(request.headers['x-fc-security-token'], securityToken?.reveal());
  }
});

test('Function Compute: errors of the function, refusals, no answer', async (t) => {
  const answers: Readonly<Record<string, readonly [number, Record<string, string>, string]>> = {
    raised: [200, { 'x-fc-error-type': 'UnhandledInvocationError' }, '{"errorMessage":"m","errorType":"KeyError"}'],
    timeout: [
      200,
      { 'x-fc-error-type': 'UnhandledInvocationError' },
      '{"errorMessage":"Function timed out after 3 seconds"}',
    ],
    missing: [
      404,
      { 'x-fc-error-type': 'FcCommonError' },
      '{"RequestId":"r","Code":"FunctionNotFound","Message":"function missing"}',
    ],
    busy: [429, {}, '{"ErrorCode":"ResourceExhausted","ErrorMessage":"busy"}'],
    gateway: [502, {}, '<html>bad gateway</html>'],
  };
  const { url } = await recorder(t, (request, response) => {
    const [status, headers, body] = answers[request.url?.split('/')[3] ?? ''] ?? [200, {}, ''];
    response.writeHead(status, { ...headers, 'x-fc-request-id': 'r-9' }).end(body);
  });
  const fc = bench(t, { fcEndpoint: url, cloud: credentials });
  const failure = (name: string): Promise<{ error: string; cause: string }> =>
    fc.failure('FC:InvokeFunction', { resourceArn: `acs:fc:::functions/${name}` });
  assert.deepEqual(await failure('raised'), { error: 'KeyError', cause: 'm' });
  assert.deepEqual(await failure('timeout'), {
    error: 'FC.FunctionError',
    cause: 'Function timed out after 3 seconds',
  });
  assert.deepEqual(await failure('missing'), {
    error: 'FC.FunctionNotFound',
    cause: 'function missing (request r-9) was refused with status 404: function missing',
  });
  assert.equal((await failure('busy')).error, 'FC.ResourceExhausted');
  assert.equal((await failure('gateway')).error, 'FC.Unknown');
  const gone = bench(t, { fcEndpoint: 'http://127.0.0.1:1', cloud: credentials });
  const none = await gone.failure('FC:InvokeFunction', { resourceArn });
  assert.equal(none.error, 'FC.Unknown');
  assert.ok(!JSON.stringify(none).includes('s3cret'));
});
