/**
 * Warns of paths into values whose members are known (rules.md 6.4): `$Context`, and `$Output` after a known action. A path to a member
 * that does not exist is null without an error, so a misspelt one shows only in the result.
 */
import { variablePaths } from '../../expression/variable-paths.ts';
import { nearest } from '../../base/suggest.ts';
import type { TaskMode } from '../plan.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import type { Node, ScalarNode } from '../text/document.ts';
import { textOf } from '../text/document.ts';
import type { Path } from '../text/path.ts';
import { step } from '../text/path.ts';

/** Members by name; null for a value of any shape. */
interface Shape {
  readonly [member: string]: Shape | null;
}

/** `$Context` (rules.md 8.2); `dialects.ts` of the interpreter builds it. */
const CONTEXT: Shape = {
  Execution: { Name: null, Input: null, RoleArn: null },
  Current: {
    Name: null,
    Input: null,
    Output: null,
    Error: { Code: null, Detail: null },
    RetryCount: null,
    TaskToken: null,
    ItemIndex: null,
  },
};

/** The results of actions by their names in lower case (rules.md 11). */
const RESULTS: Readonly<Record<string, Shape>> = {
  'http:request': { Header: null, Code: null, Body: null },
  'fc:invokefunction': { StatusCode: null, Headers: null, RequestId: null, Body: null },
  'fnf:startexecution': { FlowName: null, ExecutionName: null, RequestID: null },
  'fnf:startsyncexecution': {
    FlowName: null,
    Name: null,
    Status: null,
    ErrorCode: null,
    ErrorMessage: null,
    Output: null,
    StartedTime: null,
    StoppedTime: null,
  },
};

/** The members of an action's result; empty if they are not known. */
export function resultMembers(action: string): readonly string[] {
  return Object.keys(RESULTS[action.toLowerCase()] ?? {});
}

/** The paths into `$Context`, those to mappings included: `$Context.Current.Error`. */
export function contextPaths(): readonly string[] {
  const inside = (prefix: string, shape: Shape): string[] =>
    Object.entries(shape).flatMap(([name, inner]) => [
      `${prefix}.${name}`,
      ...(inner === null ? [] : inside(`${prefix}.${name}`, inner)),
    ]);
  return inside('$Context', CONTEXT);
}

/** Fields that hold an expression without `.$` in their names. */
export const EXPRESSION_FIELDS: ReadonlySet<string> = new Set(['Condition', 'ItemsPath']);

/** Checks every path of a state into `$Context`; those of the states inside it are checked with them. */
export function checkContextPaths(state: FieldReader): void {
  walk(state.node, state.path, false, (node, path) => check(state, node, path, '$Context', CONTEXT));
}

/** Checks the paths into `$Output` of a task that ends with the answer of its action. */
export function checkResultPaths(task: FieldReader, action: string | null, mode: TaskMode): void {
  const shape = RESULTS[action?.toLowerCase() ?? ''];
  // In a callback mode the result is what was reported.
  if (shape === undefined || mode !== 'RequestComplete') return;
  for (const key of ['OutputConstructor', 'GlobalConstructor', 'OutputConstructor.$', 'GlobalConstructor.$']) {
    const field = task.find(key);
    if (field === null) continue;
    walk(field.node, field.path, key.endsWith('.$'), (node, path) => check(task, node, path, '$Output', shape));
  }
}

type Visit = (node: ScalarNode, path: Path) => void;

/** Visits every text that is an expression. The list `States` of an inner scope has states of its own. */
function walk(node: Node, path: Path, isExpression: boolean, visit: Visit): void {
  if (node.kind === 'scalar') {
    if (isExpression) visit(node, path);
  } else if (node.kind === 'list') {
    for (const [i, item] of node.items.entries()) walk(item, step(path, i), isExpression, visit);
  } else {
    for (const { key, value } of node.entries.values()) {
      if (key === 'States') continue;
      const inner = isExpression || key.endsWith('.$') || EXPRESSION_FIELDS.has(key);
      walk(value, step(path, key), inner, visit);
    }
  }
}

function check({ report }: FieldReader, node: ScalarNode, path: Path, variable: string, shape: Shape): void {
  const text = textOf(node);
  if (text?.includes(variable) !== true) return;
  for (const { variable: begins, names, offset } of variablePaths(text)) {
    const doubt = begins === variable ? doubtOf(variable, names, shape) : null;
    if (doubt === null) continue;
    const inSource = report.source(node.offset, node.end).indexOf(text);
    report.add('odd-member', node.offset + (inSource === -1 ? 0 : inSource + offset), path, doubt);
  }
}

/** A sentence about the first name that leads nowhere; null when there is none. */
function doubtOf(variable: string, names: readonly string[], shape: Shape): string | null {
  let inner: Shape | null = shape;
  for (const [i, name] of names.entries()) {
    if (inner === null) return null;
    if (!Object.hasOwn(inner, name)) {
      const whole = [variable, ...names.slice(0, i)].join('.');
      const known = Object.keys(inner);
      const near = nearest(name, known);
      const hint = near === null ? '' : ` (did you mean "${near}"?)`;
      return `${whole} has no ${JSON.stringify(name)}, so this path is always null${hint}; it has ${known.join(', ')}`;
    }
    inner = inner[name] ?? null;
  }
  return null;
}
