/**
 * The settings that the rest of the program reads: complete, checked and frozen. `env.ts` reads the environment, `file.ts`
 * the YAML file, and `make.ts` makes this value from both with `table.ts`.
 */
import type { TokenRate } from '../base/token-bucket.ts';

/** A secret, which logs, `inspect` and JSON show as `***`. */
export class Secret {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  /** Returns the text. Call it only where the text is used. */
  reveal(): string {
    return this.#text;
  }
  toString(): string {
    return '***';
  }
  toJSON(): string {
    return '***';
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '***';
  }
}

/** An access key with which callers sign. */
export interface KeySetting {
  readonly accessKeyId: string;
  readonly accessKeySecret: Secret;
  /** Set for a temporary key, whose requests have to contain it; null otherwise. */
  readonly securityToken: Secret | null;
  /** End of a temporary key, milliseconds since 1970; null: it does not end. */
  readonly expiresMs: number | null;
  /** RAM policy documents as parsed JSON; null: the key may do everything (rules.md 3.9). */
  readonly policies: readonly unknown[] | null;
}

/** Where functions run whose name matches `pattern`: `name` for FC 3, `service/name` for FC 2; `*` is any text. */
export interface FunctionSetting {
  readonly pattern: string;
  readonly target: { readonly kind: 'url'; readonly url: string } | { readonly kind: 'module'; readonly path: string };
}

/** Credentials that sign outgoing calls to the cloud. */
export interface CloudCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: Secret;
  readonly securityToken: Secret | null;
}

/** The OpenAPI of one product. Without an entry, the endpoint is `https://{product}.{region}.aliyuncs.com`. */
export interface ProductSetting {
  /** Lower case: `ecs`. */
  readonly product: string;
  /** `https://host:port`; null: the product's public endpoint. */
  readonly endpoint: string | null;
  /** API version, for example `2014-05-26`; null: the built-in one of a known product. */
  readonly version: string | null;
  readonly signature: 'ACS3-HMAC-SHA256' | 'HMAC-SHA1';
}

/** The subscriber of a topic. `format` is the vendor's NotifyContentFormat, the form of the body. */
export interface SubscriptionSetting {
  readonly topic: string;
  readonly url: string;
  readonly format: 'SIMPLIFIED' | 'JSON' | 'XML';
}

/** Retention of the Standard executions of the flows whose names match. An absent member: as for other flows. */
export interface FlowRetentionSetting {
  /** A name, or a pattern in which `*` matches any text. */
  readonly pattern: string;
  /** How long ended executions are retained; null: until the flow is deleted. */
  readonly retainMs?: number | null;
  /** Most ended executions of each of these flows; null: any number. */
  readonly executions?: number | null;
}

/** Where the objects of buckets are whose names match `pattern`; `*` is any text. */
export interface BucketSetting {
  readonly pattern: string;
  readonly place: ServicePlace | FolderPlace;
}

/** Buckets of Object Storage Service or of a store that is compatible with Amazon S3. */
export interface ServicePlace {
  readonly kind: 'oss' | 's3';
  /** `https://host:port`; null: the public endpoint of the region. */
  readonly endpoint: string | null;
  /** Null for `oss`: the region of this server; for `s3`: `us-east-1`. */
  readonly region: string | null;
  /** Null for `oss`: the key of the cloud; for `s3`: requests without a signature. */
  readonly credentials: CloudCredentials | null;
  /** Whether the bucket begins the path, or the host name; null: the first if the endpoint is an address, or one of `s3`. */
  readonly isPathStyle: boolean | null;
}

/** A folder of this machine. */
export interface FolderPlace {
  readonly kind: 'folder';
  /** Absolute. Of a pattern with `*`, each bucket is the folder of its name in this one. */
  readonly path: string;
}

/** A PostgreSQL database. */
export interface PostgresSetting {
  readonly kind: 'postgres';
  /** Name or address of the server, or the folder of its socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: Secret | null;
  /** `require`: TLS without a check of the certificate. */
  readonly tls: 'disable' | 'require' | 'verify-full';
  /** Absolute path of a PEM file; null: the certificates that Node.js trusts. */
  readonly caFile: string | null;
  readonly schema: string;
  readonly pool: number;
  readonly statementTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly shards: number;
}

/** A setting in effect, for people. */
export interface ShownSetting {
  /** As in a settings file. */
  readonly name: string;
  /** As a settings file has it: text, or the JSON text of a list or a mapping; empty for none. */
  readonly value: string;
  readonly isDefault: boolean;
}

export interface Settings {
  readonly listen: { readonly host: string; readonly port: number };
  /** Absolute path of the data folder. */
  readonly data: string;
  readonly store:
    | { readonly kind: 'sqlite'; readonly file: string; readonly synchronous: 'FULL' | 'NORMAL' }
    | { readonly kind: 'memory' }
    | PostgresSetting;
  /** How many processes serve callers; null: one for each core. */
  readonly workers: number | null;
  /** How this server is one of several that share a store. */
  readonly cluster: {
    /** For people; null: host name and process id. */
    readonly name: string | null;
    readonly leaseMs: number;
    readonly pollMs: number;
  };
  /** Null if neither environment nor file has one; `root-key.ts` then makes one. */
  readonly rootKey: { readonly accessKeyId: string; readonly accessKeySecret: Secret } | null;
  readonly auth: 'on' | 'off';
  readonly console: 'on' | 'off';
  /** Whether the key that last wrote a flow limits what it starts. */
  readonly flowRights: 'writer' | 'all';
  readonly keys: readonly KeySetting[];
  readonly region: string;
  /** 16 digits. */
  readonly account: string;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly cloud: CloudCredentials | null;
  /** The calls that flows may make with that key: `<Product>:<Api>`, in which `*` matches any text. */
  readonly cloudActions: readonly string[];
  readonly functions: readonly FunctionSetting[];
  /** Endpoint of Function Compute; null: `https://{account}.{region}.fc.aliyuncs.com`. */
  readonly fcEndpoint: string | null;
  readonly products: readonly ProductSetting[];
  readonly mns: {
    /** Endpoint of Message Service; null: `https://{account}.mns.{region}.aliyuncs.com`. */
    readonly endpoint: string | null;
    /** True if this server stores messages itself. */
    readonly local: boolean;
    /** Most messages that it retains. */
    readonly keep: number;
    readonly subscriptions: readonly SubscriptionSetting[];
  };
  /** Endpoint of EventBridge; null: `https://{account}.eventbridge.{region}.aliyuncs.com`. */
  readonly eventBridgeEndpoint: string | null;
  /** Endpoint of Object Storage Service; null: `https://oss-{region}.aliyuncs.com`. */
  readonly ossEndpoint: string | null;
  /** Buckets of distributed Maps, the most specific pattern first. Others are those of Object Storage Service in the cloud. */
  readonly buckets: readonly BucketSetting[];
  readonly http: {
    /** Statuses with which a task fails as `HTTP.<status>`: `5xx`, `429`. Empty: a task succeeds with any status. */
    readonly errorStatuses: readonly string[];
    /** A task fails with `HTTP.Timeout` if it has no answer after this time. */
    readonly timeoutMs: number;
    /** A task fails if its answer is larger. */
    readonly maxResponseBytes: number;
    readonly maxRedirects: number;
    /** Most open connections to one origin. */
    readonly connectionsPerOrigin: number;
  };
  /** How callers reach the server. */
  readonly callers: {
    /** Most open connections; null: by the process's limit on open files. */
    readonly maxConnections: number | null;
    /** Addresses and CIDR blocks of reverse proxies. */
    readonly trustProxy: readonly string[];
    /** Host names by which the server can be called while authentication is off, beside local ones. */
    readonly hosts: readonly string[];
  };
  /**
   * Whether tasks may call loopback, link-local, private and metadata addresses. `auto`: open if the server listens on
   * loopback only, otherwise closed. `allow` lists hosts, addresses and CIDR blocks that are open in any case.
   */
  readonly egress: { readonly privateAddresses: 'auto' | 'open' | 'closed'; readonly allow: readonly string[] };
  readonly limits: {
    /** `cloud`: the service's rates and quotas (rules.md 4.6). */
    readonly profile: 'none' | 'cloud';
    /** Largest input and largest output of a state, in bytes of JSON. */
    readonly stateDataBytes: number;
    readonly requestBytes: number;
    readonly inputBytes: number;
    /** Most code points of `Error` and of `Cause` in a stop or a report. */
    readonly errorCharacters: number;
    readonly causeCharacters: number;
    /** Compiled definitions in memory, of all flows together; an estimate. */
    readonly planBytes: number;
    /** Largest key and largest value of `$Global`. */
    readonly globalKeyBytes: number;
    readonly globalValueBytes: number;
    /** Most code points of the name of a state. */
    readonly stateNameCharacters: number;
    readonly parallelBranches: number;
    readonly mapConcurrency: number;
    /** Most Map runs of one execution that are open at once; null: not limited. */
    readonly mapRuns: number | null;
    /** Most child executions of one Map run that run at once. */
    readonly mapRunConcurrency: number;
    /** Most items of one Map run; null: not limited. */
    readonly mapItems: number | null;
    /** Most Standard children of Map runs that run at once, beside `standardExecutions`; null: not limited. */
    readonly mapExecutions: number | null;
    /** Most events of a Standard execution. The last one ends it. */
    readonly events: number;
    /** Most Express executions that run at once. */
    readonly concurrentExecutions: number;
    /** Memory that executions under way may hold; null: the engine chooses. */
    readonly executionMemoryBytes: number | null;
    /** Most running Standard executions; null: not limited. */
    readonly standardExecutions: number | null;
    /** Starts of Express executions in a second, with a burst of the same size; null: not limited. */
    readonly startsPerSecond: number | null;
    /** States that Standard executions together enter in a second, with a burst of the same size; null: not limited. */
    readonly stepsPerSecond: number | null;
    /** The same for Express executions. */
    readonly expressStepsPerSecond: number | null;
    readonly expressTimeoutSeconds: number;
    readonly standardTimeoutSeconds: number;
    /** Most levels of flows that call flows synchronously. */
    readonly callDepth: number;
    /** Most levels of executions that tasks start, in either mode and whether or not the task waits. */
    readonly childDepth: number;
    /** Most flows of the account; null: not limited. */
    readonly flows: number | null;
    /** Rate of each operation, except StartSyncExecution and those in `operationRates`; null: not limited. */
    readonly operationRate: TokenRate | null;
    /** Rates of single operations; null: not limited. */
    readonly operationRates: readonly { readonly operation: string; readonly rate: TokenRate | null }[];
  };
  readonly schedules: {
    /** How late the execution of a schedule may start; older due times are skipped. */
    readonly catchUpMs: number;
    /** Which due times start an execution if several of a schedule have passed: the latest one, or each. */
    readonly missed: 'latest' | 'all';
  };
  readonly history: {
    /** Names of the state events of a state machine in GetExecutionHistory: `StateEntered` or `StepEntered`. */
    readonly stateEventNames: 'state' | 'step';
    /** How long ended Standard executions are retained; null: until their flow is deleted. */
    readonly retainMs: number | null;
    /** Most ended Standard executions, of all flows without a number of their own; null: any number. */
    readonly executions: number | null;
    /** Flows with another retention. */
    readonly flows: readonly FlowRetentionSetting[];
    /** Ended Express executions that the server retains in memory (rules.md 12.13). */
    readonly express: {
      /** Most executions; 0: Express executions cannot be read back, even while they run. */
      readonly executions: number;
      readonly ageMs: number;
      /** Most bytes of their inputs, events and outputs. The estimate is never too low. */
      readonly bytes: number;
    };
  };
  /** After this time, the server begins the answer of a synchronous call with white space (rules.md 2.9); null: never. */
  readonly earlyAnswerMs: number | null;
  readonly shutdownMs: number;
  readonly log: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  /** Settings for people to look at, in the order of the table, without any that is confidential (`shown-settings.ts`). */
  readonly shown: readonly ShownSetting[];
}
