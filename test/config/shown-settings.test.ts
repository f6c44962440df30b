/** Settings that DescribeSystem shows: their values as a file has them, and nothing that is confidential. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSettingsText } from '../../src/config/file.ts';
import type { ShownSetting } from '../../src/config/settings.ts';
import { SHOWN_SETTINGS } from '../../src/config/shown-settings.ts';
import { TABLE } from '../../src/config/table.ts';
import { make } from './support.ts';
import type { Given } from './support.ts';

/** A file that has `PLANTED` in the value of each setting that must not be shown, in each of its texts. */
const PLANTED = `
data: /PLANTED/data
store: postgres://PLANTED:PLANTED@PLANTED.example/PLANTED
postgres: {password: PLANTED, ca: /PLANTED/ca.pem, schema: planted}
rootKey: {accessKeyId: PLANTED, accessKeySecret: PLANTED}
keys:
  - {accessKeyId: PLANTED1, accessKeySecret: PLANTED, securityToken: PLANTED, expires: 2026-01-01T00:00:00Z, policies: {Version: "1", Statement: [], Id: PLANTED}}
tls: {certificate: /PLANTED/a.pem, key: /PLANTED/b.pem}
cloud: {accessKeyId: PLANTED, accessKeySecret: PLANTED, securityToken: PLANTED, actions: ["PLANTED:Describe*"]}
functions:
  PLANTED: {url: "http://PLANTED:PLANTED@127.0.0.1:9000/PLANTED"}
  PLANTED-two: {module: ./PLANTED.ts}
functionCompute: {endpoint: "http://PLANTED.example"}
products:
  PLANTED: {endpoint: "https://PLANTED.example", version: 2014-05-26}
mns:
  endpoint: "http://PLANTED.example"
  subscriptions: {PLANTED: {url: "http://PLANTED:PLANTED@127.0.0.1/PLANTED", format: JSON}}
eventBridge: {endpoint: "http://PLANTED.example"}
oss: {endpoint: "http://PLANTED.example"}
objects:
  buckets:
    PLANTED: {type: s3, endpoint: "http://PLANTED.example", accessKeyId: PLANTED, accessKeySecret: PLANTED, securityToken: PLANTED}
    PLANTED-two: {type: folder, path: /PLANTED}
`;

const FILE = `
limits: {input: 1KiB, operationRates: {DescribeFlow: {perSecond: 3, burst: 4}}}
history: {flows: {audit-*: {keep: 400d}}, express: {age: 60m}}
egress: {allow: [10.0.0.0/8, a.example.com]}
earlyAnswer: off
`;

function shown(given: Given): readonly ShownSetting[] {
  return make(given).shown;
}

function entry(list: readonly ShownSetting[], name: string): Omit<ShownSetting, 'name'> | undefined {
  const found = list.find((each) => each.name === name);
  return found === undefined ? undefined : { value: found.value, isDefault: found.isDefault };
}

describe('shown settings', () => {
  it('are all those that are not confidential, in the order of the table', () => {
    const planted = new Set(readSettingsText(PLANTED).values.keys());
    const others = Object.keys(TABLE).filter((name) => !planted.has(name));
    // A new setting belongs to the list of shown ones, or to the planted ones above.
    assert.deepEqual([...SHOWN_SETTINGS].sort(), others.sort());
    const order = Object.keys(TABLE).filter((name) => (SHOWN_SETTINGS as readonly string[]).includes(name));
    assert.deepEqual([...SHOWN_SETTINGS], order);
  });

  it('have nothing in them that is confidential', () => {
    assert.doesNotMatch(JSON.stringify(shown({ file: PLANTED })), /planted/i);
    const env = {
      MILLRACE_ACCESS_KEY_ID: 'PLANTED',
      MILLRACE_ACCESS_KEY_SECRET: 'PLANTED',
      MILLRACE_DATA: '/PLANTED',
      MILLRACE_STORE: 'postgres://PLANTED:PLANTED@PLANTED/PLANTED',
      MILLRACE_POSTGRES_PASSWORD: 'PLANTED',
      MILLRACE_POSTGRES_CA: '/PLANTED',
      MILLRACE_TLS_CERT: '/PLANTED',
      MILLRACE_TLS_KEY: '/PLANTED',
    };
    assert.doesNotMatch(JSON.stringify(shown({ env })), /planted/i);
  });

  it('have their values as a file has them', () => {
    const list = shown({ file: FILE, env: { MILLRACE_WORKERS: '3' } });
    assert.deepEqual(entry(list, 'limits.input'), { value: '1KiB', isDefault: false });
    assert.deepEqual(entry(list, 'workers'), { value: '3', isDefault: false });
    assert.deepEqual(entry(list, 'limits.request'), { value: '1MiB', isDefault: true });
    assert.deepEqual(entry(list, 'earlyAnswer'), { value: 'off', isDefault: false });
    assert.deepEqual(entry(list, 'history.flows'), { value: '{"audit-*":{"keep":"400d"}}', isDefault: false });
    assert.deepEqual(entry(list, 'egress.allow'), { value: '["10.0.0.0/8","a.example.com"]', isDefault: false });
    const rates = '{"DescribeFlow":{"perSecond":3,"burst":4}}';
    assert.deepEqual(entry(list, 'limits.operationRates'), { value: rates, isDefault: false });
    assert.deepEqual(entry(list, 'cluster.name'), { value: '', isDefault: true });
  });

  it('are defaults if they mean the same', () => {
    const list = shown({ file: FILE, env: { MILLRACE_REGION: 'cn-hangzhou' } });
    assert.deepEqual(entry(list, 'history.express.age'), { value: '60m', isDefault: true });
    assert.deepEqual(entry(list, 'region'), { value: 'cn-hangzhou', isDefault: true });
  });

  it('are those of the profile', () => {
    const list = shown({ file: 'limits: cloud' });
    assert.deepEqual(entry(list, 'limits.profile'), { value: 'cloud', isDefault: false });
    assert.deepEqual(entry(list, 'limits.mapItems'), { value: '10000', isDefault: true });
  });
});
