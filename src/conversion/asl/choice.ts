/** Converts rules of a Choice to conditions. */
import type { Node } from '../../language/text/document.ts';
import { literal } from '../terms.ts';
import { readTest } from './comparisons.ts';
import type { Reading } from './data.ts';
import { readTested } from './data.ts';
import type { Facts, Rule } from './rule.ts';
import { combined, comparison, GUARDED_MAX, negated } from './rule.ts';

/** Keys of a rule that are not operators. */
const OTHER_KEYS = new Set(['Variable', 'Next', 'Comment', 'Assign']);

/** The rule as conditions. `known` holds what the rules before it have found out. */
export function readRule(reading: Reading, rule: Node, known: Facts): Rule {
  if (rule.kind !== 'map') return refuse(reading, rule, 'a choice rule must be a mapping');
  const operators = [...rule.entries.values()].filter(({ key }) => !OTHER_KEYS.has(key));
  const [operator] = operators;
  if (operator === undefined || operators.length > 1)
    return refuse(reading, rule, 'a choice rule must have exactly one operator');
  const { key, value } = operator;
  if (key === 'Condition') return refuse(reading, value, 'a "Condition" is JSONata, which cannot be converted');
  if (key === 'Not') return negated(readRule(reading, value, known));
  if (key === 'And' || key === 'Or') {
    if (value.kind !== 'list' || value.items.length === 0)
      return refuse(reading, value, `${key} must be a list of rules`);
    if (value.items.length > GUARDED_MAX) {
      reading.outcome.note(
        value,
        `after the first ${GUARDED_MAX} rules, a path without a value does not fail the state here`,
      );
    }
    const readers = value.items.map((item) => (reached: Facts) => readRule(reading, item, reached));
    return combined(key === 'And' ? 'and' : 'or', known, readers);
  }
  const subject = rule.entries.get('Variable');
  if (subject === undefined) return refuse(reading, rule, 'a choice rule needs a "Variable"');
  const test = { reading, known, rule, operator: key, subject: readTested(reading, subject.value), node: value };
  return readTest(test) ?? comparison(known, [], literal(false));
}

function refuse({ outcome }: Reading, node: Node, message: string): Rule {
  outcome.refuse(node, message);
  return comparison(new Set(), [], literal(false));
}
