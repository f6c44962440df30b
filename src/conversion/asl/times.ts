/**
 * Comparisons of times, which are texts in both languages. Times with the offset `Z` compare like texts up to the seconds;
 * the language has no functions for other offsets, so a time with another one counts as no time.
 */
import { describe, quote, textOf } from '../../language/text/document.ts';
import type { ComparisonOperator } from '../../expression/ast.ts';
import type { Term } from '../terms.ts';
import { call, compare, literal, logic, not } from '../terms.ts';
import { readTested } from './data.ts';
import type { Rule, Test } from './rule.ts';
import { comparison, typeFact, typeTests } from './rule.ts';
import { isTime } from './type-tests.ts';

const ONLY_UTC = 'here a time with an offset such as +02:00, instead of Z, does not match';

/** Returns the comparison; null after a refusal. */
export function readTimes(test: Test, operator: ComparisonOperator, ofPath: boolean): Rule | null {
  const { reading, known, subject, node } = test;
  const text = textOf(node);
  if (text === null || (!ofPath && !isTime(text))) {
    const needed = ofPath ? 'a path' : 'a time such as "2030-01-31T08:00:00Z"';
    reading.outcome.refuse(
      node,
      `${test.operator} needs ${needed}, but has ${text === null ? describe(node) : quote(text)}`,
    );
    return null;
  }
  reading.outcome.note(node, ONLY_UTC);
  const other = ofPath ? readTested(reading, node) : null;
  const values = other === null ? [subject] : [subject, other];
  const condition = other === null ? withTime(subject, operator, utcOf(text)) : withOther(subject, operator, other);
  const learned = values.flatMap((value) => [typeFact('utc', value), typeFact('text', value)]);
  return comparison(known, values, logic('and', [...typeTests(known, 'utc', values), condition]), learned);
}

interface Utc {
  /** `2030-01-31T08:00:00`. */
  readonly seconds: string;
  /** Digits after the point, without zeros at the end. */
  readonly fraction: string;
}

/** Moves a time to the offset `Z`. */
function utcOf(text: string): Utc {
  const [, local = '', fraction = '', sign, hours, minutes] =
    /^(.{19})(?:\.(\d+?)0*)?(?:Z|([-+])(\d\d):(\d\d))$/.exec(text) ?? [];
  const digits = /^0*$/.test(fraction) ? '' : fraction;
  if (sign === undefined) return { seconds: local, fraction: digits };
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000);
  // Date does not read a leap second.
  const leap = local.endsWith(':60');
  const moved = new Date(Date.parse(`${leap ? `${local.slice(0, 17)}59` : local}Z`) - offset).toISOString();
  return { seconds: `${moved.slice(0, 17)}${leap ? '60' : moved.slice(17, 19)}`, fraction: digits };
}

/**
 * The time up to its `Z` compares with a time without zeros at the end: it is before it exactly if its text is. Equality
 * allows zeros at the end.
 */
function withTime(subject: Term, operator: ComparisonOperator, { seconds, fraction }: Utc): Term {
  const before = compare(beforeZ(subject), '<', literal(fraction === '' ? seconds : `${seconds}.${fraction}`));
  const zeros = fraction === '' ? '(?:\\.0+)?' : `\\.${fraction}0*`;
  const equal = call('regexMatchString', subject, literal(`^${seconds}${zeros}Z$`));
  switch (operator) {
    case '<':
      return before;
    case '<=':
      return logic('or', [before, equal]);
    case '>':
      return logic('and', [not(before), not(equal)]);
    case '>=':
      return not(before);
    default:
      return equal;
  }
}

function beforeZ(time: Term): Term {
  return {
    kind: 'path',
    target: call('split', time, literal('Z')),
    segments: [{ kind: 'index', index: 0 }],
    offset: 0,
    length: 0,
  };
}

/** Compares the seconds as texts, and the fractions as numbers. */
function withOther(left: Term, operator: ComparisonOperator, right: Term): Term {
  const seconds = (time: Term): Term => part(call('split', beforeZ(time), literal('.')), 0);
  const fraction = (time: Term): Term =>
    call(
      'format',
      literal('0.{}'),
      part(call('split', call('format', literal('{}.0'), beforeZ(time)), literal('.')), 1),
    );
  const same = compare(seconds(left), '==', seconds(right));
  const fractions = compare(fraction(left), operator, fraction(right));
  if (operator === '==') return logic('and', [same, fractions]);
  const strict = operator === '<' || operator === '<=' ? '<' : '>';
  return logic('or', [compare(seconds(left), strict, seconds(right)), logic('and', [same, fractions])]);
}

function part(target: Term, index: number): Term {
  return { kind: 'path', target, segments: [{ kind: 'index', index }], offset: 0, length: 0 };
}
