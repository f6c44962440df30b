/**
 * The error codes on the vendor's page of StartSyncExecution, each provoked by a request, and the errors as the clients pass them to
 * their users (rules.md 2.7). No request provokes ExecutionAlreadyExists, as docs/errors.md explains; lost-store.test.ts has
 * InternalServerError.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import type { Client } from '../support/clients.ts';
import { nodeClient, openApiClient, openApiCore, popClient } from '../support/clients.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import type { RawReply } from '../support/signed-request.ts';
import { callAcs3, callRpc, sendRaw, timestamp } from '../support/signed-request.ts';
import { fileEnd } from '../support/at-end.ts';

const DENIED = { accessKeyId: 'MILLRACETESTDENIED1', accessKeySecret: 'secret-of-the-denied-1' };
const SETTINGS = `
limits: {startsPerSecond: 2}
keys:
  - accessKeyId: ${DENIED.accessKeyId}
    accessKeySecret: ${DENIED.accessKeySecret}
    policies:
      - Version: "1"
        Statement: [{Effect: Allow, Action: "fnf:Describe*", Resource: "*"}]
`;
const PASS = 'Type: StateMachine\nSpecVersion: v1\nName: p\nStartAt: P\nStates: [{Name: P, Type: Pass, End: true}]\n';

let server: ServerProcess;
let client: Client;
before(async () => {
  server = await startServer(fileEnd, { settings: SETTINGS });
  client = nodeClient({ url: server.url, key: ROOT_KEY });
  await client.call('CreateFlow', { Name: 'p', Definition: PASS, Type: 'FDL', ExecutionMode: 'Express' });
});

const START = { Action: 'StartSyncExecution', FlowName: 'p' };

/** The reply is an error that every client can read (rules.md 2.7). */
function checkError(reply: RawReply, status: number, code: string, message: RegExp): void {
  const body = reply.json();
  assert.deepEqual([reply.status, body['Code']], [status, code], reply.text);
  assert.match(String(body['Message']), message);
  assert.equal(body['RequestId'], reply.headers['x-acs-request-id']);
  assert.match(String(reply.headers['x-acs-trace-id']), /^[0-9a-f]{32}$/);
  assert.equal(typeof body['HostId'], 'string');
  assert.match(String(body['Recommend']), new RegExp(code));
  assert.match(String(reply.headers['content-type']), /^application\/json;charset=utf-8$/i);
}

describe('each error code of StartSyncExecution', () => {
  const call = (parameters: Record<string, string>, change: Record<string, string | undefined> = {}) =>
    callRpc(server.url, ROOT_KEY, parameters, change);

  it('EntityTooLarge: an Input over 64 KiB, a body over 1,024 KiB', async () => {
    checkError(
      await call({ ...START, Input: JSON.stringify({ x: 'x'.repeat(70_000) }) }),
      400,
      'EntityTooLarge',
      /65536 bytes/,
    );
    checkError(await call({ ...START, Input: 'x'.repeat(1_100_000) }), 400, 'EntityTooLarge', /1048576 bytes/);
  });

  it('InvalidArgument: an Input that is not an object, an invalid name', async () => {
    for (const Input of ['{', '[]', '1', 'null', '{"a":1}x', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`]) {
      checkError(await call({ ...START, Input }), 400, 'InvalidArgument', /Input/);
    }
    for (const ExecutionName of ['9', 'a b', 'ü', 'x'.repeat(129)]) {
      checkError(await call({ ...START, ExecutionName }), 400, 'InvalidArgument', /ExecutionName/);
    }
  });

  it('MissingRequiredHeader: an ACS3 request without its date or nonce', async () => {
    for (const name of ['x-acs-date', 'x-acs-signature-nonce', 'x-acs-version']) {
      const reply = await callAcs3(server.url, ROOT_KEY, 'StartSyncExecution', 'FlowName=p', { without: [name] });
      checkError(reply, 400, 'MissingRequiredHeader', new RegExp(`The HTTP header '${name}' must be specified`));
    }
  });

  it('MissingRequiredParams: no FlowName, no common parameter', async () => {
    checkError(await call({ Action: 'StartSyncExecution' }), 400, 'MissingRequiredParams', /'FlowName'/);
    for (const name of ['Action', 'Version', 'AccessKeyId', 'SignatureNonce', 'Timestamp']) {
      checkError(await call(START, { [name]: undefined }), 400, 'MissingRequiredParams', new RegExp(`'${name}'`));
    }
  });

  it('ActionNotSupported: an unknown action, a Standard flow', async () => {
    checkError(
      await call({ Action: 'StartSyncExecutions', FlowName: 'p' }),
      400,
      'ActionNotSupported',
      /StartSyncExecutions/,
    );
    await client.call('CreateFlow', { Name: 's', Definition: PASS, Type: 'FDL', ExecutionMode: 'Standard' });
    const reply = await call({ ...START, FlowName: 's' });
    checkError(reply, 400, 'ActionNotSupported', /^Standard execution is not supported$/);
  });

  it('APIVersionNotSupported', async () => {
    checkError(await call(START, { Version: '2014-05-26' }), 400, 'APIVersionNotSupported', /2014-05-26/);
  });

  it('InvalidAccessKeyID', async () => {
    const reply = await callRpc(server.url, { accessKeyId: 'unknown', accessKeySecret: 'x' }, START);
    checkError(reply, 403, 'InvalidAccessKeyID', /^The AccessKey ID unknown is invalid\.$/);
  });

  it('RequestTimeTooSkewed: a difference of 16 minutes in either direction', async () => {
    for (const minutes of [-16, 16]) {
      const reply = await call(START, { Timestamp: timestamp(Date.now() + minutes * 60_000) });
      checkError(reply, 403, 'RequestTimeTooSkewed', /The difference between the request time .* is too large/);
    }
  });

  it('SignatureNotMatch: a wrong secret, with the string that the server signed', async () => {
    const wrong = { ...ROOT_KEY, accessKeySecret: 'wrong' };
    checkError(await callRpc(server.url, wrong, START), 403, 'SignatureNotMatch', /server string to sign is:POST&%2F&/);
    checkError(
      await callAcs3(server.url, wrong, 'StartSyncExecution', 'FlowName=p'),
      403,
      'SignatureNotMatch',
      /server string to sign is:ACS3-HMAC-SHA256\n/,
    );
  });

  it('SignatureNonceUsed: a request sent twice', async () => {
    const once = { SignatureNonce: 'the-same-twice-0001' };
    const describeRegions = { Action: 'DescribeRegions' };
    assert.equal((await call(describeRegions, once)).status, 200);
    checkError(await call(describeRegions, once), 400, 'SignatureNonceUsed', /already/);
  });

  it('AccessDenied: a key whose policy does not allow it', async () => {
    const reply = await callRpc(server.url, DENIED, START);
    checkError(
      reply,
      403,
      'AccessDenied',
      /^the caller is not authorized to perform 'fnf:StartSyncExecution' on resource 'acs:fnf:cn-hangzhou:\d{16}:flow\/p'$/,
    );
    assert.equal((await callRpc(server.url, DENIED, { Action: 'DescribeFlow', Name: 'p' })).status, 200);
  });

  it('FlowNotExists', async () => {
    checkError(
      await call({ ...START, FlowName: 'nothing' }),
      404,
      'FlowNotExists',
      /^Flow 'nothing' does not exist\.$/,
    );
  });

  it('UnsupportedMediaType: a body that is neither form nor JSON', async () => {
    const reply = await callAcs3(server.url, ROOT_KEY, 'StartSyncExecution', '<a/>', { contentType: 'text/xml' });
    checkError(reply, 415, 'UnsupportedMediaType', /application\/json/);
  });

  it('ResourceThrottled: more starts a second than the limit, with the time to wait', async () => {
    const replies: RawReply[] = [];
    // A slow machine may need more than twenty calls to exceed the limit.
    while (replies.every((reply) => reply.status === 200)) {
      replies.push(...(await Promise.all(Array.from({ length: 20 }, () => call(START)))));
    }
    for (const reply of replies.filter(({ status }) => status !== 200)) {
      checkError(reply, 429, 'ResourceThrottled', /throttled/);
      assert.match(String(reply.headers['x-acs-retry-after']), /^[1-9]\d*$/);
    }
  });

  it('is provoked here, except one that docs/errors.md explains', () => {
    const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    assert.match(text, /ExecutionAlreadyExists.*Never/);
  });
});

describe('an error as a client passes it to its user', () => {
  const target = () => ({ url: server.url, key: ROOT_KEY });
  const missing = { Name: 'nothing' };

  it('of fnf-2019-03-15 and pop-core', async () => {
    for (const each of [nodeClient(target()), popClient(target(), 'GET')]) {
      await assert.rejects(
        each.call('DescribeFlow', missing),
        (error: Error & { code: string; data: Record<string, unknown> }) => {
          assert.equal(error.name, 'FlowNotExistsError');
          assert.equal(error.code, 'FlowNotExists');
          assert.match(error.message, /^Flow 'nothing' does not exist\., URL: http/);
          assert.deepEqual(Object.keys(error.data).sort(), ['Code', 'HostId', 'Message', 'Recommend', 'RequestId']);
          return true;
        },
      );
    }
  });

  it('of openapi-client', async () => {
    const each = openApiClient(target(), { signature: 'v2', carrier: 'query' });
    await assert.rejects(each.call('DescribeFlow', missing), (error: Error & { code: string; statusCode: number }) => {
      assert.equal(error.code, 'FlowNotExists');
      assert.equal(error.statusCode, 404);
      assert.match(
        error.message,
        /^FlowNotExists: code: 404, Flow 'nothing' does not exist\. request id: [0-9a-f-]{36}$/i,
      );
      return true;
    });
  });

  it('of openapi-core, with the detail of AccessDenied', async () => {
    const each = openApiCore({ ...target(), key: DENIED }, { signature: 'ACS3', carrier: 'form' });
    await assert.rejects(
      each.call('DeleteFlow', { Name: 'p' }),
      (error: Error & { code: string; requestId: string; accessDeniedDetail: Record<string, unknown> }) => {
        assert.equal(error.name, 'ClientError');
        assert.equal(error.code, 'AccessDenied');
        assert.match(error.requestId, /^[0-9a-f-]{36}$/i);
        assert.equal(typeof error.accessDeniedDetail, 'object');
        return true;
      },
    );
  });
});

describe('XML', () => {
  it('is the format of replies and errors with Format=XML', async () => {
    const good = await callRpc(server.url, ROOT_KEY, { Action: 'DescribeFlow', Name: 'p' }, { Format: 'XML' });
    assert.equal(good.headers['content-type'], 'text/xml;charset=utf-8');
    assert.match(good.text, /<DescribeFlowResponse>.*<Name>p<\/Name>.*<\/DescribeFlowResponse>/s);
    const bad = await callRpc(server.url, ROOT_KEY, { Action: 'DescribeFlow', Name: 'n' }, { Format: 'xml' });
    assert.equal(bad.status, 404);
    assert.match(bad.text, /<Error>.*<Code>FlowNotExists<\/Code>.*<\/Error>/s);
  });
});

describe('an address that is not the API', () => {
  it('answers health at /healthz, and an error that clients can read at other paths', async () => {
    const health = await sendRaw(server.url, { method: 'GET', path: '/healthz' });
    assert.deepEqual([health.status, health.json()], [200, { status: 'ok' }]);
    for (const [method, path] of [
      ['GET', '/nowhere'],
      ['DELETE', '/'],
      ['GET', '/'],
    ] as const) {
      const reply = await sendRaw(server.url, { method, path });
      assert.ok(reply.status >= 400 && reply.status < 500, `${method} ${path} is ${reply.status}`);
      assert.equal(typeof reply.json()['Code'], 'string');
    }
  });
});
