/** The folders of the console's program: their order holds, and planted faults are found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consoleFaults } from './console-folders.ts';
import { filesBelow, read } from './tree.ts';

const sources = new Map(
  filesBelow('console/src')
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => [path, read(path)]),
);

/** The faults of the sources with one more file. */
function faultsWith(path: string, text: string): string[] {
  return consoleFaults(new Map([...sources, [path, text]]));
}

test('imports run down the folders of the console', () => {
  assert.deepEqual(consoleFaults(sources), []);
});

const PLANTED = [
  {
    what: 'an import up the folders',
    path: 'console/src/parts/planted.ts',
    text: "import { App } from '../shell/app.tsx';",
    fault: 'console/src/parts/planted.ts imports console/src/shell/app.tsx: up the folders of the console',
  },
  {
    what: 'the same of the next folder',
    path: 'console/src/graph/planted.ts',
    text: "import '../editor/planted.ts';",
    fault: 'console/src/graph/planted.ts imports console/src/editor/planted.ts: up the folders of the console',
  },
  {
    what: 'an import across the screens',
    path: 'console/src/pages/system/planted.ts',
    text: "import { MessagesPage } from '../messages/messages-page.tsx';",
    fault:
      'console/src/pages/system/planted.ts imports console/src/pages/messages/messages-page.tsx: across the screens',
  },
  {
    what: 'a value of the server',
    path: 'console/src/api/planted.ts',
    text: "import { ACTIONS } from '../../../src/api/actions.ts';",
    fault: 'console/src/api/planted.ts imports src/api/actions.ts of the server, and not as a type',
  },
  {
    what: 'a folder that is not in the table',
    path: 'console/src/planted/file.ts',
    text: '',
    fault: 'console/src/planted/file.ts: the table of folders has no planted',
  },
  {
    what: 'a circle',
    path: 'console/src/texts/planted.ts',
    text: "import './planted.ts';",
    fault: 'a circle: console/src/texts/planted.ts → console/src/texts/planted.ts',
  },
] as const;

for (const { what, path, text, fault } of PLANTED) {
  test(`finds ${what}`, () => {
    assert.ok(faultsWith(path, text).includes(fault), faultsWith(path, text).join('\n'));
  });
}
