/**
 * The official clients behind one interface, so that one test can run with all of them, in every way in which they send a call
 * (rules.md 2.2).
 */
import NodeClient from '@alicloud/fnf-2019-03-15';
import * as core from '@alicloud/openapi-core';
import * as generic from '@alicloud/openapi-client';
import PopCore from '@alicloud/pop-core';
import { RuntimeOptions } from '@alicloud/tea-util';
import type { Key } from './signed-request.ts';

export type Body = Record<string, unknown>;

export interface Client {
  readonly name: string;
  /** Calls an action. A parameter that is not a text is sent as JSON. Rejects with the error of the library. */
  call(action: string, parameters?: Body): Promise<Body>;
}

export interface ClientTarget {
  /** `http://127.0.0.1:45123` */
  readonly url: string;
  readonly key: Key;
  /** Longest silence. The default of the libraries is 3 s (rules.md 2.9). */
  readonly timeoutMs?: number;
}

const PATIENCE_MS = 60_000;

function asTexts(parameters: Body): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

/** `@alicloud/fnf-2019-03-15`, by GET or by POST. */
export function nodeClient({ url, key, timeoutMs }: ClientTarget, method: 'GET' | 'POST' = 'POST'): Client {
  const client = new NodeClient({ endpoint: url, ...key, opts: { timeout: timeoutMs ?? PATIENCE_MS } });
  return {
    name: `fnf-2019-03-15, ${method}`,
    call: (action, parameters = {}) => client.request(action, asTexts(parameters), { method }),
  };
}

/** `@alicloud/pop-core`, by GET or by POST. */
export function popClient({ url, key, timeoutMs }: ClientTarget, method: 'GET' | 'POST'): Client {
  const client = new PopCore({
    endpoint: url,
    apiVersion: '2019-03-15',
    ...key,
    opts: { timeout: timeoutMs ?? PATIENCE_MS },
  });
  return {
    name: `pop-core, ${method}`,
    call: (action, parameters = {}) => client.request<Body>(action, asTexts(parameters), { method }),
  };
}

export type Signature = 'v2' | 'ACS3';
/** Where the business parameters go. */
export type Carrier = 'query' | 'form' | 'json';

interface OpenApiShape {
  readonly signature: Signature;
  readonly carrier: Carrier;
}

function configOf({ url, key, timeoutMs }: ClientTarget, signature: Signature): Body {
  const { protocol, host } = new URL(url);
  return {
    endpoint: host,
    protocol: protocol.slice(0, -1),
    regionId: 'cn-hangzhou',
    ...key,
    readTimeout: timeoutMs ?? PATIENCE_MS,
    connectTimeout: timeoutMs ?? PATIENCE_MS,
    ...(signature === 'v2' ? { signatureAlgorithm: 'v2' } : {}),
  };
}

function paramsOf(action: string, carrier: Carrier): Body {
  return {
    action,
    version: '2019-03-15',
    protocol: 'HTTP',
    pathname: '/',
    method: carrier === 'query' ? 'GET' : 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: carrier === 'json' ? 'json' : 'formData',
    bodyType: 'json',
  };
}

function requestOf(parameters: Body, carrier: Carrier): Body {
  return carrier === 'query' ? { query: asTexts(parameters) } : { body: asTexts(parameters) };
}

/** `@alicloud/openapi-client`, the generic client until 2024. */
export function openApiClient(target: ClientTarget, { signature, carrier }: OpenApiShape): Client {
  const config = new generic.Config(configOf(target, signature));
  const client = new generic.default.default(config);
  return {
    name: `openapi-client, ${signature}, ${carrier}`,
    async call(action, parameters = {}) {
      const params = new generic.Params(paramsOf(action, carrier));
      params.protocol = config.protocol ?? 'http';
      const request = new generic.OpenApiRequest(requestOf(parameters, carrier));
      return (await client.callApi(params, request, new RuntimeOptions({})))['body'] as Body;
    },
  };
}

/** `@alicloud/openapi-core`, the generic client of the current SDKs. */
export function openApiCore(target: ClientTarget, { signature, carrier }: OpenApiShape): Client {
  const { Config, Params, OpenApiRequest } = core.$OpenApiUtil;
  const config = new Config(configOf(target, signature));
  const client = new core.default.default(config);
  return {
    name: `openapi-core, ${signature}, ${carrier}`,
    async call(action, parameters = {}) {
      const params = new Params(paramsOf(action, carrier));
      params.protocol = config.protocol ?? 'http';
      const request = new OpenApiRequest(requestOf(parameters, carrier));
      return (await client.callApi(params, request, new RuntimeOptions({}) as never))['body'] as Body;
    },
  };
}

/** Every client in every shape. */
export function allClients(target: ClientTarget): readonly Client[] {
  const shapes: readonly OpenApiShape[] = (['v2', 'ACS3'] as const).flatMap((signature) =>
    (['query', 'form'] as const).map((carrier) => ({ signature, carrier })),
  );
  return [
    nodeClient(target, 'POST'),
    nodeClient(target, 'GET'),
    popClient(target, 'POST'),
    popClient(target, 'GET'),
    ...shapes.map((shape) => openApiClient(target, shape)),
    ...shapes.map((shape) => openApiCore(target, shape)),
    openApiClient(target, { signature: 'ACS3', carrier: 'json' }),
    openApiCore(target, { signature: 'ACS3', carrier: 'json' }),
  ];
}
