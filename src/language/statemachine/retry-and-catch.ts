/** Retry and Catch, and `OnErrors`, their form of 2023 (fdl.md 6, decisions.md 1.6). */
import { RETRY_INTERVAL_SECONDS } from '../limits.ts';
import type { FieldReader, Range } from '../shared/field-reader.ts';
import type { CatchRule, RetryRule } from '../plan.ts';
import { readWholeConstructor } from './constructor.ts';
import type { Transitions } from './context.ts';
import { CATCH_FIELDS, foreignWord, ON_ERRORS_FIELDS, ON_ERRORS_RETRY_FIELDS, RETRY_FIELDS } from './fields.ts';
import { WITH_OUTPUT } from './variables.ts';

export interface Recovery {
  readonly retry: readonly RetryRule[];
  readonly catch: readonly CatchRule[];
}

const COUNT: Range = { min: 0, max: Number.MAX_SAFE_INTEGER, says: '0 or more' };
const SECONDS: Range = { min: 0, max: RETRY_INTERVAL_SECONDS, says: `from 0 to ${RETRY_INTERVAL_SECONDS} seconds` };
const CAP: Range = { min: 1, max: RETRY_INTERVAL_SECONDS, says: `from 1 to ${RETRY_INTERVAL_SECONDS} seconds` };
const RATE: Range = { min: Number.MIN_VALUE, max: Number.MAX_VALUE, says: 'above 0' };

export function readRecovery(state: FieldReader, transitions: Transitions): Recovery {
  const retry = readRetry(state);
  const caught = readCatch(state, transitions);
  if (!state.has('OnErrors')) return { retry, catch: caught };
  if (state.has('Retry') || state.has('Catch')) {
    state.faultAt(
      'on-errors-mixed',
      'OnErrors',
      `${state.what} has "OnErrors" beside "Retry" or "Catch"; move its rules there`,
    );
  } else {
    state.faultAt('on-errors', 'OnErrors', '"OnErrors" is the form of 2023; write its rules as "Retry" and "Catch"');
  }
  return readOnErrors(state, transitions);
}

function readRetry(state: FieldReader): RetryRule[] {
  const rules = state.maps('Retry', (i) => `retry rule ${i} of ${state.what}`, { single: true }) ?? [];
  return rules.map((rule) => {
    const read: RetryRule = {
      errors: rule.texts('Errors') ?? [],
      maxAttempts: rule.number('MaxAttempts', COUNT, { required: true }) ?? 0,
      intervalSeconds: rule.number('IntervalSeconds', SECONDS, { required: true }) ?? 0,
      backoffRate: rule.number('BackoffRate', RATE, { whole: false }) ?? 1,
      maxBackoffSeconds: rule.number('MaxBackoffSeconds', CAP),
    };
    rule.close(RETRY_FIELDS, (key) => foreignWord(key, RETRY_FIELDS));
    return read;
  });
}

function readCatch(state: FieldReader, transitions: Transitions): CatchRule[] {
  const rules = state.maps('Catch', (i) => `catch rule ${i} of ${state.what}`, { single: true }) ?? [];
  return rules.flatMap((rule) => {
    const read = readCatchRule(rule, transitions);
    rule.close(CATCH_FIELDS, (key) => foreignWord(key, CATCH_FIELDS));
    return read;
  });
}

function readCatchRule(rule: FieldReader, transitions: Transitions): CatchRule[] {
  const errors = rule.texts('Errors') ?? [];
  const next = transitions.target(rule, 'Next', true);
  const outputConstructor = readWholeConstructor(rule, 'OutputConstructor', WITH_OUTPUT);
  return next === null ? [] : [{ errors, next, outputConstructor }];
}

/** A rule with `Next` is a catch rule, whatever else it has; any other is a retry rule. */
function readOnErrors(state: FieldReader, transitions: Transitions): Recovery {
  const retry: RetryRule[] = [];
  const caught: CatchRule[] = [];
  for (const rule of state.maps('OnErrors', (i) => `error rule ${i} of ${state.what}`, { single: true }) ?? []) {
    if (rule.has('Next')) caught.push(...readCatchRule(rule, transitions));
    else retry.push(...readOldRetry(rule));
    rule.close(ON_ERRORS_FIELDS, (key) => foreignWord(key, ON_ERRORS_FIELDS));
  }
  return { retry, catch: caught };
}

function readOldRetry(rule: FieldReader): RetryRule[] {
  const errors = rule.texts('Errors') ?? [];
  const [fields] = rule.maps('Retry', () => `Retry of ${rule.what}`, { single: true }) ?? [];
  if (fields === undefined) {
    if (!rule.has('Retry')) rule.fault('missing-field', `${rule.what} needs "Retry" or "Next"`);
    return [];
  }
  const read: RetryRule = {
    errors,
    maxAttempts: fields.number('MaxAttempts', COUNT, { required: true }) ?? 0,
    intervalSeconds: fields.number('FixedBackoff', SECONDS) ?? 0,
    backoffRate: fields.number('Multiplier', RATE, { whole: false }) ?? 1,
    maxBackoffSeconds: null,
  };
  fields.close(ON_ERRORS_RETRY_FIELDS);
  return [read];
}
