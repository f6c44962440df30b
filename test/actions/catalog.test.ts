/** Every name has an action; that of an unsupported name says why it cannot be called. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../src/config/settings.ts';
import { bench } from './support.ts';

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
