/** retry, catch and errorMappings of a task (fdl-classic.md 6). */
import type { JsonObject } from '../../base/json.ts';
import { RETRY_INTERVAL_SECONDS } from '../limits.ts';
import type { FieldReader, Range } from '../shared/field-reader.ts';
import type { CatchRule, Construct, RetryRule } from '../plan.ts';
import type { Ways } from './context.ts';
import { CATCH_FIELDS, foreignWord, RETRY_FIELDS } from './fields.ts';
import { readMappings } from './mappings.ts';
import { IN_MAPPINGS } from './variables.ts';

export interface Recovery {
  readonly retry: readonly RetryRule[];
  readonly catch: readonly CatchRule[];
}

const COUNT: Range = { min: 0, max: Number.MAX_SAFE_INTEGER, says: '0 or more' };
const SECONDS: Range = { min: 0, max: RETRY_INTERVAL_SECONDS, says: `from 0 to ${RETRY_INTERVAL_SECONDS} seconds` };
const CAP: Range = { min: 1, max: RETRY_INTERVAL_SECONDS, says: `from 1 to ${RETRY_INTERVAL_SECONDS} seconds` };
const RATE: Range = { min: Number.MIN_VALUE, max: Number.MAX_VALUE, says: 'above 0' };

const NOTHING: JsonObject = Object.freeze({});

export function readRecovery(task: FieldReader, ways: Ways): Recovery {
  const retry = readRetry(task);
  // A caught error hands nothing on unless errorMappings say what.
  const handed = readMappings(task, 'errorMappings', IN_MAPPINGS, 'error') ?? (() => NOTHING);
  if (task.has('errorMappings') && !task.has('catch')) {
    task.faultAt(
      'key-without-effect',
      'errorMappings',
      `"errorMappings" has no effect without "catch" on ${task.what}`,
    );
  }
  return { retry, catch: readCatch(task, ways, handed) };
}

function readRetry(task: FieldReader): RetryRule[] {
  const rules = task.maps('retry', (i) => `retry rule ${i} of ${task.what}`, { single: true }) ?? [];
  return rules.map((rule) => {
    const read: RetryRule = {
      errors: rule.texts('errors') ?? [],
      maxAttempts: rule.number('maxAttempts', COUNT) ?? 3,
      intervalSeconds: rule.number('intervalSeconds', SECONDS) ?? 1,
      backoffRate: rule.number('multiplier', RATE, { whole: false }) ?? 2,
      maxBackoffSeconds: rule.number('maxIntervalSeconds', CAP) ?? CAP.max,
    };
    rule.close(RETRY_FIELDS, (key) => foreignWord(key, RETRY_FIELDS));
    return read;
  });
}

function readCatch(task: FieldReader, ways: Ways, outputConstructor: Construct): CatchRule[] {
  const rules = task.maps('catch', (i) => `catch rule ${i} of ${task.what}`, { single: true }) ?? [];
  return rules.flatMap((rule) => {
    const errors = rule.texts('errors') ?? [];
    const next = ways.goto(rule, true);
    rule.close(CATCH_FIELDS, (key) => foreignWord(key, CATCH_FIELDS));
    return next === null ? [] : [{ errors, next, outputConstructor }];
  });
}
