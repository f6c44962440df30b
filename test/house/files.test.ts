/** Rules for every file of the repository: a first comment that says what it is for, a size, and forbidden words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesBelow, read, sources } from './tree.ts';

const MAX_LINES = 500;

/** Built from parts, so that this file does not contain the words. */
const FORBIDDEN: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: "a path on someone's machine",
    pattern: new RegExp(`(?<![\\w.*])/(?:${['work', 'root', 'Users', 'home'].join('|')})/[\\w.]`),
  },
  {
    what: 'the host of a package registry',
    pattern: new RegExp(['registry', '(?:npmjs|yarnpkg|npmmirror)'].join('\\.')),
  },
  {
    what: 'a note to come back later',
    pattern: new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`),
  },
  {
    what: 'both sides of a conflict of two branches',
    pattern: new RegExp(`^(?:${'<'.repeat(7)}|${'>'.repeat(7)}) `, 'm'),
  },
];

function forbiddenIn(path: string, text: string): string[] {
  return FORBIDDEN.filter(({ pattern }) => pattern.test(text)).map(({ what }) => `${path}: ${what}`);
}

function headingFault(path: string, text: string): string[] {
  return /^(?:#![^\n]*\n)?\/(?:\*\*|\/)/.test(text) ? [] : [`${path} does not begin with a comment`];
}

const code = ['src', 'test', 'bench', 'scripts', 'bin', 'examples']
  .flatMap((folder) => filesBelow(folder))
  .filter((path) => /\.(?:ts|js|mjs)$/.test(path));

test('every file of code begins with a comment', () => {
  assert.deepEqual(
    code.flatMap((path) => headingFault(path, read(path))),
    [],
  );
  assert.equal(headingFault('planted.ts', "import a from 'a';\n").length, 1);
});

test(`no source file is longer than ${MAX_LINES} lines`, () => {
  const long = [...sources()].filter(([, text]) => text.split('\n').length > MAX_LINES).map(([path]) => path);
  assert.deepEqual(long, []);
});

test('file names are in kebab-case', () => {
  const odd = code.filter((path) => !/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(path.split('/').at(-1) ?? ''));
  assert.deepEqual(odd, []);
});

test('no file names a machine, a registry, or unfinished work', () => {
  const texts = filesBelow('').filter(
    (path) => /\.(?:tsx?|js|mjs|css|html|json|ya?ml|md|txt)$/.test(path) || !path.includes('.'),
  );
  assert.ok(texts.includes('README.md') && texts.includes('LICENSE'));
  assert.deepEqual(
    texts.flatMap((path) => forbiddenIn(path, read(path))),
    [],
  );
  const planted = ['/ho' + 'me/me/notes', 'see /wo' + 'rk/x', 'https://registry.' + 'npmjs.org', '// TO' + 'DO: later'];
  planted.push(`${'<'.repeat(7)} HEAD`);
  for (const text of planted) assert.equal(forbiddenIn('planted', text).length, 1, text);
});
