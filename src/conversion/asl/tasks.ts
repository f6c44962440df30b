/** Converts the resource of a task to an action, its parameters and its result. */
import { cut } from '../../base/text.ts';
import type { Node } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';
import { call, isTextLiteral, literal, member, NULL, object, OUTPUT } from '../terms.ts';
import type { Term } from '../terms.ts';

export interface ConvertedTask {
  readonly action: string;
  readonly mode: 'RequestComplete' | 'WaitForSystemCallback' | 'WaitForCustomCallback';
  readonly parameters: Term;
  /** The task's result in the original, made from the result of the action. */
  readonly result: Term;
}

const LAMBDA = /^arn:[\w-]*:lambda:[\w-]*:\d*:function:([\w-]+)(?::([\w$-]+))?$/;
const INTEGRATION =
  /^arn:[\w-]*:states:[\w-]*:[\w-]*:([\w-]+:[\w-]+(?::[\w-]+)*)(?:\.(sync(?::2)?|waitForTaskToken))?$/;

/** Advice by service. */
const ADVICE: Readonly<Record<string, string>> = {
  activity: 'pass the token of a WaitForCustomCallback task to the worker, which reports with ReportTaskSucceeded',
  sqs: 'send to a queue of Alibaba Cloud with MNS:SendMessage, or call a service of yours with HTTP:Request',
  sns: 'publish to a topic of Alibaba Cloud with MNS:SendMessage, or call a service of yours with HTTP:Request',
  events: 'put events with EventBridge:PutEvents, or call a service of yours with HTTP:Request',
  dynamodb: 'let a function or a service of yours (FC:InvokeFunction, HTTP:Request) read and write the table',
  s3: 'let a function or a service of yours (FC:InvokeFunction, HTTP:Request) read and write the objects',
};

/** The note about a call of a function; `name` is null if it is computed. */
function functionNeeded(name: string | null): string {
  return `create the function${name === null ? '' : ` "${name}"`} in Function Compute, or map its name to a URL or a file in the settings`;
}

/** True if the resource has a token, which its Parameters can read. */
export function waitsForToken(resource: string): boolean {
  return resource.endsWith('.waitForTaskToken');
}

/** Returns the action for a resource, or null after a refusal. */
export function convertResource(outcome: Outcome, resource: string, node: Node, input: Term): ConvertedTask | null {
  const lambda = LAMBDA.exec(resource);
  if (lambda !== null) {
    outcome.note(node, functionNeeded(lambda[1] as string));
    return {
      action: 'FC:InvokeFunction',
      mode: 'RequestComplete',
      parameters: invocation(functionArn(lambda[1] as string, lambda[2]), 'Sync', input),
      result: member(OUTPUT, 'Body'),
    };
  }
  const [, api, pattern] = INTEGRATION.exec(resource) ?? [];
  const integration = { outcome, node, input, pattern: pattern ?? '' };
  switch (api) {
    case 'lambda:invoke':
      return invokeLambda(integration);
    case 'http:invoke':
      return requestHttp(integration);
    case 'states:startExecution':
      return startExecution(integration);
    default:
      return refuse(outcome, node, resource, api);
  }
}

interface Integration {
  readonly outcome: Outcome;
  readonly node: Node;
  /** The input of the task after its Parameters. */
  readonly input: Term;
  readonly pattern: string;
}

function refuse(outcome: Outcome, node: Node, resource: string, api: string | undefined): null {
  const service = /:activity:/.test(resource) ? 'activity' : (api?.replace(/^aws-sdk:/, '').split(':')[0] ?? '');
  const advice = Object.hasOwn(ADVICE, service) ? ADVICE[service] : 'call it from a function or a service of yours';
  outcome.refuse(node, `the resource ${JSON.stringify(cut(resource, 120))} has no equivalent: ${advice}`);
  return null;
}

function functionArn(name: string, qualifier: string | undefined): Term {
  const version = qualifier === undefined || qualifier === '$LATEST' ? 'LATEST' : qualifier;
  return literal(`acs:fc:::functions/${name}/${version}`);
}

function invocation(arn: Term, type: 'Sync' | 'Async', body: Term): Term {
  return object([
    ['resourceArn', arn],
    ['invocationType', literal(type)],
    ['body', body],
  ]);
}

function invokeLambda({ outcome, node, input, pattern }: Integration): ConvertedTask | null {
  const name = member(input, 'FunctionName');
  const type = member(input, 'InvocationType');
  const asynchronous = isTextLiteral(type) && type.value === 'Event';
  outcome.note(node, functionNeeded(isTextLiteral(name) ? readFunction(name.value).name : null));
  dropped(outcome, node, input, ['FunctionName', 'Payload', 'InvocationType', 'Qualifier']);
  const parameters = invocation(
    invokedArn(name, member(input, 'Qualifier')),
    asynchronous ? 'Async' : 'Sync',
    member(input, 'Payload'),
  );
  if (pattern === 'waitForTaskToken') {
    return { action: 'FC:InvokeFunction', mode: 'WaitForCustomCallback', parameters, result: OUTPUT };
  }
  return {
    action: 'FC:InvokeFunction',
    mode: 'RequestComplete',
    parameters,
    result: object([
      ['Payload', member(OUTPUT, 'Body')],
      ['StatusCode', member(OUTPUT, 'StatusCode')],
    ]),
  };
}

function invokedArn(name: Term, qualifier: Term): Term {
  const version = isTextLiteral(qualifier) ? qualifier.value : undefined;
  if (!isTextLiteral(name)) return call('format', literal(`acs:fc:::functions/{}/${version ?? 'LATEST'}`), name);
  const read = readFunction(name.value);
  return functionArn(read.name, version ?? read.qualifier);
}

/** Reads a FunctionName: an ARN, a part of one, or a name, with or without a qualifier. */
function readFunction(text: string): { readonly name: string; readonly qualifier: string | undefined } {
  const [, name = text, qualifier] =
    LAMBDA.exec(text) ?? /^(?:\d+:function:)?([\w-]+)(?::([\w$-]+))?$/.exec(text) ?? [];
  return { name, qualifier };
}

function requestHttp({ outcome, node, input, pattern }: Integration): ConvertedTask | null {
  dropped(outcome, node, input, [
    'ApiEndpoint',
    'Method',
    'Headers',
    'RequestBody',
    'QueryParameters',
    'Authentication',
    'InvocationConfig',
  ]);
  if (member(input, 'Authentication') !== NULL || member(input, 'InvocationConfig') !== NULL) {
    outcome.note(node, 'the credentials of the connection are left out; set the header "Authorization" yourself');
  }
  outcome.noteOnce(
    node,
    'here a task succeeds with a status of 400 or more, unless the setting http.errorStatuses contains the status',
  );
  const members: [string, Term][] = [
    ['url', urlWithQuery(outcome, node, member(input, 'ApiEndpoint'), member(input, 'QueryParameters'))],
    ['method', member(input, 'Method')],
  ];
  if (member(input, 'Headers') !== NULL) members.push(['headers', member(input, 'Headers')]);
  if (member(input, 'RequestBody') !== NULL) members.push(['body', member(input, 'RequestBody')]);
  const waits = pattern === 'waitForTaskToken';
  return {
    action: 'HTTP:Request',
    mode: waits ? 'WaitForCustomCallback' : 'RequestComplete',
    parameters: object(members),
    result: waits
      ? OUTPUT
      : object([
          ['ResponseBody', member(OUTPUT, 'Body')],
          ['StatusCode', member(OUTPUT, 'Code')],
          ['Headers', member(OUTPUT, 'Header')],
        ]),
  };
}

/** Adds constant query parameters to the URL, because `HTTP:Request` has no parameter for them. */
function urlWithQuery(outcome: Outcome, node: Node, endpoint: Term, query: Term): Term {
  if (query === NULL) return endpoint;
  const known =
    query.kind === 'object' && isTextLiteral(endpoint) && query.members.every(({ value }) => isTextLiteral(value));
  if (!known) {
    outcome.refuse(node, 'computed QueryParameters have no equivalent; build the whole "url" with format()');
    return endpoint;
  }
  const pairs = query.members.map(({ key, value }) => [key, isTextLiteral(value) ? value.value : ''] as const);
  return literal(`${endpoint.value}?${pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`);
}

const MACHINE = /:stateMachine:([\w-]+)$/;

function startExecution({ outcome, node, input, pattern }: Integration): ConvertedTask | null {
  const arn = member(input, 'StateMachineArn');
  const found = isTextLiteral(arn) ? MACHINE.exec(arn.value) : null;
  if (found === null) {
    outcome.refuse(
      node,
      'StateMachineArn must be the literal ARN of a state machine; its name becomes that of the child flow',
    );
    return null;
  }
  dropped(outcome, node, input, ['StateMachineArn', 'Input', 'Name', 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID']);
  const members: [string, Term][] = [['resourceArn', literal(`acs:fnf:::flow/${found[1]}`)]];
  if (member(input, 'Name') !== NULL) members.push(['executionName', member(input, 'Name')]);
  if (member(input, 'Input') !== NULL) members.push(['input', withoutMarker(member(input, 'Input'))]);
  const parameters = object(members);
  if (pattern === 'waitForTaskToken') {
    return { action: 'FNF:StartExecution', mode: 'WaitForCustomCallback', parameters, result: OUTPUT };
  }
  if (pattern === '') {
    outcome.note(
      node,
      'the result is {"FlowName", "ExecutionName", "RequestID"} instead of {"ExecutionArn", "StartDate"}',
    );
    return { action: 'FNF:StartExecution', mode: 'RequestComplete', parameters, result: OUTPUT };
  }
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

/** Removes a member that the service's console adds to link executions. */
function withoutMarker(input: Term): Term {
  if (input.kind !== 'object') return input;
  return object(
    input.members
      .filter(({ key }) => key !== 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID')
      .map(({ key, value }) => [key, value]),
  );
}

/** Adds notes for parameters without an equivalent. */
function dropped(outcome: Outcome, node: Node, input: Term, known: readonly string[]): void {
  if (input.kind !== 'object') return;
  for (const { key } of input.members) {
    if (!known.includes(key))
      outcome.note(node, `the parameter ${JSON.stringify(cut(key, 60))} has no equivalent and is left out`);
  }
}
