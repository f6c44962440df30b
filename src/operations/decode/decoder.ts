/**
 * Decoders made from the contracts: the text parameters of a request in, an object of checked values out, or an `ApiError` that
 * names the first wrong parameter. Names of parameters are case-sensitive; undeclared parameters are ignored (rules.md 2.3).
 */
import { ACTIONS } from '../../api/actions.ts';
import type { ActionName } from '../../api/actions.ts';
import type { Contract, Parameter } from '../../api/contract/contract.ts';
import { apiError } from '../../api/error.ts';
import { assert } from '../../base/assert.ts';
import type { ParametersOf } from '../contract-types.ts';
import type { DecodeLimits } from './json.ts';
import { absentValue, readerOf } from './readers.ts';

/** @throws {ApiError} `MissingRequiredParams`, `InvalidArgument`, `EntityTooLarge`. */
type FromParameters<Value> = (parameters: ReadonlyMap<string, string>, limits: DecodeLimits) => Value;

/** Decodes the parameters of an action in the order in which the contract declares them. */
export type Decode<A extends ActionName> = FromParameters<ParametersOf<A>>;

export function createDecoder<A extends ActionName>(action: A): Decode<A> {
  const { parameters: declared }: Contract = ACTIONS[action];
  const steps = Object.entries(declared).map(([name, parameter]) => ({ name, decode: decoderOf(name, parameter) }));
  return (parameters, limits) => {
    const decoded: Record<string, unknown> = {};
    for (const { name, decode } of steps) decoded[name] = decode(parameters, limits);
    return decoded as ParametersOf<A>;
  };
}

/** Decodes one parameter of an action: a part from which the hot path makes its decoder. */
export function parameterDecoder<A extends ActionName, Name extends keyof ParametersOf<A> & string>(
  action: A,
  name: Name,
): FromParameters<ParametersOf<A>[Name]> {
  const { parameters }: Contract = ACTIONS[action];
  const parameter = parameters[name];
  assert(parameter !== undefined, `${action} has no parameter ${name}`);
  return decoderOf(name, parameter) as FromParameters<ParametersOf<A>[Name]>;
}

function decoderOf(name: string, parameter: Parameter): FromParameters<unknown> {
  const read = readerOf(name, parameter);
  if (parameter.presence === 'required') {
    return (parameters, limits) => {
      const text = parameters.get(name);
      if (text === undefined || text === '') throw apiError('MissingRequiredParams', name);
      return read(text, limits);
    };
  }
  const absent = absentValue(parameter);
  const emptyIsAbsent = parameter.presence === 'optional';
  return (parameters, limits) => {
    const text = parameters.get(name);
    return text === undefined || (text === '' && emptyIsAbsent) ? absent : read(text, limits);
  };
}
