/** Standard executions that tasks start: what `FNF:StartExecution` asks of the runtime (integrations.md 5). */
import { createHash } from 'node:crypto';
import { ApiError } from '../../api/error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import { stringifyJson } from '../../base/json.ts';
import { CallDepthExceeded } from '../../actions/fnf/start.ts';
import type { StartChildRequest, StartExecution } from '../../actions/fnf/start.ts';
import type { ExecutionStore, TaskReference } from '../../store/executions.ts';
import type { StandardRuntime } from '../durable/durable.ts';

const RETRY_MS = 1_000;

/**
 * The port that the actions are given. A start that the store cannot keep is tried until it can: trouble with a disk is
 * not the failure of a flow. One that is refused throws.
 */
export interface ChildExecutionsOptions {
  readonly standard: Pick<StandardRuntime, 'start'>;
  readonly store: Pick<ExecutionStore, 'get'>;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Executions that wait for a child, one below the other; more are refused, so that a flow which waits for itself ends. */
  readonly childDepth: number;
}

export function startExecutionOf(options: ChildExecutionsOptions): StartExecution {
  const { standard, clock, ids } = options;
  return async (request) => {
    const { flowName, qualifier, input, task, waits } = request;
    const start = {
      flowName,
      qualifier,
      executionName: request.executionName ?? derivedName(request),
      inputText: stringifyJson(input),
      input,
      parent: task,
      reports: waits,
      byTask: task !== null,
    };
    for (;;) {
      try {
        if (waits && task !== null) await refuseTooDeep(task, options);
        const { name } = await standard.start(start);
        return { flowName, executionName: name, requestId: ids.uuid() };
      } catch (error) {
        if (error instanceof ApiError || error instanceof CallDepthExceeded || task === null) throw error;
        await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
      }
    }
  };
}

/** Looks up the chain of executions that wait for one another. @throws {CallDepthExceeded} */
async function refuseTooDeep(task: TaskReference, { store, childDepth }: ChildExecutionsOptions): Promise<void> {
  let above: TaskReference | null = task;
  for (let depth = 1; above !== null; depth++) {
    if (depth > childDepth) {
      const deep = `${childDepth} executions wait for one another here already`;
      throw new CallDepthExceeded(`${deep}; the setting limits.childDepth allows no more`);
    }
    const record = await store.get(above.execution);
    above = record === null || record.callback === 'none' ? null : record.parent;
  }
}

/**
 * The same for a start that comes again after a crash, and for no other: a task is known by its execution's id, which is
 * never given out again; an Express execution by its key, which ends in a UUID of its own.
 */
function derivedName({ task, idempotencyKey, flowName }: StartChildRequest): string {
  const identity = task === null ? idempotencyKey : `${task.execution}/${task.event}/${flowName}`;
  const hex = createHash('sha256').update(identity).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
