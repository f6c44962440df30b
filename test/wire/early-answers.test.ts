/** Slow answers that start early as white space (decisions.md 4.6), with a clock that the test advances. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { ApiError } from '../../src/api/error.ts';
import type { Operation } from '../../src/operations/operation.ts';
import { EarlyAnswers } from '../../src/wire/http/early-answers.ts';
import type { Gate, TestServerOptions } from './support.ts';
import {
  FORM,
  call,
  closing,
  createGate,
  openSocket,
  readReply,
  requestBytes,
  rpcForm,
  startServer,
} from './support.ts';
import { ManualTime } from '../../src/testing/manual-time.ts';

function gated(gate: Gate, slow = true): TestServerOptions {
  const operation: Operation<null> = {
    action: 'StartSyncExecution',
    slow,
    run: () => {
      gate.enter();
      return gate.opened;
    },
  };
  return { operations: [operation] };
}

/** Sends a call, waits until it is under way, and collects the bytes of the answer. */
async function begin(t: Parameters<typeof startServer>[0], gate: Gate, options: TestServerOptions = {}, change = {}) {
  const server = await startServer(t, { ...gated(gate), ...options });
  const socket = await openSocket(server.port);
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString();
  });
  socket.write(requestBytes({ headers: { 'content-type': FORM }, body: rpcForm(server.clock, change) }));
  await gate.entered;
  return { server, socket, received: () => received, reply: readReply(socket) };
}

test('white space after two seconds and then every second, followed by the JSON', async (t) => {
  const gate = createGate();
  const { server, socket, received, reply } = await begin(t, gate);
  server.clock.advance(1900);
  assert.equal(received(), '');
  server.clock.advance(300);
  await once(socket, 'data');
  assert.match(received(), /^HTTP\/1\.1 200 OK\r\n/);
  server.clock.advance(3000);
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
  server.clock.advance(5000);
  gate.open({});
  await reply;
  socket.write(requestBytes({ headers: { 'content-type': FORM }, body: rpcForm(server.clock) }));
  assert.equal((await readReply(socket)).status, 200);
});

test('when the server is closing, an answer that started early ends its connection', async (t) => {
  for (const startedBefore of [true, false]) {
    const gate = createGate();
    const { server, socket, received, reply } = await begin(t, gate);
    const ended = closing(socket);
    if (startedBefore) {
      server.clock.advance(2500);
      await once(socket, 'data');
    }
    const closed = server.server.close(60_000);
    if (!startedBefore) {
      server.clock.advance(2500);
      await once(socket, 'data');
    }
    assert.equal(/^connection: close\r$/im.test(received()), !startedBefore);
    gate.open({ Status: 'Succeeded' });
    assert.match((await reply).body, /"Status":"Succeeded"/);
    // The clock does not advance: otherwise a caller that sends its next call at once would prevent the end of the server.
    await ended;
    await closed;
  }
});

test('an answer in time has no white space, and leaves no timer behind', async (t) => {
  const gate = createGate();
  gate.open({});
  const server = await startServer(t, gated(gate));
  assert.match((await call(server)).body, /^\{/);
  server.clock.advance(1000);
  assert.equal(server.clock.timers, 0);
});

test('XML begins with white space too, and has no declaration', async (t) => {
  const gate = createGate();
  const { server, reply } = await begin(t, gate, {}, { Format: 'XML' });
  server.clock.advance(2500);
  gate.open({ Status: 'Succeeded' });
  const { headers, body } = await reply;
  assert.equal(headers['content-type'], 'text/xml;charset=utf-8');
  assert.match(body, /^ <StartSyncExecutionResponse><RequestId>.*<\/StartSyncExecutionResponse>$/);
});

test('an error after the start has status 200 and its Code', async (t) => {
  const gate = createGate();
  const { server, reply } = await begin(t, gate);
  server.clock.advance(2500);
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
    const { server, received, reply } = await begin(t, gate, { ...gated(gate, slow), earlyAnswerMs });
    server.clock.advance(60_000);
    assert.equal(received(), '');
    gate.open({});
    assert.match((await reply).body, /^\{/);
  });
}

test('a caller that hangs up is forgotten, and the execution continues to its end', async (t) => {
  const gate = createGate();
  const { server, socket, reply } = await begin(t, gate);
  reply.catch(() => {});
  server.clock.advance(2500);
  await once(socket, 'data');
  socket.destroy();
  // When a call on another connection is answered, the server has noticed the hang-up of the first.
  while (server.clock.timers > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    server.clock.advance(1000);
  }
  gate.open({ Status: 'Succeeded' });
  assert.equal((await call(server)).status, 200);
  assert.deepEqual(server.logged, []);
});

test('thousands of calls under way share one timer, and each gets its white space in time', () => {
  const clock = new ManualTime();
  const early = new EarlyAnswers({ clock, scheduler: clock }, 2000);
  const started = clock.nowMs();
  const spaces: number[][] = [];
  for (let i = 0; i < 5000; i++) {
    const times: number[] = [];
    spaces.push(times);
    early.add({ dueMs: 0, sendSpace: () => times.push(clock.nowMs() - started - i) > 0 && times.length < 4 });
    clock.advance(1);
    assert.ok(clock.timers <= 1);
  }
  clock.advance(10_000);
  for (const times of spaces) {
    assert.equal(times.length, 4);
    times.forEach((time, n) => assert.ok(time >= 2000 + n * 1000 && time <= 2250 + n * 1250, String(times)));
  }
  assert.equal(clock.timers, 0);
});
