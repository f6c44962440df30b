/** `EventBridge:PutEvents` against a test server that verifies the signature independently of the code under test. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { parseJson } from '../../src/base/json.ts';
import { Secret } from '../../src/config/settings.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { bench, recorder } from './support.ts';
import type { Received } from './support.ts';

const cloud = { accessKeyId: 'LTAItest', accessKeySecret: new Secret('s3cret'), securityToken: null };
const TAKEN = { FailedEntryCount: 0, EntryList: [{ EventId: 'e-1' }], RequestId: 'R' };
const EVENT = { eventBusName: 'mybus', source: 'shop', type: 'shop:order:paid' };

const service = (t: CleanUp, status: number, reply: unknown) =>
  recorder(t, (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  });

function holds({ method, url, headers }: Received): boolean {
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-acs-'))
    .sort()
    .map((name) => `${name}:${String(headers[name])}\n`)
    .join('');
  const text = `${method}\n\n${String(headers['content-type'])}\n${String(headers['date'])}\n${own}${url}`;
  return headers['authorization'] === `acs:LTAItest:${createHmac('sha1', 's3cret').update(text).digest('base64')}`;
}

describe('EventBridge:PutEvents', () => {
  it('sends one signed event and returns the reply', async (t) => {
    const { url, received } = await service(t, 200, TAKEN);
    const { output, time } = bench(t, { cloud, eventBridgeEndpoint: url });
    const event = { ...EVENT, id: 'id-1', subject: 's', data: { amount: 1, list: [null] } };
    assert.deepEqual(await output('EventBridge:PutEvents', event), TAKEN);
    const [request] = received;
    assert.ok(request !== undefined && holds(request));
    assert.deepEqual([request.method, request.url], ['POST', '/openapi/putEvents']);
    assert.equal(request.headers['content-type'], 'application/cloudevents-batch+json; charset=utf-8');
    assert.deepEqual(parseJson(request.body), [
      {
        source: 'shop',
        type: 'shop:order:paid',
        id: 'id-1',
        subject: 's',
        specversion: '1.0',
        datacontenttype: 'application/json',
        time: new Date(time.nowMs()).toISOString(),
        aliyuneventbusname: 'mybus',
        data: { amount: 1, list: [null] },
      },
    ]);
  });

  it('sets the flow as subject, and the same id when the call is repeated', async (t) => {
    const { url, received } = await service(t, 200, TAKEN);
    const { output } = bench(t, { cloud: { ...cloud, securityToken: new Secret('tok') }, eventBridgeEndpoint: url });
    const call = { idempotencyKey: 'f/e/Zahlen%20%E2%9C%93/7', flowName: 'f' };
    await output('EventBridge:PutEvents', EVENT, call);
    await output('EventBridge:PutEvents', EVENT, call);
    const [first, second] = received.map(({ body }) => (parseJson(body) as { id: string; subject: string }[])[0]);
    assert.equal(first?.subject, 'acs:fnf:cn-hangzhou:1234567890123456:flow/f');
    assert.equal(first?.id, 'f/e/Zahlen%20%E2%9C%93/7');
    assert.equal(second?.id, first?.id);
    assert.ok(received.every(holds));
    assert.equal(received[0]?.headers['x-acs-security-token'], 'tok');
  });

  it('fails when the call is refused, and when only the event is refused', async (t) => {
    for (const [status, reply, error, cause] of [
      [
        409,
        { code: 'EventBusNotExist', message: 'no bus', requestId: 'R1' },
        'EventBridge.EventBusNotExist',
        /409: no bus \(request R1\)/,
      ],
      [500, 'oh', 'EventBridge.Unknown', /500: "oh"/],
      [
        200,
        { FailedEntryCount: 1, EntryList: [{ ErrorCode: 'InvalidArgument', ErrorMessage: 'too long' }] },
        'EventBridge.InvalidArgument',
        /did not accept the event: too long/,
      ],
      [200, { FailedEntryCount: 1 }, 'EventBridge.Unknown', /did not accept the event: it gave no reason/],
    ] as const) {
      const { url } = await service(t, status, reply);
      const failed = await bench(t, { cloud, eventBridgeEndpoint: url }).failure('EventBridge:PutEvents', EVENT);
      assert.equal(failed.error, error);
      assert.match(failed.cause, cause);
    }
  });

  it('says which parameter is wrong, and that no key is configured', async (t) => {
    const { failure } = bench(t, { cloud });
    for (const name of ['eventBusName', 'source', 'type', 'id', 'subject']) {
      const failed = await failure('EventBridge:PutEvents', { ...EVENT, [name]: 7 });
      assert.deepEqual(failed, {
        error: 'EventBridge.InvalidArgument',
        cause: `${name} must be a text that is not empty`,
      });
    }
    assert.equal((await bench(t).failure('EventBridge:PutEvents', EVENT)).error, 'EventBridge.MissingCredentials');
  });
});
