/** Retry and Catch of Amazon States Language. */
import { RETRY_INTERVAL_SECONDS } from '../../language/limits.ts';
import type { MapNode, Node } from '../../language/text/document.ts';
import { isNull, textOf } from '../../language/text/document.ts';
import { setConstructor } from '../constructors.ts';
import type { Outcome } from '../outcome.ts';
import { INPUT, object, same } from '../terms.ts';
import type { Term } from '../terms.ts';
import { YamlMap } from '../yaml-text.ts';
import { placeResult } from './data.ts';
import { errorOutput } from './error-output.ts';
import { errorNames } from './errors.ts';
import { field, numberField, textField } from './fields.ts';
import { assignments } from './variables.ts';

const ERROR_DIFFERS =
  'the error output has the names that errors have here, and the Cause of a failed function has no stackTrace';

/** The part of a scope's writer that the rules need. */
export interface RecoveryWriter {
  readonly outcome: Outcome;
  /** The errors of all Fail states of the machine. */
  readonly failNames: ReadonlySet<string>;
  /** The data of the state that fails. */
  readonly data: Term;
  /** Returns the state that leads to the state `name`, or that state itself. */
  entry(name: string): string;
  /** A constructor is one expression. */
  usesWhole(at: Node): void;
  /** Returns the name of a state that has the input `{error, output}`, assigns the variables of the rule and leads to `next`. */
  assign(rule: MapNode, next: string): string;
}

/** Sets Retry and Catch. */
export function setRecovery(state: YamlMap, source: MapNode, writer: RecoveryWriter): void {
  const { outcome } = writer;
  const retry = rules(outcome, source, 'Retry').flatMap((rule) => retryRule(writer, rule) ?? []);
  const caught = rules(outcome, source, 'Catch').flatMap((rule) => catchRule(writer, rule, source) ?? []);
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

function noteErrorOutput(outcome: Outcome, rule: MapNode, source: MapNode): void {
  outcome.noteOnce(rule, ERROR_DIFFERS);
  if (textField(source, 'Resource')?.endsWith(':lambda:invoke.waitForTaskToken') === true) {
    outcome.noteOnce(rule, 'the Cause of a callback task is a bare text, also if the function itself fails');
  }
}

function rules(outcome: Outcome, source: MapNode, key: string): MapNode[] {
  const node = field(source, key);
  if (node === undefined || isNull(node)) return [];
  if (node.kind !== 'list') {
    outcome.refuse(node, `${key} must be a list of rules`);
    return [];
  }
  for (const item of node.items) if (item.kind !== 'map') outcome.refuse(item, `a rule of ${key} must be a mapping`);
  return node.items.filter((item) => item.kind === 'map');
}

function names({ outcome, failNames }: RecoveryWriter, rule: MapNode): string[] {
  const node = field(rule, 'ErrorEquals');
  if (node?.kind !== 'list' || node.items.length === 0) {
    outcome.refuse(rule, 'a rule needs "ErrorEquals" with the names of errors');
    return [];
  }
  return errorNames(
    outcome,
    node.items.flatMap((item) => {
      const name = textOf(item);
      if (name === null || name === '') outcome.refuse(item, 'ErrorEquals has names of errors, which are texts');
      return name === null || name === '' ? [] : [{ name, node: item }];
    }),
    failNames,
  );
}

function retryRule(writer: RecoveryWriter, rule: MapNode): YamlMap | null {
  const { outcome } = writer;
  const errors = names(writer, rule);
  if (errors.length === 0) return null;
  if (textField(rule, 'JitterStrategy') === 'FULL') {
    outcome.note(field(rule, 'JitterStrategy') as Node, 'the intervals of a Retry have no jitter here');
  }
  const written = new YamlMap()
    .set('Errors', errors)
    .set('MaxAttempts', whole(outcome, rule, 'MaxAttempts', 3, 0, Number.MAX_SAFE_INTEGER))
    .set('IntervalSeconds', whole(outcome, rule, 'IntervalSeconds', 1, 0, RETRY_INTERVAL_SECONDS));
  const rate = backoffRate(outcome, rule);
  if (rate !== 1) written.set('BackoffRate', rate);
  if (rule.entries.has('MaxDelaySeconds')) {
    written.set('MaxBackoffSeconds', whole(outcome, rule, 'MaxDelaySeconds', 1, 1, RETRY_INTERVAL_SECONDS));
  }
  return written;
}

function backoffRate(outcome: Outcome, rule: MapNode): number {
  const node = field(rule, 'BackoffRate');
  if (node === undefined) return 2;
  const rate = numberField(rule, 'BackoffRate');
  if (rate !== null && rate >= 1) return rate;
  outcome.refuse(node, 'BackoffRate must be a number of 1 or more');
  return 2;
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

function catchRule(writer: RecoveryWriter, rule: MapNode, source: MapNode): YamlMap | null {
  const { outcome } = writer;
  const errors = names(writer, rule);
  const named = textField(rule, 'Next');
  if (named === null) outcome.refuse(rule, 'a Catch rule needs "Next"');
  const next = named === null ? '' : writer.entry(named);
  if (errors.length === 0) return null;
  const path = field(rule, 'ResultPath');
  const error = errorOutput(source, errors, writer.failNames);
  const output = placeResult(outcome, writer.data, error, path);
  const assigns = assignments(rule).length > 0;
  if (assigns || !same(output, INPUT)) noteErrorOutput(outcome, rule, source);
  const written = new YamlMap().set('Errors', errors).set('Next', assigns ? writer.assign(rule, next) : next);
  const passed = assigns
    ? object([
        ['error', error],
        ['output', output],
      ])
    : output;
  // Without a constructor, the next state gets the input of the failed state.
  if (!same(passed, INPUT) && setConstructor(written, 'OutputConstructor', passed)) writer.usesWhole(path ?? rule);
  return written;
}
