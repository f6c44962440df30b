/**
 * Calls a running server from a command. The call is signed like that of any client: with the key that the server finds in the
 * same settings, or with the key in the variables that the cloud's own clients read. Every failure becomes a sentence that says
 * what to do.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { systemClock } from '../base/clock.ts';
import { systemIds } from '../base/ids.ts';
import { isJsonObject, memberOf, parseJson } from '../base/json.ts';
import { http, loadHttps, loadTls } from '../base/node-http.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { readRootKey } from '../config/root-key.ts';
import type { RootKey } from '../config/root-key.ts';
import { Secret } from '../config/settings.ts';
import type { Settings } from '../config/settings.ts';
import { rpcKey, signRpc } from '../signatures/rpc.ts';
import type { Host } from './host.ts';
import { StartFault } from './host.ts';
import { readSettings, startFaultFor } from './settings.ts';

export type ServerReply = JsonObject;

/** The text of a reply, or of an object in it; empty when there is none. */
export function textOf(object: JsonObject, member: string): string {
  const value = memberOf(object, member);
  return typeof value === 'string' ? value : '';
}

/** Longest silence of the server. */
const PATIENCE_MS = 30_000;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Calls an action and returns its reply, with its warnings (docs/extensions.md).
 * @param endpoint URL of the server; null: the one in MILLRACE_ENDPOINT, else the address in the settings
 * @throws {StartFault} when there is no key, no server, or no reply with a result
 */
export async function callServer(
  host: Host,
  endpoint: string | null,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<ServerReply> {
  const call = await serverCalls(host, endpoint);
  return call(action, parameters);
}

/** Calls an action of one server, as {@link callServer}. @throws {StartFault} */
export type ServerCall = (action: string, parameters: Readonly<Record<string, string>>) => Promise<ServerReply>;

/** For a command that makes many calls: reads settings and key once. @throws {StartFault} when there is no key */
export async function serverCalls(host: Host, endpoint: string | null): Promise<ServerCall> {
  const settings = await readSettings(host);
  const named = endpoint ?? host.env['MILLRACE_ENDPOINT'];
  const url = named === undefined ? addressOf(settings) : parseEndpoint(named);
  const key = keyOf(host, settings);
  return async (action, parameters) => {
    const body = formOf({ Action: action, Version: '2019-03-15', Format: 'JSON', ...parameters }, key);
    const answer = await post(url, body, settings.tls === null ? null : settings.tls.certFile);
    return replyOf(answer, url);
  };
}

/** The server has answered with an error of the API. */
export class ServerRefusal extends StartFault {
  readonly code: string;
  /** When it is worth trying again, in milliseconds; null if the server does not say. */
  readonly retryAfterMs: number | null;

  constructor(code: string, message: string, retryAfterMs: number | null) {
    super(`${code}: ${message}`);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The URL of a server with these settings, as seen from its own machine. */
function addressOf({ listen, tls }: Settings): URL {
  if (listen.port === 0) {
    throw new StartFault(
      'the setting listen has port 0, with which the server picks a free port: pass its address with --endpoint URL',
    );
  }
  const anyAddress: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const host = anyAddress[listen.host] ?? listen.host;
  return new URL(`${tls === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${listen.port}/`);
}

function parseEndpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new StartFault(`the endpoint ${JSON.stringify(text)} is not a URL; write for example http://127.0.0.1:7780`);
}

interface CallKey extends Pick<RootKey, 'accessKeyId' | 'accessKeySecret'> {
  /** Of a temporary key. */
  readonly securityToken?: string;
}

/** The key of the call; null when authentication is off and there is none. @throws {StartFault} */
function keyOf(host: Host, settings: Settings): CallKey | null {
  const key = settings.rootKey ?? startFaultFor(() => readRootKey(settings.data)) ?? cloudKeyOf(host);
  if (key !== null || settings.auth === 'off') return key;
  throw new StartFault(
    `there is no access key in ${settings.data}. Set MILLRACE_DATA to the server's data folder, or ` +
      'MILLRACE_ACCESS_KEY_ID and MILLRACE_ACCESS_KEY_SECRET to its key',
  );
}

/** The key in the variables of the cloud's clients. It comes last: a developer often has a key of the cloud in the shell. */
function cloudKeyOf({ env }: Host): CallKey | null {
  const { ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret } = env;
  const { ALIBABA_CLOUD_SECURITY_TOKEN: securityToken } = env;
  if (!accessKeyId || !secret) return null;
  return { accessKeyId, accessKeySecret: new Secret(secret), ...(securityToken && { securityToken }) };
}

function formOf(parameters: Readonly<Record<string, string>>, key: CallKey | null): string {
  if (key === null) return new URLSearchParams(parameters).toString();
  const all = new Map(
    Object.entries({
      ...parameters,
      AccessKeyId: key.accessKeyId,
      ...(key.securityToken !== undefined && { SecurityToken: key.securityToken }),
      SignatureMethod: 'HMAC-SHA1',
      SignatureVersion: '1.0',
      SignatureNonce: systemIds.uuid(),
      Timestamp: new Date(systemClock.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z'),
    }),
  );
  all.set('Signature', signRpc('POST', all, rpcKey(key.accessKeySecret.reveal())));
  return new URLSearchParams([...all]).toString();
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs: number | null;
}

/** @param certFile the server's own certificate, which is trusted in addition to the usual authorities; null: none */
function post(url: URL, body: string, certFile: string | null): Promise<Answer> {
  const own = url.protocol === 'https:' && certFile !== null ? readIfThere(certFile) : null;
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-millrace-warnings': '1' },
    timeout: PATIENCE_MS,
    ...(own !== null && { ca: [...loadTls().rootCertificates, own], allowPartialTrustChain: true }),
  };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(new StartFault(`cannot call ${url.origin}: ${faultOf(error)}`, { cause: error }));
    };
    const request = url.protocol === 'https:' ? loadHttps().request(url, options) : http.request(url, options);
    request.on('response', (response) => void read(response).then(resolve, fail));
    request.on('timeout', () => request.destroy(new Error(`it has not answered within ${PATIENCE_MS / 1000} s`)));
    request.on('error', fail);
    request.end(body);
  });
}

/** Null for a certificate that this user cannot read; the handshake then fails and says so. */
function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`its answer has more than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  const retryAfter = response.headers['x-acs-retry-after'];
  return {
    status: response.statusCode ?? 0,
    text: Buffer.concat(chunks).toString(),
    retryAfterMs: typeof retryAfter === 'string' && /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : null,
  };
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'no server is listening there. Start the server, or pass its address with --endpoint URL',
  ENOTFOUND: 'the host name cannot be resolved. Check the address',
  ECONNRESET: 'the connection was closed. Check the address, and whether it must be http or https',
  HPE_INVALID_CONSTANT: 'the answer is not HTTP. Check the address, and whether it must be https',
};

function faultOf(error: Error): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? (error.message || code);
}

function replyOf({ status, text, retryAfterMs }: Answer, url: URL): ServerReply {
  const body = parsed(text);
  const code = isJsonObject(body) ? memberOf(body, 'Code') : undefined;
  if (isJsonObject(body) && code !== undefined) {
    throw new ServerRefusal(String(code), String(memberOf(body, 'Message') ?? ''), retryAfterMs);
  }
  if (status === 200 && isJsonObject(body)) return body;
  throw new StartFault(
    `the server at ${url.origin} is not Millrace: it answered ${status} without a reply of the API. Check the address`,
  );
}

function parsed(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
