/** Converts rules of a Choice to conditions. */
import type { MapNode, Node } from '../../language/text/document.ts';
import { textOf, toJson } from '../../language/text/document.ts';
import type { ComparisonOperator } from '../../expression/ast.ts';
import type { Term } from '../terms.ts';
import { call, compare, constant, isTextLiteral, list, literal, logic, not, NULL } from '../terms.ts';
import type { Reading } from './data.ts';
import { readExpression } from './data.ts';

const ORDERS: Readonly<Record<string, ComparisonOperator>> = {
  LessThan: '<',
  LessThanEquals: '<=',
  GreaterThan: '>',
  GreaterThanEquals: '>=',
};

/** Keys of a rule that are not operators. */
const OTHER_KEYS = new Set(['Variable', 'Next', 'Comment']);

/** The condition of a rule. */
export function readRule(reading: Reading, rule: Node): Term {
  if (rule.kind !== 'map') return refuse(reading, rule, 'a choice rule must be a mapping');
  const operators = [...rule.entries.values()].filter(({ key }) => !OTHER_KEYS.has(key));
  const [operator] = operators;
  if (operator === undefined || operators.length > 1)
    return refuse(reading, rule, 'a choice rule must have exactly one operator');
  const { key, value } = operator;
  if (key === 'Condition') return refuse(reading, value, 'a "Condition" is JSONata, which cannot be converted');
  if (key === 'Not') return not(readRule(reading, value));
  if (key === 'And' || key === 'Or') {
    if (value.kind !== 'list' || value.items.length === 0)
      return refuse(reading, value, `${key} must be a list of rules`);
    return logic(
      key === 'And' ? 'and' : 'or',
      value.items.map((item) => readRule(reading, item)),
    );
  }
  const subject = rule.entries.get('Variable');
  if (subject === undefined) return refuse(reading, rule, 'a choice rule needs a "Variable"');
  return comparison(reading, rule, key, readExpression(reading, subject.value), value);
}

function refuse({ outcome }: Reading, node: Node, message: string): Term {
  outcome.refuse(node, message);
  return NULL;
}

function comparison(reading: Reading, rule: MapNode, operator: string, subject: Term, node: Node): Term {
  const ofPath = operator.endsWith('Path');
  const found = /^(String|Numeric|Boolean|Timestamp|Is)(\w+)$/.exec(ofPath ? operator.slice(0, -4) : operator);
  if (found === null) return refuse(reading, rule, `there is no operator ${operator}`);
  const [, type, relation] = found as unknown as [string, string, string];
  if (type === 'Timestamp') {
    const advice = 'compare numbers (milliseconds), or let a task compare the times';
    return refuse(
      reading,
      node,
      `${operator} has no equivalent: times are texts in the state-machine language; ${advice}`,
    );
  }
  if (type === 'Is') return typeTest(reading, rule, relation, subject, node);
  const value = ofPath ? readExpression(reading, node) : constant(toJson(node));
  if (relation === 'Equals') return equality(reading, rule, type, subject, value);
  if (type === 'String' && relation === 'Matches' && isTextLiteral(value)) return matches(subject, value.value);
  const order = Object.hasOwn(ORDERS, relation) ? ORDERS[relation] : undefined;
  if (order === undefined || type === 'Boolean') return refuse(reading, rule, `there is no operator ${operator}`);
  if (type === 'String' && looksOtherwise(value)) {
    reading.outcome.note(node, 'here, texts that are numbers are ordered as numbers');
  }
  return compare(subject, order, value);
}

const COERCION =
  'comparisons with numbers and booleans coerce texts here: the text "5" equals 5, and the text "true" equals true';

/** `==` would compare a text such as "5" as a number, so `arrayContains` is used for it, which does not coerce. */
function equality({ outcome }: Reading, rule: MapNode, type: string, subject: Term, value: Term): Term {
  if (type === 'String') {
    return looksOtherwise(value) ? call('arrayContains', list([subject]), value) : compare(subject, '==', value);
  }
  outcome.noteOnce(rule, COERCION);
  return compare(subject, '==', value);
}

/** True for a text that a comparison may read as a number or a boolean, and for an unknown value. */
function looksOtherwise(value: Term): boolean {
  return !isTextLiteral(value) || /^(?:[-+.]?\d.*|true|false)$/is.test(value.value);
}

/** `*` in the pattern matches any characters, unless a backslash is before it. */
function matches(subject: Term, pattern: string): Term {
  const expression = pattern.replace(
    /\\([\s\S])|(\*)|([\s\S])/gu,
    (_, escaped?: string, star?: string, plain?: string) =>
      star === undefined ? escape(escaped ?? plain ?? '') : '.*',
  );
  return logic('and', [isText(subject), call('regexMatchString', subject, literal(`^(?s:${expression})$`))]);
}

function escape(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function jsonMatches(subject: Term, pattern: string): Term {
  return call('regexMatchString', call('jsonToString', subject), literal(pattern));
}

function isText(subject: Term): Term {
  return jsonMatches(subject, '^"');
}

const TIMESTAMP = '^"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[-+]\\d\\d:\\d\\d)"$';

/** Tests the type of a value with its JSON text, whose first character depends on the type. */
function typeTest(reading: Reading, rule: MapNode, type: string, subject: Term, node: Node): Term {
  const wanted = toJson(node);
  if (typeof wanted !== 'boolean') return refuse(reading, node, `Is${type} must be true or false`);
  const test = positiveTest(reading, rule, type, subject);
  return wanted ? test : not(test);
}

function positiveTest(reading: Reading, rule: MapNode, type: string, subject: Term): Term {
  switch (type) {
    case 'Null':
      return compare(subject, '==', NULL);
    case 'Present':
      return isPresent(reading, rule, subject);
    case 'String':
      return isText(subject);
    case 'Numeric':
      return jsonMatches(subject, '^[-0-9]');
    case 'Boolean':
      return call('arrayContains', list([literal(true), literal(false)]), subject);
    case 'Timestamp':
      return jsonMatches(subject, TIMESTAMP);
    default:
      return refuse(reading, rule, `there is no operator Is${type}`);
  }
}

/** A member is present if its object has the key. A value that is not a member is always present. */
function isPresent(reading: Reading, rule: MapNode, subject: Term): Term {
  if (subject.kind !== 'path') return literal(true);
  const last = subject.segments.at(-1);
  if (last?.kind === 'name') {
    const segments = subject.segments.slice(0, -1);
    return compare(literal(last.name), 'in', segments.length === 0 ? subject.target : { ...subject, segments });
  }
  const text = textOf(rule.entries.get('Variable')?.value ?? rule) ?? '';
  reading.outcome.note(rule, `here an item of an array is present if it is not null (${text})`);
  return compare(subject, '!=', NULL);
}
