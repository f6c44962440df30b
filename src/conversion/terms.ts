/**
 * Values that a converted flow will build, as expressions not yet written. Both converters put them together and take
 * members of them; what can be known without running is worked out at once, so that `$.Payload.id` of a built object is the
 * very expression that was put there and nobody has to read the detour.
 */
import type { JsonValue } from '../base/json.ts';
import { isJsonArray, isJsonObject, setMember } from '../base/json.ts';
import type { ExpressionNode, Segment } from '../expression/ast.ts';

export type Term = ExpressionNode;
type ObjectTerm = Extract<Term, { kind: 'object' }>;
type Literal = Extract<Term, { kind: 'literal' }>['value'];

/** Terms are written anew: they have no place in any text. */
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

/** An object; of a key that stands twice the last one counts. */
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

/** All or any of the operands; one operand alone is itself. */
export function logic(kind: 'and' | 'or', operands: readonly Term[]): Term {
  const flat = operands.flatMap((operand) => (operand.kind === kind ? operand.operands : [operand]));
  return flat.length === 1 ? (flat[0] as Term) : { kind, operands: flat, ...NOWHERE };
}

/** A value of the definition as a term. */
export function constant(value: JsonValue): Term {
  if (isJsonArray(value)) return list(value.map(constant));
  if (isJsonObject(value)) return object(Object.keys(value).map((key) => [key, constant(value[key] as JsonValue)]));
  return literal(value as Literal);
}

/** The value that a term has in any run, or undefined when it depends on the run. */
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

/** `target` followed along `segments`; a way that is known to lead nowhere is null, as it is when it runs. */
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

/** A member of `jsonMerge(a, b)` where one of the two is an object whose keys are known, else null. */
function memberOfMerge(merged: Extract<Term, { kind: 'call' }>, name: string): Term | null {
  const [left, right] = merged.args;
  if (merged.name !== 'jsonMerge' || left === undefined || right === undefined) return null;
  if (right.kind === 'object') return member(hasKey(right, name) ? right : left, name);
  // The result of a task may be no object at all, which the merging is there to find out.
  const isSafe = !some(right, (part) => part.kind === 'variable' && part.name === '$Output');
  return isSafe && left.kind === 'object' && !hasKey(left, name) ? member(right, name) : null;
}

function hasKey(term: ObjectTerm, name: string): boolean {
  return term.members.some(({ key }) => key === name);
}

/** The members of both; those of the right one win. */
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

/** True when the two are the same expression. */
export function same(left: Term, right: Term): boolean {
  if (left === right) return true;
  return left.kind === 'variable' && right.kind === 'variable' && left.name === right.name;
}

/** True when the term, or something inside it, satisfies `test`. */
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
