/** The form into which a rule of a Choice is read, with the facts that are known about values after it. */
import { printExpression } from '../../expression/print.ts';
import type { MapNode, Node } from '../../language/text/document.ts';
import type { Term } from '../terms.ts';
import { logic, not } from '../terms.ts';
import type { Reading } from './data.ts';
import { presenceOf } from './presence.ts';
import type { ValueKind } from './type-tests.ts';
import { hasType } from './type-tests.ts';

/** Facts such as `present $Input.a` and `number $Input.a`. A rule need not test them again. */
export type Facts = ReadonlySet<string>;

export interface Rule {
  readonly condition: Term;
  /**
   * Holds if the evaluation reaches a path without a value, which fails the original with States.Runtime. Null: it never
   * does.
   */
  readonly missing: Term | null;
  readonly ifTrue: Facts;
  readonly ifFalse: Facts;
}

/** One test of a rule as it is written. */
export interface Test {
  readonly reading: Reading;
  readonly known: Facts;
  /** The whole rule, for remarks. */
  readonly rule: MapNode;
  readonly operator: string;
  /** The value of `Variable`. */
  readonly subject: Term;
  /** The value of the operator. */
  readonly node: Node;
}

/** Each rule copies the facts, so a Choice with very many rules tests some of them again. */
const FACTS_MAX = 200;

function learn(facts: Facts, more: readonly string[]): Facts {
  if (facts.size > FACTS_MAX || more.every((fact) => facts.has(fact))) return facts;
  return new Set([...facts, ...more]);
}

function both(left: Facts, right: Facts): Facts {
  return new Set([...left].filter((fact) => right.has(fact)));
}

export function isPresentFact(subject: Term): string {
  return `present ${printExpression(subject)}`;
}

export function typeFact(kind: ValueKind, subject: Term): string {
  return `${kind} ${printExpression(subject)}`;
}

/** Returns the conditions that the values have the type, without those that are known. */
export function typeTests(known: Facts, kind: ValueKind, subjects: readonly Term[]): Term[] {
  return subjects.filter((subject) => !known.has(typeFact(kind, subject))).map((subject) => hasType(kind, subject));
}

/** Returns a rule that compares these values. `learned` is known if the condition holds. */
export function comparison(
  known: Facts,
  subjects: readonly Term[],
  condition: Term,
  learned: readonly string[] = [],
): Rule {
  const absent = subjects
    .filter((subject) => !known.has(isPresentFact(subject)))
    .flatMap((subject) => presenceOf(subject) ?? [])
    .map(not);
  const present = learn(known, subjects.map(isPresentFact));
  return {
    condition,
    missing: absent.length === 0 ? null : logic('or', absent),
    ifTrue: learn(present, learned),
    ifFalse: present,
  };
}

export function negated({ condition, missing, ifTrue, ifFalse }: Rule): Rule {
  return { condition: not(condition), missing, ifTrue: ifFalse, ifFalse: ifTrue };
}

/** All or any of the rules. Like the original, the result stops at the first rule that decides. */
export function combined(kind: 'and' | 'or', known: Facts, readers: readonly ((known: Facts) => Rule)[]): Rule {
  const rules: Rule[] = [];
  let reached = known;
  let decided: Facts | null = null;
  for (const read of readers) {
    const rule = read(reached);
    rules.push(rule);
    const [next, stopped] = kind === 'and' ? [rule.ifTrue, rule.ifFalse] : [rule.ifFalse, rule.ifTrue];
    reached = next;
    decided = decided === null ? stopped : both(decided, stopped);
  }
  const stops = decided ?? known;
  return {
    condition: logic(
      kind,
      rules.map(({ condition }) => condition),
    ),
    missing: missingOf(kind, rules),
    ...(kind === 'and' ? { ifTrue: reached, ifFalse: stops } : { ifTrue: stops, ifFalse: reached }),
  };
}

/** Each of these rules nests the condition for missing values one level deeper. */
export const GUARDED_MAX = 40;

/** The missing values of a rule matter only if the rules before it do not decide. */
function missingOf(kind: 'and' | 'or', rules: readonly Rule[]): Term | null {
  let missing: Term | null = null;
  for (const rule of rules.slice(0, GUARDED_MAX).toReversed()) {
    if (missing !== null) missing = logic('and', [kind === 'and' ? rule.condition : not(rule.condition), missing]);
    if (rule.missing !== null) missing = missing === null ? rule.missing : logic('or', [rule.missing, missing]);
  }
  return missing;
}
