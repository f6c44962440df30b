/**
 * The table of settings: key in the file, environment variable, kind, default and meaning. A test compares
 * docs/settings.md with it.
 */
import * as v from 'valibot';
import * as k from './kinds.ts';
import { accessKey, bucket, functionTarget, product, subscription } from './entries.ts';
import { LIMITS } from './limits-table.ts';
import { STORE } from './store-table.ts';
import { setting } from './table-entry.ts';
import type { TableEntry } from './table-entry.ts';

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const LOSES_RESULTS = 'would delete an execution before its caller can read its result';

/** The age up to which ended executions are retained. */
const retainedAge = k.notZero(
  `${LOSES_RESULTS}. Write 1m or more, or "forever"; an Express flow stores nothing`,
  k.orNone('forever', k.duration(MINUTE_MS, 36_500 * DAY_MS, 'from 1m to 36500d')),
);

/** The number of ended executions that are retained. */
const retainedNumber = k.notZero(
  `${LOSES_RESULTS}. Write 1 or more, or "none" for no limit; an Express flow stores nothing`,
  k.orNone('none', k.integer(1, 1_000_000_000)),
);

const flowRetention = v.pipe(
  k.mapping({ keep: v.optional(retainedAge), executions: v.optional(retainedNumber) }),
  v.check(({ keep, executions }) => keep !== undefined || executions !== undefined, 'needs "keep" or "executions"'),
);

/** The actions of the cloud that the vendor documents for flows (rules.md 11.1). */
export const DOCUMENTED_INTEGRATIONS: readonly string[] = [
  'FC:InvokeFunction',
  'MNS:SendMessage',
  'EventBridge:PutEvents',
  'SMS:SendSms',
  'OSS:GetObject',
  'OSS:PutObject',
  'OSS:CopyObject',
  'OSS:DeleteObject',
];

export const TABLE = {
  listen: setting(
    'MILLRACE_LISTEN',
    k.address,
    '127.0.0.1:7780',
    'Address and port of the server. Port 0 picks a free one.',
  ),
  data: setting(
    'MILLRACE_DATA',
    k.text,
    './.millrace',
    'Data folder. The server creates it, for its user only, if it does not exist.',
  ),
  workers: setting(
    'MILLRACE_WORKERS',
    k.orNone('auto', k.integer(1, 256)),
    1,
    'How many processes serve callers and run Express flows. More than 1 are workers of a main process, which starts and replaces them ([Operations](operations.md#all-cores)). `auto`: one for each core that the server may use.',
  ),
  ...STORE,
  'rootKey.accessKeyId': setting(
    'MILLRACE_ACCESS_KEY_ID',
    k.optional(k.text),
    null,
    'Id of the root key, which may do everything. Without one, the server makes a key at its first start and stores it in the data folder.',
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
    '`off`: callers need no signature. Allowed only if the server listens on loopback.',
  ),
  console: setting(
    'MILLRACE_CONSOLE',
    k.word('on', 'off'),
    'on',
    '`off`: the server has no [console](console.md), and answers its paths as any other that it does not know.',
  ),
  flowRights: setting(
    null,
    k.word('writer', 'all'),
    'writer',
    'Limits the flows that a task may start. `writer`: flows that the key may start which last wrote the flow. `all`: every flow.',
  ),
  keys: setting(
    null,
    k.mappings(accessKey),
    [],
    'More access keys, as a list: `accessKeyId` and `accessKeySecret`; for a temporary key also `securityToken` and `expires`; `policies`, a list of RAM policy documents. A key without `policies` may do everything.',
  ),
  region: setting(
    'MILLRACE_REGION',
    k.matching(/^[a-z0-9-]{1,64}$/, 'a region such as cn-hangzhou'),
    'cn-hangzhou',
    'Region of this server, in resource names and endpoints.',
  ),
  account: setting(
    'MILLRACE_ACCOUNT',
    k.matching(/^\d{16}$/, 'an account of 16 digits (in quotes)'),
    '1000000000000000',
    'Account of this server, in resource names.',
  ),
  'tls.certificate': setting(
    'MILLRACE_TLS_CERT',
    k.optional(k.text),
    null,
    'PEM file of the certificate chain. With it, the server accepts HTTPS only: TLS 1.3, or 1.2 with a suite of GCM or ChaCha20.',
  ),
  'tls.key': setting('MILLRACE_TLS_KEY', k.optional(k.text), null, 'PEM file of the private key.'),
  'cloud.accessKeyId': setting(null, k.optional(k.text), null, 'Id of the key that signs calls to the cloud.'),
  'cloud.accessKeySecret': setting(null, k.optional(k.secret), null, 'Secret of that key.'),
  'cloud.securityToken': setting(null, k.optional(k.secret), null, 'Security token of that key, if it is temporary.'),
  'cloud.actions': setting(
    null,
    k.list(
      k.matching(
        /^[A-Za-z0-9*-]+:[A-Za-z0-9_*]+$/,
        'an action such as ECS:DescribeInstances, where * matches any text',
      ),
    ),
    DOCUMENTED_INTEGRATIONS,
    'Calls that flows may make with that key, each `<Product>:<Api>`, where `*` matches any text. Unless it is set, all actions of the products in `products` are allowed too.',
  ),
  functions: setting(
    null,
    k.named(functionTarget),
    {},
    'Where functions run, by name (`name` for FC 3, `service/name` for FC 2) or by pattern with `*`: `url` of an FC custom runtime, or `module`, a file that exports `handler`.',
  ),
  'functionCompute.endpoint': setting(
    null,
    k.optional(k.origin),
    null,
    'Endpoint of Function Compute, for functions that are not in `functions`. Default: the public one of account and region.',
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
    'Endpoint of Message Service, for `MNS:SendMessage`. Default: the public one of account and region.',
  ),
  'mns.local': setting(
    null,
    k.word('auto', 'on', 'off'),
    'auto',
    '`on`: this server stores the messages of `MNS:SendMessage` itself. `auto`: it does so if neither `mns.endpoint` nor `cloud.accessKeyId` is set.',
  ),
  'mns.keep': setting(
    null,
    k.integer(1, 100_000),
    1000,
    'Most messages that this server retains, for all queues and topics together. It deletes the oldest first, but none that it has yet to push.',
  ),
  'mns.subscriptions': setting(
    null,
    k.named(subscription),
    {},
    'Topics whose messages this server pushes, by name: the URL, or `url` and `format` (`SIMPLIFIED`, `JSON` or `XML`).',
  ),
  'eventBridge.endpoint': setting(
    null,
    k.optional(k.origin),
    null,
    'Endpoint of EventBridge, for `EventBridge:PutEvents`. Default: the public one of account and region.',
  ),
  'oss.endpoint': setting(
    null,
    k.optional(k.origin),
    null,
    'Endpoint of Object Storage Service, for `OSS:*`. Default: the public one of the region.',
  ),
  'objects.buckets': setting(
    null,
    k.named(bucket),
    {},
    'Where the ItemReader and the ResultWriter of a distributed Map find buckets, by name or by pattern with `*`: `type` (`oss`, `s3` or `folder`); for a service `endpoint`, `region`, `accessKeyId`, `accessKeySecret`, `securityToken` and `pathStyle`; for a folder `path`. Other buckets are in Object Storage Service, with the key of `cloud` ([Objects](objects.md)).',
  ),
  'http.errorStatuses': setting(
    null,
    k.list(k.matching(/^[1-5](xx|\d\d)$/, 'a status such as 429 or 5xx')),
    [],
    'Statuses with which `HTTP:Request` fails as `HTTP.<status>`, for example `[5xx, 429]`. Empty: the task succeeds with any status.',
  ),
  'http.timeout': setting(
    null,
    k.duration(1, 24 * HOUR_MS, 'up to 24h'),
    '60s',
    'An outgoing call fails if it has no answer after this time.',
  ),
  'http.maxResponse': setting(
    null,
    k.size(1, 256 * MIB, 'up to 256MiB'),
    '1MiB',
    'A task fails if the answer to its call is larger.',
  ),
  'http.maxRedirects': setting(
    null,
    k.integer(0, 100),
    10,
    'Most redirects that a call follows. With 0, the task gets the redirect as its answer.',
  ),
  'http.maxConnections': setting(
    null,
    k.orNone('auto', k.integer(1, 1_000_000)),
    'auto',
    'Most open connections of callers. Beyond it, a new connection replaces the oldest one that no known caller uses. `auto`: three quarters of the files that the process may have open (`ulimit -n`), up to 16,384.',
  ),
  'http.trustProxy': setting(
    null,
    k.list(k.addresses),
    [],
    'Addresses and CIDR blocks of reverse proxies, for example `[127.0.0.1]`. Only their `X-Forwarded-For` and `X-Forwarded-Proto` say who called and how, for the conditions `acs:SourceIp` and `acs:SecureTransport` of policies. Not with `auth: off`.',
  ),
  'http.hosts': setting(
    null,
    k.list(k.host),
    [],
    'Host names by which clients call the server while `auth` is `off`, beside `localhost`, names below it and loopback addresses: names that a hosts file or a private DNS points to this machine.',
  ),
  'http.connectionsPerOrigin': setting(null, k.integer(1, 10_000), 256, 'Most open connections to one origin.'),
  'egress.privateAddresses': setting(
    null,
    k.word('auto', 'open', 'closed'),
    'auto',
    'Whether tasks may call loopback, link-local, private and metadata addresses. `auto`: if the server listens on loopback only, all but metadata addresses, otherwise as `closed`.',
  ),
  'egress.allow': setting(
    null,
    k.list(k.network),
    [],
    'Hosts, addresses and CIDR blocks that tasks may call although private addresses are `closed`.',
  ),
  ...LIMITS,
  'history.stateEventNames': setting(
    null,
    k.word('state', 'step'),
    'state',
    "Names of the state events of a state machine in GetExecutionHistory: `state` for `StateEntered` and so on, `step` for `StepEntered` and so on, as in the service's list of types.",
  ),
  'history.keep': setting(
    null,
    retainedAge,
    '90d',
    'How long an ended Standard execution is retained. `forever`: until its flow is deleted.',
  ),
  'history.executions': setting(
    null,
    retainedNumber,
    'none',
    'Most ended Standard executions that are retained, of all flows together. The server deletes those that ended first. Children of Map runs do not count. `none`: any number.',
  ),
  'history.flows': setting(
    null,
    k.named(flowRetention),
    {},
    'Retention of single flows, by name or by pattern with `*`: `keep` and `executions`, each in place of the general setting. A flow with its own `executions` does not count in `history.executions`. [Operations](operations.md#retention) has examples.',
  ),
  'history.express.executions': setting(
    null,
    k.integer(0, 100_000),
    500,
    'Most ended Express executions that the server retains in memory, the newest of all flows. With 0, running ones cannot be read back either.',
  ),
  'history.express.age': setting(
    null,
    k.duration(1000, 24 * HOUR_MS, 'from 1s to 24h'),
    '1h',
    'How long an ended Express execution is retained.',
  ),
  'history.express.bytes': setting(
    null,
    k.size(0, 256 * 1024 * MIB, 'up to 256GiB'),
    '64MiB',
    'Most memory for Express executions that can be read back. The server drops the oldest first.',
  ),
  'schedules.catchUp': setting(
    null,
    k.duration(MINUTE_MS, 3_650 * DAY_MS, 'from 1m to 3650d'),
    '1h',
    'How late the execution of a schedule may start, after the server was down or had no room. A due time that is older is skipped, with a line in the log.',
  ),
  'schedules.missed': setting(
    null,
    k.word('latest', 'all'),
    'latest',
    'Which due times of a schedule start executions if several have passed, because the server was down or had no room. `latest`: the latest of them; the schedule skips the others, with a line in the log. `all`: each of them.',
  ),
  earlyAnswer: setting(
    null,
    k.orNone('off', k.duration(1, HOUR_MS, 'up to 1h')),
    '2s',
    'If a synchronous call takes longer, the server sends white space once a second until the answer is ready. `off`: never.',
  ),
  shutdown: setting(
    null,
    k.duration(0, HOUR_MS, 'up to 1h'),
    '30s',
    'How long a stopping server waits for executions to end.',
  ),
  log: setting(
    'MILLRACE_LOG',
    k.word('silent', 'error', 'warn', 'info', 'debug'),
    'info',
    'Level of the log, which is JSON lines on standard error: `silent`, `error`, `warn`, `info` or `debug`. [The log](#the-log) lists their contents.',
  ),
} as const satisfies Record<string, TableEntry<unknown>>;

export type SettingKey = keyof typeof TABLE;
export type SettingValues = { readonly [K in SettingKey]: (typeof TABLE)[K] extends TableEntry<infer T> ? T : never };
