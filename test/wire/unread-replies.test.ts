/** Callers that do not read their replies, on real connections. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { UnreadReplies } from '../../src/wire/http/unread-replies.ts';
import { closing, openSocket } from './support.ts';

/** More than the kernel buffers for a connection that is not read. */
const LARGE = 'x'.repeat(32 * 1024 * 1024);
const REQUEST = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

interface Served {
  readonly port: number;
  readonly unread: UnreadReplies;
  /** Resolves when `count` replies have ended. */
  ended(count: number): Promise<void>;
  /** With `hold`: the first reply, which has not ended. */
  readonly held: ServerResponse[];
}

async function serve(t: TestContext, maxBytes: number, hold: 'hold' | null = null): Promise<Served> {
  const unread = new UnreadReplies(maxBytes);
  const held: ServerResponse[] = [];
  let count = 0;
  const server: Server = createServer((request, response) => {
    if (hold !== null && held.length === 0) {
      held.push(response);
      return;
    }
    response.end(LARGE, 'latin1');
    unread.add(request.socket, response);
    count++;
    server.emit('answered');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    port: (server.address() as AddressInfo).port,
    unread,
    held,
    async ended(wanted) {
      while (count < wanted) await once(server, 'answered');
    },
  };
}

async function deafCaller(port: number, requests = 1): Promise<Socket> {
  const socket = await openSocket(port);
  socket.pause();
  socket.write(REQUEST.repeat(requests));
  return socket;
}

/** Reads one complete reply. */
async function readAll(socket: Socket): Promise<void> {
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  socket.resume();
  while (bytes < LARGE.length) await once(socket, 'data');
}

test('the connection that fell behind first is cut off, and no other', async (t) => {
  const { port, unread, ended } = await serve(t, 2.5 * LARGE.length);
  const callers: Socket[] = [];
  for (let i = 1; i <= 3; i++) {
    callers.push(await deafCaller(port));
    await ended(i);
  }
  assert.ok(unread.bytes > LARGE.length && unread.bytes <= 2.5 * LARGE.length, String(unread.bytes));
  const [first, second, third] = callers as [Socket, Socket, Socket];
  await closing(first);
  await readAll(second);
  await readAll(third);
});

test('no bytes are held once every reply is read, or its caller is gone', async (t) => {
  const { port, unread, ended } = await serve(t, 10 * LARGE.length);
  const reader = await deafCaller(port);
  const quitter = await deafCaller(port);
  await ended(2);
  assert.ok(unread.bytes > LARGE.length);
  await readAll(reader);
  quitter.destroy();
  while (unread.bytes > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('replies that wait behind another reply of their connection count as well', async (t) => {
  const { port, unread, ended, held } = await serve(t, 10 * LARGE.length, 'hold');
  const caller = await deafCaller(port, 3);
  await ended(2);
  assert.ok(unread.bytes >= 2 * LARGE.length, String(unread.bytes));
  caller.destroy();
  // Node reads no more from a connection with much to send. It notices the end when it sends something.
  held[0]?.end();
  while (unread.bytes > 0) await new Promise((resolve) => setImmediate(resolve));
});
