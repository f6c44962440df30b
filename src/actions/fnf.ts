/**
 * `FNF:StartSyncExecution`: another Express flow of this server, run to its end inside the task (docs/tasks.md).
 * The child's failure is the task's failure. A child is not stopped when its task is given up; it goes on to its
 * own end, as an execution does whose caller hangs up (decisions.md 4.5). One that was not begun yet is never begun:
 * a flow that calls itself many times over ends with its first failure instead of running all it asked for.
 */
import { ApiError } from '../api/error.ts';
import { isName } from '../api/names.ts';
import { formatTime } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { JsonFault, isJsonObject, memberOf, parseJson } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { Turns } from '../base/turns.ts';
import type { Action, TaskCall, TaskResult } from './action.ts';
import { failed, succeeded } from './results.ts';

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

const ARN = /^acs:fnf:[^:]*:[^:]*:flow\/(?<name>.+)$/;

/** The action `FNF:StartSyncExecution`. A start that is refused fails as `FNF.<code>`. */
export function startSyncExecutionAction(startSync: StartSync, callDepth: number, clock: Clock): Action {
  const turns = new Turns(clock);
  return {
    async run(call, signal) {
      if (call.depth >= callDepth) {
        const detail = `flows call flows ${callDepth} deep here already; the setting limits.callDepth allows no more`;
        return failed('FNF.CallDepthExceeded', detail);
      }
      const request = childRequest(call);
      if (typeof request === 'string') return failed('FNF.InvalidArgument', request);
      return unlessAborted(turns, signal, () => runChild(startSync, request));
    },
  };
}

async function runChild(startSync: StartSync, request: SyncChildRequest): Promise<TaskResult> {
  let child: SyncChild;
  try {
    child = await startSync(request);
  } catch (error) {
    if (error instanceof ApiError) return failed(`FNF.${error.code}`, error.message);
    throw error;
  }
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
function childRequest(call: TaskCall): SyncChildRequest | string {
  const flowName = nameOfFlow(call.parameters);
  if (flowName === null) {
    return 'resourceArn (acs:fnf:<region>:<account>:flow/<name>) or flowName must name a flow';
  }
  const executionName = eitherOf(call.parameters, 'executionName', 'ExecutionName') ?? null;
  if (executionName !== null && !(typeof executionName === 'string' && isName(executionName))) {
    return 'executionName must be 1 to 128 letters, digits, "_" and "-", the first a letter or "_"';
  }
  const input = childInput(eitherOf(call.parameters, 'input', 'Input'));
  if (input === null) return 'input must be an object';
  return { flowName, executionName, input, depth: call.depth + 1 };
}

function nameOfFlow(parameters: JsonObject): string | null {
  const arn = eitherOf(parameters, 'resourceArn', 'ResourceArn');
  const name = typeof arn === 'string' ? ARN.exec(arn)?.groups?.['name'] : eitherOf(parameters, 'flowName', 'FlowName');
  return typeof name === 'string' && isName(name) ? name : null;
}

/** An object, or the JSON text of one as the API's own parameter is; absent, null and `""` mean `{}`. */
function childInput(given: JsonValue | undefined): JsonObject | null {
  if (given === undefined || given === null || given === '') return {};
  if (typeof given !== 'string') return isJsonObject(given) ? given : null;
  try {
    const value = parseJson(given);
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof JsonFault) return null;
    throw error;
  }
}

/** Optimised integrations write names in lower camel case, the API's own begin with a capital: both are read. */
function eitherOf(parameters: JsonObject, name: string, apiName: string): JsonValue | undefined {
  return memberOf(parameters, name) ?? memberOf(parameters, apiName);
}

/** Begins in a later turn unless the signal is aborted by then, and answers without waiting once it is. */
function unlessAborted(turns: Turns, signal: AbortSignal, begin: () => Promise<TaskResult>): Promise<TaskResult> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve(failed('FNF.Aborted', 'the call was given up'));
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
