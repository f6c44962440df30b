/** A field that may be a literal, or an expression under its name with `.$`. */
import { readComputed } from '../shared/expressions.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import type { Recipe } from '../shared/recipe.ts';
import { BEFORE_OUTPUT } from './variables.ts';

/** The value of `key`, by `literal`, or the expression of `key.$`; null when it is absent or faulty. Both at once are a fault. */
export function literalOrComputed(
  fields: FieldReader,
  key: string,
  literal: () => number | null,
): number | Recipe | null {
  const twin = `${key}.$`;
  const field = fields.find(twin);
  if (field === null) return literal();
  if (fields.has(key)) fields.faultAt('both-forms', twin, `${fields.what} has both "${key}" and "${twin}"; remove one`);
  return readComputed(fields.report, field, BEFORE_OUTPUT);
}
