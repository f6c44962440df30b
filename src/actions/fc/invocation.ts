/** One invocation of a function, and how a task's `Parameters` describe it (rules.md 11.8). Pure. */
import { memberOf, stringifyJson } from '../../base/json.ts';
import type { JsonValue } from '../../base/json.ts';
import type { TaskCall } from '../action.ts';
import { mappedName, parseFunctionArn } from './arn.ts';

export interface Invocation {
  /** The name that the settings map. */
  readonly mapped: string;
  readonly name: string;
  /** The service of an FC 2 function; null for FC 3. */
  readonly service: string | null;
  /** Version or alias; null when the task names none. */
  readonly qualifier: string | null;
  readonly region: string;
  readonly account: string;
  readonly event: Buffer;
  readonly isAsync: boolean;
  readonly requestId: string;
  readonly idempotencyKey: string;
}

/** The invocation that a task asks for, or a sentence that says which parameter is wrong. `place` completes the ARN. */
export function invocationOf(
  call: TaskCall,
  place: { readonly region: string; readonly account: string },
  requestId: string,
): Invocation | string {
  const resource = memberOf(call.parameters, 'resourceArn');
  const arn = typeof resource === 'string' ? parseFunctionArn(resource) : null;
  if (arn === null) {
    return 'resourceArn must be acs:fc:<region>:<account>:functions/<function>/<qualifier> or acs:fc:<region>:<account>:services/<service>.<qualifier>/functions/<function>';
  }
  const type = memberOf(call.parameters, 'invocationType') ?? 'Sync';
  if (type !== 'Sync' && type !== 'Async') return 'invocationType must be Sync or Async';
  return {
    mapped: mappedName(arn),
    name: arn.name,
    service: arn.service,
    qualifier: arn.qualifier,
    region: arn.region === '' ? place.region : arn.region,
    account: arn.account === '' ? place.account : arn.account,
    event: eventBytes(memberOf(call.parameters, 'body')),
    isAsync: type === 'Async',
    requestId,
    idempotencyKey: call.idempotencyKey,
  };
}

/** A text unchanged, absent and null as no bytes, any other value as JSON. */
function eventBytes(body: JsonValue | undefined): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0);
  return Buffer.from(typeof body === 'string' ? body : stringifyJson(body));
}
