/**
 * The actions that this version cannot call, and must not pass through as OpenAPI calls. A definition with one gets a warning
 * when the flow is created, and the task fails with the same words when it runs.
 */
import { childModeOf } from './child-modes.ts';

const LATER = 'this integration is not built in this version of Millrace';

/** Products whose API is not RPC-style: the service would not understand the call. */
const OTHER_PROTOCOLS: ReadonlySet<string> = new Set([
  'cs',
  'eas',
  'edas',
  'elasticsearch',
  'fc',
  'log',
  'ots',
  'sae',
  'sls',
]);

const OBJECT_OPERATIONS: ReadonlySet<string> = new Set(['getobject', 'putobject', 'copyobject', 'deleteobject']);
const OSS_ACTIONS = 'OSS:GetObject, OSS:PutObject, OSS:CopyObject and OSS:DeleteObject';

/** Why `<Product>:<Api>` cannot be called here, without a full stop; null when it can. The case of the name is free. */
export function unbuiltReason(action: string): string | null {
  const [product = '', api = ''] = action.toLowerCase().split(':');
  switch (product) {
    case 'http':
      return api === 'request' ? null : 'the one action of HTTP is HTTP:Request';
    case 'fc':
      return api === 'invokefunction' ? null : 'the one action of Function Compute that is built is FC:InvokeFunction';
    case 'fnf':
      return childModeOf(action) !== null
        ? null
        : 'the actions of CloudFlow that are built are FNF:StartExecution and FNF:StartSyncExecution';
    case 'dashscope':
    case 'hsf':
      return LATER;
    case 'mns':
      return api === 'sendmessage' ? null : 'the one action of Message Service is MNS:SendMessage';
    case 'oss':
      return OBJECT_OPERATIONS.has(api) ? null : `the actions of Object Storage that are built are ${OSS_ACTIONS}`;
    case 'sms':
      return api === 'sendsms' ? null : 'the one action of SMS is SMS:SendSms; Dysmsapi has the others';
    default:
      return OTHER_PROTOCOLS.has(product) ? `${LATER}, and the API of this product is not RPC-style` : null;
  }
}
