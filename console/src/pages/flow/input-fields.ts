/**
 * The form of an execution's input, made from the definition: the members of the input that its expressions read. A state reads the
 * input of the execution as `$Input` if it is the first, or if every state before it passes its own input on; all states read it as
 * `$Context.Execution.Input`. The text is searched as text, between the lines that the graph names for each state, so the form is a
 * help and not a rule: the JSON beside it may have any members.
 */
import type { FlowGraph, GraphNode } from '../../../../src/language/graph/flow-graph.ts';
import type { JsonValue } from '../../parts/json.ts';
import { LongNumber, isObject, parseJson, printJson } from '../../parts/json.ts';

export const FIELD_KINDS = ['text', 'number', 'boolean', 'json'] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

export interface InputField {
  /** Names from the input down to the member. */
  readonly path: readonly string[];
  /** The kind that the expressions around it suggest. */
  readonly kind: FieldKind;
}

/** The fields in the order in which the definition reads them. `graph` null: of a text without one, every path counts. */
export function inputFields(definition: string, graph: FlowGraph | null): readonly InputField[] {
  const lines = definition.split('\n').map((line) => (line.trimStart().startsWith('#') ? '' : line));
  const found = new Map<string, InputField>();
  const add = (path: readonly string[], kind: FieldKind): void => {
    const key = JSON.stringify(path);
    const known = found.get(key);
    if (known === undefined || known.kind === 'text') found.set(key, { path, kind });
  };
  const readers = graph === null || graph.nodes.length === 0 ? null : readersOf(graph, lines);
  for (const [i, line] of lines.entries()) {
    for (const { path, kind } of pathsIn(line, CONTEXT)) add(path, kind);
    if (readers === null || readers.has(i + 1)) for (const { path, kind } of pathsIn(line, INPUT)) add(path, kind);
  }
  // A member that is read in parts is the sum of its parts.
  const wholes = new Set<string>();
  for (const { path } of found.values()) {
    for (let length = 1; length < path.length; length++) wholes.add(JSON.stringify(path.slice(0, length)));
  }
  return [...found].flatMap(([key, field]) => (wholes.has(key) ? [] : [field])).slice(0, MOST_FIELDS);
}

/** No one fills in a longer form; the JSON has the other members. */
const MOST_FIELDS = 100;

const STEPS = String.raw`((?:\.[\p{L}_][\p{L}\p{N}\p{M}_]*(?:-[\p{L}\p{N}\p{M}_]+)*|\[\\?"[^"\\]*\\?"\]|\['[^']*'\]|\[-?\d+\])+)`;
const INPUT = new RegExp(String.raw`\$[Ii]nput${STEPS}`, 'gu');
const CONTEXT = new RegExp(String.raw`\$[Cc]ontext\.[Ee]xecution\.[Ii]nput${STEPS}`, 'gu');
const STEP =
  /\.(?<plain>[\p{L}_][\p{L}\p{N}\p{M}_]*(?:-[\p{L}\p{N}\p{M}_]+)*)|\[\\?["'](?<quoted>[^"'\\]*)\\?["']\]|\[(?<index>-?\d+)\]/gu;

function pathsIn(line: string, pattern: RegExp): InputField[] {
  const fields: InputField[] = [];
  for (const match of line.matchAll(pattern)) {
    const path: string[] = [];
    let isList = false;
    for (const { groups } of (match[1] ?? '').matchAll(STEP)) {
      if (groups?.['index'] !== undefined) {
        isList = true;
        break;
      }
      path.push(groups?.['plain'] ?? groups?.['quoted'] ?? '');
    }
    if (path.length === 0) continue;
    const kind = isList ? 'json' : suggestedKind(line, match.index, match.index + match[0].length);
    fields.push({ path, kind });
  }
  return fields;
}

/** As many characters as decide about a kind. */
const NEARBY = 60;

/** From the words around a path: a list to go through, a comparison with a number, a number of seconds. */
function suggestedKind(line: string, from: number, until: number): FieldKind {
  // A definition may be one line of a megabyte.
  const before = line.slice(Math.max(0, from - NEARBY), from);
  const behind = line.slice(until, until + NEARBY);
  if (/(?:ItemsPath|collection)\\?["']?\s*:\s*\\?["']?$/.test(before)) return 'json';
  const compared = /^\s*(?:==|!=|<=?|>=?)\s*(?<value>-?\d|true|false)/.exec(behind)?.groups?.['value'];
  if (compared === 'true' || compared === 'false') return 'boolean';
  if (compared !== undefined) return 'number';
  if (/(?:Seconds|Timeout|MaxItems)\.\$\\?["']?\s*:\s*\\?["']?$/.test(before)) return 'number';
  if (/intAdd\(\s*-?$/.test(before)) return 'number';
  return 'text';
}

/** The lines of the states that read the input of the execution as their own. */
function readersOf(graph: FlowGraph, lines: readonly string[]): ReadonlySet<number> {
  const { nodes, scopes, edges } = graph;
  const isClassic = graph.dialect === 'classic';
  const nodesOf = Map.groupBy(nodes, ({ scope }) => scope);
  const scopesOf = Map.groupBy(scopes, ({ owner }) => owner);
  const edgesOf = Map.groupBy(edges, ({ from }) => from);
  const all = (scope: number): number[] => (nodesOf.get(scope) ?? []).map(({ index }) => index);
  const readers = new Set<number>();
  const seen = new Set<number>();
  const first = scopes[0];
  const queue = first === undefined ? [] : isClassic ? all(first.id) : [first.start];
  for (let index = queue.pop(); index !== undefined; index = queue.pop()) {
    const node = nodes[index];
    if (node === undefined || seen.has(index)) continue;
    seen.add(index);
    const inner = scopesOf.get(index) ?? [];
    const own = ownLines(
      node,
      inner.flatMap(({ id }) => nodesOf.get(id) ?? []),
    );
    const changes = constructorLines(own, lines);
    for (const line of changes ?? own) readers.add(line);
    if (changes !== null) continue;
    for (const { id, kind, start } of inner) {
      // All steps of a classic scope have its input; a branch gets one that its parallel step builds.
      if (kind === 'case') queue.push(...all(id));
      else if (kind === 'branch' && !isClassic) queue.push(start);
    }
    if (isClassic || !passesInput(node, own, lines)) continue;
    for (const { to, kind } of edgesOf.get(index) ?? []) if (to !== null && kind !== 'catch') queue.push(to);
  }
  return readers;
}

/** The lines of a state without those of the states directly inside it, which have the lines of all further ones. */
function ownLines({ line, endLine }: GraphNode, inner: readonly GraphNode[]): readonly number[] {
  const lines: number[] = [];
  let next = line;
  for (const each of inner.toSorted((a, b) => a.line - b.line)) {
    for (; next < each.line; next++) lines.push(next);
    next = Math.max(next, each.endLine + 1);
  }
  for (; next <= endLine; next++) lines.push(next);
  return lines;
}

/** The lines of an InputConstructor, which alone reads the input that the state got; null for a state without one. */
function constructorLines(own: readonly number[], lines: readonly string[]): readonly number[] | null {
  const place = own.findIndex((line) =>
    /(?:^|[\s"'{,-])InputConstructor(?:\.\$)?["']?\s*:/.test(lines[line - 1] ?? ''),
  );
  if (place === -1) return null;
  const indent = indentOf(lines[(own[place] as number) - 1] ?? '');
  const end = own.findIndex((line, i) => i > place && indentOf(lines[line - 1] ?? '') <= indent);
  return own.slice(place, end === -1 ? own.length : end);
}

/** Where the key of a line begins; a dash before it belongs to the list. */
function indentOf(line: string): number {
  return line.trim() === '' ? Number.POSITIVE_INFINITY : line.length - line.replace(/^[\s-]+/, '').length;
}

function passesInput({ type }: GraphNode, own: readonly number[], lines: readonly string[]): boolean {
  if (type === 'Choice') return true;
  if (type !== 'Pass' && type !== 'Wait') return false;
  return !own.some((line) => /(?:^|[\s"'{,-])OutputConstructor(?:\.\$)?["']?\s*:/.test(lines[line - 1] ?? ''));
}

/** The member at a path; undefined if there is none. */
export function memberAt(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((each, name) => (isObject(each) ? each.get(name) : undefined), value);
}

/** The value with another member at a path; undefined removes it. A value on the way that is no object is replaced. */
export function withMember(
  value: JsonValue | undefined,
  [name, ...rest]: readonly string[],
  member: JsonValue | undefined,
): ReadonlyMap<string, JsonValue> {
  const members = new Map(isObject(value) ? value : []);
  if (name === undefined) return members;
  const next = rest.length === 0 ? member : withMember(members.get(name), rest, member);
  // An object whose last member was removed goes too, so that an empty form gives `{}`.
  if (next === undefined || (rest.length > 0 && isObject(next) && next.size === 0)) members.delete(name);
  else members.set(name, next);
  return members;
}

/** The kind in which a value can be edited. */
export function kindOf(value: JsonValue): FieldKind {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || value instanceof LongNumber) return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'json';
}

/** A value as the text of its field. */
export function fieldText(value: JsonValue): string {
  return typeof value === 'string' ? value : printJson(value, 0);
}

/** The value of a field's text; undefined for an empty one, which leaves the member out. @throws {RangeError} for a wrong one */
export function fieldValue(kind: FieldKind, text: string): JsonValue | undefined {
  if (text === '') return undefined;
  if (kind === 'text') return text;
  const value = text.trim() === '' ? undefined : parseJson(text);
  if (value === undefined || (kind !== 'json' && kindOf(value) !== kind)) throw new RangeError(kind);
  return value;
}
