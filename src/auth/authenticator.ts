/**
 * Who calls, and whether they may (wire.md 5.6, 11.3; decisions.md 6). The checks run in a fixed order: the key is
 * known, the time is near, the signature is right, the security token is good, the nonce is new. A nonce is kept only
 * after everything else was found good, so that nobody can use up the nonces of others.
 */
import { ApiError, apiError, invalidArgument } from '../api/error.ts';
import { ERRORS } from '../api/errors.ts';
import type { Clock } from '../base/clock.ts';
import { formatTime } from '../base/clock.ts';
import { acs3StringToSign } from '../signatures/acs3.ts';
import type { Acs3Algorithm, Acs3Request } from '../signatures/acs3.ts';
import { sameSignature } from '../signatures/hmac.ts';
import { roaStringToSign } from '../signatures/roa.ts';
import type { RoaRequest } from '../signatures/roa.ts';
import { rpcStringToSign, verifyRpc } from '../signatures/rpc.ts';
import type { AccessKey, KeyRing } from './key-ring.ts';
import { NonceStore } from './nonces.ts';
import { decide } from './policy.ts';
import { parseHttpDate, parseTimestamp } from './timestamps.ts';

const WINDOW_MS = 15 * 60 * 1000;
/** A caller gets back no more than this of the text it should have signed; a larger one helps nobody. */
const SHOWN_STRING_TO_SIGN = 16 * 1024;
/** Of a resource in a message; one with a valid name is shorter. */
const SHOWN_RESOURCE = 256;

interface SignedBy {
  readonly accessKeyId: string;
  readonly securityToken: string | null;
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
}

/** What a signed request says about its caller, and what its signature covers. */
export type Credentials =
  | (SignedBy & {
      readonly kind: 'rpc';
      readonly method: string;
      /** Those that turn out not to be covered are taken out. */
      readonly parameters: Map<string, string>;
    })
  | (SignedBy & {
      readonly kind: 'acs3';
      readonly algorithm: Acs3Algorithm;
      readonly request: Acs3Request;
      readonly signedHeaders: string;
    })
  | (SignedBy & { readonly kind: 'roa'; readonly request: RoaRequest });

/** A call whose action is known, to be held against the caller's policies. */
export interface Call {
  /** `DescribeFlow` */
  readonly action: string;
  /** `flow/name`, or `*` for an action that needs no authorization. */
  readonly resource: string;
  readonly secureTransport: boolean;
  /** Empty when the connection is gone. */
  readonly sourceIp: string;
}

export interface AuthenticatorOptions {
  /** Null: authentication is off, and everybody may do everything. */
  readonly keys: KeyRing | null;
  readonly clock: Clock;
  readonly region: string;
  readonly account: string;
}

export class Authenticator {
  readonly #keys: KeyRing | null;
  readonly #clock: Clock;
  readonly #resourcePrefix: string;
  readonly #account: string;
  readonly #nonces = new NonceStore();
  // Requests of one second carry one text.
  #lastTimestamp = '';
  #lastTimestampMs: number | null = null;

  constructor(options: AuthenticatorOptions) {
    this.#keys = options.keys;
    this.#clock = options.clock;
    this.#account = options.account;
    this.#resourcePrefix = `acs:fnf:${options.region}:${options.account}:`;
  }

  /** True when authentication is off: no request is asked who sent it. */
  get open(): boolean {
    return this.#keys === null;
  }

  /**
   * The key that signed the request. Takes out of its parameters what the signature does not cover.
   * @throws {ApiError} as wire.md 11.3 lists them.
   */
  authenticate(credentials: Credentials): AccessKey {
    const key = this.#keys?.get(credentials.accessKeyId);
    if (key === undefined) throw apiError('InvalidAccessKeyID', credentials.accessKeyId.slice(0, 128));
    const nowMs = this.#clock.nowMs();
    const sentMs = this.#sentMs(credentials);
    if (Math.abs(nowMs - sentMs) > WINDOW_MS) {
      throw apiError('RequestTimeTooSkewed', formatTime(sentMs), formatTime(nowMs));
    }
    verifySignature(credentials, key);
    verifyToken(credentials.securityToken, key, nowMs);
    // A request from a clock that is ahead stays acceptable for longer than a quarter of an hour from now.
    const untilMs = Math.max(nowMs, sentMs) + WINDOW_MS;
    if (!this.#nonces.remember(key.nonceSeeds, credentials.nonce, nowMs, untilMs)) throw apiError('SignatureNonceUsed');
    return key;
  }

  /**
   * Passes when the key's policies allow the call.
   * @throws {ApiError} `AccessDenied`, in the service's own words (wire.md 11.1).
   */
  authorize(key: AccessKey, call: Call): void {
    if (key.policies === null || call.resource === '*') return;
    const action = `fnf:${call.action}`;
    const resource = this.#resourcePrefix + call.resource;
    // The peer of a connection that is reset already cannot be asked for; a Deny by address must not be lost that way.
    const decision =
      call.sourceIp === ''
        ? 'ImplicitDeny'
        : decide(key.policies, {
            action,
            resource,
            nowMs: this.#clock.nowMs(),
            secureTransport: call.secureTransport,
            sourceIp: call.sourceIp,
          });
    if (decision === 'Allow') return;
    const message = apiError('AccessDenied', action, resource.slice(0, SHOWN_RESOURCE)).message;
    throw new ApiError('AccessDenied', message, {
      accessDeniedDetail: {
        AuthAction: action,
        AuthPrincipalType: key.securityToken === null ? 'SubUser' : 'AssumedRoleUser',
        AuthPrincipalOwnerId: this.#account,
        AuthPrincipalDisplayName: key.accessKeyId,
        NoPermissionType: decision,
        PolicyType: 'AccountLevelIdentityBasedPolicy',
      },
    });
  }

  #sentMs(credentials: Credentials): number {
    const text = credentials.timestamp;
    if (credentials.kind === 'roa') {
      const sentMs = parseHttpDate(text);
      if (sentMs !== null) return sentMs;
      throw invalidArgument("The header 'Date' must be a time such as Fri, 02 Jan 2026 03:04:05 GMT.");
    }
    if (text !== this.#lastTimestamp) {
      this.#lastTimestampMs = parseTimestamp(text);
      this.#lastTimestamp = text;
    }
    if (this.#lastTimestampMs === null) {
      const name = credentials.kind === 'rpc' ? "parameter 'Timestamp'" : "header 'x-acs-date'";
      throw invalidArgument(`The ${name} must be a time such as 2026-01-02T03:04:05Z.`);
    }
    return this.#lastTimestampMs;
  }
}

function verifySignature(credentials: Credentials, key: AccessKey): void {
  if (credentials.kind === 'rpc') {
    const { method, parameters, signature } = credentials;
    const coverage = verifyRpc(method, parameters, key.rpc, signature);
    if (coverage === null) throw notMatching(rpcStringToSign(method, parameters));
    if (coverage === 'valued') takeOutEmpty(parameters);
    return;
  }
  if (credentials.kind === 'roa') {
    const stringToSign = roaStringToSign(credentials.request);
    if (!sameSignature(key.roa.signText(stringToSign, 'base64'), credentials.signature))
      throw notMatching(stringToSign);
    return;
  }
  const { algorithm, request, signedHeaders, signature } = credentials;
  const stringToSign = acs3StringToSign(algorithm, request, signedHeaders);
  if (!sameSignature(key.acs3[algorithm].signText(stringToSign, 'hex'), signature)) throw notMatching(stringToSign);
}

/** An empty value clears a field in UpdateFlow, so one that is not signed must not count. */
function takeOutEmpty(parameters: Map<string, string>): void {
  for (const [name, value] of parameters) if (value === '') parameters.delete(name);
}

/** Clients look for the text behind `string to sign is:` and compare it with their own (wire.md 7.2). */
function notMatching(stringToSign: string): ApiError {
  const shown = stringToSign.slice(0, SHOWN_STRING_TO_SIGN);
  return new ApiError('SignatureNotMatch', `${ERRORS.SignatureNotMatch.message} server string to sign is:${shown}`);
}

function verifyToken(given: string | null, key: AccessKey, nowMs: number): void {
  if (key.securityToken !== null && given === null) throw apiError('MissingSecurityToken');
  if (!sameSignature(key.securityToken?.reveal() ?? '', given ?? '')) throw apiError('InvalidSecurityToken.Malformed');
  if (key.expiresMs !== null && nowMs >= key.expiresMs) throw apiError('InvalidSecurityToken.Expired');
}
