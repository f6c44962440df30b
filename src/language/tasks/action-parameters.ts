/** Checks the parameters of a task against the catalog: unknown names, literal values, missing parameters. */
import type { JsonValue } from '../../base/json.ts';
import { fieldNumber } from '../../expression/value.ts';
import type { ActionFacts, ParameterFacts } from './action-catalog.ts';
import type { MapEntry, Node } from '../text/document.ts';
import { describe, isNull, quote, textOf, toJson } from '../text/document.ts';
import { FieldReader } from '../shared/field-reader.ts';

/** A parameter in the definition of a task. */
export interface GivenParameter {
  readonly name: string;
  readonly entry: MapEntry;
  /** False for a computed value, which cannot be checked. */
  readonly isLiteral: boolean;
}

/** Checks the parameters under `field` of a task against those of its action. */
export function checkParameters(
  task: FieldReader,
  field: 'Parameters' | 'serviceParams',
  action: string,
  { parameters: known, needsOneOf }: ActionFacts,
  given: readonly GivenParameter[],
): void {
  if (known === null) return;
  const names = new Set(given.map(({ name }) => name));
  for (const [name, { need, byDefault }] of Object.entries(known)) {
    if (names.has(name) || need === 'optional') continue;
    const message = `${action} needs the parameter "${name}"${field === 'Parameters' ? ` or "${name}.$"` : ''}`;
    if (need === 'required') atParameters(task, field, 'missing-parameter', message);
    else atParameters(task, field, 'default-parameter', `${message}; ${byDefault} is used`);
  }
  if (needsOneOf !== undefined && !needsOneOf.some((name) => names.has(name))) {
    const two = needsOneOf.slice(0, 2).map((name) => `"${name}"`);
    atParameters(task, field, 'missing-parameter', `${action} needs one of the parameters ${two.join(' and ')}`);
  }
  const located = task.find(field);
  if (located?.node.kind !== 'map') return;
  const parameters = new FieldReader(task.report, { node: located.node, path: located.path }, `${field} of ${action}`);
  for (const { name, entry, isLiteral } of given) {
    const facts = Object.hasOwn(known, name) ? (known[name] as ParameterFacts) : null;
    if (facts !== null) {
      if (isLiteral) checkLiteral(parameters, name, entry.value, facts);
    } else {
      refuseUnknownParameter(parameters, action, entry.key, name, Object.keys(known));
    }
  }
}

/** Warns of a parameter that an action does not have. */
export function refuseUnknownParameter(
  parameters: FieldReader,
  action: string,
  key: string,
  name: string,
  known: readonly string[],
): void {
  const hint = parameters.report.didYouMean(name, known);
  const message = `${action} has no parameter ${quote(name)}${hint}; it has ${known.join(', ')}`;
  parameters.faultAt('unknown-parameter', key, message);
}

/** Reports a fault at the key of the parameters, or at the task when it has none. */
export function atParameters(
  task: FieldReader,
  field: 'Parameters' | 'serviceParams',
  code: 'missing-parameter' | 'default-parameter',
  message: string,
): void {
  if (task.has(field)) task.faultAt(code, field, message);
  else task.fault(code, message);
}

/** Checks a literal value. */
export function checkLiteral(parameters: FieldReader, name: string, node: Node, facts: ParameterFacts): void {
  const bad = (code: 'bad-parameter' | 'odd-parameter' | 'missing-parameter', expected: string): void => {
    parameters.report.add(
      code,
      node.offset,
      parameters.at(name),
      `${name} must be ${expected}, but is ${describe(node)}`,
    );
  };
  if (isNull(node)) {
    if (facts.need === 'required') bad('missing-parameter', 'given');
    return;
  }
  const text = textOf(node);
  if (facts.type === 'map' && node.kind !== 'map') bad('bad-parameter', 'a mapping');
  else if (facts.type === 'text' && text === null) bad('bad-parameter', 'a text');
  else if (facts.whole !== undefined) {
    const { min, max } = facts.whole;
    if (!isWhole(toJson(node), min, max)) bad('bad-parameter', `a whole number from ${min} to ${max}`);
  } else if (facts.oneOf !== undefined && text !== null) {
    const word = facts.ignoreCase === true ? text.trim().toUpperCase() : text;
    if (!facts.oneOf.includes(word)) bad('bad-parameter', `one of ${facts.oneOf.join(', ')}`);
  } else if (facts.begins !== undefined && text !== null && !facts.begins.pattern.test(text)) {
    bad('odd-parameter', facts.begins.says);
  }
}

function isWhole(value: JsonValue, min: number, max: number): boolean {
  const number = fieldNumber(value);
  return number !== null && Number.isInteger(number) && number >= min && number <= max;
}
