/** Replies: headers, members of errors, XML, and details that callers do not get (rules.md 2.6–2.8). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../src/api/error.ts';
import type { Operation, Reply } from '../../src/operations/operation.ts';
import { call, codeOf, send, startWireServer } from './support.ts';

const UUID = /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/;

const answering = (run: () => Promise<Reply>): { operations: Operation<null>[] } => ({
  operations: [{ action: 'StartSyncExecution', run }],
});

test('health', async (t) => {
  const server = await startWireServer(t);
  const reply = await send(server, { method: 'GET', target: '/healthz' });
  assert.deepEqual([reply.status, reply.body], [200, '{"status":"ok"}']);
  assert.match(reply.headers['content-type'] ?? '', /^application\/json/);
});

test('a result: its headers, and RequestId first', async (t) => {
  const server = await startWireServer(
    t,
    answering(() => Promise.resolve({ Output: '中', Left: undefined, Null: null })),
  );
  const reply = await call(server);
  const requestId = reply.headers['x-acs-request-id'] ?? '';
  assert.match(requestId, UUID);
  assert.match(reply.headers['x-acs-trace-id'] ?? '', /^[0-9a-f]{32}$/);
  assert.equal(reply.body, `{"RequestId":"${requestId}","Output":"中","Null":null}`);
  assert.equal(reply.headers['content-type'], 'application/json;charset=utf-8');
  assert.equal(reply.headers['content-length'], String(Buffer.byteLength(reply.body)));
  assert.equal(reply.headers['access-control-allow-origin'], '*');
  assert.equal(reply.headers['keep-alive'], 'timeout=25');
  assert.ok(reply.headers['date'] !== undefined);
});

test('a result without members is an object', async (t) => {
  const server = await startWireServer(
    t,
    answering(() => Promise.resolve({})),
  );
  const reply = await call(server);
  assert.deepEqual(JSON.parse(reply.body), { RequestId: reply.headers['x-acs-request-id'] });
});

test('every request has its own ids', async (t) => {
  const server = await startWireServer(t);
  const replies = await Promise.all(Array.from({ length: 20 }, () => call(server)));
  assert.equal(new Set(replies.map((reply) => reply.headers['x-acs-request-id'])).size, 20);
  assert.equal(new Set(replies.map((reply) => reply.headers['x-acs-trace-id'])).size, 20);
});

test('an error: exactly the members of the service', async (t) => {
  const server = await startWireServer(t);
  const reply = await call(server, { Action: 'Frobnicate' });
  const body = JSON.parse(reply.body) as Record<string, string>;
  assert.deepEqual(Object.keys(body), ['RequestId', 'Message', 'Recommend', 'HostId', 'Code']);
  assert.equal(body['RequestId'], reply.headers['x-acs-request-id']);
  assert.equal(body['HostId'], 'millrace.test');
  assert.match(body['Recommend'] ?? '', /q=ActionNotSupported&product=fnf/);
  assert.equal(reply.headers['content-type'], 'application/json;charset=utf-8');
});

test('a throttled call gets the time to retry', async (t) => {
  const throttled = new ApiError('ResourceThrottled', 'slow down', { retryAfterMs: 1500 });
  const server = await startWireServer(
    t,
    answering(() => Promise.reject(throttled)),
  );
  const reply = await call(server);
  assert.deepEqual([reply.status, codeOf(reply)], [429, 'ResourceThrottled']);
  assert.deepEqual([reply.headers['x-acs-retry-after'], reply.headers['retry-after']], ['1500', '2']);
});

for (const [title, run] of [
  ['a promise that rejects', () => Promise.reject(new Error('secret detail'))],
  [
    'a throw',
    () => {
      throw new TypeError('secret detail');
    },
  ],
  ['a reply with a Code', () => Promise.resolve({ Code: 'secret detail' })],
] as [string, () => Promise<Reply>][]) {
  test(`an unexpected failure, ${title}: a 500 without detail, and the reason is reported`, async (t) => {
    const server = await startWireServer(t, answering(run));
    const reply = await call(server);
    assert.deepEqual([reply.status, codeOf(reply)], [500, 'InternalServerError']);
    assert.ok(!reply.body.includes('secret'));
    assert.equal(server.logged.length, 1);
    const [details] = server.logged as [{ requestId: string; action: string; error: Error }];
    assert.equal(details.requestId, reply.headers['x-acs-request-id']);
    assert.equal(details.action, 'StartSyncExecution');
    assert.ok(details.error instanceof Error);
    assert.equal((await call(server)).status, 500, 'the server continues');
  });
}

test('an internal error with a message for the caller has that message, and is reported', async (t) => {
  const refusal = new ApiError('InternalServerError', 'The store is not accepting writes.');
  const server = await startWireServer(
    t,
    answering(() => Promise.reject(refusal)),
  );
  const reply = await call(server);
  assert.deepEqual([reply.status, codeOf(reply)], [500, 'InternalServerError']);
  assert.match(reply.body, /The store is not accepting writes\./);
  assert.equal(server.logged.length, 1);
});

test('a result as XML', async (t) => {
  const reply = {
    Name: 'a<b>&"c"\r\n\u0001\ud800',
    Count: 3,
    On: true,
    Nothing: null,
    Left: undefined,
    Flows: [{ Name: 'x' }, { Name: 'y' }],
    None: [],
    Empty: {},
    Texts: ['p', 'q'],
    'bad name>': 'v',
    '1': 'digit',
  };
  const server = await startWireServer(
    t,
    answering(() => Promise.resolve(reply)),
  );
  const answer = await call(server, { Format: 'xml' });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'text/xml;charset=utf-8');
  const id = answer.headers['x-acs-request-id'];
  // JavaScript objects list names that are whole numbers first.
  assert.equal(
    answer.body,
    `<StartSyncExecutionResponse><_1>digit</_1><RequestId>${id}</RequestId><Name>a&lt;b&gt;&amp;"c"&#13;\n\ufffd\ufffd</Name>` +
      '<Count>3</Count><On>true</On><Nothing></Nothing><Flows><Name>x</Name></Flows><Flows><Name>y</Name></Flows>' +
      '<Empty></Empty><Texts>p</Texts><Texts>q</Texts><_bad_name_>v</_bad_name_></StartSyncExecutionResponse>',
  );
});

test('an error as XML', async (t) => {
  const server = await startWireServer(t);
  const reply = await call(server, { Format: 'XML', Action: 'A<b>' });
  assert.equal(reply.status, 400);
  assert.equal(reply.headers['content-type'], 'text/xml;charset=utf-8');
  assert.match(
    reply.body,
    /^<Error><RequestId>[0-9A-F-]{36}<\/RequestId><Message>The requested API operation 'A&lt;b&gt;' is incorrect\. Please check\.<\/Message><Recommend>[^<>]*&amp;[^<>]*<\/Recommend><HostId>millrace\.test<\/HostId><Code>ActionNotSupported<\/Code><\/Error>$/,
  );
});
