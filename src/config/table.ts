/**
 * Every setting: its key in the file, its environment variable where it has one, its kind, its default and what it
 * means. The settings are made from this table, and docs/settings.md is held to it by a test.
 */
import * as v from 'valibot';
import { ACTIONS } from '../api/actions.ts';
import type { Kind } from './kinds.ts';
import * as k from './kinds.ts';

export interface TableEntry<T> {
  /** Environment variable; it wins over the file. */
  readonly env: string | null;
  readonly kind: Kind<T>;
  /** As it would be written in the file; null: nothing. */
  readonly default: unknown;
  /** Default under `limits: cloud`, where that differs. */
  readonly cloud?: unknown;
  /** For docs/settings.md. */
  readonly meaning: string;
}

function setting<T>(
  env: string | null,
  kind: Kind<T>,
  fallback: unknown,
  meaning: string,
  cloud?: unknown,
): TableEntry<T> {
  return { env, kind, default: fallback, meaning, ...(cloud !== undefined && { cloud }) };
}

const KIB = 1024;
const MIB = 1024 * KIB;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const accessKey = k.mapping({
  accessKeyId: k.text,
  accessKeySecret: k.secret,
  securityToken: v.optional(k.secret),
  expires: v.optional(k.moment),
  policies: v.optional(v.unknown()),
});

const functionTarget = v.pipe(
  k.mapping({ url: v.optional(k.url), module: v.optional(k.text) }),
  v.check(({ url, module }) => url !== undefined || module !== undefined, 'needs either "url" or "module"'),
  v.check(({ url, module }) => url === undefined || module === undefined, 'needs either "url" or "module", not both'),
);

const product = k.mapping({
  endpoint: v.optional(k.origin),
  version: v.optional(k.matching(/^\d{4}-\d\d-\d\d$/, 'an API version such as 2014-05-26')),
  signature: v.optional(k.word('ACS3-HMAC-SHA256', 'HMAC-SHA1')),
});

const subscriptionMembers = k.mapping({ url: k.url, format: v.optional(k.word('SIMPLIFIED', 'JSON', 'XML')) });

/** Of a topic: a URL alone, or a mapping. */
const subscription = v.lazy(
  (raw): k.Kind<string | v.InferOutput<typeof subscriptionMembers>> =>
    typeof raw === 'string' ? k.url : subscriptionMembers,
);

const rate = k.orNone('none', k.mapping({ perSecond: k.integer(1, 1_000_000), burst: k.integer(1, 1_000_000) }));

/** By operation. StartSyncExecution has `limits.startsPerSecond`. */
const operationRates = k.mapping(
  Object.fromEntries(
    Object.keys(ACTIONS)
      .filter((action) => action !== 'StartSyncExecution')
      .map((action) => [action, v.optional(rate)] as const),
  ),
);

/** The service's own (api.md 7); operations that it does not name have `limits.operationsPerSecond`. */
export const CLOUD_RATES = {
  StartExecution: { perSecond: 100, burst: 100 },
  DescribeExecution: { perSecond: 5, burst: 50 },
  GetExecutionHistory: { perSecond: 5, burst: 50 },
};

export const TABLE = {
  listen: setting(
    'MILLRACE_LISTEN',
    k.address,
    '127.0.0.1:7780',
    'Address and port to serve on; port 0 picks a free one.',
  ),
  data: setting('MILLRACE_DATA', k.text, './.millrace', 'Data folder, made for its user only when it is not there.'),
  store: setting(
    'MILLRACE_STORE',
    k.matching(/^(memory|sqlite|sqlite:.+)$/, '"sqlite:" and a file, or "memory" (PostgreSQL is not built yet)'),
    'sqlite:millrace.db',
    'Where flows, executions and messages are kept: `sqlite:` and a file (relative to the data folder), or `memory`, which forgets at the end.',
  ),
  'sqlite.synchronous': setting(
    null,
    k.word('full', 'normal'),
    'full',
    '`full`: a change is on the disk before it is answered. `normal` is faster and can lose the last changes when the power fails.',
  ),
  'rootKey.accessKeyId': setting(
    'MILLRACE_ACCESS_KEY_ID',
    k.optional(k.text),
    null,
    'Id of the root key, which may do everything. Without one the server makes a key at its first start, prints it once and keeps it in the data folder.',
  ),
  'rootKey.accessKeySecret': setting(
    'MILLRACE_ACCESS_KEY_SECRET',
    k.optional(k.secret),
    null,
    'Secret of the root key.',
  ),
  auth: setting(
    'MILLRACE_AUTH',
    k.word('on', 'off'),
    'on',
    '`off` lets anyone call without a signature; refused unless the server listens on loopback alone.',
  ),
  keys: setting(
    null,
    k.mappings(accessKey),
    [],
    'Further access keys, a list: `accessKeyId`, `accessKeySecret`; for a temporary key `securityToken` and `expires`; `policies`, a list of RAM policy documents (without one the key may do everything).',
  ),
  region: setting(
    'MILLRACE_REGION',
    k.matching(/^[a-z0-9-]{1,64}$/, 'a region such as cn-hangzhou'),
    'cn-hangzhou',
    'Region that this server is, in resource names and endpoints.',
  ),
  account: setting(
    'MILLRACE_ACCOUNT',
    k.matching(/^\d{16}$/, 'an account of 16 digits (in quotes)'),
    '1000000000000000',
    'Account that this server is, in resource names.',
  ),
  'tls.certificate': setting(
    'MILLRACE_TLS_CERT',
    k.optional(k.text),
    null,
    'PEM file of the certificate chain; with it the server speaks HTTPS only.',
  ),
  'tls.key': setting('MILLRACE_TLS_KEY', k.optional(k.text), null, 'PEM file of the private key.'),
  'cloud.accessKeyId': setting(null, k.optional(k.text), null, 'Id of the key that signs calls to the cloud.'),
  'cloud.accessKeySecret': setting(null, k.optional(k.secret), null, 'Secret of that key.'),
  'cloud.securityToken': setting(
    null,
    k.optional(k.secret),
    null,
    'Security token of that key, when it is a temporary one.',
  ),
  functions: setting(
    null,
    k.named(functionTarget),
    {},
    'Functions by name (`name` for FC 3, `service/name` for FC 2) or pattern with `*`: `url` of an FC custom runtime, or `module`, a file that exports `handler`.',
  ),
  'functionCompute.endpoint': setting(
    null,
    k.optional(k.origin),
    null,
    'Function Compute for functions that nothing maps; without it, that of account and region.',
  ),
  products: setting(
    null,
    k.named(product),
    {},
    'Cloud products by name (`ecs`): `endpoint`, `version`, `signature` (`ACS3-HMAC-SHA256` or `HMAC-SHA1`).',
  ),
  'mns.endpoint': setting(
    null,
    k.optional(k.origin),
    null,
    'Message Service, for `MNS:SendMessage`; without it, that of account and region.',
  ),
  'mns.local': setting(
    null,
    k.word('auto', 'on', 'off'),
    'auto',
    '`on`: this server itself keeps what `MNS:SendMessage` sends. `auto`: when there is neither `mns.endpoint` nor a key of the cloud.',
  ),
  'mns.keep': setting(
    null,
    k.integer(1, 100_000),
    1000,
    'Messages that this server keeps for all queues and topics together; the oldest go, but none that has yet to be pushed.',
  ),
  'mns.subscriptions': setting(
    null,
    k.named(subscription),
    {},
    'Topics of this server by name, whose messages are pushed: the URL, or `url` and `format` (`SIMPLIFIED`, `JSON` or `XML`).',
  ),
  'eventBridge.endpoint': setting(
    null,
    k.optional(k.origin),
    null,
    'EventBridge, for `EventBridge:PutEvents`; without it, that of account and region.',
  ),
  'oss.endpoint': setting(
    null,
    k.optional(k.origin),
    null,
    'Object Storage Service, for `OSS:*`; without it, that of the region.',
  ),
  'http.errorStatuses': setting(
    null,
    k.list(k.matching(/^[1-5](xx|\d\d)$/, 'a status such as 429 or 5xx')),
    [],
    'Answers to `HTTP:Request` that fail the task as `HTTP.<status>`: `[5xx, 429]`. Empty: any answer completes it.',
  ),
  'http.timeout': setting(
    null,
    k.duration(1, 24 * HOUR_MS, 'up to 24h'),
    '60s',
    'An outgoing call without an answer after this long fails.',
  ),
  'http.maxResponse': setting(
    null,
    k.size(1, 256 * MIB, 'up to 256MiB'),
    '1MiB',
    'A larger answer to an outgoing call fails the task.',
  ),
  'http.maxRedirects': setting(
    null,
    k.integer(0, 100),
    10,
    'Redirects that are followed; 0 hands on the redirect itself.',
  ),
  'http.connectionsPerOrigin': setting(null, k.integer(1, 10_000), 256, 'Open connections to one origin.'),
  'egress.privateAddresses': setting(
    null,
    k.word('auto', 'open', 'closed'),
    'auto',
    'Calls to loopback, link-local, private and metadata addresses. `auto`: open when the server listens on loopback only.',
  ),
  'egress.allow': setting(
    null,
    k.list(k.network),
    [],
    'Hosts, addresses and CIDR blocks that stay open when the rest is closed.',
  ),
  'limits.profile': setting(
    null,
    k.word('none', 'cloud'),
    'none',
    "`cloud` turns on the service's own rates and quotas; `limits: cloud` is short for it.",
  ),
  'limits.request': setting(null, k.size(KIB, 64 * MIB, 'from 1KiB to 64MiB'), '1MiB', 'Largest request body.'),
  'limits.input': setting(null, k.size(2, 64 * MIB, 'up to 64MiB'), '64KiB', '`Input` of an execution.'),
  'limits.stateData': setting(null, k.size(2, 64 * MIB, 'up to 64MiB'), '64KiB', 'Input and output of a state.'),
  'limits.globalKey': setting(null, k.size(1, MIB, 'up to 1MiB'), '128B', 'A key of `$Global`.'),
  'limits.globalValue': setting(null, k.size(1, 64 * MIB, 'up to 64MiB'), '256KiB', 'A value of `$Global`.'),
  'limits.parallelBranches': setting(null, k.integer(1, 10_000), 50, 'Branches of a Parallel state.'),
  'limits.mapConcurrency': setting(null, k.integer(1, 10_000), 40, 'Items of an inline Map that run at once.'),
  'limits.concurrentExecutions': setting(
    null,
    k.integer(1, 1_000_000),
    10_000,
    'Express executions at once; one more is throttled.',
  ),
  'limits.standardExecutions': setting(
    null,
    k.orNone('none', k.integer(1, 100_000_000)),
    'none',
    'Standard executions that have not ended; a start beyond it is throttled.',
    10_000,
  ),
  'limits.events': setting(
    null,
    k.integer(10, 1_000_000),
    5000,
    'Events of a Standard execution; the last one ends it with `FnF.EventLimitExceeded`.',
  ),
  'limits.startsPerSecond': setting(
    null,
    k.orNone('none', k.integer(1, 1_000_000)),
    'none',
    'Starts of Express executions a second, from a bucket of that size.',
    1000,
  ),
  'limits.expressTimeout': setting(
    null,
    k.duration(1000, HOUR_MS, 'from 1s to 1h'),
    '5m',
    'Longest Express execution; rounded down to seconds.',
  ),
  'limits.callDepth': setting(null, k.integer(1, 100), 10, 'Flows that call flows synchronously, how deep.'),
  'limits.childDepth': setting(
    null,
    k.integer(1, 1_000),
    100,
    'Standard executions that wait for a child, one below the other.',
  ),
  'limits.flows': setting(null, k.orNone('none', k.integer(1, 10_000_000)), 'none', 'Flows in the account.', 10_000),
  'limits.operationsPerSecond': setting(
    null,
    k.orNone('none', k.integer(1, 1_000_000)),
    'none',
    'Calls a second of each operation but StartSyncExecution and those with a rate of their own.',
    2,
  ),
  'limits.operationsBurst': setting(
    null,
    k.integer(1, 1_000_000),
    10,
    'Calls of one operation that may come at once under that rate.',
  ),
  'limits.operationRates': setting(
    null,
    operationRates,
    {},
    'Operations with a rate of their own: `perSecond` and `burst`, or `none`. What is given joins the rates of the profile.',
    CLOUD_RATES,
  ),
  'history.stateEventNames': setting(
    null,
    k.word('state', 'step'),
    'state',
    "What GetExecutionHistory calls the events of a state machine's states: `state` is `StateEntered` and so on, `step` is `StepEntered`, as the service's list of types has it.",
  ),
  'history.keep': setting(
    null,
    k.orNone('forever', k.duration(MINUTE_MS, 36_500 * DAY_MS, 'from 1m to 36500d')),
    '90d',
    'How long a Standard execution is kept after its end; `forever`: until its flow is deleted.',
  ),
  'history.express.executions': setting(
    null,
    k.integer(0, 100_000),
    500,
    'Express executions that can be read back after their end, in memory, the newest of all flows. 0 keeps none, and what runs cannot be read either.',
  ),
  'history.express.age': setting(
    null,
    k.duration(1000, 24 * HOUR_MS, 'from 1s to 24h'),
    '1h',
    'How long an ended Express execution can be read back at most.',
  ),
  'history.express.bytes': setting(
    null,
    k.size(0, 256 * 1024 * MIB, 'up to 256GiB'),
    '64MiB',
    'Memory that Express executions may take to be read back; the oldest go first.',
  ),
  earlyAnswer: setting(
    null,
    k.orNone('off', k.duration(1, HOUR_MS, 'up to 1h')),
    '2s',
    'A synchronous answer that takes longer starts early, as white space once a second; `off`: never.',
  ),
  shutdown: setting(
    null,
    k.duration(0, HOUR_MS, 'up to 1h'),
    '30s',
    'How long a stopping server lets executions finish.',
  ),
  log: setting(
    'MILLRACE_LOG',
    k.word('silent', 'error', 'warn', 'info', 'debug'),
    'info',
    'What is logged, as JSON lines on standard error.',
  ),
} as const satisfies Record<string, TableEntry<unknown>>;

export type SettingKey = keyof typeof TABLE;
export type SettingValues = { readonly [K in SettingKey]: (typeof TABLE)[K] extends TableEntry<infer T> ? T : never };
