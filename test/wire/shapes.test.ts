/** The shapes of requests, by GET and POST, with parameters from query, form and JSON (rules.md 2.2–2.5). */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { acs3BodyHash } from '../../src/signatures/acs3.ts';
import { canonicalQuery } from '../../src/signatures/percent.ts';
import { Secret } from '../../src/config/settings.ts';
import type { RawReply, WireHarness } from './support.ts';
import {
  ACCOUNT,
  FORM,
  acs3Headers,
  call,
  codeOf,
  messageOf,
  requestBytes,
  roaHeaders,
  rpcForm,
  rpcParameters,
  send,
  sendBytes,
  startWireServer,
} from './support.ts';
import { ManualTime } from '../../src/testing/manual-time.ts';

const UGLY = '{"k": "a*b~c d+e%f/中文😀!\'()"}';

function parametersOf(reply: RawReply): Record<string, string> {
  assert.equal(reply.status, 200, reply.body);
  return (JSON.parse(reply.body) as { Parameters: Record<string, string> }).Parameters;
}

test('shape A: everything in the query, by GET and by POST', async (t) => {
  const server = await startWireServer(t);
  for (const method of ['GET', 'POST']) {
    const query = canonicalQuery(rpcParameters(server.time, { Input: UGLY }, undefined, method));
    const reply = await send(server, { method, target: `/?${query}` });
    assert.equal(parametersOf(reply)['Input'], UGLY);
  }
});

test('shape A: everything in the form', async (t) => {
  const server = await startWireServer(t);
  assert.equal(parametersOf(await call(server, { Input: UGLY }))['Input'], UGLY);
});

test('shape B: common parameters in the query, the rest in the form, by POST and by GET', async (t) => {
  const server = await startWireServer(t);
  for (const method of ['GET', 'POST']) {
    const all = rpcParameters(server.time, { Input: UGLY, FlowName: 'f' }, undefined, method);
    const form = new Map([...all].filter(([name]) => name === 'Input' || name === 'FlowName'));
    const query = new Map([...all].filter(([name]) => !form.has(name)));
    const reply = await send(server, {
      method,
      target: `/?${canonicalQuery(query)}`,
      headers: { 'content-type': `${FORM};charset=UTF-8` },
      body: canonicalQuery(form),
    });
    const parameters = parametersOf(reply);
    assert.deepEqual([parameters['Input'], parameters['FlowName']], [UGLY, 'f']);
  }
});

test('a form wins over the query, and "+" and "%20" are both a space', async (t) => {
  const server = await startWireServer(t);
  const form = rpcForm(server.time, { FlowName: 'from the form' }).replaceAll('%20', '+');
  const reply = await send(server, {
    target: '/?FlowName=from%20the+query',
    headers: { 'content-type': FORM },
    body: form,
  });
  assert.equal(parametersOf(reply)['FlowName'], 'from the form');
});

test('bytes that should have been escaped are accepted', async (t) => {
  const server = await startWireServer(t);
  const form = rpcForm(server.time, { FlowName: "中文!'()*" }).replace(
    '%E4%B8%AD%E6%96%87%21%27%28%29%2A',
    "中文!'()*",
  );
  assert.ok(form.includes('中'));
  assert.equal(
    parametersOf(await send(server, { headers: { 'content-type': FORM }, body: form }))['FlowName'],
    "中文!'()*",
  );
});

test('an empty value and a name without "=" are the same', async (t) => {
  const server = await startWireServer(t);
  assert.equal(parametersOf(await call(server, { Input: '' }))['Input'], '');
  const bare = `${rpcForm(server.time, { Input: '' })}&&`.replace('Input=&', 'Input&');
  assert.equal(parametersOf(await send(server, { headers: { 'content-type': FORM }, body: bare }))['Input'], '');
});

test('an empty value that Java sends without signing it is not a parameter, so that no proxy can add one', async (t) => {
  const server = await startWireServer(t);
  const java = `${rpcForm(server.time, { FlowName: 'f' })}&Input=&RoleArn`;
  const parameters = parametersOf(await send(server, { headers: { 'content-type': FORM }, body: java }));
  assert.deepEqual([parameters['FlowName'], 'Input' in parameters, 'RoleArn' in parameters], ['f', false, false]);
});

test('a body in chunks', async (t) => {
  const server = await startWireServer(t);
  const form = rpcForm(server.time, { Input: UGLY });
  const chunks = [form.slice(0, 1), form.slice(1, 100), form.slice(100)];
  const body = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
  const head = `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${FORM}\r\ntransfer-encoding: chunked\r\n\r\n`;
  const reply = await sendBytes(server.port, Buffer.from(`${head}${body}0\r\n\r\n`));
  assert.equal(parametersOf(reply)['Input'], UGLY);
});

test('shape C: query and form', async (t) => {
  const server = await startWireServer(t);
  const query = new Map([['TaskToken', 'T/k+n== *~']]);
  const body = `Output=${encodeURIComponent(UGLY)}`;
  const headers = acs3Headers(server, body, { query });
  const reply = await send(server, { target: '/?TaskToken=T%2Fk%2Bn%3D%3D+*~', headers, body });
  assert.deepEqual(parametersOf(reply), { TaskToken: 'T/k+n== *~', Output: UGLY });
});

test('shape C: the query is signed apart from a form that repeats it', async (t) => {
  const server = await startWireServer(t);
  const query = new Map([['A', 'query']]);
  const headers = acs3Headers(server, 'A=form', { query });
  assert.deepEqual(parametersOf(await send(server, { target: '/?A=query', headers, body: 'A=form' })), { A: 'form' });
});

test('shape C: the members of a JSON body are parameters', async (t) => {
  const server = await startWireServer(t);
  const body = '{"A":"text","N":12345678901234567890,"B":true,"L":[1,{"x":null}],"Z":null,"__proto__":"data"}';
  const headers = acs3Headers(server, body, { headers: { 'content-type': 'application/json; charset=utf-8' } });
  const reply = await send(server, { headers, body });
  assert.match(reply.body, /"__proto__":"data"/);
  const { A, N, B, L, Z } = parametersOf(reply);
  assert.deepEqual([A, N, B, L, Z], ['text', '12345678901234567890', 'true', '[1,{"x":null}]', undefined]);
});

test('shape C: headers may be in any case, and repeated ones are joined', async (t) => {
  const server = await startWireServer(t);
  const headers = acs3Headers(server, '', { headers: { 'x-other': 'a,b' } });
  const { 'x-other': _, ...rest } = headers;
  const upper = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name.toUpperCase(), value]));
  const bytes = requestBytes({ headers: upper }).toString('latin1').replace('host: millrace.test:7780\r\n', '');
  const reply = await sendBytes(
    server.port,
    Buffer.from(bytes.replace('\r\n\r\n', '\r\nX-Other: b\r\nx-other: a\r\n\r\n')),
  );
  assert.equal(reply.status, 200, reply.body);
});

test('with authentication off a call needs neither key nor signature, and both are ignored', async (t) => {
  const server = await startWireServer(t, { auth: 'off' });
  const local = { host: 'localhost:7780' };
  const common = 'Action=StartSyncExecution&Version=2019-03-15';
  assert.equal((await send(server, { method: 'GET', target: `/?${common}`, headers: local })).status, 200);
  assert.equal(
    (await send(server, { target: `/?${common}&Signature=wrong&AccessKeyId=unknown`, headers: local })).status,
    200,
  );
  assert.equal(
    (await send(server, { headers: acs3Headers(server, '', { key: { accessKeyId: 'x', accessKeySecret: 'y' } }) }))
      .status,
    200,
  );
  const json = {
    ...local,
    'content-type': 'application/json',
    'x-acs-action': 'StartSyncExecution',
    'x-acs-version': '2019-03-15',
  };
  assert.equal(parametersOf(await send(server, { headers: json, body: '{"FlowName":"f"}' }))['FlowName'], 'f');
  assert.equal(
    codeOf(await send(server, { target: '/?Action=StartSyncExecution', headers: local })),
    'MissingRequiredParams',
  );
});

interface Vector {
  readonly id: string;
  readonly algorithm: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly request?: { method: string; target: string; headers: [string, string][]; body: string };
}

const { vectors } = JSON.parse(readFileSync(new URL('../signatures/wire-vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};

/** The recorded bytes; a chunked body is one chunk. */
function bytesOf(request: NonNullable<Vector['request']>): Buffer {
  const chunked = request.headers.some(([name]) => name.toLowerCase() === 'transfer-encoding');
  const framed = request.headers.some(([name]) => name.toLowerCase() === 'content-length');
  const body = Buffer.from(request.body);
  const lines = request.headers.map(([name, value]) => `${name}: ${value}\r\n`);
  if (!chunked && !framed && body.length > 0) lines.push(`Content-Length: ${body.length}\r\n`);
  const head = Buffer.from(`${request.method} ${request.target} HTTP/1.1\r\n${lines.join('')}\r\n`);
  if (!chunked) return Buffer.concat([head, body]);
  const size = Buffer.from(`${body.length.toString(16)}\r\n`);
  return Buffer.concat([head, ...(body.length > 0 ? [size, body, Buffer.from('\r\n')] : []), Buffer.from('0\r\n\r\n')]);
}

/** A server with the key of the vector, at the time of its request. */
function serverFor(t: Parameters<typeof startWireServer>[0], vector: Vector): Promise<WireHarness> {
  const request = JSON.stringify(vector.request);
  const text = /20\d\d-\d\d-\d\dT\d\d(?::|%3A)\d\d(?::|%3A)\d\dZ/.exec(request)?.[0].replaceAll('%3A', ':');
  const date = vector.request?.headers.find(([name]) => name === 'date')?.[1] ?? '';
  const key = {
    accessKeyId: vector.accessKeyId,
    accessKeySecret: new Secret(vector.accessKeySecret),
    securityToken: request.includes('CAIS') ? new Secret('CAIS+fake/token==') : null,
    expiresMs: null,
    policies: null,
  };
  const names = [
    'ListFlows',
    'StartSyncExecution',
    'StartExecution',
    'DescribeExecution',
    'DescribeFlow',
    'DescribeRegions',
    'ReportTaskSucceeded',
    'CreateSchedule',
  ] as const;
  const operations = names.map((action) => ({
    action,
    run: () => Promise.resolve({ Done: true }),
  }));
  return startWireServer(t, { time: new ManualTime(Date.parse(text ?? date)), keys: [key], operations });
}

for (const vector of vectors) {
  const { request } = vector;
  if (request === undefined || vector.id.startsWith('P') || vector.id === 'A1') continue;
  test(`${vector.id}, byte for byte as recorded, is served once, and with a byte changed it is not`, async (t) => {
    const server = await serverFor(t, vector);
    const { length } = request.target;
    for (let at = 2; at < length; at += 5) {
      const flipped = String.fromCharCode(request.target.charCodeAt(at) ^ 0x01);
      const target = request.target.slice(0, at) + flipped + request.target.slice(at + 1);
      const reply = await sendBytes(server.port, bytesOf({ ...request, target }));
      assert.ok(reply.status >= 400 && reply.status < 500, `${target}: ${reply.body}`);
    }
    for (let at = 0; at < request.body.length; at += 5) {
      const flipped = String.fromCharCode(request.body.charCodeAt(at) ^ 0x01);
      const body = request.body.slice(0, at) + flipped + request.body.slice(at + 1);
      const reply = await sendBytes(server.port, bytesOf({ ...request, body }));
      assert.ok(reply.status >= 400 && reply.status < 500, `${body}: ${reply.body}`);
    }
    const good = await sendBytes(server.port, bytesOf(request));
    assert.equal(good.status, 200, good.body);
    assert.equal(codeOf(await sendBytes(server.port, bytesOf(request))), 'SignatureNonceUsed');
  });
}

test('a recorded POST of the Java client: an empty chunked body, no content type, an unsigned Input=', async (t) => {
  const query =
    'SignatureVersion=1.0&Action=StartSyncExecution&Input=&Format=json&SignatureNonce=8719e4172e8b80c8b27633577cd40169' +
    '&Version=2019-03-15&FlowName=my_flow&AccessKeyId=FNFTESTAK0001&Signature=ylIcn0AdGAMDpoJMEsAmJxjUpuE%3D' +
    '&SignatureMethod=HMAC-SHA1&Timestamp=2026-11-22T11%3A11%3A50Z';
  const secret = new Secret('fnf-test-secret-0001');
  const key = { accessKeyId: 'FNFTESTAK0001', accessKeySecret: secret, securityToken: null, expiresMs: null };
  const time = new ManualTime(Date.parse('2026-11-22T11:11:50Z'));
  const server = await startWireServer(t, { time, keys: [{ ...key, policies: null }] });
  const headers: [string, string][] = [
    ['x-acs-action', 'StartSyncExecution'],
    ['host', '127.0.0.1:17811'],
    ['x-acs-version', '2019-03-15'],
    ['Transfer-Encoding', 'chunked'],
    ['Connection', 'Keep-Alive'],
    ['Accept-Encoding', 'gzip'],
  ];
  const recorded = { method: 'POST', target: `/?${query}`, headers, body: '' };
  const parameters = parametersOf(await sendBytes(server.port, bytesOf(recorded)));
  assert.deepEqual([parameters['FlowName'], 'Input' in parameters], ['my_flow', false]);
  assert.equal(codeOf(await sendBytes(server.port, bytesOf(recorded))), 'SignatureNonceUsed');
});

test('A1, signed in the ROA style, is served once, and refused with a flipped bit in a signed part', async (t) => {
  const vector = vectors.find(({ id }) => id === 'A1');
  assert.ok(vector?.request);
  const { request } = vector;
  const server = await serverFor(t, vector);
  for (const target of ['/?q=a%20c*', '/?r=a%20b*', '/']) {
    assert.equal(codeOf(await sendBytes(server.port, bytesOf({ ...request, target }))), 'SignatureNotMatch', target);
  }
  for (const changed of ['accept', 'date', 'x-acs-action', 'x-acs-signature-nonce', 'x-acs-version', 'authorization']) {
    const headers = request.headers.map(([name, value]): [string, string] => [
      name,
      name === changed ? value.replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) ^ 1)) : value,
    ]);
    const reply = await sendBytes(server.port, bytesOf({ ...request, headers }));
    assert.ok(reply.status >= 400 && reply.status < 500, `${changed}: ${reply.body}`);
  }
  const good = await sendBytes(server.port, bytesOf(request));
  assert.equal(good.status, 200, good.body);
  assert.equal(codeOf(await sendBytes(server.port, bytesOf(request))), 'SignatureNonceUsed');
});

test('a ROA-style body must match its Content-MD5, and an ambiguous query is refused', async (t) => {
  const vector = vectors.find(({ id }) => id === 'A1');
  assert.ok(vector?.request);
  const { request } = vector;
  const server = await serverFor(t, vector);
  const plain = await startWireServer(t);
  const md5 = { 'content-md5': hash('md5', 'a=1', 'base64') };
  assert.equal((await send(plain, { headers: roaHeaders(plain, md5), body: 'a=1' })).status, 200);
  assert.match(messageOf(await send(plain, { headers: roaHeaders(plain, md5), body: 'a=2' })), /Content-MD5/);
  const split = roaHeaders(plain, {}, new Map([['Input', '1&FlowName=other']]));
  assert.match(messageOf(await send(plain, { target: '/?Input=1&FlowName=other', headers: split })), /more than one/);
  assert.match(
    messageOf(await send(plain, { target: '/?Input=1%26FlowName=other', headers: split })),
    /'Input' cannot/,
  );
  const equals = roaHeaders(plain, {}, new Map([['Input', 'b=c']]));
  assert.match(messageOf(await send(plain, { target: '/?Input%3Db=c', headers: equals })), /'Input=b' cannot/);
  assert.equal(parametersOf(await send(plain, { target: '/?Input=b=c', headers: equals }))['Input'], 'b=c');
  const unnamed = { 'x-acs-action': undefined, 'x-acs-version': undefined };
  const named = 'Action=StartSyncExecution&Version=2019-03-15';
  assert.equal((await send(plain, { headers: roaHeaders(plain, unnamed), body: named })).status, 200);
  assert.equal(
    codeOf(await send(plain, { headers: roaHeaders(plain, unnamed), body: 'a=1' })),
    'MissingRequiredParams',
  );
  const target = '/?q=a%26r%3D1';
  assert.match(messageOf(await sendBytes(server.port, bytesOf({ ...request, target }))), /'q' cannot be in the query/);
  const long = `/?${'q'.repeat(99)}%F0%9F%98%80=%26`;
  assert.match(messageOf(await sendBytes(server.port, bytesOf({ ...request, target: long }))), /'q{99}' cannot be/);
  const malformed = request.headers.map(([name, value]): [string, string] => [
    name,
    name === 'authorization' ? 'acs x' : value,
  ]);
  assert.match(messageOf(await sendBytes(server.port, bytesOf({ ...request, headers: malformed }))), /must read 'acs/);
});

test('bearer tokens are refused with an alternative', async (t) => {
  const server = await startWireServer(t);
  const query = 'Action=ListFlows&Version=2019-03-15&BearerToken=t&SignatureType=BEARERTOKEN';
  for (const request of [
    { target: `/?${query}` },
    { target: `/?${query}&Signature=x` },
    { headers: { 'x-acs-bearer-token': 't' } },
  ]) {
    const reply = await send(server, request);
    assert.equal(codeOf(reply), 'InvalidArgument');
    assert.match(messageOf(reply), /BearerToken/);
  }
});

test('SM3 signs like SHA256 if the header says so', async (t) => {
  assert.equal(
    acs3BodyHash('ACS3-HMAC-SM3', 'abc'),
    '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
  );
  const server = await startWireServer(t);
  const headers = acs3Headers(server, '');
  const rsa = { ...headers, authorization: headers['authorization']?.replace('HMAC-SHA256', 'RSA-SHA256') ?? '' };
  assert.match(messageOf(await send(server, { headers: rsa })), /algorithm 'ACS3-RSA-SHA256'.*not supported/);
});

test("the account and region of a denied call are the server's", async (t) => {
  const policies = [{ Version: '1', Statement: [{ Effect: 'Allow', Action: 'fnf:ListFlows', Resource: '*' }] }];
  const keys = [{ accessKeyId: 'k', accessKeySecret: new Secret('s'), securityToken: null, expiresMs: null, policies }];
  const server = await startWireServer(t, { keys });
  const reply = await call(
    server,
    { Action: 'DescribeFlow', Name: 'orders' },
    { accessKeyId: 'k', accessKeySecret: 's' },
  );
  assert.deepEqual([reply.status, codeOf(reply)], [403, 'AccessDenied']);
  const resource = `acs:fnf:cn-hangzhou:${ACCOUNT}:flow/orders`;
  assert.equal(
    messageOf(reply),
    `the caller is not authorized to perform 'fnf:DescribeFlow' on resource '${resource}'`,
  );
  assert.deepEqual((JSON.parse(reply.body) as Record<string, unknown>)['AccessDeniedDetail'], {
    AuthAction: 'fnf:DescribeFlow',
    AuthPrincipalType: 'SubUser',
    AuthPrincipalOwnerId: ACCOUNT,
    AuthPrincipalDisplayName: 'k',
    NoPermissionType: 'ImplicitDeny',
    PolicyType: 'AccountLevelIdentityBasedPolicy',
  });
});
