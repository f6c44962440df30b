/** Whatever the text, compiling ends with a plan or with diagnostics that point into it, and never throws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allFaults } from '../../src/language/faults.ts';
import { FAULTY_DEFINITIONS } from './faulty-definitions.ts';
import { compile, flow } from './support.ts';

const CODES = allFaults();

/** What must hold of every compilation. */
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
  if (plan === null) return;
  plan.states.forEach((state, i) => assert.equal(state.index, i));
  plan.scopes.forEach((scope, i) => {
    assert.equal(scope.index, i);
    assert.ok(scope.states.includes(scope.start));
    for (const { next } of scope.states) assert.ok(next === null || scope.states.includes(next));
  });
}

const MODE = fc.constantFrom('Express' as const, 'Standard' as const);

test('arbitrary text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), MODE, check), { numRuns: 300 });
});

test('text of characters that mean something in YAML', () => {
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

const GOOD = [
  ...FAULTY_DEFINITIONS.map(({ text }) => text),
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
