/** Standard flows for tests of the operations, and what they call. */
import type { TaskCall, TaskResult } from '../../src/actions/action.ts';
import { systemClock } from '../../src/base/clock.ts';
import { systemScheduler } from '../../src/base/scheduler.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { House, HouseChanges, StoreName } from './house.ts';
import { withHouse } from './house.ts';

/** Runs `use` in a house where Standard executions may run: on the machine's clock where commits take real time. */
export function withStandard(
  store: StoreName,
  use: (house: House) => Promise<void>,
  changes: HouseChanges = {},
): Promise<void> {
  return withHouse(
    store,
    use,
    store === 'sqlite' ? { ...changes, time: { clock: systemClock, scheduler: systemScheduler } } : changes,
  );
}

/** A definition of states that follow each other. */
export function definitionOf(...states: readonly JsonObject[]): string {
  const chained = states.map((state, i) => {
    const next = states[i + 1]?.['Name'];
    return next === undefined ? { ...state, End: true } : { ...state, Next: next };
  });
  const StartAt = states[0]?.['Name'] ?? '';
  return JSON.stringify({ Type: 'StateMachine', SpecVersion: 'v1', Name: 'f', StartAt, States: chained });
}

export const PASS: JsonObject = { Name: 'P', Type: 'Pass' };
export const CALLBACK: JsonObject = {
  Name: 'Ask',
  Type: 'Task',
  Action: 'HTTP:Request',
  TaskMode: 'WaitForCustomCallback',
  Parameters: { url: 'http://127.0.0.1/' },
};

/** Parameters that make a Standard flow `f`. */
export function standard(definition: string, more: Record<string, string> = {}): Record<string, string> {
  return { Name: 'f', Definition: definition, Type: 'FDL', ...more };
}

/** A service that accepts work and never reports it: it holds the tokens of the tasks by their executions. */
export class Desk {
  readonly #tokens = new Map<string, string>();
  readonly #wanted = new Map<string, (token: string) => void>();

  readonly take = (call: TaskCall): Promise<TaskResult> => {
    const token = call.taskToken ?? '';
    this.#tokens.set(call.executionName, token);
    this.#wanted.get(call.executionName)?.(token);
    return Promise.resolve({ ok: true, output: { accepted: true } });
  };

  /** The token of an execution's task, when it has come. */
  tokenOf(execution: string): Promise<string> {
    const token = this.#tokens.get(execution);
    if (token !== undefined) return Promise.resolve(token);
    return new Promise((resolve) => this.#wanted.set(execution, resolve));
  }
}

/** The reply of DescribeExecution once the execution has ended. */
export function ended({ call }: House, ExecutionName: string): Promise<JsonObject> {
  return call('DescribeExecution', { FlowName: 'f', ExecutionName, WaitTimeSeconds: '60' });
}

/** The events of an execution, all in one page, with their details as values. */
export async function eventsOf({ call }: House, ExecutionName: string): Promise<readonly ServedEvent[]> {
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

/** All executions of `f` that a filter lets through, by following the tokens. */
export async function namesOf({ call }: House, filter: Record<string, string> = {}): Promise<unknown[]> {
  const names: unknown[] = [];
  let token = '';
  do {
    const page = await call('ListExecutions', { FlowName: 'f', NextToken: token, ...filter });
    names.push(...(page['Executions'] as unknown as JsonObject[]).map((execution) => execution['Name']));
    token = (page['NextToken'] as string | undefined) ?? '';
  } while (token !== '');
  return names;
}
