/**
 * Makes a call from a request: recognizes the request shape (rules.md 2.2), checks that the parameters or headers of that shape
 * are present, and has `auth/` verify the caller. It does so in two steps. A signature in headers is verified when the head has
 * arrived, and the body is read only then. A signature in parameters may be in the body, so the head shows at most who the
 * caller claims to be. In both steps no body is parsed as JSON before the signature is good.
 */
import { cut } from '../../base/text.ts';
import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError, apiError, invalidArgument } from '../../api/error.ts';
import { ERRORS } from '../../api/errors.ts';
import { signatureNotMatch } from '../../auth/authenticator.ts';
import type { Authenticator, HeaderCredentials, RpcCredentials } from '../../auth/authenticator.ts';
import type { AccessKey } from '../../auth/key-ring.ts';
import { acs3BodyHash, acs3StringToSign } from '../../signatures/acs3.ts';
import { parseAcs3Authorization, parseRoaAuthorization } from './authorization.ts';
import type { BodyType } from './request-parameters.ts';
import { canonicalHeaders } from './signed-headers.ts';

const API_VERSION = '2019-03-15';
/** Beside every `x-acs-*`: another type would make other parameters of the same body. */
const MUST_BE_SIGNED: ReadonlySet<string> = new Set(['host', 'content-type']);
/** More than any client signs. It bounds the work on a list from a caller that is not known yet. */
const MAX_SIGNED_HEADERS = 1000;

export interface RequestHead {
  readonly method: string;
  /** As it is signed; absent for `/`, which is the path of every call of the API. */
  readonly path?: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingHttpHeaders;
  readonly query: ReadonlyMap<string, string>;
  /** Null: the request has no body. */
  readonly bodyType: BodyType | null;
}

export interface WireCall {
  readonly action: string;
  /** Null only when authentication is off. */
  readonly key: AccessKey | null;
}

/** A call whose signature in headers is verified. The body has yet to show that it is the one that was signed. */
export interface HeaderCall {
  /** Null: a parameter names it. */
  readonly action: string | null;
  readonly key: AccessKey;
  readonly credentials: HeaderCredentials;
}

/**
 * Checks the caller as far as the head shows it, when authentication is on. Returns null for a call whose signature is in its
 * parameters.
 * @throws {ApiError} as rules.md 3.7 lists.
 */
export function checkHead(head: RequestHead, authenticator: Authenticator): HeaderCall | null {
  const { authorization } = head.headers;
  if (authorization !== undefined && isAcs3(head.headers)) {
    return verified(readAcs3Head(head, authorization), authenticator);
  }
  if (authorization?.startsWith('acs ') === true) return verified(readRoaHead(head, authorization), authenticator);
  if (head.bodyType !== null) checkClaim(head, authenticator);
  return null;
}

/**
 * Checks the body of a call whose head was verified, before it is parsed. `isSafe` says whether no one on the way can have
 * changed it.
 * @throws {ApiError} `SignatureNotMatch`, `InvalidArgument`, `MissingRequiredHeader`, `SignatureNonceUsed`.
 */
export function acceptBody(
  { key, credentials }: HeaderCall,
  body: Buffer,
  isSafe: () => boolean,
  authenticator: Authenticator,
): void {
  if (credentials.kind === 'roa') {
    requireCoveredBody(body, isSafe, credentials.request.headers);
  } else {
    const { algorithm, request, signedHeaders } = credentials;
    const bodyHash = acs3BodyHash(algorithm, body);
    if (bodyHash !== request.bodyHash) {
      throw signatureNotMatch(acs3StringToSign(algorithm, { ...request, bodyHash }, signedHeaders));
    }
  }
  authenticator.accept(credentials, key);
}

/**
 * Names the action of a call that was accepted.
 * @throws {ApiError} `MissingRequiredParams`, `APIVersionNotSupported`.
 */
export function readHeaderCall({ action, key }: HeaderCall, parameters: ReadonlyMap<string, string>): WireCall {
  if (action !== null) return { action, key };
  checkVersion(required(parameters, 'Version'));
  return { action: required(parameters, 'Action'), key };
}

/**
 * Reads and verifies a call whose signature is among its parameters. Removes the parameters that it does not cover.
 * @throws {ApiError} as rules.md 3.7 lists.
 */
export function readSignedCall(
  head: RequestHead,
  parameters: Map<string, string>,
  authenticator: Authenticator,
): WireCall {
  if (!parameters.has('Signature') || !parameters.has('AccessKeyId')) throw unsigned(parameters, head.headers);
  const { action, credentials } = readRpcCall(head.method, parameters);
  const key = authenticator.verify(credentials);
  authenticator.accept(credentials, key);
  return { action, key };
}

/** Reads a call when authentication is off: it needs no signature, and a signature is ignored. */
export function readOpenCall({ headers }: RequestHead, parameters: ReadonlyMap<string, string>): WireCall {
  const inHeaders = isAcs3(headers) || !parameters.has('Action');
  const action = (inHeaders ? singleHeader(headers, 'x-acs-action') : null) ?? required(parameters, 'Action');
  const version = (inHeaders ? singleHeader(headers, 'x-acs-version') : null) ?? required(parameters, 'Version');
  checkVersion(version);
  return { action, key: null };
}

/** Whether the request has an ACS3 signature: action and caller are then in headers, not in parameters. */
function isAcs3(headers: IncomingHttpHeaders): boolean {
  return headers.authorization?.startsWith('ACS3-') === true;
}

function verified({ action, credentials }: HeaderClaim, authenticator: Authenticator): HeaderCall {
  return { action, key: authenticator.verify(credentials), credentials };
}

/**
 * Refuses a request whose body need not be read: no parameter in it could make its caller known. Typed SDKs have the common
 * parameters in the query; the key and the time in it are checked before a form is read, unless it is short.
 */
function checkClaim({ method, headers, query, bodyType }: RequestHead, authenticator: Authenticator): void {
  const claims = query.has('Signature') && query.has('AccessKeyId');
  if (bodyType === 'json') throw claims ? jsonUnsigned() : unsigned(query, headers, 'Authorization');
  // A short form costs less to read than this check, which is made again with the signature.
  if (!claims || Number(headers['content-length']) <= SHORT_FORM_BYTES) return;
  if (COMMON.every((name) => query.get(name))) authenticator.identify(readRpcCall(method, query).credentials);
}

const SHORT_FORM_BYTES = 16 * 1024;

/** The parameters that every RPC call has. */
const COMMON = [
  'Action',
  'Version',
  'AccessKeyId',
  'Signature',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureNonce',
  'Timestamp',
];

function readRpcCall(
  method: string,
  parameters: ReadonlyMap<string, string>,
): { readonly action: string; readonly credentials: RpcCredentials } {
  const action = required(parameters, 'Action');
  const version = required(parameters, 'Version');
  const accessKeyId = required(parameters, 'AccessKeyId');
  const signature = required(parameters, 'Signature');
  const signatureMethod = required(parameters, 'SignatureMethod');
  const signatureVersion = required(parameters, 'SignatureVersion');
  const nonce = required(parameters, 'SignatureNonce');
  const timestamp = required(parameters, 'Timestamp');
  checkVersion(version);
  if (signatureMethod !== 'HMAC-SHA1' && signatureMethod.toUpperCase() !== 'HMAC-SHA1') {
    throw invalidArgument("The parameter 'SignatureMethod' must be HMAC-SHA1.");
  }
  if (signatureVersion !== '1.0') throw invalidArgument("The parameter 'SignatureVersion' must be 1.0.");
  const securityToken = parameters.get('SecurityToken') || null;
  const signed = { accessKeyId, securityToken, timestamp, nonce, signature };
  return { action, credentials: { kind: 'rpc', ...signed, method, parameters: parameters as Map<string, string> } };
}

interface HeaderClaim {
  readonly action: string | null;
  readonly credentials: HeaderCredentials;
}

function readAcs3Head({ method, path = '/', query, rawHeaders }: RequestHead, authorization: string): HeaderClaim {
  const headers = canonicalHeaders(rawHeaders);
  const { algorithm, accessKeyId, signedHeaders, signature } = parseAcs3Authorization(authorization);
  const action = requiredHeader(headers, 'x-acs-action');
  const version = requiredHeader(headers, 'x-acs-version');
  const timestamp = requiredHeader(headers, 'x-acs-date');
  const nonce = requiredHeader(headers, 'x-acs-signature-nonce');
  // The signature covers the hash that the header states. `acceptBody` compares it with that of the body.
  const bodyHash = requiredHeader(headers, 'x-acs-content-sha256');
  requireSigned(headers, signedHeaders);
  checkVersion(version);
  const stated = headers.get('x-acs-accesskey-id');
  if (stated !== undefined && stated !== accessKeyId) {
    throw invalidArgument("The header 'x-acs-accesskey-id' differs from the Credential in 'Authorization'.");
  }
  const request = { method, path, query, headers, bodyHash };
  const securityToken = headers.get('x-acs-security-token') || null;
  const signed = { accessKeyId, securityToken, timestamp, nonce, signature, algorithm, request, signedHeaders };
  return { action, credentials: { kind: 'acs3', ...signed } };
}

function readRoaHead({ method, query, rawHeaders }: RequestHead, authorization: string): HeaderClaim {
  const headers = canonicalHeaders(rawHeaders);
  const { accessKeyId, signature } = parseRoaAuthorization(authorization);
  const timestamp = requiredHeader(headers, 'date');
  const nonce = requiredHeader(headers, 'x-acs-signature-nonce');
  const action = headers.get('x-acs-action') || null;
  if (action !== null) checkVersion(requiredHeader(headers, 'x-acs-version'));
  requirePlainQuery(query);
  const securityToken = headers.get('x-acs-security-token') || null;
  const request = { method, path: '/', query, headers };
  return { action, credentials: { kind: 'roa', accessKeyId, securityToken, timestamp, nonce, signature, request } };
}

/**
 * ROA joins the query without escaping, so `a=1&b=2` is the signed text of two parameters, and of one whose value is `1&b=2`. Anyone
 * on the way could turn one into the other, and no check can find out which the caller signed. So there may be one parameter, which
 * has neither `&` nor a name with `=`. Others can be in the body.
 */
function requirePlainQuery(query: ReadonlyMap<string, string>): void {
  for (const [name, value] of query) {
    if (/[&=]/.test(name) || value.includes('&')) {
      throw invalidArgument(
        `The parameter '${cut(name, 100)}' cannot be in the query of a ROA-style call: it holds '&' or '='.`,
      );
    }
  }
  if (query.size > 1) {
    throw invalidArgument(
      'The query of a ROA-style call has more than one parameter, and its signature does not cover where one ends. Send the parameters in the body, or sign with ACS3-HMAC-SHA256.',
    );
  }
}

/**
 * The ROA signature covers a body only through `Content-MD5`. Without that header, a body is accepted only from a connection on
 * which no one could have changed it.
 */
function requireCoveredBody(body: Buffer, isSafe: () => boolean, headers: ReadonlyMap<string, string>): void {
  const md5 = headers.get('content-md5');
  if (md5 === undefined) {
    if (body.length > 0 && !isSafe()) throw apiError('MissingRequiredHeader', 'Content-MD5');
  } else if (hash('md5', body, 'base64') !== md5) {
    throw invalidArgument("The header 'Content-MD5' does not match the body.");
  }
}

/** The error for an unsigned call: names the first missing header or parameter of the shape that it resembles. */
function unsigned(
  parameters: ReadonlyMap<string, string>,
  headers: IncomingHttpHeaders,
  missing: 'Authorization' | 'Signature' = 'Signature',
): ApiError {
  if (parameters.has('BearerToken') || headers['x-acs-bearer-token'] !== undefined) {
    return invalidArgument("The parameter 'BearerToken' is not supported: sign the request with an access key.");
  }
  if (missing === 'Authorization' || (!parameters.has('Action') && headers['x-acs-action'] !== undefined)) {
    return apiError('MissingRequiredHeader', 'Authorization');
  }
  for (const name of ['Action', 'Version', 'AccessKeyId']) {
    if (!parameters.get(name)) return apiError('MissingRequiredParams', name);
  }
  return apiError('MissingRequiredParams', missing);
}

/** An RPC signature covers a form. */
function jsonUnsigned(): ApiError {
  const { message } = ERRORS.UnsupportedMediaType;
  return new ApiError(
    'UnsupportedMediaType',
    `${message} A JSON body needs a signature in headers (ACS3-HMAC-SHA256).`,
  );
}

function required(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name);
  if (value === undefined || value === '') throw apiError('MissingRequiredParams', name);
  return value;
}

function singleHeader(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}

function requiredHeader(headers: ReadonlyMap<string, string>, name: string): string {
  const value = headers.get(name);
  if (value === undefined || value === '') throw apiError('MissingRequiredHeader', name);
  return value;
}

/** The signature must cover `host`, `content-type` and every `x-acs-*` header of the request (rules.md 3.3). */
function requireSigned(headers: ReadonlyMap<string, string>, signedHeaders: string): void {
  const listed = new Set(signedHeaders.split(';', MAX_SIGNED_HEADERS + 1));
  if (listed.size > MAX_SIGNED_HEADERS) {
    throw invalidArgument(`The header 'Authorization' lists more than ${MAX_SIGNED_HEADERS} SignedHeaders.`);
  }
  if (!headers.has('host')) throw apiError('MissingRequiredHeader', 'host');
  for (const name of headers.keys()) {
    if ((MUST_BE_SIGNED.has(name) || name.startsWith('x-acs-')) && !listed.has(name)) {
      const message = apiError('MissingRequiredHeader', name).message;
      throw new ApiError('MissingRequiredHeader', `${message} It must be among SignedHeaders.`);
    }
  }
}

function checkVersion(version: string): void {
  if (version !== API_VERSION) {
    throw apiError('APIVersionNotSupported', cut(version, 100));
  }
}
