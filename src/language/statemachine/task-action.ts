/** Checks `Action`, `TaskMode` and `Parameters` of a Task against the action catalogue (integrations.md 1–5). */
import type { ActionFacts, ParameterFacts, ProductFacts } from '../action-catalog.ts';
import { knownActions, OPENAPI_MODES, PRODUCTS } from '../action-catalog.ts';
import type { Node } from '../document.ts';
import { describe, isNull, quote, textOf } from '../document.ts';
import { FieldReader } from '../field-reader.ts';
import type { TaskMode } from '../plan.ts';
import { constructedKeys } from './constructor.ts';

const TASK_MODES: readonly TaskMode[] = ['RequestComplete', 'WaitForSystemCallback', 'WaitForCustomCallback'];
const ACTION_SHAPE = /^[A-Za-z][\w-]*:[A-Za-z]\w*$/;

/** What the catalogue knows of an action; both null for an ordinary OpenAPI operation. */
interface Known {
  readonly product: ProductFacts | null;
  readonly action: ActionFacts | null;
}

/** The action's name, or null when it is missing or impossible. Its parameters are checked on the way. */
export function readAction(task: FieldReader): string | null {
  const name = task.text('Action', true);
  if (name === null) return null;
  const known = findAction(task, name);
  if (known === null) return null;
  const parameters = task.find('Parameters');
  if (known.action?.parameters && (parameters === null || parameters.node.kind === 'map')) {
    checkParameters(task, name, known.action.parameters);
  }
  return name;
}

function findAction(task: FieldReader, name: string): Known | null {
  if (!ACTION_SHAPE.test(name)) {
    const hint = task.report.didYouMean(name, knownActions());
    return badAction(
      task,
      `Action of ${task.what} must be "<Product>:<Operation>" such as "HTTP:Request", but is ${quote(name)}${hint}`,
    );
  }
  const [productName = '', operation = ''] = name.split(':');
  if (productName.toUpperCase() === 'HSF') {
    task.faultAt(
      'hsf-action',
      'Action',
      `${quote(name)} calls Alibaba's internal RPC (HSF), which cannot be reached from here; offer the service over HTTP and call it with "HTTP:Request"`,
    );
    return null;
  }
  const actualCase = knownActions().find((action) => action.toLowerCase() === name.toLowerCase());
  if (actualCase !== undefined && actualCase !== name) {
    return badAction(task, `there is no action ${quote(name)} (did you mean ${quote(actualCase)}?)`);
  }
  if (!Object.hasOwn(PRODUCTS, productName)) return { product: null, action: null };
  const product = PRODUCTS[productName] as ProductFacts;
  if (Object.hasOwn(product.actions, operation)) return { product, action: product.actions[operation] as ActionFacts };
  if (!product.closed) return { product, action: null };
  const operations = Object.keys(product.actions).map((known) => `${productName}:${known}`);
  return badAction(task, `there is no action ${quote(name)}; ${productName} has ${operations.map(quote).join(', ')}`);
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
  const productName = action.split(':')[0] ?? '';
  const product = Object.hasOwn(PRODUCTS, productName) ? (PRODUCTS[productName] as ProductFacts) : null;
  const modes = product === null ? OPENAPI_MODES : product.modes;
  if (modes !== null && !modes.includes(mode)) {
    task.report.add(
      'unsupported-mode',
      node.offset,
      task.at('TaskMode'),
      `${action} has no mode ${mode}; it has ${modes.join(' and ')}`,
    );
  } else if (
    action === 'FC:InvokeFunction' &&
    mode === 'WaitForSystemCallback' &&
    literalText(task, 'invocationType') !== 'Async'
  ) {
    task.report.add(
      'odd-mode',
      node.offset,
      task.at('TaskMode'),
      'WaitForSystemCallback goes with "invocationType: Async": the system reports the end of asynchronous invocations only',
    );
  }
}

/** The literal text of a parameter; `Async` for one that is computed, since nothing can be said of it. */
function literalText(task: FieldReader, name: string): string | null {
  const parameters = task.find('Parameters')?.node;
  if (parameters?.kind !== 'map') return null;
  const literal = parameters.entries.get(name);
  if (literal !== undefined) return textOf(literal.value);
  return parameters.entries.has(`${name}.$`) ? 'Async' : null;
}

function checkParameters(task: FieldReader, action: string, facts: Readonly<Record<string, ParameterFacts>>): void {
  const field = task.map('Parameters', false);
  const keys = field === null ? [] : constructedKeys(field.node);
  const given = new Set(keys.map(({ key }) => key));
  for (const [name, { need, byDefault }] of Object.entries(facts)) {
    if (given.has(name) || need === 'optional') continue;
    const [code, rest] =
      need === 'required'
        ? (['missing-parameter', ''] as const)
        : (['default-parameter', `; ${byDefault} is used`] as const);
    const message = `${action} needs the parameter "${name}" or "${name}.$"${rest}`;
    if (field === null) task.fault(code, message);
    else task.faultAt(code, 'Parameters', message);
  }
  if (field === null) return;
  const parameters = new FieldReader(task.report, field, `Parameters of ${action}`);
  for (const { key, entry } of keys) {
    const known = Object.hasOwn(facts, key) ? (facts[key] as ParameterFacts) : null;
    if (known === null) {
      const hint = task.report.didYouMean(key, Object.keys(facts));
      parameters.faultAt(
        'unknown-parameter',
        entry.key,
        `${action} has no parameter ${quote(key)}${hint}; it has ${Object.keys(facts).join(', ')}`,
      );
    } else if (entry.key === key) {
      checkLiteral(parameters, key, entry.value, known);
    }
  }
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
