/** Connections with faults: too large, too slow, cut off, out of order, not HTTP; and the end of the server. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Operation } from '../../src/operations/operation.ts';
import { canonicalQuery } from '../../src/signatures/percent.ts';
import {
  FORM,
  ROOT,
  call,
  callBytes,
  closing,
  codeOf,
  createGate,
  gated,
  openSocket,
  readReply,
  requestBytes,
  rpcForm,
  rpcParameters,
  send,
  sendBytes,
  startWireServer,
} from './support.ts';

const form = { 'content-type': FORM };

test('a body of exactly the limit is read, a body with one byte more is not', async (t) => {
  const server = await startWireServer(t, { requestBytes: 2000 });
  const body = rpcForm(server.time, { Pad: '' });
  const padded = (bytes: number): string => rpcForm(server.time, { Pad: 'p'.repeat(bytes - body.length) });
  const exact = padded(2000);
  // A signature may have more or fewer characters that need escaping.
  const limit = await startWireServer(t, { requestBytes: exact.length });
  assert.equal((await send(limit, { headers: form, body: exact })).status, 200);
  const reply = await send(limit, { headers: form, body: `${exact}&` });
  assert.equal(reply.status, 400);
  assert.equal(codeOf(reply), 'EntityTooLarge');
  assert.match(reply.body, new RegExp(`The payload size exceeds maximum allowed size \\(${exact.length} bytes\\)\\.`));
});

test('a body announced too large is refused before it is sent, and the connection ends', async (t) => {
  const server = await startWireServer(t);
  const socket = await openSocket(server.port);
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${FORM}\r\ncontent-length: 1073741824\r\n\r\n`);
  const reply = await readReply(socket);
  assert.deepEqual([reply.status, codeOf(reply), reply.headers['connection']], [400, 'EntityTooLarge', 'close']);
  await closing(socket);
});

test('a body in chunks is refused once it is too large, and the rest is not read', async (t) => {
  const server = await startWireServer(t, { requestBytes: 1000 });
  const socket = await openSocket(server.port, 'half-open');
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${FORM}\r\ntransfer-encoding: chunked\r\n\r\n`);
  const chunk = `200\r\n${'x'.repeat(512)}\r\n`;
  socket.write(chunk + chunk);
  const reply = await readReply(socket);
  assert.equal(codeOf(reply), 'EntityTooLarge');
  // The server reads no more. These bytes wait in buffers until it closes the connection.
  const flood = Buffer.from(`10000\r\n${'x'.repeat(65_536)}\r\n`);
  while (socket.writableLength < 4 * 1024 * 1024) {
    socket.write(flood);
    await new Promise((resolve) => setImmediate(resolve));
  }
  server.time.advance(2000);
  await closing(socket);
  assert.equal((await call(server, { FlowName: 'f' })).status, 200);
});

test('Expect: 100-continue is answered before the body, and a body too large is refused instead', async (t) => {
  const server = await startWireServer(t);
  const body = rpcForm(server.time);
  const head = (length: number): string =>
    `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${FORM}\r\nexpect: 100-continue\r\ncontent-length: ${length}\r\n\r\n`;
  const socket = await openSocket(server.port);
  socket.write(head(body.length));
  const [first] = (await once(socket, 'data')) as [Buffer];
  assert.match(first.toString(), /^HTTP\/1\.1 100 /);
  socket.write(body);
  assert.equal((await readReply(socket)).status, 200);
  assert.equal(codeOf(await sendBytes(server.port, Buffer.from(head(2 ** 30)))), 'EntityTooLarge');
});

test('an unknown expectation is ignored', async (t) => {
  const server = await startWireServer(t);
  const request = { headers: { ...form, expect: 'something' }, body: rpcForm(server.time) };
  assert.equal((await send(server, request)).status, 200);
});

test('an absolute address in the request line, as clients of a proxy send it, means its path', async (t) => {
  const server = await startWireServer(t);
  const query = canonicalQuery(rpcParameters(server.time, {}, ROOT, 'GET'));
  for (const target of [`http://millrace.test:7780/?${query}`, `HTTP://other?${query}`]) {
    const reply = await send(server, { method: 'GET', target });
    // The second is the same call, so its nonce is used.
    assert.ok(reply.status === 200 || codeOf(reply) === 'SignatureNonceUsed', reply.body);
  }
  for (const target of ['http://millrace.test/other', 'ftp://millrace.test/', '//']) {
    assert.equal(codeOf(await send(server, { method: 'GET', target })), 'InvalidApi.NotFound', target);
  }
});

test('a body byte by byte, while others are served', async (t) => {
  const server = await startWireServer(t);
  const body = rpcForm(server.time);
  const socket = await openSocket(server.port);
  socket.setNoDelay(true);
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${FORM}\r\ncontent-length: ${body.length}\r\n\r\n`);
  const reply = readReply(socket);
  for (const [i, byte] of [...body].entries()) {
    socket.write(byte);
    if (i % 100 === 0) assert.equal((await call(server)).status, 200);
    else await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal((await reply).status, 200);
});

test('the server continues after callers that hang up in the head, in the body or while they wait', async (t) => {
  const gate = createGate();
  const echo: Operation<null> = { action: 'StartSyncExecution', run: () => Promise.resolve({}) };
  const server = await startWireServer(t, { operations: [gated(gate), echo] });
  for (const bytes of ['POST / HT', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nAction=']) {
    const socket = await openSocket(server.port);
    socket.write(bytes);
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
  }
  const waiting = await openSocket(server.port);
  waiting.write(callBytes(server, { Action: 'StartExecution' }));
  await gate.entered;
  waiting.resetAndDestroy();
  assert.equal((await call(server)).status, 200);
  gate.open({});
  assert.equal((await call(server)).status, 200);
  assert.deepEqual(server.logged, []);
});

test('pipelined requests are answered in their order', async (t) => {
  const server = await startWireServer(t);
  const socket = await openSocket(server.port);
  const bytes = ['a', 'b', 'c'].map((FlowName) => callBytes(server, { FlowName }));
  const tooLarge = Buffer.from('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n');
  socket.end(Buffer.concat([...bytes, tooLarge]));
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString();
  });
  await closing(socket);
  assert.deepEqual(
    [...received.matchAll(/"FlowName":"(\w)"|EntityTooLarge&/g)].map(([text]) => text.slice(-3)),
    ['"a"', '"b"', '"c"', 'ge&'],
  );
});

test('a call by GET may have a line of 200 KiB, and a head beyond the limit is refused', async (t) => {
  const server = await startWireServer(t);
  const bytes = (size: number): Buffer => requestBytes({ method: 'GET', target: `/?Input=${'x'.repeat(size)}` });
  assert.equal(codeOf(await sendBytes(server.port, bytes(200 * 1024))), 'MissingRequiredParams');
  const reply = await sendBytes(server.port, bytes(300 * 1024));
  assert.deepEqual([reply.status, codeOf(reply)], [400, 'EntityTooLarge']);
});

test('bytes that are not HTTP get an error in JSON', async (t) => {
  const server = await startWireServer(t);
  for (const text of [
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'HELLO\r\n\r\n',
    'GET / HTTP/1.1\r\nbad header\r\n\r\n',
  ]) {
    const reply = await sendBytes(server.port, Buffer.from(text, 'latin1'));
    assert.deepEqual([reply.status, codeOf(reply)], [400, 'InvalidArgument']);
    assert.match(reply.headers['content-type'] ?? '', /^application\/json/);
  }
});

test('a thousand idle connections do not block other callers', async (t) => {
  const server = await startWireServer(t);
  const sockets = await Promise.all(Array.from({ length: 1000 }, () => openSocket(server.port)));
  assert.equal((await call(server)).status, 200);
  for (const socket of sockets) socket.destroy();
});

test('closing lets calls under way finish, accepts no new ones and ends idle connections', async (t) => {
  const gate = createGate();
  const server = await startWireServer(t, { operations: [gated(gate)] });
  const idle = await openSocket(server.port);
  const idleEnded = closing(idle);
  const socket = await openSocket(server.port);
  socket.write(callBytes(server, { Action: 'StartExecution' }));
  await gate.entered;
  const closed = server.wire.close(5000);
  server.time.advance(1000);
  await idleEnded;
  await assert.rejects(openSocket(server.port));
  gate.open({ Done: true });
  const reply = await readReply(socket);
  assert.deepEqual([reply.status, reply.headers['connection']], [200, 'close']);
  server.time.advance(100);
  await closed;
});

test('closing cuts off calls that do not finish within the limit', async (t) => {
  const gate = createGate();
  const server = await startWireServer(t, { operations: [gated(gate)] });
  const socket = await openSocket(server.port);
  const ended = closing(socket);
  socket.write(callBytes(server, { Action: 'StartExecution' }));
  await gate.entered;
  const closed = server.wire.close(5000);
  server.time.advance(4999);
  assert.equal(socket.destroyed, false);
  server.time.advance(1);
  await closed;
  await ended;
  gate.open({});
  assert.equal(server.time.timers, 0);
});

test('an address in use rejects', async (t) => {
  const server = await startWireServer(t);
  await assert.rejects(startWireServer(t, { listen: { host: '127.0.0.1', port: server.port } }), /EADDRINUSE/);
});
