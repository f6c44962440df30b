/** The paths of an expression that begin at a variable, for checks that know the shape of its value. */
import type { ExpressionNode } from './ast.ts';
import { parseExpression } from './parse.ts';

export interface VariablePath {
  /** With the dollar sign. */
  readonly variable: string;
  /** The names at the beginning of the path, up to the first index. */
  readonly names: readonly string[];
  /** UTF-16 units from the beginning of the text. */
  readonly offset: number;
}

/** The paths in the order of the text; none of a text with faults, which compiling reports. */
export function variablePaths(text: string): readonly VariablePath[] {
  const { ast, faults } = parseExpression(text);
  const found: VariablePath[] = [];
  if (ast !== null && faults.length === 0) collect(ast, found);
  return found;
}

/** The parser bounds the nesting, so this may recurse. */
function collect(node: ExpressionNode, found: VariablePath[]): void {
  if (node.kind === 'path' && node.target.kind === 'variable') {
    const end = node.segments.findIndex(({ kind }) => kind !== 'name');
    const leading = end === -1 ? node.segments : node.segments.slice(0, end);
    const names = leading.flatMap((segment) => (segment.kind === 'name' ? [segment.name] : []));
    found.push({ variable: node.target.name, names, offset: node.offset });
    return;
  }
  for (const inner of innerNodes(node)) collect(inner, found);
}

function innerNodes(node: ExpressionNode): readonly ExpressionNode[] {
  switch (node.kind) {
    case 'path':
      return [node.target];
    case 'array':
      return node.items;
    case 'object':
      return node.members.map(({ value }) => value);
    case 'call':
      return node.args;
    case 'not':
    case 'negate':
      return [node.operand];
    case 'comparison':
      return [node.left, node.right];
    case 'and':
    case 'or':
      return node.operands;
    default:
      return [];
  }
}
