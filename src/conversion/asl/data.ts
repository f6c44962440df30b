/**
 * Converts values of Amazon States Language: paths, intrinsic functions, payload templates and results. The states have the
 * same data in both languages (`$` is `$Input`), so that each value becomes an expression over the same data.
 */
import { compileExpression } from '../../expression/compile.ts';
import { printExpression } from '../../expression/print.ts';
import type { MapNode, Node } from '../../language/text/document.ts';
import { isNull, quote, textOf, toJson } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';
import type { Term } from '../terms.ts';
import { call, constant, EMPTY, follow, list, member, merge, NULL, object } from '../terms.ts';
import type { ContextView } from './context-object.ts';
import { contextValue } from './context-object.ts';
import { field } from './fields.ts';
import { convertIntrinsic, isIntrinsic, Unconvertible } from './intrinsics.ts';
import { parsePath } from './json-path.ts';
import { readProjection } from './projections.ts';
import type { VariableScope } from './variables.ts';

/** The values that the paths of one field can read. */
export interface Reading extends ContextView {
  /** The value of `$`. */
  readonly root: Term;
  readonly variables: VariableScope;
  /** Values of paths that helper states have computed (helper-states.ts). */
  readonly known: ReadonlyMap<string, Term>;
}

/** Converts a path or an intrinsic function. Returns NULL after a refusal. */
export function readExpression(reading: Reading, node: Node): Term {
  // A path into the data, and not into the context object.
  if (/(?:^|[^$])\$[.[]/.test(textOf(node) ?? '')) reading.outcome.noteOnce(node, MISSING);
  return readTested(reading, node);
}

const MISSING = 'a path without a value fails the original; here it is null, with a warning in the trace';

/** Converts a path of a field that treats a path without a value as the original does. Returns NULL after a refusal. */
export function readTested(reading: Reading, node: Node): Term {
  const text = textOf(node);
  if (text === null) return refuse(reading, node, 'this must be the text of a path or of an intrinsic function');
  try {
    if (!isIntrinsic(text)) return resolve(reading, text.trim(), node);
    const read = (path: string): Term => resolve(reading, path, node);
    const term = convertIntrinsic(text, read, (message) => reading.outcome.noteOnce(node, message));
    const fault = faultOf(term);
    return fault === null ? term : refuse(reading, node, fault);
  } catch (error) {
    if (!(error instanceof Unconvertible)) throw error;
    return refuse(reading, node, error.message);
  }
}

const VARIABLES = new Map(['$Input', '$Output', '$Context', '$Global', '$Item'].map((name) => [name, () => null]));

/** Returns the fault of a call that fails for any data, for example with text instead of a number; null for none. */
function faultOf(term: Term): string | null {
  const { faults } = compileExpression(printExpression(term), { variables: VARIABLES, place: '' });
  return faults[0]?.message ?? null;
}

function refuse({ outcome }: Reading, node: Node, message: string): Term {
  outcome.refuse(node, message);
  return NULL;
}

/** Converts a path that is a part of the text of `node`. Returns NULL after a refusal. */
export function readPath(reading: Reading, text: string, node: Node): Term {
  try {
    return resolve(reading, text, node);
  } catch (error) {
    if (!(error instanceof Unconvertible)) throw error;
    return refuse(reading, node, error.message);
  }
}

/** Returns the value of a path. @throws {Unconvertible} */
function resolve(reading: Reading, text: string, node: Node): Term {
  const known = reading.known.get(text) ?? projected(reading, text, node);
  if (known !== null) return known;
  const path = parsePath(text);
  if (typeof path === 'string') throw new Unconvertible(path);
  if (path.ofContext) return contextValue(reading, path.segments, text, node);
  if (path.variable === null) return follow(reading.root, path.segments);
  const value = reading.variables.find(path.variable);
  if (value !== null) return follow(value, path.segments);
  throw new Unconvertible(`no state of this scope or of one around it assigns the variable $${path.variable}`);
}

/** Returns the parts of a list whose items are known, and a list itself for `[*]` at the end; null for any other path. */
function projected(reading: Reading, text: string, node: Node): Term | null {
  const projection = readProjection(text, node);
  if (projection !== null) {
    const items = resolve(reading, projection.list, node);
    return items.kind === 'array' ? list(items.items.map((item) => follow(item, projection.part))) : null;
  }
  const [, whole] = /^(\$[^*]*?)\.?\[\*\]$/.exec(text) ?? [];
  if (whole === undefined || whole.startsWith('$$')) return null;
  reading.outcome.noteOnce(node, 'a path with [*] at its end is the list itself here');
  return resolve(reading, whole, node);
}

/** Converts Parameters, ResultSelector or ItemSelector: data with expressions under keys that end in `.$`. */
export function readTemplate(reading: Reading, node: Node): Term {
  if (node.kind === 'list') return list(node.items.map((item) => readTemplate(reading, item)));
  if (node.kind === 'scalar') return constant(toJson(node));
  const members: [string, Term][] = [];
  const names = new Set<string>();
  for (const { key, value } of node.entries.values()) {
    const name = key.endsWith('.$') ? key.slice(0, -2) : key;
    if (names.has(name)) reading.outcome.refuse(value, `two members have the name ${quote(name)}`);
    names.add(name);
    members.push([name, name === key ? readTemplate(reading, value) : readExpression(reading, value)]);
  }
  return object(members);
}

/** Converts InputPath or OutputPath. With null, the value is the empty object. */
export function readReferencePath(reading: Reading, node: Node | undefined): Term {
  if (node === undefined) return reading.root;
  return isNull(node) ? EMPTY : readExpression(reading, node);
}

/** Returns the input of a state after its InputPath and Parameters. */
export function readInput(reading: Reading, source: MapNode): Term {
  const input = readReferencePath(reading, field(source, 'InputPath'));
  return readOptionalTemplate({ ...reading, root: input }, source, 'Parameters');
}

/** Returns the value of a template; `$` if there is no template. */
function readOptionalTemplate(reading: Reading, source: MapNode, key: string): Term {
  const template = field(source, key);
  return template === undefined || isNull(template) ? reading.root : readTemplate(reading, template);
}

/** Returns the result after the ResultSelector. */
export function selectResult(reading: Reading, source: MapNode, result: Term): Term {
  return readOptionalTemplate({ ...reading, root: result }, source, 'ResultSelector');
}

/** Puts a result into the input at a ResultPath. With null the result is dropped; with `$` it replaces the input. */
export function placeResult(outcome: Outcome, input: Term, result: Term, node: Node | undefined): Term {
  if (node === undefined) return result;
  if (isNull(node)) return input;
  const path = parsePath(textOf(node) ?? '');
  if (typeof path === 'string') {
    outcome.refuse(node, path);
    return NULL;
  }
  const names = path.segments.map((segment) => (segment.kind === 'name' ? segment.name : null));
  if (path.ofContext || path.variable !== null || names.includes(null)) {
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

/** Returns the member, or an empty object if it is absent. */
function existing(input: Term, name: string): Term {
  if (input.kind === 'object') return input.members.find(({ key }) => key === name)?.value ?? EMPTY;
  return member(call('jsonMerge', object([[name, EMPTY]]), input), name);
}
