/**
 * Requests that no client sends, signed without a client. The signatures are written from rules.md 3.1–3.3 and share no code with the
 * server.
 */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export interface Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON. @throws {SyntaxError} */
  json(): Record<string, unknown>;
}

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Sends a request unchanged. */
export function sendRaw(url: string, raw: RawRequest): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      new URL(raw.path ?? '/', url),
      { method: raw.method ?? 'POST', headers: raw.headers ?? {} },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: () => JSON.parse(text) as Record<string, unknown>,
          });
        });
      },
    );
    request.on('error', reject);
    request.end(raw.body);
  });
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function formOf(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
}

/** `2026-01-02T03:04:05Z` */
export function timestamp(ms: number = Date.now()): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The parameters of an RPC call with its signature. `change` replaces common parameters; undefined leaves one out. */
export function signRpc(
  key: Key,
  parameters: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string | undefined>> = {},
  method = 'POST',
): Record<string, string> {
  const all = Object.fromEntries(
    Object.entries({
      Format: 'JSON',
      Version: '2019-03-15',
      AccessKeyId: key.accessKeyId,
      SignatureMethod: 'HMAC-SHA1',
      SignatureVersion: '1.0',
      SignatureNonce: randomUUID(),
      Timestamp: timestamp(),
      SecurityToken: key.securityToken,
      ...parameters,
      ...change,
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const canonical = formOf(Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))));
  const signature = createHmac('sha1', `${key.accessKeySecret}&`)
    .update(`${method}&%2F&${encode(canonical)}`)
    .digest('base64');
  return { ...all, Signature: signature };
}

const FORM = 'application/x-www-form-urlencoded';

/** Calls an action with an RPC signature, with all parameters in the form. */
export function callRpc(
  url: string,
  key: Key,
  parameters: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string | undefined>> = {},
): Promise<RawReply> {
  return sendRaw(url, { headers: { 'content-type': FORM }, body: formOf(signRpc(key, parameters, change)) });
}

export interface Acs3Options {
  /** Header names left out of the request. */
  readonly without?: readonly string[];
  readonly contentType?: string;
}

/** Calls an action with an ACS3-HMAC-SHA256 signature and the unchanged `body`. */
export function callAcs3(
  url: string,
  key: Key,
  action: string,
  body: string,
  options: Acs3Options = {},
): Promise<RawReply> {
  const bodyHash = createHash('sha256').update(body).digest('hex');
  const headers: Record<string, string> = {
    host: new URL(url).host,
    'content-type': options.contentType ?? FORM,
    'x-acs-action': action,
    'x-acs-version': '2019-03-15',
    'x-acs-date': timestamp(),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-content-sha256': bodyHash,
  };
  for (const name of options.without ?? []) delete headers[name];
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const canonical = ['POST', '/', '', lines, names.join(';'), bodyHash].join('\n');
  const text = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`;
  const signature = createHmac('sha256', key.accessKeySecret).update(text).digest('hex');
  const authorization = `ACS3-HMAC-SHA256 Credential=${key.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return sendRaw(url, { headers: { ...headers, authorization }, body });
}

export { encode, formOf };
