/**
 * Constructors and Parameters: makes one recipe of a mapping, which builds an object (rules.md 8.3).
 *
 * A key that ends in `.$` holds an expression and loses that ending. Other dots in a key have no meaning (rules.md 8.3).
 */
import type { MapEntry, MapNode, Node } from '../text/document.ts';
import { describe, quote, textOf } from '../text/document.ts';
import { readExpression } from '../shared/expressions.ts';
import type { FieldReader, Located } from '../shared/field-reader.ts';
import { constructOf, listPart, objectPart } from '../shared/recipe.ts';
import type { Part, Recipe } from '../shared/recipe.ts';
import type { Path } from '../text/path.ts';
import { step } from '../text/path.ts';
import type { Report } from '../text/report.ts';
import type { Site } from '../shared/site.ts';
import { VARIABLE_NAMES } from './variables.ts';

const SUFFIX = '.$';

/** The circumstances of a value: its variables, and whether all texts that begin with `$` are expressions. */
interface Building {
  readonly report: Report;
  readonly site: Site;
  readonly deep: boolean;
}

/** The constructor under `key`; null when the field is absent or faulty. */
export function readConstructor(fields: FieldReader, key: string, site: Site): Recipe | null {
  const field = fields.map(key);
  return field === null ? null : compileConstructor(fields.report, field, site);
}

/**
 * The constructor under `key`, or the one expression under `key.$` that gives the whole value, of any type. The second form is
 * ours (docs/language.md): the vendor has none for values whose keys come from the data.
 */
export function readWholeConstructor(fields: FieldReader, key: string, site: Site): Recipe | null {
  const dynamic = `${key}${SUFFIX}`;
  const whole = fields.find(dynamic);
  if (whole === null) return readConstructor(fields, key, site);
  if (fields.has(key)) fields.faultAt('both-forms', dynamic, bothForms(key, dynamic));
  return readExpression(fields.report, whole, site);
}

function bothForms(key: string, dynamic: string): string {
  return `${quote(key)} and ${quote(dynamic)} both set the same key; remove one`;
}

function compileConstructor(report: Report, { node, path }: Located<MapNode>, site: Site): Recipe {
  return constructOf(mapPart({ report, site, deep: false }, node, path));
}

/** The keys that a constructor sets, without `.$`. */
export function constructedKeys({ entries }: MapNode): { name: string; entry: MapEntry; isLiteral: boolean }[] {
  return [...entries.values()].map((entry) => {
    const name = plainKey(entry.key);
    return { name, entry, isLiteral: entry.key === name };
  });
}

function plainKey(key: string): string {
  return key.endsWith(SUFFIX) ? key.slice(0, -SUFFIX.length) : key;
}

function buildPart(building: Building, node: Node, path: Path): Part {
  if (node.kind === 'map') return mapPart(building, node, path);
  if (node.kind === 'list') return listPart(node.items.map((item, i) => buildPart(building, item, step(path, i))));
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
  const members: (readonly [string, Part])[] = [];
  for (const entry of node.entries.values()) {
    const key = entryKey(building.report, entry, node, path);
    if (key !== null) members.push([key, entryPart(building, entry, step(path, entry.key))]);
  }
  return objectPart(members);
}

/** The key that an entry sets; null when it is faulty. */
function entryKey(report: Report, { key, keyOffset }: MapEntry, { entries }: MapNode, path: Path): string | null {
  if (!key.endsWith(SUFFIX)) return key;
  const plain = plainKey(key);
  if (plain === '') {
    report.add('empty-name', keyOffset, step(path, key), 'a name is missing before ".$"');
    return null;
  }
  if (entries.has(plain)) {
    report.add('both-forms', keyOffset, step(path, key), bothForms(plain, key));
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
    `${quote(key)} holds ${describe(value)}: each text in it that begins with "$" is read as an expression; put ".$" on the inner keys instead`,
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
