/** Retry and Catch of Amazon States Language. */
import { RETRY_INTERVAL_SECONDS } from '../../language/limits.ts';
import type { MapNode, Node } from '../../language/text/document.ts';
import { isNull, textOf } from '../../language/text/document.ts';
import { setConstructor } from '../constructors.ts';
import type { Outcome } from '../outcome.ts';
import { INPUT, member, object, variable } from '../terms.ts';
import type { Term } from '../terms.ts';
import { YamlMap } from '../yaml-text.ts';
import { placeResult } from './data.ts';
import { errorNames } from './errors.ts';
import { field, numberField, textField } from './fields.ts';

const ERROR = member(member(variable('$Context'), 'Current'), 'Error');
/** The error object that a Catch of Amazon States Language passes to its next state. */
const ERROR_OUTPUT: Term = object([
  ['Error', member(ERROR, 'Code')],
  ['Cause', member(ERROR, 'Detail')],
]);

/** Sets Retry and Catch. Calls `usesWhole` for a constructor that is one expression. */
export function setRecovery(outcome: Outcome, state: YamlMap, source: MapNode, usesWhole: (at: Node) => void): void {
  const retry = rules(outcome, source, 'Retry').flatMap((rule) => retryRule(outcome, rule) ?? []);
  const caught = rules(outcome, source, 'Catch').flatMap((rule) => catchRule(outcome, rule, usesWhole) ?? []);
  if (retry.length > 0) state.set('Retry', retry);
  if (caught.length > 0) state.set('Catch', caught);
}

/** True if a Catch puts the error into the input, or passes the input. */
export function catchesWithInput(outcome: Outcome, source: MapNode): boolean {
  return rules(outcome, source, 'Catch').some((rule) => {
    const path = field(rule, 'ResultPath');
    return path !== undefined && textOf(path) !== '$';
  });
}

function rules(outcome: Outcome, source: MapNode, key: string): MapNode[] {
  const node = field(source, key);
  if (node === undefined || isNull(node)) return [];
  if (node.kind !== 'list') {
    outcome.refuse(node, `${key} must be a list of rules`);
    return [];
  }
  return node.items.filter((item) => item.kind === 'map');
}

function names(outcome: Outcome, rule: MapNode): string[] {
  const node = field(rule, 'ErrorEquals');
  if (node?.kind !== 'list' || node.items.length === 0) {
    outcome.refuse(rule, 'a rule needs "ErrorEquals" with the names of errors');
    return [];
  }
  return errorNames(
    outcome,
    node.items.flatMap((item) => {
      const name = textOf(item);
      return name === null || name === '' ? [] : [{ name, node: item }];
    }),
  );
}

function retryRule(outcome: Outcome, rule: MapNode): YamlMap | null {
  const errors = names(outcome, rule);
  if (errors.length === 0) return null;
  if (textField(rule, 'JitterStrategy') === 'FULL') {
    outcome.note(field(rule, 'JitterStrategy') as Node, 'the intervals of a Retry have no jitter here');
  }
  const written = new YamlMap()
    .set('Errors', errors)
    .set('MaxAttempts', whole(outcome, rule, 'MaxAttempts', 3, 0, Number.MAX_SAFE_INTEGER))
    .set('IntervalSeconds', whole(outcome, rule, 'IntervalSeconds', 1, 0, RETRY_INTERVAL_SECONDS));
  const rate = numberField(rule, 'BackoffRate') ?? 2;
  if (rate > 0 && rate !== 1) written.set('BackoffRate', rate);
  if (rule.entries.has('MaxDelaySeconds')) {
    written.set('MaxBackoffSeconds', whole(outcome, rule, 'MaxDelaySeconds', 1, 1, RETRY_INTERVAL_SECONDS));
  }
  return written;
}

function whole(outcome: Outcome, rule: MapNode, key: string, absent: number, min: number, max: number): number {
  const node = field(rule, key);
  if (node === undefined) return absent;
  const value = numberField(rule, key);
  if (value === null || !Number.isInteger(value) || value < min) {
    outcome.refuse(node, `${key} must be a whole number of ${min} or more`);
    return absent;
  }
  if (value > max) outcome.note(node, `${key} can be ${max} at most`);
  return Math.min(value, max);
}

function catchRule(outcome: Outcome, rule: MapNode, usesWhole: (at: Node) => void): YamlMap | null {
  const errors = names(outcome, rule);
  const next = textField(rule, 'Next');
  if (next === null) outcome.refuse(rule, 'a Catch rule needs "Next"');
  if (errors.length === 0) return null;
  const written = new YamlMap().set('Errors', errors).set('Next', next ?? '');
  const path = field(rule, 'ResultPath');
  // Without a constructor, the next state gets the input of the failed state.
  if (path === undefined || !isNull(path)) {
    const output = placeResult(outcome, INPUT, ERROR_OUTPUT, path);
    if (setConstructor(written, 'OutputConstructor', output)) usesWhole(path ?? rule);
  }
  return written;
}
