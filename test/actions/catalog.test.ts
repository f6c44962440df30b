/** Every name has an action; that of an unsupported name says why it cannot be called. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../src/config/settings.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { bench, recorder } from './support.ts';

const cloud = { accessKeyId: 'id', accessKeySecret: new Secret('secret'), securityToken: null };

test('integrations that are not built fail and are not sent as OpenAPI calls', async (t) => {
  const actions = bench(t, { cloud });
  const names = [
    'FNF:StopExecution',
    'FNF:DescribeExecution',
    'MNS:PublishMessage',
    'SMS:QuerySendDetails',
    'OSS:ListObjects',
    'OSS:PutBucket',
    'DashScope:QwenTextGeneration',
    'HSF:Invoke',
    'HTTP:Get',
    'FC:ListFunctions',
    'CS:DescribeClusters',
  ];
  for (const name of names) {
    const { error, cause } = await actions.failure(name, {});
    assert.equal(error, `${name.split(':')[0]}.ActionNotSupported`);
    assert.ok(cause.startsWith(`${name}: `), cause);
  }
  assert.match((await actions.failure('FNF:StopExecution', {})).cause, /FNF:StartExecution and FNF:StartSyncExecution/);
});

test('a name without the form of an action fails as FnF.ActionNotSupported', async (t) => {
  const actions = bench(t, { cloud });
  for (const name of [
    '',
    ':',
    'HTTP',
    'HTTP:',
    ':Request',
    'a:b:c',
    'ECS:Describe Instances',
    'evil.example/x:Do',
    'ECS:../x',
  ]) {
    assert.equal((await actions.failure(name, {})).error, 'FnF.ActionNotSupported', name);
  }
});

test('the names of built-in actions may be written in any case', async (t) => {
  const actions = bench(t);
  assert.equal((await actions.failure('http:request', {})).error, 'HTTP.InvalidRequest');
  assert.equal((await actions.failure('Fc:invokefunction', {})).error, 'FC.InvalidArgument');
});

test('flows call with the key of the cloud only what cloud.actions lists', async (t) => {
  const { url, received } = await recorder(t, (_request, response) => response.end('{"ok":true}'));
  const products = [{ product: 'ecs', endpoint: url, version: '2014-05-26', signature: 'ACS3-HMAC-SHA256' as const }];
  const mns = { endpoint: url, local: false, keep: 100, subscriptions: [] };
  const cloudActions = ['ecs:Describe*', 'SMS:SendSms'];
  const actions = bench(t, { cloud, products, cloudActions, ossEndpoint: url, fcEndpoint: url, mns });
  assert.deepEqual(await actions.output('ECS:DescribeInstances', {}), { ok: true });
  const refused: readonly (readonly [action: string, parameters: JsonObject])[] = [
    ['ECS:RunInstances', {}],
    ['ecs:NotDescribeInstances', {}],
    ['RDS:DescribeDBInstances', {}],
    ['Dysmsapi:SendSms', {}],
    ['OSS:GetObject', { bucket: 'bucket', key: 'k', Bucket: 'bucket', Object: 'k' }],
    ['FC:InvokeFunction', { resourceArn: 'acs:fc:::functions/f' }],
    ['MNS:SendMessage', { resourceArn: 'acs:mns:::/queues/q/messages', message: 'm' }],
  ];
  for (const [action, parameters] of refused) {
    const { error, cause } = await actions.failure(action, parameters);
    assert.equal(error, `${action.slice(0, action.indexOf(':'))}.ActionNotAllowed`, cause);
    assert.match(cause, /the setting cloud\.actions does not allow it/);
  }
  assert.equal(received.length, 1);
});
