/** What a function of the language is: data that the compiler, the checks and docs/functions.md read alike. */
import type { JsonValue } from '../../base/json.ts';
import { isLongNumber } from '../../base/json.ts';
import type { ExpressionNode } from '../ast.ts';
import type { CheckingWork, ValueType } from '../compiled.ts';
import type { EvaluationScope } from '../evaluation.ts';
import type { ExpressionFaultCode } from '../fault.ts';
import { typeOf } from '../value.ts';

/** What a parameter takes. An `integer` is a number without a fraction, however long. */
export type ParameterType = 'array' | 'map' | 'text' | 'integer' | 'any';

export interface Parameter {
  readonly name: string;
  readonly types: readonly ParameterType[];
}

/** @throws {EvaluationError} */
export type Call = (scope: EvaluationScope, args: readonly JsonValue[]) => JsonValue;

export interface FunctionDefinition {
  readonly name: string;
  /** Other names under which it can be called; the documentation shows the first name. */
  readonly aliases?: readonly string[];
  readonly parameters: readonly Parameter[];
  /** What any number of further arguments must be. */
  readonly rest?: Parameter;
  readonly result: ValueType;
  /** One sentence for docs/functions.md. */
  readonly summary: string;
  readonly examples: readonly { readonly expression: string; readonly value: JsonValue }[];
  /** Uses the scope's randomness, so that a call with constant arguments is no constant. */
  readonly random?: true;
  /** Gets arguments of the right number and types. */
  readonly call: Call;
  /**
   * A faster call for arguments of which some are constant (undefined: not known yet). It is given the same arguments.
   * @throws {EvaluationError} when a constant makes every call fail.
   */
  readonly specialise?: (constants: readonly (JsonValue | undefined)[], work: CheckingWork) => Call | null;
  /** What looks wrong in a call although it can be evaluated. */
  readonly inspect?: (args: readonly ExpressionNode[]) => { code: ExpressionFaultCode; message: string } | null;
}

/** True when a parameter of these types takes the value. */
export function accepts(types: readonly ParameterType[], value: JsonValue): boolean {
  for (const type of types) {
    if (type === 'any') return true;
    if (type === 'integer' ? isInteger(value) : typeOf(value) === type) return true;
  }
  return false;
}

function isInteger(value: JsonValue): boolean {
  if (typeof value === 'number') return Number.isInteger(value);
  // What is not written in plain digits overflows a double and is no sensible integer.
  return isLongNumber(value) && /^-?[0-9]+$/.test(value.rawJSON);
}

/** True when a parameter of these types may take a value of which only the type is known. */
export function mayAccept(types: readonly ParameterType[], known: ValueType): boolean {
  if (known === 'any') return true;
  return types.some((type) => type === 'any' || type === known || (type === 'integer' && known === 'number'));
}

const TYPE_NAMES: Readonly<Record<ParameterType, string>> = {
  array: 'an array',
  map: 'a map',
  text: 'a text',
  integer: 'an integer',
  any: 'any value',
};

/** `an array, a map or a text`. */
export function typeNames(types: readonly ParameterType[]): string {
  const names = types.map((type) => TYPE_NAMES[type]);
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} or ${last}`;
}
