/** Converts the call of a task step to an action with its parameters and result (rules.md 10.15, 10.16, 10.20). */
import { parseJsonObject } from '../../base/json.ts';
import { readMode } from '../../language/classic/pattern.ts';
import { readResource } from '../../language/classic/resource.ts';
import { MESSAGE_PARAMS } from '../../language/classic/task.ts';
import { childModeOf } from '../../language/tasks/child-modes.ts';
import type { Node } from '../../language/text/document.ts';
import { isNull, toJson } from '../../language/text/document.ts';
import { FieldReader } from '../../language/shared/field-reader.ts';
import type { TaskMode } from '../../language/plan.ts';
import { Report } from '../../language/text/report.ts';
import type { Outcome } from '../outcome.ts';
import type { Term } from '../terms.ts';
import { call, constant, constantOf, isTextLiteral, literal, member, object, OUTPUT } from '../terms.ts';
import { field, textField } from './model.ts';
import type { Step } from './model.ts';

export interface ConvertedTask {
  readonly action: string;
  readonly mode: TaskMode;
  readonly parameters: Term;
  /** `$local` of the step. */
  readonly result: Term;
  /** True if the result is certainly an object. */
  readonly isObject: boolean;
}

/** Returns the value of a text in serviceParams that is a path; null for other text. */
export type ReadParam = (node: Node) => Term | null;

/** Returns the call of a task. `input` is the step's input. */
export function convertTask(outcome: Outcome, step: Step, input: Term, readParam: ReadParam): ConvertedTask {
  const params = serviceParams(step, readParam);
  // The definition compiles, so the readers of the language have nothing to report.
  const task = new FieldReader(new Report(''), { node: step.node, path: null }, 'the step');
  const mode = readMode(task, null, false);
  const action = textField(step.node, 'action');
  if (action !== null) return convertAction(outcome, step, action, mode, params, input);
  const resource = readResource(task);
  const arn = literal(resource?.arn ?? '');
  switch (resource?.kind) {
    case 'flow':
      return called('FNF:StartExecution', mode, startMembers(arn, params, input));
    case 'message':
      return called('MNS:SendMessage', mode, [['resourceArn', arn], ...messageMembers(params)]);
    default:
      return invokeFunction(outcome, step, arn, mode, params, input);
  }
}

/** A call whose result is the answer of the service or the output of a callback. */
function called(action: string, mode: TaskMode, members: Iterable<readonly [string, Term]>): ConvertedTask {
  return { action, mode, parameters: object(members), result: OUTPUT, isObject: mode !== 'WaitForCustomCallback' };
}

type Params = ReadonlyMap<string, Term>;
type Members = (readonly [string, Term])[];

function serviceParams(step: Step, readParam: ReadParam): Params {
  const params = new Map<string, Term>();
  const node = field(step.node, 'serviceParams');
  for (const { key, value } of node?.kind === 'map' ? node.entries.values() : []) {
    if (!isNull(value)) params.set(key, readParam(value) ?? constant(toJson(value)));
  }
  return params;
}

function invokeFunction(
  outcome: Outcome,
  step: Step,
  arn: Term,
  mode: TaskMode,
  params: Params,
  input: Term,
): ConvertedTask {
  if (params.has('StatefulAsyncInvocationID')) {
    outcome.note(step.node, '"StatefulAsyncInvocationID" is left out: neither language passes it to the function');
  }
  const given = params.get('InvocationType');
  const type = given ?? literal(mode === 'WaitForSystemCallback' ? 'Async' : 'Sync');
  const isAccepted = mode === 'RequestComplete' && given !== undefined && constantOf(given) === 'Async';
  return {
    action: 'FC:InvokeFunction',
    mode,
    parameters: object([
      ['resourceArn', arn],
      ['invocationType', type],
      ['body', input],
    ]),
    result: isAccepted || mode === 'WaitForCustomCallback' ? OUTPUT : member(OUTPUT, 'Body'),
    isObject: isAccepted,
  };
}

function startMembers(arn: Term, params: Params, input: Term): Members {
  const name = params.get('ExecutionName');
  return [
    ['resourceArn', arn],
    ...(name === undefined ? [] : [['executionName', name] as const]),
    ['input', childInput(params.get('Input'), input)],
  ];
}

/** A constant can be the JSON text of an object, like the parameter of the API. */
function childInput(given: Term | undefined, input: Term): Term {
  if (given === undefined) return input;
  return isTextLiteral(given) ? constant(parseJsonObject(given.value) ?? given.value) : given;
}

function messageMembers(params: Params): Members {
  return MESSAGE_PARAMS.flatMap(([name, parameter]) => {
    const value = params.get(name);
    return value === undefined ? [] : [[parameter, value] as const];
  });
}

function convertAction(
  outcome: Outcome,
  step: Step,
  action: string,
  mode: TaskMode,
  params: Params,
  input: Term,
): ConvertedTask {
  if (childModeOf(action) !== 'Standard') return called(action, mode, params);
  const arn = params.get('resourceArn') ?? flowArn(params.get('FlowName'));
  if (arn === null) outcome.refuse(step.node, `${action} needs the parameter "FlowName"`);
  return called(action, mode, startMembers(arn ?? literal(''), params, input));
}

function flowArn(name: Term | undefined): Term | null {
  if (name === undefined) return null;
  return isTextLiteral(name)
    ? literal(`acs:fnf:::flow/${name.value}`)
    : call('format', literal('acs:fnf:::flow/{}'), name);
}
