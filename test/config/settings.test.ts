/** Environment and file → settings: defaults, precedence, and what follows from a setting. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { faultsOf, make } from './support.ts';

describe('settings', () => {
  it('are complete without any source', () => {
    const settings = make();
    assert.deepEqual(settings.listen, { host: '127.0.0.1', port: 7780 });
    assert.equal(settings.data, '/srv/.millrace');
    assert.deepEqual(settings.store, { kind: 'sqlite', file: '/srv/.millrace/millrace.db', synchronous: 'FULL' });
    assert.equal(settings.auth, 'on');
    assert.equal(settings.rootKey, null);
    assert.equal(settings.region, 'cn-hangzhou');
    assert.match(settings.account, /^\d{16}$/);
    assert.equal(settings.limits.requestBytes, 1024 * 1024);
    assert.equal(settings.limits.inputBytes, 64 * 1024);
    assert.equal(settings.limits.concurrentExecutions, 10_000);
    assert.equal(settings.limits.startsPerSecond, null);
    assert.equal(settings.limits.standardExecutions, 10_000);
    assert.equal(settings.limits.events, 5000);
    const { mapRuns, mapRunConcurrency, mapItems } = settings.limits;
    assert.deepEqual([mapRuns, mapRunConcurrency, mapItems], [null, 100, null]);
    assert.deepEqual(settings.limits.operationRates, []);
    assert.equal(settings.history.stateEventNames, 'state');
    assert.equal(settings.history.retainMs, 90 * 24 * 3_600_000);
    assert.equal(settings.history.express.ageMs, 3_600_000);
    assert.equal(settings.history.express.bytes, 64 * 1024 * 1024);
    assert.equal(settings.earlyAnswerMs, 2000);
    assert.deepEqual(settings.schedules, { catchUpMs: 3_600_000, missed: 'latest' });
  });

  it('are frozen at every level', () => {
    const settings = make({ file: 'keys: [{accessKeyId: a, accessKeySecret: b, policies: [{Statement: []}]}]' });
    const look = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      assert.ok(Object.isFrozen(value), path);
      for (const [key, member] of Object.entries(value)) look(member, `${path}.${key}`);
    };
    look(settings, 'settings');
  });

  it('come from the variables', () => {
    const settings = make({
      env: {
        MILLRACE_LISTEN: '[::1]:0',
        MILLRACE_DATA: 'data',
        MILLRACE_STORE: 'sqlite:flows.db',
        MILLRACE_ACCESS_KEY_ID: 'id',
        MILLRACE_ACCESS_KEY_SECRET: 'secret',
        MILLRACE_AUTH: 'off',
        MILLRACE_REGION: 'cn-shanghai',
        MILLRACE_ACCOUNT: '1234567890123456',
        MILLRACE_TLS_CERT: 'a.pem',
        MILLRACE_TLS_KEY: '/b.pem',
        MILLRACE_LOG: 'debug',
      },
    });
    assert.deepEqual(settings.listen, { host: '::1', port: 0 });
    assert.deepEqual(settings.store, { kind: 'sqlite', file: '/srv/data/flows.db', synchronous: 'FULL' });
    assert.equal(settings.rootKey?.accessKeyId, 'id');
    assert.equal(settings.rootKey.accessKeySecret.reveal(), 'secret');
    assert.deepEqual([settings.auth, settings.region, settings.account], ['off', 'cn-shanghai', '1234567890123456']);
    assert.deepEqual(settings.tls, { certFile: '/srv/a.pem', keyFile: '/b.pem' });
    assert.equal(settings.log, 'debug');
  });

  it('come all from the file', () => {
    const { shown: _, ...settings } = make({
      file: `
listen: localhost:80
data: data
store: memory
workers: auto
sqlite: {synchronous: normal}
cluster: {name: first, lease: 4s, poll: 100ms}
rootKey: {accessKeyId: id, accessKeySecret: "123"}
auth: on
keys:
  - {accessKeyId: one, accessKeySecret: s1}
  - accessKeyId: two
    accessKeySecret: s2
    securityToken: t2
    expires: 2026-01-01T00:00:00+08:00
    policies: {Version: "1", Statement: []}
region: us-west-1
account: 1234567890123456
tls: {certificate: a.pem, key: b.pem}
cloud: {accessKeyId: c, accessKeySecret: d, securityToken: e, actions: ["ECS:Describe*"]}
flowRights: all
functions:
  resize: {url: "http://127.0.0.1:9000/x"}
  billing/*: {module: ./functions/billing.ts}
  __proto__: {url: "https://example.com"}
functionCompute: {endpoint: "https://fc.example.com"}
mns:
  endpoint: https://mns.example.com
  keep: 50
  subscriptions:
    orders: http://127.0.0.1:9000/orders
    approvals: {url: "https://desk.example.com/in?a=b", format: JSON}
eventBridge: {endpoint: "https://events.example.com"}
oss: {endpoint: "http://127.0.0.1:9001"}
objects:
  buckets:
    lake-*: {type: s3, endpoint: "http://127.0.0.1:9002", region: eu-1, accessKeyId: e, accessKeySecret: f, securityToken: g, pathStyle: false}
    lake-one: {type: folder, path: ./lake}
    public: {type: s3}
    own: {type: oss, region: cn-beijing}
products:
  ECS: {endpoint: "http://127.0.0.1:1", version: 2014-05-26, signature: HMAC-SHA1}
  oss: {}
http: {errorStatuses: [5xx, 429], timeout: 1500ms, maxResponse: 2MiB, maxRedirects: 0, connectionsPerOrigin: 3, maxConnections: 20, trustProxy: [10.0.0.0/8, '::1'], hosts: [fnf.example]}
egress: {privateAddresses: closed, allow: [10.0.0.0/8, "::1", a.example.com]}
limits:
  profile: cloud
  request: 2MiB
  input: 1KiB
  error: 200
  cause: 300
  plans: 5MiB
  stateData: 32KiB
  globalKey: 64B
  stateName: 100
  globalValue: 1KiB
  parallelBranches: 3
  mapConcurrency: 4
  mapRuns: 6
  mapRunConcurrency: 7
  mapItems: none
  mapExecutions: 9
  concurrentExecutions: 5
  executionMemory: 64MiB
  standardExecutions: 50
  events: 500
  startsPerSecond: none
  stepsPerSecond: 11
  expressStepsPerSecond: 12
  expressTimeout: 90s
  standardTimeout: 30d
  callDepth: 6
  childDepth: 8
  flows: 7
  operationsPerSecond: 8
  operationsBurst: 9
  operationRates: {DescribeExecution: none, StopExecution: {perSecond: 1, burst: 2}}
history:
  stateEventNames: step
  keep: forever
  executions: 1000
  flows:
    audit-*: {keep: 400d}
    noisy: {keep: 1h, executions: 10}
    all: {executions: none}
  express: {executions: 3, age: 5m, bytes: 1MiB}
schedules: { catchUp: 2d, missed: all }
earlyAnswer: off
shutdown: 0s
log: warn
`,
    });
    assert.deepEqual(JSON.parse(JSON.stringify(settings)), {
      listen: { host: 'localhost', port: 80 },
      data: '/etc/millrace/data',
      store: { kind: 'memory' },
      cluster: { name: 'first', leaseMs: 4_000, pollMs: 100 },
      workers: null,
      rootKey: { accessKeyId: 'id', accessKeySecret: '***' },
      auth: 'on',
      console: 'on',
      keys: [
        { accessKeyId: 'one', accessKeySecret: '***', securityToken: null, expiresMs: null, policies: null },
        {
          accessKeyId: 'two',
          accessKeySecret: '***',
          securityToken: '***',
          expiresMs: Date.UTC(2025, 11, 31, 16),
          policies: [{ Version: '1', Statement: [] }],
        },
      ],
      region: 'us-west-1',
      account: '1234567890123456',
      tls: { certFile: '/etc/millrace/a.pem', keyFile: '/etc/millrace/b.pem' },
      cloud: { accessKeyId: 'c', accessKeySecret: '***', securityToken: '***' },
      cloudActions: ['ECS:Describe*'],
      flowRights: 'all',
      functions: [
        { pattern: 'resize', target: { kind: 'url', url: 'http://127.0.0.1:9000/x' } },
        { pattern: 'billing/*', target: { kind: 'module', path: '/etc/millrace/functions/billing.ts' } },
        { pattern: '__proto__', target: { kind: 'url', url: 'https://example.com' } },
      ],
      fcEndpoint: 'https://fc.example.com',
      mns: {
        endpoint: 'https://mns.example.com',
        local: false,
        keep: 50,
        subscriptions: [
          { topic: 'orders', url: 'http://127.0.0.1:9000/orders', format: 'SIMPLIFIED' },
          { topic: 'approvals', url: 'https://desk.example.com/in?a=b', format: 'JSON' },
        ],
      },
      eventBridgeEndpoint: 'https://events.example.com',
      ossEndpoint: 'http://127.0.0.1:9001',
      buckets: [
        { pattern: 'lake-one', place: { kind: 'folder', path: '/etc/millrace/lake' } },
        {
          pattern: 'public',
          place: { kind: 's3', endpoint: null, region: null, credentials: null, isPathStyle: null },
        },
        {
          pattern: 'own',
          place: { kind: 'oss', endpoint: null, region: 'cn-beijing', credentials: null, isPathStyle: null },
        },
        {
          pattern: 'lake-*',
          place: {
            kind: 's3',
            endpoint: 'http://127.0.0.1:9002',
            region: 'eu-1',
            credentials: { accessKeyId: 'e', accessKeySecret: '***', securityToken: '***' },
            isPathStyle: false,
          },
        },
      ],
      products: [
        { product: 'ecs', endpoint: 'http://127.0.0.1:1', version: '2014-05-26', signature: 'HMAC-SHA1' },
        { product: 'oss', endpoint: null, version: null, signature: 'ACS3-HMAC-SHA256' },
      ],
      http: {
        errorStatuses: ['5xx', '429'],
        timeoutMs: 1500,
        maxResponseBytes: 2_097_152,
        maxRedirects: 0,
        connectionsPerOrigin: 3,
      },
      callers: { maxConnections: 20, trustProxy: ['10.0.0.0/8', '::1'], hosts: ['fnf.example'] },
      egress: { privateAddresses: 'closed', allow: ['10.0.0.0/8', '::1', 'a.example.com'] },
      limits: {
        profile: 'cloud',
        stateDataBytes: 32_768,
        requestBytes: 2_097_152,
        inputBytes: 1024,
        errorCharacters: 200,
        causeCharacters: 300,
        planBytes: 5_242_880,
        globalKeyBytes: 64,
        stateNameCharacters: 100,
        globalValueBytes: 1024,
        parallelBranches: 3,
        mapConcurrency: 4,
        mapRuns: 6,
        mapRunConcurrency: 7,
        mapItems: null,
        mapExecutions: 9,
        events: 500,
        concurrentExecutions: 5,
        executionMemoryBytes: 64 * 1024 * 1024,
        standardExecutions: 50,
        startsPerSecond: null,
        stepsPerSecond: 11,
        expressStepsPerSecond: 12,
        expressTimeoutSeconds: 90,
        standardTimeoutSeconds: 2_592_000,
        callDepth: 6,
        childDepth: 8,
        flows: 7,
        operationRate: { perSecond: 8, burst: 9 },
        operationRates: [
          { operation: 'StartExecution', rate: { perSecond: 100, burst: 100 } },
          { operation: 'DescribeExecution', rate: null },
          { operation: 'GetExecutionHistory', rate: { perSecond: 5, burst: 50 } },
          { operation: 'StopExecution', rate: { perSecond: 1, burst: 2 } },
        ],
      },
      history: {
        stateEventNames: 'step',
        retainMs: null,
        executions: 1000,
        flows: [
          { pattern: 'audit-*', retainMs: 400 * 24 * 3_600_000 },
          { pattern: 'noisy', retainMs: 3_600_000, executions: 10 },
          { pattern: 'all', executions: null },
        ],
        express: { executions: 3, ageMs: 300_000, bytes: 1_048_576 },
      },
      schedules: { catchUpMs: 172_800_000, missed: 'all' },
      earlyAnswerMs: null,
      shutdownMs: 0,
      log: 'warn',
    });
  });

  it('prefer the environment to the file, and resolve each path against the folder of its source', () => {
    const file = 'data: from-file\nregion: cn-beijing\n';
    const settings = make({ env: { MILLRACE_DATA: 'from-env', MILLRACE_REGION: '' }, file });
    assert.equal(settings.data, '/srv/from-env');
    assert.equal(settings.region, 'cn-beijing');
    assert.equal(make({ file }).data, '/etc/millrace/from-file');
  });

  it('have the rates and quotas of the cloud with `limits: cloud`', () => {
    for (const sources of [
      { file: 'limits: cloud' },
      { file: 'limits: {profile: cloud}' },
      { env: { MILLRACE_LIMITS: 'cloud' } },
      { env: { MILLRACE_LIMITS: 'cloud' }, file: 'limits: none' },
    ]) {
      const { limits } = make(sources);
      assert.equal(limits.startsPerSecond, 1000);
      assert.deepEqual([limits.stepsPerSecond, limits.expressStepsPerSecond], [100, null]);
      assert.equal(limits.flows, 10_000);
      assert.equal(limits.standardExecutions, 10_000);
      assert.deepEqual([limits.mapRuns, limits.mapRunConcurrency, limits.mapItems], [10, 100, 10_000]);
      assert.deepEqual(limits.operationRate, { perSecond: 2, burst: 10 });
      assert.deepEqual(limits.operationRates, [
        { operation: 'StartExecution', rate: { perSecond: 100, burst: 100 } },
        { operation: 'DescribeExecution', rate: { perSecond: 5, burst: 50 } },
        { operation: 'GetExecutionHistory', rate: { perSecond: 5, burst: 50 } },
      ]);
    }
    assert.equal(make({ file: 'limits: {profile: cloud, flows: 5}' }).limits.flows, 5);
  });

  it('accept an empty file', () => {
    for (const file of ['', '# nothing\n', 'http:\nlimits:\nlisten:\n', '{}']) assert.deepEqual(make({ file }), make());
  });

  it('never show a secret', () => {
    const settings = make({
      env: { MILLRACE_ACCESS_KEY_ID: 'id', MILLRACE_ACCESS_KEY_SECRET: 'hidden1' },
      file: 'keys: [{accessKeyId: a, accessKeySecret: hidden2, securityToken: hidden3}]',
    });
    assert.doesNotMatch(
      inspect(settings, { depth: 9, showHidden: true }) +
        JSON.stringify(settings) +
        String(settings.rootKey?.accessKeySecret),
      /hidden/,
    );
    const faults = faultsOf({
      file: 'keys: [{accessKeyId: a, accessKeySecret: 4711}]\nrootKey: {accessKeySecret: [hidden]}',
    });
    assert.equal(faults.length, 3);
    assert.doesNotMatch(faults.join(), /4711|hidden/);
  });
});

describe('the store in a PostgreSQL', () => {
  const storeOf = (url: string, more: Partial<Parameters<typeof make>[0]> = {}) =>
    make({ ...more, env: { ...more.env, MILLRACE_STORE: url } }).store;

  it('is a URL, with its parts decoded', () => {
    const store = storeOf('postgresql://mill%40race:p%3A%2F@[::1]:6543/flows?sslmode=require');
    assert.ok(store.kind === 'postgres');
    const { host, port, database, user, password, tls } = store;
    assert.deepEqual([host, port, database, user, tls], ['::1', 6543, 'flows', 'mill@race', 'require']);
    assert.equal(password?.reveal(), 'p:/');
    assert.doesNotMatch(inspect(store, { depth: null }) + JSON.stringify(store), /p:\//);
  });

  it('checks certificates unless the database is on this machine or the URL says otherwise', () => {
    const tlsOf = (url: string) => {
      const store = storeOf(url);
      return store.kind === 'postgres' ? store.tls : null;
    };
    assert.equal(tlsOf('postgres://u@db.example.com/d'), 'verify-full');
    assert.equal(tlsOf('postgres://u@127.0.0.1/d'), 'disable');
    assert.equal(tlsOf('postgres://u@%2Frun%2Fpostgresql/d'), 'disable');
    assert.equal(tlsOf('postgres://u@ignored/d?host=/run/postgresql'), 'disable');
    assert.equal(tlsOf('postgres://u@db.example.com/d?sslmode=disable'), 'disable');
  });

  it('has settings of its own', () => {
    const store = storeOf('postgres://u@db/d', {
      env: { MILLRACE_POSTGRES_PASSWORD: 'secret' },
      file: 'postgres: {ca: ca.pem, schema: mine, pool: 3, statementTimeout: 2s, connectTimeout: 300ms, shards: 4}',
    });
    assert.ok(store.kind === 'postgres');
    const { caFile, schema, pool, statementTimeoutMs, connectTimeoutMs, shards, password, port } = store;
    assert.deepEqual(
      [caFile, schema, pool, statementTimeoutMs, connectTimeoutMs, shards, port],
      ['/etc/millrace/ca.pem', 'mine', 3, 2_000, 300, 4, 5432],
    );
    assert.equal(password?.reveal(), 'secret');
  });
});

describe('the calls to the cloud', () => {
  const KEY = 'cloud: {accessKeyId: a, accessKeySecret: b}\n';

  it('may go to the products that are named, unless a list says which calls may', () => {
    const products = 'products: {ecs: {version: "2014-05-26"}}\n';
    assert.ok(!make({ file: KEY }).cloudActions.includes('ecs:*'));
    assert.ok(make({ file: KEY + products }).cloudActions.includes('ecs:*'));
    const listed = 'cloud: {accessKeyId: a, accessKeySecret: b, actions: ["RDS:*"]}\n';
    assert.deepEqual(make({ file: listed + products }).cloudActions, ['RDS:*']);
    assert.deepEqual(make({ file: listed.replace('"RDS:*"', '') }).cloudActions, []);
    assert.throws(() => make({ file: listed.replace('RDS:*', 'rds') }), /an action such as ECS:DescribeInstances/);
  });
});

describe('the place of messages', () => {
  const KEY = 'cloud: {accessKeyId: a, accessKeySecret: b}\n';
  const local = (file: string): boolean => make({ file }).mns.local;

  it('is this server unless a key of the cloud or an endpoint is set', () => {
    assert.deepEqual(make().mns, { endpoint: null, local: true, keep: 1000, subscriptions: [] });
    assert.equal(local(KEY), false);
    assert.equal(local('mns: {endpoint: "http://127.0.0.1:1"}'), false);
    assert.equal(local('mns: {local: off}'), false);
    assert.equal(local(`${KEY}mns: {local: "on"}`), true);
  });

  it('cannot be this server and an endpoint', () => {
    assert.deepEqual(faultsOf({ file: 'mns: {local: "on", endpoint: "http://127.0.0.1:1"}' }), [
      'millrace.yaml:1:20: mns.endpoint has no effect, because mns.local is "on"; remove one of them',
    ]);
  });

  it('has subscriptions with a URL', () => {
    assert.deepEqual(
      faultsOf({
        file: 'mns:\n  subscriptions:\n    a: nowhere\n    b: {format: JSON}\n    c: {url: "http://x", to: 1}',
      }),
      [
        'millrace.yaml:3:5: mns.subscriptions.a is "nowhere", not an http or https URL',
        'millrace.yaml:4:5: mns.subscriptions.b.url is missing',
        'millrace.yaml:5:26: mns.subscriptions.c.to is not a setting',
      ],
    );
  });
});
