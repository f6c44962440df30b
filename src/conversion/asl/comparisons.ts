/**
 * Converts one test of a Choice rule: a comparison, or a test of a value's type.
 *
 * In the original, a comparison is false if one of the values has another type. The comparisons of the state-machine language
 * convert values, so most conditions test the type first, and equality uses `arrayContains`, which does not convert.
 */
import type { Node } from '../../language/text/document.ts';
import { describe, quote, textOf, toJson } from '../../language/text/document.ts';
import { isLongNumber } from '../../base/json.ts';
import type { ComparisonOperator } from '../../expression/ast.ts';
import type { Term } from '../terms.ts';
import { call, compare, constant, list, literal, logic, not } from '../terms.ts';
import { readTested } from './data.ts';
import { namesHere, namesLike } from './errors.ts';
import { presenceOf } from './presence.ts';
import type { Rule, Test } from './rule.ts';
import { comparison, isPresentFact, typeFact, typeTests } from './rule.ts';
import { readTimes } from './times.ts';
import type { ValueKind } from './type-tests.ts';
import { hasType, isOrderedAsText, isUnmistakable } from './type-tests.ts';

const ORDERS: Readonly<Record<string, ComparisonOperator>> = {
  LessThan: '<',
  LessThanEquals: '<=',
  GreaterThan: '>',
  GreaterThanEquals: '>=',
};

const KINDS: Readonly<Record<string, ValueKind>> = { String: 'text', Numeric: 'number', Boolean: 'boolean' };

/** Returns the test as conditions; null after a refusal. */
export function readTest(test: Test): Rule | null {
  const { operator } = test;
  const found = /^(String|Numeric|Boolean|Timestamp|Is)([A-Z][A-Za-z]*?)(Path)?$/.exec(operator);
  const [, type = '', relation = '', path] = found ?? [];
  if (type === 'Is' && path === undefined) return typeTest(test, relation);
  const order = Object.hasOwn(ORDERS, relation) ? (ORDERS[relation] as ComparisonOperator) : null;
  const isEquality = relation === 'Equals';
  if (type === 'String' && relation === 'Matches' && path === undefined) return matches(test);
  if ((order === null && !isEquality) || type === '' || type === 'Is' || (type === 'Boolean' && !isEquality)) {
    return refuse(test, test.rule, `there is no operator ${quote(operator)}`);
  }
  if (type === 'Timestamp') return readTimes(test, isEquality ? '==' : (order ?? '=='), path !== undefined);
  const kind = KINDS[type] as ValueKind;
  if (path !== undefined) return withPath(test, kind, order);
  const value = literalOf(test, kind);
  if (value === null) return null;
  return order === null ? equals(test, kind, value) : ordered(test, kind, order, value);
}

export function refuse({ reading }: Test, node: Node, message: string): null {
  reading.outcome.refuse(node, message);
  return null;
}

/** Returns the constant of the operator; null after a refusal, if it has another type. */
function literalOf(test: Test, kind: ValueKind): Term | null {
  const value = toJson(test.node);
  const is = isLongNumber(value) ? 'number' : typeof value;
  if (is === (kind === 'text' ? 'string' : kind)) return constant(value);
  const needed = kind === 'text' ? 'a text' : kind === 'number' ? 'a number' : 'true or false';
  return refuse(test, test.node, `${test.operator} needs ${needed}, but has ${describe(test.node)}`);
}

function equals(test: Test, kind: ValueKind, value: Term): Rule {
  const { known, subject } = test;
  const learned = [typeFact(kind, subject)];
  const text = value.kind === 'literal' && typeof value.value === 'string' ? value.value : null;
  const names = text === null ? [] : namesHere(text);
  if (text !== null && names.length > 0) {
    test.reading.outcome.note(test.node, `the error ${text} is ${names.join(' or ')} here, so both names match`);
    const all = [...names, text].map(literal);
    return comparison(known, [subject], call('arrayContains', list(all), subject), learned);
  }
  const condition =
    text !== null && isUnmistakable(text)
      ? compare(subject, '==', value)
      : call('arrayContains', list([subject]), value);
  return comparison(known, [subject], condition, learned);
}

function ordered(test: Test, kind: ValueKind, order: ComparisonOperator, value: Term): Rule {
  const { known, subject, reading } = test;
  const learned = [typeFact(kind, subject)];
  const type = typeTests(known, kind, [subject]);
  if (value.kind !== 'literal' || typeof value.value !== 'string') {
    return comparison(known, [subject], logic('and', [...type, compare(subject, order, value)]), learned);
  }
  if (/[\ud800-\uffff]/.test(value.value)) {
    reading.outcome.note(test.node, 'here, characters beyond U+FFFF are after all others in the order of texts');
  }
  const condition = isOrderedAsText(value.value)
    ? compare(subject, order, value)
    : compare(unnumbered(subject), order, literal(`=${value.value}`));
  return comparison(known, [subject], logic('and', [...type, condition]), learned);
}

/** A text that an order does not take for a number, and that has the same place among such texts. */
function unnumbered(text: Term): Term {
  return call('format', literal('={}'), text);
}

/** Both values are known only when the flow runs. `order` is null for equality. */
function withPath(test: Test, kind: ValueKind, order: ComparisonOperator | null): Rule {
  const { reading, known, subject } = test;
  const other = readTested(reading, test.node);
  const values = [subject, other];
  const learned = values.map((value) => typeFact(kind, value));
  if (order === null) {
    const type = typeTests(known, kind, [other]);
    const condition = logic('and', [...type, call('arrayContains', list([subject]), other)]);
    return comparison(known, values, condition, learned);
  }
  if (kind === 'text') {
    reading.outcome.noteOnce(test.node, 'here, characters beyond U+FFFF are after all others in the order of texts');
  }
  const [left, right] = kind === 'text' ? [unnumbered(subject), unnumbered(other)] : [subject, other];
  const condition = logic('and', [...typeTests(known, kind, values), compare(left, order, right)]);
  return comparison(known, values, condition, learned);
}

/** `*` in the pattern matches any characters. A backslash before it, or before a backslash, makes it a character. */
function matches(test: Test): Rule | null {
  const { node } = test;
  const pattern = textOf(node);
  if (pattern === null) return refuse(test, node, `StringMatches needs a text, but has ${describe(node)}`);
  if (/^(?:[^\\]|\\[*\\])*\\(?![*\\])/.test(pattern)) {
    return refuse(test, node, 'a backslash in StringMatches must be before * or another backslash');
  }
  const isPlain = /^(?:[^\\*]|\\[*\\])*$/.test(pattern);
  return isPlain ? equals(test, 'text', literal(pattern.replace(/\\([*\\])/g, '$1'))) : matchesPattern(test, pattern);
}

function matchesPattern({ known, subject, node, reading }: Test, pattern: string): Rule {
  const expression = pattern.replace(
    /\\([*\\])|(\*)|([\s\S])/gu,
    (_, escaped?: string, star?: string, plain?: string) =>
      star === undefined ? escape(escaped ?? plain ?? '') : '.*',
  );
  const whole = `^(?s:${expression})$`;
  const type = typeTests(known, 'text', [subject]);
  const test = logic('and', [...type, call('regexMatchString', subject, literal(whole))]);
  const names = namesLike(pattern, new RegExp(whole.replace('(?s:', '(?:'), 'su'));
  if (names.length > 0) {
    reading.outcome.note(node, `the errors that ${quote(pattern)} matches have other names here, which match too`);
  }
  const condition =
    names.length === 0 ? test : logic('or', [call('arrayContains', list(names.map(literal)), subject), test]);
  return comparison(known, [subject], condition, [typeFact('text', subject)]);
}

function escape(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const TYPE_TESTS: Readonly<Record<string, ValueKind>> = {
  Null: 'null',
  String: 'text',
  Numeric: 'number',
  Boolean: 'boolean',
  Timestamp: 'time',
};

function typeTest(test: Test, type: string): Rule | null {
  const { known, subject, node } = test;
  const wanted = toJson(node);
  if (typeof wanted !== 'boolean') return refuse(test, node, `${test.operator} must be true or false`);
  const signed = (condition: Term): Term => (wanted ? condition : not(condition));
  if (type === 'Present') {
    const rule = comparison(known, [], signed(presenceOf(subject) ?? literal(true)));
    const learned = new Set([...known, isPresentFact(subject)]);
    return wanted ? { ...rule, ifTrue: learned } : { ...rule, ifFalse: learned };
  }
  const kind = Object.hasOwn(TYPE_TESTS, type) ? (TYPE_TESTS[type] as ValueKind) : null;
  if (kind === null) return refuse(test, test.rule, `there is no operator ${quote(test.operator)}`);
  const rule = comparison(known, [subject], signed(hasType(kind, subject)));
  const learned = new Set([
    ...rule.ifTrue,
    typeFact(kind, subject),
    ...(kind === 'time' ? [typeFact('text', subject)] : []),
  ]);
  return wanted ? { ...rule, ifTrue: learned } : { ...rule, ifFalse: learned };
}
