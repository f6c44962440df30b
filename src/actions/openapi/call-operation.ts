/**
 * Any `<Product>:<Api>` (rules.md 11.17): a signed RPC-style OpenAPI call. Parameters and answer pass
 * through unchanged. The call fails as `<Product>.<Code>`, with the product as the definition writes it.
 */
import type { JsonObject } from '../../base/json.ts';
import type { ProductSetting } from '../../config/settings.ts';
import { headerOf } from '../../outbound/answer-headers.ts';
import type { Answer } from '../../outbound/transport.ts';
import type { Action, TaskResult } from '../action.ts';
import { bodyBeginning, bodyMembers, textOf, untypedValue } from '../answer-body.ts';
import { callCloud } from '../cloud-call.ts';
import type { CloudOptions } from '../cloud-call.ts';
import { failed, succeeded } from '../results.ts';
import { productOf } from './products.ts';
import { flattenParameters } from './rpc-parameters.ts';
import { isCommonParameter, signedOperation } from './signed-operation.ts';
import type { OperationTarget } from './signed-operation.ts';

export interface OpenApiOptions extends Omit<CloudOptions, 'account'> {
  readonly products: readonly ProductSetting[];
}

export interface Operation {
  readonly product: string;
  /** The product as errors name it. */
  readonly errors: string;
  readonly api: string;
  /** As `cloud.actions` names it. */
  readonly action: string;
}

/** The action of one operation of one product. */
export function openApiAction(options: OpenApiOptions, product: string, api: string): Action {
  const operation = { product, errors: product, api, action: `${product}:${api}` };
  return {
    async run(call, signal) {
      const answer = await callOperation(options, operation, call.parameters, signal);
      return 'kind' in answer ? succeeded(untypedValue(answer.body)) : answer;
    },
  };
}

/** The answer of an operation with a status below 300, or the failure of the task. */
export async function callOperation(
  options: OpenApiOptions,
  operation: Operation,
  parameters: JsonObject,
  signal: AbortSignal,
): Promise<Answer | TaskResult> {
  const { errors, api } = operation;
  const target = targetOf(options, operation, parameters);
  if ('ok' in target) return target;
  const form = flattenParameters(parameters);
  const clash = target.signature === 'HMAC-SHA1' ? [...form.keys()].find(isCommonParameter) : undefined;
  if (clash !== undefined) {
    return failed(
      `${errors}.InvalidParameter`,
      `the call itself sets the parameter ${clash}: remove it from the Parameters`,
    );
  }
  const request = signedOperation(target, form, options.ids.uuid(), options.clock.nowMs());
  const answer = await callCloud(options, errors, `${api} at ${target.endpoint}`, request, signal);
  return 'kind' in answer && answer.status >= 300 ? refusal(operation, answer) : answer;
}

function targetOf(
  options: OpenApiOptions,
  { product, errors, api, action }: Operation,
  parameters: JsonObject,
): OperationTarget | TaskResult {
  const name = product.toLowerCase();
  const setting = options.products.find((each) => each.product === name);
  const known = productOf(name);
  const version = setting?.version ?? known.version;
  if (version === null) {
    return failed(
      `${errors}.ActionNotSupported`,
      `this server does not know the API version of ${product}: set products.${name}.version, and products.${name}.endpoint if the product is not at ${known.host}`,
    );
  }
  const credentials = options.cloud.keyFor(errors, action);
  if ('ok' in credentials) return credentials;
  const region = textOf(parameters, 'RegionId') ?? options.region;
  if (!/^[a-z0-9-]{1,64}$/.test(region)) {
    return failed(`${errors}.InvalidParameter`, 'RegionId must be the name of a region, such as cn-hangzhou');
  }
  return {
    api,
    version,
    endpoint: setting?.endpoint ?? `https://${known.host.replace('{region}', region)}`,
    signature: setting?.signature ?? 'ACS3-HMAC-SHA256',
    credentials,
  };
}

function refusal({ errors, api }: Operation, { status, headers, body }: Answer): TaskResult {
  const members = bodyMembers(body);
  const requestId = textOf(members, 'RequestId') ?? headerOf(headers, 'x-acs-request-id') ?? '';
  const message = textOf(members, 'Message', 'message') ?? bodyBeginning(body);
  const code = textOf(members, 'Code', 'code') ?? 'Unknown';
  return failed(`${errors}.${code}`, `${api} was refused with status ${status}: ${message} (request ${requestId})`);
}
