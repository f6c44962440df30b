/**
 * Finds the caller of a request and checks its permissions (rules.md 3.6, 3.7, 3.9). The checks have a fixed
 * order: access key, time, signature, security token, nonce. `verify` makes all but the last, for a signature in headers before
 * the body arrives. `accept` remembers the nonce, after all other checks, so that no caller can use up the nonces of others.
 */
import { cut } from '../base/text.ts';
import { actionResource, furtherRights } from '../api/actions.ts';
import type { ActionName } from '../api/actions.ts';
import { ApiError, apiError, invalidArgument } from '../api/error.ts';
import { ERRORS } from '../api/errors.ts';
import type { Clock } from '../base/clock.ts';
import { formatTime } from '../base/clock.ts';
import { acs3Key, acs3StringToSign } from '../signatures/acs3.ts';
import type { Acs3Algorithm, Acs3Request } from '../signatures/acs3.ts';
import { sameSignature } from '../signatures/hmac.ts';
import { roaStringToSign } from '../signatures/roa.ts';
import type { RoaRequest } from '../signatures/roa.ts';
import { rpcStringToSign, verifyRpc } from '../signatures/rpc.ts';
import type { AccessKey, KeyRing } from './key-ring.ts';
import { NonceSharing } from './nonce-sharing.ts';
import type { NonceSharingOptions } from './nonce-sharing.ts';
import { NonceStore } from './nonces.ts';
import { decide } from './policy.ts';
import { parseHttpDate, parseTimestamp } from './timestamps.ts';

/** Signed with a secret to compare it with that of a key: no request signs this text. */
const PROVED = 'millrace proof of a secret';
const WINDOW_MS = 15 * 60 * 1000;
/** Most UTF-16 units of the string to sign that an error message contains. A longer one does not help the caller. */
const SHOWN_STRING_TO_SIGN = 16 * 1024;
/** Most UTF-16 units of a resource in a message. A resource with a valid name is shorter. */
const SHOWN_RESOURCE = 256;

/** The caller that a request names, and when it was sent: the first that is checked. */
export interface Claim {
  readonly kind: 'rpc' | 'acs3' | 'roa';
  readonly accessKeyId: string;
  readonly timestamp: string;
}

interface SignedBy extends Claim {
  readonly securityToken: string | null;
  readonly nonce: string;
  readonly signature: string;
}

/** A signature among the parameters, and what it covers. */
export type RpcCredentials = SignedBy & {
  readonly kind: 'rpc';
  readonly method: string;
  /** `verify` removes those that the signature does not cover. */
  readonly parameters: Map<string, string>;
};

/** A signature in headers, and what it covers. */
export type HeaderCredentials =
  | (SignedBy & {
      readonly kind: 'acs3';
      readonly algorithm: Acs3Algorithm;
      /** With the hash that the request states. The caller of `verify` compares it with that of the body. */
      readonly request: Acs3Request;
      readonly signedHeaders: string;
    })
  | (SignedBy & { readonly kind: 'roa'; readonly request: RoaRequest });

/** The caller that a signed request names, and the parts that its signature covers. */
type Credentials = RpcCredentials | HeaderCredentials;

/** A call that the caller's policies have to allow. */
export interface Call {
  /** `DescribeFlow` */
  readonly action: string;
  /** `flow/name`, or `*` for an action that needs no authorization. */
  readonly resource: string;
  readonly secureTransport: boolean;
  /** Empty if the connection is closed already. */
  readonly sourceIp: string;
}

export interface AuthenticatorOptions {
  /** Null: authentication is off, and every caller may do everything. */
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
  // The requests of one second have the same timestamp, so it is parsed once.
  #lastTimestamp = '';
  #lastTimestampMs: number | null = null;

  constructor(options: AuthenticatorOptions) {
    this.#keys = options.keys;
    this.#clock = options.clock;
    this.#account = options.account;
    this.#resourcePrefix = `acs:fnf:${options.region}:${options.account}:`;
  }

  /** Shares the nonces that it accepts with other processes, until the result is closed. */
  shareNonces(options: NonceSharingOptions): NonceSharing {
    return new NonceSharing(this.#nonces, options);
  }

  /** Remembers nonces that another process has accepted. */
  learnNonces(prints: Uint8Array): void {
    this.#nonces.learn(prints, this.#clock.nowMs());
  }

  /** True if authentication is off. No request is verified then. */
  get open(): boolean {
    return this.#keys === null;
  }

  /**
   * Returns the key that a request names, and checks its time. Reads nothing else of the request, so it refuses most strangers
   * at the cost of a look-up.
   * @throws {ApiError} as rules.md 3.7 lists.
   */
  identify(claim: Claim): AccessKey {
    const key = this.#keys?.get(claim.accessKeyId);
    if (key === undefined) throw apiError('InvalidAccessKeyID', cut(claim.accessKeyId, 128));
    this.#checkTime(claim);
    return key;
  }

  /**
   * Returns the key whose secret, and security token if it has one, the caller knows.
   * @throws {ApiError} as rules.md 3.7 lists; `SignatureNotMatch` for a wrong secret.
   */
  prove(accessKeyId: string, secret: string, securityToken: string | null): AccessKey {
    const key = this.#keys?.get(accessKeyId);
    if (key === undefined) throw apiError('InvalidAccessKeyID', cut(accessKeyId, 128));
    const proof = acs3Key('ACS3-HMAC-SHA256', secret).signText(PROVED, 'hex');
    if (!sameSignature(key.acs3['ACS3-HMAC-SHA256'].signText(PROVED, 'hex'), proof)) {
      throw new ApiError('SignatureNotMatch', 'The AccessKey secret is not that of this AccessKey ID.');
    }
    verifyToken(securityToken, key, this.#clock.nowMs());
    return key;
  }

  /** The key of an id; null when there is none, or when it has expired. */
  find(accessKeyId: string): AccessKey | null {
    const key = this.#keys?.get(accessKeyId) ?? null;
    if (key === null || (key.expiresMs !== null && this.#clock.nowMs() >= key.expiresMs)) return null;
    return key;
  }

  /**
   * Returns the key that signed the request. Removes the parameters that the signature does not cover. `accept` must follow.
   * @throws {ApiError} as rules.md 3.7 lists.
   */
  verify(credentials: Credentials): AccessKey {
    const key = this.identify(credentials);
    verifySignature(credentials, key);
    verifyToken(credentials.securityToken, key, this.#clock.nowMs());
    return key;
  }

  /**
   * Uses up the nonce of a request that was verified. The body may have arrived long after its head, so this checks the time
   * again: the nonce is remembered only while the request's time is acceptable.
   * @throws {ApiError} as rules.md 3.7 lists.
   */
  accept(credentials: SignedBy, key: AccessKey): void {
    const sentMs = this.#checkTime(credentials);
    const nowMs = this.#clock.nowMs();
    // If the caller's clock is ahead, the time check accepts the request for longer than WINDOW_MS from now.
    const untilMs = Math.max(nowMs, sentMs) + WINDOW_MS;
    if (!this.#nonces.remember(key.nonceSeeds, credentials.nonce, nowMs, untilMs)) throw apiError('SignatureNonceUsed');
  }

  /**
   * Returns if the key's policies allow a call of an action with these parameters, of which some need further rights.
   * @throws {ApiError} as `authorize`
   */
  authorizeAction(
    key: AccessKey,
    action: ActionName,
    parameters: ReadonlyMap<string, string>,
    from: Pick<Call, 'secureTransport' | 'sourceIp'>,
  ): void {
    this.authorize(key, { action, resource: actionResource(action, parameters), ...from });
    for (const right of furtherRights(action, parameters)) this.authorize(key, { ...right, ...from });
  }

  /**
   * Returns if the key's policies allow the call.
   * @throws {ApiError} `AccessDenied`, with the service's message (rules.md 3.7).
   */
  authorize(key: AccessKey, call: Call): void {
    if (key.policies === null || call.resource === '*') return;
    const action = `fnf:${call.action}`;
    const resource = this.#resourcePrefix + call.resource;
    const { secureTransport, sourceIp } = call;
    const nowMs = this.#clock.nowMs();
    // The address of a closed connection is unknown, and a Deny by address must not fail to apply because of that.
    const decision =
      sourceIp === '' ? 'ImplicitDeny' : decide(key.policies, { action, resource, nowMs, secureTransport, sourceIp });
    if (decision === 'Allow') return;
    const message = apiError('AccessDenied', action, cut(resource, SHOWN_RESOURCE)).message;
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

  #checkTime(claim: Claim): number {
    const nowMs = this.#clock.nowMs();
    const sentMs = this.#sentMs(claim);
    if (Math.abs(nowMs - sentMs) > WINDOW_MS) {
      throw apiError('RequestTimeTooSkewed', formatTime(sentMs), formatTime(nowMs));
    }
    return sentMs;
  }

  #sentMs({ kind, timestamp: text }: Claim): number {
    if (kind === 'roa') {
      const sentMs = parseHttpDate(text);
      if (sentMs !== null) return sentMs;
      throw invalidArgument("The header 'Date' must be a time such as Fri, 02 Jan 2026 03:04:05 GMT.");
    }
    if (text !== this.#lastTimestamp) {
      this.#lastTimestampMs = parseTimestamp(text);
      this.#lastTimestamp = text;
    }
    if (this.#lastTimestampMs === null) {
      const name = kind === 'rpc' ? "parameter 'Timestamp'" : "header 'x-acs-date'";
      throw invalidArgument(`The ${name} must be a time such as 2026-01-02T03:04:05Z.`);
    }
    return this.#lastTimestampMs;
  }
}

function verifySignature(credentials: Credentials, key: AccessKey): void {
  if (credentials.kind === 'rpc') {
    const { method, parameters, signature } = credentials;
    const coverage = verifyRpc(method, parameters, key.rpc, signature);
    if (coverage === null) throw signatureNotMatch(rpcStringToSign(method, parameters, SHOWN_STRING_TO_SIGN));
    if (coverage === 'valued') removeEmpty(parameters);
    return;
  }
  if (credentials.kind === 'roa') {
    const stringToSign = roaStringToSign(credentials.request);
    if (!sameSignature(key.roa.signText(stringToSign, 'base64'), credentials.signature))
      throw signatureNotMatch(stringToSign);
    return;
  }
  const { algorithm, request, signedHeaders, signature } = credentials;
  const stringToSign = acs3StringToSign(algorithm, request, signedHeaders);
  if (!sameSignature(key.acs3[algorithm].signText(stringToSign, 'hex'), signature))
    throw signatureNotMatch(stringToSign);
}

/** An empty value clears a field in UpdateFlow, so an empty value that is not signed must have no effect. */
function removeEmpty(parameters: Map<string, string>): void {
  for (const [name, value] of parameters) if (value === '') parameters.delete(name);
}

/** The error for a wrong signature. Clients compare the text after `string to sign is:` with their own (rules.md 2.7). */
export function signatureNotMatch(stringToSign: string): ApiError {
  const shown = cut(stringToSign, SHOWN_STRING_TO_SIGN);
  return new ApiError('SignatureNotMatch', `${ERRORS.SignatureNotMatch.message} server string to sign is:${shown}`);
}

function verifyToken(given: string | null, key: AccessKey, nowMs: number): void {
  if (key.securityToken !== null && given === null) throw apiError('MissingSecurityToken');
  if (!sameSignature(key.securityToken?.reveal() ?? '', given ?? '')) throw apiError('InvalidSecurityToken.Malformed');
  if (key.expiresMs !== null && nowMs >= key.expiresMs) throw apiError('InvalidSecurityToken.Expired');
}
