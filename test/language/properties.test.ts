/** Compiling any text gives a plan and its graph, or diagnostics that point into the text, and never throws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawDefinition } from '../../src/language/compile.ts';
import type { FlowGraph } from '../../src/language/graph/flow-graph.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import { allFaults } from '../../src/language/text/faults.ts';
import type { Plan, Scope, State } from '../../src/language/plan.ts';
import { FAULTY_DEFINITIONS } from './faulty/all.ts';
import { classicFlow, compile, flow, innerScopes, scopesOf } from './support.ts';

const CODES = allFaults();

/** The properties of every compilation. */
function check(text: string, mode: 'Express' | 'Standard'): void {
  const { plan, diagnostics } = compile(text, { mode });
  assert.equal(
    plan === null,
    diagnostics.some(({ severity }) => severity === 'error'),
  );
  assert.ok(diagnostics.length <= 101);
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  let last = [0, 0];
  for (const { line, column, code, severity, message } of diagnostics) {
    assert.equal(CODES.get(code)?.severity, severity, code);
    assert.ok(message.length > 0);
    assert.ok(line >= 1 && line <= lines.length, `line ${line} of ${lines.length}`);
    assert.ok(column >= 1 && column <= (lines[line - 1] as string).length + 1, `column ${column} of line ${line}`);
    assert.ok(
      line > (last[0] as number) || (line === last[0] && column >= (last[1] as number)),
      'in the order of the text',
    );
    last = [line, column];
  }
  const drawn = drawDefinition(text, { mode, flowName: null, limits: DEFAULT_DEFINITION_LIMITS });
  assert.deepEqual(drawn.diagnostics, diagnostics);
  assert.equal(drawn.graph === '', plan === null);
  if (plan === null) return;
  const { nodes } = JSON.parse(drawn.graph) as FlowGraph;
  assert.deepEqual(
    nodes.map(({ name }) => name),
    plan.states.map(({ name }) => name),
  );
  for (const { line, endLine } of nodes) assert.ok(line >= 1 && line <= endLine && endLine <= lines.length);
  plan.states.forEach((state, i) => assert.equal(state.index, i));
  for (const scope of scopesOf(plan)) {
    assert.ok(scope.states.includes(scope.start));
    for (const state of scope.states) checkTransitions(plan, scope, state);
  }
}

/** Every transition of a state leads to a state of its own scope; every state inside it is in the plan, after its own scope. */
function checkTransitions(plan: Plan, scope: Scope, state: State): void {
  const branches =
    state.type === 'Switch' ? [...state.branches, ...(state.default === null ? [] : [state.default])] : [];
  const caught = 'catch' in state ? state.catch : [];
  for (const { next } of [state, ...branches, ...caught]) assert.ok(next === null || scope.states.includes(next));
  const last = scope.states.at(-1) as State;
  for (const inner of innerScopes(state).flatMap(({ states }) => states)) {
    assert.ok(plan.states[inner.index] === inner && inner.index > last.index);
  }
}

const MODE = fc.constantFrom('Express' as const, 'Standard' as const);

test('arbitrary text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), MODE, check), { numRuns: 300 });
});

test('text of characters with a meaning in YAML', () => {
  const unit = fc.constantFrom(
    ...'[]{}:,-?&*!|>\'"%@`#~\\ \n\t$.<a1',
    '- ',
    ': ',
    '\n  ',
    '<<: ',
    '*a',
    '&a ',
    '!!str ',
    '---\n',
    '...\n',
  );
  fc.assert(fc.property(fc.string({ unit, maxLength: 60 }), MODE, check), { numRuns: 1_500 });
});

test('arbitrary JSON', () => {
  fc.assert(fc.property(fc.json({ maxDepth: 5 }), MODE, check), { numRuns: 200 });
});

test('any value in any field', () => {
  const field = fc.constantFrom(
    ...[
      'Type',
      'SpecVersion',
      'Name',
      'StartAt',
      'States',
      'Timeout',
      'Action',
      'TaskMode',
      'Parameters',
      'Retry',
      'Catch',
      'OnErrors',
    ],
    ...[
      'Next',
      'End',
      'Seconds',
      'Seconds.$',
      'Branches',
      'Default',
      'Condition',
      'ItemsPath',
      'Processor',
      'MaxConcurrency',
    ],
    ...[
      'InputConstructor',
      'OutputConstructor',
      'GlobalConstructor',
      'ItemConstructor',
      'Errors',
      'MaxItems',
      'ProcessorConfig',
    ],
  );
  const text = fc.constantFrom(
    'A',
    'B',
    '',
    '$Input.a',
    'StateMachine',
    'v1',
    'Pass',
    'Task',
    'Choice',
    'Parallel',
    'Map',
    'HTTP:Request',
    '5',
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      text,
      fc.boolean(),
      fc.integer(),
      fc.constant(null),
      tie('list'),
      tie('map'),
      tie('state'),
    ),
    list: fc.array(tie('tree'), { maxLength: 4 }),
    map: fc.dictionary(field, tie('tree'), { maxKeys: 6 }),
    state: fc
      .tuple(
        fc.constantFrom('Pass', 'Task', 'Wait', 'Choice', 'Parallel', 'Map', 'Succeed', 'Fail'),
        fc.dictionary(field, tie('tree'), { maxKeys: 6 }),
      )
      .map(([Type, rest]) => ({ Name: 'A', End: true, ...rest, Type })),
  }));
  const definition = fc
    .array(tree, { maxLength: 4 })
    .map((States) => ({ Type: 'StateMachine', SpecVersion: 'v1', Name: 'f', StartAt: 'A', States }));
  fc.assert(
    fc.property(definition, MODE, (value, mode) => check(JSON.stringify(value, null, 1), mode)),
    { numRuns: 400 },
  );
});

test('any value in any field of the classic language', () => {
  const field = fc.constantFrom(
    ...['type', 'name', 'steps', 'end', 'inputMappings', 'outputMappings', 'errorMappings', 'target', 'source', 'goto'],
    ...['resourceArn', 'action', 'pattern', 'serviceParams', 'timeoutSeconds', 'retry', 'catch', 'errors', 'duration'],
    ...['timestamp', 'choices', 'default', 'condition', 'branches', 'iterationMapping', 'collection', 'item', 'index'],
    ...['InvocationType', 'Input', 'MessageBody', 'FlowName', 'error', 'cause', 'version', 'maxAttempts', 'Next'],
  );
  const text = fc.constantFrom(
    ...['a', 'b', '', '$', '$.a', '$input.a', '$local[*].a', '$context.task.token', '$.a == 1', 'flow', 'v1', 'pass'],
    ...['acs:fc:::functions/f', 'acs:fnf:::flow/x', 'acs:mns:::/topics/t/messages', 'ocr:X', 'fnf:StartExecution'],
    ...['sync', 'waitForCallback', 'requestResponse', '5', '2030-01-31T08:00:00Z'],
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      text,
      fc.boolean(),
      fc.integer(),
      fc.constant(null),
      tie('list'),
      tie('map'),
      tie('step'),
    ),
    list: fc.array(tie('tree'), { maxLength: 4 }),
    map: fc.dictionary(field, tie('tree'), { maxKeys: 6 }),
    step: fc
      .tuple(
        fc.constantFrom('task', 'pass', 'wait', 'choice', 'parallel', 'foreach', 'succeed', 'fail'),
        fc.dictionary(field, tie('tree'), { maxKeys: 6 }),
      )
      .map(([type, rest]) => ({ name: 'a', ...rest, type })),
  }));
  const definition = fc.array(tree, { maxLength: 4 }).map((steps) => ({ version: 'v1', type: 'flow', steps }));
  fc.assert(
    fc.property(definition, MODE, (value, mode) => check(JSON.stringify(value, null, 1), mode)),
    { numRuns: 400 },
  );
});

test('lists of sound steps, nested in any way, always have a plan', () => {
  const condition = fc.constantFrom('$.a', '$.a == "x" && !$.b', '$ in [1]', 'true');
  const { steps } = fc.letrec((tie) => ({
    step: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom<Record<string, unknown>>({ type: 'pass' }, { type: 'succeed' }, { type: 'fail', error: 'E' }),
      fc.record({
        type: fc.constant('task'),
        resourceArn: fc.constantFrom('acs:fc:::services/s/functions/f', 'acs:fnf:::flow/x'),
        catch: fc.constant([{ errors: ['FnF.ALL'], goto: 's0' }]),
      }),
      fc.record({
        type: fc.constant('choice'),
        choices: fc.array(fc.record({ condition, goto: fc.constantFrom('s0', null), steps: fc.option(tie('steps')) }), {
          minLength: 1,
          maxLength: 3,
        }),
      }),
      fc.record({ type: fc.constant('parallel'), branches: fc.tuple(fc.record({ steps: tie('steps') })) }),
      fc.record({
        type: fc.constant('foreach'),
        iterationMapping: fc.constant({ collection: '$.l', item: 'i' }),
        steps: tie('steps'),
      }),
    ),
    steps: fc
      .array(tie('step') as fc.Arbitrary<Record<string, unknown>>, { minLength: 1, maxLength: 4 })
      .map((list) => list.map((step, i) => ({ ...step, name: `s${i}` }))),
  }));
  fc.assert(
    fc.property(steps, MODE, (list, mode) => {
      const text = JSON.stringify({ version: 'v1', type: 'flow', steps: list });
      check(text, mode);
      const { plan } = compile(text, { mode });
      assert.ok(plan !== null);
      // The states of a list come together, then the states inside them, in the order of the text.
      for (const { states } of scopesOf(plan))
        states.forEach((state, i) => assert.equal(state.index, (states[0] as State).index + i));
      assert.equal(plan.states.length, JSON.stringify(list).match(/"name":/g)?.length);
    }),
    { numRuns: 200 },
  );
});

const GOOD = [
  ...FAULTY_DEFINITIONS.map(({ text }) => text),
  classicFlow(
    '  - type: foreach\n    name: a\n    iterationMapping: {collection: $.l, item: i, index: n}\n    outputMappings:\n      - {target: x, source: "$local[*].a[*]"}\n' +
      '    steps:\n      - type: choice\n        name: b\n        choices:\n          - condition: $.a == "b" && !($.c in [1, 2])\n            steps: [{type: wait, name: c, duration: 1}]\n' +
      '            goto: d\n        default: {goto: b}\n      - {type: succeed, name: d}\n  - type: task\n    name: e\n    resourceArn: !Ref s/f\n    retry: &r [{errors: [FnF.ALL]}]\n' +
      '    catch: [{errors: [A], goto: a}]\n    errorMappings: [{target: x, source: $local.error}]\n',
  ),
  flow(
    '  - Type: Map\n    Name: A\n    Next: B\n    ItemsPath: $Input.a\n    Processor:\n      StartAt: X\n      States:\n        - Type: Choice\n' +
      '          Name: X\n          Default: Y\n          Branches:\n            - Condition: $Input.a == "b" && !($Input.c in [1, 2])\n              Next: Y\n' +
      '        - {Type: Succeed, Name: Y, OutputConstructor: {x.$: format("{}", $Output.y)}}\n  - Type: Parallel\n    Name: B\n    End: true\n' +
      '    Retry: &r [{Errors: [FnF.ALL], MaxAttempts: 1, IntervalSeconds: 1}]\n    Branches:\n      - {StartAt: Q, States: [{Type: Wait, Name: Q, Seconds: 1, End: true}]}\n',
  ),
];

test('definitions with pieces cut out, doubled, swapped and replaced', () => {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(12),
    kind: fc.constantFrom('cut', 'double', 'replace'),
    by: fc.constantFrom(
      '',
      ' ',
      '\n',
      '[',
      '}',
      ':',
      '"',
      '&a ',
      '*a',
      '$',
      '<<: ',
      '- ',
      '\t',
      '#',
      '!x ',
      '\u0000',
      '5',
      'null',
    ),
  });
  fc.assert(
    fc.property(fc.constantFrom(...GOOD), fc.array(edit, { minLength: 1, maxLength: 4 }), MODE, (text, edits, mode) => {
      let mutated = text;
      for (const { at, length, kind, by } of edits) {
        const start = Math.floor(at * mutated.length);
        const piece = mutated.slice(start, start + length);
        const middle = kind === 'cut' ? '' : kind === 'double' ? piece + piece : by;
        mutated = mutated.slice(0, start) + middle + mutated.slice(start + length);
      }
      check(mutated, mode);
    }),
    { numRuns: 1_500 },
  );
});
