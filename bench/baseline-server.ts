/**
 * The baseline servers, all on bare `node:http`, as a competent programmer would write them. `signed` parses query and form,
 * verifies the same RPC signature with time and nonce, parses `Input`, and answers with the members of StartSyncExecution.
 * `plain` sends the body back. Neither stores or runs anything. `durable` is `signed`, but also stores each StartExecution in
 * SQLite with a group commit before it answers.
 */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GroupCommit } from './group-commit.ts';

const SKEW_MS = 15 * 60 * 1000;
const secrets = new Map([[process.env['BENCH_KEY_ID'] ?? '', process.env['BENCH_KEY_SECRET'] ?? '']]);
let nonces = new Set<string>();
let olderNonces = new Set<string>();
setInterval(() => {
  olderNonces = nonces;
  nonces = new Set();
}, 2 * SKEW_MS).unref();

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function verify(method: string, parameters: URLSearchParams): boolean {
  const given = parameters.get('Signature') ?? '';
  parameters.delete('Signature');
  const nonce = parameters.get('SignatureNonce') ?? '';
  const skewMs = Math.abs(Date.now() - Date.parse(parameters.get('Timestamp') ?? ''));
  const secret = secrets.get(parameters.get('AccessKeyId') ?? '');
  if (secret === undefined || !(skewMs < SKEW_MS) || nonces.has(nonce) || olderNonces.has(nonce)) return false;
  parameters.sort();
  const canonical = [...parameters].map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const expected = createHmac('sha1', `${secret}&`)
    .update(`${method}&%2F&${encode(canonical)}`)
    .digest();
  const actual = Buffer.from(given, 'base64');
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return false;
  nonces.add(nonce);
  return true;
}

function reply(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json;charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

const file = process.env['BENCH_FILE'] ?? '';
const store = process.argv[2] === 'durable' ? GroupCommit.inWorker(file) : null;
let lastId = 0;

async function answerSigned(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
  const startedMs = Date.now();
  const parameters = new URLSearchParams((request.url ?? '').split('?')[1] ?? '');
  for (const [name, value] of new URLSearchParams(body)) parameters.set(name, value);
  if (!verify(request.method ?? '', parameters)) {
    reply(response, 403, JSON.stringify({ Code: 'SignatureNotMatch', Message: 'refused' }));
    return;
  }
  const input: unknown = JSON.parse(parameters.get('Input') ?? '{}');
  if (store !== null && parameters.get('Action') === 'StartExecution') {
    const name = parameters.get('ExecutionName') ?? '';
    const events = JSON.stringify(
      ['ExecutionStarted', 'ExecutionSucceeded'].map((type) => ({ type, startedMs, input })),
    );
    await store.append({ kind: 'start', id: ++lastId, name, input: JSON.stringify(input), events });
  }
  const answer = {
    RequestId: randomUUID(),
    FlowName: parameters.get('FlowName'),
    Name: randomUUID(),
    Status: 'Succeeded',
    ErrorCode: '',
    ErrorMessage: '',
    Output: JSON.stringify(input),
    StartedTime: new Date(startedMs).toISOString(),
    StoppedTime: new Date().toISOString(),
  };
  reply(response, 200, JSON.stringify(answer));
}

const signed = process.argv[2] !== 'plain';
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    if (signed) void answerSigned(request, body, response);
    else reply(response, 200, body);
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
