/** Signatures of single services, compared with published examples and with an HMAC of text written by hand. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it, test } from 'node:test';
import { signOss } from '../../src/signatures/oss.ts';
import type { OssRequest } from '../../src/signatures/oss.ts';
import { plainHeaderStringToSign, signPlainHeader } from '../../src/signatures/plain-header.ts';

describe('OSS4-HMAC-SHA256', () => {
  /** The example in the tests of the vendor's Go, Java, Python, C and mobile SDKs. */
  const published: OssRequest = {
    method: 'PUT',
    bucket: 'bucket',
    key: '1234+-/123/1.txt',
    region: 'cn-hangzhou',
    query: new Map([
      ['param1', 'value1'],
      ['+param1', 'value3'],
      ['|param1', 'value4'],
      ['+param2', ''],
      ['|param2', ''],
      ['param2', ''],
    ]),
    headers: new Map([
      ['x-oss-head1', 'value'],
      ['abc', 'value'],
      ['zabc', 'value'],
      ['xyz', 'value'],
      ['content-type', 'text/plain'],
      ['x-oss-content-sha256', 'UNSIGNED-PAYLOAD'],
      ['x-oss-date', '20231216T162057Z'],
    ]),
  };

  it('agrees with the published example', () => {
    assert.equal(
      signOss(published, 'ak', 'sk'),
      'OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,' +
        'Signature=e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe',
    );
  });

  it('agrees with the published example of a temporary key', () => {
    const headers = new Map([
      ...published.headers,
      ['x-oss-date', '20231217T034736Z'],
      ['x-oss-security-token', 'token'],
    ]);
    assert.equal(
      signOss({ ...published, headers }, 'ak', 'sk'),
      'OSS4-HMAC-SHA256 Credential=ak/20231217/cn-hangzhou/oss/aliyun_v4_request,' +
        'Signature=b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea',
    );
  });
});

describe('the plain header signature', () => {
  const headers = new Map([
    ['x-mns-version', '2015-06-06'],
    ['host', '1.mns.cn-hangzhou.aliyuncs.com'],
    ['content-type', 'text/xml;charset=utf-8'],
    ['date', 'Thu, 17 Mar 2016 18:49:58 GMT'],
    ['x-mns-date', 'Thu, 17 Mar 2016 18:49:58 GMT'],
    ['x-acs-other', 'not of this service'],
  ]);
  const request = { method: 'POST', headers, prefix: 'x-mns-', resource: '/queues/q/messages' };
  const text =
    'POST\n\ntext/xml;charset=utf-8\nThu, 17 Mar 2016 18:49:58 GMT\n' +
    'x-mns-date:Thu, 17 Mar 2016 18:49:58 GMT\nx-mns-version:2015-06-06\n/queues/q/messages';

  it("signs method, standard headers, the service's headers by name, and the resource", () => {
    assert.equal(plainHeaderStringToSign(request), text);
    assert.equal(
      signPlainHeader('sha1', request, 'secret'),
      createHmac('sha1', 'secret').update(text).digest('base64'),
    );
    assert.equal(
      signPlainHeader('sha256', request, 'secret'),
      createHmac('sha256', 'secret').update(text).digest('base64'),
    );
  });

  it('covers Content-MD5 if the request has one', () => {
    const withDigest = new Map([...headers, ['content-md5', 'abc==']]);
    assert.equal(
      plainHeaderStringToSign({ ...request, headers: withDigest }),
      text.replace('POST\n\n', 'POST\nabc==\n'),
    );
  });
});

test('the signature of Message Service begins as in its published example, whose end is masked', () => {
  const headers = new Map([
    ['host', '1.mns.cn-hangzhou.aliyuncs.com'],
    ['date', 'Thu, 09 Jul 2015 03:01:34 GMT'],
    ['x-mns-version', '2015-06-06'],
  ]);
  const signature = signPlainHeader(
    'sha1',
    { method: 'GET', headers, prefix: 'x-mns-', resource: '/MyQueue' },
    'TestAccessSecret',
  );
  assert.match(signature, /^uwx3yeWoILzgmvesW0BQSgfM.{4}$/);
});
