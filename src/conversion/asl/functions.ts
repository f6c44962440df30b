/** Calls of functions: a function's ARN as a resource, and `lambda:invoke`. */
import { call, EMPTY, isTextLiteral, literal, member, NULL, object, OUTPUT } from '../terms.ts';
import type { Term } from '../terms.ts';
import type { Named } from './arns.ts';
import { behindMarker, readFunctionName } from './arns.ts';
import { hasPlaceholder } from './function-names.ts';
import { eventOf } from './payload.ts';
import type { ConvertedTask, TaskSource } from './task-source.ts';
import { namingParameter, noteDropped, shown } from './task-source.ts';

const LATEST = 'LATEST';
const HERE = 'in Function Compute, or map its name to a URL or a file in the settings';

/** Returns the parameters of `FC:InvokeFunction`. */
export function invocation(arn: Term, type: 'Sync' | 'Async', body: Term): Term {
  return object([
    ['resourceArn', arn],
    ['invocationType', literal(type)],
    ['body', eventOf(body)],
  ]);
}

/** A Task whose resource is the ARN of a function: the result is what the function returns. */
export function invokeDirectly(task: TaskSource, named: Named): ConvertedTask {
  return {
    action: 'FC:InvokeFunction',
    mode: 'RequestComplete',
    parameters: invocation(functionArn(task, named, NULL), 'Sync', task.input),
    result: member(OUTPUT, 'Body'),
  };
}

/** `lambda:invoke`: the result has the function's own result in `Payload`. */
export function invokeLambda(task: TaskSource, pattern: string): ConvertedTask | null {
  const { context, node, input } = task;
  const name = namingParameter(input, 'FunctionName');
  if (name === NULL) {
    context.outcome.refuse(node, 'FunctionName is missing');
    return null;
  }
  const type = member(input, 'InvocationType');
  if (type !== NULL && !isTextLiteral(type)) {
    context.outcome.note(node, 'InvocationType is computed in the original; here the task waits for the function');
  }
  noteDropped(task, ['FunctionName', 'Payload', 'InvocationType', 'Qualifier']);
  const known = behindMarker(name, ':function:') ?? name;
  const qualifier = member(input, 'Qualifier');
  const named = isTextLiteral(known) ? readFunctionName(known.value) : null;
  const arn = named === null ? computedArn(task, known, qualifier) : functionArn(task, named, qualifier);
  const payload = member(input, 'Payload');
  const asynchronous = isTextLiteral(type) && type.value === 'Event';
  const parameters = invocation(arn, asynchronous ? 'Async' : 'Sync', payload === NULL ? EMPTY : payload);
  if (pattern === 'waitForTaskToken') {
    return { action: 'FC:InvokeFunction', mode: 'WaitForCustomCallback', parameters, result: OUTPUT };
  }
  const result = object(resultMembers(task, versionOf(named, qualifier)));
  return { action: 'FC:InvokeFunction', mode: 'RequestComplete', parameters, result };
}

/** The members of the result. The definition has to name the less usual ones, so that results do not carry them for nothing. */
function resultMembers({ context, node }: TaskSource, version: Term): [string, Term][] {
  const members: [string, Term][] = [
    ['Payload', member(OUTPUT, 'Body')],
    ['StatusCode', member(OUTPUT, 'StatusCode')],
  ];
  if (context.mentions('ExecutedVersion')) {
    context.outcome.noteOnce(node, 'ExecutedVersion is the version or alias that the definition names');
    members.push(['ExecutedVersion', version]);
  }
  if (context.mentions('SdkHttpMetadata')) {
    const http = object([
      ['HttpStatusCode', member(OUTPUT, 'StatusCode')],
      ['HttpHeaders', member(OUTPUT, 'Headers')],
    ]);
    members.push(['SdkHttpMetadata', http]);
  }
  if (context.mentions('SdkResponseMetadata')) {
    members.push(['SdkResponseMetadata', object([['RequestId', member(OUTPUT, 'RequestId')]])]);
  }
  return members;
}

function versionOf(named: Named | null, qualifier: Term): Term {
  return qualifier === NULL ? literal(named?.qualifier ?? '$LATEST') : qualifier;
}

/** Returns the ARN of a function, with a note that says what to create. */
function functionArn(task: TaskSource, { name, qualifier }: Named, given: Term): Term {
  const { context, node } = task;
  const valid = context.functions.nameOf(name, 'function');
  const after = valid === name ? '' : `; its name comes from ${shown(name)}, so write the real one if it differs`;
  context.outcome.note(node, `create the function "${valid}" ${HERE}${after}`);
  return qualified(task, literal(valid), given === NULL ? literal(qualifier ?? LATEST) : given);
}

function computedArn(task: TaskSource, name: Term, qualifier: Term): Term {
  task.context.outcome.note(
    task.node,
    `create the functions that FunctionName names ${HERE}; here its value must be the name of a function, not an ARN`,
  );
  return qualified(task, name, qualifier === NULL ? literal(LATEST) : qualifier);
}

function qualified({ context, node }: TaskSource, name: Term, qualifier: Term): Term {
  let version = qualifier;
  if (isTextLiteral(qualifier) && (qualifier.value === '$LATEST' || hasPlaceholder(qualifier.value))) {
    if (qualifier.value !== '$LATEST') {
      context.outcome.note(
        node,
        `the qualifier ${shown(qualifier.value)} is replaced by LATEST; write the version or alias`,
      );
    }
    version = literal(LATEST);
  }
  if (!isTextLiteral(version)) return call('format', literal('acs:fc:::functions/{}/{}'), name, version);
  if (!isTextLiteral(name)) return call('format', literal(`acs:fc:::functions/{}/${version.value}`), name);
  return literal(`acs:fc:::functions/${name.value}/${version.value}`);
}
