/**
 * Moves terms to other data. After a choice or a foreach, the data of a list is inside the data of a state, and both are
 * `$Input` in their terms. `$Inner` is the inner one until one constructor uses both.
 */
import type { Term } from '../terms.ts';
import { follow, INPUT, variable } from '../terms.ts';

export const INNER = variable('$Inner');

/** Replaces `$Input` by `input`, and `$Inner` by `$Input`. */
export function rebased(term: Term, input: Term): Term {
  switch (term.kind) {
    case 'variable':
      if (term.name === '$Input') return input;
      return term.name === INNER.name ? INPUT : term;
    case 'path':
      return follow(rebased(term.target, input), term.segments);
    case 'array':
      return { ...term, items: term.items.map((item) => rebased(item, input)) };
    case 'object':
      return { ...term, members: term.members.map(({ key, value }) => ({ key, value: rebased(value, input) })) };
    case 'call':
      return { ...term, args: term.args.map((arg) => rebased(arg, input)) };
    case 'not':
    case 'negate':
      return { ...term, operand: rebased(term.operand, input) };
    case 'comparison':
      return { ...term, left: rebased(term.left, input), right: rebased(term.right, input) };
    case 'and':
    case 'or':
      return { ...term, operands: term.operands.map((operand) => rebased(operand, input)) };
    default:
      return term;
  }
}
