/**
 * `FNF:StartExecution` (integrations.md 5, docs/tasks.md): starts a Standard execution. In WaitForSystemCallback the durable
 * runtime reports the child's end to the task, and stops the child when the task is given up.
 */
import { createHash } from 'node:crypto';
import type { TaskResult } from '../../actions/action.ts';
import { succeeded } from '../../actions/results.ts';
import { ApiError } from '../../api/error.ts';
import { isJsonObject, memberOf, stringifyJson } from '../../base/json.ts';
import type { Ports } from '../../base/ports.ts';
import { pause } from '../../base/scheduler.ts';
import type { ExecutionStore, TaskReference } from '../../store/executions.ts';
import type { ChildCall } from '../driver/calls.ts';
import type { DurableRuntime, DurableStart, Started } from '../durable/durable.ts';
import { BAD_EXECUTION_NAME, executionNameOf, parseFlowArn, qualifierOf } from './parameters.ts';
import { CallDepthExceeded, GIVEN_UP, orRefusal, refused } from './refusal.ts';

/** Where this server is. An ARN that names another place is refused: a flow starts flows of its own server only. */
export interface FlowPlace {
  readonly region: string;
  readonly account: string;
}

export interface StandardChildOptions {
  readonly durable: Pick<DurableRuntime, 'start'>;
  readonly store: Pick<ExecutionStore, 'get'>;
  readonly ports: Pick<Ports, 'scheduler' | 'ids'>;
  readonly place: FlowPlace;
  /** How many executions may wait for a child, one below the other, so that a flow which waits for itself ends. */
  readonly childDepth: number;
}

const RETRY_MS = 1_000;

/** A start that is refused fails as `FNF.<code>`, with the product spelled as in the definition. */
export async function startStandardChild(
  options: StandardChildOptions,
  call: ChildCall,
  signal: AbortSignal,
): Promise<TaskResult> {
  const start = startOf(call, options.place);
  if (typeof start === 'string') return refused(call, 'InvalidArgument', start);
  if (signal.aborted) return GIVEN_UP;
  const started = await orRefusal(call, begin(options, call, start));
  if (!started.ok) return started;
  const { name } = started.child.record;
  return succeeded({ FlowName: start.flowName, ExecutionName: name, RequestID: options.ports.ids.uuid() });
}

/** Trouble with the disk does not fail a flow: a start that the store does not take is repeated until it does. */
async function begin(options: StandardChildOptions, { task }: ChildCall, start: DurableStart): Promise<Started> {
  for (;;) {
    try {
      if (task !== null && start.origin.from === 'task' && start.origin.waits) await refuseTooDeep(task, options);
      return await options.durable.start(start);
    } catch (error) {
      if (error instanceof ApiError || error instanceof CallDepthExceeded || task === null) throw error;
      await pause(options.ports.scheduler, RETRY_MS);
    }
  }
}

/** Follows the chain of executions that wait for one another. @throws {CallDepthExceeded} */
async function refuseTooDeep(task: TaskReference, { store, childDepth }: StandardChildOptions): Promise<void> {
  let above: TaskReference | null = task;
  for (let depth = 1; above !== null; depth++) {
    if (depth > childDepth) {
      const waiting = `${childDepth} executions wait for one another here already`;
      throw new CallDepthExceeded(`${waiting}; the setting limits.childDepth allows no more.`);
    }
    const record = await store.get(above.execution);
    above = record === null || record.callback === 'none' ? null : record.parent;
  }
}

/** The execution that a task asks for, or a sentence that says which parameter is wrong. */
function startOf(call: ChildCall, place: FlowPlace): DurableStart | string {
  const { parameters, task, mode } = call;
  const arn = parseFlowArn(memberOf(parameters, 'resourceArn'));
  if (arn === null) return 'resourceArn must be acs:fnf:<region>:<account>:flow/<name>';
  for (const [part, setting] of [
    ['region', 'MILLRACE_REGION'],
    ['account', 'MILLRACE_ACCOUNT'],
  ] as const) {
    if (arn[part] === '' || arn[part] === place[part]) continue;
    return `resourceArn names the ${part} ${arn[part]}, and this server is ${place[part]} (${setting}): a flow can only start flows of its own server; leave the ${part} empty to mean it`;
  }
  const name = executionNameOf(memberOf(parameters, 'executionName'));
  if (name === undefined) return BAD_EXECUTION_NAME;
  const input = memberOf(parameters, 'input') ?? {};
  if (!isJsonObject(input)) return 'input must be an object';
  const qualifier = qualifierOf(memberOf(parameters, 'qualifier'));
  if (qualifier === null) return 'qualifier must be the number of a version or the name of an alias';
  return {
    flowName: arn.name,
    qualifier,
    executionName: name ?? derivedName(call, arn.name),
    inputText: stringifyJson(input),
    input,
    origin: { from: 'task', task, waits: mode === 'WaitForSystemCallback' },
  };
}

/**
 * The same name for a start that is repeated after a crash, and for no other start. A task is known by its execution's id,
 * which is given out once; an Express execution by its key, which ends in a UUID of its own.
 */
function derivedName({ task, idempotencyKey }: ChildCall, flowName: string): string {
  const identity = task === null ? idempotencyKey : `${task.execution}/${task.event}/${flowName}`;
  const hex = createHash('sha256').update(identity).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
