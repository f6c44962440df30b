/**
 * The settings, as the rest of the program sees them: frozen, complete, checked. `env.ts` reads texts, `file.ts` the
 * YAML file, and `make.ts` makes this value of both by `table.ts` and reports all faults at once. docs/settings.md is
 * held to the table by a test.
 */

/** A secret that prints as `***` wherever it is logged, shown or turned into JSON. */
export class Secret {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  /** The text itself; call it only where it is used. */
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

/** An access key of a caller. */
export interface KeySetting {
  readonly accessKeyId: string;
  readonly accessKeySecret: Secret;
  /** Present for a temporary key; requests must carry it. */
  readonly securityToken: Secret | null;
  /** End of a temporary key, milliseconds since 1970; null: none. */
  readonly expiresMs: number | null;
  /** A RAM policy document as parsed JSON; null: may do everything (decisions.md 6.3). Several documents are a list. */
  readonly policies: readonly unknown[] | null;
}

/** Maps functions by name (`name` for FC 3, `service/name` for FC 2; `*` matches any run of characters). */
export interface FunctionSetting {
  readonly pattern: string;
  readonly target: { readonly kind: 'url'; readonly url: string } | { readonly kind: 'module'; readonly path: string };
}

/** Credentials with which outgoing cloud calls are signed. */
export interface CloudCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: Secret;
  readonly securityToken: Secret | null;
}

/** How to reach one product's OpenAPI; products without an entry go to `https://{product}.{region}.aliyuncs.com`. */
export interface ProductSetting {
  /** Lower case: `ecs`. */
  readonly product: string;
  /** `https://host:port`; null: the product's public endpoint. */
  readonly endpoint: string | null;
  /** API version such as `2014-05-26`; null: the built-in one of a known product. */
  readonly version: string | null;
  /** How calls are signed. */
  readonly signature: 'ACS3-HMAC-SHA256' | 'HMAC-SHA1';
}

/** Where the messages of a topic are pushed to, and how the vendor calls the form of the body (NotifyContentFormat). */
export interface SubscriptionSetting {
  readonly topic: string;
  readonly url: string;
  readonly format: 'SIMPLIFIED' | 'JSON' | 'XML';
}

/** A token bucket of `burst`, refilled by `perSecond`. */
export interface RateSetting {
  readonly perSecond: number;
  readonly burst: number;
}

export interface Settings {
  readonly listen: { readonly host: string; readonly port: number };
  /** The data folder. */
  readonly data: string;
  readonly store:
    | { readonly kind: 'sqlite'; readonly file: string; readonly synchronous: 'FULL' | 'NORMAL' }
    | { readonly kind: 'memory' };
  /** Given by environment or file; null: made at the first start and kept in the data folder. */
  readonly rootKey: { readonly accessKeyId: string; readonly accessKeySecret: Secret } | null;
  readonly auth: 'on' | 'off';
  readonly keys: readonly KeySetting[];
  readonly region: string;
  /** 16 digits. */
  readonly account: string;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly cloud: CloudCredentials | null;
  readonly functions: readonly FunctionSetting[];
  /** Function Compute's own endpoint (`https://{account}.{region}.fc.aliyuncs.com` when null). */
  readonly fcEndpoint: string | null;
  readonly products: readonly ProductSetting[];
  readonly mns: {
    /** Message Service (`https://{account}.mns.{region}.aliyuncs.com` when null). */
    readonly endpoint: string | null;
    /** True: this server keeps messages itself. */
    readonly local: boolean;
    /** Messages that it keeps at most. */
    readonly keep: number;
    readonly subscriptions: readonly SubscriptionSetting[];
  };
  /** EventBridge's own endpoint (`https://{account}.eventbridge.{region}.aliyuncs.com` when null). */
  readonly eventBridgeEndpoint: string | null;
  /** Object Storage Service's own endpoint (`https://oss-{region}.aliyuncs.com` when null). */
  readonly ossEndpoint: string | null;
  readonly http: {
    /** Answers that become `HTTP.<status>` errors: `5xx`, `429`. Empty: any answer completes the task. */
    readonly errorStatuses: readonly string[];
    /** A task without an answer after this long fails with `HTTP.Timeout`. */
    readonly timeoutMs: number;
    /** A larger answer fails the task. */
    readonly maxResponseBytes: number;
    readonly maxRedirects: number;
    /** Open connections to one origin. */
    readonly connectionsPerOrigin: number;
  };
  /**
   * Calls to loopback, link-local, private and metadata addresses. `auto`: open when the server listens on loopback only,
   * closed otherwise. `allow` names hosts, addresses and CIDR blocks that stay open when closed.
   */
  readonly egress: { readonly privateAddresses: 'auto' | 'open' | 'closed'; readonly allow: readonly string[] };
  readonly limits: {
    /** `cloud` turns on the service's rates and quotas (api.md 7). */
    readonly profile: 'none' | 'cloud';
    /** Input and output of a state, JSON bytes. */
    readonly stateDataBytes: number;
    readonly requestBytes: number;
    readonly inputBytes: number;
    /** `$Global`: bytes of a key and of a value. */
    readonly globalKeyBytes: number;
    readonly globalValueBytes: number;
    readonly parallelBranches: number;
    readonly mapConcurrency: number;
    /** Events of a Standard execution, the last of which ends it. */
    readonly events: number;
    /** Express executions at once. */
    readonly concurrentExecutions: number;
    /** Running Standard executions; null: not limited. */
    readonly standardExecutions: number | null;
    /** Starts of Express executions a second, with a bucket of the same size; null: not limited. */
    readonly startsPerSecond: number | null;
    readonly expressTimeoutSeconds: number;
    /** Flows that call flows synchronously, how deep. */
    readonly callDepth: number;
    /** Standard executions that wait for a child, one below the other. */
    readonly childDepth: number;
    /** Flows in the account; null: not limited. */
    readonly flows: number | null;
    /** Calls of each operation but StartSyncExecution and those in `operationRates`; null: not limited. */
    readonly operationRate: RateSetting | null;
    /** Operations with a rate of their own; null: not limited. */
    readonly operationRates: readonly { readonly operation: string; readonly rate: RateSetting | null }[];
  };
  readonly history: {
    /** How GetExecutionHistory calls the states' events of a state machine: `StateEntered` or `StepEntered`. */
    readonly stateEventNames: 'state' | 'step';
    /** How long ended Standard executions are kept; null: for ever. */
    readonly keepMs: number | null;
    /** Ended Express executions that are kept in memory (decisions.md 4.7). */
    readonly express: {
      /** How many; 0: Express executions cannot be read back at all. */
      readonly executions: number;
      readonly ageMs: number;
      /** What their inputs, events and outputs may take, an estimate that is never too low. */
      readonly bytes: number;
    };
  };
  /** A sync answer later than this starts early, as white space (decisions.md 4.6); null: never. */
  readonly earlyAnswerMs: number | null;
  readonly shutdownMs: number;
  readonly log: 'silent' | 'error' | 'warn' | 'info' | 'debug';
}
