/** Faults of the settings: all at once, each with its place, and no other error for any file. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { SettingsFault } from '../../src/config/make.ts';
import { TABLE } from '../../src/config/table.ts';
import { faultsOf, make } from './support.ts';
import type { Given } from './support.ts';

describe('faults of settings', () => {
  it('are reported at once, each with its place', () => {
    const faults = faultsOf({
      env: { MILLRACE_LISTEN: 'nowhere', MILLRACE_REGON: 'x', MILLRACE_TLS_CERT: 'a.pem' },
      file: `auth: off
limit: cloud
http:
  timout: 3s
  timeout: 30
keys:
  - {accessKeyId: a, accessKeySecret: s, expirse: x}
  - {accessKeyId: a, accessKeySecret: s}
  - 7
account: 12
`,
    });
    assert.deepEqual(faults, [
      'MILLRACE_REGON is not a setting (did you mean MILLRACE_REGION?)',
      'millrace.yaml:2:1: limit is not a setting (did you mean "limits"?)',
      'millrace.yaml:4:3: http.timout is not a setting (did you mean "timeout"?)',
      'MILLRACE_LISTEN is "nowhere", not host:port, such as 127.0.0.1:7780 or [::1]:7780',
      'millrace.yaml:7:42: keys[0].expirse is not a setting (did you mean "expires"?)',
      'millrace.yaml:9:5: keys[2] is not a mapping',
      'millrace.yaml:10:1: account is 12, not an account of 16 digits (in quotes)',
      'millrace.yaml:5:3: http.timeout is 30, not a duration with its unit, such as 500ms, 30s or 5m, up to 24h',
      'MILLRACE_TLS_CERT is set without MILLRACE_TLS_KEY',
    ]);
  });

  const cases: readonly [string, Given, RegExp][] = [
    [
      'a key without its secret',
      { env: { MILLRACE_ACCESS_KEY_ID: 'a' } },
      /^MILLRACE_ACCESS_KEY_ID is set without MILLRACE_ACCESS_KEY_SECRET$/,
    ],
    [
      'half of the cloud credentials',
      { file: 'cloud: {accessKeySecret: a}' },
      /^millrace.yaml:1:9: cloud.accessKeySecret is set without cloud.accessKeyId$/,
    ],
    ['a lone token', { file: 'cloud: {securityToken: a}' }, /cloud.securityToken is set without/],
    [
      'two keys with one id',
      { file: 'keys: [{accessKeyId: a, accessKeySecret: b}, {accessKeyId: a, accessKeySecret: c}]' },
      /keys\[1\].accessKeyId is the id of an earlier key/,
    ],
    [
      'a key with the id of the root key',
      {
        env: { MILLRACE_ACCESS_KEY_ID: 'a', MILLRACE_ACCESS_KEY_SECRET: 'b' },
        file: 'keys: [{accessKeyId: a, accessKeySecret: b}]',
      },
      /keys\[0\].accessKeyId is the id of the root key/,
    ],
    [
      'an end without a token',
      { file: 'keys: [{accessKeyId: a, accessKeySecret: b, expires: 2026-01-01T00:00:00Z}]' },
      /keys\[0\].expires is only for temporary keys/,
    ],
    ['a key without an id', { file: 'keys: [{accessKeySecret: b}]' }, /keys\[0\].accessKeyId is missing/],
    [
      'a function with two targets',
      { file: 'functions: {f: {url: "http://a", module: b}}' },
      /functions.f needs either "url" or "module", not both/,
    ],
    ['a bucket of no type', { file: 'objects: {buckets: {b: {path: x}}}' }, /objects.buckets.b.type is missing/],
    ['a folder without a path', { file: 'objects: {buckets: {b: {type: folder}}}' }, /buckets.b needs "path"/],
    [
      'a folder with an endpoint',
      { file: 'objects: {buckets: {b: {type: folder, path: x, endpoint: "http://a"}}}' },
      /buckets.b is a folder, which has no other member than "path"/,
    ],
    [
      'a service with a path',
      { file: 'objects: {buckets: {b: {type: s3, path: x}}}' },
      /has "path", which is only for/,
    ],
    [
      'half a key of a bucket',
      { file: 'objects: {buckets: {b: {type: oss, accessKeyId: x}}}' },
      /buckets.b needs both "accessKeyId" and "accessKeySecret"/,
    ],
    [
      'a token of a bucket without a key',
      { file: 'objects: {buckets: {b: {type: s3, securityToken: x}}}' },
      /buckets.b has "securityToken" without/,
    ],
    [
      'a word for true',
      { file: 'objects: {buckets: {b: {type: s3, pathStyle: "yes"}}}' },
      /buckets.b.pathStyle is "yes", not true or false/,
    ],
    ['a function without a target', { file: 'functions: {f: {}}' }, /functions.f needs either "url" or "module"$/],
    [
      'every wrong function',
      { file: 'functions:\n  f: {url: "ftp://a"}\n  g: {}\n  h: {url: "http://a", module: b}' },
      /2:7: functions.f.url .*\n.*3:3: functions.g needs .*\n.*4:3: functions.h needs .*, not both$/,
    ],
    [
      'a rate of an unknown operation',
      { file: 'limits: {operationRates: {DescribeExecutoin: none}}' },
      /^millrace.yaml:1:\d+: limits.operationRates.DescribeExecutoin is not a setting \(did you mean "DescribeExecution"\?\)$/,
    ],
    [
      'half a rate',
      { file: 'limits: {operationRates: {StopExecution: {perSecond: 1}}}' },
      /^millrace.yaml:1:\d+: limits.operationRates.StopExecution.burst is missing$/,
    ],
    [
      'a retention that is too long',
      { file: 'history: {keep: 40000d}' },
      /^millrace.yaml:1:11: history.keep is "40000d", not a duration/,
    ],
    [
      'a retention of zero',
      { file: 'history:\n  keep: 0s\n  executions: 0\n  flows: {a: {keep: 0d}, b: {executions: 0}, c: {}}' },
      new RegExp(
        [
          '^millrace.yaml:2:3: history.keep is "0s", which would delete an execution before its caller can read its result. Write 1m or more, or "forever"; an Express flow stores nothing',
          'millrace.yaml:3:3: history.executions is 0, which would delete .*. Write 1 or more, or "none" for no limit; an Express flow stores nothing',
          'millrace.yaml:4:15: history.flows.a.keep is "0d", which would delete .*',
          'millrace.yaml:4:30: history.flows.b.executions is 0, which would delete .*',
          'millrace.yaml:4:\\d+: history.flows.c needs "keep" or "executions"$',
        ].join('\n'),
      ),
    ],
    [
      'a pair of surrogates where the shown value ends',
      { env: { MILLRACE_REGION: `${'x'.repeat(78)}😀` } },
      /^MILLRACE_REGION is "x{78}…, not a region/,
    ],
    [
      'a PostgreSQL without a user',
      { env: { MILLRACE_STORE: 'postgres://a/b' } },
      /^MILLRACE_STORE is not a URL with user, host/,
    ],
    [
      'a wrong sslmode, without the password',
      { env: { MILLRACE_STORE: 'postgres://u:s3cret@a/b?sslmode=prefer' } },
      /^MILLRACE_STORE has an sslmode that is not one of disable, require, verify-full$/,
    ],
    [
      'an unknown parameter of a URL',
      { env: { MILLRACE_STORE: 'postgres://u:s3cret@a/b?target_session_attrs=any' } },
      /^MILLRACE_STORE has the parameter "target_session_attrs", which is unknown/,
    ],
    ...[
      '12?s3cret',
      'p@x?s3cret=1',
      'p@s3cret/x',
      '12#s3cret',
      '?s3cret',
      '1/s3cret',
      'p@s3cret#',
      's3cret:s3cret/',
    ].map((password): (typeof cases)[number] => [
      `a password with special characters (${password}), without it`,
      { env: { MILLRACE_STORE: `postgres://u:${password}@a/b` } },
      /^MILLRACE_STORE is not a URL (?!.*s3cret).*write special characters of a password as %40/,
    ]),
    [
      'another kind of store',
      { env: { MILLRACE_STORE: 'mysql://u:s3cret@a/b' } },
      /^MILLRACE_STORE is not "sqlite:"(?!.*s3cret)/,
    ],
    [
      'a schema with a quote',
      { file: "postgres: { schema: 'a\"b' }" },
      /postgres\.schema is .*, not a name of small letters/,
    ],
    ['a list instead of a mapping', { file: 'http: [1]' }, /^millrace.yaml:1:1: http is not a mapping$/],
    ['a file that is not a mapping', { file: '- a' }, /the file is not a mapping of settings/],
    ['broken YAML', { file: 'a: [1\nb: {' }, /^millrace.yaml:\d+:\d+: /],
    ['a key given twice', { file: 'region: a\nregion: b' }, /^millrace.yaml:2:1: .*unique/],
    [
      'an endless alias',
      {
        file: `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [${'*a,'.repeat(20)}]\nc: &c [${'*b,'.repeat(20)}]\nd: [${'*c,'.repeat(20)}]`,
      },
      /alias/i,
    ],
  ];
  for (const [what, given, expected] of cases) {
    it(`name ${what}`, () => assert.match(faultsOf(given).join('\n'), expected));
  }

  it('do not show text that YAML reads as an alias or a tag', () => {
    for (const mark of ['*', '!']) {
      const faults = faultsOf({ file: `cloud: {accessKeyId: a, accessKeySecret: ${mark}hush x}` }).join('\n');
      assert.ok(!faults.includes('hush'), faults);
    }
    const text = 'cloud:\n  accessKeyId: a\n  accessKeySecret: !hush a\n  securityToken: *hush';
    assert.deepEqual(faultsOf({ file: text }), [
      'millrace.yaml:3:20: text that begins with ! needs quotes around it',
      'millrace.yaml:4:18: text that begins with * needs quotes around it',
    ]);
  });

  it('name a policy that is not valid', () => {
    const faults = faultsOf({
      file: 'keys: [{accessKeyId: a, accessKeySecret: b, policies: [{good: 1}, {bad: 1}]}]',
      checkPolicy: (document) => ('bad' in (document as object) ? 'it is bad' : null),
    });
    assert.deepEqual(faults, ['millrace.yaml:1:45: keys[0].policies is not a valid policy: it is bad']);
  });

  it('allow `auth: off` only on loopback', () => {
    for (const listen of ['127.0.0.1:1', '127.9.9.9:1', '[::1]:1', 'localhost:1', '[::ffff:127.0.0.1]:1']) {
      assert.equal(make({ env: { MILLRACE_AUTH: 'off', MILLRACE_LISTEN: listen } }).auth, 'off', listen);
    }
    for (const listen of [
      '0.0.0.0:1',
      '[::]:1',
      '192.168.0.1:1',
      'example.com:1',
      'localhost.example.com:1',
      '[::ffff:10.0.0.1]:1',
    ]) {
      const faults = faultsOf({ env: { MILLRACE_AUTH: 'off', MILLRACE_LISTEN: listen } });
      assert.match(
        faults.join(),
        /^MILLRACE_AUTH is "off", which is allowed only on a loopback address, but MILLRACE_LISTEN is /,
        listen,
      );
    }
  });

  it('ignore variables of other programs', () => {
    assert.deepEqual(
      make({ env: { MILLRACE_PORT: 'tcp://10.0.0.1:7780', MILLRACE_SERVICE_HOST: '10.0.0.1', PATH: '/bin' } }),
      make(),
    );
  });

  it('are the only errors for any file', () => {
    const key = fc.constantFrom(...Object.keys(TABLE), 'http', 'limits', '__proto__', 'other');
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('1s', '1KiB', 'on', 'cloud', '127.0.0.1:1'));
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { maxLength: 4 }), (entries) => {
        const file = entries.map(([path, held]) => yamlOf(path.split('.'), held)).join('\n');
        try {
          make({ file });
        } catch (error) {
          assert.ok(error instanceof SettingsFault, inspect(error));
          for (const fault of error.faults) assert.match(fault, /^millrace.yaml:\d+:\d+: /);
        }
      }),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (file) => {
        try {
          make({ file });
        } catch (error) {
          assert.ok(error instanceof SettingsFault, inspect(error));
        }
      }),
      { numRuns: 200 },
    );
  });
});

function yamlOf(path: readonly string[], value: unknown): string {
  const [first, ...rest] = path;
  return rest.length === 0 ? `${first}: ${JSON.stringify(value)}` : `${first}: {${yamlOf(rest, value)}}`;
}
