/** Connections of strangers: their number, their bytes and their time are limited, and callers are not locked out. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { callerConnections, targetConnections } from '../../src/base/open-files.ts';
import type { Operation } from '../../src/operations/operation.ts';
import { ManualTime } from '../../src/testing/manual-time.ts';
import { createObserver } from '../../src/base/observer.ts';
import { systemIds } from '../../src/base/ids.ts';
import { Connections } from '../../src/wire/http/connections.ts';
import type { WireHarness } from './support.ts';
import {
  acs3Headers,
  call,
  callBytes,
  closing,
  codeOf,
  createGate,
  gated,
  openSocket,
  readReply,
  requestBytes,
  startWireServer,
} from './support.ts';

/** Calls on an open connection. */
async function callOn(server: WireHarness, socket: Socket): Promise<number> {
  const reply = readReply(socket);
  socket.write(callBytes(server));
  return (await reply).status;
}

test('silent strangers do not lock out callers: the oldest stranger is closed for a new connection', async (t) => {
  const server = await startWireServer(t, { maxConnections: 10 });
  const caller = await openSocket(server.port);
  assert.equal(await callOn(server, caller), 200);
  const strangers: Socket[] = [];
  for (let i = 0; i < 30; i++) {
    const stranger = await openSocket(server.port);
    stranger.write(i % 2 === 0 ? 'POST / HTTP/1.1\r\nx: ' : '');
    strangers.push(stranger);
    if (i % 10 === 0) assert.equal((await call(server)).status, 200);
  }
  await Promise.all(strangers.slice(0, 20).map((socket) => closing(socket)));
  assert.equal((await call(server)).status, 200);
  assert.equal(await callOn(server, caller), 200);
  for (const socket of [caller, ...strangers]) socket.destroy();
});

test('of callers the oldest idle one is closed, and none whose answer is under way', async (t) => {
  const gate = createGate();
  const quick: Operation<null> = { action: 'StartSyncExecution', run: () => Promise.resolve({}) };
  const server = await startWireServer(t, { maxConnections: 3, operations: [gated(gate), quick] });
  const busy = await openSocket(server.port);
  const answer = readReply(busy);
  busy.write(callBytes(server, { Action: 'StartExecution' }));
  await gate.entered;
  const idle = [await openSocket(server.port), await openSocket(server.port)] as const;
  for (const socket of idle) assert.equal(await callOn(server, socket), 200);
  assert.equal((await call(server)).status, 200);
  await closing(idle[0]);
  gate.open({});
  assert.equal((await answer).status, 200);
  assert.equal(await callOn(server, idle[1]), 200);
  for (const socket of [busy, idle[1]]) socket.destroy();
});

test('when every connection has an answer under way, a new connection is refused', async (t) => {
  const gate = createGate();
  const server = await startWireServer(t, { maxConnections: 1, operations: [gated(gate)] });
  const busy = await openSocket(server.port);
  const answer = readReply(busy);
  busy.write(callBytes(server, { Action: 'StartExecution' }));
  await gate.entered;
  await closing(await openSocket(server.port));
  gate.open({});
  assert.equal((await answer).status, 200);
  busy.destroy();
});

/** A connection as the table sees it. */
class FakeSocket {
  bytesRead = 0;
  isDestroyed = false;
  #onClose = (): void => {};
  once(_event: string, listener: () => void): void {
    this.#onClose = listener;
  }
  destroy(): void {
    this.isDestroyed = true;
    this.#onClose();
  }
}

function table(): { connections: Connections; time: ManualTime; open(): FakeSocket } {
  const time = new ManualTime();
  const ports = { clock: time, scheduler: time, ids: systemIds, observer: createObserver() };
  const connections = new Connections({ connections: 1000, strangerBytes: 1000, strangerBodyMs: 60_000 }, ports);
  return {
    connections,
    time,
    open() {
      const socket = new FakeSocket();
      connections.add(socket as unknown as Socket, false);
      return socket;
    },
  };
}

test('the bytes of incomplete requests of all strangers are limited, and the largest are closed', () => {
  const { connections, time, open } = table();
  const sockets = Array.from({ length: 20 }, () => open());
  const caller = open();
  connections.know(caller as unknown as Socket);
  caller.bytesRead = 1_000_000;
  for (const [i, socket] of sockets.entries()) socket.bytesRead = i < 5 ? 190 : 10;
  time.advance(100);
  assert.deepEqual(
    sockets.map(({ isDestroyed }) => isDestroyed).filter(Boolean).length,
    4,
    'the largest, until half of the limit is left',
  );
  assert.equal(caller.isDestroyed, false);
  // Requests that have arrived completely take no memory.
  const health = open();
  for (let i = 0; i < 100; i++) {
    health.bytesRead += 900;
    connections.arrived(health as unknown as Socket);
    time.advance(100);
  }
  assert.equal(health.isDestroyed, false);
});

test('a stranger gets a minute for a body, and a caller gets longer', () => {
  const { connections, time, open } = table();
  const slow = open();
  const caller = open();
  const idle = open();
  connections.know(caller as unknown as Socket);
  time.advance(10_000);
  connections.arrived(slow as unknown as Socket);
  for (const socket of [slow, caller]) socket.bytesRead = 10;
  time.advance(60_000);
  assert.equal(slow.isDestroyed, false);
  time.advance(200);
  assert.deepEqual([slow.isDestroyed, caller.isDestroyed, idle.isDestroyed], [true, false, false]);
});

test('a head whose signature is good makes a caller before its body arrives', async (t) => {
  const server = await startWireServer(t, { maxConnections: 2 });
  const caller = await openSocket(server.port);
  const headers = { ...acs3Headers(server, 'a=1'), expect: '100-continue', 'content-length': '3' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  caller.write(`POST / HTTP/1.1\r\n${lines.join('')}\r\n`);
  await new Promise((resolve) => caller.once('data', resolve));
  for (let i = 0; i < 5; i++) await openSocket(server.port);
  const reply = readReply(caller);
  caller.write('a=1');
  assert.equal((await reply).status, 200);
  caller.destroy();
});

test('with authentication off every caller that is let in counts as known', async (t) => {
  const server = await startWireServer(t, { auth: 'off', maxConnections: 2 });
  const caller = await openSocket(server.port);
  const request = requestBytes({
    target: '/?Action=StartSyncExecution&Version=2019-03-15',
    headers: { host: 'localhost' },
  });
  const first = readReply(caller);
  caller.write(request);
  assert.equal((await first).status, 200);
  for (let i = 0; i < 5; i++) await openSocket(server.port);
  const second = readReply(caller);
  caller.write(request);
  assert.equal((await second).status, 200);
  caller.destroy();
});

test('descriptors are divided between callers, targets and the server itself', () => {
  for (const limit of [128, 256, 1024, 20_000, 1_000_000]) {
    assert.ok(callerConnections(null, limit) + targetConnections(limit) <= limit - 64, String(limit));
  }
  assert.equal(callerConnections(null, 1_000_000), 16_384);
  assert.equal(callerConnections(50_000, 1_000_000), 50_000);
  assert.equal(callerConnections(50_000, 1024), 720);
  assert.equal(callerConnections(5, 1024), 5);
});

test('an unknown caller is refused on a known connection', async (t) => {
  const server = await startWireServer(t);
  const socket = await openSocket(server.port);
  assert.equal(await callOn(server, socket), 200);
  const reply = readReply(socket);
  socket.write(requestBytes({ method: 'GET' }));
  assert.equal(codeOf(await reply), 'MissingRequiredParams');
  socket.destroy();
});

test('a stranger that sends many requests ahead of their answers loses the connection, a caller does not', async (t) => {
  const server = await startWireServer(t, {});
  const stranger = await openSocket(server.port);
  let answers = '';
  stranger.on('data', (bytes: Buffer) => {
    answers += bytes.toString();
  });
  stranger.write('GET /healthz HTTP/1.1\r\n\r\n'.repeat(1000));
  await closing(stranger);
  const answered = answers.split('HTTP/1.1 ').length - 1;
  assert.ok(answered <= 16, `${answered} answers`);

  const caller = await openSocket(server.port);
  assert.equal(await callOn(server, caller), 200);
  let statuses = '';
  const all = new Promise<void>((resolve) => {
    caller.on('data', (bytes: Buffer) => {
      statuses += bytes.toString();
      if (statuses.split('HTTP/1.1 200').length === 41) resolve();
    });
  });
  for (let i = 0; i < 40; i++) caller.write(callBytes(server));
  await all;
  caller.destroy();
});

test('a stranger may send some requests ahead, again and again', async (t) => {
  const server = await startWireServer(t, {});
  const socket = await openSocket(server.port);
  for (let round = 0; round < 5; round++) {
    let answers = '';
    const all = new Promise<void>((resolve) => {
      socket.on('data', (bytes: Buffer) => {
        answers += bytes.toString();
        if (answers.split('HTTP/1.1 ').length === 11) resolve();
      });
    });
    socket.write('GET /healthz HTTP/1.1\r\n\r\n'.repeat(10));
    await all;
    socket.removeAllListeners('data');
  }
  socket.destroy();
});
