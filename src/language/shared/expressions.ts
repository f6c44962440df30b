/**
 * Checks the expressions of a definition and reports their faults at their own line and column. Checking compiles them, so the
 * recipe has the function as well.
 */
import { assert } from '../../base/assert.ts';
import type { JsonValue } from '../../base/json.ts';
import { beginning } from '../../base/text.ts';
import type { CheckingWork, Compiled } from '../../expression/compiled.ts';
import { compileCondition, compileExpression } from '../../expression/compile.ts';
import type { ExpressionFault } from '../../expression/fault.ts';
import { describe, textOf } from '../text/document.ts';
import type { Located } from './field-reader.ts';
import { pathText } from '../text/path.ts';
import type { Compute, StateScope, Test } from '../plan.ts';
import type { ExpressionRecipe } from './recipe.ts';
import { Recipe } from './recipe.ts';
import type { Report } from '../text/report.ts';
import { swallowedPart } from '../text/swallowed.ts';
import type { Site } from './site.ts';

/** A value that is always an expression: under a `.$` key, `ItemsPath`. Null when it is faulty. */
export function readExpression(report: Report, field: Located, site: Site): Recipe | null {
  return readAs('value', report, field, site);
}

/** An expression whose value the interpreter checks, with its source for the message. Null when it is faulty. */
export function readComputed(report: Report, field: Located, site: Site): Recipe | null {
  return readAs('computed', report, field, site);
}

/** The condition of a Choice; a YAML boolean is one too (rules.md 7.7). Null when it is faulty. */
export function readCondition(report: Report, field: Located, site: Site): Recipe | null {
  const { node } = field;
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value ? ALWAYS : NEVER;
  return readAs('condition', report, field, site);
}

const ALWAYS = new Recipe({ kind: 'always' });
export const NEVER = new Recipe({ kind: 'never' });

function readAs(form: ExpressionRecipe['form'], report: Report, field: Located, site: Site): Recipe | null {
  const text = textOf(field.node);
  if (text === null) {
    return refuse(report, field, `the text of an expression${form === 'condition' ? ', or true or false' : ''}`);
  }
  const place = pathText(field.path);
  const work = report.checkingWork();
  const fuel = work.fuel;
  const compiled = compileAs({ form, site, place, text }, work);
  report.checked(fuel - work.fuel);
  for (const fault of compiled.faults) add(report, field, text, fault);
  for (const warning of compiled.warnings) add(report, field, text, warning);
  warnOfSwallowed(report, field, text);
  const { evaluate, nodes } = compiled;
  return evaluate === null ? null : new Recipe({ kind: 'expression', form, site, place, text, fuel, nodes, evaluate });
}

/** Compiles a checked expression again, with the fuel that checking it had. @throws {AssertionError} when it has a fault. */
export function compileAgain(recipe: Omit<ExpressionRecipe, 'evaluate' | 'kind' | 'nodes'>): Compute | Test {
  const { evaluate, faults } = compileAs(recipe, { fuel: recipe.fuel });
  assert(evaluate !== null, `the checked expression at ${recipe.place} has a fault: ${faults[0]?.message}`);
  return evaluate;
}

function compileAs(
  { form, site, place, text }: Pick<ExpressionRecipe, 'form' | 'site' | 'place' | 'text'>,
  work: CheckingWork,
): Compiled<StateScope, JsonValue> {
  const { variables, refused, grammar } = site;
  const options = { variables, refused, ...grammar, place, work };
  if (form === 'condition') return compileCondition<StateScope>(text, options);
  const compiled = compileExpression<StateScope>(text, options);
  if (form === 'value' || compiled.evaluate === null) return compiled;
  const source = `${place} (${beginning(text, 200)})`;
  return { ...compiled, evaluate: Object.assign(compiled.evaluate, { source }) };
}

function refuse(report: Report, { node, path }: Located, expected: string): null {
  const key = path === null ? '' : String(path.key);
  report.add('expression-required', node.offset, path, `${key} must be ${expected}, but is ${describe(node)}`);
  return null;
}

/** Only a scalar has a text. */
function warnOfSwallowed(report: Report, { node, path }: Located, text: string): void {
  const part = node.kind === 'scalar' ? swallowedPart(report, node, text) : null;
  if (part !== null) report.add('swallowed-text', part.offset, path, part.message);
}

/** A quoted or folded text may differ from its source. Its faults are then reported at its beginning. */
function add(report: Report, { node, path }: Located, text: string, fault: ExpressionFault): void {
  const inSource = report.source(node.offset, node.end).indexOf(text);
  const offset = inSource === -1 || text === '' ? node.offset : node.offset + inSource + fault.offset;
  report.add(fault.code, offset, path, fault.message);
}
