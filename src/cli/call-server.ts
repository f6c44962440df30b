/**
 * A call of a running server from a command: signed as every client signs, with the key that the server takes from the
 * same settings. Every way in which it can fail ends in a sentence that says what to do.
 */
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import { systemClock } from '../base/clock.ts';
import { systemIds } from '../base/ids.ts';
import { isJsonObject, memberOf, parseJson } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { readRootKey } from '../config/root-key.ts';
import type { RootKey } from '../config/root-key.ts';
import type { Settings } from '../config/settings.ts';
import { rpcKey, signRpc } from '../signatures/rpc.ts';
import type { Host } from './host.ts';
import { StartFault } from './host.ts';
import { readSettings, startFaultFor } from './settings.ts';

export type ServerReply = JsonObject;

/** Longest silence of the server. */
const PATIENCE_MS = 30_000;
/** The most that is read of an answer. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Calls an action and gives its reply.
 * @param endpoint URL of the server; null: where the settings say.
 * @throws {StartFault} when there is no key, no server or no good answer.
 */
export async function callServer(
  host: Host,
  endpoint: string | null,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<ServerReply> {
  const settings = await readSettings(host);
  const url = endpoint === null ? addressOf(settings) : parseEndpoint(endpoint);
  const body = formOf({ Action: action, Version: '2019-03-15', Format: 'JSON', ...parameters }, keyOf(settings));
  const answer = await post(url, body, settings.tls === null ? null : settings.tls.certFile);
  return replyOf(answer, url);
}

/** Where a server with these settings is reached from its own machine. */
function addressOf({ listen, tls }: Settings): URL {
  if (listen.port === 0) {
    throw new StartFault(
      'the setting listen has port 0, which picks a free one: say where the server is with --endpoint URL',
    );
  }
  const anyAddress: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const host = anyAddress[listen.host] ?? listen.host;
  return new URL(`${tls === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${listen.port}/`);
}

function parseEndpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new StartFault(`the endpoint ${JSON.stringify(text)} is not a URL such as http://127.0.0.1:7780`);
}

/** The root key that the server has; null for one that asks for none. @throws {StartFault} */
function keyOf(settings: Settings): Pick<RootKey, 'accessKeyId' | 'accessKeySecret'> | null {
  const key = settings.rootKey ?? startFaultFor(() => readRootKey(settings.data));
  if (key !== null || settings.auth === 'off') return key;
  throw new StartFault(
    `there is no access key: ${settings.data} holds none. Set MILLRACE_DATA to the server's data folder, or ` +
      'MILLRACE_ACCESS_KEY_ID and MILLRACE_ACCESS_KEY_SECRET to its key',
  );
}

function formOf(parameters: Readonly<Record<string, string>>, key: ReturnType<typeof keyOf>): string {
  if (key === null) return new URLSearchParams(parameters).toString();
  const all = new Map(
    Object.entries({
      ...parameters,
      AccessKeyId: key.accessKeyId,
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
}

/** @param certFile the server's own certificate, which is trusted beside those that everybody trusts; null: none. */
function post(url: URL, body: string, certFile: string | null): Promise<Answer> {
  const own = url.protocol === 'https:' && certFile !== null ? readIfThere(certFile) : null;
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    timeout: PATIENCE_MS,
    ...(own !== null && { ca: [...rootCertificates, own], allowPartialTrustChain: true }),
  };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(new StartFault(`cannot call ${url.origin}: ${reasonOf(error)}`, { cause: error }));
    };
    const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
    request.on('response', (response) => void read(response).then(resolve, fail));
    request.on('timeout', () => request.destroy(new Error(`it has not answered for ${PATIENCE_MS / 1000} s`)));
    request.on('error', fail);
    request.end(body);
  });
}

/** A certificate that this user may not read is not trusted, which the handshake then says. */
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
    if (bytes > MAX_ANSWER_BYTES) throw new Error('its answer does not end');
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing serves there. Start the server, or say where it is with --endpoint URL',
  ENOTFOUND: 'the host name is not known',
  ECONNRESET: 'the connection was closed. Is this the right address, and is it http or https?',
  HPE_INVALID_CONSTANT: 'what serves there does not speak HTTP. Is it https?',
};

function reasonOf(error: Error): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? (error.message || code);
}

function replyOf({ status, text }: Answer, url: URL): ServerReply {
  const body = parsed(text);
  const code = isJsonObject(body) ? memberOf(body, 'Code') : undefined;
  if (isJsonObject(body) && code !== undefined) {
    throw new StartFault(`${String(code)}: ${String(memberOf(body, 'Message') ?? '')}`);
  }
  if (status === 200 && isJsonObject(body)) return body;
  throw new StartFault(
    `what serves at ${url.origin} is not Millrace: it answered ${status} without a reply of the API`,
  );
}

function parsed(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
