/** retry, catch and errorMappings of a task (rules.md 10.19). */
import { RETRY_INTERVAL_SECONDS } from '../limits.ts';
import { readErrorNames } from '../shared/error-names.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import { CONSTRUCT_NOTHING } from '../shared/recipe.ts';
import type { Recipe, Unlinked } from '../shared/recipe.ts';
import { readRetryRules } from '../shared/retry-rule.ts';
import type { Recovery, RetryForm } from '../shared/retry-rule.ts';
import type { Transitions } from '../shared/state-names.ts';
import type { CatchRule } from '../plan.ts';
import { CATCH_FIELDS, foreignWord, RETRY_FIELDS } from './fields.ts';
import { readMappings } from './mappings.ts';
import { IN_MAPPINGS } from './variables.ts';

/** The keys and defaults of a retry rule. */
export const RETRY = {
  maxAttempts: { key: 'maxAttempts', absent: 3 },
  intervalSeconds: { key: 'intervalSeconds', absent: 1 },
  backoffRate: { key: 'multiplier', absent: 2 },
  maxBackoffSeconds: { key: 'maxIntervalSeconds', absent: RETRY_INTERVAL_SECONDS },
} satisfies RetryForm;

export function readRecovery(task: FieldReader, transitions: Transitions): Recovery {
  const retry = readRetryRules(task, {
    key: 'retry',
    errors: 'errors',
    form: RETRY,
    close: (rule) => rule.close(RETRY_FIELDS, (key) => foreignWord(key, RETRY_FIELDS)),
  });
  // Without errorMappings a caught error adds nothing to the local.
  const caughtOutput = readMappings(task, 'errorMappings', IN_MAPPINGS, 'error') ?? CONSTRUCT_NOTHING;
  if (task.has('errorMappings') && !task.has('catch')) {
    task.faultAt(
      'key-without-effect',
      'errorMappings',
      `"errorMappings" has no effect without "catch" on ${task.what}`,
    );
  }
  return { retry, catch: readCatch(task, transitions, caughtOutput) };
}

function readCatch(task: FieldReader, transitions: Transitions, outputConstructor: Recipe): Unlinked<CatchRule>[] {
  const rules = task.maps('catch', (i) => `catch rule ${i} of ${task.what}`, { single: true }) ?? [];
  return rules.flatMap((rule) => {
    const errors = readErrorNames(task, rule, 'errors');
    const next = transitions.target(rule, 'goto', { required: true });
    rule.close(CATCH_FIELDS, (key) => foreignWord(key, CATCH_FIELDS));
    return next === null ? [] : [{ errors, next, outputConstructor }];
  });
}
