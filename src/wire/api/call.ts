/**
 * Makes a call from a request whose body was read: recognizes the request shape (rules.md 2.2), checks that the parameters or
 * headers of that shape are present, and collects the credentials. `auth/` verifies them.
 */
import { cut } from '../../base/text.ts';
import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { ApiError, apiError, invalidArgument } from '../../api/error.ts';
import type { Credentials } from '../../auth/authenticator.ts';
import { isLoopback } from '../../base/loopback.ts';
import { acs3BodyHash } from '../../signatures/acs3.ts';
import { parseAcs3Authorization, parseRoaAuthorization } from './authorization.ts';
import { canonicalHeaders } from './signed-headers.ts';

const API_VERSION = '2019-03-15';

export interface CallSource {
  readonly method: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingHttpHeaders;
  readonly query: ReadonlyMap<string, string>;
  /** Query and body together. */
  readonly parameters: Map<string, string>;
  readonly body: Buffer;
  /** Whether the connection is encrypted. */
  readonly secureTransport: boolean;
  readonly socket: Socket;
}

export interface WireCall {
  readonly action: string;
  /** Null only when authentication is off. */
  readonly credentials: Credentials | null;
}

/**
 * Reads a call when authentication is on: it must be signed.
 * @throws {ApiError} `MissingRequiredParams`, `MissingRequiredHeader`, `APIVersionNotSupported`, `InvalidArgument`.
 */
export function readSignedCall(source: CallSource): WireCall {
  const { parameters } = source;
  const { authorization } = source.headers;
  if (authorization !== undefined && isAcs3(source.headers)) return readAcs3Call(source, authorization);
  if (authorization?.startsWith('acs ') === true) {
    return readRoaCall(source, authorization);
  }
  if (parameters.has('Signature') && parameters.has('AccessKeyId')) return readRpcCall(source);
  if (parameters.has('BearerToken') || source.headers['x-acs-bearer-token'] !== undefined) {
    throw invalidArgument("The parameter 'BearerToken' is not supported: sign the request with an access key.");
  }
  throw unsigned(source);
}

/** Reads a call when authentication is off: it needs no signature, and a signature is ignored. */
export function readOpenCall(source: CallSource): WireCall {
  const { headers, parameters } = source;
  const inHeaders = isAcs3(headers) || !parameters.has('Action');
  const action = (inHeaders ? singleHeader(headers, 'x-acs-action') : null) ?? required(parameters, 'Action');
  const version = (inHeaders ? singleHeader(headers, 'x-acs-version') : null) ?? required(parameters, 'Version');
  checkVersion(version);
  return { action, credentials: null };
}

/** Whether the request has an ACS3 signature: action and caller are then in headers, not in parameters. */
function isAcs3(headers: IncomingHttpHeaders): boolean {
  return headers.authorization?.startsWith('ACS3-') === true;
}

function readRpcCall({ method, parameters }: CallSource): WireCall {
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
  return {
    action,
    credentials: { kind: 'rpc', accessKeyId, securityToken, timestamp, nonce, signature, method, parameters },
  };
}

function readAcs3Call(source: CallSource, authorization: string): WireCall {
  const headers = canonicalHeaders(source.rawHeaders);
  const { algorithm, accessKeyId, signedHeaders, signature } = parseAcs3Authorization(authorization);
  const action = requiredHeader(headers, 'x-acs-action');
  const version = requiredHeader(headers, 'x-acs-version');
  const timestamp = requiredHeader(headers, 'x-acs-date');
  const nonce = requiredHeader(headers, 'x-acs-signature-nonce');
  requiredHeader(headers, 'x-acs-content-sha256');
  requireSigned(headers, signedHeaders);
  checkVersion(version);
  const stated = headers.get('x-acs-accesskey-id');
  if (stated !== undefined && stated !== accessKeyId) {
    throw invalidArgument("The header 'x-acs-accesskey-id' differs from the Credential in 'Authorization'.");
  }
  // The hash of the received body, not the one in the header, so that the signature of a changed body does not match.
  const request = {
    method: source.method,
    path: '/',
    query: source.query,
    headers,
    bodyHash: acs3BodyHash(algorithm, source.body),
  };
  const securityToken = headers.get('x-acs-security-token') || null;
  const signed = { accessKeyId, securityToken, timestamp, nonce, signature, algorithm, request, signedHeaders };
  return { action, credentials: { kind: 'acs3', ...signed } };
}

function readRoaCall(source: CallSource, authorization: string): WireCall {
  const { method, query, parameters } = source;
  const headers = canonicalHeaders(source.rawHeaders);
  const { accessKeyId, signature } = parseRoaAuthorization(authorization);
  const action = headers.get('x-acs-action') || required(parameters, 'Action');
  const version = headers.get('x-acs-version') || required(parameters, 'Version');
  const timestamp = requiredHeader(headers, 'date');
  const nonce = requiredHeader(headers, 'x-acs-signature-nonce');
  checkVersion(version);
  for (const [name, value] of query) {
    // ROA joins the query without escaping, so such a parameter could have the same signature as other parameters.
    if (/[&=]/.test(name) || value.includes('&')) {
      throw invalidArgument(
        `The parameter '${cut(name, 100)}' cannot be in the query of a ROA-style call: it holds '&' or '='.`,
      );
    }
  }
  requireCoveredBody(source, headers);
  const securityToken = headers.get('x-acs-security-token') || null;
  const request = { method, path: '/', query, headers };
  return { action, credentials: { kind: 'roa', accessKeyId, securityToken, timestamp, nonce, signature, request } };
}

/**
 * The ROA signature covers a body only through `Content-MD5`. Without that header, a body is accepted only from a connection on
 * which no one could have changed it: an encrypted one, or one from this machine.
 */
function requireCoveredBody({ body, secureTransport, socket }: CallSource, headers: ReadonlyMap<string, string>): void {
  const md5 = headers.get('content-md5');
  if (md5 !== undefined) {
    if (hash('md5', body, 'base64') !== md5) throw invalidArgument("The header 'Content-MD5' does not match the body.");
    return;
  }
  if (body.length === 0 || secureTransport || isLoopback(socket.remoteAddress ?? '')) return;
  throw apiError('MissingRequiredHeader', 'Content-MD5');
}

/** The error for an unsigned call: names the first missing header or parameter of the shape that it resembles. */
function unsigned({ parameters, headers }: CallSource): ApiError {
  if (!parameters.has('Action') && headers['x-acs-action'] !== undefined) {
    return apiError('MissingRequiredHeader', 'Authorization');
  }
  for (const name of ['Action', 'Version', 'AccessKeyId']) {
    if (!parameters.get(name)) return apiError('MissingRequiredParams', name);
  }
  return apiError('MissingRequiredParams', 'Signature');
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

/** The signature must cover `host` and every `x-acs-*` header of the request (rules.md 3.3). */
function requireSigned(headers: ReadonlyMap<string, string>, signedHeaders: string): void {
  const listed = new Set(signedHeaders.split(';'));
  if (!headers.has('host')) throw apiError('MissingRequiredHeader', 'host');
  for (const name of headers.keys()) {
    if ((name === 'host' || name.startsWith('x-acs-')) && !listed.has(name)) {
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
