/**
 * The task step, compiled to the actions that both dialects share (rules.md 10.14–10.16, 10.20). A step with a
 * `resourceArn` calls Function Compute, a flow or a queue; one with an `action` calls that operation.
 */
import { isJsonObject } from '../../base/json.ts';
import { STANDARD_EXECUTION_SECONDS } from '../limits.ts';
import { findAction } from '../tasks/action-name.ts';
import { childModeOf } from '../tasks/child-modes.ts';
import { atParameters, checkParameters } from '../tasks/action-parameters.ts';
import type { CompileContext } from '../shared/context.ts';
import type { FieldReader, Range } from '../shared/field-reader.ts';
import { constructOf, objectPart, Recipe } from '../shared/recipe.ts';
import type { Part } from '../shared/recipe.ts';
import { flowArnOf, objectOfText } from '../shared/step-values.ts';
import type { OwnMembers } from '../shared/state-drafts.ts';
import type { Transitions } from '../shared/state-names.ts';
import type { TaskMode, TaskState } from '../plan.ts';
import { readMode } from './pattern.ts';
import { readRecovery } from './retry-and-catch.ts';
import { readResource } from './resource.ts';
import { ServiceParams } from './service-params.ts';

/** The vendor names no limit (rules.md 10.14); no execution is longer. */
const TIMEOUT: Range = {
  min: 0,
  max: STANDARD_EXECUTION_SECONDS,
  says: `from 0 (none) to ${STANDARD_EXECUTION_SECONDS} seconds (a year)`,
};

type Members = (readonly [key: string, part: Part])[];
/** The call of a task whose mode is known. */
interface Call {
  readonly action: string;
  readonly members: Members;
  readonly resultMember: string | null;
}

const STEP_INPUT: Part = { build: new Recipe({ kind: 'input' }) };

export function readTask(context: CompileContext, task: FieldReader, transitions: Transitions): OwnMembers<TaskState> {
  const params = new ServiceParams(task);
  const { mode, call } = readCall(task, params, context.options.mode === 'Express');
  const action = call?.action ?? '';
  return {
    action,
    mode,
    child: childModeOf(action),
    parameters: constructOf(objectPart(call?.members ?? [])),
    timeoutSeconds: task.number('timeoutSeconds', TIMEOUT, { whole: false }),
    resultMember: call?.resultMember ?? null,
    ...readRecovery(task, transitions),
  };
}

function readCall(
  task: FieldReader,
  params: ServiceParams,
  express: boolean,
): { readonly mode: TaskMode; readonly call: Call | null } {
  if (task.has('action')) {
    if (task.has('resourceArn')) {
      task.faultAt('both-forms', 'action', `${task.what} has both "resourceArn" and "action"; remove one`);
    }
    return readAction(task, params, express);
  }
  if (!task.node.entries.has('resourceArn')) {
    task.missing('resourceArn', ' or "action"');
    return { mode: readMode(task, null, express), call: null };
  }
  const resource = readResource(task);
  if (resource === null) return { mode: readMode(task, null, express), call: null };
  const arn: Part = { value: resource.arn };
  switch (resource.kind) {
    case 'function': {
      const mode = readMode(task, 'FC:InvokeFunction', express);
      return { mode, call: invokeFunction(task, arn, params, mode) };
    }
    case 'flow': {
      const mode = readMode(task, 'FNF:StartExecution', express);
      return { mode, call: startFlow(arn, params) };
    }
    case 'message': {
      const mode = readMode(task, 'MNS:SendMessage', express);
      return { mode, call: sendMessage(task, arn, params) };
    }
  }
}

const FUNCTION_PARAMS = ['InvocationType', 'StatefulAsyncInvocationID'];

/** The event is the step's input; the result is what the function returned. */
function invokeFunction(task: FieldReader, arn: Part, params: ServiceParams, mode: TaskMode): Call {
  const given = params.get('InvocationType');
  const literal = given !== null && 'value' in given ? given.value : null;
  if (literal !== null && literal !== 'Sync' && literal !== 'Async') params.refuse('InvocationType', 'Sync or Async');
  if (mode === 'WaitForSystemCallback' && literal === 'Sync') {
    const message =
      'pattern sync goes with "InvocationType: Async": the system reports the end of asynchronous invocations only';
    task.faultAt('odd-mode', 'pattern', message);
  }
  if (params.get('StatefulAsyncInvocationID') !== null) {
    const message =
      '"StatefulAsyncInvocationID" is not passed to the function: each attempt of a task has its own id here';
    task.report.add(
      'key-without-effect',
      task.node.entries.get('serviceParams')?.value.offset ?? task.node.offset,
      task.at('serviceParams'),
      message,
    );
  }
  params.close('an invocation of a function', FUNCTION_PARAMS);
  const invocationType = given ?? { value: mode === 'WaitForSystemCallback' ? 'Async' : 'Sync' };
  return {
    action: 'FC:InvokeFunction',
    members: [
      ['resourceArn', arn],
      ['invocationType', invocationType],
      ['body', STEP_INPUT],
    ],
    // An asynchronous invocation returns no result, only the answer that accepted it.
    resultMember: mode === 'RequestComplete' && literal === 'Async' ? null : 'Body',
  };
}

const FLOW_PARAMS = ['Input', 'ExecutionName'];

function startFlow(arn: Part, params: ServiceParams): Call {
  params.close('a start of a flow', FLOW_PARAMS);
  return { action: 'FNF:StartExecution', members: startMembers(arn, params), resultMember: null };
}

/** Without `Input`, a child's input is that of the step. */
function startMembers(arn: Part, params: ServiceParams): Members {
  const name = params.get('ExecutionName');
  params.check('ExecutionName', 'FNF:StartExecution', 'executionName');
  return [
    ['resourceArn', arn],
    ...(name === null ? [] : [['executionName', name] as const]),
    ['input', childInput(params)],
  ];
}

/** The API's own parameter is the JSON text of an object, so `Input` may be one, too. */
function childInput(params: ServiceParams): Part {
  const given = params.get('Input');
  if (given === null) return STEP_INPUT;
  if ('build' in given) return { build: new Recipe({ kind: 'object-of-text', of: given.build }) };
  const value = objectOfText(given.value);
  if (!isJsonObject(value)) params.refuse('Input', 'a mapping, $ or a path such as $.key');
  return { value };
}

/** The serviceParams of a message, each with the parameter of `MNS:SendMessage` that it becomes (rules.md 10.15, 11.13). */
export const MESSAGE_PARAMS: readonly (readonly [param: string, parameter: string])[] = [
  ['MessageBody', 'message'],
  ['MessageTag', 'messageTag'],
  ['MessageAttributes', 'messageAttributes'],
  ['Priority', 'priority'],
  ['DelaySeconds', 'delaySeconds'],
];

function sendMessage(task: FieldReader, arn: Part, params: ServiceParams): Call {
  const members: Members = [['resourceArn', arn]];
  for (const [name, parameter] of MESSAGE_PARAMS) {
    const part = params.get(name);
    if (part !== null) members.push([parameter, part]);
    // The attributes may also be JSON text, as in the service's own API.
    if (name !== 'MessageAttributes') params.check(name, 'MNS:SendMessage', parameter);
  }
  if (params.get('MessageBody') === null) {
    const message = 'a message needs the parameter "MessageBody"; "MessageBody: $" sends the whole input of the step';
    atParameters(task, 'serviceParams', 'missing-parameter', message);
  }
  const known = MESSAGE_PARAMS.map(([name]) => name);
  params.close('a message', known);
  return { action: 'MNS:SendMessage', members, resultMember: null };
}

/** `action: product:Api`: serviceParams are the parameters of the operation. The name is not changed, because errors carry it. */
function readAction(
  task: FieldReader,
  params: ServiceParams,
  express: boolean,
): { readonly mode: TaskMode; readonly call: Call | null } {
  const name = task.text('action', { required: true });
  const known = name === null ? null : findAction(task, 'action', name);
  if (name === null || known === null) return { mode: readMode(task, null, express), call: null };
  const mode = readMode(task, name, express);
  if (childModeOf(name) === 'Standard') return { mode, call: startFlowByAction(task, name, params) };
  if (known.facts !== null) checkParameters(task, 'serviceParams', known.spelling ?? name, known.facts, params.given());
  return { mode, call: { action: name, members: [...params.all], resultMember: null } };
}

const START_PARAMS = ['FlowName', 'resourceArn', ...FLOW_PARAMS];

/** `fnf:StartExecution` with the parameters of the API, or with those of the integration. */
function startFlowByAction(task: FieldReader, action: string, params: ServiceParams): Call {
  const arn = params.get('resourceArn') ?? flowArn(params.get('FlowName'));
  if (arn === null) {
    atParameters(task, 'serviceParams', 'missing-parameter', `${action} needs the parameter "FlowName"`);
  }
  params.close(action, START_PARAMS);
  return { action, members: startMembers(arn ?? { value: null }, params), resultMember: null };
}

function flowArn(name: Part | null): Part | null {
  if (name === null) return null;
  if ('value' in name) return { value: flowArnOf(name.value) };
  return { build: new Recipe({ kind: 'flow-arn', of: name.build }) };
}
