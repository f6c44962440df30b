/**
 * Sources → settings, without I/O. It collects all faults instead of stopping at the first one, so that the person who
 * starts the server sees them at once.
 */
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { isLoopback } from '../base/loopback.ts';
import type { FileValues } from './file.ts';
import { CLOUD_RATES } from './limits-table.ts';
import type { BucketSetting, KeySetting, Secret, Settings, ShownSetting } from './settings.ts';
import { SHOWN_SETTINGS, shownValue } from './shown-settings.ts';
import { DOCUMENTED_INTEGRATIONS, TABLE } from './table.ts';
import type { SettingKey, SettingValues } from './table.ts';
import type { TableEntry } from './table-entry.ts';

export interface SettingSources {
  /** Texts by name of the variable. */
  readonly environment: ReadonlyMap<string, string>;
  /** Absolute. Relative paths in the environment and in defaults are relative to it. */
  readonly workingFolder: string;
  readonly file: {
    /** The name that faults show. */
    readonly name: string;
    /** Absolute. Relative paths in the file are relative to it. */
    readonly folder: string;
    readonly content: FileValues;
  } | null;
  /** Faults found while reading the sources. */
  readonly faults: readonly string[];
}

/** Returns the fault of a RAM policy document, or null for none. `auth`, a room above, has the rules. */
export type CheckPolicy = (document: unknown) => string | null;

/** All faults of the settings. The message has a line for each. */
export class SettingsFault extends Error {
  override readonly name = 'SettingsFault';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`The settings are wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/** @throws {SettingsFault} */
export function makeSettings(sources: SettingSources, checkPolicy: CheckPolicy): Settings {
  const reader = new Reader(sources);
  const values = reader.readAll();
  const keys = keysOf(values.keys ?? [], reader, checkPolicy);
  findContradictions(values, reader);
  if (reader.faults.length > 0) throw new SettingsFault(reader.faults);
  return deepFreeze(assemble(values as SettingValues, keys, reader));
}

/** A wrong value is undefined, and its fault is in `Reader.faults`. */
type ReadValues = { readonly [K in keyof SettingValues]: SettingValues[K] | undefined };

/** Reads each setting from its source and formats its place for faults. */
class Reader {
  readonly faults: string[] = [];
  readonly #sources: SettingSources;
  readonly #file: FileValues | null;

  constructor(sources: SettingSources) {
    this.#sources = sources;
    this.#file = sources.file?.content ?? null;
    this.faults.push(...sources.faults);
    for (const fault of this.#file?.faults ?? []) this.faults.push(`${sources.file?.name}:${fault}`);
  }

  readAll(): ReadValues {
    const values: Record<string, unknown> = {};
    for (const key of Object.keys(TABLE) as SettingKey[]) values[key] = this.#read(key, this.#fallback(key));
    return values as unknown as ReadValues;
  }

  /** The default of a setting, with the profile in effect. */
  #fallback(key: SettingKey): unknown {
    const entry: TableEntry<unknown> = TABLE[key];
    if (entry.cloud === undefined) return entry.default;
    return this.#read('limits.profile', TABLE['limits.profile'].default) === 'cloud' ? entry.cloud : entry.default;
  }

  /** Settings in effect that may be shown. To be called when there are no faults. */
  shown(): ShownSetting[] {
    return SHOWN_SETTINGS.map((key) => {
      const fallback = this.#fallback(key);
      const given = this.#given(key) ?? fallback;
      const { kind } = TABLE[key];
      const isDefault = isDeepStrictEqual(v.parse(kind, given), v.parse(kind, fallback));
      return { name: key, value: shownValue(given), isDefault };
    });
  }

  #read(key: SettingKey, fallback: unknown): unknown {
    const checked = v.safeParse(TABLE[key].kind, this.#given(key) ?? fallback);
    if (checked.success) return checked.output;
    for (const issue of checked.issues) {
      const path = (issue.path ?? []).map((item) => item.key as PropertyKey);
      this.add(`${this.place(key, path)}${pathText(path)} ${issue.message}`);
    }
    return undefined;
  }

  /** Ignores a fault that was added before, because the profile is read twice. */
  add(fault: string): void {
    if (!this.faults.includes(fault)) this.faults.push(fault);
  }

  #given(key: SettingKey): unknown {
    const { env } = TABLE[key];
    return (env === null ? undefined : this.#sources.environment.get(env)) ?? this.#file?.values.get(key);
  }

  /** The setting's name as the user wrote it: `MILLRACE_LISTEN` or `millrace.yaml:3:1: listen`. */
  place(key: SettingKey, path: readonly PropertyKey[] = []): string {
    const { env } = TABLE[key];
    if (env !== null && this.#sources.environment.has(env)) return env;
    if (!this.#file?.values.has(key)) return env ?? key;
    return `${this.#sources.file?.name}:${this.#file.placeOf([...key.split('.'), ...path])}: ${key}`;
  }

  /** Resolves a path against the folder of its source. */
  absolute(key: SettingKey, path: string): string {
    const { env } = TABLE[key];
    const fromFile = !(env !== null && this.#sources.environment.has(env)) && this.#file?.values.has(key) === true;
    return resolve(fromFile ? (this.#sources.file?.folder as string) : this.#sources.workingFolder, path);
  }
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((item) => (typeof item === 'number' ? `[${item}]` : `.${String(item)}`)).join('');
}

function keysOf(given: SettingValues['keys'], reader: Reader, checkPolicy: CheckPolicy): readonly KeySetting[] {
  const seen = new Set<string>();
  return given.map((key, i) => {
    const at = (member: string) => `${reader.place('keys', [i, member])}[${i}].${member}`;
    if (seen.has(key.accessKeyId))
      reader.add(`${at('accessKeyId')} is the id of an earlier key; give each key its own id`);
    seen.add(key.accessKeyId);
    if (key.expires !== undefined && key.securityToken === undefined) {
      reader.add(`${at('expires')} is only for temporary keys; give the key a securityToken, or remove expires`);
    }
    const policies = policiesOf(key.policies);
    for (const policy of policies ?? []) {
      const reason = checkPolicy(policy);
      if (reason !== null) reader.add(`${at('policies')} is not a valid policy: ${reason}`);
    }
    return {
      accessKeyId: key.accessKeyId,
      accessKeySecret: key.accessKeySecret,
      securityToken: key.securityToken ?? null,
      expiresMs: key.expires ?? null,
      policies,
    };
  });
}

/** A list, or one document. A key with an empty list may do nothing; a key without the member may do everything. */
function policiesOf(given: unknown): readonly unknown[] | null {
  if (given === undefined) return null;
  return Array.isArray(given) ? given : [given];
}

function assemble(values: SettingValues, keys: readonly KeySetting[], reader: Reader): Settings {
  const data = reader.absolute('data', values.data);
  return {
    listen: values.listen,
    data,
    store: storeOf(values, data, reader),
    cluster: { name: values['cluster.name'], leaseMs: values['cluster.lease'], pollMs: values['cluster.poll'] },
    workers: values.workers,
    rootKey: pairOf(values['rootKey.accessKeyId'], values['rootKey.accessKeySecret']),
    auth: values.auth,
    console: values.console,
    flowRights: values.flowRights,
    keys,
    region: values.region,
    account: values.account,
    tls: tlsOf(values, reader),
    cloud: cloudOf(values),
    cloudActions: cloudActionsOf(values),
    functions: functionsOf(values, reader),
    fcEndpoint: values['functionCompute.endpoint'],
    products: [...values.products].map(([name, { endpoint, version, signature }]) => ({
      product: name.toLowerCase(),
      endpoint: endpoint ?? null,
      version: version ?? null,
      signature: signature ?? 'ACS3-HMAC-SHA256',
    })),
    mns: mnsOf(values),
    eventBridgeEndpoint: values['eventBridge.endpoint'],
    ossEndpoint: values['oss.endpoint'],
    buckets: bucketsOf(values, reader),
    http: {
      errorStatuses: values['http.errorStatuses'],
      timeoutMs: values['http.timeout'],
      maxResponseBytes: values['http.maxResponse'],
      maxRedirects: values['http.maxRedirects'],
      connectionsPerOrigin: values['http.connectionsPerOrigin'],
    },
    callers: {
      maxConnections: values['http.maxConnections'],
      trustProxy: values['http.trustProxy'],
      hosts: values['http.hosts'],
    },
    egress: { privateAddresses: values['egress.privateAddresses'], allow: values['egress.allow'] },
    limits: limitsOf(values),
    history: {
      stateEventNames: values['history.stateEventNames'],
      retainMs: values['history.keep'],
      executions: values['history.executions'],
      flows: [...values['history.flows']].map(([pattern, { keep, executions }]) => ({
        pattern,
        ...(keep !== undefined && { retainMs: keep }),
        ...(executions !== undefined && { executions }),
      })),
      express: {
        executions: values['history.express.executions'],
        ageMs: values['history.express.age'],
        bytes: values['history.express.bytes'],
      },
    },
    schedules: { catchUpMs: values['schedules.catchUp'], missed: values['schedules.missed'] },
    earlyAnswerMs: values.earlyAnswer,
    shutdownMs: values.shutdown,
    log: values.log,
    shown: reader.shown(),
  };
}

/** A name without `*` comes before patterns, and a longer pattern before a shorter one. */
function bucketsOf(values: SettingValues, reader: Reader): readonly BucketSetting[] {
  const buckets = [...values['objects.buckets']].map(([pattern, given]): BucketSetting => {
    const { type, path = '', endpoint, region, accessKeyId, accessKeySecret, securityToken, pathStyle } = given;
    if (type === 'folder') {
      return { pattern, place: { kind: type, path: reader.absolute('objects.buckets', path) } };
    }
    const key = pairOf(accessKeyId ?? null, accessKeySecret ?? null);
    return {
      pattern,
      place: {
        kind: type,
        endpoint: endpoint ?? null,
        region: region ?? null,
        credentials: key === null ? null : { ...key, securityToken: securityToken ?? null },
        isPathStyle: pathStyle ?? null,
      },
    };
  });
  return buckets.sort((a, b) => rank(b.pattern) - rank(a.pattern));
}

function rank(pattern: string): number {
  return pattern.includes('*') ? pattern.length : Number.MAX_SAFE_INTEGER;
}

function storeOf(values: SettingValues, data: string, reader: Reader): Settings['store'] {
  const { store } = values;
  if (store.kind === 'memory') return store;
  if (store.kind === 'sqlite') {
    const synchronous = values['sqlite.synchronous'] === 'full' ? 'FULL' : 'NORMAL';
    return { kind: 'sqlite', file: resolve(data, store.file), synchronous };
  }
  const ca = values['postgres.ca'];
  return {
    ...store,
    password: store.password ?? values['postgres.password'],
    caFile: ca === null ? null : reader.absolute('postgres.ca', ca),
    schema: values['postgres.schema'],
    pool: values['postgres.pool'],
    statementTimeoutMs: values['postgres.statementTimeout'],
    connectTimeoutMs: values['postgres.connectTimeout'],
    shards: values['postgres.shards'],
  };
}

function pairOf(accessKeyId: string | null, accessKeySecret: Secret | null): Settings['rootKey'] {
  return accessKeyId === null || accessKeySecret === null ? null : { accessKeyId, accessKeySecret };
}

function tlsOf(values: SettingValues, reader: Reader): Settings['tls'] {
  const certificate = values['tls.certificate'];
  const key = values['tls.key'];
  if (certificate === null || key === null) return null;
  return { certFile: reader.absolute('tls.certificate', certificate), keyFile: reader.absolute('tls.key', key) };
}

/** An operator who names a product wants flows to call it, unless the list says which of its actions. */
function cloudActionsOf(values: SettingValues): readonly string[] {
  const actions = values['cloud.actions'];
  const isDefault = actions.join() === DOCUMENTED_INTEGRATIONS.join();
  if (!isDefault) return actions;
  return [...actions, ...[...values.products.keys()].map((product) => `${product}:*`)];
}

function cloudOf(values: SettingValues): Settings['cloud'] {
  const pair = pairOf(values['cloud.accessKeyId'], values['cloud.accessKeySecret']);
  return pair === null ? null : { ...pair, securityToken: values['cloud.securityToken'] };
}

function functionsOf(values: SettingValues, reader: Reader): Settings['functions'] {
  return [...values.functions].map(([pattern, { url, module }]) => ({
    pattern,
    target:
      url === undefined ? { kind: 'module', path: reader.absolute('functions', module ?? '') } : { kind: 'url', url },
  }));
}

function mnsOf(values: SettingValues): Settings['mns'] {
  const endpoint = values['mns.endpoint'];
  const local = values['mns.local'];
  return {
    endpoint,
    local: local === 'on' || (local === 'auto' && endpoint === null && values['cloud.accessKeyId'] === null),
    keep: values['mns.keep'],
    subscriptions: [...values['mns.subscriptions']].map(([topic, given]) =>
      typeof given === 'string'
        ? { topic, url: given, format: 'SIMPLIFIED' }
        : { topic, url: given.url, format: given.format ?? 'SIMPLIFIED' },
    ),
  };
}

function limitsOf(values: SettingValues): Settings['limits'] {
  const perSecond = values['limits.operationsPerSecond'];
  return {
    profile: values['limits.profile'],
    stateDataBytes: values['limits.stateData'],
    requestBytes: values['limits.request'],
    inputBytes: values['limits.input'],
    errorCharacters: values['limits.error'],
    causeCharacters: values['limits.cause'],
    planBytes: values['limits.plans'],
    globalKeyBytes: values['limits.globalKey'],
    globalValueBytes: values['limits.globalValue'],
    stateNameCharacters: values['limits.stateName'],
    parallelBranches: values['limits.parallelBranches'],
    mapConcurrency: values['limits.mapConcurrency'],
    mapRuns: values['limits.mapRuns'],
    mapRunConcurrency: values['limits.mapRunConcurrency'],
    mapItems: values['limits.mapItems'],
    mapExecutions: values['limits.mapExecutions'],
    events: values['limits.events'],
    concurrentExecutions: values['limits.concurrentExecutions'],
    executionMemoryBytes: values['limits.executionMemory'],
    standardExecutions: values['limits.standardExecutions'],
    startsPerSecond: values['limits.startsPerSecond'],
    stepsPerSecond: values['limits.stepsPerSecond'],
    expressStepsPerSecond: values['limits.expressStepsPerSecond'],
    expressTimeoutSeconds: Math.floor(values['limits.expressTimeout'] / 1000),
    standardTimeoutSeconds: Math.floor(values['limits.standardTimeout'] / 1000),
    callDepth: values['limits.callDepth'],
    childDepth: values['limits.childDepth'],
    flows: values['limits.flows'],
    operationRate: perSecond === null ? null : { perSecond, burst: values['limits.operationsBurst'] },
    operationRates: operationRatesOf(values),
  };
}

/** The rates of the profile, and those in the settings, which have precedence. */
function operationRatesOf(values: SettingValues): Settings['limits']['operationRates'] {
  const profile = values['limits.profile'] === 'cloud' ? CLOUD_RATES : {};
  const rates: SettingValues['limits.operationRates'] = { ...profile, ...values['limits.operationRates'] };
  return Object.entries(rates).map(([operation, rate]) => ({ operation, rate: rate ?? null }));
}

/** Adds faults for settings that contradict each other. */
function findContradictions(values: ReadValues, reader: Reader): void {
  for (const [one, other] of [
    ['rootKey.accessKeyId', 'rootKey.accessKeySecret'],
    ['tls.certificate', 'tls.key'],
    ['cloud.accessKeyId', 'cloud.accessKeySecret'],
  ] as const) {
    if ((values[one] === null) === (values[other] === null)) continue;
    const [given, missing] = values[one] === null ? [other, one] : [one, other];
    reader.add(`${reader.place(given)} is set without ${TABLE[missing].env ?? missing}`);
  }
  if (values['cloud.securityToken'] !== null && values['cloud.accessKeyId'] === null) {
    reader.add(`${reader.place('cloud.securityToken')} is set without cloud.accessKeyId and cloud.accessKeySecret`);
  }
  if (values.auth === 'off' && values.listen !== undefined && !isLoopback(values.listen.host)) {
    reader.add(
      `${reader.place('auth')} is "off", which is allowed only on a loopback address, but ${reader.place('listen')} is ${values.listen.host}`,
    );
  }
  if (values.auth === 'off' && (values['http.trustProxy']?.length ?? 0) > 0) {
    reader.add(
      `${reader.place('auth')} is "off", which is allowed only for callers on this machine, but ${reader.place('http.trustProxy')} names a proxy through which others call`,
    );
  }
  if (values['mns.local'] === 'on' && typeof values['mns.endpoint'] === 'string') {
    reader.add(`${reader.place('mns.endpoint')} has no effect, because mns.local is "on"; remove one of them`);
  }
  const rootKeyId = values['rootKey.accessKeyId'];
  for (const [i, key] of (values.keys ?? []).entries()) {
    if (key.accessKeyId !== rootKeyId) continue;
    reader.add(
      `${reader.place('keys', [i, 'accessKeyId'])}[${i}].accessKeyId is the id of the root key; give this key another id`,
    );
  }
}

/** Freezes lists and mappings at every level. A `Secret` has its text in a private field, which cannot change. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
