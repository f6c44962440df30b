/** Every fault of a definition is reported with its code, place and severity (rules.md 6.3, 6.4). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allFaults, LANGUAGE_FAULTS } from '../../src/language/text/faults.ts';
import { FAULTY_DEFINITIONS } from './faulty/all.ts';
import { compile, faults } from './support.ts';

describe('faulty definitions', () => {
  for (const { name, mode, text, faults: expected } of FAULTY_DEFINITIONS) {
    test(name, () => {
      const options = { mode: mode ?? 'Express' } as const;
      assert.deepEqual(faults(text, options), expected);
      const hasError = expected.some((fault) => fault.includes(' error '));
      assert.equal(compile(text, options).plan === null, hasError);
    });
  }

  test('every message is one plain sentence without a full stop', () => {
    for (const { mode, text } of FAULTY_DEFINITIONS) {
      for (const { message } of compile(text, { mode: mode ?? 'Express' }).diagnostics) {
        assert.match(message, /^\S.*[^.\s]$/su);
        assert.ok(message.length < 400, message);
      }
    }
  });

  test('every code has a definition here, except those of hostile texts and of the name of the flow', () => {
    const provoked = new Set(
      FAULTY_DEFINITIONS.flatMap(({ faults: list }) => list.map((fault) => fault.split(' ')[2])),
    );
    assert.deepEqual(
      Object.keys(LANGUAGE_FAULTS).filter((code) => !provoked.has(code)),
      [
        'definition-too-large',
        'control-character',
        'too-deep',
        'alias-expansion',
        'name-differs',
        'more-faults',
        'more-warnings',
      ],
    );
  });

  test('every diagnostic has a code of the table, with its severity', () => {
    const table = allFaults();
    for (const { mode, text } of FAULTY_DEFINITIONS) {
      for (const { code, severity } of compile(text, { mode: mode ?? 'Express' }).diagnostics) {
        assert.equal(table.get(code)?.severity, severity, code);
      }
    }
  });
});

describe('messages', () => {
  const says = (text: string, pattern: RegExp, options = {}): void => {
    const messages = compile(text, options).diagnostics.map(({ message }) => message);
    assert.ok(
      messages.some((message) => pattern.test(message)),
      `${pattern} in ${JSON.stringify(messages)}`,
    );
  };
  const state = (fields: string): string =>
    `Type: StateMachine\nSpecVersion: v1\nName: flow\nStartAt: A\nStates:\n  - {Name: A, End: true, ${fields}}\n`;

  test('did you mean, for states, keys, types, modes and variables', () => {
    says(state('Type: Pass, Next: B'), /names "B"/);
    says(state('Type: Pas'), /did you mean "Pass"\?/);
    says(state('Type: Pass, OutputConstuctor: {}'), /did you mean "OutputConstructor"\?/);
    says(state('Type: Task, Action: ECS:X, TaskMode: requestComplete'), /did you mean "RequestComplete"\?/);
    says(state('Type: Pass, OutputConstructor: {a.$: $input.b}'), /\$Input/);
  });

  test('did you mean, in a classic flow, also for words of other languages', () => {
    const flow = (steps: string): string => `version: v1\ntype: flow\nsteps: [${steps}]\n`;
    says(flow('{type: map, name: a}'), /did you mean "foreach"\?/);
    says(flow('{type: Switch, name: a}'), /did you mean "choice"\?/);
    says('version: v1\nType: flow\nsteps: [{type: pass, name: a}]\n', /the key must be written "type"/);
    says(flow('{type: choice, name: a, choices: [{condition: $count > 1}]}'), /no variable \$count: write \$\.count/);
    says(flow('{type: task, name: a, resourceArn: !Ref f}'), /as in "!Ref service\/function"/);
  });

  test('a refused callback mode and a refused field of the distributed Map are named', () => {
    says(state('Type: Task, Action: ECS:X, TaskMode: WaitForCustomCallback'), /WaitForCustomCallback.*Express/);
    says(state('Type: Map, ItemsPath: $Input.a, ResultWriter: {}'), /"ResultWriter".*distributed Map.*Express/);
  });

  test('a message shows the faulty value', () => {
    says(state('Type: Wait, Seconds: 12345678901234567890'), /12345678901234567890/);
    says(state('Type: Wait, Seconds: "ten"'), /but is the text "ten"/);
    says(state('Type: Pass, InputConstructor: [1]'), /but is a list/);
  });

  test('long values are cut', () => {
    const name = 'x'.repeat(10_000);
    const { diagnostics } = compile(state(`Type: Pass, ${name}: 1, Next: ${name}`));
    assert.ok(diagnostics.length >= 2);
    for (const { message, path } of diagnostics) assert.ok(message.length + path.length < 400);
  });

  test('the name of the flow is compared with the one it is created under', () => {
    const text = state('Type: Pass');
    assert.deepEqual(compile(text, { flowName: 'flow' }).diagnostics, []);
    const { plan, diagnostics } = compile(text, { flowName: 'other' });
    assert.notEqual(plan, null);
    assert.deepEqual(
      diagnostics.map(({ code, line, column }) => [code, line, column]),
      [['name-differs', 3, 7]],
    );
  });
});
