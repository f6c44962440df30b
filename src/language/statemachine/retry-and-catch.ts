/** Retry and Catch, and `OnErrors`, their form of 2023 (rules.md 7.13–7.15). */
import { readErrorNames } from '../shared/error-names.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import { readRetryRule, readRetryRules } from '../shared/retry-rule.ts';
import type { Recovery, RetryForm } from '../shared/retry-rule.ts';
import type { Transitions } from '../shared/state-names.ts';
import type { CatchRule, RetryRule } from '../plan.ts';
import type { Unlinked } from '../shared/recipe.ts';
import { readWholeConstructor } from './constructor.ts';
import { CATCH_FIELDS, foreignWord, ON_ERRORS_FIELDS, ON_ERRORS_RETRY_FIELDS, RETRY_FIELDS } from './fields.ts';
import { WITH_OUTPUT } from './variables.ts';

const RETRY: RetryForm = {
  maxAttempts: { key: 'MaxAttempts', absent: null },
  intervalSeconds: { key: 'IntervalSeconds', absent: null },
  backoffRate: { key: 'BackoffRate', absent: 1 },
  maxBackoffSeconds: { key: 'MaxBackoffSeconds', absent: null },
};
const ON_ERRORS_RETRY: RetryForm = {
  maxAttempts: { key: 'MaxAttempts', absent: null },
  intervalSeconds: { key: 'FixedBackoff', absent: 0 },
  backoffRate: { key: 'Multiplier', absent: 1 },
  maxBackoffSeconds: null,
};

export function readRecovery(state: FieldReader, transitions: Transitions): Recovery {
  const retry = readRetryRules(state, {
    key: 'Retry',
    errors: 'Errors',
    form: RETRY,
    close: (rule) => rule.close(RETRY_FIELDS, (key) => foreignWord(key, RETRY_FIELDS)),
  });
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

function readCatch(state: FieldReader, transitions: Transitions): Unlinked<CatchRule>[] {
  const rules = state.maps('Catch', (i) => `catch rule ${i} of ${state.what}`, { single: true }) ?? [];
  return rules.flatMap((rule) => {
    const read = readCatchRule(state, rule, transitions);
    rule.close(CATCH_FIELDS, (key) => foreignWord(key, CATCH_FIELDS));
    return read;
  });
}

function readCatchRule(state: FieldReader, rule: FieldReader, transitions: Transitions): Unlinked<CatchRule>[] {
  const errors = readErrorNames(state, rule, 'Errors');
  const next = transitions.target(rule, 'Next', { required: true });
  const outputConstructor = readWholeConstructor(rule, 'OutputConstructor', WITH_OUTPUT);
  return next === null ? [] : [{ errors, next, outputConstructor }];
}

/** A rule with `Next` is a catch rule, any other a retry rule. */
function readOnErrors(state: FieldReader, transitions: Transitions): Recovery {
  const retry: RetryRule[] = [];
  const caught: Unlinked<CatchRule>[] = [];
  for (const rule of state.maps('OnErrors', (i) => `error rule ${i} of ${state.what}`, { single: true }) ?? []) {
    if (rule.has('Next')) caught.push(...readCatchRule(state, rule, transitions));
    else retry.push(...readOldRetry(state, rule));
    rule.close(ON_ERRORS_FIELDS, (key) => foreignWord(key, ON_ERRORS_FIELDS));
  }
  return { retry, catch: caught };
}

function readOldRetry(state: FieldReader, rule: FieldReader): RetryRule[] {
  const errors = readErrorNames(state, rule, 'Errors');
  const [fields] = rule.maps('Retry', () => `Retry of ${rule.what}`, { single: true }) ?? [];
  if (fields === undefined) {
    if (!rule.has('Retry')) rule.fault('missing-field', `${rule.what} needs "Retry" or "Next"`);
    return [];
  }
  const read = readRetryRule(fields, errors, ON_ERRORS_RETRY);
  fields.close(ON_ERRORS_RETRY_FIELDS);
  return [read];
}
