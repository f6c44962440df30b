/** OpenAPI calls against a test server that verifies both signatures independently of the code under test. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { productOf } from '../../src/actions/openapi/products.ts';
import { flattenParameters } from '../../src/actions/openapi/rpc-parameters.ts';
import { parseJson } from '../../src/base/json.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { Secret } from '../../src/config/settings.ts';
import type { ProductSetting } from '../../src/config/settings.ts';
import { bench, rawServer, recorder, until } from './support.ts';
import type { Received } from './support.ts';

const cloud = { accessKeyId: 'LTAItest', accessKeySecret: new Secret('s3cret'), securityToken: null };
const temporary = { ...cloud, securityToken: new Secret('tok/en==') };
const setting = (endpoint: string, extra: Partial<ProductSetting> = {}): ProductSetting => ({
  product: 'ecs',
  endpoint,
  version: null,
  signature: 'ACS3-HMAC-SHA256',
  ...extra,
});

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function acs3Holds(request: Received): boolean {
  const { headers } = request;
  const match = /^ACS3-HMAC-SHA256 Credential=LTAItest,SignedHeaders=(\S+),Signature=(\S+)$/.exec(
    String(headers['authorization']),
  );
  const names = (match?.[1] ?? '').split(';');
  const needed = Object.keys(headers).filter(
    (name) => ['host', 'content-type'].includes(name) || name.startsWith('x-acs-'),
  );
  const bodyHash = createHash('sha256').update(request.body).digest('hex');
  const lines = names.map((name) => `${name}:${String(headers[name])}\n`).join('');
  const canonical = `POST\n/\n\n${lines}\n${names.join(';')}\n${bodyHash}`;
  const text = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`;
  const signature = createHmac('sha256', 's3cret').update(text).digest('hex');
  return (
    needed.every((name) => names.includes(name)) &&
    headers['x-acs-content-sha256'] === bodyHash &&
    signature === match?.[2]
  );
}

function rpcHolds(request: Received): boolean {
  const parameters = new Map([...new URL(request.url, 'http://x').searchParams, ...new URLSearchParams(request.body)]);
  const given = parameters.get('Signature');
  parameters.delete('Signature');
  const query = [...parameters.keys()]
    .sort()
    .map((name) => `${encode(name)}=${encode(parameters.get(name) ?? '')}`)
    .join('&');
  return (
    createHmac('sha1', 's3cret&')
      .update(`POST&%2F&${encode(query)}`)
      .digest('base64') === given
  );
}

const parameters = {
  RegionId: 'cn-hangzhou',
  InstanceIds: ['i-1', 'i 2*~'],
  Tag: [{ Key: 'k', Value: '中文' }],
  PageSize: 10,
  DryRun: false,
  Nothing: null,
};
const form = {
  DryRun: 'false',
  'InstanceIds.1': 'i-1',
  'InstanceIds.2': 'i 2*~',
  PageSize: '10',
  RegionId: 'cn-hangzhou',
  'Tag.1.Key': 'k',
  'Tag.1.Value': '中文',
};

test('parameters are flattened, and long numbers have all their digits', () => {
  assert.deepEqual(Object.fromEntries(flattenParameters(parameters)), form);
  const long = parseJson('{"Id":12345678901234567890,"M":{"__proto__":{"x":1}},"E":[],"O":{}}') as JsonObject;
  assert.deepEqual(Object.fromEntries(flattenParameters(long)), { Id: '12345678901234567890', 'M.__proto__.x': '1' });
});

test('ACS3: the call, its signature, and the unchanged answer', async (t) => {
  const { url, received } = await recorder(t, (_request, response) => {
    response
      .writeHead(200, { 'content-type': 'application/json;charset=utf-8' })
      .end('{"RequestId":"r","Id":12345678901234567890}');
  });
  for (const credentials of [cloud, temporary]) {
    const api = bench(t, { cloud: credentials, products: [setting(url)] });
    assert.equal(
      JSON.stringify(await api.output('ECS:DescribeInstances', parameters)),
      '{"RequestId":"r","Id":12345678901234567890}',
    );
    const request = received.at(-1);
    assert.ok(request !== undefined && acs3Holds(request), 'the signature does not hold');
    assert.ok(!acs3Holds({ ...request, body: `${request.body}x` }));
    assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), form);
    assert.equal(request.headers['x-acs-action'], 'DescribeInstances');
    assert.equal(request.headers['x-acs-version'], '2014-05-26');
    assert.equal(request.headers['x-acs-security-token'], credentials.securityToken?.reveal());
    assert.equal(request.url, '/');
  }
});

test('HMAC-SHA1 where the settings say so', async (t) => {
  const { url, received } = await recorder(t, (_request, response) => response.end('{"RequestId":"r"}'));
  for (const credentials of [cloud, temporary]) {
    const products = [setting(url, { signature: 'HMAC-SHA1', version: '2099-01-01' })];
    const api = bench(t, { cloud: credentials, products });
    assert.deepEqual(await api.output('ECS:DescribeInstances', parameters), { RequestId: 'r' });
    const request = received.at(-1);
    assert.ok(request !== undefined && rpcHolds(request), 'the signature does not hold');
    assert.ok(!rpcHolds({ ...request, body: `${request.body}x` }));
    const query = new URL(request.url, url).searchParams;
    assert.deepEqual(
      [query.get('Action'), query.get('Version'), query.get('Format')],
      ['DescribeInstances', '2099-01-01', 'JSON'],
    );
    assert.equal(query.get('SecurityToken') ?? undefined, credentials.securityToken?.reveal());
    assert.equal(
      (await api.failure('ECS:DescribeInstances', { Action: 'DeleteInstance' })).error,
      'ECS.InvalidParameter',
    );
  }
});

test('a refusal is <Product>.<Code>, no answer <Product>.ConnectionFailed or .Timeout', async (t) => {
  const answers: Readonly<Record<string, readonly [number, string]>> = {
    DescribeA: [404, '{"Code":"InvalidInstanceId.NotFound","Message":"no such instance","RequestId":"r-1"}'],
    DescribeB: [502, '<html>'],
  };
  const { url } = await recorder(t, (request, response) => {
    const [status, body] = answers[String(request.headers['x-acs-action'])] ?? [200, ''];
    response.writeHead(status).end(body);
  });
  const api = bench(t, { cloud, products: [setting(url)] });
  assert.deepEqual(await api.failure('ECS:DescribeA', {}), {
    error: 'ECS.InvalidInstanceId.NotFound',
    cause: 'DescribeA was refused with status 404: no such instance (request r-1)',
  });
  assert.equal((await api.failure('ECS:DescribeB', {})).error, 'ECS.Unknown');
  assert.equal(await api.output('ECS:DescribeC', {}), '');
  const gone = bench(t, { cloud, products: [setting('http://127.0.0.1:1')] });
  assert.equal((await gone.failure('Ecs:DescribeA', {})).error, 'Ecs.ConnectionFailed');
  const { url: silent, sockets } = await rawServer(t, () => undefined);
  const slow = bench(t, { cloud, products: [setting(silent)], http: { timeoutMs: 1000 } });
  const failing = slow.failure('ECS:DescribeA', {});
  await until(() => sockets.size === 1);
  slow.time.advance(1000);
  assert.equal((await failing).error, 'ECS.Timeout');
});

test('a call without its settings says which are missing', async (t) => {
  const api = bench(t);
  const { error, cause } = await api.failure('ECS:DescribeInstances', {});
  assert.equal(error, 'ECS.MissingCredentials');
  assert.match(cause, /cloud\.accessKeyId/);
  const unknown = await bench(t, { cloud }).failure('NoSuchProduct:Do', {});
  assert.equal(unknown.error, 'NoSuchProduct.ActionNotSupported');
  assert.match(unknown.cause, /version/);
  const region = await bench(t, { cloud }).failure('ECS:DescribeInstances', { RegionId: 'evil.example/?' });
  assert.equal(region.error, 'ECS.InvalidParameter');
});

test('the products that classic flows of the vendor call are known', () => {
  for (const name of ['ocr', 'facebody']) {
    assert.deepEqual(productOf(name), { version: '2019-12-30', host: `${name}.cn-shanghai.aliyuncs.com` });
  }
});
