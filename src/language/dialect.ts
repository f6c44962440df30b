/**
 * The rule that decides about the dialect of a definition, and a look at a text that applies it: far cheaper than to parse the text, and
 * as cheap for a large one as reading it once. For a text that is no definition the result of the look has no meaning. Pure.
 */
import type { Dialect } from './plan.ts';

/**
 * Whether a definition is in the classic language. If not, it is a state machine, or neither.
 * @param textAt the value of a key at the top; undefined if the key is not there, null or empty if the value is no plain text
 */
export function isClassic(textAt: (key: string) => string | null | undefined): boolean {
  if (textAt('Type') === 'StateMachine') return false;
  return textAt('type') === 'flow' || (textAt('Type') === undefined && textAt('steps') !== undefined);
}

/** The top-level keys that decide, with their values; a value that is no plain text is empty. */
type Keys = ReadonlyMap<string, string>;

/** As `compileDefinition` chooses it for a definition without errors. */
export function dialectOf(definition: string): Dialect {
  if (!definition.includes('StateMachine')) return 'classic';
  const text = definition.startsWith('\uFEFF') ? definition.slice(1) : definition;
  const begin = /^(?:[ \t]*(?:#[^\n]*|---[^\n]*|%[^\n]*)?\r?\n)*/.exec(text)?.[0].length ?? 0;
  const body = text.slice(begin);
  const keys = /^\s*\{/.test(body) ? keysOfFlowMapping(body) : keysOfBlockMapping(body);
  return isClassic((key) => keys.get(key)) ? 'classic' : 'statemachine';
}

/** The line of a key that decides. */
const LINE = /^( *)(["']?)(Type|type|steps)\2[ \t]*:(?:[ \t]+([^\r\n]*))?\r?$/gm;

/** Lines with the indentation of the first one: the values in between are indented deeper. */
function keysOfBlockMapping(text: string): Keys {
  const indent = /^ */.exec(text)?.[0].length ?? 0;
  const keys = new Map<string, string>();
  for (const [, spaces = '', , key = '', value = ''] of text.matchAll(LINE)) {
    if (spaces.length === indent) keys.set(key, scalarOf(value));
  }
  return keys;
}

/** No text that decides is longer, with its properties and quotes. */
const SCALAR_UNITS = 200;

/** A scalar on one line, without its properties, its quotes and a comment. */
function scalarOf(text: string): string {
  const bare = text.slice(0, SCALAR_UNITS).replace(/^(?:[!&]\S*[ \t]+)*/, '');
  const quoted = /^(["'])(.*?)\1/.exec(bare);
  return quoted?.[2] ?? bare.replace(/[ \t]+#.*$/, '').trim();
}

/** The tokens of JSON and of mappings in braces: strings, comments, brackets, and the rest between them. */
const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|#[^\n]*|[{}[\],:]|[^\s{}[\],:"'#](?:[^{}[\],:#\n]|:(?=\S)|(?<=\S)#)*/gs;

/** Keys directly in the outermost braces. */
function keysOfFlowMapping(text: string): Keys {
  const keys = new Map<string, string>();
  let depth = 0;
  let key = '';
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith('#')) continue;
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && token === ':') {
      key = last;
      if (isDeciding(key)) keys.set(key, '');
    } else if (depth === 1 && token === ',') key = '';
    else if (depth === 1) {
      last = scalarOf(token);
      if (isDeciding(key)) keys.set(key, last);
      if (key === 'Type' && last === 'StateMachine') break;
    }
  }
  return keys;
}

function isDeciding(key: string): boolean {
  return key === 'Type' || key === 'type' || key === 'steps';
}
