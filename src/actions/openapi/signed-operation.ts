/** The signed HTTP request for an OpenAPI operation (rules.md 3.2, 3.3), in each of the two signatures that a product can ask for. */
import type { CloudCredentials, ProductSetting } from '../../config/settings.ts';
import type { Outgoing } from '../../outbound/transport.ts';
import { canonicalQuery } from '../../signatures/percent.ts';
import { rpcKey, signRpc } from '../../signatures/rpc.ts';
import { acs3Headers, utcSeconds } from '../acs3-headers.ts';

/** Everything about a call except its parameters. */
export interface OperationTarget {
  readonly api: string;
  readonly version: string;
  /** `https://host[:port]` */
  readonly endpoint: string;
  readonly signature: ProductSetting['signature'];
  readonly credentials: CloudCredentials;
}

type SignedRequest = Pick<Outgoing, 'url' | 'method' | 'headers' | 'body'>;

const FORM = 'application/x-www-form-urlencoded';

/** The request that calls an operation with the parameters `form`. Each request needs a new `nonce`. */
export function signedOperation(
  target: OperationTarget,
  form: ReadonlyMap<string, string>,
  nonce: string,
  nowMs: number,
): SignedRequest {
  return target.signature === 'HMAC-SHA1'
    ? rpcRequest(target, form, nonce, nowMs)
    : acs3Request(target, form, nonce, nowMs);
}

function acs3Request(
  { endpoint, api, version, credentials }: OperationTarget,
  form: ReadonlyMap<string, string>,
  nonce: string,
  nowMs: number,
): SignedRequest {
  const url = new URL('/', endpoint);
  const body = canonicalQuery(form);
  const call = { url, action: api, version, headers: [['content-type', FORM]], body, nonce, nowMs } as const;
  return { url, method: 'POST', headers: acs3Headers(call, credentials), body };
}

/** The parameters that every call with `HMAC-SHA1` has. */
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

/** True for a parameter that a call with `HMAC-SHA1` sets itself. */
export function isCommonParameter(name: string): boolean {
  return COMMON.has(name);
}

function rpcRequest(
  { endpoint, api, version, credentials }: OperationTarget,
  form: ReadonlyMap<string, string>,
  nonce: string,
  nowMs: number,
): SignedRequest {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const query = new Map([
    ['Action', api],
    ['Version', version],
    ['Format', 'JSON'],
    ['AccessKeyId', accessKeyId],
    ['SignatureMethod', 'HMAC-SHA1'],
    ['SignatureVersion', '1.0'],
    ['SignatureNonce', nonce],
    ['Timestamp', utcSeconds(nowMs)],
  ]);
  if (securityToken !== null) query.set('SecurityToken', securityToken.reveal());
  const signature = signRpc('POST', new Map([...query, ...form]), rpcKey(accessKeySecret.reveal()));
  query.set('Signature', signature);
  const headers = new Map([
    ['accept', 'application/json'],
    ['content-type', FORM],
    ['user-agent', 'Millrace'],
  ]);
  return { url: new URL(`/?${canonicalQuery(query)}`, endpoint), method: 'POST', headers, body: canonicalQuery(form) };
}
