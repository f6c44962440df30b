/** Converts the task step: its call, its result and its errors (rules.md 10.14, 10.19). */
import { TASK_TIMEOUT_SECONDS } from '../../language/limits.ts';
import type { Node } from '../../language/text/document.ts';
import { mapOf, setConstructor } from '../constructors.ts';
import { TASK_TIMEOUT_REDUCED } from '../limits.ts';
import type { Outcome } from '../outcome.ts';
import type { Term } from '../terms.ts';
import { EMPTY, member, object, variable } from '../terms.ts';
import type { Yaml } from '../yaml-text.ts';
import type { Draft } from './drafts.ts';
import { noteWhole } from './drafts.ts';
import { isEmpty } from './keys.ts';
import { field, numberField } from './model.ts';
import type { Step } from './model.ts';
import { catchRule, retryRules } from './retry-and-catch.ts';
import type { At, ScopeWriter } from './scope-writer.ts';
import { convertTask } from './tasks.ts';
import { mergeLocal } from './values.ts';

const ERROR = member(member(variable('$Context'), 'Current'), 'Error');
/** `$local` of errorMappings. */
const CAUGHT: Term = object([
  ['error', member(ERROR, 'Code')],
  ['cause', member(ERROR, 'Detail')],
]);

export function writeTask(writer: ScopeWriter, at: At): void {
  const { name, step, scope, values, next } = at;
  const { outcome } = writer.context;
  const task = convertTask(outcome, step, values.input, (node) => values.bare(node));
  const fields: [string, Yaml][] = [['Action', task.action]];
  if (task.mode !== 'RequestComplete') fields.push(['TaskMode', task.mode]);
  const parameters = mapOf(task.parameters);
  if (parameters === null) outcome.refuse(step.node, 'a parameter whose name ends in ".$" cannot be converted');
  else if (parameters.entries.length > 0) fields.push(['Parameters', parameters]);
  const seconds = timeout(outcome, step);
  if (seconds !== null) fields.push(['Timeout', seconds]);
  const output = step.outputs === null ? task.result : values.mapped(step.outputs, task.result);
  // Merging fails for a result that is not an object. A result that is certainly an object can replace an empty local.
  const isWhole = step.outputs === null && task.isObject && isEmpty(values.keys);
  const local = isWhole ? output : mergeLocal(values.local, values.keys, output);
  writer.draft('Task', name, step, {
    fields,
    output: scope.frame.build(local),
    local,
    next,
    tail: recovery(writer, at),
  });
}

function timeout(outcome: Outcome, step: Step): number | null {
  const seconds = numberField(step.node, 'timeoutSeconds');
  if (seconds === null || seconds <= TASK_TIMEOUT_SECONDS) return seconds;
  const node = field(step.node, 'timeoutSeconds') as Node;
  outcome.note(node, TASK_TIMEOUT_REDUCED);
  return TASK_TIMEOUT_SECONDS;
}

function recovery(writer: ScopeWriter, at: At): Draft['tail'] {
  const { outcome } = writer.context;
  const { step, goto } = at;
  const tail: [string, Yaml][] = [];
  const retry = retryRules(outcome, step);
  if (retry.length > 0) tail.push(['Retry', retry]);
  const rules = step.catches.map((rule) => {
    const next = goto(rule.goto);
    const written = catchRule(outcome, rule.node, next);
    const data = caughtData(writer, at, next);
    if (data !== null && setConstructor(written, 'OutputConstructor', data)) noteWhole(outcome, rule.node.offset);
    return written;
  });
  if (rules.length > 0) tail.push(['Catch', rules]);
  return tail;
}

/** The data for the state after a catch rule; null: the data of the task. */
function caughtData(writer: ScopeWriter, { step, scope: { frame }, values }: At, next: string): Term | null {
  if (step.errorMappings !== null) {
    return frame.build(mergeLocal(values.local, values.keys, values.mapped(step.errorMappings, CAUGHT)));
  }
  return writer.needsData(frame, values.keys, [next]) ? frame.build(EMPTY) : null;
}
