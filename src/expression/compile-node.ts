/** Compiles the nodes of a tree to closures, evaluates constant parts, and collects faults and warnings. */
import { beginning } from '../base/text.ts';
import type { JsonValue } from '../base/json.ts';
import { nearest } from '../base/suggest.ts';
import type { CallNode, ComparisonNode, ExpressionNode, LogicNode, VariableNode } from './ast.ts';
import * as closures from './closures.ts';
import type { Code, CompileContext } from './code.ts';
import { compileCall } from './compile-call.ts';
import type { CheckingWork, ExpressionOptions, ValueType } from './compiled.ts';
import { MAX_FAULTS } from './compiled.ts';
import type { Evaluate, EvaluationScope } from './evaluation.ts';
import { EvaluationError } from './evaluation.ts';
import type { ExpressionFault, ExpressionFaultCode } from './fault.ts';
import { FaultList } from './fault-list.ts';
import { functionNamed } from './functions/table.ts';
import { compilePath } from './path.ts';
import { MAX_PARTS } from './token-reader.ts';
import { preview } from './preview.ts';
import { booleanOf, numericOf, typeOf } from './value.ts';

/** Fuel of an expression that does not share its {@link CheckingWork}. */
const CHECKING_FUEL = 100_000;

export class NodeCompiler<S extends EvaluationScope> implements CompileContext<S> {
  readonly faults = new FaultList();
  readonly warnings: ExpressionFault[] = [];
  readonly checksValues: boolean;
  readonly work: CheckingWork;
  readonly #text: string;
  readonly #options: ExpressionOptions<S>;
  readonly #folding: EvaluationScope;
  #foldingNode: ExpressionNode | null = null;
  /** Parts of the expression so far. */
  #parts = 0;
  #fuel = 0;

  /** `faults` are those of the parser. With faults, the compiler still checks names, to report all faults at once. */
  constructor(text: string, options: ExpressionOptions<S>, faults: readonly ExpressionFault[]) {
    this.#text = text;
    this.#options = options;
    this.checksValues = faults.length === 0;
    this.faults.faults.push(...faults);
    const work = options.work ?? { fuel: CHECKING_FUEL };
    this.work = work;
    this.#folding = {
      get fuel() {
        return work.fuel;
      },
      set fuel(left) {
        work.fuel = left;
      },
      place: '',
      random: () => 0,
      warn: (message) => {
        if (this.#foldingNode !== null) this.warn('odd-value', message(), this.#foldingNode);
      },
    };
  }

  /**
   * Fuel that an evaluation takes for all parts of the expression together: each is visited once at most, so that the parts
   * themselves need not count. Work that depends on values takes its own fuel.
   */
  get fuel(): number {
    return this.#fuel;
  }

  /** Parts of the expression compiled so far. */
  get parts(): number {
    return this.#parts;
  }

  #count(node: ExpressionNode): void {
    const parts = partsOf(node);
    this.#parts += parts;
    this.#fuel += parts + (EXTRA_FUEL[node.kind] ?? 0);
    if (this.#parts <= MAX_PARTS) return;
    const message = `an expression has at most ${MAX_PARTS} parts, and this is one too many: compute a part of it in another state`;
    this.faults.stop('expression-size', message, node.offset, node.length);
  }

  /** @throws {ReadingStopped} when there are too many faults or parts. */
  compile(node: ExpressionNode): Code<S> {
    this.#count(node);
    switch (node.kind) {
      case 'literal':
        return constantCode(node.value);
      case 'variable':
        return { evaluate: this.#variable(node), type: 'any', constant: undefined };
      case 'path': {
        const target = this.compile(node.target);
        const evaluate = compilePath(target.evaluate, node.segments, this.#shown(node.target));
        const wildcard = node.segments.some((segment) => segment.kind === 'all');
        return this.#folded(node, evaluate, wildcard ? 'array' : 'any', [target]);
      }
      case 'array': {
        const items = node.items.map((item) => this.compile(item));
        return this.#folded(node, closures.compileArray(items), 'array', items);
      }
      case 'object': {
        const members = node.members.map(({ key, value }) => ({ key, value: this.compile(value) }));
        const values = members.map(({ value }) => value);
        return this.#folded(node, closures.compileObject(members), 'map', values);
      }
      case 'call':
        return this.#call(node);
      case 'negate': {
        const operand = this.compile(node.operand);
        return this.#folded(node, closures.compileNegate(operand), 'number', [operand]);
      }
      case 'not': {
        const operand = this.compile(node.operand);
        if (operand.constant === undefined) this.#checkOperand(node.operand, operand, '!');
        return this.#folded(node, closures.compileNot(operand, this.#shown(node.operand)), 'boolean', [operand]);
      }
      case 'comparison':
        return this.#comparison(node);
      case 'and':
      case 'or':
        return this.#logic(node);
    }
  }

  fault(code: ExpressionFaultCode, message: string, node: ExpressionNode): void {
    this.faults.add(code, message, node.offset, node.length);
  }

  warn(code: ExpressionFaultCode, message: string, node: ExpressionNode): void {
    if (this.warnings.length >= MAX_FAULTS) return;
    this.warnings.push({ code, message, offset: node.offset, length: node.length });
  }

  #variable(node: VariableNode): Evaluate<S> {
    const { variables, refused } = this.#options;
    const read = variables.get(node.name);
    if (read !== undefined) return read;
    const name = beginning(node.name, 60);
    const why = refused?.get(node.name);
    if (why === undefined) {
      this.fault('unknown-variable', `there is no variable ${name}: ${this.#variableMeant(node.name)}`, node);
    } else {
      this.fault('unavailable-variable', `${name} cannot be read here: ${why}`, node);
    }
    return nothing;
  }

  /** Advice for a variable that does not exist. */
  #variableMeant(name: string): string {
    const { variables, refused } = this.#options;
    const near = name === '$' ? null : nearest(name, [...variables.keys(), ...(refused?.keys() ?? [])]);
    // If `$` is a value here, the author probably meant a member of it.
    if (variables.has('$') && (near === null || near === '$')) return `write $.${beginning(name.slice(1), 60)}`;
    return near === null ? `use one of ${[...variables.keys()].join(', ')}` : `did you mean ${near}?`;
  }

  #call(node: CallNode): Code<S> {
    const args = node.args.map((arg) => this.compile(arg));
    if (this.#options.functions === false) {
      this.#refuseCall(node);
      return unknownCode();
    }
    const evaluate = compileCall(this, node, args);
    const definition = functionNamed(node.name);
    if (evaluate === null || definition === undefined) return unknownCode();
    if (definition.random) return { evaluate, type: definition.result, constant: undefined };
    return this.#folded(node, evaluate, definition.result, args);
  }

  #refuseCall(node: CallNode): void {
    const name = beginning(node.name, 60);
    const whose = functionNamed(node.name) === undefined ? '' : `; ${name} is a function of the state-machine language`;
    const message = `there are no functions in this language: compute the value in a Task${whose}`;
    this.fault('unknown-function', message, { ...node, length: node.name.length });
  }

  #comparison(node: ComparisonNode): Code<S> {
    const { operator, left, right } = node;
    const a = this.compile(left);
    const b = this.compile(right);
    if (left.kind === 'not' && !this.#textBetween(left, right).includes(')')) {
      const meant = `!(${this.#shown(left.operand)} ${operator} …)`;
      this.warn('odd-precedence', `! binds more tightly than ${operator}: ${meant} negates the comparison`, node);
    }
    this.#warnOfNumericTexts(node);
    return this.#folded(node, closures.compileComparison(operator, a, b), 'boolean', [a, b]);
  }

  /** A text that writes a number is compared as the number (rules.md 9.4), which its quotation marks do not suggest. */
  #warnOfNumericTexts({ operator, left, right }: ComparisonNode): void {
    if (!this.checksValues) return;
    const compared = [left];
    if (operator !== 'in') compared.push(right);
    else if (right.kind === 'array') compared.push(...right.items);
    for (const operand of compared) {
      if (operand.kind !== 'literal' || typeof operand.value !== 'string') continue;
      if (numericOf(operand.value) === undefined) continue;
      const shown = preview(operand.value);
      const advice =
        this.#options.functions === false
          ? ''
          : `; arrayContains([value], ${shown}) compares it as a text with a value`;
      const message = `the text ${shown} is compared as the number that it writes, and other texts of that number equal it${advice}`;
      this.warn('odd-comparison', message, operand);
    }
  }

  /** The text of a node, for messages. Printing the tree instead would be slow for deep trees. */
  #shown(node: ExpressionNode): string {
    return beginning(this.#text.slice(node.offset, node.offset + node.length), 100);
  }

  #textBetween(left: ExpressionNode, right: ExpressionNode): string {
    return this.#text.slice(left.offset + left.length, right.offset);
  }

  #logic(node: LogicNode): Code<S> {
    const operands = node.operands.map((operand) => this.compile(operand));
    const operator = node.kind === 'and' ? '&&' : '||';
    const isConstant = operands.every((operand) => operand.constant !== undefined);
    for (const [i, operand] of operands.entries()) {
      if (!isConstant) this.#checkOperand(node.operands[i] as ExpressionNode, operand, operator);
    }
    const names = node.operands.map((operand) => this.#shown(operand));
    const evaluate = node.kind === 'and' ? closures.compileAnd(operands, names) : closures.compileOr(operands, names);
    return this.#folded(node, evaluate, 'boolean', operands);
  }

  /** Warns about an operand that cannot become a boolean. If all operands are constant, evaluating them gives the warning. */
  #checkOperand(node: ExpressionNode, { constant, type }: Code<S>, operator: string): void {
    const isHopeless = constant === undefined ? type === 'array' || type === 'map' : booleanOf(constant) === undefined;
    if (!isHopeless || constant === null || !this.checksValues) return;
    const result = operator === '||' ? '; || gives true or false, never one of its operands' : '';
    this.warn(
      'odd-operand',
      `this operand of ${operator} is neither true nor false and counts as false${result}`,
      node,
    );
  }

  /** The code of a node with these parts. Evaluates it now if all parts are constant. */
  #folded(node: ExpressionNode, evaluate: Evaluate<S>, type: ValueType, parts: readonly Code<S>[]): Code<S> {
    const code = { evaluate, type, constant: undefined };
    if (!this.checksValues || this.work.fuel < 0 || parts.some((part) => part.constant === undefined)) return code;
    try {
      this.#foldingNode = node;
      // A constant part uses only the fuel, the randomness and the warnings of a scope, which `#folding` has.
      return constantCode(evaluate(this.#folding as S));
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      if (this.work.fuel >= 0) this.fault('expression-value', error.message, node);
      return code;
    } finally {
      this.#foldingNode = null;
    }
  }
}

/** Parts of a node without those of its operands. */
function partsOf(node: ExpressionNode): number {
  switch (node.kind) {
    case 'path':
      return node.segments.length;
    case 'object':
      return 1 + node.members.length;
    default:
      return 1;
  }
}

/** Work of a node beyond that of a part. */
const EXTRA_FUEL: { readonly [kind in ExpressionNode['kind']]?: number } = {
  call: 8,
  comparison: 2,
  array: 2,
  object: 4,
  not: 1,
  and: 2,
  or: 2,
};

function constantCode<S extends EvaluationScope>(value: JsonValue): Code<S> {
  return { evaluate: () => value, type: typeOf(value), constant: value };
}

/** The code of a part with a fault. It is never evaluated. */
function unknownCode<S extends EvaluationScope>(): Code<S> {
  return { evaluate: nothing, type: 'any', constant: undefined };
}

function nothing(): JsonValue {
  return null;
}
