/**
 * Constructors and Parameters: a mapping → one function that builds an object (fdl.md 3.2).
 *
 * A key ending in `.$` holds an expression and loses that ending; nothing else in a key has a meaning, dots included
 * (decisions.md 2.5). What holds no expression is built once, frozen, and shared by every result; a constructor without
 * any expression returns the same object each time.
 */
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { setMember } from '../../base/json.ts';
import { spend } from '../../expression/evaluation.ts';
import type { MapEntry, MapNode, Node } from '../document.ts';
import { describe, quote, textOf } from '../document.ts';
import type { FieldReader, Located } from '../field-reader.ts';
import type { Path } from '../path.ts';
import { step } from '../path.ts';
import type { Compute, Construct, StateScope } from '../plan.ts';
import type { Report } from '../report.ts';
import { readExpression } from './expressions.ts';
import type { Site } from './variables.ts';
import { VARIABLE_NAMES } from './variables.ts';

const SUFFIX = '.$';
/** An object with more keys is a hash table, and copying it costs several times as much for each key. */
const FAST_KEYS_MAX = 100;
const FUEL_PER_SLOW_KEY = 40;

/** A function where the value holds an expression, else the value itself. */
type Part = { readonly build: Compute } | { readonly value: JsonValue };

/** Where a value is built: what its expressions see, and whether texts that begin with `$` are expressions too. */
interface Building {
  readonly report: Report;
  readonly site: Site;
  readonly deep: boolean;
}

/** The constructor under `key`, or null when the field is absent or faulty. */
export function readConstructor(fields: FieldReader, key: string, site: Site): Construct | null {
  const field = fields.map(key, false);
  return field === null ? null : compileConstructor(fields.report, field, site);
}

export function compileConstructor(report: Report, { node, path }: Located<MapNode>, site: Site): Construct {
  const part = mapPart({ report, site, deep: false }, node, path);
  if ('build' in part) return part.build as Construct;
  const constant = part.value as JsonObject;
  return () => constant;
}

/** The keys that a constructor sets, each without its `.$`. */
export function constructedKeys({ entries }: MapNode): { key: string; entry: MapEntry }[] {
  return [...entries.values()].map((entry) => ({ key: plainKey(entry.key), entry }));
}

function plainKey(key: string): string {
  return key.endsWith(SUFFIX) ? key.slice(0, -SUFFIX.length) : key;
}

function buildPart(building: Building, node: Node, path: Path): Part {
  if (node.kind === 'map') return mapPart(building, node, path);
  if (node.kind === 'list') return listPart(building, node.items, path);
  const text = textOf(node);
  if (building.deep && text?.startsWith('$') === true) return expressionPart(building, node, path);
  if (text !== null) warnOfExpressionText(building.report, text, node, path);
  return { value: node.value };
}

function expressionPart({ report, site }: Building, node: Node, path: Path): Part {
  const build = readExpression(report, { node, path }, site);
  return build === null ? { value: null } : { build };
}

function mapPart(building: Building, node: MapNode, path: Path): Part {
  const template: Record<string, JsonValue> = {};
  const keys: string[] = [];
  const builds: Compute[] = [];
  for (const entry of node.entries.values()) {
    const key = entryKey(building.report, entry, node, path);
    if (key === null) continue;
    const part = entryPart(building, entry, step(path, entry.key));
    // The template holds every key, so that those that are computed keep their places.
    setMember(template, key, 'value' in part ? part.value : null);
    if ('build' in part) {
      keys.push(key);
      builds.push(part.build);
    }
  }
  if (keys.length === 0) return { value: Object.freeze(template) };
  // `Object.assign` copies faster than a spread once many shapes pass through, but it would run the setter `__proto__`.
  const plain = !Object.hasOwn(template, '__proto__');
  const size = Object.keys(template).length;
  const copying = size > FAST_KEYS_MAX ? size * FUEL_PER_SLOW_KEY : size;
  return {
    build: (scope) => {
      // A copy costs by its size, however little of it is computed: an ItemConstructor makes thousands.
      spend(scope, copying);
      return fill(plain ? Object.assign({}, template) : { ...template }, keys, builds, scope);
    },
  };
}

/** Sets the computed members of a fresh copy of a template, which has its final shape already. */
function fill(
  object: Record<string, JsonValue>,
  keys: readonly string[],
  builds: readonly Compute[],
  scope: StateScope,
): JsonObject {
  for (let i = 0; i < keys.length; i++) setMember(object, keys[i] as string, (builds[i] as Compute)(scope));
  return object;
}

function listPart(building: Building, items: readonly Node[], path: Path): Part {
  const parts = items.map((item, i) => buildPart(building, item, step(path, i)));
  if (parts.every((part) => 'value' in part)) return { value: Object.freeze(parts.map(({ value }) => value)) };
  const builds = parts.map((part) => ('build' in part ? part.build : () => part.value));
  return {
    build: (scope) => {
      spend(scope, builds.length);
      return builds.map((build) => build(scope));
    },
  };
}

/** The key that an entry sets, or null when it is faulty. */
function entryKey(report: Report, { key, keyOffset }: MapEntry, { entries }: MapNode, path: Path): string | null {
  if (!key.endsWith(SUFFIX)) return key;
  const plain = plainKey(key);
  if (plain === '') {
    report.add('empty-name', keyOffset, step(path, key), 'a name must stand before ".$"');
    return null;
  }
  if (entries.has(plain)) {
    report.add(
      'both-forms',
      keyOffset,
      step(path, key),
      `${quote(plain)} and ${quote(key)} both set the same key; keep one`,
    );
    return null;
  }
  return plain;
}

function entryPart(building: Building, { key, value }: MapEntry, path: Path): Part {
  if (!key.endsWith(SUFFIX)) return buildPart(building, value, path);
  if (value.kind === 'scalar') return expressionPart(building, value, path);
  building.report.add(
    'deep-expression',
    value.offset,
    path,
    `${describe(value)} stands under ${quote(key)}: each text in it that begins with "$" is read as an expression; put ".$" on the inner keys instead`,
  );
  return buildPart({ ...building, deep: true }, value, path);
}

const LOOKS_LIKE_EXPRESSION = new RegExp(`^(?:${VARIABLE_NAMES.map((name) => `\\${name}`).join('|')})(?:[.[]|$)`);

function warnOfExpressionText(report: Report, text: string, node: Node, path: Path): void {
  if (!LOOKS_LIKE_EXPRESSION.test(text)) return;
  const advice =
    typeof path?.key === 'string' ? `; write the key as ${quote(`${path.key}${SUFFIX}`)} to have it evaluated` : '';
  report.add('odd-text', node.offset, path, `${quote(text)} is plain text here, not an expression${advice}`);
}
