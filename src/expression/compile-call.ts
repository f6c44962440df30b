/** Compiles a call of a function. Checks name, number and types of the arguments now, as far as the types are known. */
import { beginning } from '../base/text.ts';
import type { JsonValue } from '../base/json.ts';
import type { CallNode, ExpressionNode } from './ast.ts';
import type { Code, CompileContext } from './code.ts';
import type { Evaluate, EvaluationScope } from './evaluation.ts';
import { EvaluationError, spend } from './evaluation.ts';
import type { Call, FunctionDefinition, Parameter } from './functions/definition.ts';
import { accepts, mayAccept, typeNames } from './functions/definition.ts';
import { functionLike, functionNamed } from './functions/table.ts';
import { preview } from './preview.ts';
import { payForDigits } from './value.ts';

/** Returns the closure of a call, or adds a fault to the context and returns null. */
export function compileCall<S extends EvaluationScope>(
  context: CompileContext<S>,
  node: CallNode,
  args: readonly Code<S>[],
): Evaluate<S> | null {
  const definition = functionNamed(node.name);
  if (definition === undefined) {
    refuseName(context, node);
    return null;
  }
  if (!checkArity(context, node, definition)) return null;
  if (!context.checksValues) return null;
  const checks: Check[] = [];
  let usable = true;
  for (const [index, arg] of args.entries()) {
    const parameter = definition.parameters[index] ?? definition.rest;
    if (parameter === undefined) continue;
    const verdict = checkArgument(arg, parameter);
    if (verdict === 'later') checks.push({ index, parameter, mayBeLong: parameter.types.includes('integer') });
    if (verdict !== 'never') continue;
    const met = arg.constant === undefined ? `a value of type ${arg.type}` : preview(arg.constant);
    context.fault('function-type', typeMessage(node.name, parameter, index, met), node.args[index] as ExpressionNode);
    usable = false;
  }
  if (!usable) return null;
  const oddity = definition.inspect?.(node.args);
  if (oddity) context.warn(oddity.code, oddity.message, node);
  const call = specialised(context, node, definition, args);
  return call === null ? null : callClosure(node.name, args, checks, call, definition.fuel);
}

function refuseName<S extends EvaluationScope>(context: CompileContext<S>, node: CallNode): void {
  const like = functionLike(node.name);
  const hint = like === null ? 'docs/functions.md lists all functions' : `did you mean ${like}?`;
  context.fault('unknown-function', `there is no function ${beginning(node.name, 60)}: ${hint}`, {
    ...node,
    length: node.name.length,
  });
}

function checkArity<S extends EvaluationScope>(
  context: CompileContext<S>,
  node: CallNode,
  { parameters, rest }: FunctionDefinition,
): boolean {
  const given = node.args.length;
  if (given === parameters.length || (rest !== undefined && given > parameters.length)) return true;
  const names = parameters.map((parameter) => parameter.name).join(', ');
  const takes = rest === undefined ? `${parameters.length}` : `at least ${parameters.length}`;
  const signature = `${node.name}(${rest === undefined ? names : `${names}, …`})`;
  const message = `${signature} takes ${takes} argument${parameters.length === 1 ? '' : 's'}, but is given ${given}`;
  context.fault('function-arguments', message, node);
  return false;
}

function checkArgument<S extends EvaluationScope>(arg: Code<S>, { types }: Parameter): 'fine' | 'later' | 'never' {
  if (arg.constant !== undefined) return accepts(types, arg.constant) ? 'fine' : 'never';
  if (types.includes('any')) return 'fine';
  if (!mayAccept(types, arg.type)) return 'never';
  return (types as readonly string[]).includes(arg.type) ? 'fine' : 'later';
}

const ORDINALS = ['first', 'second', 'third'];

function typeMessage(name: string, parameter: Parameter, index: number, met: string): string {
  const ordinal = ORDINALS[index] ?? `${index + 1}th`;
  return `${name} needs ${typeNames(parameter.types)} as its ${ordinal} argument (${parameter.name}), but met ${met}`;
}

function specialised<S extends EvaluationScope>(
  context: CompileContext<S>,
  node: CallNode,
  definition: FunctionDefinition,
  args: readonly Code<S>[],
): Call | null {
  try {
    return (
      definition.specialise?.(
        args.map((arg) => arg.constant),
        context.work,
      ) ?? definition.call
    );
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    context.fault('expression-value', error.message, node);
    return null;
  }
}

interface Check {
  readonly index: number;
  readonly parameter: Parameter;
  /** Whether a long number is an integer is in its digits. */
  readonly mayBeLong: boolean;
}

function callClosure<S extends EvaluationScope>(
  name: string,
  args: readonly Code<S>[],
  checks: readonly Check[],
  call: Call,
  fuel: FunctionDefinition['fuel'],
): Evaluate<S> {
  const evaluates = args.map((arg) => arg.evaluate);
  return (scope) => {
    const values: JsonValue[] = [];
    for (const evaluate of evaluates) values.push(evaluate(scope));
    for (const { index, parameter, mayBeLong } of checks) {
      const value = values[index] as JsonValue;
      if (mayBeLong) payForDigits(scope, value);
      if (!accepts(parameter.types, value)) {
        throw new EvaluationError(typeMessage(name, parameter, index, preview(value)));
      }
    }
    spend(scope, fuel(values));
    return call(scope, values);
  };
}
