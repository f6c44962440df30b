/**
 * Reads the settings file: YAML text → values by setting key with their positions, and all faults in the file's form.
 * The table of settings checks the values.
 */
import { reasonOf } from '../base/text.ts';
import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';
import { isMapping, unknownKey } from './kinds.ts';
import { TABLE } from './table.ts';

export interface FileValues {
  /** By setting key (`http.timeout`). */
  readonly values: ReadonlyMap<string, unknown>;
  /** Line and column (`12:3`) of the value at this path, or of the nearest value that contains it. */
  placeOf(path: readonly PropertyKey[]): string;
  /** Each begins with its line and column, without the file's name. */
  readonly faults: readonly string[];
}

/** More than a person writes; the limit prevents aliases of aliases from filling the memory. */
const MAX_ALIASES = 100;

export function readSettingsText(text: string): FileValues {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2', schema: 'core' });
  const placeOf = (path: readonly PropertyKey[]) => place(document, lines, path);
  const values = new Map<string, unknown>();
  const malformed = [
    ...document.errors.map((error) => ({ offset: error.pos[0], reason: error.message })),
    ...foreignMarks(document),
  ];
  if (malformed.length > 0) {
    const faults = malformed.map(({ offset, reason }) => `${position(lines, offset)}: ${reason}`);
    return { values, placeOf, faults };
  }
  let root: unknown;
  try {
    root = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    return { values, placeOf, faults: [`1:1: ${reasonOf(error)}`] };
  }
  const faults: string[] = [];
  if (isMapping(root)) collect(root, [], values, faults, placeOf);
  else if (root !== null && root !== undefined) faults.push('1:1: the file is not a mapping of settings');
  return { values, placeOf, faults };
}

/**
 * Tags, aliases without an anchor, and halves of surrogate pairs. YAML reads a text as such if it begins with "!" or "*" and has no quotes. The text
 * may be a secret, so the fault does not show it.
 */
function foreignMarks(document: Document): { offset: number; reason: string }[] {
  const found = document.warnings.map(({ pos }) => ({ offset: pos[0], reason: unquoted('!') }));
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value !== 'string' || scalar.value.isWellFormed()) return;
      found.push({
        offset: scalar.range?.[0] ?? 0,
        reason: 'this text has half of a surrogate pair, so it is not valid Unicode',
      });
    },
    Alias(_key, alias) {
      if (alias.resolve(document) === undefined) found.push({ offset: alias.range?.[0] ?? 0, reason: unquoted('*') });
    },
  });
  return found;
}

function unquoted(mark: string): string {
  return `text that begins with ${mark} needs quotes around it`;
}

/** Collects the settings below `path`. A key that leads to no setting is a fault. */
function collect(
  node: Record<string, unknown>,
  path: readonly string[],
  values: Map<string, unknown>,
  faults: string[],
  placeOf: (path: readonly PropertyKey[]) => string,
): void {
  const known = knownUnder(path);
  for (const [name, value] of Object.entries(node)) {
    const here = [...path, name];
    const key = here.join('.');
    if (Object.hasOwn(TABLE, key)) {
      // In YAML a key without a value usually means that the key is absent.
      if (value !== null) values.set(key, value);
    } else if (!known.includes(name)) {
      faults.push(`${placeOf(here)}: ${key} ${unknownKey(name, known)}`);
    } else if (key === 'limits' && typeof value === 'string') {
      values.set('limits.profile', value);
    } else if (isMapping(value)) {
      collect(value, here, values, faults, placeOf);
    } else if (value !== null) {
      faults.push(`${placeOf(here)}: ${key} is not a mapping`);
    }
  }
}

/** The keys that a path can have: `timeout` and others for `http`. */
function knownUnder(path: readonly string[]): readonly string[] {
  const prefix = path.length === 0 ? '' : `${path.join('.')}.`;
  const names = Object.keys(TABLE).filter((key) => key.startsWith(prefix));
  return [...new Set(names.map((key) => key.slice(prefix.length).split('.')[0] as string))];
}

function place(document: Document, lines: LineCounter, path: readonly PropertyKey[]): string {
  for (let length = path.length; length > 0; length--) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset !== null) return position(lines, offset);
  }
  return '1:1';
}

/** The offset of the key, if the path ends in one, because a reader looks for the key; otherwise of the value. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | null {
  const last = path.at(-1);
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last));
    if (pair !== undefined && isScalar(pair.key)) return pair.key.range?.[0] ?? null;
  }
  const node: unknown = document.getIn(path, true);
  return isScalar(node) || isMap(node) ? (node.range?.[0] ?? null) : null;
}

function position(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}
