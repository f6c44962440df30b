/**
 * The actions of CloudFlow itself (integrations.md 5; docs/tasks.md): flows of this server that a task starts.
 *
 * `FNF:StartExecution` starts a Standard execution. In WaitForSystemCallback the runtime reports the child's end to the
 * task, and stops the child when the task is given up, also while the start is under way.
 *
 * `FNF:StartSyncExecution` runs an Express flow to its end inside the task. The child's failure is the task's failure. A
 * child is not stopped when its task is given up; it goes on to its own end, as an execution does whose caller hangs up
 * (decisions.md 4.5). One that was not begun yet is never begun: a flow that calls itself many times over ends with its
 * first failure instead of running all it asked for.
 */
import { ApiError } from '../../api/error.ts';
import { isName } from '../../api/names.ts';
import { formatTime } from '../../base/clock.ts';
import type { Clock } from '../../base/clock.ts';
import { isJsonObject, memberOf, parseJson } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import { Turns } from '../../base/turns.ts';
import type { Action, TaskCall, TaskResult } from '../action.ts';
import { BAD_EXECUTION_NAME, eitherOf, executionNameOf, inputOrText, parseFlowArn, qualifierOf } from './parameters.ts';
import { failed, succeeded } from '../results.ts';

export interface SyncChildRequest {
  readonly flowName: string;
  /** Follows the name rule; null: none was given. */
  readonly executionName: string | null;
  readonly input: JsonObject;
  /** Sync executions above this one. */
  readonly depth: number;
}

export interface SyncChild {
  readonly flow: { readonly name: string };
  readonly result: {
    readonly name: string;
    readonly status: 'Succeeded' | 'Failed' | 'TimedOut' | 'Stopped';
    readonly errorCode: string;
    readonly errorMessage: string;
    /** JSON text; empty unless it succeeded. */
    readonly output: string;
    readonly startedMs: number;
    readonly stoppedMs: number;
  };
}

/** Runs an Express flow to its end. @throws {ApiError} when it cannot be started. */
export type StartSync = (request: SyncChildRequest) => Promise<SyncChild>;

export interface StartChildRequest {
  readonly flowName: string;
  /** Follows the name rule; null: one is derived from `idempotencyKey`. */
  readonly executionName: string | null;
  readonly input: JsonObject;
  /** A version, an alias, `LATEST` or empty. */
  readonly qualifier: string;
  /** A start that comes again with the same key, after a crash, gives the execution that the first one started. */
  readonly idempotencyKey: string;
  /** The task that asks; null in an Express execution. */
  readonly task: TaskCall['task'];
  /** True: the child's end is reported to `task`, which is then not null, and the child stops when the task is given up. */
  readonly waits: boolean;
}

export interface StartedChild {
  readonly flowName: string;
  readonly executionName: string;
  readonly requestId: string;
}

/** A flow that starts flows, and waits for them, deeper than it may. */
export class CallDepthExceeded extends Error {
  override readonly name = 'CallDepthExceeded';
}

/** Starts a Standard execution; it is durable when this resolves. @throws {ApiError | CallDepthExceeded} when it is refused. */
export type StartExecution = (request: StartChildRequest) => Promise<StartedChild>;

/** Where this server is: an ARN that names another place is refused, since a flow starts flows of its own region only. */
export interface FlowPlace {
  readonly region: string;
  readonly account: string;
}

/** The action `FNF:StartExecution`. A start that is refused fails as `FNF.<code>`, the product spelled as the task does. */
export function startExecutionAction(startExecution: StartExecution, place: FlowPlace): Action {
  return {
    async run(call, signal) {
      const request = startRequest(call, place);
      if (typeof request === 'string') return refused(call, 'InvalidArgument', request);
      if (signal.aborted) return GIVEN_UP;
      const child = await orRefusal(call, startExecution(request));
      if ('error' in child) return child;
      return succeeded({ FlowName: child.flowName, ExecutionName: child.executionName, RequestID: child.requestId });
    },
  };
}

/** The execution that a task asks for, or a sentence that says which parameter is wrong. */
function startRequest(call: TaskCall, place: FlowPlace): StartChildRequest | string {
  const arn = parseFlowArn(memberOf(call.parameters, 'resourceArn'));
  if (arn === null) return 'resourceArn must be acs:fnf:<region>:<account>:flow/<name>';
  for (const [part, setting] of [
    ['region', 'MILLRACE_REGION'],
    ['account', 'MILLRACE_ACCOUNT'],
  ] as const) {
    if (arn[part] === '' || arn[part] === place[part]) continue;
    return `resourceArn names the ${part} ${arn[part]}, and this server is ${place[part]} (${setting}): a flow can only start flows of its own server; leave the ${part} empty to mean it`;
  }
  const executionName = executionNameOf(memberOf(call.parameters, 'executionName'));
  if (executionName === undefined) return BAD_EXECUTION_NAME;
  const input = memberOf(call.parameters, 'input') ?? {};
  if (!isJsonObject(input)) return 'input must be an object';
  const qualifier = qualifierOf(memberOf(call.parameters, 'qualifier'));
  if (qualifier === null) return 'qualifier must be the number of a version or the name of an alias';
  const { idempotencyKey, task } = call;
  const waits = call.mode === 'WaitForSystemCallback';
  return { flowName: arn.name, executionName, input, qualifier, idempotencyKey, task, waits };
}

/** The action `FNF:StartSyncExecution`. A start that is refused fails as for {@link startExecutionAction}. */
export function startSyncExecutionAction(startSync: StartSync, callDepth: number, clock: Clock): Action {
  const turns = new Turns(clock);
  return {
    async run(call, signal) {
      if (call.depth >= callDepth) {
        const detail = `flows call flows ${callDepth} deep here already; the setting limits.callDepth allows no more`;
        return refused(call, 'CallDepthExceeded', detail);
      }
      const request = syncRequest(call);
      if (typeof request === 'string') return refused(call, 'InvalidArgument', request);
      return unlessAborted(turns, signal, () => runChild(call, startSync, request));
    },
  };
}

async function runChild(call: TaskCall, startSync: StartSync, request: SyncChildRequest): Promise<TaskResult> {
  const child = await orRefusal(call, startSync(request));
  if ('error' in child) return child;
  const { flow, result } = child;
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

/** The child that a task asks for, or a sentence that says which parameter is wrong. */
function syncRequest(call: TaskCall): SyncChildRequest | string {
  const flowName = nameOfFlow(call.parameters);
  if (flowName === null) {
    return 'resourceArn (acs:fnf:<region>:<account>:flow/<name>) or flowName must name a flow';
  }
  const executionName = executionNameOf(eitherOf(call.parameters, 'executionName', 'ExecutionName'));
  if (executionName === undefined) return BAD_EXECUTION_NAME;
  const input = inputOrText(eitherOf(call.parameters, 'input', 'Input'));
  if (input === null) return 'input must be an object';
  return { flowName, executionName, input, depth: call.depth + 1 };
}

function nameOfFlow(parameters: JsonObject): string | null {
  const arn = eitherOf(parameters, 'resourceArn', 'ResourceArn');
  if (typeof arn === 'string') return parseFlowArn(arn)?.name ?? null;
  const name = eitherOf(parameters, 'flowName', 'FlowName');
  return typeof name === 'string' && isName(name) ? name : null;
}

const GIVEN_UP = failed('FNF.Aborted', 'the call was given up');

type Refused = Extract<TaskResult, { ok: false }>;

/** Classic flows write `fnf:StartExecution` and catch `fnf.ExecutionAlreadyExists` (fdl-classic.md 6). */
function refused({ action }: TaskCall, code: string, cause: string): Refused {
  return { ok: false, error: `${action.slice(0, action.indexOf(':'))}.${code}`, cause };
}

/** What a start comes to, or how it is refused. A defect is not hidden: it rejects. */
async function orRefusal<T extends object>(call: TaskCall, start: Promise<T>): Promise<T | Refused> {
  try {
    return await start;
  } catch (error) {
    if (error instanceof ApiError) return refused(call, error.code, error.message);
    if (error instanceof CallDepthExceeded) return refused(call, 'CallDepthExceeded', error.message);
    throw error;
  }
}

/** Begins in a later turn unless the signal is aborted by then, and answers without waiting once it is. */
function unlessAborted(turns: Turns, signal: AbortSignal, begin: () => Promise<TaskResult>): Promise<TaskResult> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve(GIVEN_UP);
    if (signal.aborted) {
      giveUp();
      return;
    }
    signal.addEventListener('abort', giveUp);
    turns.add(() => {
      if (signal.aborted) return;
      begin()
        .finally(() => signal.removeEventListener('abort', giveUp))
        .then(resolve, reject);
    });
  });
}
