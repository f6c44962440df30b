/** Task steps of the classic language compile to the actions and modes that both dialects share (rules.md 10.14, 10.15, 10.19). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import type { Plan, TaskState } from '../../src/language/plan.ts';
import { classicFlow, compile, planOf, scopeOf } from './support.ts';

function plan(steps: string): Plan {
  return planOf(classicFlow(steps), { mode: 'Standard' });
}

function task(fields: string): TaskState {
  return plan(`  - {type: task, name: a, ${fields}}\n`).states[0] as TaskState;
}

const parameters = (state: TaskState, input: JsonObject = {}): JsonValue => state.parameters(scopeOf({ input }));

const FC2 = 'acs:fc:::services/s/functions/f';

test('functions: the event is the input of the step, the result the body', () => {
  for (const arn of [
    FC2,
    'acs:fc:cn-hangzhou:1234567890123456:services/s.prod-1/functions/f_1',
    'acs:fc:cn-hangzhou:1234567890123456:functions/f/LATEST',
    'acs:fc:::functions/f',
  ]) {
    const state = task(`resourceArn: ${arn}`);
    assert.deepEqual([state.action, state.mode, state.resultMember], ['FC:InvokeFunction', 'RequestComplete', 'Body']);
    assert.deepEqual(parameters(state, { a: 1 }), { resourceArn: arn, invocationType: 'Sync', body: { a: 1 } });
    assert.deepEqual(compile(classicFlow(`  - {type: task, name: a, resourceArn: ${arn}}\n`)).diagnostics, []);
  }
});

test('asynchronous functions', () => {
  const accepted = task(`resourceArn: ${FC2}, serviceParams: {InvocationType: Async}`);
  assert.deepEqual([accepted.mode, accepted.resultMember], ['RequestComplete', null]);
  assert.deepEqual(parameters(accepted), { resourceArn: FC2, invocationType: 'Async', body: {} });
  const awaited = task(`resourceArn: ${FC2}, pattern: sync`);
  assert.deepEqual([awaited.mode, awaited.resultMember], ['WaitForSystemCallback', 'Body']);
  assert.deepEqual(parameters(awaited), { resourceArn: FC2, invocationType: 'Async', body: {} });
  const callback = task(
    `resourceArn: ${FC2}, pattern: waitForCallback, inputMappings: [{target: t, source: $context.task.token}]`,
  );
  assert.equal(callback.mode, 'WaitForCustomCallback');
  assert.deepEqual(parameters(callback, { t: 'x' }), { resourceArn: FC2, invocationType: 'Sync', body: { t: 'x' } });
  const computed = task(`resourceArn: ${FC2}, serviceParams: {InvocationType: $.how}`);
  assert.deepEqual(parameters(computed, { how: 'Async' }), {
    resourceArn: FC2,
    invocationType: 'Async',
    body: { how: 'Async' },
  });
});

test('!Ref service/function is the ARN of the function', () => {
  for (const reference of ['!Ref s/f', "!Ref 's/f'", '!Ref "s/f" # the function', '!Ref   s/f  ']) {
    const { plan: compiled, diagnostics } = compile(
      `version: v1beta1\ntype: flow\nsteps:\n  - type: task\n    name: a\n    resourceArn: ${reference}\n`,
    );
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(parameters(compiled?.states[0] as TaskState), {
      resourceArn: FC2,
      invocationType: 'Sync',
      body: {},
    });
  }
  assert.deepEqual(parameters(task('resourceArn: !Ref s-1/f_2')), {
    resourceArn: 'acs:fc:::services/s-1/functions/f_2',
    invocationType: 'Sync',
    body: {},
  });
  const { diagnostics } = compile(
    classicFlow('  - {type: pass, name: a, outputMappings: [{target: a, source: !Ref x}]}\n'),
  );
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ['unknown-tag'],
  );
});

test('child flows', () => {
  const arn = 'acs:fnf:::flow/child';
  const plain = task(`resourceArn: ${arn}`);
  assert.deepEqual([plain.action, plain.mode, plain.resultMember], ['FNF:StartExecution', 'RequestComplete', null]);
  assert.deepEqual(parameters(plain, { a: 1 }), { resourceArn: arn, input: { a: 1 } });
  const named = task(`resourceArn: ${arn}, pattern: sync, serviceParams: {Input: $.in, ExecutionName: $.n}`);
  assert.equal(named.mode, 'WaitForSystemCallback');
  assert.deepEqual(parameters(named, { in: { x: 1 }, n: 'e' }), {
    resourceArn: arn,
    executionName: 'e',
    input: { x: 1 },
  });
  const constant = task(`resourceArn: ${arn}, serviceParams: {Input: {x: [1]}, ExecutionName: e}`);
  assert.deepEqual(parameters(constant), { resourceArn: arn, executionName: 'e', input: { x: [1] } });
  const inputOf = (value: JsonValue): JsonValue =>
    (parameters(task(`resourceArn: ${arn}, serviceParams: {Input: $.in}`), { in: value }) as JsonObject)['input'] ??
    null;
  assert.deepEqual(inputOf('{"x": [1]}'), { x: [1] });
  for (const other of ['[1]', 'text', '{"x"', 5, null, [1]]) assert.deepEqual(inputOf(other), other);
  assert.deepEqual(parameters(task(`resourceArn: ${arn}, serviceParams: {Input: '{"x": 1}'}`)), {
    resourceArn: arn,
    input: { x: 1 },
  });
  assert.deepEqual(parameters(task(`resourceArn: ${arn}, serviceParams: {Input: $}`), { a: 1 }), {
    resourceArn: arn,
    input: { a: 1 },
  });
});

test('messages', () => {
  const arn = 'acs:mns:::/topics/t/messages';
  const all = task(
    `resourceArn: ${arn}, pattern: waitForCallback, inputMappings: [{target: token, source: $context.task.token}], ` +
      'serviceParams: {MessageBody: $, MessageTag: $.tag, MessageAttributes: {a: $.x}, Priority: 8, DelaySeconds: $.d}',
  );
  assert.deepEqual([all.action, all.mode, all.resultMember], ['MNS:SendMessage', 'WaitForCustomCallback', null]);
  assert.deepEqual(parameters(all, { token: 't', tag: 'g', d: 5 }), {
    resourceArn: arn,
    message: { token: 't', tag: 'g', d: 5 },
    messageTag: 'g',
    messageAttributes: { a: '$.x' },
    priority: 8,
    delaySeconds: 5,
  });
  const queue = task('resourceArn: acs:mns:::/queues/q/messages, serviceParams: {MessageBody: text, MessageTag: }');
  assert.deepEqual(parameters(queue), { resourceArn: 'acs:mns:::/queues/q/messages', message: 'text' });
});

test('any operation: the name and the serviceParams are not changed', () => {
  const state = task(
    'action: ocr:RecognizeIdentityCard, serviceParams: {ImageURL: $.url, Side: face, N: 1, All: $, E: $environment.E}',
  );
  assert.deepEqual(
    [state.action, state.mode, state.resultMember],
    ['ocr:RecognizeIdentityCard', 'RequestComplete', null],
  );
  assert.deepEqual(state.parameters(scopeOf({ input: { url: 'u' }, environment: { E: 'e' } })), {
    ImageURL: 'u',
    Side: 'face',
    N: 1,
    All: { url: 'u' },
    E: 'e',
  });
  assert.deepEqual(parameters(task('action: facebody:DetectFace')), {});
});

test('fnf:StartExecution, by the name of a flow or by its ARN', () => {
  const state = task(
    'action: fnf:StartExecution, pattern: sync, serviceParams: {FlowName: child, Input: $, ExecutionName: $.n}',
  );
  assert.deepEqual([state.action, state.mode], ['fnf:StartExecution', 'WaitForSystemCallback']);
  assert.deepEqual(parameters(state, { n: 'e' }), {
    resourceArn: 'acs:fnf:::flow/child',
    executionName: 'e',
    input: { n: 'e' },
  });
  const computed = task('action: fnf:StartExecution, serviceParams: {FlowName: $.f}');
  assert.deepEqual(parameters(computed, { f: 'x' }), { resourceArn: 'acs:fnf:::flow/x', input: { f: 'x' } });
  assert.deepEqual(parameters(computed), { resourceArn: null, input: {} });
  const arn = task('action: fnf:StartExecution, serviceParams: {resourceArn: acs:fnf:::flow/y, Input: {}}');
  assert.deepEqual(parameters(arn), { resourceArn: 'acs:fnf:::flow/y', input: {} });
});

test('retry has defaults for everything but its errors', () => {
  const { retry } = task(
    `resourceArn: ${FC2}, retry: [{errors: [A]}, {errors: [FnF.ALL], intervalSeconds: 10, maxIntervalSeconds: 20, maxAttempts: 0, multiplier: 1.5}]`,
  );
  assert.deepEqual(retry, [
    { errors: ['A'], maxAttempts: 3, intervalSeconds: 1, backoffRate: 2, maxBackoffSeconds: 86_400 },
    { errors: ['FnF.ALL'], maxAttempts: 0, intervalSeconds: 10, backoffRate: 1.5, maxBackoffSeconds: 20 },
  ]);
});

test('catch leads to any sibling; errorMappings build the output of every rule', () => {
  const { states } = plan(
    `  - {type: pass, name: before}\n  - type: task\n    name: a\n    resourceArn: ${FC2}\n    timeoutSeconds: 60\n    errorMappings:\n` +
      '      - {target: e, source: $local.error}\n      - {target: all, source: $local}\n      - {target: i, source: $input.x}\n' +
      '    catch:\n      - {errors: [A], goto: before}\n      - {errors: [FnF.ALL], goto: after}\n  - {type: pass, name: after}\n',
  );
  const state = states[1] as TaskState;
  assert.equal(state.timeoutSeconds, 60);
  assert.deepEqual(
    state.catch.map(({ errors, next }) => [errors, next.name]),
    [
      [['A'], 'before'],
      [['FnF.ALL'], 'after'],
    ],
  );
  const scope = scopeOf({ input: { x: 1 }, output: { error: 'E', cause: 'c' } });
  const expected = { e: 'E', all: { error: 'E', cause: 'c' }, i: 1 };
  for (const { outputConstructor } of state.catch) assert.deepEqual(outputConstructor?.(scope), expected);
  const bare = task(`resourceArn: ${FC2}, catch: [{errors: [A], goto: a}]`);
  assert.deepEqual(bare.catch[0]?.outputConstructor?.(scope), {});
});

test('steps that only a catch or a backward goto leads to are reached', () => {
  const { diagnostics } = compile(
    classicFlow(
      `  - {type: task, name: a, resourceArn: ${FC2}, end: true, catch: [{errors: [A], goto: c}]}\n` +
        '  - {type: fail, name: b}\n' +
        '  - {type: choice, name: c, choices: [{condition: $.x, goto: b}], default: {goto: a}}\n',
    ),
  );
  assert.deepEqual(diagnostics, []);
});
