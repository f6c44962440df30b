/** Every name has an action, if only to say what is not built. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../src/config/settings.ts';
import { bench } from './support.ts';

const cloud = { accessKeyId: 'id', accessKeySecret: new Secret('secret'), securityToken: null };

test('integrations that are not built say so and are not passed through', async () => {
  const actions = bench({ cloud });
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

test('a name that is no action', async () => {
  const actions = bench({ cloud });
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

test('built-in actions are found whatever the case of their name', async () => {
  const actions = bench();
  assert.equal((await actions.failure('http:request', {})).error, 'HTTP.InvalidRequest');
  assert.equal((await actions.failure('Fc:invokefunction', {})).error, 'FC.InvalidArgument');
});
