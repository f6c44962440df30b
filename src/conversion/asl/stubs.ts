/**
 * Stubs: a function in place of a resource without an equivalent. It gets the Parameters of the task as its event, and has
 * to answer as the service does.
 */
import type { Node } from '../../language/text/document.ts';
import { call, literal, member, object, OUTPUT, variable } from '../terms.ts';
import type { Term } from '../terms.ts';
import { readActivity, readServiceResource } from './arns.ts';
import { invocation } from './functions.ts';
import type { MachineContext } from './machine-context.ts';
import type { ConvertedTask, TaskSource } from './task-source.ts';
import { shown } from './task-source.ts';

/** Functions that do what no state or expression can: their names, and what they have to do. */
const COMPUTING = {
  'current-time': 'gives the time: write it; it has to return a text such as 2030-01-31T08:00:00.000Z',
  'json-path':
    'selects values: write it; it gets {"path", "data"} and has to return the values at the JSONPath in the data',
  fail: 'fails: write it; it gets {"error", "cause"} and has to fail with them as the name and the message of its error',
  wait: 'waits: write it; it gets {"timestamp"} or {"seconds"} and has to answer then',
} as const;

export type ComputingFunction = keyof typeof COMPUTING;

/** Returns the ARN of such a function, with a note about it. */
export function computingFunction({ outcome, functions }: MachineContext, name: ComputingFunction, node: Node): string {
  const valid = functions.nameOf(`(${name})`, name, name);
  outcome.note(node, `the function "${valid}" ${COMPUTING[name]}`);
  return arnText(valid);
}

const TOKEN = member(member(variable('$Context'), 'Current'), 'TaskToken');

/** Returns the call of a function that is named after the resource. */
export function convertStub(task: TaskSource, resource: string): ConvertedTask {
  const activity = readActivity(resource);
  if (activity !== null) return activityStub(task, activity, resource);
  const service = readServiceResource(resource);
  const isJob = service !== null && service.pattern.startsWith('sync');
  const parameters = (type: 'Sync' | 'Async', name: string) => invocation(arnOf(name), type, task.input);
  // Only a job has a function of its own: it does the work to its end, and does not just begin it.
  const called = service === null ? resource : `${service.api}${isJob ? `.${service.pattern}` : ''}`;
  const name = nameOf(task, called, called);
  if (task.waits) {
    const duty = 'it gets the Parameters, among them the token, with which the work is reported';
    note(task, name, resource, duty);
    return { ...FUNCTION, mode: 'WaitForCustomCallback', parameters: parameters('Sync', name), result: OUTPUT };
  }
  if (isJob) {
    note(task, name, resource, 'it gets the Parameters, and answers at the end of the job with the result of the job');
    return { ...FUNCTION, mode: 'WaitForSystemCallback', parameters: parameters('Async', name), result: RESULT };
  }
  note(task, name, resource, 'it gets the Parameters, and has to answer as the service does');
  return { ...FUNCTION, mode: 'RequestComplete', parameters: parameters('Sync', name), result: RESULT };
}

const FUNCTION = { action: 'FC:InvokeFunction' } as const;
const RESULT = member(OUTPUT, 'Body');

/** An activity: the function gets what GetActivityTask answers. */
function activityStub(task: TaskSource, activity: string, resource: string): ConvertedTask {
  const name = nameOf(task, resource, activity);
  note(task, name, resource, 'it gets the members taskToken and input of GetActivityTask and passes them to a worker');
  const event = object([
    ['taskToken', TOKEN],
    ['input', call('jsonToString', task.input)],
  ]);
  const parameters = invocation(arnOf(name), 'Sync', event);
  return { ...FUNCTION, mode: 'WaitForCustomCallback', parameters, result: OUTPUT };
}

/** `original` is not a valid name of a function, so that it does not get that of one. */
function nameOf({ context, stateName }: TaskSource, original: string, wanted: string): string {
  return context.functions.nameOf(
    original === '' ? `(${stateName})` : original,
    'stub',
    wanted === '' ? stateName : wanted,
  );
}

function arnOf(name: string): Term {
  return literal(arnText(name));
}

function arnText(name: string): string {
  return `acs:fc:::functions/${name}/LATEST`;
}

function note({ context, node }: TaskSource, name: string, resource: string, duty: string): void {
  context.outcome.note(node, `the function "${name}" replaces the resource ${shown(resource)}: write it; ${duty}`);
}
