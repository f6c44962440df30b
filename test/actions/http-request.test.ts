/** HTTP:Request against a real server: requests, answers, redirects and error statuses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { isLongNumber } from '../../src/base/json.ts';
import { fileEnd } from '../support/at-end.ts';
import { bench, recorder } from './support.ts';

const http = bench(fileEnd);
const send = (parameters: Record<string, never> | object): Promise<unknown> =>
  http.output('HTTP:Request', parameters as Record<string, never>);

test('the result is Header, Code and Body, names in canonical case, repeated values joined', async (t) => {
  const { url } = await recorder(t, (_request, response) => {
    response.writeHead(
      201,
      [
        ['content-type', 'text/plain'],
        ['x-request-ID', 'a'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
        ['date', 'now'],
        ['connection', 'keep-alive'],
        ['content-length', '5'],
      ].flat(),
    );
    response.end('hello');
  });
  assert.deepEqual(await send({ url, method: 'Get' }), {
    Header: {
      'Content-Type': 'text/plain',
      'X-Request-Id': 'a',
      'Set-Cookie': 'a=1, b=2',
      Date: 'now',
      Connection: 'keep-alive',
      'Content-Length': '5',
    },
    Code: 201,
    Body: 'hello',
  });
});

test('a text is sent unchanged, any other value as JSON; null and absent are no body', async (t) => {
  const { url, received } = await recorder(t, (_request, response) => response.end());
  for (const body of ['{"a" : 1}', { a: [1, 'ü'] }, [1], 5, true, null, '']) await send({ url, method: 'POST', body });
  await send({ url, method: 'post' });
  await send({ url, method: 'PUT', body: { a: 1 }, headers: { 'Content-Type': 'application/vnd.api+json' } });
  assert.deepEqual(
    received.map(({ method, body, headers }) => [method, body, headers['content-type']]),
    [
      ['POST', '{"a" : 1}', undefined],
      ['POST', '{"a":[1,"ü"]}', 'application/json'],
      ['POST', '[1]', 'application/json'],
      ['POST', '5', 'application/json'],
      ['POST', 'true', 'application/json'],
      ['POST', '', undefined],
      ['POST', '', undefined],
      ['POST', '', undefined],
      ['PUT', '{"a":1}', 'application/vnd.api+json'],
    ],
  );
  assert.equal(received[0]?.headers['idempotency-key'], 'flow/execution/State/0');
});

test('every method reaches the server, GET with a body too', async (t) => {
  const { url, received } = await recorder(t, (_request, response) => response.end('x'));
  const methods = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'];
  for (const method of methods) await send({ url, method: method.toLowerCase() });
  await send({ url });
  await send({ url, method: 'GET', body: 'asked' });
  await send({ url, method: 'DELETE', body: { id: 1 } });
  assert.deepEqual(
    received.map(({ method }) => method),
    [...methods, 'GET', 'GET', 'DELETE'],
  );
  assert.deepEqual(
    received.slice(-2).map(({ body }) => body),
    ['asked', '{"id":1}'],
  );
  assert.deepEqual(((await send({ url, method: 'HEAD' })) as { Body: string }).Body, '');
});

test('headers: texts, numbers and booleans; connection headers and null are left out; UTF-8 survives both ways', async (t) => {
  const { url, received } = await recorder(t, (request, response) => {
    response.setHeader('x-echo', request.headers['x-text'] ?? '');
    response.end();
  });
  const headers = {
    'X-Text': '中文',
    'X-Number': 12,
    'X-Bool': true,
    'X-Null': null,
    'Content-Length': '999',
    Connection: 'close',
    'Transfer-Encoding': 'chunked',
    'Idempotency-Key': 'mine',
    'User-Agent': 'me/1',
  };
  const result = await send({ url, method: 'POST', headers, body: 'b' });
  const got = received[0]?.headers ?? {};
  assert.equal(got['x-number'], '12');
  assert.equal(got['x-bool'], 'true');
  assert.equal(got['content-length'], '1');
  assert.equal(got['idempotency-key'], 'mine');
  assert.equal(got['user-agent'], 'me/1');
  assert.ok(!('x-null' in got) && !('transfer-encoding' in got));
  assert.equal((result as { Header: Record<string, string> }).Header['X-Echo'], '中文');
});

test('the Host header of the flow is sent, but not to the target of a redirect', async (t) => {
  const { url, received } = await recorder(t, (request, response) => {
    if (request.url === '/') response.writeHead(302, { location: `http://localhost:${new URL(url).port}/there` });
    response.end();
  });
  await send({ url, headers: { Host: 'virtual.example' } });
  assert.deepEqual(
    received.map(({ headers }) => headers['host']),
    ['virtual.example', `localhost:${new URL(url).port}`],
  );
});

test('credentials in the URL become basic authentication, as in Go', async (t) => {
  const { url, received } = await recorder(t, (_request, response) => response.end());
  await send({ url: url.replace('//', '//us%40er:p%3Aw@') });
  assert.equal(received[0]?.headers['authorization'], `Basic ${Buffer.from('us@er:p:w').toString('base64')}`);
});

test('a request that cannot be sent is HTTP.InvalidRequest, and the cause names the parameter', async () => {
  const url = 'http://127.0.0.1:1/';
  const cases: readonly (readonly [object, RegExp])[] = [
    [{}, /^url must be a text/],
    [{ url: null }, /^url must be a text/],
    [{ url: 'example.com/x' }, /not a URL/],
    [{ url: '/path' }, /not a URL/],
    [{ url: 'ftp://example.com/' }, /must be http or https/],
    [{ url: 'file:///etc/passwd' }, /must be http or https/],
    [{ url: 'http://' }, /not a URL/],
    [{ url: 'http://example.com/a\r\nb' }, /line break/],
    [{ url: 'http://example.com/a\tb' }, /control character/],
    [{ url: 'http://exa mple.com/' }, /not a URL/],
    [{ url, method: 'CONNECT' }, /^method/],
    [{ url, method: 'GET / HTTP/1.1' }, /^method/],
    [{ url, method: 5 }, /^method/],
    [{ url, headers: 'a: b' }, /^headers/],
    [{ url, headers: { 'a b': 'c' } }, /not a header name/],
    [{ url, headers: { 'a:': 'c' } }, /not a header name/],
    [{ url, headers: { '': 'c' } }, /not a header name/],
    [{ url, headers: { a: 'x\r\nInjected: y' } }, /line break/],
    [{ url, headers: { a: 'x\0' } }, /control character/],
    [{ url, headers: { a: ['x'] } }, /not a text/],
    [{ url, headers: { a: {} } }, /not a text/],
  ];
  for (const [parameters, cause] of cases) {
    const failure = await http.failure('HTTP:Request', parameters as Record<string, never>);
    assert.equal(failure.error, 'HTTP.InvalidRequest', JSON.stringify(parameters));
    assert.match(failure.cause, cause);
  }
});

test('a body is read by its content type', async (t) => {
  let answer: { type: string | null; bytes: Buffer | string } = { type: null, bytes: '' };
  const { url } = await recorder(t, (_request, response) => {
    if (answer.type !== null) response.setHeader('content-type', answer.type);
    response.end(answer.bytes);
  });
  const bodyOf = async (type: string | null, bytes: Buffer | string): Promise<unknown> => {
    answer = { type, bytes };
    return ((await send({ url })) as { Body: unknown }).Body;
  };
  assert.deepEqual(await bodyOf('application/json', '{"a":[1]}'), { a: [1] });
  assert.deepEqual(await bodyOf('application/problem+json; charset=utf-8', '{"a":1}'), { a: 1 });
  assert.deepEqual(await bodyOf('Application/JSON', 'null'), null);
  assert.equal(await bodyOf('application/json', '{"a":'), '{"a":');
  assert.equal(await bodyOf('application/json', ''), '');
  assert.equal(await bodyOf('application/json', '['.repeat(1000)), '['.repeat(1000));
  assert.equal(await bodyOf('text/plain', '{"a":1}'), '{"a":1}');
  assert.equal(await bodyOf('application/xml', '<a/>'), '<a/>');
  assert.equal(await bodyOf('text/plain; charset=GBK', Buffer.from([0xd6, 0xd0])), '中');
  assert.equal(await bodyOf('text/plain; charset="iso-8859-1"', Buffer.from([0xfc])), 'ü');
  assert.equal(await bodyOf('text/plain; charset=unheard-of', 'ü'), 'ü');
  assert.equal(await bodyOf('image/png', Buffer.from([1, 2, 3])), 'AQID');
  assert.equal(await bodyOf('application/octet-stream', 'abc'), 'YWJj');
  assert.equal(await bodyOf(null, 'abc'), 'abc');
  assert.equal(await bodyOf(null, Buffer.from([0xff, 0x00])), '/wA=');
  const long = (await bodyOf('application/json', '{"id":12345678901234567890}')) as { id: unknown };
  assert.ok(isLongNumber(long.id) && long.id.rawJSON === '12345678901234567890');
  const odd = (await bodyOf('application/json', '{"__proto__":{"x":1}}')) as object;
  assert.deepEqual(Object.getOwnPropertyNames(odd), ['__proto__']);
});

test('compressed bodies are decoded, and the header describes the decoded body', async (t) => {
  const text = 'packed '.repeat(100);
  const packed: Readonly<Record<string, Buffer>> = {
    gzip: gzipSync(text),
    deflate: deflateSync(text),
    'DEFLATE ': deflateRawSync(text),
    br: brotliCompressSync(text),
    zstd: zstdCompressSync(text),
    'gzip, br': brotliCompressSync(gzipSync(text)),
  };
  let encoding = '';
  const { url } = await recorder(t, (_request, response) => {
    response
      .writeHead(200, { 'content-type': 'text/plain', 'content-encoding': encoding })
      .end(packed[encoding] ?? 'odd');
  });
  for (encoding of Object.keys(packed)) {
    const { Body, Header } = (await send({ url })) as { Body: string; Header: object };
    assert.equal(Body, text, encoding);
    assert.ok(!('Content-Encoding' in Header) && !('Content-Length' in Header));
  }
  encoding = 'unheard-of';
  assert.equal(((await send({ url })) as { Body: string }).Body, 'odd');
  encoding = 'br, br, br, br, br';
  assert.equal((await http.failure('HTTP:Request', { url })).error, 'HTTP.ConnectionFailed');
});

test('a body that cannot be decoded is HTTP.ConnectionFailed', async (t) => {
  const { url } = await recorder(t, (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('text').subarray(0, 12));
  });
  const failure = await http.failure('HTTP:Request', { url });
  assert.equal(failure.error, 'HTTP.ConnectionFailed');
  assert.match(failure.cause, /cannot be decoded as gzip/);
});

test('any status completes the task, unless http.errorStatuses names it', async (t) => {
  const { url } = await recorder(t, (request, response) => {
    response.statusCode = Number(request.url?.split('/')[1]?.split('?')[0]);
    response.end('it broke');
  });
  assert.equal(((await send({ url: `${url}/503` })) as { Code: number }).Code, 503);
  const strict = bench(t, { http: { errorStatuses: ['5xx', '429'] } });
  assert.equal(((await strict.output('HTTP:Request', { url: `${url}/404` })) as { Code: number }).Code, 404);
  assert.deepEqual(
    await strict.failure('HTTP:Request', { url: `${url.replace('//', '//user:pass@')}/503?token=secret#x` }),
    {
      error: 'HTTP.503',
      cause: `GET ${url}/503 answered 503: it broke`,
    },
  );
  assert.equal((await strict.failure('HTTP:Request', { url: `${url}/429` })).error, 'HTTP.429');
});

test('redirects follow Go: 301, 302 and 303 turn into GET, 307 and 308 repeat, HEAD stays', async (t) => {
  const { url, received } = await recorder(t, (request, response) => {
    const status = Number(request.url?.slice(1));
    if (status > 0) response.writeHead(status, { location: '../target?x=1' });
    response.end('end');
  });
  const seen = async (method: string, status: number): Promise<unknown> => {
    received.length = 0;
    await send({
      url: `${url}/${status}`,
      method,
      body: { a: 1 },
      headers: { 'Content-Language': 'en', 'X-Mine': 'y' },
    });
    const last = received.at(-1);
    return [last?.url, last?.method, last?.body, last?.headers['content-type'], last?.headers['x-mine']];
  };
  for (const status of [301, 302, 303]) {
    assert.deepEqual(await seen('POST', status), ['/target?x=1', 'GET', '', undefined, 'y']);
    assert.equal(received.at(-1)?.headers['content-language'], undefined);
  }
  for (const status of [307, 308]) {
    assert.deepEqual(await seen('POST', status), ['/target?x=1', 'POST', '{"a":1}', 'application/json', 'y']);
  }
  assert.deepEqual(await seen('PUT', 302), ['/target?x=1', 'GET', '', undefined, 'y']);
  received.length = 0;
  await send({ url: `${url}/303`, method: 'HEAD' });
  assert.deepEqual(
    received.map(({ method }) => method),
    ['HEAD', 'HEAD'],
  );
});

test('a redirect without Location, 300 and 304 are answers', async (t) => {
  const { url } = await recorder(t, (request, response) => {
    const status = Number(request.url?.slice(1));
    response.writeHead(status, status === 302 ? {} : { location: '/elsewhere' }).end();
  });
  for (const status of [300, 302, 304, 305]) {
    assert.equal(((await send({ url: `${url}/${status}` })) as { Code: number }).Code, status);
  }
});

test('endless and invalid redirects are HTTP.RedirectFailed; with maxRedirects 0 the redirect is the answer', async (t) => {
  const { url, received } = await recorder(t, (request, response) => {
    const location = { '/ftp': 'ftp://x/', '/bad': 'http://[', '/loop': '/loop' }[request.url ?? ''] ?? '/';
    response.writeHead(302, { location }).end('x'.repeat(200_000));
  });
  assert.deepEqual(await http.failure('HTTP:Request', { url: `${url}/loop` }), {
    error: 'HTTP.RedirectFailed',
    cause: `GET ${url}/loop: more than 10 redirects (setting http.maxRedirects)`,
  });
  assert.equal(received.length, 11);
  assert.match((await http.failure('HTTP:Request', { url: `${url}/ftp` })).cause, /neither http nor https/);
  assert.match((await http.failure('HTTP:Request', { url: `${url}/bad` })).cause, /not a URL/);
  const plain = bench(t, { http: { maxRedirects: 0 } });
  const answer = (await plain.output('HTTP:Request', { url: `${url}/loop` })) as { Code: number; Header: object };
  assert.equal(answer.Code, 302);
  assert.equal((answer.Header as Record<string, string>)['Location'], '/loop');
});

test('credentials are sent only to the host that they were given for', async (t) => {
  const { url: elsewhere, received } = await recorder(t, (_request, response) => response.end());
  const other = elsewhere.replace('127.0.0.1', 'localhost');
  const { url, received: own } = await recorder(t, (request, response) => {
    if (request.url === '/same') response.writeHead(302, { location: '/end' });
    if (request.url === '/other') response.writeHead(302, { location: `${other}/x` });
    response.end();
  });
  const headers = { Authorization: 'Bearer t', Cookie: 'c=1', 'X-Plain': 'p' };
  await send({ url: `${url}/same`, headers });
  assert.equal(own.at(-1)?.headers['authorization'], 'Bearer t');
  await send({ url: `${url}/other`, headers });
  const got = received.at(-1)?.headers ?? {};
  assert.ok(!('authorization' in got) && !('cookie' in got), 'credentials went to another host');
  assert.equal(got['x-plain'], 'p');
});
