/** Replies that begin early with white space, because they take long (rules.md 2.9). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { ApiError } from '../../src/api/error.ts';
import { createObserver } from '../../src/base/observer.ts';
import { EarlyAnswers } from '../../src/wire/http/early-answers.ts';
import type { Gate, WireOptions } from './support.ts';
import { call, callBytes, closing, createGate, gated, openSocket, readReply, startWireServer } from './support.ts';
import { ManualTime } from '../../src/testing/manual-time.ts';

/** An operation for which callers may have to wait long. */
function slowly(gate: Gate, slow = true): WireOptions {
  return { operations: [gated(gate, { action: 'StartSyncExecution', slow })] };
}

/** Sends a call, waits until it is under way, and collects the bytes of its reply. */
async function begin(t: Parameters<typeof startWireServer>[0], gate: Gate, options: WireOptions = {}, change = {}) {
  const server = await startWireServer(t, { ...slowly(gate), ...options });
  const socket = await openSocket(server.port);
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString();
  });
  socket.write(callBytes(server, change));
  await gate.entered;
  return { server, socket, received: () => received, reply: readReply(socket) };
}

test('white space after two seconds and then every second, followed by the JSON', async (t) => {
  const gate = createGate();
  const { server, socket, received, reply } = await begin(t, gate);
  server.time.advance(1900);
  assert.equal(received(), '');
  server.time.advance(300);
  await once(socket, 'data');
  assert.match(received(), /^HTTP\/1\.1 200 OK\r\n/);
  server.time.advance(3000);
  gate.open({ Status: 'Succeeded' });
  const { status, headers, body } = await reply;
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'application/json;charset=utf-8');
  assert.match(body, /^ {3,5}\{"RequestId":"[0-9A-F-]{36}","Status":"Succeeded"\}$/);
  assert.equal((JSON.parse(body) as Record<string, string>)['RequestId'], headers['x-acs-request-id']);
});

test('the connection serves the next call afterwards', async (t) => {
  const gate = createGate();
  const { server, socket, reply } = await begin(t, gate);
  server.time.advance(5000);
  gate.open({});
  await reply;
  socket.write(callBytes(server));
  assert.equal((await readReply(socket)).status, 200);
});

test('when the server is closing, an answer that started early ends its connection', async (t) => {
  for (const startedBefore of [true, false]) {
    const gate = createGate();
    const { server, socket, received, reply } = await begin(t, gate);
    const ended = closing(socket);
    if (startedBefore) {
      server.time.advance(2500);
      await once(socket, 'data');
    }
    const closed = server.wire.close(60_000);
    if (!startedBefore) {
      server.time.advance(2500);
      await once(socket, 'data');
    }
    assert.equal(/^connection: close\r$/im.test(received()), !startedBefore);
    gate.open({ Status: 'Succeeded' });
    assert.match((await reply).body, /"Status":"Succeeded"/);
    // No time passes here: otherwise a caller that sends its next call at once could delay the end of the server.
    await ended;
    await closed;
  }
});

test('a reply in time has no white space, and leaves no timer', async (t) => {
  const gate = createGate();
  gate.open({});
  const server = await startWireServer(t, slowly(gate));
  assert.match((await call(server)).body, /^\{/);
  server.time.advance(1000);
  assert.equal(server.time.timers, 0);
});

test('XML begins with white space too, and has no declaration', async (t) => {
  const gate = createGate();
  const { server, reply } = await begin(t, gate, {}, { Format: 'XML' });
  server.time.advance(2500);
  gate.open({ Status: 'Succeeded' });
  const { headers, body } = await reply;
  assert.equal(headers['content-type'], 'text/xml;charset=utf-8');
  assert.match(body, /^ <StartSyncExecutionResponse><RequestId>.*<\/StartSyncExecutionResponse>$/);
});

test('an error after the start has the status 200 and its Code', async (t) => {
  const gate = createGate();
  const { server, reply } = await begin(t, gate);
  server.time.advance(2500);
  gate.fail(new ApiError('ResourceThrottled', 'later'));
  const { status, body } = await reply;
  assert.equal(status, 200);
  assert.equal((JSON.parse(body) as Record<string, string>)['Code'], 'ResourceThrottled');
});

for (const [title, slow, earlyAnswerMs] of [
  ['an operation that is not slow', false, 2000],
  ['the setting that turns it off', true, null],
] as const) {
  test(`no white space: ${title}`, async (t) => {
    const gate = createGate();
    const { server, received, reply } = await begin(t, gate, { ...slowly(gate, slow), earlyAnswerMs });
    server.time.advance(60_000);
    assert.equal(received(), '');
    gate.open({});
    assert.match((await reply).body, /^\{/);
  });
}

test('a caller that hangs up is forgotten, and the execution runs to its end', async (t) => {
  const gate = createGate();
  const { server, socket, reply } = await begin(t, gate);
  reply.catch(() => {});
  server.time.advance(2500);
  await once(socket, 'data');
  socket.destroy();
  // The timer of the call is gone when the server has noticed the end of the connection.
  while (server.time.timers > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    server.time.advance(1000);
  }
  gate.open({ Status: 'Succeeded' });
  assert.equal((await call(server)).status, 200);
  assert.deepEqual(server.logged, []);
});

test('thousands of calls under way share one timer, and each gets its space in time', () => {
  const time = new ManualTime();
  const early = new EarlyAnswers({ clock: time, scheduler: time, observer: createObserver() }, 2000);
  const started = time.nowMs();
  const spaces: number[][] = [];
  for (let i = 0; i < 5000; i++) {
    const times: number[] = [];
    spaces.push(times);
    early.add({ dueMs: 0, sendSpace: () => times.push(time.nowMs() - started - i) > 0 && times.length < 4 });
    time.advance(1);
    assert.ok(time.timers <= 1);
  }
  time.advance(10_000);
  for (const times of spaces) {
    assert.equal(times.length, 4);
    times.forEach((ms, n) => assert.ok(ms >= 2000 + n * 1000 && ms <= 2250 + n * 1250, String(times)));
  }
  assert.equal(time.timers, 0);
});
