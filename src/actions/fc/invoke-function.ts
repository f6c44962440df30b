/**
 * `FC:InvokeFunction` (rules.md 11.8, 11.9; docs/tasks.md): finds out where the function is, a URL, a module
 * or Function Compute, and calls it there.
 */
import type { FunctionSetting } from '../../config/settings.ts';
import type { Action, TaskCall, TaskResult } from '../action.ts';
import type { CloudOptions } from '../cloud-call.ts';
import { failed, succeeded } from '../results.ts';
import { MAX_RUNNING } from './background.ts';
import type { Background } from './background.ts';
import { invokeFunctionCompute } from './function-compute.ts';
import { invocationOf } from './invocation.ts';
import type { Invocation } from './invocation.ts';
import { functionMapping } from './mapping.ts';
import type { FunctionTarget } from './mapping.ts';
import { moduleFunctions } from './module.ts';
import { acceptance } from './result.ts';
import { invokeUrl } from './url.ts';

export interface FcOptions extends CloudOptions {
  readonly functions: readonly FunctionSetting[];
  /** Of Function Compute: `https://host[:port]`; null: `https://{account}.{region}.fc.aliyuncs.com`. */
  readonly endpoint: string | null;
  readonly background: Background;
}

type Invoke = (invocation: Invocation, signal: AbortSignal) => Promise<TaskResult>;

/** The action `FC:InvokeFunction`. */
export function invokeFunctionAction(options: FcOptions): Action {
  const { ids, cloud, maxBodyBytes, background } = options;
  const find = functionMapping(options.functions);
  const invokeModule = moduleFunctions(maxBodyBytes);

  /** How to call a function with this target; null when the settings allow no call. */
  function invoker(target: FunctionTarget | null): Invoke | null {
    if (target?.kind === 'url') {
      return (invocation, signal) => invokeUrl(options, target.url, invocation, signal);
    }
    if (target?.kind === 'module') return (invocation, signal) => invokeModule(target.path, invocation, signal);
    if (!cloud.hasKey) return null;
    return async (invocation, signal) => {
      const credentials = cloud.keyFor('FC', 'FC:InvokeFunction');
      return 'ok' in credentials ? credentials : invokeFunctionCompute({ ...options, credentials }, invocation, signal);
    };
  }

  async function run(call: TaskCall, signal: AbortSignal): Promise<TaskResult> {
    const invocation = invocationOf(call, options, ids.uuid());
    if (typeof invocation === 'string') return failed('FC.InvalidArgument', invocation);
    const target = find(invocation.mapped);
    const invoke = invoker(target);
    if (invoke === null) return notFound(invocation);
    if (call.mode === 'WaitForSystemCallback') return acceptedAndAwaited(invoke, invocation, signal);
    // Function Compute runs asynchronous invocations itself.
    if (target === null || !invocation.isAsync) return invoke(invocation, signal);
    if (background.start((until) => invoke(invocation, until))) return succeeded(acceptance(invocation.requestId));
    return failed(
      'FC.ResourceThrottled',
      `function ${invocation.mapped} was not called: ${MAX_RUNNING} asynchronous invocations are running, the most that this server allows; retry later`,
    );
  }

  return { run };
}

/**
 * Accepts at once and waits for the end. The invocation is always synchronous, because Function Compute does not notify this
 * server of the end of an asynchronous one (rules.md 11.2).
 */
function acceptedAndAwaited(invoke: Invoke, invocation: Invocation, signal: AbortSignal): TaskResult {
  const completion = invoke({ ...invocation, isAsync: false }, signal);
  // The runtime awaits it only when the acceptance is durable. Until then a rejection would end the process.
  completion.catch(() => undefined);
  return { ok: true, output: acceptance(invocation.requestId), completion };
}

function notFound(invocation: Invocation): TaskResult {
  return failed(
    'FC.FunctionNotFound',
    `the settings do not say where function ${invocation.mapped} is: map that name (or a pattern with *) to a url or a module ` +
      'under functions in the settings file, or set cloud.accessKeyId and cloud.accessKeySecret to call Function Compute itself',
  );
}
