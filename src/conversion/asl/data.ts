/**
 * Values of Amazon States Language: paths, intrinsic functions, payload templates, and where a result goes. The data of a
 * state there is the data of a state here (`$` is `$Input`), so each value is an expression of the same data.
 */
import { compileExpression } from '../../expression/compile.ts';
import { printExpression } from '../../expression/print.ts';
import type { MapNode, Node } from '../../language/text/document.ts';
import { isNull, textOf, toJson } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';
import type { Term } from '../terms.ts';
import { call, constant, EMPTY, follow, list, literal, member, merge, NULL, object, variable } from '../terms.ts';
import { field } from './fields.ts';
import { convertIntrinsic, isIntrinsic, Unconvertible } from './intrinsics.ts';
import type { Path } from './json-path.ts';
import { parsePath } from './json-path.ts';

/** What the paths of one field can see. */
export interface Reading {
  readonly outcome: Outcome;
  /** What `$` is. */
  readonly root: Term;
  readonly stateName: string;
  readonly machineName: string;
  /** True where the token of the task can be read. */
  readonly token: boolean;
  /** What `$$.Map.Item.Value` is, where it is known. */
  readonly item: Term | null;
}

const CONTEXT = variable('$Context');
const CURRENT = member(CONTEXT, 'Current');
const EXECUTION = member(CONTEXT, 'Execution');

/** The text of an expression: a path or an intrinsic function. Null for what has been refused. */
export function readExpression(reading: Reading, node: Node): Term {
  const text = textOf(node);
  if (text === null) return refuse(reading, node, 'the text of a path or of an intrinsic function is expected here');
  try {
    if (/^\s*States\.StringSplit/.test(text)) {
      reading.outcome.noteOnce(node, 'split keeps empty parts');
    }
    if (!isIntrinsic(text)) return resolve(reading, text);
    const term = convertIntrinsic(text, (path) => resolve(reading, path));
    const fault = faultOf(term);
    return fault === null ? term : refuse(reading, node, fault);
  } catch (error) {
    if (!(error instanceof Unconvertible)) throw error;
    return refuse(reading, node, error.message);
  }
}

const VARIABLES = new Map(['$Input', '$Output', '$Context', '$Item'].map((name) => [name, () => null]));

/** What is wrong with a call whatever the data are, such as a text where a number has to be. */
function faultOf(term: Term): string | null {
  const { faults } = compileExpression(printExpression(term), { variables: VARIABLES, place: '' });
  return faults[0]?.message ?? null;
}

function refuse({ outcome }: Reading, node: Node, message: string): Term {
  outcome.refuse(node, message);
  return NULL;
}

/** What a path leads to. @throws {Unconvertible} */
function resolve(reading: Reading, text: string): Term {
  const path = parsePath(text);
  if (typeof path === 'string') throw new Unconvertible(path);
  return path.ofContext ? contextValue(reading, path, text) : follow(reading.root, path.segments);
}

function contextValue(reading: Reading, { segments }: Path, text: string): Term {
  const names = segments.map((segment) => (segment.kind === 'name' ? segment.name : ''));
  const [group, name] = names;
  const rest = segments.slice(2);
  switch (`${group}.${name}`) {
    case 'Execution.Input':
    case 'Execution.Name':
    case 'Execution.RoleArn':
      return follow(member(EXECUTION, name as string), rest);
    case 'State.Name':
      return literal(reading.stateName);
    case 'State.RetryCount':
      return member(CURRENT, 'RetryCount');
    case 'StateMachine.Name':
      return literal(reading.machineName);
    case 'Task.Token':
      if (reading.token) return member(CURRENT, 'TaskToken');
      throw new Unconvertible(`${text} can be read in Parameters of a callback task only`);
    case 'Map.Item':
      if (names[2] === 'Index') return member(CURRENT, 'ItemIndex');
      if (names[2] === 'Value' && reading.item !== null) return follow(reading.item, segments.slice(3));
      break;
  }
  throw new Unconvertible(`${text} has no equivalent in the context object of a state machine`);
}

/** Parameters, ResultSelector, ItemSelector: data in which keys that end in `.$` hold expressions. */
export function readTemplate(reading: Reading, node: Node): Term {
  if (node.kind === 'list') return list(node.items.map((item) => readTemplate(reading, item)));
  if (node.kind === 'scalar') return constant(toJson(node));
  const members: [string, Term][] = [];
  for (const { key, value } of node.entries.values()) {
    if (key.endsWith('.$')) members.push([key.slice(0, -2), readExpression(reading, value)]);
    else members.push([key, readTemplate(reading, value)]);
  }
  return object(members);
}

/** InputPath and OutputPath: null is the empty object. */
export function readReferencePath(reading: Reading, node: Node | undefined): Term {
  if (node === undefined) return reading.root;
  return isNull(node) ? EMPTY : readExpression(reading, node);
}

/** The input of a state after its InputPath and Parameters. */
export function readInput(reading: Reading, source: MapNode): Term {
  const input = readReferencePath(reading, field(source, 'InputPath'));
  return readOptionalTemplate({ ...reading, root: input }, source, 'Parameters');
}

/** What a template makes of `$`; without one it stays. */
export function readOptionalTemplate(reading: Reading, source: MapNode, key: string): Term {
  const template = field(source, key);
  return template === undefined || isNull(template) ? reading.root : readTemplate(reading, template);
}

/** Where a result goes into the input: null discards it, `$` lets it take the input's place. */
export function placeResult(outcome: Outcome, input: Term, result: Term, node: Node | undefined): Term {
  if (node === undefined) return result;
  if (isNull(node)) return input;
  const path = parsePath(textOf(node) ?? '');
  if (typeof path === 'string') {
    outcome.refuse(node, path);
    return NULL;
  }
  const names = path.segments.map((segment) => (segment.kind === 'name' ? segment.name : null));
  if (path.ofContext || names.includes(null)) {
    outcome.refuse(node, 'a ResultPath that leads into an array or into the context object has no equivalent');
    return NULL;
  }
  return placed(input, names as string[], result);
}

function placed(input: Term, [name, ...deeper]: readonly string[], result: Term): Term {
  if (name === undefined) return result;
  const value = deeper.length === 0 ? result : placed(existing(input, name), deeper, result);
  return merge(input, object([[name, value]]));
}

/** The member if it is there, else an empty object. */
function existing(input: Term, name: string): Term {
  if (input.kind === 'object') return input.members.find(({ key }) => key === name)?.value ?? EMPTY;
  return member(call('jsonMerge', object([[name, EMPTY]]), input), name);
}
