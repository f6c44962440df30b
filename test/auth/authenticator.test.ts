/** Authorization of calls whose address is unknown. Policies are in test/auth/policy.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Authenticator } from '../../src/auth/authenticator.ts';
import { createKeyRing } from '../../src/auth/key-ring.ts';
import type { AccessKey } from '../../src/auth/key-ring.ts';
import { systemClock } from '../../src/base/clock.ts';
import { Secret } from '../../src/config/settings.ts';

const ALL = { Effect: 'Allow', Action: '*', Resource: '*' };
const NOT_FROM_TEN = { ...ALL, Effect: 'Deny', Condition: { IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } } };

test('a Deny by address also denies a caller whose connection is closed', async () => {
  const keys = [
    {
      accessKeyId: 'guarded',
      accessKeySecret: new Secret('s'),
      securityToken: null,
      expiresMs: null,
      policies: [{ Version: '1', Statement: [ALL, NOT_FROM_TEN] }],
    },
  ];
  const ring = await createKeyRing({ rootKey: null, keys });
  const authenticator = new Authenticator({ keys: ring, clock: systemClock, region: 'r', account: 'a' });
  const authorize = (sourceIp: string): void =>
    authenticator.authorize(ring.get('guarded') as AccessKey, {
      action: 'DeleteFlow',
      resource: 'flow/f',
      secureTransport: false,
      sourceIp,
    });
  authorize('192.0.2.1');
  assert.throws(() => authorize('10.1.2.3'), { code: 'AccessDenied' });
  assert.throws(() => authorize(''), { code: 'AccessDenied' });
});
