/**
 * Terms → fields of a state. Constants become data, and other values become expressions under keys that end in `.$`. Data
 * with a key that ends in `.$` itself becomes an expression, so that the key is not read as that of an expression.
 */
import type { JsonValue } from '../base/json.ts';
import { isJsonArray, isJsonObject } from '../base/json.ts';
import { printExpression } from '../expression/print.ts';
import type { Term } from './terms.ts';
import { constantOf } from './terms.ts';
import type { Yaml } from './yaml-text.ts';
import { YamlMap, yamlOf } from './yaml-text.ts';

const SUFFIX = '.$';

/** Sets a constructor: member by member if its keys are known, otherwise as one expression. Returns true for one expression. */
export function setConstructor(state: YamlMap, field: string, term: Term): boolean {
  const map = mapOf(term);
  if (map !== null) state.set(field, map);
  else state.set(`${field}${SUFFIX}`, printExpression(term));
  return map === null;
}

/** Sets one member of a constructor or of Parameters. */
export function setMember(map: YamlMap, key: string, term: Term): void {
  const value = dataOf(term);
  if (value !== null) map.set(key, value.data);
  else map.set(`${key}${SUFFIX}`, printExpression(term));
}

/** Returns the term as data, which can contain expressions under keys; null if the term is an expression itself. */
function dataOf(term: Term): { readonly data: Yaml } | null {
  const value = constantOf(term);
  if (value !== undefined && isPlainData(value)) return { data: yamlOf(value) };
  const map = mapOf(term);
  if (map !== null) return { data: map };
  if (term.kind !== 'array') return null;
  const items: Yaml[] = [];
  for (const item of term.items) {
    const each = dataOf(item);
    if (each === null) return null;
    items.push(each.data);
  }
  return { data: items };
}

/** Returns the members as the mapping of a constructor; null if that is not possible. */
export function mapOf(term: Term): YamlMap | null {
  if (term.kind !== 'object' || term.members.some(({ key }) => !isPlainKey(key))) return null;
  const map = new YamlMap();
  for (const { key, value } of term.members) setMember(map, key, value);
  return map;
}

function isPlainKey(key: string): boolean {
  return !key.endsWith(SUFFIX);
}

/** True if no key in the value would be read as that of an expression. */
function isPlainData(value: JsonValue): boolean {
  if (isJsonArray(value)) return value.every(isPlainData);
  if (!isJsonObject(value)) return true;
  return Object.keys(value).every((key) => isPlainKey(key) && isPlainData(value[key] as JsonValue));
}
