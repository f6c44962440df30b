/**
 * Sources → settings: a pure function of what environment and file hold. It never stops at the first fault: whoever
 * starts the server sees all of them at once.
 */
import { resolve } from 'node:path';
import * as v from 'valibot';
import { isLoopback } from '../base/loopback.ts';
import type { FileValues } from './file.ts';
import type { KeySetting, Secret, Settings } from './settings.ts';
import { CLOUD_RATES, TABLE } from './table.ts';
import type { SettingKey, SettingValues } from './table.ts';

export interface SettingSources {
  /** By name of the variable. */
  readonly environment: ReadonlyMap<string, string>;
  /** What relative paths in the environment and in defaults are relative to; absolute. */
  readonly workingFolder: string;
  readonly file: {
    /** As it stands in faults. */
    readonly name: string;
    /** What relative paths in the file are relative to; absolute. */
    readonly folder: string;
    /** Read from its text. */
    readonly content: FileValues;
  } | null;
  /** What went wrong while the sources were read. */
  readonly faults: readonly string[];
}

/** Says what is wrong with a RAM policy document; null: nothing. The rules are those of `auth`, a room above. */
export type CheckPolicy = (document: unknown) => string | null;

/** Everything that is wrong with the settings; the message has a line for each fault. */
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

/** Undefined stands for a value that is wrong; its fault is noted. */
type ReadValues = { readonly [K in keyof SettingValues]: SettingValues[K] | undefined };

/** Finds the value of each setting where it stands, and says where that is. */
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
    const profile = this.#read('limits.profile', false);
    const values: Record<string, unknown> = {};
    for (const key of Object.keys(TABLE) as SettingKey[]) values[key] = this.#read(key, profile === 'cloud');
    return values as unknown as ReadValues;
  }

  #read(key: SettingKey, cloud: boolean): unknown {
    const entry = TABLE[key];
    const fallback = cloud && 'cloud' in entry ? entry.cloud : entry.default;
    const checked = v.safeParse(entry.kind, this.#given(key) ?? fallback);
    if (checked.success) return checked.output;
    // The profile is read once ahead of the others, and its fault counts once.
    for (const issue of checked.issues) {
      const path = (issue.path ?? []).map((item) => item.key as PropertyKey);
      this.add(`${this.place(key, path)}${pathText(path)} ${issue.message}`);
    }
    return undefined;
  }

  add(fault: string): void {
    if (!this.faults.includes(fault)) this.faults.push(fault);
  }

  #given(key: SettingKey): unknown {
    const { env } = TABLE[key];
    return (env === null ? undefined : this.#sources.environment.get(env)) ?? this.#file?.values.get(key);
  }

  /** The setting's name as the user wrote it: `MILLRACE_LISTEN`, or `millrace.yaml:3:1: listen`. */
  place(key: SettingKey, path: readonly PropertyKey[] = []): string {
    const { env } = TABLE[key];
    if (env !== null && this.#sources.environment.has(env)) return env;
    if (!this.#file?.values.has(key)) return env ?? key;
    return `${this.#sources.file?.name}:${this.#file.placeOf([...key.split('.'), ...path])}: ${key}`;
  }

  /** A path as it was meant where it was written. */
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
    if (seen.has(key.accessKeyId)) reader.add(`${at('accessKeyId')} is there twice`);
    seen.add(key.accessKeyId);
    if (key.expires !== undefined && key.securityToken === undefined) {
      reader.add(`${at('expires')} is for temporary keys, and this one has no securityToken`);
    }
    const policies = policiesOf(key.policies);
    for (const policy of policies ?? []) {
      const reason = checkPolicy(policy);
      if (reason !== null) reader.add(`${at('policies')} is no policy: ${reason}`);
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

/** One document may stand alone. An empty list allows nothing; only a key without the member may do everything. */
function policiesOf(given: unknown): readonly unknown[] | null {
  if (given === undefined) return null;
  return Array.isArray(given) ? given : [given];
}

function assemble(values: SettingValues, keys: readonly KeySetting[], reader: Reader): Settings {
  const data = reader.absolute('data', values.data);
  return {
    listen: values.listen,
    data,
    store: storeOf(values, data),
    rootKey: pairOf(values['rootKey.accessKeyId'], values['rootKey.accessKeySecret']),
    auth: values.auth,
    keys,
    region: values.region,
    account: values.account,
    tls: tlsOf(values, reader),
    cloud: cloudOf(values),
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
    http: {
      errorStatuses: values['http.errorStatuses'],
      timeoutMs: values['http.timeout'],
      maxResponseBytes: values['http.maxResponse'],
      maxRedirects: values['http.maxRedirects'],
      connectionsPerOrigin: values['http.connectionsPerOrigin'],
    },
    egress: { privateAddresses: values['egress.privateAddresses'], allow: values['egress.allow'] },
    limits: limitsOf(values),
    history: {
      stateEventNames: values['history.stateEventNames'],
      keepMs: values['history.keep'],
      express: {
        executions: values['history.express.executions'],
        ageMs: values['history.express.age'],
        bytes: values['history.express.bytes'],
      },
    },
    earlyAnswerMs: values.earlyAnswer,
    shutdownMs: values.shutdown,
    log: values.log,
  };
}

function storeOf(values: SettingValues, data: string): Settings['store'] {
  if (values.store === 'memory') return { kind: 'memory' };
  const file = values.store === 'sqlite' ? TABLE.store.default : values.store;
  return {
    kind: 'sqlite',
    file: resolve(data, String(file).slice('sqlite:'.length)),
    synchronous: values['sqlite.synchronous'] === 'full' ? 'FULL' : 'NORMAL',
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
    globalKeyBytes: values['limits.globalKey'],
    globalValueBytes: values['limits.globalValue'],
    parallelBranches: values['limits.parallelBranches'],
    mapConcurrency: values['limits.mapConcurrency'],
    events: values['limits.events'],
    concurrentExecutions: values['limits.concurrentExecutions'],
    standardExecutions: values['limits.standardExecutions'],
    startsPerSecond: values['limits.startsPerSecond'],
    expressTimeoutSeconds: Math.floor(values['limits.expressTimeout'] / 1000),
    callDepth: values['limits.callDepth'],
    childDepth: values['limits.childDepth'],
    flows: values['limits.flows'],
    operationRate: perSecond === null ? null : { perSecond, burst: values['limits.operationsBurst'] },
    operationRates: operationRatesOf(values),
  };
}

/** The profile's, and over them those that were given. */
function operationRatesOf(values: SettingValues): Settings['limits']['operationRates'] {
  const profile = values['limits.profile'] === 'cloud' ? CLOUD_RATES : {};
  const rates: SettingValues['limits.operationRates'] = { ...profile, ...values['limits.operationRates'] };
  return Object.entries(rates).map(([operation, rate]) => ({ operation, rate: rate ?? null }));
}

/** Notes settings that are right alone and wrong together. */
function findContradictions(values: ReadValues, reader: Reader): void {
  for (const [one, other] of [
    ['rootKey.accessKeyId', 'rootKey.accessKeySecret'],
    ['tls.certificate', 'tls.key'],
    ['cloud.accessKeyId', 'cloud.accessKeySecret'],
  ] as const) {
    if ((values[one] === null) === (values[other] === null)) continue;
    const [given, missing] = values[one] === null ? [other, one] : [one, other];
    reader.add(`${reader.place(given)} is given without ${TABLE[missing].env ?? missing}`);
  }
  if (values['cloud.securityToken'] !== null && values['cloud.accessKeyId'] === null) {
    reader.add(`${reader.place('cloud.securityToken')} is given without cloud.accessKeyId and cloud.accessKeySecret`);
  }
  if (values.auth === 'off' && values.listen !== undefined && !isLoopback(values.listen.host)) {
    reader.add(
      `${reader.place('auth')} is "off", which is allowed only on a loopback address, and ${reader.place('listen')} is ${values.listen.host}`,
    );
  }
  if (values['mns.local'] === 'on' && typeof values['mns.endpoint'] === 'string') {
    reader.add(`${reader.place('mns.endpoint')} is given, and with mns.local "on" nothing is sent there`);
  }
  const rootKeyId = values['rootKey.accessKeyId'];
  for (const [i, key] of (values.keys ?? []).entries()) {
    if (key.accessKeyId !== rootKeyId) continue;
    reader.add(`${reader.place('keys', [i, 'accessKeyId'])}[${i}].accessKeyId is that of the root key`);
  }
}

/** Lists and mappings only: a secret keeps its text in a private field, and policies are data as well. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
