/**
 * The flows of a storm. Each ends by itself within seconds, because its waits are short and its callbacks time out or are reported.
 * Every call carries what identifies the work: flow, execution, the mark of the start, state and item.
 */
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';

/** A flow that is deleted and created again, so that names come back. */
export const PHOENIX = 'phoenix';
/** Run by StartSyncExecution. */
export const EXPRESS = 'express';

/** The input of every state: the answer of a service does not replace it. */
const CARRY = { 'start.$': '$Input.start', 'kind.$': '$Input.kind', 'item.$': '$Input.item' };
const END = { End: true };
const RETRY = { Retry: [{ Errors: ['FnF.ALL'], MaxAttempts: 2, IntervalSeconds: 1 }] };

/** The definitions by flow, the Express one among them. @param url of the service that the tasks call */
export function stormFlows(url: string): ReadonlyMap<string, JsonObject> {
  const statesOf: Readonly<Record<string, (make: States) => readonly JsonObject[]>> = {
    leaf: ({ call }) => [call('L1'), call('L2', END)],
    ask: ({ callback, call }) => [callback('A1', 3), call('A2', END)],
    steps: ({ call, callback }) => [
      call('S1', RETRY),
      { Type: 'Wait', Name: 'W', Seconds: 1 },
      call('S2'),
      callback('S3', 2, { Catch: [{ Errors: ['FnF.ALL'], Next: 'S4' }] }),
      call('S4', END),
    ],
    branches: ({ call, callback }) => {
      const Branches = [[call('P1'), call('P2', END)], [callback('P3', 4, END)], [call('P4', END)]].map(scopeOf);
      return [{ Type: 'Parallel', Name: 'P', Branches, OutputConstructor: CARRY }, call('P5', END)];
    },
    items: ({ call }) => {
      const each = { ...CARRY, 'item.$': '$Item' };
      const Processor = scopeOf([call('M1'), call('M2', END)]);
      const map = { ItemsPath: '$Input.list', ItemConstructor: each, MaxConcurrency: 2, Processor };
      return [{ Type: 'Map', Name: 'M', ...map, ...END }];
    },
    parent: ({ child }) => [child('C1', 'leaf'), child('C2', 'ask', END)],
    named_parent: ({ child }) => [child('N1', 'leaf', END, '$Context.Execution.Name')],
    // Without a timeout: it ends by a report, by a stop, or at the end of the storm, which reports every token.
    patient: ({ callback, call }) => [callback('T1', 0), call('T2', END)],
    looping: ({ call }) => [
      { Type: 'Pass', Name: 'Begin', GlobalConstructor: { n: 0 } },
      { Type: 'Pass', Name: 'Count', GlobalConstructor: { 'n.$': 'intAdd($Global.n, 1)' } },
      call('Work'),
      { Type: 'Choice', Name: 'More', Branches: [{ Condition: '$Global.n < 3', Next: 'Count' }], Default: 'Done' },
      { Type: 'Succeed', Name: 'Done' },
    ],
    [PHOENIX]: ({ call, callback }) => [call('X1'), callback('X2', 3), call('X3', END)],
    [EXPRESS]: ({ call }) => [call('E1'), call('E2', END)],
  };
  return new Map(
    Object.entries(statesOf).map(([flow, states]) => [
      flow,
      { Type: 'StateMachine', SpecVersion: 'v1', Name: flow, ...scopeOf(states(statesFor(flow, url))) },
    ]),
  );
}

interface States {
  call(name: string, more?: JsonObject): JsonObject;
  /** A call whose service reports. @param timeout in seconds; 0: none */
  callback(name: string, timeout: number, more?: JsonObject): JsonObject;
  /** Starts a flow and waits for it. @param executionName an expression; without it the server derives a name */
  child(name: string, flow: string, more?: JsonObject, executionName?: string): JsonObject;
}

function statesFor(flow: string, url: string): States {
  const call: States['call'] = (name, more = {}) => ({
    Type: 'Task',
    Name: name,
    Action: 'HTTP:Request',
    Parameters: {
      'url.$': `format("${url}/{}", $Input.kind)`,
      method: 'POST',
      body: {
        flow,
        'execution.$': '$Context.Execution.Name',
        'start.$': '$Input.start',
        state: name,
        'item.$': '$Input.item',
      },
    },
    OutputConstructor: CARRY,
    ...more,
  });
  return {
    call,
    callback: (name, timeout, more = {}) =>
      call(name, { TaskMode: 'WaitForCustomCallback', ...(timeout > 0 && { Timeout: timeout }), ...more }),
    child: (name, other, more = {}, executionName = '') => ({
      Type: 'Task',
      Name: name,
      Action: 'FNF:StartExecution',
      TaskMode: 'WaitForSystemCallback',
      Parameters: {
        resourceArn: `acs:fnf:::flow/${other}`,
        ...(executionName !== '' && { 'executionName.$': executionName }),
        input: { 'start.$': '$Input.start', 'kind.$': '$Input.kind', item: name },
      },
      OutputConstructor: CARRY,
      ...more,
    }),
  };
}

/** A scope whose states follow one another, where they do not say otherwise. */
function scopeOf(states: readonly JsonObject[]): JsonObject {
  const chained = states.map((state, i) => {
    const ends = state['End'] === true || state['Type'] === 'Choice' || state['Type'] === 'Succeed';
    return ends ? state : { ...state, Next: states[i + 1]?.['Name'] as JsonValue };
  });
  return { StartAt: states[0]?.['Name'] as JsonValue, States: chained };
}
