/** Conditions that hold if a path leads to a value, which may be `null`. */
import type { Segment } from '../../expression/ast.ts';
import type { Term } from '../terms.ts';
import { call, compare, literal, logic } from '../terms.ts';
import { hasType, isUnmistakable } from './type-tests.ts';

/** Returns the condition; null if the value is always there, as `$` and the name of the execution are. */
export function presenceOf(subject: Term): Term | null {
  if (subject.kind !== 'path' || isOfContext(subject.target, subject.segments)) return null;
  const last = subject.segments.at(-1);
  const before = subject.segments.slice(0, -1);
  const container: Term = before.length === 0 ? subject.target : { ...subject, segments: before };
  if (last?.kind === 'name') return hasKey(container, last.name);
  if (last?.kind !== 'index') return null;
  const enough = last.index < 0 ? -last.index : last.index + 1;
  return logic('and', [hasType('array', container), compare(call('length', container), '>=', literal(enough))]);
}

/** True for a path that reads the context object, except for one into the execution's input. */
function isOfContext(target: Term, segments: readonly Segment[]): boolean {
  if (target.kind !== 'variable' || target.name !== '$Context') return false;
  const [group, name] = segments.map((segment) => (segment.kind === 'name' ? segment.name : ''));
  return group !== 'Execution' || name !== 'Input' || segments.length === 2;
}

/** `in` compares loosely, so it would find the key `"01"` for `"1"`. */
function hasKey(container: Term, name: string): Term {
  if (isUnmistakable(name)) return compare(literal(name), 'in', container);
  return logic('and', [hasType('object', container), call('arrayContains', call('mapKeys', container), literal(name))]);
}
