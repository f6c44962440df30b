/** `MNS:SendMessage` against a test server that verifies the signature independently of the code under test. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { Secret } from '../../src/config/settings.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { bench, rawServer, recorder, until } from './support.ts';
import type { Received } from './support.ts';

const cloud = { accessKeyId: 'LTAItest', accessKeySecret: new Secret('s3cret'), securityToken: null };
const NONE = { local: false, keep: 10, subscriptions: [] };
const QUEUE = 'acs:mns:::/queues/orders/messages';
const TOPIC = 'acs:mns:cn-shanghai:1234567890123456:/topics/approvals/messages';

const CREATED =
  '<?xml version="1.0" encoding="utf-8"?>\n<Message xmlns="http://mns.aliyuncs.com/doc/v1/">\n' +
  '  <MessageId>D273CD6A-1</MessageId>\n  <MessageBodyMD5>3AC6DD36</MessageBodyMD5>\n</Message>';

function holds({ method, url, headers }: Received): boolean {
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-mns-'))
    .sort()
    .map((name) => `${name}:${String(headers[name])}\n`)
    .join('');
  const text = `${method}\n\n${String(headers['content-type'])}\n${String(headers['date'])}\n${own}${url}`;
  return headers['authorization'] === `MNS LTAItest:${createHmac('sha1', 's3cret').update(text).digest('base64')}`;
}

const service = async (t: CleanUp, status: number, xml: string) =>
  recorder(t, (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/xml', 'x-mns-request-id': '5666' }).end(xml);
  });

describe('MNS:SendMessage to a Message Service', () => {
  it('sends a signed message to a queue and returns the answer of the service', async (t) => {
    const { url, received } = await service(t, 201, CREATED);
    const { output } = bench(t, { cloud, mns: { ...NONE, endpoint: url } });
    const parameters = { resourceArn: QUEUE, message: { a: '<&>\r', b: 1 }, priority: 3, delaySeconds: 60 };
    assert.deepEqual(await output('MNS:SendMessage', parameters), {
      MessageId: 'D273CD6A-1',
      RequestId: '5666',
      MessageBodyMD5: '3AC6DD36',
    });
    const [request] = received;
    assert.ok(request !== undefined && holds(request));
    assert.deepEqual([request.method, request.url], ['POST', '/queues/orders/messages']);
    assert.equal(request.headers['x-mns-version'], '2015-06-06');
    assert.equal(
      request.body,
      '<?xml version="1.0" encoding="UTF-8"?><Message xmlns="http://mns.aliyuncs.com/doc/v1/">' +
        '<MessageBody>{"a":"&lt;&amp;&gt;\\r","b":1}</MessageBody><DelaySeconds>60</DelaySeconds><Priority>3</Priority></Message>',
    );
  });

  it('sends tag and attributes to a topic, by the names of the service', async (t) => {
    const { url, received } = await service(t, 201, CREATED);
    const { output } = bench(t, { cloud, mns: { ...NONE, endpoint: url } });
    await output('MNS:SendMessage', {
      resourceArn: TOPIC,
      message: 'a ≤ b\r\n',
      messageTag: 'high',
      priority: 1,
      messageAttributes: {
        MailAttributes: { Subject: 's', IsHTML: true, ReplyToAddress: false, AddressType: 1 },
        SMSAttributes: { FreeSignName: 'f', SmsParams: { code: '1' } },
      },
    });
    const body = received[0]?.body ?? '';
    assert.equal(received[0]?.url, '/topics/approvals/messages');
    assert.match(body, /<MessageBody>a ≤ b&#13;\n<\/MessageBody><MessageTag>high<\/MessageTag><MessageAttributes>/);
    const mail = '<DirectMail>{"Subject":"s","IsHtml":1,"ReplyToAddress":0,"AddressType":1}</DirectMail>';
    const sms = '<DirectSMS>{"FreeSignName":"f","SmsParams":"{\\"code\\":\\"1\\"}"}</DirectSMS>';
    assert.ok(body.endsWith(`<MessageAttributes>${mail}${sms}</MessageAttributes></Message>`), body);
  });

  it('carries the token of a temporary key', async (t) => {
    const { url, received } = await service(t, 201, CREATED);
    const temporary = { ...cloud, securityToken: new Secret('tok/en') };
    const { output } = bench(t, { cloud: temporary, mns: { ...NONE, endpoint: url } });
    await output('MNS:SendMessage', { resourceArn: QUEUE, message: 'x' });
    assert.equal(received[0]?.headers['security-token'], 'tok/en');
  });

  it('returns the receipt of a delayed message, and decodes XML escapes', async (t) => {
    const xml = `<Message><MessageId>a&amp;&#x41;&#66;</MessageId><ReceiptHandle><![CDATA[1<2]]></ReceiptHandle></Message>`;
    const { url } = await service(t, 201, xml);
    const { output } = bench(t, { cloud, mns: { ...NONE, endpoint: url } });
    assert.deepEqual(await output('MNS:SendMessage', { resourceArn: QUEUE, message: 'x' }), {
      MessageId: 'a&AB',
      RequestId: '5666',
      MessageBodyMD5: '',
      ReceiptHandle: '1<2',
    });
  });

  it('fails with the code of the service', async (t) => {
    const xml =
      '<Error xmlns="x"><Code>QueueNotExist</Code><Message>no such queue</Message><RequestId>9</RequestId></Error>';
    for (const [body, error, cause] of [
      [xml, 'MNS.QueueNotExist', /queue orders refused the message with status 404: no such queue \(request 5666\)/],
      ['oh', 'MNS.Unknown', /404: oh/],
      ['<Error><Code></Code></Error>', 'MNS.Unknown', /404: <Error>/],
    ] as const) {
      const { url } = await service(t, 404, body);
      const { failure } = bench(t, { cloud, mns: { ...NONE, endpoint: url } });
      const failed = await failure('MNS:SendMessage', { resourceArn: QUEUE, message: 'x' });
      assert.equal(failed.error, error);
      assert.match(failed.cause, cause);
    }
  });

  it('fails when the answer is missing, late or too large, and without a key', async (t) => {
    const mute = await rawServer(t, () => undefined);
    const slow = bench(t, { cloud, mns: { ...NONE, endpoint: mute.url } });
    const late = slow.failure('MNS:SendMessage', { resourceArn: QUEUE, message: 'x' });
    await until(() => slow.time.timers > 0);
    slow.time.advance(60_000);
    assert.equal((await late).error, 'MNS.Timeout');
    const broken = await rawServer(t, (socket) => socket.destroy());
    const cut = bench(t, { cloud, mns: { ...NONE, endpoint: broken.url } });
    assert.equal(
      (await cut.failure('MNS:SendMessage', { resourceArn: QUEUE, message: 'x' })).error,
      'MNS.ConnectionFailed',
    );
    const { url } = await service(t, 201, 'x'.repeat(1000));
    const small = bench(t, { cloud, mns: { ...NONE, endpoint: url }, http: { maxResponseBytes: 999 } });
    assert.equal(
      (await small.failure('MNS:SendMessage', { resourceArn: QUEUE, message: 'x' })).error,
      'MNS.ResponseTooLarge',
    );
    const keyless = bench(t, { mns: { ...NONE, endpoint: url } });
    assert.equal(
      (await keyless.failure('MNS:SendMessage', { resourceArn: QUEUE, message: 'x' })).error,
      'MNS.MissingCredentials',
    );
  });

  it('closes its connection when the task is aborted', async (t) => {
    const mute = await rawServer(t, () => undefined);
    const { run } = bench(t, { cloud, mns: { ...NONE, endpoint: mute.url } });
    const giveUp = new AbortController();
    const result = run('MNS:SendMessage', { resourceArn: QUEUE, message: 'x' }, { signal: giveUp.signal });
    await until(() => mute.sockets.size > 0);
    giveUp.abort();
    assert.equal((await result).ok, false);
    await until(() => mute.sockets.size === 0);
  });

  it('says which parameter is wrong', async (t) => {
    const { failure } = bench(t, { cloud, mns: { ...NONE, endpoint: null } });
    for (const [parameters, cause] of [
      [{ message: 'x' }, /^resourceArn must be/],
      [{ resourceArn: 'acs:mns:::/queues/a/b/messages', message: 'x' }, /^resourceArn must be/],
      [{ resourceArn: 'acs:mns:::/queues/../messages', message: 'x' }, /^resourceArn must be/],
      [{ resourceArn: 'acs:mns:x/y::/queues/a/messages', message: 'x' }, /^resourceArn must be/],
      [{ resourceArn: QUEUE }, /^message must/],
      [{ resourceArn: QUEUE, message: '' }, /^message must/],
      [{ resourceArn: QUEUE, message: 'x'.repeat(65_537) }, /^message is larger than 65536 bytes/],
      [{ resourceArn: QUEUE, message: 'a\u0001' }, /^message has a control character/],
      [{ resourceArn: QUEUE, message: 'x', priority: 17 }, /^priority/],
      [{ resourceArn: QUEUE, message: 'x', priority: 'high' }, /^priority/],
      [{ resourceArn: QUEUE, message: 'x', delaySeconds: 1.5 }, /^delaySeconds/],
      [{ resourceArn: TOPIC, message: 'x', messageTag: 'a\nb' }, /^messageTag/],
      [{ resourceArn: TOPIC, message: 'x', messageAttributes: 1 }, /^messageAttributes/],
      [{ resourceArn: TOPIC, message: 'x', messageAttributes: { '<a>': 'b' } }, /^messageAttributes/],
      [{ resourceArn: TOPIC, message: 'x', messageAttributes: { a: 1 } }, /^messageAttributes/],
    ] as const) {
      const failed = await failure('MNS:SendMessage', parameters);
      assert.equal(failed.error, 'MNS.InvalidArgument');
      assert.match(failed.cause, cause);
    }
  });

  it('reads the names of the classic language too', async (t) => {
    const { url, received } = await service(t, 201, CREATED);
    const { output } = bench(t, { cloud, mns: { ...NONE, endpoint: url } });
    await output('MNS:SendMessage', {
      resourceArn: TOPIC,
      MessageBody: { token: 't' },
      MessageTag: 'x',
      MessageAttributes: '{"DirectMail":"{}"}',
    });
    assert.match(received[0]?.body ?? '', /\{"token":"t"\}.*<MessageTag>x<.*<DirectMail>\{\}<\/DirectMail>/);
  });
});
