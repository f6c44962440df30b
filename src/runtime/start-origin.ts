/** Who starts an execution, and the consequences for its end and its errors. */
import type { StartSource } from '../base/observer.ts';
import type { Ancestry, ExecutionRecord, TaskReference } from '../store/executions.ts';
import type { DueTimes } from '../store/schedules.ts';

interface From<Source extends StartSource> {
  readonly from: Source;
}

export type StartOrigin =
  /** A caller of StartExecution or StartSyncExecution. */
  | From<'api'>
  /** A caller of StartExecution with `CallbackFnFTaskToken`: the end of the execution is reported to the task. */
  | (From<'token'> & {
      readonly task: TaskReference;
      readonly ancestry: Ancestry;
      /** No report can reach the task any more. */
      readonly isTaskOver: boolean;
    })
  /** A task; `task` is null when its execution is an Express one. With `waits` the task ends when the execution ends. */
  | (From<'task'> & { readonly task: TaskReference | null; readonly waits: boolean; readonly ancestry: Ancestry })
  /** A distributed Map of a Standard execution; `event` of the task is that of MapRunStarted. The run waits for the end. */
  | (From<'map'> & { readonly task: TaskReference; readonly ancestry: Ancestry })
  /** A schedule. A Standard start takes the due times when it becomes durable, and only if no other start has. */
  | (From<'schedule'> & { readonly flowId: string; readonly due: DueTimes });

/** One object for all starts by callers, because StartSyncExecution is the hot path. */
export const FROM_API: StartOrigin = Object.freeze({ from: 'api' });

/** The task that started the execution, or whose token the caller passed; null without either. */
export function parentOf(origin: StartOrigin): TaskReference | null {
  return 'task' in origin ? origin.task : null;
}

/** True when the end of the execution must be reported to {@link parentOf}. */
export function owesEnd(origin: StartOrigin): boolean {
  return origin.from === 'token' || origin.from === 'map' || (origin.from === 'task' && origin.waits);
}

/**
 * True for a start by a task or a Map of a Standard execution: it waits while the store fails, and may be repeated after a crash. The
 * caller of any other start gets an error instead.
 */
export function isRepeated(origin: StartOrigin): boolean {
  return origin.from === 'map' || (origin.from === 'task' && origin.task !== null);
}

const NO_ANCESTRY: Ancestry = Object.freeze({ depth: 0, startedBy: Object.freeze([]) });

/** The tasks that led to the execution which starts. */
export function ancestryOf(origin: StartOrigin): Ancestry {
  return 'ancestry' in origin ? origin.ancestry : NO_ANCESTRY;
}

/** Texts of `startedBy`: the nearest starts show the fault, and the depth says how many there are. */
const STARTED_BY_MAX = 10;

/** The ancestry of an execution that a task of a Standard execution starts. */
export function belowStandard(
  { flowName, name, ancestry }: Pick<ExecutionRecord, 'flowName' | 'name' | 'ancestry'>,
  state: string | null,
): Ancestry {
  return { depth: ancestry.depth + 1, startedBy: [starter(flowName, name, state)] };
}

/** The ancestry of an execution that a task of an Express execution starts. No store has the record of that execution. */
export function belowExpress(flowName: string, name: string, ancestry: Ancestry, state: string): Ancestry {
  const startedBy = [starter(flowName, name, state), ...ancestry.startedBy].slice(0, STARTED_BY_MAX);
  return { depth: ancestry.depth + 1, startedBy };
}

function starter(flowName: string, name: string, state: string | null): string {
  return [flowName, name, ...(state === null ? [] : [state])].join('/');
}
