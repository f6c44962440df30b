/** `FC:InvokeFunction` (integrations.md 3; decisions.md 3.8; docs/tasks.md): where the function is, and its event. */
import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import { memberOf, stringifyJson } from '../../base/json.ts';
import type { JsonValue } from '../../base/json.ts';
import type { CloudCredentials, FunctionSetting } from '../../config/settings.ts';
import type { Action, TaskCall, TaskResult } from '../action.ts';
import { createBackground } from './background.ts';
import { mappedName, parseFunctionArn } from './arn.ts';
import { invokeEndpoint } from './endpoint.ts';
import { functionMapping } from './mapping.ts';
import type { FunctionTarget } from './mapping.ts';
import { moduleFunctions } from './module.ts';
import { acceptance } from './result.ts';
import type { Invocation } from './result.ts';
import { invokeUrl } from './url.ts';
import { headerKey } from '../http/parameters.ts';
import { failed, succeeded } from '../results.ts';
import type { Transport } from '../../outbound/transport.ts';

export interface FcOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly functions: readonly FunctionSetting[];
  readonly endpoint: string | null;
  readonly credentials: CloudCredentials | null;
  /** Stand in for what an ARN leaves out. */
  readonly region: string;
  readonly account: string;
  readonly maxBodyBytes: number;
}

type Invoke = (invocation: Invocation, signal: AbortSignal) => Promise<TaskResult>;

/** The action `FC:InvokeFunction`; `close` gives up asynchronous invocations that run here. */
export function invokeFunctionAction(options: FcOptions): Action & { close(): void } {
  const { transport, ids, credentials, maxBodyBytes } = options;
  const find = functionMapping(options.functions);
  const invokeModule = moduleFunctions(maxBodyBytes);
  const background = createBackground(options.clock);

  /** How a function is called; null when it is nowhere. */
  function invoker(target: FunctionTarget | null): Invoke | null {
    if (target?.kind === 'url') {
      return (invocation, signal) => invokeUrl(transport, target.url, invocation, maxBodyBytes, signal);
    }
    if (target?.kind === 'module') return (invocation, signal) => invokeModule(target.path, invocation, signal);
    if (credentials === null) return null;
    return (invocation, signal) => invokeEndpoint({ ...options, credentials }, invocation, signal);
  }

  async function run(call: TaskCall, signal: AbortSignal): Promise<TaskResult> {
    const invocation = invocationOf(call, options.region, options.account, ids.uuid());
    if (typeof invocation === 'string') return failed('FC.InvalidArgument', invocation);
    const target = find(invocation.mapped);
    const invoke = invoker(target);
    if (invoke === null) return notFound(invocation);
    if (call.mode === 'WaitForSystemCallback') return waitedFor(invoke, invocation, signal);
    if (target === null || !invocation.isAsync) return invoke(invocation, signal);
    if (background.start((until) => invoke(invocation, until))) return succeeded(acceptance(invocation.requestId));
    return failed(
      'FC.ResourceThrottled',
      `function ${invocation.mapped}: too many asynchronous invocations are running`,
    );
  }

  return { run, close: () => background.close() };
}

/**
 * Accepted at once, and called as a synchronous invocation whatever its type: nobody tells this process of the end of an
 * asynchronous one (integrations.md 2).
 */
function waitedFor(invoke: Invoke, invocation: Invocation, signal: AbortSignal): TaskResult {
  const completion = invoke({ ...invocation, isAsync: false }, signal);
  // The runtime looks at it once the acceptance is on disk; a defect must not end the process until then.
  completion.catch(() => undefined);
  return { ok: true, output: acceptance(invocation.requestId), completion };
}

/** The invocation that a task asks for, or a sentence that says which parameter is wrong. */
function invocationOf(call: TaskCall, region: string, account: string, requestId: string): Invocation | string {
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
    region: arn.region === '' ? region : arn.region,
    account: arn.account === '' ? account : arn.account,
    event: eventBytes(memberOf(call.parameters, 'body')),
    isAsync: type === 'Async',
    requestId,
    idempotencyKey: headerKey(call.idempotencyKey),
  };
}

/** A text as it is, nothing as nothing, any other value as JSON. */
function eventBytes(body: JsonValue | undefined): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0);
  return Buffer.from(typeof body === 'string' ? body : stringifyJson(body));
}

function notFound(invocation: Invocation): TaskResult {
  return failed(
    'FC.FunctionNotFound',
    `no function is configured for ${invocation.mapped}: map that name (or a pattern with *) to a url or a module ` +
      'under functions in the settings file, or give cloud.accessKeyId and cloud.accessKeySecret so that Function Compute ' +
      'itself is called',
  );
}
