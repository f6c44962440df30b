/** The definition of a function, as data for the compiler, its checks and docs/functions.md. */
import type { JsonValue } from '../../base/json.ts';
import { isLongNumber } from '../../base/json.ts';
import type { ExpressionNode } from '../ast.ts';
import type { CheckingWork, ValueType } from '../compiled.ts';
import type { EvaluationScope } from '../evaluation.ts';
import type { ExpressionFaultCode } from '../fault.ts';
import { typeOf } from '../value.ts';

/** The types of arguments. An `integer` is a number without a fraction, of any length. */
export type ParameterType = 'array' | 'map' | 'text' | 'integer' | 'any';

export interface Parameter {
  readonly name: string;
  readonly types: readonly ParameterType[];
}

/** @throws {EvaluationError} */
export type Call = (scope: EvaluationScope, args: readonly JsonValue[]) => JsonValue;

export interface FunctionDefinition {
  readonly name: string;
  /** Other names of the function. */
  readonly aliases?: readonly string[];
  readonly parameters: readonly Parameter[];
  /** The parameter for any number of further arguments. */
  readonly rest?: Parameter;
  readonly result: ValueType;
  /** The text in docs/functions.md. */
  readonly summary: string;
  readonly examples: readonly { readonly expression: string; readonly value: JsonValue }[];
  /**
   * Fuel that a call takes before it begins, as far as the arguments show the work: see {@link flat} and {@link byLength}. A
   * function takes the rest while it works. The test of prices calls every function with the largest arguments.
   */
  readonly fuel: (args: readonly JsonValue[]) => number;
  /** Uses the scope's randomness, so that a call with constant arguments is not constant. */
  readonly random?: true;
  /** The number and the types of the arguments are checked before. */
  readonly call: Call;
  /**
   * Returns a faster call if some arguments are constant (others are undefined), or null. The call gets all arguments.
   * @throws {EvaluationError} when a constant makes every call fail.
   */
  readonly specialise?: (constants: readonly (JsonValue | undefined)[], work: CheckingWork) => Call | null;
  /** Returns a warning about a call that looks wrong, or null. */
  readonly inspect?: (args: readonly ExpressionNode[]) => { code: ExpressionFaultCode; message: string } | null;
}

/** `get(container: array or map, key: text or integer) → any`, under the name of the function or another one of it. */
export function signatureOf({ name, parameters, rest, result }: FunctionDefinition, called = name): string {
  const list = parameters.map(parameterText);
  if (rest !== undefined) list.push(`${parameterText(rest)}…`);
  return `${called}(${list.join(', ')}) → ${result}`;
}

function parameterText({ name, types }: Parameter): string {
  return `${name}: ${types.join(' or ')}`;
}

/** The price of a call that takes the same time for all arguments, or whose call pays for the rest. */
export function flat(units: number): FunctionDefinition['fuel'] {
  return () => units;
}

/** The price of a call that reads all of its first argument, a text. */
export function byLength(units: number, unitsPerCharacter: number): FunctionDefinition['fuel'] {
  return ([text]) => units + Math.ceil((text as string).length * unitsPerCharacter);
}

/** True if a parameter of these types accepts the value. */
export function accepts(types: readonly ParameterType[], value: JsonValue): boolean {
  for (const type of types) {
    if (type === 'any') return true;
    if (type === 'integer' ? isInteger(value) : typeOf(value) === type) return true;
  }
  return false;
}

function isInteger(value: JsonValue): boolean {
  if (typeof value === 'number') return Number.isInteger(value);
  // With an exponent, a long number is too large for a double, and is not accepted as an integer.
  return isLongNumber(value) && /^-?[0-9]+$/.test(value.rawJSON);
}

/** True if a parameter of these types can accept a value of the type `known`. */
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

/** For messages: `an array, a map or a text`. */
export function typeNames(types: readonly ParameterType[]): string {
  const names = types.map((type) => TYPE_NAMES[type]);
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} or ${last}`;
}
