/** Functions that encode, decode and hash texts, and make UUIDs (rules.md 9.7). */
import { beginning } from '../../base/text.ts';
import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import type { JsonValue } from '../../base/json.ts';
import { JsonFault, parseJson } from '../../base/json.ts';
import { nearest } from '../../base/suggest.ts';
import type { EvaluationScope } from '../evaluation.ts';
import { EvaluationError, spend } from '../evaluation.ts';
import { preview } from '../preview.ts';
import { jsonText } from '../value.ts';
import type { FunctionDefinition } from './definition.ts';
import { byLength, flat } from './definition.ts';

const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['MD5', 'md5'],
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-512', 'sha512'],
]);

export const ENCODING_FUNCTIONS: readonly FunctionDefinition[] = [
  {
    name: 'toBase64',
    parameters: [{ name: 'text', types: ['text'] }],
    result: 'text',
    fuel: byLength(40, 3 / 8),
    summary: 'The Base64 text of the UTF-8 bytes of a text.',
    examples: [{ expression: 'toBase64("FnF")', value: 'Rm5G' }],
    call: (_scope, [text]) => Buffer.from(text as string, 'utf8').toString('base64'),
  },
  {
    name: 'fromBase64',
    parameters: [{ name: 'text', types: ['text'] }],
    result: 'text',
    fuel: byLength(40, 1 / 2),
    summary: 'The text that a Base64 text encodes as UTF-8. The `=` at the end can be absent.',
    examples: [{ expression: 'fromBase64("Rm5G")', value: 'FnF' }],
    call: (scope, [text]) => fromBase64(scope, text as string),
  },
  {
    name: 'stringToJson',
    aliases: ['fromJSON'],
    parameters: [{ name: 'text', types: ['text'] }],
    result: 'any',
    fuel: byLength(10, 1 / 4),
    summary: 'The value of a JSON text.',
    examples: [{ expression: 'stringToJson(\'{"name": "Tom"}\')', value: { name: 'Tom' } }],
    call: (scope, [text]) => stringToJson(scope, text as string),
  },
  {
    name: 'jsonToString',
    aliases: ['toJSON'],
    parameters: [{ name: 'value', types: ['any'] }],
    result: 'text',
    fuel: flat(10),
    summary: 'The JSON text of a value, without spaces.',
    examples: [{ expression: 'jsonToString({"name": "Tom", "ids": [1, 2]})', value: '{"name":"Tom","ids":[1,2]}' }],
    call: (scope, [value]) => jsonText(scope, value as JsonValue),
  },
  {
    name: 'hash',
    parameters: [
      { name: 'text', types: ['text'] },
      { name: 'algorithm', types: ['text'] },
    ],
    result: 'text',
    fuel: byLength(100, 1 / 4),
    summary:
      'The hash of the UTF-8 bytes of a text, in lower-case hexadecimal. The algorithm is `MD5`, `SHA-1`, `SHA-256` or `SHA-512`.',
    examples: [{ expression: 'hash("abc", "MD5")', value: '900150983cd24fb0d6963f7d28e17f72' }],
    call: (_scope, [text, algorithm]) => hash(algorithmOf(algorithm as string), text as string, 'hex'),
    specialise([, algorithm]) {
      if (typeof algorithm === 'string') algorithmOf(algorithm);
      return null;
    },
  },
  {
    name: 'uuid',
    parameters: [],
    result: 'text',
    fuel: flat(100),
    summary: 'A new random UUID (version 4).',
    examples: [],
    random: true,
    call: (scope) => uuid(scope),
  },
];

function fromBase64(scope: EvaluationScope, text: string): string {
  if (/[\r\n]/.test(text)) spend(scope, text.length);
  const compact = text.replace(/[\r\n]+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || !isPadded(compact)) {
    throw new EvaluationError(`fromBase64 needs a Base64 text, but met ${preview(text)}`);
  }
  const bytes = Buffer.from(compact, 'base64');
  if (!isUtf8(bytes)) throw new EvaluationError(`fromBase64 met bytes that are not a UTF-8 text: ${preview(text)}`);
  return bytes.toString('utf8');
}

/** True if the letters are a whole number of bytes, and the `=` are complete or absent. */
function isPadded(text: string): boolean {
  const letters = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
  return letters % 4 !== 1 && (letters === text.length || text.length % 4 === 0);
}

/**
 * Fuel for reading a JSON text, beside that for its length. Members cost most, for they make objects grow; a scan counts the
 * characters that make values and numbers, also inside the texts.
 */
function jsonFuel(text: string): number {
  let quarters = 0;
  let isNumber = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    quarters += QUARTERS_OF_FUEL[c] ?? 0;
    // An exponent may make a number that is beyond all doubles, and has to be read twice.
    if (isNumber && (c === 0x65 || c === 0x45)) quarters += 40;
    isNumber = c >= 0x30 && c <= 0x39;
  }
  return Math.ceil(quarters / 4);
}

const QUARTERS_OF_FUEL = new Uint8Array(128);
for (const [character, quarters] of Object.entries({ ':': 64, ',': 8, '[': 16, '{': 16, '\\': 12 })) {
  QUARTERS_OF_FUEL[character.charCodeAt(0)] = quarters;
}
for (let digit = 0x30; digit <= 0x39; digit++) QUARTERS_OF_FUEL[digit] = 6;

function stringToJson(scope: EvaluationScope, text: string): JsonValue {
  spend(scope, jsonFuel(text));
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new EvaluationError(
      `stringToJson needs a JSON text, but met ${preview(text)} (${beginning(error.message, 100)})`,
    );
  }
}

function algorithmOf(name: string): string {
  const algorithm = ALGORITHMS.get(name);
  if (algorithm !== undefined) return algorithm;
  const near = nearest(name, ALGORITHMS.keys());
  const advice = near === null ? [...ALGORITHMS.keys()].join(', ') : `did you mean "${near}"?`;
  throw new EvaluationError(`hash has no algorithm ${preview(name)}: ${advice}`);
}

/** Uses the scope's randomness, so that an execution gets the same UUID when it is rebuilt (rules.md 9.10). */
function uuid(scope: EvaluationScope): string {
  let digits = '';
  for (let i = 0; i < 4; i++)
    digits += Math.floor(scope.random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  const variant = '89ab'.charAt(Number.parseInt(digits.charAt(16), 16) & 3);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
}
