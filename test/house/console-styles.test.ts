/** The style sheets of the console: no rule of a screen reaches another one, and planted faults are found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { styleFaults } from './console-styles.ts';
import { filesBelow, read } from './tree.ts';

const sources = new Map(
  filesBelow('console/src')
    .filter((path) => /\.(?:css|tsx)$/.test(path))
    .map((path) => [path, read(path)]),
);

test('each style sheet begins its rules with classes of its own', () => {
  assert.deepEqual(styleFaults(sources), []);
});

const SHEET = 'console/src/pages/system/planted.css';
const PLANTED = [
  {
    what: 'a class of another screen',
    path: SHEET,
    text: '.schedules { color: red }',
    fault: `${SHEET}: .schedules changes a rule of console/src/pages/schedules/schedules.css`,
  },
  {
    what: 'a class that all screens share, in a block',
    path: SHEET,
    text: '@media (max-width: 760px) { .planted, .card { color: red } }',
    fault: `${SHEET}: .card changes a rule of console/src/styles/base.css`,
  },
  { what: 'an element', path: SHEET, text: 'table td { color: red }', fault: `${SHEET}: table td names no class` },
  {
    what: 'a component that uses a class of another screen',
    path: 'console/src/pages/system/planted.tsx',
    text: "const it = <p class={isOn ? 'row message-row' : ''} />;",
    fault:
      'console/src/pages/system/planted.tsx uses .message-row of console/src/pages/messages/messages.css: put its rules into console/src/styles/',
  },
];
for (const { what, path, text, fault } of PLANTED) {
  test(`${what} is found`, () => {
    assert.deepEqual(styleFaults(new Map([...sources, [path, text]])), [fault]);
  });
}

test('rules inside another rule have its scope', () => {
  assert.deepEqual(styleFaults(new Map([...sources, [SHEET, '.planted { .card { color: red } }']])), []);
});
