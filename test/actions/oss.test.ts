/** The actions of Object Storage Service against a test server that verifies the signature independently of the code under test. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Secret } from '../../src/config/settings.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { bench, recorder } from './support.ts';
import type { Received } from './support.ts';

const cloud = { accessKeyId: 'LTAItest', accessKeySecret: new Secret('s3cret'), securityToken: null };
const OBJECT = { bucket: 'my-bucket', key: 'a b/ü+~(1).txt' };
const PATH = '/my-bucket/a%20b/%C3%BC%2B~%281%29.txt';

async function storage(t: CleanUp, status: number, headers: OutgoingHttpHeaders, body: string | Buffer = '') {
  const { url, received } = await recorder(t, (_request, response) => {
    response.writeHead(status, { 'x-oss-request-id': 'R', ...headers }).end(body);
  });
  return { ...bench(t, { cloud, ossEndpoint: url }), url, received };
}

function holds({ method, url, headers }: Received, region = 'cn-hangzhou'): boolean {
  const time = String(headers['x-oss-date']);
  const scope = `${time.slice(0, 8)}/${region}/oss/aliyun_v4_request`;
  const lines = Object.keys(headers)
    .filter((name) => name === 'content-type' || name.startsWith('x-oss-'))
    .sort()
    .map((name) => `${name}:${String(headers[name])}\n`)
    .join('');
  const [path = '', query = ''] = url.split('?');
  const canonical = `${method}\n${path}\n${query}\n${lines}\n\nUNSIGNED-PAYLOAD`;
  const text = `OSS4-HMAC-SHA256\n${time}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
  const key = scope
    .split('/')
    .reduce<Buffer>((last, part) => createHmac('sha256', last).update(part).digest(), Buffer.from('aliyun_v4s3cret'));
  const signature = createHmac('sha256', key).update(text).digest('hex');
  return headers['authorization'] === `OSS4-HMAC-SHA256 Credential=LTAItest/${scope},Signature=${signature}`;
}

describe('OSS:GetObject', () => {
  it('returns an object and its properties', async (t) => {
    const headers = {
      'content-type': 'application/json',
      etag: '"E"',
      'x-oss-version-id': 'v 1',
      'last-modified': 'then',
    };
    const { output, received } = await storage(t, 200, headers, '{"a":[1]}');
    assert.deepEqual(await output('OSS:GetObject', { ...OBJECT, versionId: 'v 1' }), {
      ...OBJECT,
      requestId: 'R',
      eTag: '"E"',
      lastModified: 'then',
      versionId: 'v 1',
      contentLength: 9,
      contentType: 'application/json',
      body: { a: [1] },
    });
    const [request] = received;
    assert.deepEqual([request?.method, request?.url], ['GET', `${PATH}?versionId=v%201`]);
    assert.ok(request !== undefined && holds(request));
  });

  it('sends ranges and conditions; a value that is not a range is not sent', async (t) => {
    const { output, received } = await storage(
      t,
      206,
      { 'content-type': 'text/plain', 'content-range': 'bytes 1-2/9' },
      'ab',
    );
    const parameters = { ...OBJECT, range: '1-2', ifMatch: '"E"', ifNoneMatch: '"F"', region: 'cn-beijing' };
    const result = (await output('OSS:GetObject', parameters)) as { contentRange: string; body: string };
    assert.deepEqual([result.contentRange, result.body], ['bytes 1-2/9', 'ab']);
    for (const range of ['1-', '-3', 'all', '1-2,5-6', 7]) await output('OSS:GetObject', { ...OBJECT, range });
    assert.deepEqual(
      received.map(({ headers }) => headers['range']),
      ['bytes=1-2', 'bytes=1-', 'bytes=-3', undefined, undefined, undefined],
    );
    assert.deepEqual([received[0]?.headers['if-match'], received[0]?.headers['if-none-match']], ['"E"', '"F"']);
    assert.ok(received[0] !== undefined && holds(received[0], 'cn-beijing'));
  });

  it('returns bytes as base64, and decodes compressed objects within the limit', async (t) => {
    const bytes = Buffer.from([0, 255, 1]);
    const plain = await storage(t, 200, { 'content-type': 'application/octet-stream' }, bytes);
    assert.equal(((await plain.output('OSS:GetObject', OBJECT)) as { body: string }).body, bytes.toString('base64'));
    const packing = { 'content-type': 'text/plain', 'content-encoding': 'gzip' };
    const packed = await storage(t, 200, packing, gzipSync('hello'));
    assert.equal(((await packed.output('OSS:GetObject', OBJECT)) as { body: string }).body, 'hello');
    const bomb = await storage(t, 200, packing, gzipSync('x'.repeat(2_000_000)));
    assert.equal((await bomb.failure('OSS:GetObject', OBJECT)).error, 'OSS.ResponseTooLarge');
    const broken = await storage(t, 200, packing, 'hello');
    assert.equal((await broken.failure('OSS:GetObject', OBJECT)).error, 'OSS.ConnectionFailed');
  });

  it('fails with the code of the service', async (t) => {
    const xml =
      '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>not there</Message><RequestId>R</RequestId></Error>';
    const missing = await (await storage(t, 404, {}, xml)).failure('OSS:GetObject', OBJECT);
    assert.deepEqual(missing, {
      error: 'OSS.NoSuchKey',
      cause: 'GetObject was refused with status 404: not there (request R)',
    });
    assert.equal((await (await storage(t, 304, {})).failure('OSS:GetObject', OBJECT)).error, 'OSS.NotModified');
    assert.equal((await (await storage(t, 500, {}, 'oh')).failure('OSS:GetObject', OBJECT)).error, 'OSS.Unknown');
  });
});

describe('OSS:PutObject', () => {
  it('writes a text unchanged, and any other value as JSON', async (t) => {
    const { output, received } = await storage(t, 200, { etag: '"E"' });
    assert.deepEqual(await output('OSS:PutObject', { ...OBJECT, body: 'hé' }), {
      ...OBJECT,
      requestId: 'R',
      eTag: '"E"',
    });
    await output('OSS:PutObject', { ...OBJECT, body: { a: 1 } });
    await output('OSS:PutObject', { ...OBJECT, body: '<a/>', contentType: 'text/xml' });
    await output('OSS:PutObject', OBJECT);
    assert.deepEqual(
      received.map(({ method, url, headers, body }) => [method, url, headers['content-type'], body]),
      [
        ['PUT', PATH, 'text/plain;charset=utf-8', 'hé'],
        ['PUT', PATH, 'application/json', '{"a":1}'],
        ['PUT', PATH, 'text/xml', '<a/>'],
        ['PUT', PATH, 'text/plain;charset=utf-8', ''],
      ],
    );
    assert.ok(received.every((request) => holds(request)));
  });
});

describe('OSS:CopyObject', () => {
  it('names the source and reads the result', async (t) => {
    const xml =
      '<CopyObjectResult><ETag>"C"</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified></CopyObjectResult>';
    const { output, received } = await storage(t, 200, {}, xml);
    const parameters = { ...OBJECT, sourceBucket: 'other-one', sourceKey: 'x/ü', sourceVersionId: 'v&1' };
    assert.deepEqual(await output('OSS:CopyObject', parameters), {
      ...OBJECT,
      requestId: 'R',
      eTag: '"C"',
      lastModified: '2026-01-01T00:00:00.000Z',
    });
    await output('OSS:CopyObject', { ...OBJECT, sourceKey: 'x' });
    assert.deepEqual(
      received.map(({ method, headers }) => [method, headers['x-oss-copy-source']]),
      [
        ['PUT', '/other-one/x/%C3%BC?versionId=v%261'],
        ['PUT', '/my-bucket/x'],
      ],
    );
    assert.ok(received.every((request) => holds(request)));
  });
});

describe('OSS:DeleteObject', () => {
  it('deletes an object or one version of it', async (t) => {
    const { output, received } = await storage(t, 204, { 'x-oss-version-id': 'v' });
    assert.deepEqual(await output('OSS:DeleteObject', { ...OBJECT, versionId: 'v' }), {
      ...OBJECT,
      requestId: 'R',
      versionId: 'v',
    });
    assert.deepEqual([received[0]?.method, received[0]?.url], ['DELETE', `${PATH}?versionId=v`]);
  });
});

describe('an action of Object Storage', () => {
  it('carries the token of a temporary key', async (t) => {
    const { url, received } = await storage(t, 200, {});
    const { output } = bench(t, { cloud: { ...cloud, securityToken: new Secret('tok') }, ossEndpoint: url });
    await output('OSS:GetObject', OBJECT);
    assert.equal(received[0]?.headers['x-oss-security-token'], 'tok');
    assert.ok(received[0] !== undefined && holds(received[0]));
  });

  it('says which parameter is wrong, and that no key is configured', async (t) => {
    const { failure } = bench(t, { cloud });
    for (const [action, parameters, cause] of [
      ['GetObject', { key: 'k' }, /^bucket must be/],
      ['GetObject', { ...OBJECT, bucket: 'evil.example.com/' }, /^bucket must be/],
      ['GetObject', { ...OBJECT, bucket: 'ab' }, /^bucket must be/],
      ['GetObject', { ...OBJECT, key: '' }, /^key must be/],
      ['GetObject', { ...OBJECT, key: '//evil.example.com' }, /^key must be/],
      ['GetObject', { ...OBJECT, key: 'x'.repeat(1024) }, /^key must be/],
      ['GetObject', { ...OBJECT, key: 'a/../../other/b' }, /^key has a segment/],
      ['GetObject', { ...OBJECT, region: 'x.evil.example' }, /^region must be/],
      ['GetObject', { ...OBJECT, ifMatch: 'a\r\nb: c' }, /^ifMatch must be/],
      ['PutObject', { ...OBJECT, contentType: 'a\nb' }, /^contentType must be/],
      ['CopyObject', OBJECT, /^sourceKey must be/],
      ['CopyObject', { ...OBJECT, sourceKey: 'k', sourceBucket: 'X' }, /^sourceBucket must be/],
    ] as const) {
      const failed = await failure(`OSS:${action}`, parameters);
      assert.equal(failed.error, 'OSS.InvalidArgument');
      assert.match(failed.cause, cause);
    }
    assert.equal((await bench(t).failure('OSS:GetObject', OBJECT)).error, 'OSS.MissingCredentials');
  });

  it('puts the bucket in front of the host where the endpoint has a name', async (t) => {
    // No server is there, but the cause says which address was called.
    const { failure } = bench(t, { cloud, ossEndpoint: 'http://oss.test.invalid:9' });
    const { error, cause } = await failure('OSS:GetObject', OBJECT);
    assert.equal(error, 'OSS.ConnectionFailed');
    assert.match(cause, /^GetObject at http:\/\/my-bucket\.oss\.test\.invalid:9: /);
  });
});
