/**
 * `FNF:StartSyncExecution` (docs/tasks.md): runs an Express flow to its end inside a task. The child's failure is the task's
 * failure.
 *
 * A running child continues to its own end when its task is aborted, like an execution whose caller hangs up
 * (rules.md 11.12). A child that has not begun never begins: a flow that calls itself many times ends with its first failure
 * instead of running all the calls.
 */
import { eitherOf, inputOrText } from '../../actions/parameters.ts';
import type { TaskResult } from '../../actions/action.ts';
import { failed, succeeded } from '../../actions/results.ts';
import { isName } from '../../api/names.ts';
import { formatTime } from '../../base/clock.ts';
import { parseJson, stringifyJson } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Ports } from '../../base/ports.ts';
import { pause } from '../../base/scheduler.ts';
import { STORE_RETRY_MAX_MS } from '../../store/retries.ts';
import type { ChildCall } from '../driver/calls.ts';
import type { Turns } from '../driver/turns.ts';
import type { FlowRights } from '../flow-rights.ts';
import { NoLease } from '../express/no-lease.ts';
import type { SyncAnswer, SyncExecutions, SyncRequest } from '../express/sync-executions.ts';
import { BAD_EXECUTION_NAME, executionNameOf, parseFlowArn } from './parameters.ts';
import { ABORTED, orRefusal, refusalOfDepth, refusalOfRights, refused } from './refusal.ts';

export interface ExpressChildOptions {
  readonly sync: Pick<SyncExecutions, 'start'>;
  readonly turns: Turns;
  readonly ports: Pick<Ports, 'scheduler'>;
  readonly rights: FlowRights;
  /** How deep flows may call flows (`limits.callDepth`). */
  readonly callDepth: number;
  /** How deep tasks may start executions (`limits.childDepth`). */
  readonly childDepth: number;
}

/** A refused start fails the task as `FNF.<code>`, with the product spelled as in the definition. */
export function startExpressChild(
  options: ExpressChildOptions,
  call: ChildCall,
  signal: AbortSignal,
): Promise<TaskResult> {
  const { turns, callDepth, childDepth } = options;
  if (call.depth >= callDepth) {
    const cause = `Flows are already calling flows ${callDepth} levels deep, the limit (limits.callDepth). Check for a flow that calls itself, or raise the limit.`;
    return Promise.resolve(refused(call, 'CallDepthExceeded', cause));
  }
  const tooDeep = refusalOfDepth(call, childDepth);
  if (tooDeep !== null) return Promise.resolve(tooDeep);
  return unlessAborted(turns, nameOfFlow(call.parameters) ?? '', signal, () => run(options, call, signal));
}

/** Makes the request only now: thousands of calls may wait for their turn, and each request has a text of its input. */
async function run(options: ExpressChildOptions, call: ChildCall, signal: AbortSignal): Promise<TaskResult> {
  const request = requestOf(call);
  if (typeof request === 'string') return refused(call, 'InvalidArgument', request);
  const denied = refusalOfRights(options.rights, call, request.flowName);
  if (denied !== null) return denied;
  const started = await orRefusal(call, startWithLease(options, request, signal));
  if (!started.ok) return started;
  const { flow, result } = started.child;
  if (result.status !== 'Succeeded') return failed(result.errorCode, result.errorMessage);
  return succeeded({
    FlowName: flow.name,
    Name: result.name,
    Status: result.status,
    ErrorCode: '',
    ErrorMessage: '',
    Output: parseJson(result.output),
    StartedTime: formatTime(result.startedMs),
    StoppedTime: formatTime(result.stoppedMs),
  });
}

/** Waits while the node has no lease, unless `signal` aborts. */
async function startWithLease(
  { sync, ports }: ExpressChildOptions,
  request: SyncRequest,
  signal: AbortSignal,
): Promise<SyncAnswer> {
  for (;;) {
    try {
      return await sync.start(request);
    } catch (error) {
      if (!(error instanceof NoLease) || signal.aborted) throw error;
      await pause(ports.scheduler, STORE_RETRY_MAX_MS);
    }
  }
}

/** The child that the task's parameters describe, or a sentence about the parameter that is wrong. */
function requestOf({ parameters, depth, task, ancestry }: ChildCall): SyncRequest | string {
  const flowName = nameOfFlow(parameters);
  if (flowName === null) {
    return 'resourceArn (acs:fnf:<region>:<account>:flow/<name>) or flowName must name a flow';
  }
  const executionName = executionNameOf(eitherOf(parameters, 'executionName', 'ExecutionName'));
  if (executionName === undefined) return BAD_EXECUTION_NAME;
  const input = inputOrText(eitherOf(parameters, 'input', 'Input'));
  if (input === null) return 'input must be an object';
  return {
    flowName,
    executionName,
    qualifier: '',
    input,
    inputText: stringifyJson(input),
    depth: depth + 1,
    origin: { from: 'task', task, waits: true, ancestry },
  };
}

function nameOfFlow(parameters: JsonObject): string | null {
  const arn = eitherOf(parameters, 'resourceArn', 'ResourceArn');
  if (typeof arn === 'string') return parseFlowArn(arn)?.name ?? null;
  const name = eitherOf(parameters, 'flowName', 'FlowName');
  return typeof name === 'string' && isName(name) ? name : null;
}

/** Begins in a later turn, in the lane of the child's flow, unless `signal` aborts before that. Resolves at once when `signal` aborts. */
function unlessAborted(
  turns: Turns,
  flowName: string,
  signal: AbortSignal,
  begin: () => Promise<TaskResult>,
): Promise<TaskResult> {
  return new Promise((resolve, reject) => {
    const abort = (): void => resolve(ABORTED);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort);
    turns.add(flowName, () => {
      if (signal.aborted) return;
      begin()
        .finally(() => signal.removeEventListener('abort', abort))
        .then(resolve, reject);
    });
  });
}
