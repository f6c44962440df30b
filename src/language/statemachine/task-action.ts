/** Checks `Action`, `TaskMode` and `Parameters` of a Task against the action catalogue (integrations.md 1–5). */
import type { ActionFacts, KnownAction, ParameterFacts } from '../action-catalog.ts';
import { knownAction, knownActions } from '../action-catalog.ts';
import type { Node } from '../document.ts';
import { describe, isNull, quote, textOf } from '../document.ts';
import { FieldReader } from '../field-reader.ts';
import type { TaskMode } from '../plan.ts';
import { unbuiltReason } from '../unbuilt-actions.ts';
import { constructedKeys } from './constructor.ts';

const TASK_MODES: readonly TaskMode[] = ['RequestComplete', 'WaitForSystemCallback', 'WaitForCustomCallback'];
const ACTION_SHAPE = /^[A-Za-z][A-Za-z0-9-]{0,62}:[A-Za-z]\w{0,127}$/;

/** The action's name, or null when it is missing or impossible. Its parameters are checked on the way. */
export function readAction(task: FieldReader): string | null {
  const name = task.text('Action', true);
  if (name === null) return null;
  const known = findAction(task, name);
  if (known === null) return null;
  const parameters = task.find('Parameters');
  if (known.facts !== null && (parameters === null || parameters.node.kind === 'map')) {
    checkParameters(task, known.spelling ?? name, known.facts);
  }
  return name;
}

function findAction(task: FieldReader, name: string): KnownAction | null {
  if (!ACTION_SHAPE.test(name)) {
    const hint = task.report.didYouMean(name, knownActions());
    return badAction(
      task,
      `Action of ${task.what} must be "<Product>:<Operation>" such as "HTTP:Request", but is ${quote(name)}${hint}`,
    );
  }
  if (/^hsf:/i.test(name)) {
    task.faultAt(
      'hsf-action',
      'Action',
      `${quote(name)} calls Alibaba's internal RPC (HSF), which cannot be reached from here; offer the service over HTTP and call it with "HTTP:Request"`,
    );
    return null;
  }
  const known = knownAction(name);
  if (known.onlyOperations !== null) {
    return badAction(task, `there is no action ${quote(name)}; there is ${known.onlyOperations.map(quote).join(', ')}`);
  }
  if (known.spelling !== null && known.spelling !== name) {
    task.faultAt('odd-action', 'Action', `${quote(name)} is read as ${quote(known.spelling)}, as the vendor writes it`);
  }
  const reason = unbuiltReason(name);
  if (reason !== null) task.faultAt('unbuilt-action', 'Action', `${quote(name)} will fail: ${reason}`);
  return known;
}

function badAction(task: FieldReader, message: string): null {
  const field = task.find('Action');
  if (field !== null) task.report.add('bad-action', field.node.offset, field.path, message);
  return null;
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

function checkParameters(task: FieldReader, action: string, { parameters: known, needsOneOf }: ActionFacts): void {
  if (known === null) return;
  const field = task.map('Parameters', false);
  const keys = field === null ? [] : constructedKeys(field.node);
  const given = new Set(keys.map(({ key }) => key));
  for (const [name, { need, byDefault }] of Object.entries(known)) {
    if (given.has(name) || need === 'optional') continue;
    const message = `${action} needs the parameter "${name}" or "${name}.$"`;
    if (need === 'required') atParameters(task, 'missing-parameter', message);
    else atParameters(task, 'default-parameter', `${message}; ${byDefault} is used`);
  }
  if (needsOneOf !== undefined && !needsOneOf.some((name) => given.has(name))) {
    const names = needsOneOf.slice(0, 2).map((name) => `"${name}"`);
    atParameters(task, 'missing-parameter', `${action} needs one of the parameters ${names.join(' and ')}`);
  }
  if (field === null) return;
  const parameters = new FieldReader(task.report, field, `Parameters of ${action}`);
  for (const { key, entry } of keys) {
    const facts = Object.hasOwn(known, key) ? (known[key] as ParameterFacts) : null;
    if (facts === null) {
      const names = Object.keys(known);
      const hint = task.report.didYouMean(key, names);
      const message = `${action} has no parameter ${quote(key)}${hint}; it has ${names.join(', ')}`;
      parameters.faultAt('unknown-parameter', entry.key, message);
    } else if (entry.key === key) {
      checkLiteral(parameters, key, entry.value, facts);
    }
  }
}

/** At the key `Parameters`, or at the Task when it has none. */
function atParameters(task: FieldReader, code: 'missing-parameter' | 'default-parameter', message: string): void {
  if (task.has('Parameters')) task.faultAt(code, 'Parameters', message);
  else task.fault(code, message);
}

function checkLiteral(parameters: FieldReader, name: string, node: Node, facts: ParameterFacts): void {
  const bad = (code: 'bad-parameter' | 'odd-parameter' | 'missing-parameter', expected: string): void => {
    parameters.report.add(
      code,
      node.offset,
      parameters.at(name),
      `${name} must be ${expected}, but is ${describe(node)}`,
    );
  };
  if (isNull(node)) {
    if (facts.need === 'required') bad('missing-parameter', 'given');
    return;
  }
  const text = textOf(node);
  if (facts.type === 'map' && node.kind !== 'map') bad('bad-parameter', 'a mapping');
  else if (facts.type === 'text' && text === null) bad('bad-parameter', 'a text');
  else if (facts.oneOf !== undefined && text !== null) {
    const word = facts.ignoreCase === true ? text.trim().toUpperCase() : text;
    if (!facts.oneOf.includes(word)) bad('bad-parameter', `one of ${facts.oneOf.join(', ')}`);
  } else if (facts.begins !== undefined && text !== null && !facts.begins.pattern.test(text)) {
    bad('odd-parameter', facts.begins.says);
  }
}
