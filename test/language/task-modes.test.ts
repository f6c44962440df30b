/** The task modes of each action (rules.md 11.2, 11.3), cell by cell, and the token of the task. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { knownAction } from '../../src/language/tasks/action-catalog.ts';
import { compile, flow } from './support.ts';

const MODES = ['RequestComplete', 'WaitForSystemCallback', 'WaitForCustomCallback'] as const;

/** `x`: the action has the mode; in the order of MODES. */
const MATRIX: readonly (readonly [action: string, modes: string])[] = [
  ['FC:InvokeFunction', 'xxx'],
  ['fc:invokefunction', 'xxx'],
  ['FC:ListFunctions', 'x-x'],
  ['EventBridge:PutEvents', 'x-x'],
  ['FNF:StartExecution', 'xxx'],
  ['FNF:StartSyncExecution', 'x-x'],
  ['FNF:StopExecution', 'x-x'],
  ['MNS:SendMessage', 'x-x'],
  ['HTTP:Request', 'x-x'],
  ['OSS:GetObject', 'x--'],
  ['OSS:PutObject', 'x--'],
  ['SMS:SendSms', 'x-x'],
  ['DashScope:QwenTextGeneration', 'x--'],
  ['ECS:DescribeInstances', 'x-x'],
];

const PARAMETERS = '{url: "https://example.com", resourceArn: "acs:x", token.$: $Context.Current.TaskToken}';

/** The codes about the mode of a task. */
function modeFaults(action: string, mode: string, flowMode: 'Standard' | 'Express', parameters = PARAMETERS): string[] {
  const task = `{Type: Task, Name: A, End: true, Action: "${action}", TaskMode: ${mode}, Parameters: ${parameters}}`;
  return compile(flow(`  - ${task}\n`), { mode: flowMode })
    .diagnostics.map(({ code }) => code)
    .filter((code) => ['unsupported-mode', 'callback-in-express', 'no-task-token'].includes(code));
}

describe('modes of actions', () => {
  for (const [action, modes] of MATRIX) {
    test(action, () => {
      const standard = MODES.map((mode) => modeFaults(action, mode, 'Standard'));
      assert.deepEqual(
        standard,
        [...modes].map((cell) => (cell === 'x' ? [] : ['unsupported-mode'])),
      );
      const express = MODES.map((mode) => modeFaults(action, mode, 'Express'));
      assert.deepEqual(express, [[], ['callback-in-express'], ['callback-in-express']]);
    });
  }

  test('a refused mode names the ones that the action has', () => {
    const task = '{Type: Task, Name: A, End: true, Action: "FNF:StartSyncExecution", TaskMode: WaitForSystemCallback}';
    const { diagnostics } = compile(flow(`  - ${task}\n`), { mode: 'Standard' });
    const found = diagnostics.find(({ code }) => code === 'unsupported-mode');
    assert.match(found?.message ?? '', /RequestComplete and WaitForCustomCallback$/);
  });
});

describe('docs/tasks.md', () => {
  const page = readFileSync(new URL('../../docs/tasks.md', import.meta.url), 'utf8');

  test('its table of modes is the catalog', () => {
    const rows = [
      ...page.matchAll(/^\| (?:any other )?`([\w<>]+:[\w<>*]+)` \| (yes|no)[^|]*\| (yes|no)[^|]*\| (yes|no)[^|]*\|$/gm),
    ];
    assert.equal(rows.length, 9);
    for (const [, action = '', ...cells] of rows) {
      const name = action.includes('<') ? 'ECS:DescribeInstances' : action.replace('*', 'PutObject');
      const modes = MODES.filter((_mode, i) => cells[i] === 'yes');
      assert.deepEqual([...knownAction(name).modes], modes, action);
    }
  });

  test('its tasks compile without a diagnostic', () => {
    const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);
    const tasks = examples.filter((text) => text.includes('Action: '));
    assert.ok(tasks.length >= 5);
    for (const text of tasks) {
      const whole = text.startsWith('- ')
        ? text
        : `- Type: Task\n  Name: A\n  End: true\n${text.replace(/^(?=.)/gm, '  ')}`;
      const start = /Name: (\w+)/.exec(whole)?.[1] ?? '';
      const definition = flow(whole.replace(/^(?=.)/gm, '  ')).replace('StartAt: A', `StartAt: ${start}`);
      assert.deepEqual(compile(definition, { mode: 'Standard' }).diagnostics, [], text);
    }
  });
});

describe('the token of a task', () => {
  const warned = (parameters: string, action = 'MNS:SendMessage', mode = 'WaitForCustomCallback'): boolean =>
    modeFaults(action, mode, 'Standard', parameters).includes('no-task-token');

  test('it may be anywhere in Parameters', () => {
    for (const parameters of [
      '{message.$: $Context.Current.TaskToken}',
      '{message.$: \'$Context["Current"]["TaskToken"]\'}',
      '{message: {inner: [1, {token.$: $Context.Current.TaskToken}]}}',
      '{message.$: \'format("{}/{}", $Input.id, $Context.Current.TaskToken)\'}',
      '{message.$: $Context.Current}',
      '{message.$: jsonToString($Context)}',
      '{message.$: [$Context.Current.TaskToken]}',
    ]) {
      assert.ok(!warned(parameters), parameters);
    }
  });

  test('without it no one can report the task', () => {
    for (const parameters of [
      '{}',
      '{message: text, n: 5, nothing: null}',
      '{message: $Context.Current.TaskToken}',
      '{message.$: $Context.Execution.Name}',
      '{message.$: $Context.Current.Name}',
      '{message.$: $Input}',
    ]) {
      assert.ok(warned(parameters), parameters);
      assert.ok(warned(parameters, 'FNF:StartExecution'), parameters);
    }
  });

  test('HTTP sends it by itself, and the other modes need none', () => {
    assert.ok(!warned('{url: "https://example.com"}', 'HTTP:Request'));
    assert.ok(!warned('{resourceArn: "acs:fc:::functions/f"}', 'FC:InvokeFunction', 'WaitForSystemCallback'));
    assert.ok(!warned('{}', 'ECS:X', 'RequestComplete'));
  });

  test('a callback task without a Timeout gets no warning', () => {
    const task = '{Type: Task, Name: A, End: true, Action: "HTTP:Request", TaskMode: WaitForCustomCallback';
    const text = flow(`  - ${task}, Parameters: {url: "https://example.com", method: POST}}\n`);
    assert.deepEqual(compile(text, { mode: 'Standard' }).diagnostics, []);
  });
});

test('a literal Wait may take 300 seconds in a Standard flow and 20 in an Express one', () => {
  const codes = (seconds: number, mode: 'Standard' | 'Express'): string[] =>
    compile(flow(`  - {Type: Wait, Name: A, End: true, Seconds: ${seconds}}\n`), { mode }).diagnostics.map(
      ({ code }) => code,
    );
  assert.deepEqual(codes(300, 'Standard'), []);
  assert.deepEqual(codes(301, 'Standard'), ['out-of-range']);
  assert.deepEqual(codes(20, 'Express'), []);
  assert.deepEqual(codes(21, 'Express'), ['out-of-range']);
});
