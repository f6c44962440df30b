/** Executions of Standard flows in tests of the operations: the service that they call, and what the API shows of them. */
import type { JsonObject } from '../../src/base/json.ts';
import { taskSucceeded } from '../../src/testing/stand-ins.ts';
import type { TaskCall, TaskResult } from '../../src/testing/stand-ins.ts';
import type { ApiHarness } from './api-harness.ts';

/** A service that accepts work and does not report it. It collects the tokens of the tasks, by execution. */
export class Desk {
  readonly #tokens = new Map<string, string>();
  readonly #wanted = new Map<string, (token: string) => void>();

  readonly take = (call: TaskCall): TaskResult => {
    const token = call.taskToken ?? '';
    this.#tokens.set(call.executionName, token);
    this.#wanted.get(call.executionName)?.(token);
    return taskSucceeded({ accepted: true });
  };

  /** Resolves with the token of an execution's task, when the task is called. */
  tokenOf(execution: string): Promise<string> {
    const token = this.#tokens.get(execution);
    if (token !== undefined) return Promise.resolve(token);
    return new Promise((resolve) => this.#wanted.set(execution, resolve));
  }
}

/** The reply of DescribeExecution once the execution has ended. */
export function ended({ call }: ApiHarness, ExecutionName: string): Promise<JsonObject> {
  return call('DescribeExecution', { FlowName: 'f', ExecutionName, WaitTimeSeconds: '60' });
}

/** The events of an execution in one page, with their details as values. */
export async function eventsOf({ call }: ApiHarness, ExecutionName: string): Promise<readonly ServedEvent[]> {
  const { Events } = await call('GetExecutionHistory', { FlowName: 'f', ExecutionName, Limit: '1000' });
  return (Events as unknown as (Omit<ServedEvent, 'detail'> & { EventDetail: string })[]).map((event) => ({
    ...event,
    detail: JSON.parse(event.EventDetail) as JsonObject,
  }));
}

export interface ServedEvent {
  readonly Type: string;
  readonly EventId: number;
  readonly ScheduleEventId: number;
  readonly Time: string;
  readonly StepName: string;
  readonly detail: JsonObject;
}

/** Members of an execution in replies, in their order. */
export const EXECUTION_MEMBERS: readonly string[] = [
  'Status',
  'StoppedTime',
  'StartedTime',
  'FlowDefinition',
  'Output',
  'FlowName',
  'Name',
  'Input',
];

/** The names of all executions of `f` that pass a filter, from all pages. */
export async function namesOf({ call }: ApiHarness, filter: Record<string, string> = {}): Promise<unknown[]> {
  const names: unknown[] = [];
  let token = '';
  do {
    const page = await call('ListExecutions', { FlowName: 'f', NextToken: token, ...filter });
    names.push(...(page['Executions'] as unknown as JsonObject[]).map((execution) => execution['Name']));
    token = (page['NextToken'] as string | undefined) ?? '';
  } while (token !== '');
  return names;
}
