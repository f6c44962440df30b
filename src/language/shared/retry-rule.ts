/** Reads the retry rules of both dialects: the same numbers in the same ranges, under other keys (rules.md 7.13, 10.19). */
import { RETRY_INTERVAL_SECONDS } from '../limits.ts';
import type { CatchRule, RetryRule } from '../plan.ts';
import { readErrorNames } from './error-names.ts';
import type { Unlinked } from './recipe.ts';
import type { FieldReader, Range } from './field-reader.ts';

export interface Recovery {
  readonly retry: readonly RetryRule[];
  readonly catch: readonly Unlinked<CatchRule>[];
}

/** One number of a rule: its key, and its value when it is absent; null there: the field is required. */
interface NumberForm {
  readonly key: string;
  readonly absent: number | null;
}

/** How a dialect writes the numbers of a retry rule. */
export interface RetryForm {
  readonly maxAttempts: NumberForm;
  readonly intervalSeconds: NumberForm;
  readonly backoffRate: { readonly key: string; readonly absent: number };
  /** Null: the form has no such field, and intervals are not capped. An absent field means `absent`, null for no cap. */
  readonly maxBackoffSeconds: NumberForm | null;
}

const COUNT: Range = { min: 0, max: Number.MAX_SAFE_INTEGER, says: '0 or more' };
const SECONDS: Range = { min: 0, max: RETRY_INTERVAL_SECONDS, says: `from 0 to ${RETRY_INTERVAL_SECONDS} seconds` };
const CAP: Range = { min: 1, max: RETRY_INTERVAL_SECONDS, says: `from 1 to ${RETRY_INTERVAL_SECONDS} seconds` };
const RATE: Range = { min: Number.MIN_VALUE, max: Number.MAX_VALUE, says: 'above 0' };

/** The rules of the list under `key`, which may also be one mapping. */
export function readRetryRules(
  fields: FieldReader,
  {
    key,
    errors,
    form,
    close,
  }: {
    readonly key: string;
    /** Key of the error names. */
    readonly errors: string;
    readonly form: RetryForm;
    /** Warns of the fields that a rule does not have. */
    readonly close: (rule: FieldReader) => void;
  },
): RetryRule[] {
  const rules = fields.maps(key, (i) => `retry rule ${i} of ${fields.what}`, { single: true }) ?? [];
  return rules.map((rule) => {
    const read = readRetryRule(rule, readErrorNames(fields, rule, errors), form);
    close(rule);
    return read;
  });
}

/** A rule for these errors, with the numbers that `fields` holds. A faulty number is reported and counts as absent. */
export function readRetryRule(fields: FieldReader, errors: readonly string[], form: RetryForm): RetryRule {
  const { backoffRate, maxBackoffSeconds: cap } = form;
  return {
    errors,
    maxAttempts: readNumber(fields, form.maxAttempts, COUNT),
    intervalSeconds: readNumber(fields, form.intervalSeconds, SECONDS),
    backoffRate: fields.number(backoffRate.key, RATE, { whole: false }) ?? backoffRate.absent,
    maxBackoffSeconds: cap === null ? null : (fields.number(cap.key, CAP) ?? cap.absent),
  };
}

function readNumber(fields: FieldReader, { key, absent }: NumberForm, range: Range): number {
  return fields.number(key, range, { required: absent === null }) ?? absent ?? 0;
}
