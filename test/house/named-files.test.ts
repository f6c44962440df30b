/** Files and folders that the papers and the comments name in backticks exist, so that a file that moves takes its mentions along. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesBelow, read } from './tree.ts';

const all = filesBelow('').map((path) => `/${path}`);

/** A changelog is about earlier states, docs/rules.md about other repositories; the tests about the repository plant faults. */
const written = filesBelow('').filter(
  (path) => /\.(?:ts|js|md)$/.test(path) && !/^CHANGELOG\.md$|^docs\/rules\.md$|^test\/house\//.test(path),
);

/** A build makes it. */
const MADE = /^dist\//;

/** The names in a text that no file and no folder has. A name may leave out the folders in front of it. */
function missing(text: string): string[] {
  const names = [...text.matchAll(/`((?:[\w.-]+\/)*[\w.-]+\.ts|(?:[a-z][\w-]*\/)+)`/g)].map(
    ([, name]) => name as string,
  );
  return names.filter(
    (name) =>
      !MADE.test(name) &&
      !all.some((path) => (name.endsWith('/') ? path.includes(`/${name}`) : path.endsWith(`/${name}`))),
  );
}

test('every file and folder that a paper or a comment names exists', () => {
  assert.ok(written.length > 500);
  assert.deepEqual(
    written.flatMap((path) => missing(read(path)).map((name) => `${path}: ${name}`)),
    [],
  );
});

test('a name of no file and of no folder is found', () => {
  const text = '`base/no-such-file.ts` and `json.ts` and `no-such-folder/` and `store/sqlite/`';
  assert.deepEqual(missing(text), ['base/no-such-file.ts', 'no-such-folder/']);
});
