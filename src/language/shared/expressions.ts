/** Compiles the expressions of a definition and reports their faults at their own line and column. */
import { beginning } from '../../base/text.ts';
import type { Compiled } from '../../expression/compiled.ts';
import { compileCondition, compileExpression } from '../../expression/compile.ts';
import { spend } from '../../expression/evaluation.ts';
import type { ExpressionFault } from '../../expression/fault.ts';
import { describe, textOf } from '../text/document.ts';
import type { Located } from './field-reader.ts';
import { pathText } from '../text/path.ts';
import type { Compute, StateScope, Test } from '../plan.ts';
import type { Report } from '../text/report.ts';
import { swallowedPart } from '../text/swallowed.ts';
import type { Site } from './site.ts';

/** A value that is always an expression: under a `.$` key, `ItemsPath`. Null when it is faulty. */
export function readExpression(report: Report, field: Located, site: Site): Compute | null {
  const text = textOf(field.node);
  if (text === null) return refuse(report, field, 'the text of an expression');
  return reported(report, field, text, compileExpression<StateScope>(text, options(report, field, site)));
}

/** An expression whose value the interpreter checks, with its source for the message. Null when it is faulty. */
export function readComputed(report: Report, field: Located, site: Site): Compute | null {
  const evaluate = readExpression(report, field, site);
  if (evaluate === null) return null;
  return Object.assign(evaluate, { source: `${pathText(field.path)} (${beginning(textOf(field.node) ?? '', 200)})` });
}

/** The condition of a Choice; a YAML boolean is one too (rules.md 7.7). Null when it is faulty. */
export function readCondition(report: Report, field: Located, site: Site): Test | null {
  const { node } = field;
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value ? always : never;
  const text = textOf(node);
  if (text === null) return refuse(report, field, 'the text of an expression, or true or false');
  return reported(report, field, text, compileCondition<StateScope>(text, options(report, field, site)));
}

function always(scope: StateScope): boolean {
  spend(scope, 1);
  return true;
}

function never(scope: StateScope): boolean {
  spend(scope, 1);
  return false;
}

function options({ checkingWork }: Report, { path }: Located, { variables, refused, grammar }: Site) {
  return { variables, refused, ...grammar, place: pathText(path), work: checkingWork };
}

function refuse(report: Report, { node, path }: Located, expected: string): null {
  const key = path === null ? '' : String(path.key);
  report.add('expression-required', node.offset, path, `${key} must be ${expected}, but is ${describe(node)}`);
  return null;
}

function reported<R>(
  report: Report,
  field: Located,
  text: string,
  { evaluate, faults, warnings }: Compiled<StateScope, R>,
): ((scope: StateScope) => R) | null {
  for (const fault of faults) add(report, field, text, fault);
  for (const warning of warnings) add(report, field, text, warning);
  warnOfSwallowed(report, field, text);
  return evaluate;
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
