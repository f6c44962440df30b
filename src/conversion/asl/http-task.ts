/** Converts `http:invoke` to `HTTP:Request`. */
import type { Node } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';
import { isTextLiteral, literal, member, NULL, object, OUTPUT } from '../terms.ts';
import type { Term } from '../terms.ts';
import type { ConvertedTask, TaskSource } from './task-source.ts';
import { noteDropped } from './task-source.ts';

export function requestHttp(task: TaskSource, pattern: string): ConvertedTask | null {
  const { node, input } = task;
  const { outcome } = task.context;
  noteDropped(task, [
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
