/**
 * Writes a definition as YAML in block style, with the given order of keys and with comments above states. A text is plain
 * if it can be, and quoted otherwise. The caller compiles the result to check it.
 */
import type { JsonPrimitive, JsonValue, LongNumber } from '../base/json.ts';
import { isJsonArray, isJsonObject, isLongNumber } from '../base/json.ts';

export type Yaml = JsonPrimitive | LongNumber | readonly Yaml[] | YamlMap;

/** A mapping with the order of its keys. */
export class YamlMap {
  readonly entries: (readonly [string, Yaml])[] = [];
  /** Comment lines above the mapping, without `#`. */
  readonly comments: string[] = [];

  set(key: string, value: Yaml | null | undefined): this {
    if (value !== undefined) this.entries.push([key, value]);
    return this;
  }
}

/** A constant value. */
export function yamlOf(value: JsonValue): Yaml {
  if (isJsonArray(value)) return value.map(yamlOf);
  if (!isJsonObject(value)) return value;
  const map = new YamlMap();
  for (const key of Object.keys(value)) map.set(key, yamlOf(value[key] as JsonValue));
  return map;
}

export function writeYaml(map: YamlMap): string {
  const lines: string[] = [];
  writeComments(lines, map, '');
  writeMap(lines, map, '', '');
  return `${lines.join('\n')}\n`;
}

/** `first` is the text before the first key: the indent, or the dash of a list. */
function writeMap(lines: string[], map: YamlMap, first: string, indent: string): void {
  let lead = first;
  for (const [key, value] of map.entries) {
    const name = scalar(key);
    if (name.length > IMPLICIT_KEY_MAX) {
      lines.push(`${lead}? ${name}`);
      writeValue(lines, `${indent}:`, value, indent);
    } else {
      writeValue(lines, `${lead}${name}:`, value, indent);
    }
    lead = indent;
  }
}

/** YAML reads a longer key only behind a question mark. The limit in YAML is 1,024. */
const IMPLICIT_KEY_MAX = 1000;

function writeValue(lines: string[], lead: string, value: Yaml, indent: string): void {
  if (value instanceof YamlMap && value.entries.length > 0) {
    lines.push(lead);
    writeMap(lines, value, `${indent}  `, `${indent}  `);
  } else if (isList(value) && value.length > 0 && !isShort(value)) {
    lines.push(lead);
    for (const item of value) writeItem(lines, item, `${indent}  `);
  } else {
    lines.push(`${lead} ${flow(value)}`);
  }
}

function writeItem(lines: string[], item: Yaml, indent: string): void {
  if (item instanceof YamlMap && item.entries.length > 0) {
    writeComments(lines, item, indent);
    writeMap(lines, item, `${indent}- `, `${indent}  `);
  } else if (isList(item) && item.length > 0 && !isShort(item)) {
    lines.push(`${indent}-`);
    for (const each of item) writeItem(lines, each, `${indent}  `);
  } else {
    lines.push(`${indent}- ${flow(item)}`);
  }
}

function writeComments(lines: string[], { comments }: YamlMap, indent: string): void {
  for (const comment of comments)
    lines.push(`${indent}# ${comment.replace(/[\0-\x1f\x7f\u0085\u2028\u2029]/g, ' ').toWellFormed()}`);
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value);
}

/** True for a few names or numbers, which are written on one line. */
function isShort(items: readonly Yaml[]): boolean {
  return items.every((item) => typeof item !== 'object' || item === null) && items.join(', ').length <= 80;
}

/** A value on the line of its key: a scalar, an empty collection or a short list. */
function flow(value: Yaml): string {
  if (value instanceof YamlMap) return '{}';
  if (isList(value)) return `[${value.map((item) => inFlow(flow(item))).join(', ')}]`;
  if (typeof value === 'string') return scalar(value);
  return isLongNumber(value) ? value.rawJSON : String(value);
}

function inFlow(text: string): string {
  return /[,[\]{}]/.test(text) && !/^["']/.test(text) ? `'${text.replaceAll("'", "''")}'` : text;
}

/** Text that YAML reads without quotes, unless one of the next two patterns matches. */
const PLAIN = /^(?:[A-Za-z_$/(]|[^\0-\x7f\s\ufeff])[^\0-\x1f\x7f\u0085\u2028\u2029\ufeff]*$/;
const ENDS_PLAIN = /: |:$| #|\s$/;
/** Text that YAML 1.2, or 1.1 in older parsers, reads as another value. */
const OTHER_VALUE = /^(?:(?:null|true|false|y|n|yes|no|on|off)$|~|[-+]?\.?(?:inf|nan|\d))/i;
/** Halves of surrogate pairs included. */
const UNPRINTABLE = /[\0-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]/u;

function scalar(text: string): string {
  if (PLAIN.test(text) && !ENDS_PLAIN.test(text) && !OTHER_VALUE.test(text) && !UNPRINTABLE.test(text)) return text;
  // JSON's form of a text is valid YAML if unprintable characters are escaped.
  if (UNPRINTABLE.test(text) || !text.includes('"')) return quoted(text);
  return `'${text.replaceAll("'", "''")}'`;
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
