/**
 * ARNs in resources and parameters of tasks: of functions, state machines and service integrations. Each part can contain
 * placeholders of a deployment (`${AWS::Region}`), and a computed ARN is read from the template of its States.Format.
 */
import { call, isTextLiteral, literal } from '../terms.ts';
import type { Term } from '../terms.ts';

/** Characters of a part, among them placeholders with any characters. */
const PART = String.raw`(?:[\w.<>-]|[$#]\{[^{}]*\}|\{\{[^{}]*\}\})`;
const LAMBDA = new RegExp(
  String.raw`^(?:arn:${PART}*:lambda:${PART}*:${PART}*:|${PART}*:)?function:(${PART}+)(?::((?:\$LATEST|${PART}*)))?$`,
);
const NAMED = new RegExp(String.raw`^(${PART}+)(?::(\$LATEST|${PART}+))?$`);
const MACHINE = new RegExp(String.raw`^arn:${PART}*:states:${PART}*:${PART}*:stateMachine:(${PART}+)(?::(${PART}+))?$`);
const INTEGRATION = new RegExp(
  String.raw`^arn:${PART}*:states:${PART}*:${PART}*:([\w-]+:[\w-]+(?::[\w-]+)*)(?:\.(sync(?::2)?|waitForTaskToken))?$`,
);
const ACTIVITY = new RegExp(String.raw`^arn:${PART}*:states:${PART}*:${PART}*:activity:(${PART}+)$`);

/** The name in an ARN, with the version or alias after it. */
export interface Named {
  readonly name: string;
  readonly qualifier: string | undefined;
}

/** Reads the ARN of a function, or the part of one after the account. */
export function readFunctionArn(text: string): Named | null {
  return named(LAMBDA.exec(text));
}

/** Reads a FunctionName: an ARN, a part of one, or a name; with or without a version or an alias. */
export function readFunctionName(text: string): Named {
  return readFunctionArn(text) ?? named(NAMED.exec(text)) ?? { name: text, qualifier: undefined };
}

/** Reads a StateMachineArn. A text without the form of an ARN is the name itself, such as a placeholder. */
export function readMachineArn(text: string): Named {
  return named(MACHINE.exec(text)) ?? { name: text, qualifier: undefined };
}

function named(found: RegExpExecArray | null): Named | null {
  return found === null ? null : { name: found[1] as string, qualifier: found[2] };
}

/** A resource of a service: `dynamodb:putItem`, `aws-sdk:s3:getObject`, `activity:NAME`. */
export interface ServiceResource {
  readonly api: string;
  readonly pattern: '' | 'sync' | 'sync:2' | 'waitForTaskToken';
}

export function readServiceResource(text: string): ServiceResource | null {
  const found = INTEGRATION.exec(text);
  if (found === null) return null;
  return { api: found[1] as string, pattern: (found[2] ?? '') as ServiceResource['pattern'] };
}

/** Returns the name of an activity; null for another resource. */
export function readActivity(text: string): string | null {
  return ACTIVITY.exec(text)?.[1] ?? null;
}

/**
 * Returns the value behind the last `marker` of an ARN that States.Format makes: `format("arn:{}:function:{}", region, name)`
 * with the marker `:function:` is `name`. Null for any other term.
 */
export function behindMarker(term: Term, marker: string): Term | null {
  const [template, ...values] = term.kind === 'call' && term.name === 'format' ? term.args : [];
  if (template === undefined || !isTextLiteral(template)) return null;
  const at = template.value.lastIndexOf(marker);
  if (at === -1) return null;
  const rest = template.value.slice(at + marker.length);
  const used = values.slice(template.value.slice(0, at).split('{}').length - 1);
  if (rest === '{}') return used[0] ?? null;
  return used.length === 0 ? literal(rest) : call('format', literal(rest), ...used);
}
