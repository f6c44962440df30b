/**
 * Keep-alive connections that a server closes while the next request is being sent, which happens with every server. The
 * request is sent once more only where that is safe (RFC 9110, 9.2.2).
 */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { JsonObject } from '../../src/base/json.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { bench, rawServer } from './support.ts';
import type { Bench } from './support.ts';

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Makes a first call, and waits a turn of the event loop until its connection is free for the next. */
async function warm(http: Bench, url: string): Promise<void> {
  await http.output('HTTP:Request', { url });
  await new Promise((resolve) => setImmediate(resolve));
}

/** Answers the first request of a connection and calls `atSecond` for the next; collects the methods of the requests. */
async function closingServer(
  t: CleanUp,
  atSecond: (socket: Socket) => void,
): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const { url } = await rawServer(t, (socket) => {
    let seen = 0;
    socket.on('data', (chunk) => {
      requests.push(chunk.toString().split(' ', 1)[0] ?? '');
      seen++;
      if (seen === 1) socket.write(ANSWER);
      else atSecond(socket);
    });
  });
  return { url, requests };
}

const ENDS: ReadonlyMap<string, (socket: Socket) => void> = new Map([
  ['closed', (socket: Socket) => socket.end()],
  ['reset', (socket: Socket) => socket.resetAndDestroy()],
]);

for (const [how, end] of ENDS) {
  test(`an idempotent request is sent again when its keep-alive connection is ${how}`, async (t) => {
    const http = bench(t);
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
      const { url, requests } = await closingServer(t, end);
      await warm(http, url);
      await http.output('HTTP:Request', { url, method });
      assert.deepEqual(requests, ['GET', method, method]);
    }
  });

  test(`a request that may not be repeated fails when its keep-alive connection is ${how}`, async (t) => {
    const http = bench(t);
    for (const method of ['POST', 'PATCH']) {
      const { url, requests } = await closingServer(t, end);
      await warm(http, url);
      const { error } = await http.failure('HTTP:Request', { url, method, body: { a: 1 } });
      assert.equal(error, 'HTTP.ConnectionFailed');
      assert.deepEqual(requests, ['GET', method]);
    }
  });
}

test('with an idempotency key of the flow, any method is sent again', async (t) => {
  const http = bench(t);
  const { url, requests } = await closingServer(t, (socket) => socket.end());
  const call: JsonObject = { url, method: 'POST', body: 'a', headers: { 'Idempotency-Key': 'order-7' } };
  await warm(http, url);
  await http.output('HTTP:Request', call);
  assert.deepEqual(requests, ['GET', 'POST', 'POST']);
});

test('a request whose answer has begun is not sent again, and there is no third attempt', async (t) => {
  const http = bench(t);
  const begun = await closingServer(t, (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'));
  await warm(http, begun.url);
  assert.equal((await http.failure('HTTP:Request', { url: begun.url })).error, 'HTTP.ConnectionFailed');
  assert.deepEqual(begun.requests, ['GET', 'GET']);

  let connections = 0;
  let requests = 0;
  const { url } = await rawServer(t, (socket) => {
    const first = connections++ === 0;
    socket.on('data', () => {
      if (++requests === 1 && first) socket.write(ANSWER);
      else socket.resetAndDestroy();
    });
  });
  await warm(http, url);
  assert.equal((await http.failure('HTTP:Request', { url })).error, 'HTTP.ConnectionFailed');
  assert.deepEqual([connections, requests], [2, 3]);
});

test('a status below 100 is not valid HTTP, and the cause says so', async (t) => {
  const http = bench(t);
  const { url } = await rawServer(t, (socket) => {
    socket.on('data', () => socket.end('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'));
  });
  const { error, cause } = await http.failure('HTTP:Request', { url });
  assert.deepEqual([error, cause], ['HTTP.ConnectionFailed', `GET ${url}/: the answer is not valid HTTP`]);
});
