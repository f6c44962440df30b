/**
 * A call of the API as text to copy: for a shell, and for the programs and SDKs that people have. A sample never has a key; it reads
 * the key from the environment, or names the place for it.
 */

export interface ApiCall {
  readonly action: string;
  /** Texts, as everywhere in the API. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface ApiServer {
  /** Where the API is, with `/` at the end. */
  readonly url: string;
  /** False: the server takes calls without a signature. */
  readonly signs: boolean;
  readonly region: string;
}

export const SAMPLE_KINDS = ['curl', 'node', 'python', 'aliyun', 'millrace'] as const;
export type SampleKind = (typeof SAMPLE_KINDS)[number];

/** Names of programs, which are the same in every language. */
export const SAMPLE_TITLES: Readonly<Record<SampleKind, string>> = {
  curl: 'curl',
  node: 'Node.js SDK',
  python: 'Python SDK',
  aliyun: 'aliyun CLI',
  millrace: 'millrace call',
};

const VERSION = '2019-03-15';
/** A call may take as long as an Express execution, and a little longer. */
const LONGEST_SECONDS = 310;

export function callSample(kind: SampleKind, call: ApiCall, server: ApiServer): string {
  switch (kind) {
    case 'curl':
      return server.signs ? signedCurl(call, server) : plainCurl(call, server);
    case 'node':
      return nodeProgram(call, server);
    case 'python':
      return pythonProgram(call, server);
    case 'aliyun':
      return aliyunCommand(call, server);
    case 'millrace':
      return millraceCommand(call, server);
  }
}

/** The API of the server that this page comes from: one level above the console, also behind a prefix. */
export function apiUrl(): string {
  return new URL('../', document.baseURI).href;
}

/** A word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function plainCurl({ action, parameters }: ApiCall, { url }: ApiServer): string {
  const address = `${url}?Action=${action}&Version=${VERSION}`;
  return command([
    `curl -s ${shellWord(address)}`,
    ...Object.entries(parameters).map(([name, value]) => `--data-urlencode ${shellWord(`${name}=${value}`)}`),
  ]);
}

/** The body is fixed, so the shell has to compute two digests and a signature, for which openssl is enough. */
function signedCurl({ action, parameters }: ApiCall, { url }: ApiServer): string {
  const body = Object.entries(parameters)
    .map(([name, value]) => `${percent(name)}=${percent(value)}`)
    .join('&');
  const { host } = new URL(url);
  const signed = [
    'content-type',
    'host',
    'x-acs-action',
    'x-acs-content-sha256',
    'x-acs-date',
    'x-acs-signature-nonce',
    'x-acs-version',
  ].join(';');
  return `# Put an access key into these two variables.
id=$ALIBABA_CLOUD_ACCESS_KEY_ID secret=$ALIBABA_CLOUD_ACCESS_KEY_SECRET
body=${shellWord(body)}
digest() { openssl dgst -sha256 "$@" | sed 's/.* //'; }
date=$(date -u +%Y-%m-%dT%H:%M:%SZ) nonce=$(openssl rand -hex 16) sum=$(printf %s "$body" | digest)
type=application/x-www-form-urlencoded
request=$(printf '%s\\n' POST / '' "content-type:$type" ${shellWord(`host:${host}`)} x-acs-action:${action} \\
  "x-acs-content-sha256:$sum" "x-acs-date:$date" "x-acs-signature-nonce:$nonce" x-acs-version:${VERSION} '' \\
  '${signed}' "$sum")
text=$(printf 'ACS3-HMAC-SHA256\\n%s' "$(printf %s "$request" | digest)")
signature=$(printf %s "$text" | digest -hmac "$secret")
${command([
  `curl -s ${shellWord(url)}`,
  `-H "content-type: $type"`,
  `-H 'x-acs-action: ${action}'`,
  `-H 'x-acs-version: ${VERSION}'`,
  '-H "x-acs-date: $date"',
  '-H "x-acs-signature-nonce: $nonce"',
  '-H "x-acs-content-sha256: $sum"',
  `-H "Authorization: ACS3-HMAC-SHA256 Credential=$id,SignedHeaders=${signed},Signature=$signature"`,
  '--data-binary "$body"',
])}`;
}

/** Every byte but the unreserved characters of RFC 3986. */
function percent(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}

function nodeProgram({ action, parameters }: ApiCall, { url }: ApiServer): string {
  return `// npm install @alicloud/pop-core
import RPCClient from '@alicloud/pop-core';

const client = new RPCClient({
  endpoint: ${JSON.stringify(url.replace(/\/$/, ''))},
  apiVersion: '${VERSION}',
  accessKeyId: process.env.ALIBABA_CLOUD_ACCESS_KEY_ID,
  accessKeySecret: process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
  opts: { timeout: ${LONGEST_SECONDS}_000 },
});
const reply = await client.request('${action}', ${JSON.stringify(parameters, null, 2)}, { method: 'POST' });
console.log(reply);
`;
}

function pythonProgram({ action, parameters }: ApiCall, { url }: ApiServer): string {
  const { host, protocol } = new URL(url);
  const given = Object.entries(parameters).map(([name, value]) => `    ${snakeCase(name)}=${JSON.stringify(value)},`);
  return `# pip install alibabacloud_fnf20190315
import os
from alibabacloud_fnf20190315 import models
from alibabacloud_fnf20190315.client import Client
from alibabacloud_tea_openapi.utils_models import Config

client = Client(Config(
    endpoint=${JSON.stringify(host)},
    protocol=${JSON.stringify(protocol.replace(':', ''))},
    access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
    access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
    read_timeout=${LONGEST_SECONDS}_000,
))
reply = client.${snakeCase(action)}(models.${action}Request(
${given.join('\n')}
))
print(reply.body)
`;
}

function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, '_$&').toLowerCase();
}

function aliyunCommand({ action, parameters }: ApiCall, { url, region }: ApiServer): string {
  const { host, protocol } = new URL(url);
  return `${command([
    `aliyun fnf ${action}`,
    ...Object.entries(parameters).map(([name, value]) => `--${name} ${shellWord(value)}`),
    `--endpoint ${shellWord(host)}${protocol === 'http:' ? ' --insecure' : ''}`,
    `--region ${shellWord(region)} --read-timeout ${LONGEST_SECONDS}`,
    '--access-key-id "$ALIBABA_CLOUD_ACCESS_KEY_ID" --access-key-secret "$ALIBABA_CLOUD_ACCESS_KEY_SECRET"',
  ])}`;
}

function millraceCommand({ action, parameters }: ApiCall, { url }: ApiServer): string {
  return command([
    `millrace call ${action} --endpoint ${shellWord(url.replace(/\/$/, ''))}`,
    ...Object.entries(parameters).map(([name, value]) => shellWord(`${name}=${value}`)),
  ]);
}

function command(parts: readonly string[]): string {
  return parts.join(' \\\n  ');
}
