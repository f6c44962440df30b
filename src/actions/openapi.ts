/**
 * Any `<Product>:<Api>` (integrations.md 11; decisions.md 3.9): an RPC-style OpenAPI call, signed, parameters and
 * answer passed through. Fails as `<Product>.<Code>` with the product as the definition writes it.
 */
import type { Clock } from '../base/clock.ts';
import type { Ids } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import type { CloudCredentials, ProductSetting } from '../config/settings.ts';
import { acs3BodyHash, signAcs3 } from '../signatures/acs3.ts';
import { canonicalQuery } from '../signatures/percent.ts';
import { rpcKey, signRpc } from '../signatures/rpc.ts';
import type { Action, TaskCall, TaskResult } from './action.ts';
import { bodyMembers, textOf, untypedValue } from './body.ts';
import { withDeadline } from './deadline.ts';
import { headerOf } from './headers.ts';
import { productOf } from './products.ts';
import { beginning, failed, succeeded } from './results.ts';
import { flattenParameters } from './rpc-parameters.ts';
import type { Answer, Failure, Transport } from './transport.ts';

export interface OpenApiOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly credentials: CloudCredentials | null;
  readonly products: readonly ProductSetting[];
  /** Where a call goes that names no `RegionId`. */
  readonly region: string;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
}

/** What a call needs beside its parameters. */
interface Target {
  readonly api: string;
  readonly version: string;
  /** `https://host[:port]` */
  readonly endpoint: string;
  readonly signature: ProductSetting['signature'];
  readonly credentials: CloudCredentials;
}

interface Signed {
  readonly query: string;
  readonly headers: ReadonlyMap<string, string>;
}

/** The action of one operation of one product. */
export function openApiAction(options: OpenApiOptions, product: string, api: string): Action {
  async function run(call: TaskCall, outer: AbortSignal): Promise<TaskResult> {
    const target = targetOf(options, product, api, call.parameters);
    if ('error' in target) return failed(`${product}.${target.error}`, target.cause);
    const form = flattenParameters(call.parameters);
    const clash = target.signature === 'HMAC-SHA1' ? [...form.keys()].find((name) => COMMON.has(name)) : undefined;
    if (clash !== undefined)
      return failed(`${product}.InvalidParameter`, `the parameter ${clash} is set by the call itself`);
    const { value, timedOut } = await withDeadline(options.clock, outer, options.timeoutMs, (signal) =>
      exchange(target, form, signal),
    );
    if (value.kind === 'answer') return answerResult(product, api, value);
    if (timedOut)
      return failed(`${product}.Timeout`, `${api} at ${target.endpoint}: no answer within ${options.timeoutMs} ms`);
    return failed(`${product}.${FAILURES[value.reason]}`, `${api} at ${target.endpoint}: ${value.detail}`);
  }

  function exchange(target: Target, form: ReadonlyMap<string, string>, signal: AbortSignal): Promise<Answer | Failure> {
    const body = canonicalQuery(form);
    const nonce = options.ids.uuid();
    const time = new Date(options.clock.nowMs()).toISOString().replace(/\.\d+/, '');
    const { query, headers } =
      target.signature === 'HMAC-SHA1' ? signedRpc(target, form, nonce, time) : signedAcs3(target, body, nonce, time);
    const url = new URL(`/${query}`, target.endpoint);
    return options.transport.exchange(
      { url, method: 'POST', headers, body, maxBodyBytes: options.maxBodyBytes, trusted: true, repeatable: false },
      signal,
    );
  }

  return { run };
}

const FAILURES: Readonly<Record<Failure['reason'], string>> = {
  connection: 'ConnectionFailed',
  aborted: 'ConnectionFailed',
  address: 'ConnectionFailed',
  request: 'InvalidRequest',
  'too-large': 'ResponseTooLarge',
};

function targetOf(
  options: OpenApiOptions,
  product: string,
  api: string,
  parameters: JsonObject,
): Target | { readonly error: string; readonly cause: string } {
  const name = product.toLowerCase();
  const setting = options.products.find((each) => each.product === name);
  const known = productOf(name);
  const version = setting?.version ?? known.version;
  if (version === null) {
    const cause = `the API version of ${product} is not known; the setting products.${name}.version (and .endpoint) can name it`;
    return { error: 'ActionNotSupported', cause };
  }
  if (options.credentials === null) {
    const cause = `${product}:${api} is a call to the cloud; the settings cloud.accessKeyId and cloud.accessKeySecret must be given for it`;
    return { error: 'MissingCredentials', cause };
  }
  const region = textOf(parameters, 'RegionId') ?? options.region;
  if (!/^[a-z0-9-]{1,64}$/.test(region))
    return { error: 'InvalidParameter', cause: 'RegionId is not the name of a region' };
  return {
    api,
    version,
    endpoint: setting?.endpoint ?? `https://${known.host.replace('{region}', region)}`,
    signature: setting?.signature ?? 'ACS3-HMAC-SHA256',
    credentials: options.credentials,
  };
}

function signedAcs3(target: Target, body: string, nonce: string, time: string): Signed {
  const { accessKeyId, accessKeySecret, securityToken } = target.credentials;
  const bodyHash = acs3BodyHash('ACS3-HMAC-SHA256', body);
  const headers = new Map([
    ['host', new URL(target.endpoint).host],
    ['accept', 'application/json'],
    ['content-type', 'application/x-www-form-urlencoded'],
    ['x-acs-action', target.api],
    ['x-acs-version', target.version],
    ['x-acs-date', time],
    ['x-acs-signature-nonce', nonce],
    ['x-acs-content-sha256', bodyHash],
    ['user-agent', 'Millrace'],
  ]);
  if (securityToken !== null) {
    headers.set('x-acs-accesskey-id', accessKeyId);
    headers.set('x-acs-security-token', securityToken.reveal());
  }
  const request = { method: 'POST', path: '/', query: new Map<string, string>(), headers, bodyHash };
  headers.set('authorization', signAcs3(request, accessKeyId, accessKeySecret.reveal()));
  return { query: '', headers };
}

/** Parameters that every RPC call has of its own. */
const COMMON: ReadonlySet<string> = new Set([
  'AccessKeyId',
  'Action',
  'Format',
  'SecurityToken',
  'Signature',
  'SignatureMethod',
  'SignatureNonce',
  'SignatureVersion',
  'Timestamp',
  'Version',
]);

function signedRpc(target: Target, form: ReadonlyMap<string, string>, nonce: string, time: string): Signed {
  const { accessKeyId, accessKeySecret, securityToken } = target.credentials;
  const query = new Map([
    ['Action', target.api],
    ['Version', target.version],
    ['Format', 'JSON'],
    ['AccessKeyId', accessKeyId],
    ['SignatureMethod', 'HMAC-SHA1'],
    ['SignatureVersion', '1.0'],
    ['SignatureNonce', nonce],
    ['Timestamp', time],
  ]);
  if (securityToken !== null) query.set('SecurityToken', securityToken.reveal());
  const signature = signRpc('POST', new Map([...query, ...form]), rpcKey(accessKeySecret.reveal()));
  query.set('Signature', signature);
  const headers = new Map([
    ['accept', 'application/json'],
    ['content-type', 'application/x-www-form-urlencoded'],
    ['user-agent', 'Millrace'],
  ]);
  return { query: `?${canonicalQuery(query)}`, headers };
}

function answerResult(product: string, api: string, answer: Answer): TaskResult {
  if (answer.status < 300) return succeeded(untypedValue(answer.body));
  const members = bodyMembers(answer.body);
  const requestId = textOf(members, 'RequestId') ?? headerOf(answer.headers, 'x-acs-request-id') ?? '';
  const said = textOf(members, 'Message', 'message') ?? beginning(answer.body.toString('utf8', 0, 1024));
  const code = textOf(members, 'Code', 'code') ?? 'Unknown';
  return failed(
    `${product}.${code}`,
    `${api} was refused with status ${answer.status}: ${said} (request ${requestId})`,
  );
}
