/** The table of all functions by name (rules.md 9.7). */
import { nearest } from '../../base/suggest.ts';
import { COLLECTION_FUNCTIONS } from './collections.ts';
import { COMMON_FUNCTIONS } from './common.ts';
import type { FunctionDefinition } from './definition.ts';
import { ENCODING_FUNCTIONS } from './encoding.ts';

/** In the order of the documentation. */
export const FUNCTIONS: readonly FunctionDefinition[] = [
  ...COMMON_FUNCTIONS,
  ...COLLECTION_FUNCTIONS,
  ...ENCODING_FUNCTIONS,
];

const BY_NAME: ReadonlyMap<string, FunctionDefinition> = new Map(
  FUNCTIONS.flatMap((definition) =>
    [definition.name, ...(definition.aliases ?? [])].map((name) => [name, definition] as const),
  ),
);

/** Names in other engines and libraries whose spelling is not close to that of our function. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['concat', 'format'],
  ['join', 'format'],
  ['len', 'length'],
  ['size', 'length'],
  ['count', 'length'],
  ['contains', 'arrayContains'],
  ['matches', 'regexMatchString'],
  ['match', 'regexMatchString'],
  ['regex', 'regexMatchString'],
  ['add', 'intAdd'],
  ['sum', 'intAdd'],
  ['random', 'randomInt'],
  ['keys', 'mapKeys'],
  ['values', 'mapValues'],
  ['merge', 'jsonMerge'],
  ['base64', 'toBase64'],
  ['base64decode', 'fromBase64'],
  ['base64encode', 'toBase64'],
  ['parse', 'stringToJson'],
  ['jsonstringtomap', 'stringToJson'],
  ['stringify', 'jsonToString'],
  ['tostring', 'jsonToString'],
  ['string', 'jsonToString'],
  ['maptojsonstring', 'jsonToString'],
  ['md5', 'hash'],
  ['sha1', 'hash'],
  ['sha256', 'hash'],
  ['sha512', 'hash'],
  ['uid', 'uuid'],
]);

export function functionNamed(name: string): FunctionDefinition | undefined {
  return BY_NAME.get(name);
}

/** Returns the function that the author of an unknown name probably meant, or null. */
export function functionLike(name: string): string | null {
  const elsewhere = ELSEWHERE.get(name.toLowerCase());
  return elsewhere ?? nearest(name, BY_NAME.keys());
}
