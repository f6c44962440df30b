/**
 * `FNF:StartExecution` (rules.md 11.11, docs/tasks.md): starts a Standard execution. In WaitForSystemCallback the durable
 * runtime reports the child's end to the task, and stops the child when the task ends before it.
 */
import { createHash } from 'node:crypto';
import type { TaskResult } from '../../actions/action.ts';
import { succeeded } from '../../actions/results.ts';
import { ApiError } from '../../api/error.ts';
import { isJsonObject, memberOf, stringifyJson } from '../../base/json.ts';
import type { Ports } from '../../base/ports.ts';
import { pause } from '../../base/scheduler.ts';
import type { ChildCall } from '../driver/calls.ts';
import type { DurableRuntime, DurableStart, Started } from '../durable/durable.ts';
import { RunBroke } from '../run-broke.ts';
import type { TakeOver } from '../durable/children/take-overs.ts';
import type { FlowRights } from '../flow-rights.ts';
import { BAD_EXECUTION_NAME, executionNameOf, parseFlowArn, qualifierOf } from './parameters.ts';
import { ABORTED, orRefusal, refusalOfDepth, refusalOfRights, refused } from './refusal.ts';

/** The region and account of this server. A flow can start flows of its own server only, so an ARN with another is refused. */
export interface FlowPlace {
  readonly region: string;
  readonly account: string;
}

export interface StandardChildOptions {
  readonly durable: Pick<DurableRuntime, 'start'>;
  readonly ports: Pick<Ports, 'scheduler' | 'ids'>;
  readonly place: FlowPlace;
  readonly rights: FlowRights;
  /** How deep tasks may start executions (`limits.childDepth`). */
  readonly childDepth: number;
}

const RETRY_MS = 1_000;

/** A refused start fails the task as `FNF.<code>`, with the product spelled as in the definition. */
export async function startStandardChild(
  options: StandardChildOptions,
  call: ChildCall,
  signal: AbortSignal,
): Promise<TaskResult> {
  const start = startOf(call, options.place);
  if (typeof start === 'string') return refused(call, 'InvalidArgument', start);
  const refusal = refusalOfDepth(call, options.childDepth) ?? refusalOfRights(options.rights, call, start.flowName);
  if (refusal !== null) return refusal;
  if (signal.aborted) return ABORTED;
  const started = await orRefusal(call, begin(options, call, start));
  if (!started.ok) return started;
  const { name } = started.child.record;
  return succeeded({ FlowName: start.flowName, ExecutionName: name, RequestID: options.ports.ids.uuid() });
}

/** Repeats a Standard flow's start until the store accepts it: a failing disk delays a flow but does not fail it. */
async function begin(options: StandardChildOptions, { task }: ChildCall, start: DurableStart): Promise<Started> {
  for (;;) {
    try {
      return await options.durable.start(start);
    } catch (error) {
      if (error instanceof ApiError || error instanceof RunBroke || task === null) throw error;
      await pause(options.ports.scheduler, RETRY_MS);
    }
  }
}

/** The start that the task's parameters describe, or a sentence about the parameter that is wrong. */
function startOf(call: ChildCall, place: FlowPlace): DurableStart | string {
  const { parameters, task, mode, ancestry } = call;
  const arn = parseFlowArn(memberOf(parameters, 'resourceArn'));
  if (arn === null) return 'resourceArn must be acs:fnf:<region>:<account>:flow/<name>';
  for (const [part, setting] of [
    ['region', 'MILLRACE_REGION'],
    ['account', 'MILLRACE_ACCOUNT'],
  ] as const) {
    if (arn[part] === '' || arn[part] === place[part]) continue;
    return `resourceArn names the ${part} ${arn[part]}, but the ${part} of this server is ${place[part]} (${setting}). A flow can start flows of its own server only: leave the ${part} out of the ARN, or correct it`;
  }
  const name = executionNameOf(memberOf(parameters, 'executionName'));
  if (name === undefined) return BAD_EXECUTION_NAME;
  const input = memberOf(parameters, 'input') ?? {};
  if (!isJsonObject(input)) return 'input must be an object';
  const qualifier = qualifierOf(memberOf(parameters, 'qualifier'));
  if (qualifier === null) return 'qualifier must be the number of a version or the name of an alias';
  const takeOver = takeOverOf(call, name, arn.name);
  return {
    flowName: arn.name,
    qualifier,
    executionName: name ?? derivedName(call, arn.name),
    inputText: stringifyJson(input),
    input,
    origin: { from: 'task', task, waits: mode === 'WaitForSystemCallback', ancestry },
    ...(takeOver !== null && { takeOver }),
  };
}

/** The children that the task may take over, after a redrive of its execution. @param name in the definition; null for none */
function takeOverOf({ undone, isOld, mode }: ChildCall, name: string | null, flowName: string): TakeOver | null {
  if (undone === null) return null;
  const { events, same } = undone;
  if (name !== null) return { names: [name], events, isNamed: true };
  // A child that the task only started runs on its own, and another start is another execution.
  if (mode === 'RequestComplete') return null;
  return { names: same.map((call) => derivedName({ ...call, isOld }, flowName)), events, isNamed: false };
}

/**
 * A name that only a repetition of the same start gets again, after a crash. It derives from the key of the call. The names of
 * children of an execution that an older version started derive from its number, as they did there.
 */
function derivedName(
  { task, idempotencyKey, isOld }: Pick<ChildCall, 'task' | 'idempotencyKey' | 'isOld'>,
  flowName: string,
): string {
  const source = isOld && task !== null ? `${task.execution}/${task.event}/${flowName}` : idempotencyKey;
  const hex = createHash('sha256').update(source).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
