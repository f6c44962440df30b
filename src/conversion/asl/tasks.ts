/** Converts the resource of a task to an action, its parameters and its result. */
import { cut } from '../../base/text.ts';
import type { Node } from '../../language/text/document.ts';
import { readActivity, readFunctionArn, readServiceResource } from './arns.ts';
import { startExecution } from './child-flows.ts';
import { invokeDirectly, invokeLambda } from './functions.ts';
import { hasPlaceholder } from './function-names.ts';
import { requestHttp } from './http-task.ts';
import { textsOf } from './machine-context.ts';
import { convertStub } from './stubs.ts';
import type { ConvertedTask, TaskSource } from './task-source.ts';

/** Advice by service. */
const ADVICE: Readonly<Record<string, string>> = {
  activity: 'pass the token of a WaitForCustomCallback task to the worker, which reports with ReportTaskSucceeded',
  sqs: 'send to a queue of Alibaba Cloud with MNS:SendMessage, or call a service of yours with HTTP:Request',
  sns: 'publish to a topic of Alibaba Cloud with MNS:SendMessage, or call a service of yours with HTTP:Request',
  events: 'put events with EventBridge:PutEvents, or call a service of yours with HTTP:Request',
  dynamodb: 'let a function or a service of yours (FC:InvokeFunction, HTTP:Request) read and write the table',
  s3: 'let a function or a service of yours (FC:InvokeFunction, HTTP:Request) read and write the objects',
};

/**
 * True if the resource has a token, which its Parameters can read. A placeholder does not say so, but Parameters that read the
 * token do.
 */
export function waitsForToken(resource: string, parameters: Node | undefined): boolean {
  if (resource.endsWith('.waitForTaskToken')) return true;
  if (!hasPlaceholder(resource) || readServiceResource(resource) !== null || parameters === undefined) return false;
  return textsOf(parameters).mentions('$$.Task.Token');
}

/** Returns the action for a resource, or null after a refusal. */
export function convertResource(task: TaskSource, resource: string): ConvertedTask | null {
  const lambda = readFunctionArn(resource);
  if (lambda !== null) return invokeDirectly(task, lambda);
  const service = readServiceResource(resource);
  switch (service?.api) {
    case 'lambda:invoke':
      return invokeLambda(task, service.pattern);
    case 'http:invoke':
      return requestHttp(task, service.pattern);
    case 'states:startExecution':
      return startExecution(task, service.pattern);
    default:
      return task.context.stubs ? convertStub(task, resource) : refuse(task, resource, service?.api);
  }
}

function refuse({ context, node }: TaskSource, resource: string, api: string | undefined): null {
  const service = readActivity(resource) === null ? (api?.replace(/^aws-sdk:/, '').split(':')[0] ?? '') : 'activity';
  const advice = Object.hasOwn(ADVICE, service) ? ADVICE[service] : 'call it from a function or a service of yours';
  context.outcome.refuse(
    node,
    `the resource ${JSON.stringify(cut(resource, 120))} has no equivalent: ${advice}; --stub calls a function in its place`,
  );
  return null;
}
