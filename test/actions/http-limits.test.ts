/** HTTP:Request against hostile servers: they hang, reset, or send endless or tightly compressed answers. Memory and sockets stay bounded. */
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { MemoryBudget } from '../../src/base/memory-budget.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import { bench, listen, rawServer, recorder, until } from './support.ts';

test('a server that never answers: HTTP.Timeout after the time limit, and a closed connection', async (t) => {
  const http = bench(t, { http: { timeoutMs: 5000 } });
  const { url, sockets } = await rawServer(t, () => undefined);
  const failing = http.failure('HTTP:Request', { url: `${url}/slow?secret=1` });
  await until(() => sockets.size === 1);
  http.time.advance(4999);
  assert.equal(sockets.size, 1);
  http.time.advance(1);
  assert.deepEqual(await failing, {
    error: 'HTTP.Timeout',
    cause: `GET ${url}/slow: no answer within 5000 ms (setting http.timeout)`,
  });
  await until(() => sockets.size === 0);
  assert.equal(http.time.timers, 0);
});

test('the time limit covers the body and all redirects', async (t) => {
  const http = bench(t, { http: { timeoutMs: 5000 } });
  const { url, received } = await recorder(t, (request, response) => {
    if (request.url === '/') response.writeHead(302, { location: '/body' }).end();
    else response.writeHead(200).write('begin');
  });
  const failing = http.failure('HTTP:Request', { url });
  await until(() => received.length === 2);
  http.time.advance(5000);
  assert.equal((await failing).error, 'HTTP.Timeout');
});

test('no connection, a reset, a hang-up and invalid HTTP are HTTP.ConnectionFailed, without a second attempt', async (t) => {
  const http = bench(t);
  const answers = new Map([
    ['reset', null],
    ['hang up', ''],
    ['half a header', 'HTTP/1.1 200 OK\r\nContent-'],
    ['half a body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
    ['half a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab'],
    ['nonsense', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'],
  ]);
  for (const [name, text] of answers) {
    let connections = 0;
    const { url } = await rawServer(t, (socket) => {
      connections++;
      socket.once('data', () => (text === null ? socket.resetAndDestroy() : socket.end(text)));
    });
    const failure = await http.failure('HTTP:Request', { url, method: 'GET' });
    assert.equal(failure.error, 'HTTP.ConnectionFailed', name);
    assert.ok(
      failure.cause.startsWith(`GET ${url}/: `) && failure.cause.length > `GET ${url}/: `.length,
      failure.cause,
    );
    assert.equal(connections, 1, name);
  }
  const refused = await http.failure('HTTP:Request', { url: 'http://127.0.0.1:1/' });
  assert.equal(refused.error, 'HTTP.ConnectionFailed');
  assert.match(refused.cause, /ECONNREFUSED/);
  const unknown = await http.failure('HTTP:Request', { url: 'http://no-such-host.invalid/' });
  assert.equal(unknown.error, 'HTTP.ConnectionFailed');
});

test('early hints before the answer are ignored', async (t) => {
  const http = bench(t);
  const { url } = await rawServer(t, (socket) => {
    socket.once('data', () =>
      socket.end('HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
    );
  });
  const { Code, Body } = (await http.output('HTTP:Request', { url })) as { Code: number; Body: string };
  assert.deepEqual([Code, Body], [200, 'ok']);
});

test('an untrusted certificate is HTTP.ConnectionFailed; one that the machine trusts is accepted', async (t) => {
  const http = bench(t);
  const tls = new URL('../support/tls/', import.meta.url);
  const server = createServer(
    { key: readFileSync(new URL('key.pem', tls)), cert: readFileSync(new URL('certificate.pem', tls)) },
    (_request, response) => response.end('secret'),
  );
  const url = (await listen(t, server)).replace('http:', 'https:');
  const failure = await http.failure('HTTP:Request', { url });
  assert.equal(failure.error, 'HTTP.ConnectionFailed');
  assert.match(failure.cause, /certificate/);
  setDefaultCACertificates([readFileSync(new URL('certificate.pem', tls), 'utf8')]);
  const { Body } = (await bench(t).output('HTTP:Request', { url })) as { Body: string };
  assert.equal(Body, 'secret');
});

test('an answer over the limit is cut off: announced, endless, or a byte at a time', async (t) => {
  const http = bench(t, { http: { maxResponseBytes: 100_000 } });
  let written = 0;
  const chunk = Buffer.alloc(65_536, 'x');
  const { url, received } = await recorder(t, (request, response) => {
    if (request.url === '/announced') response.writeHead(200, { 'content-length': 2 ** 30 });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const more = (): void => {
      while (!response.destroyed && response.write(chunk)) written += chunk.length;
      if (written > 2 ** 30) response.end();
    };
    response.on('drain', more);
    more();
  });
  for (const path of ['/announced', '/endless']) {
    const failure = await http.failure('HTTP:Request', { url: url + path });
    assert.deepEqual(failure, {
      error: 'HTTP.ResponseTooLarge',
      cause: `GET ${url}${path}: the answer is larger than 100000 bytes (setting http.maxResponse)`,
    });
  }
  assert.equal(received.length, 2);
  assert.ok(written < 2 ** 28, `the server could write ${written} bytes`);
  const exact = bench(t, { http: { maxResponseBytes: 1000 } });
  const { url: small } = await recorder(t, (request, response) => {
    const bytes = Number(request.url?.slice(1));
    for (let i = 0; i < bytes; i++) response.write('x');
    response.end();
  });
  const { Body } = (await exact.output('HTTP:Request', { url: `${small}/1000` })) as { Body: string };
  assert.equal(Body.length, 1000);
  assert.equal((await exact.failure('HTTP:Request', { url: `${small}/1001` })).error, 'HTTP.ResponseTooLarge');
  const head = (await exact.output('HTTP:Request', { url: `${url}/announced`, method: 'HEAD' })) as { Code: number };
  assert.equal(head.Code, 200);
});

test('a header over 16 KiB is too large as well', async (t) => {
  const http = bench(t);
  const { url } = await rawServer(t, (socket) => {
    socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`));
  });
  assert.equal((await http.failure('HTTP:Request', { url })).error, 'HTTP.ResponseTooLarge');
});

/** A zstd frame of less than a megabyte that decodes to 26 GiB of zeros: a block of 4 bytes stands for 128 KiB. */
function zstdBomb(): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x40]);
  const block = Buffer.from([0x02, 0x00, 0x10, 0]);
  return Buffer.concat([header, Buffer.alloc(block.length * 210_000, block)]);
}

test('a small body that decodes to a large one is refused before it is decoded', async (t) => {
  const http = bench(t, { http: { maxResponseBytes: 1_000_000 } });
  const gzip = gzipSync(Buffer.alloc(2_000_000));
  const bodies: Readonly<Record<string, readonly [encoding: string, body: Buffer]>> = {
    '/once': ['gzip', gzip],
    '/twice': ['gzip, gzip', gzipSync(gzip)],
    '/bomb': ['zstd', zstdBomb()],
  };
  const { url } = await recorder(t, (request, response) => {
    const [encoding = '', body = ''] = bodies[request.url ?? ''] ?? [];
    response.writeHead(200, { 'content-encoding': encoding }).end(body);
  });
  for (const path of Object.keys(bodies)) {
    assert.deepEqual(await http.failure('HTTP:Request', { url: url + path }), {
      error: 'HTTP.ResponseTooLarge',
      cause: `GET ${url}${path}: the decoded answer is larger than 1000000 bytes (setting http.maxResponse)`,
    });
  }
});

test('an answer without a length ends with its connection', async (t) => {
  const http = bench(t);
  const { url } = await rawServer(t, (socket) => {
    socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nthe end'));
  });
  const { Body } = (await http.output('HTTP:Request', { url })) as { Body: string };
  assert.equal(Body, 'the end');
});

test('an aborted call settles at once and its connection is closed', async (t) => {
  const http = bench(t);
  const { url, sockets } = await rawServer(t, () => undefined);
  const abort = new AbortController();
  const running = http.run('HTTP:Request', { url }, { signal: abort.signal });
  await until(() => sockets.size === 1);
  abort.abort();
  assert.equal((await running).ok, false);
  await until(() => sockets.size === 0);
  assert.equal((await http.run('HTTP:Request', { url }, { signal: abort.signal })).ok, false);
  assert.equal(http.time.timers, 0);
});

test('many aborted calls leave no connection, timer or listener, and calls that wait for a connection never send', async (t) => {
  const http = bench(t, { http: { connectionsPerOrigin: 10 } });
  let requests = 0;
  const { url, sockets } = await rawServer(t, (socket) => socket.on('data', () => requests++));
  for (let round = 0; round < 20; round++) {
    requests = 0;
    const abort = new AbortController();
    const calls = Array.from({ length: 100 }, () =>
      http.run('HTTP:Request', { url, method: 'POST', body: 'b' }, { signal: abort.signal }),
    );
    await until(() => requests >= 10);
    abort.abort();
    assert.ok((await Promise.all(calls)).every(({ ok }) => !ok));
    assert.equal(requests, 10);
    await until(() => sockets.size === 0);
  }
  assert.equal(http.time.timers, 0);
  assert.equal(requests, 10);
});

test('a thousand calls at once share few connections, and all are answered', async (t) => {
  const http = bench(t, { http: { connectionsPerOrigin: 20 } });
  const connections = new Set<unknown>();
  const { url } = await recorder(t, (request, response) => {
    connections.add(request.socket);
    response.end(request.url);
  });
  const calls = Array.from({ length: 1000 }, (_, i) => http.output('HTTP:Request', { url: `${url}/${i}` }));
  const bodies = (await Promise.all(calls)).map((output) => (output as { Body: string }).Body);
  assert.deepEqual(
    bodies,
    Array.from({ length: 1000 }, (_, i) => `/${i}`),
  );
  assert.ok(connections.size <= 20, `${connections.size} connections`);
});

for (const encoding of ['identity', 'gzip'] as const) {
  test(`each large answer has a turn of the event loop of its own, also when many arrive at once: ${encoding}`, async (t) => {
    const calls = 30;
    const http = bench(t, { http: { connectionsPerOrigin: calls } });
    const plain = Buffer.from(JSON.stringify(Array.from({ length: 20_000 }, () => [])));
    const body = encoding === 'gzip' ? gzipSync(plain) : plain;
    const waiting: (() => void)[] = [];
    const { url } = await recorder(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
      waiting.push(() => response.end(body));
      if (waiting.length === calls) for (const answer of waiting) answer();
    });
    let turn = 0;
    let tick: NodeJS.Immediate | null = null;
    const count = (): void => {
      turn++;
      tick = setImmediate(count);
    };
    count();
    atEnd(t, () => clearImmediate(tick ?? undefined));
    const turns: number[] = [];
    const run = async (): Promise<void> => {
      await http.output('HTTP:Request', { url, method: 'GET' });
      turns.push(turn);
    };
    await Promise.all(Array.from({ length: calls }, run));
    assert.equal(new Set(turns).size, calls, `the answers came in the turns ${turns.join(', ')}`);
  });
}

test('bodies count as memory of executions while they are under way, and a large one fails when there is none', async (t) => {
  const memory = new MemoryBudget(200_000);
  const http = bench(t, { memory });
  const large = Buffer.alloc(100_000, 'x');
  let finish = (): void => {};
  const { url } = await recorder(t, (request, response) => {
    if (request.url === '/small') response.end('small');
    else if (request.url === '/packed') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(large));
    else {
      response.write(large);
      finish = () => void response.end(large);
    }
  });
  const held = http.output('HTTP:Request', { url: `${url}/large`, body: 'y'.repeat(1_000), method: 'PUT' });
  await until(() => memory.bytes >= 101_000);
  finish();
  await held;
  assert.equal(memory.bytes, 0);
  await http.output('HTTP:Request', { url: `${url}/packed` });
  assert.equal(memory.bytes, 0);
  // Executions hold more than they may.
  memory.add(300_001);
  await http.output('HTTP:Request', { url: `${url}/small` });
  const { error, cause } = await http.failure('HTTP:Request', { url: `${url}/large` });
  assert.equal(error, 'FnF.DataLimitExceeded');
  assert.match(cause, /limits\.executionMemory/);
  memory.remove(300_001);
  assert.equal(memory.bytes, 0);
});
