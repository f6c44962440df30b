/**
 * Imports run down the list of rooms and the folders inside them, without circles, and each installed module belongs to its
 * rooms. For each rule, a test plants a fault in a copy of the sources and checks that it is found.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FOLDERS, folderFaults } from './folders.ts';
import { ROOMS, importFaults, importsOf } from './imports.ts';
import { read, sources } from './tree.ts';

test('imports run down the list of rooms', () => {
  assert.deepEqual(importFaults(sources()), []);
});

test('imports run down the folders of a room', () => {
  assert.deepEqual(folderFaults(sources()), []);
});

test('ARCHITECTURE.md lists the same rooms in the same order', () => {
  const listed = [...read('ARCHITECTURE.md').matchAll(/^\| `([a-z]+(?:\/|\.ts))` \|/gm)].map((match) =>
    (match[1] as string).replace('/', ''),
  );
  assert.deepEqual(listed, ROOMS);
});

const planted: readonly { name: string; path: string; text: string; fault: RegExp }[] = [
  {
    name: 'an upward import',
    path: 'src/base/planted.ts',
    text: "import { ApiError } from '../api/error.ts';",
    fault: /src\/base\/planted\.ts imports src\/api\/error\.ts: upwards/,
  },
  {
    name: 'an upward import of a type, over several lines',
    path: 'src/expression/planted.ts',
    text: "import type {\n  Plan,\n  State,\n} from '../language/plan.ts';",
    fault: /src\/expression\/planted\.ts imports src\/language\/plan\.ts: upwards/,
  },
  {
    name: 'an upward re-export',
    path: 'src/api/planted.ts',
    text: "export * from '../config/../store/flows.ts';",
    fault: /src\/api\/planted\.ts imports src\/store\/flows\.ts: upwards/,
  },
  {
    name: 'an upward import made when running',
    path: 'src/config/planted.ts',
    text: "export const later = () => import('../store/flows.ts');",
    fault: /upwards/,
  },
  {
    name: 'an adapter named outside main.ts',
    path: 'src/operations/planted.ts',
    text: "import '../store/planted/adapter.ts';",
    fault: /only main\.ts and testing\/ name a store's adapter/,
  },
  {
    name: 'a module of another room',
    path: 'src/wire/planted.ts',
    text: "import { request } from 'undici';",
    fault: /imports undici, which belongs to outbound/,
  },
  {
    name: 'a module that is not in the table',
    path: 'src/wire/planted.ts',
    text: "import chalk from 'chalk';",
    fault: /chalk, which is not in the table/,
  },
  {
    name: 'an import that makes each start slow',
    path: 'src/wire/planted.ts',
    text: "import { createServer } from 'node:http';",
    fault: /imports node:http: use base\/node-http\.ts/,
  },
  {
    name: 'I/O in a pure room',
    path: 'src/interpreter/planted.ts',
    text: "import { readFileSync } from 'node:fs';",
    fault: /imports node:fs, and interpreter\/ is pure/,
  },
  {
    name: 'a clock in a pure room',
    path: 'src/interpreter/planted.ts',
    text: 'export const now = () => Date.now();',
    fault: /and is pure/,
  },
  {
    name: 'a room that is not in the list',
    path: 'src/helpers/planted.ts',
    text: 'export const nothing = null;',
    fault: /there is no room "helpers"/,
  },
];

for (const { name, path, text, fault } of planted) {
  test(`finds ${name}`, () => {
    const tree = sources();
    tree.set('src/store/planted/adapter.ts', 'export const adapter = null;');
    tree.set(path, text);
    assert.match(importFaults(tree).join('\n'), fault);
  });
}

const plantedInFolders: readonly { name: string; path: string; text: string; fault: RegExp }[] = [
  {
    name: 'an import up the folders',
    path: 'src/runtime/driver/planted.ts',
    text: "import type { Planted } from '../durable/planted.ts';",
    fault: /src\/runtime\/driver\/planted\.ts imports src\/runtime\/durable\/planted\.ts: up the folders of runtime/,
  },
  {
    name: 'an import across the folders of a tier',
    path: 'src/language/classic/planted.ts',
    text: "import type { Planted } from '../statemachine/planted.ts';",
    fault: /imports src\/language\/statemachine\/planted\.ts: across the folders of language/,
  },
  {
    name: 'an import up to a file at the top of the room',
    path: 'src/wire/http/planted.ts',
    text: "import { createWireServer } from '../server.ts';",
    fault: /imports src\/wire\/server\.ts: up, and not as a type/,
  },
  {
    name: 'the same over another file at the top',
    path: 'src/wire/http/planted.ts',
    text: "import { planted } from '../planted.ts';",
    fault: /imports src\/wire\/planted\.ts: up, and not as a type/,
  },
  {
    name: 'a folder that is not in the table',
    path: 'src/runtime/planted/planted.ts',
    text: 'export const nothing = null;',
    fault: /the table of folders has no runtime\/planted/,
  },
];

for (const { name, path, text, fault } of plantedInFolders) {
  test(`finds ${name}`, () => {
    const tree = sources();
    for (const target of ['src/runtime/durable/planted.ts', 'src/language/statemachine/planted.ts']) {
      tree.set(target, 'export interface Planted {}');
    }
    tree.set('src/wire/planted.ts', "export { createWireServer as planted } from './server.ts';");
    tree.set(path, text);
    assert.match(folderFaults(tree).join('\n'), fault);
  });
}

test('a folder may import a file at the top of the room as a type', () => {
  const tree = sources();
  tree.set('src/wire/http/planted.ts', "import type { WireServer } from '../server.ts';");
  assert.deepEqual(folderFaults(tree), []);
});

test('no folder is in two tiers', () => {
  for (const tiers of Object.values(FOLDERS)) assert.equal(new Set(tiers.flat()).size, tiers.flat().length);
});

test('finds a circle', () => {
  const tree = sources();
  tree.set('src/base/planted-a.ts', "import './planted-b.ts';");
  tree.set('src/base/planted-b.ts', "import './planted-a.ts';");
  const circle = 'a circle: src/base/planted-a.ts → src/base/planted-b.ts → src/base/planted-a.ts';
  assert.ok(importFaults(tree).includes(circle));
});

test('an import in a comment is not an import', () => {
  const text =
    "// import a from 'a';\n/* import b from 'b'; */\nimport c from 'c'; // import d from 'd';\nimport('e');";
  assert.deepEqual(
    importsOf(text).map(({ name }) => name),
    ['c', 'e'],
  );
});
