/** CheckDefinition, ConvertDefinition and DescribeLanguage: what an editor gets for its text. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { convertDefinition } from '../../src/conversion/convert.ts';
import type { FlowGraph } from '../../src/language/graph/flow-graph.ts';
import { vocabulary } from '../../src/language/vocabulary/vocabulary.ts';
import { runMillrace } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { readCases } from '../conformance/case.ts';
import { FAULTY_DEFINITIONS } from '../language/faulty/all.ts';
import { classicFlow, flow } from '../language/support.ts';
import { startApi } from './api-harness.ts';
import { passing } from './definitions.ts';

interface Entry {
  readonly severity: string;
  readonly line: number;
  readonly text: string;
}

const ODD_TEXTS: readonly string[] = [
  '',
  '\uFEFF',
  '# nothing',
  'null',
  '[]',
  'a\0b',
  'a: b: c',
  '{"Type":"StateMachine"',
  `\uFEFF${passing('mark').replace('End', 'Ende')}`,
  passing('lines').replace('mark: made', 'mark.$: $Inputt').replaceAll('\n', '\r\n'),
  flow('  - {Type: Pass, Name: A, Next: 下一个}\n  - {Type: Succeed, Name: 下一步}\n'),
  flow('  - {Type: Pass, Name: A, Next: 😀😀}\n  - {Type: Succeed, Name: "😀"}\n'),
  flow('  - {Type: Pass, Name: A, Next: "a\\nb"}\n  - {Type: Succeed, Name: "a\\tb"}\n'),
  flow('  - {Type: Choice, Name: A, Default: A, Branches: [{Condition: $Input.价格 > , Next: A}]}\n'),
  classicFlow('  - {type: pas, name: 步骤}\n  - {type: wait, name: 步骤}\n'),
  // A large one with more faults than are shown, which a thread checks.
  flow(
    `  - {Type: Pass, Name: A, Next: s0}\n${Array.from({ length: 900 }, (_, i) => `  - {Type: Pass, Name: s${i}, Nxt: s}\n`).join('')}`,
  ),
  // Another, without faults but warnings.
  flow(`  - {Type: Pass, Name: A, Odd: 1, End: true}\n#${'x'.repeat(20_000)}\n`),
  `#${'x'.repeat(1024 * 1024)}`,
];

describe('CheckDefinition', () => {
  for (const mode of ['Standard', 'Express'] as const) {
    it(`has the lines of "millrace validate", character for character, as ${mode}`, async (t) => {
      const { call } = await startApi(t, 'memory');
      const texts = [
        ...readCases().map(({ definition }) => definition),
        ...FAULTY_DEFINITIONS.map(({ text }) => text),
        ...ODD_TEXTS,
      ];
      const cwd = temporaryFolder(t);
      const files = texts.map((text, i) => {
        writeFileSync(join(cwd, `${i}.yaml`), text);
        return `${i}.yaml`;
      });
      const { stdout } = await runMillrace(['validate', '--mode', mode.toLowerCase(), ...files], { cwd });
      let printed = '';
      for (const [i, text] of texts.entries()) {
        const reply = await call('CheckDefinition', { Definition: text, ExecutionMode: mode });
        const entries = JSON.parse(String(reply['Diagnostics'])) as Entry[];
        for (const entry of entries) printed += `${files[i]}:${entry.text}\n`;
        assert.equal(
          reply['Graph'] === '',
          entries.some(({ severity }) => severity === 'error'),
          text,
        );
      }
      assert.deepEqual(printed.split('\n'), stdout.split('\n'));
    });
  }

  it('has the members of each diagnostic, and the graph of a definition with warnings', async (t) => {
    const { call } = await startApi(t, 'memory');
    const reply = await call('CheckDefinition', { Definition: passing('orders'), Name: 'other' });
    const [entry, ...others] = JSON.parse(String(reply['Diagnostics'])) as Entry[];
    assert.deepEqual(others, []);
    const message = 'Name is "orders", but the flow is called "other"; the vendor\'s page says they must be the same';
    assert.deepEqual(entry, {
      ...{ severity: 'warning', code: 'name-differs', line: 3, column: 7, path: 'Name', message },
      text: `3:7: warning: ${message} (Name) [name-differs]`,
    });
    const graph = JSON.parse(String(reply['Graph'])) as FlowGraph;
    assert.deepEqual([graph.name, graph.nodes.map(({ name }) => name)], ['orders', ['P']]);
  });

  it('checks as CreateFlow of the same server does', async (t) => {
    const { call, fails } = await startApi(t, 'memory', { limits: { parallelBranches: 1 } });
    const branch = '{StartAt: x, States: [{Type: Pass, Name: x, End: true}]}';
    const definition = flow(`  - {Type: Parallel, Name: A, End: true, Branches: [${branch}, ${branch}]}\n`);
    const reply = await call('CheckDefinition', { Definition: definition });
    const entries = JSON.parse(String(reply['Diagnostics'])) as Entry[];
    const errors = entries.filter(({ severity }) => severity === 'error').map(({ text }) => text);
    assert.deepEqual(errors.length, 1);
    const parameters = { Name: 'flow', Type: 'FDL', Definition: definition };
    const refused = await fails('CreateFlow', parameters, 'InvalidArgument', /is not valid/);
    assert.deepEqual(refused.message.split('\n').slice(1), errors);
  });

  it('takes Standard for the mode, so that callbacks are no error', async (t) => {
    const { call } = await startApi(t, 'memory');
    const definition = flow(
      `  - {Type: Task, Name: A, Action: 'HTTP:Request', TaskMode: WaitForCustomCallback, End: true, Parameters: {url: 'http://a', method: POST, body: {t.$: $Context.Current.TaskToken}}}\n`,
    );
    assert.equal((await call('CheckDefinition', { Definition: definition }))['Diagnostics'], '[]');
    const express = await call('CheckDefinition', { Definition: definition, ExecutionMode: 'Express' });
    assert.match(String(express['Diagnostics']), /"callback-in-express"/);
  });
});

const ASL = JSON.stringify({
  StartAt: 'A',
  States: { A: { Type: 'Pass', Comment: 'nothing', Next: 'B' }, B: { Type: 'Succeed' } },
});

describe('DescribeLanguage', () => {
  it('has the vocabulary of the languages', async (t) => {
    const { call } = await startApi(t, 'memory');
    const reply = await call('DescribeLanguage', {});
    assert.deepEqual(JSON.parse(String(reply['Language'])), JSON.parse(JSON.stringify(vocabulary())));
  });
});

describe('ConvertDefinition', () => {
  it('converts Amazon States Language, with the name of the call', async (t) => {
    const { call } = await startApi(t, 'memory');
    const reply = await call('ConvertDefinition', { Definition: ASL, Name: 'orders' });
    const expected = convertDefinition(ASL, { from: null, name: 'orders', fallbackName: 'flow', stubs: false });
    assert.equal(reply['Definition'], expected.text);
    assert.match(String(reply['Definition']), /^Name: orders$/m);
    assert.deepEqual(reply['Refusals'], []);
    const checked = await call('CheckDefinition', { Definition: String(reply['Definition']), Name: 'orders' });
    assert.equal(checked['Diagnostics'], '[]');
  });

  it('converts the classic language, and says what differs at its line', async (t) => {
    const { call } = await startApi(t, 'memory');
    const classic = classicFlow('  - {type: wait, name: w, duration: 100000}\n');
    const expected = convertDefinition(classic, { from: null, name: null, fallbackName: 'flow', stubs: false });
    const reply = await call('ConvertDefinition', { Definition: classic });
    assert.equal(reply['Definition'], expected.text ?? '');
    const shown = (remarks: typeof expected.notes) =>
      remarks.map(({ line, column, message }) => ({ Line: line, Column: column, Message: message }));
    assert.deepEqual(reply['Notes'], shown(expected.notes));
    assert.deepEqual(reply['Refusals'], shown(expected.refusals));
    assert.ok(expected.notes.length + expected.refusals.length > 0);
  });

  for (const [what, text] of [
    ['an empty text', ''],
    ['a state machine', passing('p')],
    ['something else', 'a: 1'],
  ] as const) {
    it(`refuses ${what}`, async (t) => {
      const { call } = await startApi(t, 'memory');
      const reply = await call('ConvertDefinition', { Definition: text });
      assert.equal(reply['Definition'], '');
      assert.equal((reply['Refusals'] as unknown[]).length, 1);
    });
  }
});
