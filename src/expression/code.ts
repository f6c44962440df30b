/** The result of compiling a node, and the interface that the parts of the compiler share. */
import type { JsonValue } from '../base/json.ts';
import type { ExpressionNode } from './ast.ts';
import type { CheckingWork, ValueType } from './compiled.ts';
import type { Evaluate, EvaluationScope } from './evaluation.ts';
import type { ExpressionFaultCode } from './fault.ts';

export interface Code<S extends EvaluationScope> {
  readonly evaluate: Evaluate<S>;
  readonly type: ValueType;
  /** The value, if it is the same in every scope. */
  readonly constant: JsonValue | undefined;
}

export interface CompileContext<S extends EvaluationScope> {
  compile(node: ExpressionNode): Code<S>;
  fault(code: ExpressionFaultCode, message: string, node: ExpressionNode): void;
  warn(code: ExpressionFaultCode, message: string, node: ExpressionNode): void;
  /** False if the text has faults: the tree may then differ from what the author meant, so values are not checked. */
  readonly checksValues: boolean;
  readonly work: CheckingWork;
}
