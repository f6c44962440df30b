/** Any request to the console is answered or loses its connection, and none makes a defect. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { startServer } from '../../src/testing/index.ts';
import type { ServerProcess } from '../../src/testing/index.ts';
import { fileEnd } from '../support/at-end.ts';
import { ask, createFlow, faultsIn, machine, signedIn } from './support.ts';
import type { Visitor } from './support.ts';

let server: ServerProcess;
let root: Visitor;
before(async () => {
  server = await startServer(fileEnd);
  root = await signedIn(fileEnd, server);
  await createFlow(root, 'flow', machine({ Type: 'Pass', Name: 'A' }));
});

/** Sends bytes, ends the sending, and resolves with what comes back until the connection ends. */
function bytesFor(bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text;
      // A stream has no end of its own.
      if (received.includes('text/event-stream')) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
    socket.end(bytes);
  });
}

const headers = (): string =>
  Object.entries({ ...root.headers, host: server.endpoint })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');

const word = fc.constantFrom(
  ...[
    '',
    'session',
    'api',
    'stream',
    'reveal',
    'report',
    'ListFlows',
    'DescribeFlow',
    'StartSyncExecution',
    'index.html',
  ],
  ...[
    '..',
    '.',
    '%2e',
    '%2f',
    '%00',
    '%',
    '%zz',
    '\\',
    '//',
    '?',
    '#',
    '&',
    '=',
    ';',
    '\x7f',
    '\xff',
    '~',
    '*',
    'flow',
  ],
);
const path = fc.array(word, { maxLength: 6 }).map((words) => `/console/${words.join('/')}`);
const latin1 = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const method = fc.constantFrom(
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'PROPFIND',
  'get',
  'X',
);

test('damaged requests', async () => {
  const body = '{"Name":"flow","FlowName":"flow","ExecutionName":"x"}';
  const kinds = fc.constantFrom('api/DescribeFlow', 'api/ListFlows', 'reveal', 'report', 'session', 'stream?list=1');
  const damage = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(kinds, damage, async (kind, changes) => {
      const text = `POST /console/${kind} HTTP/1.1\r\n${headers()}content-length: ${body.length}\r\n\r\n${body}`;
      const bytes = Buffer.from(text, 'latin1');
      for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
      assert.doesNotMatch(await bytesFor(bytes), /^HTTP\/1\.1 5/);
    }),
    { numRuns: 300 },
  );
  assert.deepEqual(faultsIn(server), []);
});

test('odd methods, paths, queries and headers', async () => {
  const name = fc.constantFrom(
    'cookie',
    'origin',
    'host',
    'sec-fetch-site',
    'accept-encoding',
    'x-forwarded-for',
    'expect',
  );
  await fc.assert(
    fc.asyncProperty(method, path, latin1, name, latin1, async (how, where, query, header, value) => {
      const clean = (text: string): string => text.replace(/[\r\n]/g, '');
      const asked = `${how} ${where}?${clean(query).replaceAll(' ', '+')} HTTP/1.1\r\n${headers()}${header}: ${clean(value)}\r\n\r\n`;
      const received = await bytesFor(Buffer.from(asked, 'latin1'));
      if (!received.startsWith('HTTP/1.1 503')) assert.doesNotMatch(received, /^HTTP\/1\.1 5/, asked);
    }),
    { numRuns: 500 },
  );
  assert.deepEqual(faultsIn(server), []);
});

test('any JSON as the body of any call', async () => {
  const actions = fc.constantFrom(
    ...[
      'DescribeFlow',
      'StartSyncExecution',
      'ListExecutions',
      'GetExecutionHistory',
      'CheckDefinition',
      'ConvertDefinition',
    ],
    ...[
      'CreateSchedule',
      'SearchExecutions',
      'SummarizeFlows',
      'CreateFlowAlias',
      'ReportTaskFailed',
      'DescribeMapRun',
    ],
  );
  const names = fc.constantFrom(
    ...['Name', 'FlowName', 'ExecutionName', 'Input', 'Limit', 'NextToken', 'Definition', 'Status', 'NameContains'],
    ...[
      'StartedTimeBegin',
      'RoutingConfigurations',
      'CronExpression',
      'TaskToken',
      'MapRunName',
      '__proto__',
      'constructor',
    ],
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('flow', '1', '{}', 'x', '', '-1', '9e9'),
    fc.json(),
  );
  await fc.assert(
    fc.asyncProperty(actions, fc.dictionary(names, texts), async (action, parameters) => {
      const reply = await root.post(`api/${action}`, parameters);
      assert.ok(reply.status < 500, `${action} ${JSON.stringify(parameters)}: ${reply.text}`);
    }),
    { numRuns: 500 },
  );
  const paths = fc.constantFrom('reveal', 'report', 'api/ListFlows');
  const members = fc.dictionary(
    fc.constantFrom('flow', 'execution', 'eventId', 'kind', 'messageId', 'output', 'error'),
    fc.jsonValue(),
  );
  await fc.assert(
    fc.asyncProperty(paths, fc.oneof(members, fc.jsonValue()), async (where, body) => {
      const reply = await root.post(where, body);
      assert.ok(reply.status < 500, `${where} ${JSON.stringify(body)}: ${reply.text}`);
    }),
    { numRuns: 300 },
  );
  assert.deepEqual(faultsIn(server), []);
});

test('any query of a stream', async () => {
  const value = fc.oneof(latin1, fc.constantFrom('flow', '1', '-1', '1e400', '', '99999999999999999999'));
  const queries = fc.dictionary(fc.constantFrom('flow', 'execution', 'from', 'list'), value);
  await fc.assert(
    fc.asyncProperty(queries, async (query) => {
      const asked = `GET /console/stream?${new URLSearchParams(query).toString()} HTTP/1.1\r\n${headers()}\r\n`;
      assert.match(await bytesFor(Buffer.from(asked, 'latin1')), /^HTTP\/1\.1 [24]/);
    }),
    { numRuns: 300 },
  );
  assert.equal((await ask(server.url, { path: '/console/session', headers: root.headers })).status, 200);
  assert.deepEqual(faultsIn(server), []);
});
