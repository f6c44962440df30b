/**
 * Mappings: makes one recipe of a list of `target` and `source`, which builds an object (rules.md 10.11).
 *
 * A source that begins with `$input`, `$local`, `$context` or `$environment` is an expression; `$.x` is read as `$input.x`. Any
 * other value is a constant, with everything inside a mapping or a list.
 */
import type { Node } from '../text/document.ts';
import { quote, textOf, toJson } from '../text/document.ts';
import { readExpression } from '../shared/expressions.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import { constructOf, objectPart } from '../shared/recipe.ts';
import type { Part, Recipe } from '../shared/recipe.ts';
import type { Path } from '../text/path.ts';
import { step } from '../text/path.ts';
import type { Report } from '../text/report.ts';
import type { Site } from '../shared/site.ts';
import { foreignWord, MAPPING_FIELDS } from './fields.ts';
import { VARIABLE_NAMES } from './variables.ts';

/** The shape of `$local` in a list of mappings, as far as the type of step determines it. */
export type LocalShape = 'any' | 'nothing' | 'list' | 'error';

/** Why a source is always null; null when it may have a value. */
const ALWAYS_NULL: Readonly<Record<LocalShape, (source: string) => string | null>> = {
  any: () => null,
  nothing: (source) => (/^\$local[.[]/.test(source) ? 'a step of this type has an empty $local' : null),
  list: (source) =>
    /^\$local(?:\.|\[["'`])/.test(source)
      ? '$local is a list with an entry for each branch or iteration; [*] reads all of them, as in $local[*].key'
      : null,
  error: (source) =>
    /^\$local(?:\[|\.(?!(?:error|cause)$))/.test(source) ? '$local has only "error" and "cause" there' : null,
};

/** The values in `$context` (rules.md 10.12). */
export const CONTEXT_PATHS: readonly string[] = [
  'task.token',
  'execution.name',
  'flow.name',
  'step.name',
  'step.eventId',
];
/** Every path into `$context` that has a value, with the beginning dot. */
const CONTEXT: ReadonlySet<string> = new Set([
  '',
  ...CONTEXT_PATHS.flatMap((path) => [`.${path}`, `.${path.split('.')[0]}`]),
]);

function leadsOutOfContext(source: string): boolean {
  const path = /^\$context((?:\.\w+)*)$/.exec(source)?.[1];
  return path !== undefined && !CONTEXT.has(path);
}

const CONTEXT_HAS = `$context has ${CONTEXT_PATHS.slice(0, -1).join(', ')} and ${CONTEXT_PATHS.at(-1)}`;

/** The mappings under `key`; null when the field is absent or faulty. */
export function readMappings(fields: FieldReader, key: string, site: Site, local: LocalShape = 'any'): Recipe | null {
  const list = fields.maps(key, (i) => `mapping ${i} of ${key} of ${fields.what}`);
  if (list === null) return null;
  const members = new Map<string, Part>();
  for (const mapping of list) {
    const target = readTarget(mapping, members);
    const part = readSource(mapping, site, local);
    if (target !== null) members.set(target, part);
    mapping.close(MAPPING_FIELDS, (word) => foreignWord(word, MAPPING_FIELDS));
  }
  return constructOf(objectPart(members));
}

function readTarget(mapping: FieldReader, earlier: ReadonlyMap<string, Part>): string | null {
  const target = mapping.text('target', { required: true });
  if (target === null) return null;
  const { report } = mapping;
  const at = mapping.find('target')?.node.offset ?? mapping.node.offset;
  if (earlier.has(target)) {
    const message = `this list has the target ${quote(target)} already; the later source wins`;
    report.add('duplicate-target', at, mapping.at('target'), message);
  } else if (/[.[\]$]/.test(target)) {
    const message = `a target is one plain key: this sets the key ${quote(target)} without nesting`;
    report.add('odd-target', at, mapping.at('target'), message);
  }
  return target;
}

function readSource(mapping: FieldReader, site: Site, local: LocalShape): Part {
  const entry = mapping.node.entries.get('source');
  if (entry === undefined) {
    mapping.missing('source');
    return { value: null };
  }
  const { report } = mapping;
  const path = mapping.at('source');
  const text = textOf(entry.value);
  if (text === null || !isExpression(text)) {
    const didYouMean = (name: string) => (VARIABLE_NAMES.includes(name) ? '' : report.didYouMean(name, VARIABLE_NAMES));
    warnOfExpressionTexts(report, entry.value, path, didYouMean);
    return { value: toJson(entry.value) };
  }
  if (text.startsWith('$.') || text.startsWith('$[')) {
    const message = `${quote(text)} is read as ${quote(`$input${text.slice(1)}`)} here; write it that way`;
    report.add('bare-path', entry.value.offset, path, message);
  }
  const why = leadsOutOfContext(text) ? CONTEXT_HAS : ALWAYS_NULL[local](text);
  if (why !== null) report.add('odd-source', entry.value.offset, path, `${quote(text)} is always null: ${why}`);
  const build = readExpression(report, { node: entry.value, path }, site);
  return build === null ? { value: null } : { build };
}

const NAMES = VARIABLE_NAMES.map((name) => name.slice(1)).join('|');
const EXPRESSION = new RegExp(`^\\$(?:[.[]|(?:${NAMES})(?!\\w))`);

function isExpression(text: string): boolean {
  return EXPRESSION.test(text);
}

const LOOKS_LIKE_EXPRESSION = /^\$(?:$|[.[]|(?<name>[A-Za-z]\w*)(?:[.[]|$))/;

/** Warns of texts in a constant that were perhaps meant as expressions. `advice` ends the message, by the name of the variable. */
export function warnOfExpressionTexts(
  report: Report,
  node: Node,
  path: Path,
  advice: (name: string) => string = () => '',
): void {
  if (node.kind === 'list') {
    for (const [i, item] of node.items.entries()) warnOfExpressionTexts(report, item, step(path, i), advice);
  } else if (node.kind === 'map') {
    for (const { key, value } of node.entries.values()) warnOfExpressionTexts(report, value, step(path, key), advice);
  } else {
    const text = textOf(node);
    const found = text === null ? null : LOOKS_LIKE_EXPRESSION.exec(text);
    if (text === null || found === null) return;
    const message = `${quote(text)} is plain text here, not an expression${advice(`$${found.groups?.['name'] ?? ''}`)}`;
    report.add('odd-text', node.offset, path, message);
  }
}
