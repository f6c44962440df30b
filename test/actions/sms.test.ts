/** `SMS:SendSms`: the OpenAPI operation that it calls, and the results of its answers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../../src/config/settings.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { bench, recorder } from './support.ts';

const cloud = { accessKeyId: 'LTAItest', accessKeySecret: new Secret('s3cret'), securityToken: null };
const SMS = {
  phoneNumbers: '13900000000,13900000001',
  signName: '测试',
  templateCode: 'SMS_1',
  templateParam: { code: 12 },
};
const SENT = { BizId: 'B', Code: 'OK', Message: 'OK', RequestId: 'R' };

async function service(t: CleanUp, status: number, reply: unknown) {
  const { url, received } = await recorder(t, (_request, response) => {
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-acs-request-id': 'R' })
      .end(JSON.stringify(reply));
  });
  const products = [{ product: 'dysmsapi', endpoint: url, version: null, signature: 'ACS3-HMAC-SHA256' as const }];
  return { ...bench(t, { cloud, products }), received };
}

describe('SMS:SendSms', () => {
  it('calls Dysmsapi:SendSms and returns the result of the integration', async (t) => {
    const { output, received } = await service(t, 200, SENT);
    const result = (await output('SMS:SendSms', SMS)) as { EntryList: unknown; Headers: Record<string, string> };
    assert.deepEqual(result.EntryList, SENT);
    assert.equal(result.Headers['X-Acs-Request-Id'], 'R');
    const [request] = received;
    assert.deepEqual([request?.headers['x-acs-action'], request?.headers['x-acs-version']], ['SendSms', '2017-05-25']);
    assert.match(String(request?.headers['authorization']), /^ACS3-HMAC-SHA256 Credential=LTAItest,/);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(request?.body)), {
      PhoneNumbers: '13900000000,13900000001',
      SignName: '测试',
      TemplateCode: 'SMS_1',
      TemplateParam: '{"code":12}',
    });
  });

  it('accepts digits that YAML reads as a number, and needs no templateParam', async (t) => {
    const { output, received } = await service(t, 200, SENT);
    await output('SMS:SendSms', { phoneNumbers: 13_900_000_000, signName: 's', templateCode: 'T' });
    assert.equal(received[0]?.body, 'PhoneNumbers=13900000000&SignName=s&TemplateCode=T');
  });

  it('fails when the service did not accept the message, with any status', async (t) => {
    for (const [status, reply, error] of [
      [200, { Code: 'isv.BUSINESS_LIMIT_CONTROL', Message: 'too many' }, 'SMS.isv.BUSINESS_LIMIT_CONTROL'],
      [200, {}, 'SMS.Unknown'],
      [400, { Code: 'InvalidAccessKeyId.NotFound', Message: 'no key' }, 'SMS.InvalidAccessKeyId.NotFound'],
    ] as const) {
      const { failure } = await service(t, status, reply);
      assert.equal((await failure('SMS:SendSms', SMS)).error, error);
    }
  });

  it('says which parameter is wrong, and that no key is configured', async (t) => {
    const { failure } = await service(t, 200, SENT);
    for (const name of ['phoneNumbers', 'signName', 'templateCode', 'templateParam']) {
      const failed = await failure('SMS:SendSms', { ...SMS, [name]: [] });
      assert.equal(failed.error, 'SMS.InvalidArgument');
      assert.match(failed.cause, new RegExp(`^${name} must be`));
    }
    assert.equal((await bench(t).failure('SMS:SendSms', SMS)).error, 'SMS.MissingCredentials');
  });
});
