/**
 * The rows of a JSON value that is shown as a tree, without the document: which parts are open is a set of JSON pointers. A list or an
 * object never has more rows than were asked for, so that a payload of ten thousand items costs as much as one of a hundred.
 */
import { LongNumber, isObject, printJson } from './json.ts';
import type { JsonValue } from './json.ts';

export interface JsonRow {
  /** `more`: a row that stands for the children of a container that are not shown yet. */
  readonly kind: 'leaf' | 'open' | 'closed' | 'more';
  /** JSON pointer of the value (RFC 6901); of a `more` row, that of its container. */
  readonly pointer: string;
  /** 0 for the whole value. */
  readonly depth: number;
  /** The name of the member or the number of the item; null for the whole value. */
  readonly name: string | number | null;
  readonly value: JsonValue;
  /** Children of a container; of a `more` row, how many are not shown. */
  readonly size: number;
}

/** How a value differs from the one it is compared with. */
export type JsonMark = 'added' | 'removed' | 'changed';

export interface TreeState {
  readonly open: ReadonlySet<string>;
  /** How many children a container shows, by its pointer; {@link FIRST_CHILDREN} unless there is an entry. */
  readonly shown: ReadonlyMap<string, number>;
}

/** Children that a container shows at first, and that each request for more adds. */
export const FIRST_CHILDREN = 100;
const PREVIEW_CHARACTERS = 80;

/** The rows of a value in the order in which they are shown. */
export function treeRows(value: JsonValue, state: TreeState): JsonRow[] {
  const rows: JsonRow[] = [];
  addRows(rows, value, { pointer: '', depth: 0, name: null }, state);
  return rows;
}

function addRows(
  rows: JsonRow[],
  value: JsonValue,
  at: Pick<JsonRow, 'pointer' | 'depth' | 'name'>,
  state: TreeState,
): void {
  const size = childCount(value);
  if (size === 0) {
    rows.push({ ...at, kind: 'leaf', value, size });
    return;
  }
  const isOpen = state.open.has(at.pointer);
  rows.push({ ...at, kind: isOpen ? 'open' : 'closed', value, size });
  if (!isOpen) return;
  const limit = state.shown.get(at.pointer) ?? FIRST_CHILDREN;
  const depth = at.depth + 1;
  let count = 0;
  for (const [name, child] of childrenOf(value)) {
    if (count === limit) {
      rows.push({ kind: 'more', pointer: at.pointer, depth, name: null, value: null, size: size - limit });
      return;
    }
    count++;
    addRows(rows, child, { pointer: childPointer(at.pointer, name), depth, name }, state);
  }
}

/**
 * The containers that are open at first: from the outside inwards, while the tree has at most so many rows. A small value is shown
 * whole; of a large one, the outermost members.
 */
export function firstOpen(value: JsonValue, mostRows: number): Set<string> {
  const open = new Set<string>();
  const waiting: { pointer: string; value: JsonValue }[] = [{ pointer: '', value }];
  let rows = 1;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const size = childCount(next.value);
    // The outermost container is open in any case: a closed line would show nothing.
    if (size === 0 || (rows + size > mostRows && next.pointer !== '')) continue;
    open.add(next.pointer);
    rows += Math.min(size, FIRST_CHILDREN);
    let count = 0;
    for (const [name, child] of childrenOf(next.value)) {
      if (count === FIRST_CHILDREN) break;
      count++;
      waiting.push({ pointer: childPointer(next.pointer, name), value: child });
    }
  }
  return open;
}

/** Members of an object, items of a list; 0 for anything else. */
export function childCount(value: JsonValue): number {
  if (isObject(value)) return value.size;
  return Array.isArray(value) ? value.length : 0;
}

function childrenOf(value: JsonValue): Iterable<[string | number, JsonValue]> {
  return isObject(value) ? value.entries() : (value as readonly JsonValue[]).entries();
}

/** The pointer of a member or an item of the value at a pointer. */
export function childPointer(pointer: string, name: string | number): string {
  return `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The beginning of a container, on one line. */
export function previewText(value: JsonValue): string {
  const isList = Array.isArray(value);
  let text = '';
  for (const [name, child] of childrenOf(value)) {
    if (text !== '') text += ', ';
    if (!isList) text += `${String(name)}: `;
    text += childCount(child) > 0 ? (Array.isArray(child) ? '[…]' : '{…}') : shortText(child);
    if (text.length > PREVIEW_CHARACTERS) {
      text = `${cut(text, PREVIEW_CHARACTERS)}…`;
      break;
    }
  }
  return isList ? `[${text}]` : `{${text}}`;
}

function shortText(value: JsonValue): string {
  // A text of 64 KiB is not printed whole for the sake of its first characters.
  return typeof value === 'string' ? JSON.stringify(cut(value, PREVIEW_CHARACTERS)) : printJson(value, 0);
}

/** The first characters of a text, without half of a character that takes two code units. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHalf ? most - 1 : most);
}

/** The kind of a value, for its colour. */
export function valueKind(value: JsonValue): 'text' | 'number' | 'word' | 'container' {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || value instanceof LongNumber) return 'number';
  return value === null || typeof value === 'boolean' ? 'word' : 'container';
}
