/** Checks `Action`, `TaskMode` and `Parameters` of a Task against the action catalog (rules.md 11.1, 11.2). */
import type { KnownAction } from '../tasks/action-catalog.ts';
import { findAction } from '../tasks/action-name.ts';
import { checkParameters } from '../tasks/action-parameters.ts';
import { checkCallbackMode } from '../tasks/callback-mode.ts';
import type { ModeForm } from '../tasks/callback-mode.ts';
import type { Node } from '../text/document.ts';
import { textOf } from '../text/document.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import type { TaskMode } from '../plan.ts';
import { constructedKeys } from './constructor.ts';

export const TASK_MODES: readonly TaskMode[] = ['RequestComplete', 'WaitForSystemCallback', 'WaitForCustomCallback'];

/** The action's name; null when it is missing or impossible. Checks its parameters, too. */
export function readAction(task: FieldReader): string | null {
  const name = task.text('Action', { required: true });
  if (name === null) return null;
  const known = findAction(task, 'Action', name);
  if (known === null) return null;
  const node = task.find('Parameters')?.node;
  if (known.facts !== null && (node === undefined || node.kind === 'map')) {
    const given = node === undefined ? [] : constructedKeys(node);
    checkParameters(task, 'Parameters', known.spelling ?? name, known.facts, given);
  }
  return name;
}

const MODE: ModeForm = { key: 'TaskMode', noun: 'mode', nameOf: (mode) => mode };

/** The mode; `RequestComplete` when it is absent or faulty. */
export function readTaskMode(task: FieldReader, action: string | null, express: boolean): TaskMode {
  const mode = task.oneOf(MODE.key, TASK_MODES);
  if (mode === null || mode === 'RequestComplete') return 'RequestComplete';
  const known = checkCallbackMode(task, MODE, mode, action, express);
  if (known !== null) warnOfMode(task, mode, action ?? '', known);
  return mode;
}

function warnOfMode(task: FieldReader, mode: TaskMode, action: string, { spelling, facts }: KnownAction): void {
  const warn = (code: 'odd-mode' | 'no-task-token', message: string): void => {
    task.report.add(code, task.find(MODE.key)?.node.offset ?? task.node.offset, task.at(MODE.key), message);
  };
  const isInvocation = spelling === 'FC:InvokeFunction';
  if (isInvocation && mode === 'WaitForSystemCallback' && literalText(task, 'invocationType') !== 'Async') {
    warn(
      'odd-mode',
      'WaitForSystemCallback goes with "invocationType: Async": the system reports the end of asynchronous invocations only',
    );
  } else if (mode === 'WaitForCustomCallback' && facts?.sendsToken !== true && !passesToken(task)) {
    warn(
      'no-task-token',
      `${mode} waits for a report with the token of the task, but no parameter passes "$Context.Current.TaskToken" to ${action}`,
    );
  }
}

/** The token itself, or an object that holds it. */
const TOKEN_IN_EXPRESSION = /TaskToken|\$Context(?:\.Current)?(?![\w.[])/;

/** True when an expression of `Parameters` may hold the token of the task. */
function passesToken(task: FieldReader): boolean {
  const parameters = task.find('Parameters')?.node;
  return parameters !== undefined && holdsToken(parameters, false);
}

function holdsToken(node: Node, isExpression: boolean): boolean {
  if (node.kind === 'list') return node.items.some((item) => holdsToken(item, isExpression));
  if (node.kind === 'scalar') return isExpression && TOKEN_IN_EXPRESSION.test(textOf(node) ?? '');
  for (const { key, value } of node.entries.values()) {
    if (holdsToken(value, isExpression || key.endsWith('.$'))) return true;
  }
  return false;
}

/** The literal text of a parameter; `Async` for a computed one, which cannot be checked. */
function literalText(task: FieldReader, name: string): string | null {
  const parameters = task.find('Parameters')?.node;
  if (parameters?.kind !== 'map') return null;
  const literal = parameters.entries.get(name);
  if (literal !== undefined) return textOf(literal.value);
  return parameters.entries.has(`${name}.$`) ? 'Async' : null;
}
