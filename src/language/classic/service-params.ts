/** serviceParams: `$` and `$.key` are parts of the step's input, all other values are constant (rules.md 10.15). */
import { knownAction } from '../tasks/action-catalog.ts';
import { checkLiteral, refuseUnknownParameter } from '../tasks/action-parameters.ts';
import type { GivenParameter } from '../tasks/action-parameters.ts';
import type { Node } from '../text/document.ts';
import { isNull, textOf, toJson } from '../text/document.ts';
import { readExpression } from '../shared/expressions.ts';
import { FieldReader } from '../shared/field-reader.ts';
import type { Part } from '../shared/recipe.ts';
import { warnOfExpressionTexts } from './mappings.ts';
import { IN_STEP } from './variables.ts';

const EXPRESSION = /^\$(?:$|[.[]|environment(?!\w))/;

/** True when the value is computed from the step's input. */
function isExpression(node: Node): boolean {
  return EXPRESSION.test(textOf(node) ?? '');
}

export class ServiceParams {
  readonly #fields: FieldReader | null;
  readonly #parts = new Map<string, Part>();

  constructor(task: FieldReader) {
    const field = task.map('serviceParams');
    this.#fields = field === null ? null : new FieldReader(task.report, field, `serviceParams of ${task.what}`);
    for (const { key, value } of field?.node.entries.values() ?? []) {
      // A parameter without a value counts as absent.
      if (!isNull(value)) this.#parts.set(key, this.#part(key, value));
    }
  }

  #part(key: string, node: Node): Part {
    const fields = this.#fields as FieldReader;
    const path = fields.at(key);
    if (isExpression(node)) {
      const build = readExpression(fields.report, { node, path }, IN_STEP);
      return build === null ? { value: null } : { build };
    }
    warnOfExpressionTexts(
      fields.report,
      node,
      path,
      () => '; only $ and $.key, parts of the input of the step, are read',
    );
    return { value: toJson(node) };
  }

  get(name: string): Part | null {
    return this.#parts.get(name) ?? null;
  }

  /** Every parameter by its name in the text. */
  get all(): ReadonlyMap<string, Part> {
    return this.#parts;
  }

  /** All parameters, for checks against the catalog. */
  given(): GivenParameter[] {
    const entries = [...(this.#fields?.node.entries.values() ?? [])];
    return entries.map((entry) => ({ name: entry.key, entry, isLiteral: !isExpression(entry.value) }));
  }

  /** Reports a constant that the parameter cannot have. */
  refuse(name: string, expected: string): void {
    const fields = this.#fields as FieldReader;
    const node = fields.node.entries.get(name)?.value ?? fields.node;
    fields.report.add('bad-parameter', node.offset, fields.at(name), `${name} of ${fields.what} must be ${expected}`);
  }

  /** Checks a constant by the catalog's entry for the parameter of `action` that it becomes. */
  check(name: string, action: string, parameter: string): void {
    const node = this.#fields?.node.entries.get(name)?.value;
    const facts = knownAction(action).facts?.parameters?.[parameter];
    if (node === undefined || facts === undefined || isNull(node) || isExpression(node)) return;
    checkLiteral(this.#fields as FieldReader, name, node, facts);
  }

  /** Warns of every parameter that is not among `known`. */
  close(what: string, known: readonly string[]): void {
    for (const { key } of this.#fields?.node.entries.values() ?? []) {
      if (!known.includes(key)) refuseUnknownParameter(this.#fields as FieldReader, what, key, key, known);
    }
  }
}
