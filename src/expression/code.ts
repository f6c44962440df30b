/** What a node becomes when it is compiled, and what the parts of the compiler share. */
import type { JsonValue } from '../base/json.ts';
import type { ExpressionNode } from './ast.ts';
import type { CheckingWork, ValueType } from './compiled.ts';
import type { Evaluate, EvaluationScope } from './evaluation.ts';
import type { ExpressionFaultCode } from './fault.ts';

export interface Code<S extends EvaluationScope> {
  readonly evaluate: Evaluate<S>;
  readonly type: ValueType;
  /** The value when it is the same in every scope. */
  readonly constant: JsonValue | undefined;
}

export interface CompileContext<S extends EvaluationScope> {
  compile(node: ExpressionNode): Code<S>;
  fault(code: ExpressionFaultCode, message: string, node: ExpressionNode): void;
  warn(code: ExpressionFaultCode, message: string, node: ExpressionNode): void;
  /** False when the text has faults already, so that values may not be what the writer meant. */
  readonly checksValues: boolean;
  readonly work: CheckingWork;
}
