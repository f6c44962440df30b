/** Checks `Action`, `TaskMode` and `Parameters` of a Task against the action catalogue (integrations.md 1–5). */
import { knownAction } from '../tasks/action-catalog.ts';
import { findAction } from '../tasks/action-name.ts';
import { checkParameters } from '../tasks/action-parameters.ts';
import type { Node } from '../text/document.ts';
import { textOf } from '../text/document.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import type { TaskMode } from '../plan.ts';
import { constructedKeys } from './constructor.ts';

const TASK_MODES: readonly TaskMode[] = ['RequestComplete', 'WaitForSystemCallback', 'WaitForCustomCallback'];

/** The action's name, or null when it is missing or impossible. Its parameters are checked on the way. */
export function readAction(task: FieldReader): string | null {
  const name = task.text('Action', true);
  if (name === null) return null;
  const known = findAction(task, 'Action', name, false);
  if (known === null) return null;
  const node = task.find('Parameters')?.node;
  if (known.facts !== null && (node === undefined || node.kind === 'map')) {
    const given = node === undefined ? [] : constructedKeys(node);
    checkParameters(task, 'Parameters', known.spelling ?? name, known.facts, given);
  }
  return name;
}

/** The mode; `RequestComplete` when it is absent or faulty. */
export function readTaskMode(task: FieldReader, action: string | null, express: boolean): TaskMode {
  const mode = task.oneOf('TaskMode', TASK_MODES);
  if (mode === null || mode === 'RequestComplete') return 'RequestComplete';
  const field = task.find('TaskMode');
  if (field === null) return mode;
  if (express) {
    const message = `TaskMode ${mode} waits for a callback, which an Express flow cannot do; only RequestComplete works there`;
    task.report.add('callback-in-express', field.node.offset, field.path, message);
  } else if (action !== null) {
    checkMode(task, field.node, action, mode);
  }
  return mode;
}

function checkMode(task: FieldReader, node: Node, action: string, mode: TaskMode): void {
  const { modes, spelling, facts } = knownAction(action);
  if (!modes.includes(mode)) {
    task.report.add(
      'unsupported-mode',
      node.offset,
      task.at('TaskMode'),
      `${action} has no mode ${mode}; it has ${modes.join(' and ')}`,
    );
  } else if (
    spelling === 'FC:InvokeFunction' &&
    mode === 'WaitForSystemCallback' &&
    literalText(task, 'invocationType') !== 'Async'
  ) {
    task.report.add(
      'odd-mode',
      node.offset,
      task.at('TaskMode'),
      'WaitForSystemCallback goes with "invocationType: Async": the system reports the end of asynchronous invocations only',
    );
  } else if (mode === 'WaitForCustomCallback' && facts?.sendsToken !== true && !handsTokenOver(task)) {
    task.report.add(
      'no-task-token',
      node.offset,
      task.at('TaskMode'),
      `${mode} waits for a report with the token of the task, and no parameter hands "$Context.Current.TaskToken" to ${action}`,
    );
  }
}

/** The token itself, or all of what it is a member of. */
const TOKEN_IN_EXPRESSION = /TaskToken|\$Context(?:\.Current)?(?![\w.[])/;

/** True when an expression of `Parameters` may hold the token of the task. */
function handsTokenOver(task: FieldReader): boolean {
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

/** The literal text of a parameter; `Async` for one that is computed, since nothing can be said of it. */
function literalText(task: FieldReader, name: string): string | null {
  const parameters = task.find('Parameters')?.node;
  if (parameters?.kind !== 'map') return null;
  const literal = parameters.entries.get(name);
  if (literal !== undefined) return textOf(literal.value);
  return parameters.entries.has(`${name}.$`) ? 'Async' : null;
}
