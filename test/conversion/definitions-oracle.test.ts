/**
 * The expected results of `definitions/` are those of another interpreter of Amazon States Language too, unless that one lacks a
 * feature that the definition uses.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StateMachine } from 'aws-local-stepfunctions';
import { parse } from 'yaml';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import type { DefinitionRun } from './definition-files.ts';
import { ExpectedTasks, readDefinitions } from './definition-files.ts';

/** Definitions that the other interpreter cannot run, by what it lacks. */
const LACKING: Readonly<Record<string, readonly string[]>> = {
  'variables ("Assign")': [
    'variable-branches',
    'variable-choices',
    'variable-counter',
    'variable-errors',
    'variable-items',
    'variable-paths',
  ],
  '$$.State': ['context-object', 'human-approval', 'times'],
  '$$.Execution inside a Map': ['s3-pages'],
  'an empty list from [*]': ['map-projection'],
  'the event of an activity': ['activity'],
  'a function in CausePath': ['reminder'],
};

interface State {
  readonly Type: string;
  Resource?: unknown;
  readonly Retry?: unknown;
  readonly Branches?: readonly Scope[];
  readonly ItemProcessor?: Scope & { ProcessorConfig?: unknown };
}
interface Scope {
  readonly States: Readonly<Record<string, State>>;
}

/** The states of a definition, whose resources become functions; `resources` has the original ones. */
function prepare(scope: Scope, states: Map<string, State>, resources: Map<string, string>): void {
  for (const [name, state] of Object.entries(scope.States)) {
    states.set(name, state);
    if (state.Type === 'Task') {
      resources.set(name, String(state.Resource));
      state.Resource = 'arn:aws:lambda:us-east-1:123456789012:function:f';
    }
    for (const branch of state.Branches ?? []) prepare(branch, states, resources);
    if (state.ItemProcessor === undefined) continue;
    delete state.ItemProcessor.ProcessorConfig;
    prepare(state.ItemProcessor, states, resources);
  }
}

/** The event of a task in the form of `definitions/`, and the form of its result. */
function formOf(resource: string, given: JsonObject): { event: JsonValue; result(returns: JsonValue): JsonValue } {
  const whole = (returns: JsonValue): JsonValue => returns;
  if (resource.includes('lambda:invoke')) {
    const metadata = { SdkHttpMetadata: { HttpStatusCode: 200 }, SdkResponseMetadata: { RequestId: 'request' } };
    const payload = (Payload: JsonValue) => ({ Payload, StatusCode: 200, ExecutedVersion: 'PROD', ...metadata });
    return { event: given['Payload'] ?? {}, result: resource.includes('waitFor') ? whole : payload };
  }
  if (resource.includes('http:invoke')) {
    return { event: given['RequestBody'] ?? null, result: (ResponseBody) => ({ ResponseBody, StatusCode: 200 }) };
  }
  if (!resource.includes('startExecution')) return { event: given, result: whole };
  const { AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: _, ...event } = given['Input'] as JsonObject;
  if (resource.endsWith('sync:2')) return { event, result: (Output) => ({ Output, Status: 'SUCCEEDED' }) };
  if (resource.endsWith('sync')) return { event, result: (returns) => ({ Output: JSON.stringify(returns) }) };
  if (resource.includes('waitFor')) return { event, result: whole };
  return { event, result: (returns) => ({ ExecutionArn: (returns as JsonObject)['ExecutionName'] ?? null }) };
}

/** Errors of Amazon with another name here. */
const THEIRS: Readonly<Record<string, string>> = {
  'FnF.TaskTimeout': 'States.Timeout',
  'FC.ResourceThrottled': 'Lambda.TooManyRequestsException',
};

function handlerOf(resource: string, tasks: ExpectedTasks): (given: unknown) => never {
  return (given) => {
    const { event, result } = formOf(resource, given as JsonObject);
    const task = tasks.take(event, null);
    const [error, cause] = task === null ? ['Unexpected', JSON.stringify(event)] : (task.fails ?? []);
    if (error === undefined) return result(task?.returns ?? null) as never;
    throw Object.assign(new Error(cause), { name: THEIRS[error] ?? error });
  };
}

async function original(definition: string, run: DefinitionRun): Promise<{ output?: JsonValue; error?: string }> {
  const machine = parse(definition) as Scope;
  const states = new Map<string, State>();
  const resources = new Map<string, string>();
  prepare(machine, states, resources);
  const tasks = new ExpectedTasks(run);
  const atOnce = (test: (state: State) => boolean): Record<string, number> =>
    Object.fromEntries([...states].filter(([, state]) => test(state)).map(([name]) => [name, 1]));
  const input = run.input ?? {};
  const running = new StateMachine(machine as never, { validationOptions: { noValidate: true } }).run(input as never, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(
        [...resources].map(([name, resource]) => [name, handlerOf(resource, tasks)]),
      ),
      waitTimeOverrides: atOnce(({ Type }) => Type === 'Wait'),
      retryIntervalOverrides: atOnce(({ Retry }) => Retry !== undefined),
    },
    context: {
      Execution: { Id: 'e', Name: 'e', Input: input, StartTime: '', RoleArn: '' },
      StateMachine: { Id: 'acs:fnf:::flow/flow', Name: 'flow' },
      Task: { Token: 'TOKEN' },
    } as never,
  });
  try {
    return { output: (await running.result) as JsonValue };
  } catch (error) {
    const { name, cause } = error as { name: string; cause?: { name: string } };
    return { error: cause?.name ?? name };
  }
}

for (const { name, definition, runs } of readDefinitions()) {
  const lacks = Object.keys(LACKING).find((feature) => LACKING[feature]?.includes(name));
  if (lacks !== undefined) continue;
  test(`${name} has these results in another interpreter`, async () => {
    for (const run of runs) {
      const { output, error } = run;
      assert.deepEqual(await original(definition, run), error === undefined ? { output } : { error });
    }
  });
}
