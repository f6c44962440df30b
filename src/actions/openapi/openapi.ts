/**
 * Any `<Product>:<Api>` (integrations.md 11; decisions.md 3.9): an RPC-style OpenAPI call, signed, parameters and
 * answer passed through. Fails as `<Product>.<Code>` with the product as the definition writes it.
 */
import type { JsonObject } from '../../base/json.ts';
import type { CloudCredentials, ProductSetting } from '../../config/settings.ts';
import { acs3BodyHash, signAcs3 } from '../../signatures/acs3.ts';
import { canonicalQuery } from '../../signatures/percent.ts';
import { rpcKey, signRpc } from '../../signatures/rpc.ts';
import type { Action, TaskResult } from '../action.ts';
import { bodyMembers, textOf, untypedValue } from '../answer-body.ts';
import { callCloud, missingKey } from '../cloud-call.ts';
import type { CloudOptions } from '../cloud-call.ts';
import { headerOf } from '../../outbound/header-fields.ts';
import { productOf } from './products.ts';
import { beginning } from '../../base/text.ts';
import { failed, succeeded } from '../results.ts';
import { flattenParameters } from './rpc-parameters.ts';
import type { Answer } from '../../outbound/transport.ts';

export interface OpenApiOptions extends Omit<CloudOptions, 'account'> {
  readonly products: readonly ProductSetting[];
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

/** An operation, and its product as it is called and as errors name it. */
export interface Operation {
  readonly product: string;
  readonly errors: string;
  readonly api: string;
}

/** The action of one operation of one product. */
export function openApiAction(options: OpenApiOptions, product: string, api: string): Action {
  const operation = { product, errors: product, api };
  return {
    async run(call, signal) {
      const answer = await callOpenApi(options, operation, call.parameters, signal);
      return 'kind' in answer ? succeeded(untypedValue(answer.body)) : answer;
    },
  };
}

/** The answer of an operation with a status below 300, or the failure of the task. */
export async function callOpenApi(
  options: OpenApiOptions,
  operation: Operation,
  parameters: JsonObject,
  signal: AbortSignal,
): Promise<Answer | TaskResult> {
  const { product, errors, api } = operation;
  const target = targetOf(options, product, api, parameters);
  if ('error' in target) return failed(`${errors}.${target.error}`, target.cause);
  const form = flattenParameters(parameters);
  const clash = target.signature === 'HMAC-SHA1' ? [...form.keys()].find((name) => COMMON.has(name)) : undefined;
  if (clash !== undefined)
    return failed(`${errors}.InvalidParameter`, `the parameter ${clash} is set by the call itself`);
  const request = signedRequest(options, target, form);
  const answer = await callCloud(options, errors, `${api} at ${target.endpoint}`, request, signal);
  return 'kind' in answer && answer.status >= 300 ? refusal(operation, answer) : answer;
}

function signedRequest({ clock, ids }: OpenApiOptions, target: Target, form: ReadonlyMap<string, string>) {
  const body = canonicalQuery(form);
  const nonce = ids.uuid();
  const time = new Date(clock.nowMs()).toISOString().replace(/\.\d+/, '');
  const { query, headers } =
    target.signature === 'HMAC-SHA1' ? signedRpc(target, form, nonce, time) : signedAcs3(target, body, nonce, time);
  return { url: new URL(`/${query}`, target.endpoint), method: 'POST', headers, body };
}

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
  if (options.credentials === null) return { error: 'MissingCredentials', cause: missingKey(`${product}:${api}`) };
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

function refusal({ errors, api }: Operation, answer: Answer): TaskResult {
  const members = bodyMembers(answer.body);
  const requestId = textOf(members, 'RequestId') ?? headerOf(answer.headers, 'x-acs-request-id') ?? '';
  const said = textOf(members, 'Message', 'message') ?? beginning(answer.body.toString('utf8', 0, 1024));
  const code = textOf(members, 'Code', 'code') ?? 'Unknown';
  return failed(`${errors}.${code}`, `${api} was refused with status ${answer.status}: ${said} (request ${requestId})`);
}
