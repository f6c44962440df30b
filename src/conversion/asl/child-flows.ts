/** Converts `states:startExecution` to `FNF:StartExecution`. */
import { call, isTextLiteral, literal, member, NULL, object, OUTPUT } from '../terms.ts';
import type { Term } from '../terms.ts';
import { behindMarker, readMachineArn } from './arns.ts';
import { flowArn } from './context-object.ts';
import { hasPlaceholder } from './function-names.ts';
import type { ConvertedTask, TaskSource } from './task-source.ts';
import { namingParameter, noteDropped, shown } from './task-source.ts';

export function startExecution(task: TaskSource, pattern: string): ConvertedTask | null {
  const { node, input } = task;
  const { outcome } = task.context;
  const target = childFlow(task, namingParameter(input, 'StateMachineArn'));
  if (target === null) {
    outcome.refuse(node, 'StateMachineArn is missing; it names the child flow');
    return null;
  }
  noteDropped(task, ['StateMachineArn', 'Input', 'Name', 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID']);
  const members: [string, Term][] = [...target];
  if (member(input, 'Name') !== NULL) members.push(['executionName', member(input, 'Name')]);
  if (member(input, 'Input') !== NULL) members.push(['input', withoutMarker(member(input, 'Input'))]);
  const parameters = object(members);
  if (pattern === 'waitForTaskToken') {
    return { action: 'FNF:StartExecution', mode: 'WaitForCustomCallback', parameters, result: OUTPUT };
  }
  if (pattern === '') return startedExecution(task, parameters);
  outcome.note(
    node,
    'the result of a child execution has only Output, Status and Name here; if the child fails, the task fails with its error, not with States.TaskFailed',
  );
  return {
    action: 'FNF:StartExecution',
    mode: 'WaitForSystemCallback',
    parameters,
    result: object([
      ['Output', pattern === 'sync' ? call('jsonToString', OUTPUT) : OUTPUT],
      ['Status', literal('SUCCEEDED')],
      ...(member(input, 'Name') === NULL ? [] : ([['Name', member(input, 'Name')]] as [string, Term][])),
    ]),
  };
}

/** The start alone. If the definition reads the ARN of the execution, the result has the name in its place. */
function startedExecution({ context, node }: TaskSource, parameters: Term): ConvertedTask {
  const result = '{"FlowName", "ExecutionName", "RequestID"} instead of {"ExecutionArn", "StartDate"}';
  const mode = 'RequestComplete';
  if (!context.mentions('ExecutionArn')) {
    context.outcome.note(node, `the result is ${result}`);
    return { action: 'FNF:StartExecution', mode, parameters, result: OUTPUT };
  }
  context.outcome.note(node, 'ExecutionArn is the name of the child execution here, and the result has no StartDate');
  const named = object([['ExecutionArn', member(OUTPUT, 'ExecutionName')]]);
  return { action: 'FNF:StartExecution', mode, parameters, result: named };
}

/** Returns the parameters that name the child flow; null without a StateMachineArn. */
function childFlow({ context, node }: TaskSource, arn: Term): [string, Term][] | null {
  const { outcome, flows } = context;
  if (arn === NULL) return null;
  const computed = behindMarker(arn, ':stateMachine:') ?? arn;
  if (!isTextLiteral(computed)) {
    outcome.note(node, 'StateMachineArn is computed here: its value must be the name of a flow, not an ARN');
    return [['resourceArn', call('format', literal(flowArn('{}')), computed)]];
  }
  if (computed.value === flowArn(context.machineName)) return [['resourceArn', computed]];
  const read = readMachineArn(computed.value);
  const name = flows.nameOf(read.name, 'child');
  if (name !== read.name) {
    outcome.note(
      node,
      `the child flow has the name ${name} here, after ${shown(read.name)}; write its real name if it has another`,
    );
  }
  const qualifier = read.qualifier !== undefined && !hasPlaceholder(read.qualifier) ? read.qualifier : undefined;
  return [
    ['resourceArn', literal(flowArn(name))],
    ...(qualifier === undefined ? [] : ([['qualifier', literal(qualifier)]] as [string, Term][])),
  ];
}

/** Removes a member that the service's console adds to link executions. */
function withoutMarker(input: Term): Term {
  if (input.kind !== 'object') return input;
  return object(
    input.members
      .filter(({ key }) => key !== 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID')
      .map(({ key, value }) => [key, value]),
  );
}
