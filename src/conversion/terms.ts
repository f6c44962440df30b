/**
 * Terms: the values that a converted flow builds, as syntax trees of expressions. Both converters combine terms and take
 * their members. Members of an object term are resolved at once, so that the result has the expression of the member
 * itself, without the object around it.
 */
import type { JsonValue } from '../base/json.ts';
import { isJsonArray, isJsonObject, setMember } from '../base/json.ts';
import type { ExpressionNode, Segment } from '../expression/ast.ts';

export type Term = ExpressionNode;
type ObjectTerm = Extract<Term, { kind: 'object' }>;
type Literal = Extract<Term, { kind: 'literal' }>['value'];

/** Terms have no place in a text. */
const NOWHERE = { offset: 0, length: 0 } as const;

export const NULL: Term = literal(null);
export const EMPTY: Term = { kind: 'object', members: [], ...NOWHERE };
export const INPUT = variable('$Input');
export const OUTPUT = variable('$Output');

export function literal(value: Literal): Term {
  return { kind: 'literal', value, ...NOWHERE };
}

export function variable(name: string): Extract<Term, { kind: 'variable' }> {
  return { kind: 'variable', name, ...NOWHERE };
}

export function list(items: readonly Term[]): Term {
  return { kind: 'array', items, ...NOWHERE };
}

/** An object. If a key occurs twice, the last value counts. */
export function object(members: Iterable<readonly [string, Term]>): ObjectTerm {
  return { kind: 'object', members: [...new Map(members)].map(([key, value]) => ({ key, value })), ...NOWHERE };
}

export function call(name: string, ...args: readonly Term[]): Term {
  return { kind: 'call', name, args, ...NOWHERE };
}

export function not(operand: Term): Term {
  return operand.kind === 'not' ? operand.operand : { kind: 'not', operand, ...NOWHERE };
}

export function compare(left: Term, operator: Extract<Term, { kind: 'comparison' }>['operator'], right: Term): Term {
  return { kind: 'comparison', operator, left, right, ...NOWHERE };
}

/** All or any of the operands. With one operand, returns the operand. */
export function logic(kind: 'and' | 'or', operands: readonly Term[]): Term {
  const flat = operands.flatMap((operand) => (operand.kind === kind ? operand.operands : [operand]));
  return flat.length === 1 ? (flat[0] as Term) : { kind, operands: flat, ...NOWHERE };
}

/** `yes` if the condition holds, otherwise `no`. Both are evaluated. */
export function choose(condition: Term, yes: Term, no: Term): Term {
  const values = object([
    ['true', yes],
    ['false', no],
  ]);
  return call('get', values, call('format', literal('{}'), condition));
}

/** A constant value as a term. */
export function constant(value: JsonValue): Term {
  if (isJsonArray(value)) return list(value.map(constant));
  if (isJsonObject(value)) return object(Object.keys(value).map((key) => [key, constant(value[key] as JsonValue)]));
  return literal(value as Literal);
}

/** Returns the value of a constant term; undefined if the value depends on the run. */
export function constantOf(term: Term): JsonValue | undefined {
  switch (term.kind) {
    case 'literal':
      return term.value;
    case 'array': {
      const items = term.items.map(constantOf);
      return items.includes(undefined) ? undefined : (items as JsonValue[]);
    }
    case 'object': {
      const value: Record<string, JsonValue> = {};
      for (const member of term.members) {
        const each = constantOf(member.value);
        if (each === undefined) return undefined;
        setMember(value, member.key, each);
      }
      return value;
    }
    default:
      return undefined;
  }
}

/** The value at the path `segments` of `target`. A path that is certainly missing is null, as it is when the flow runs. */
export function follow(target: Term, segments: readonly Segment[]): Term {
  let at = target;
  for (const segment of segments) at = step(at, segment);
  return at;
}

export function member(target: Term, name: string): Term {
  return step(target, { kind: 'name', name });
}

function step(target: Term, segment: Segment): Term {
  if (segment.kind === 'all') return appended(target, segment);
  switch (target.kind) {
    case 'literal':
      return NULL;
    case 'object':
      if (segment.kind !== 'name') return NULL;
      return target.members.find(({ key }) => key === segment.name)?.value ?? NULL;
    case 'array':
      return segment.kind === 'index' ? (target.items.at(segment.index) ?? NULL) : NULL;
    case 'call':
      return (segment.kind === 'name' ? memberOfMerge(target, segment.name) : null) ?? appended(target, segment);
    default:
      return appended(target, segment);
  }
}

function appended(target: Term, segment: Segment): Term {
  if (target.kind === 'path') return { ...target, segments: [...target.segments, segment] };
  return { kind: 'path', target, segments: [segment], ...NOWHERE };
}

/** Returns a member of `jsonMerge(a, b)` if one of the two is an object with known keys, otherwise null. */
function memberOfMerge(merged: Extract<Term, { kind: 'call' }>, name: string): Term | null {
  const [left, right] = merged.args;
  if (merged.name !== 'jsonMerge' || left === undefined || right === undefined) return null;
  if (right.kind === 'object') return member(hasKey(right, name) ? right : left, name);
  // The result of a task may not be an object, and only the merging fails then.
  const isSafe = !some(right, (part) => part.kind === 'variable' && part.name === '$Output');
  return isSafe && left.kind === 'object' && !hasKey(left, name) ? member(right, name) : null;
}

function hasKey(term: ObjectTerm, name: string): boolean {
  return term.members.some(({ key }) => key === name);
}

/** The members of both. Those of the right one have precedence. */
export function merge(left: Term, right: Term): Term {
  if (right.kind === 'object' && right.members.length === 0) return left;
  if (left.kind === 'object' && right.kind === 'object') {
    return object([...left.members, ...right.members].map(({ key, value }) => [key, value]));
  }
  // jsonMerge(jsonMerge(x, {…}), {…}) is jsonMerge(x, {…}) of both.
  if (left.kind === 'call' && left.name === 'jsonMerge' && right.kind === 'object') {
    const [base, inner] = left.args;
    if (base !== undefined && inner?.kind === 'object') return call('jsonMerge', base, merge(inner, right));
  }
  return call('jsonMerge', left, right);
}

/** True if both are certainly the same expression. */
export function same(left: Term, right: Term): boolean {
  if (left === right) return true;
  return left.kind === 'variable' && right.kind === 'variable' && left.name === right.name;
}

/** True if the term, or a term inside it, passes `test`. */
export function some(term: Term, test: (term: Term) => boolean): boolean {
  if (test(term)) return true;
  switch (term.kind) {
    case 'path':
      return some(term.target, test);
    case 'array':
      return term.items.some((item) => some(item, test));
    case 'object':
      return term.members.some(({ value }) => some(value, test));
    case 'call':
      return term.args.some((arg) => some(arg, test));
    case 'not':
    case 'negate':
      return some(term.operand, test);
    case 'comparison':
      return some(term.left, test) || some(term.right, test);
    case 'and':
    case 'or':
      return term.operands.some((operand) => some(operand, test));
    default:
      return false;
  }
}

export function isTextLiteral(term: Term): term is Extract<Term, { kind: 'literal' }> & { readonly value: string } {
  return term.kind === 'literal' && typeof term.value === 'string';
}
