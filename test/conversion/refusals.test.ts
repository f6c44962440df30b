/** Refusals and notes of conversions, with their lines. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convert, notes, refusals } from './support.ts';

/** A classic flow with steps from line 4. */
const classic = (steps: string): string => `version: v1\ntype: flow\nsteps:\n${steps}`;
/** A definition in Amazon States Language with a state `A` on line 3. */
const asl = (state: string): string => `StartAt: A\nStates:\n  A: ${state}\n`;

describe('a classic flow', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['a time', '  - {type: wait, name: w, timestamp: "2030-01-01T00:00:00Z"}', /^4: a wait until a time .*"duration"$/],
    [
      'a wait of several hours',
      '  - {type: pass, name: p}\n  - {type: wait, name: w, duration: 7200}',
      /^5: a Wait of 7200 seconds is too long: at most 3600/,
    ],
    [
      'the number of an event',
      '  - {type: pass, name: p, outputMappings: [{target: n, source: $context.step.eventId}]}',
      /^4: \$context\.step\.eventId has no equivalent; count the rounds/,
    ],
    [
      'all of $context',
      '  - {type: pass, name: p, outputMappings: [{target: n, source: $context}]}',
      /^4: this part of \$context has no equivalent/,
    ],
    [
      'a path through a list',
      '  - {type: pass, name: p, outputMappings: [{target: n, source: "$input.list[*].name"}]}',
      /^4: a path through \[\*\] has no equivalent here; let a task/,
    ],
    [
      'the token outside the call',
      '  - {type: task, name: t, resourceArn: "acs:mns:::/topics/x/messages", pattern: waitForCallback, serviceParams: {MessageBody: $},\n' +
        '     inputMappings: [{target: token, source: $context.task.token}], outputMappings: [{target: t, source: $input.token}]}',
      /^4: only the parameters of a task can read its token/,
    ],
    [
      'more branches than a Parallel can have',
      `  - type: parallel\n    name: p\n    branches:\n${'      - {steps: [{type: pass, name: b}]}\n'.repeat(51)}`,
      /^4: a Parallel can have 50 branches at most, but this one has 51$/,
    ],
  ];
  for (const [name, steps, expected] of cases) {
    it(`is refused for ${name}`, () => {
      const [first, ...others] = refusals(classic(steps));
      assert.deepEqual(others, []);
      assert.match(first ?? '', expected);
    });
  }

  it('is refused with the errors of its own language', () => {
    const text = classic('  - {type: pass, name: p}\n  - {type: task, name: t}\n  - {type: choice, name: c}');
    assert.deepEqual(refusals(text), ['5: step "t" needs "resourceArn" or "action"', '6: step "c" needs "choices"']);
  });

  it('is refused with all reasons at once', () => {
    const wait = '  - {type: wait, name: w#, duration: 9999}\n';
    assert.equal(refusals(classic(['1', '2', '3'].map((n) => wait.replace('#', n)).join(''))).length, 3);
  });

  it('has notes about differences', () => {
    const text = classic(
      '  - type: foreach\n    name: f\n    iterationMapping: {collection: $.l, item: i}\n' +
        '    steps: [{type: task, name: t, resourceArn: "acs:fc:::services/s/functions/f"}]\n' +
        '    outputMappings: [{target: r, source: "$local[*].r"}]\n' +
        '  - {type: pass, name: p, outputMappings: [{target: n, source: $context.flow.name}], end: true}\n' +
        '  - {type: pass, name: never}\n',
    );
    assert.deepEqual(notes(text, { name: 'orders' }), [
      '7: a value with unknown keys uses "OutputConstructor.$", which Millrace supports and the cloud does not; to name the keys, use outputMappings',
      '8: an iteration without this value gives null here; the classic language leaves it out',
      '9: $context.flow.name is replaced by the text orders',
      '10: step "never" cannot be reached and is left out',
    ]);
  });
});

describe('an Amazon States Language definition', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [
      'JSONata',
      '{Type: Pass, QueryLanguage: JSONata, End: true}',
      /^3: QueryLanguage JSONata cannot be converted; use JSONPath$/,
    ],
    ['Assign in a Succeed', '{Type: Succeed, Assign: {a: 1}}', /^3: a state of this type cannot assign variables$/],
    ['Assign that is a list', '{Type: Pass, Assign: [1], End: true}', /^3: Assign must be a mapping, but is a list$/],
    [
      'an odd name of a variable',
      '{Type: Pass, Assign: {a-b: 1}, End: true}',
      /^3: "a-b" is not the name of a variable$/,
    ],
    [
      'a long name of a variable',
      `{Type: Pass, Assign: {${'ä'.repeat(65)}: 1}, End: true}`,
      /^3: the variable "ä+…?" has a name of more than 128 bytes$/,
    ],
    [
      'a variable that no state assigns',
      '{Type: Pass, Parameters: {a.$: $name.x}, End: true}',
      /^3: no state of this scope or of one around it assigns the variable \$name$/,
    ],
    [
      'a variable of another scope',
      '{Type: Parallel, Branches: [{StartAt: B, States: {B: {Type: Pass, Assign: {b: 1}, End: true}}},\n' +
        '      {StartAt: C, States: {C: {Type: Pass, Parameters: {a.$: $b}, End: true}}}], End: true}',
      /^4: no state of this scope or of one around it assigns the variable \$b$/,
    ],
    [
      'a branch that assigns a variable of the scope around it',
      '{Type: Parallel, Assign: {a: 1}, Branches: [\n' +
        '      {StartAt: B, States: {B: {Type: Pass, Assign: {a.$: $.x}, End: true}}}], End: true}',
      /^4: branch 0 of "A" cannot assign the variable \$a of a scope around it$/,
    ],
    [
      'items that run at once and assign a variable',
      '{Type: Map, ItemProcessor: {StartAt: B, States: {\n' +
        '      B: {Type: Pass, Assign: {a: 1}, End: true}}}, End: true}',
      /^4: items of a Map that run at once would share the variable \$a here; .* or set MaxConcurrency to 1$/,
    ],
    [
      'Arguments',
      '{Type: Task, Resource: "arn:aws:lambda:us-east-1:1:function:f", Arguments: {}, End: true}',
      /^3: "Arguments" is JSONata/,
    ],
    [
      'a filter',
      '{Type: Pass, InputPath: "$.a[?(@.b == 1)]", End: true}',
      /^3: "\$\.a\[\?\(@\.b == 1\)\]" is a path to many values/,
    ],
    [
      'two wildcards',
      '{Type: Pass, InputPath: "$.a[*].b[*].c", End: true}',
      /^3: .* path to many values \(a wildcard\)/,
    ],
    ['a list of lists', '{Type: Pass, InputPath: "$[*][*]", End: true}', /^3: .* path to many values \(a wildcard\)/],
    ['a union', "{Type: Pass, InputPath: \"$.a['b', 'c']\", End: true}", /^3: .* path to many values \(a union\)/],
    [
      'a wildcard in a Choice',
      '{Type: Choice, Choices: [{Variable: "$.a[*].b", IsNull: true, Next: A}], Default: A}',
      /^3: .* path to many values \(a wildcard\)/,
    ],
    ['a search', '{Type: Pass, InputPath: "$..a", End: true}', /^3: .* path to many values/],
    ['a slice', '{Type: Pass, InputPath: "$.a[0:2]", End: true}', /^3: .* path to many values/],
    ['a time', '{Type: Wait, Timestamp: "2030-01-01T00:00:00Z", End: true}', /^3: a Wait until a time \("Timestamp"\)/],
    ['a path to a time', '{Type: Wait, TimestampPath: $.at, End: true}', /^3: a Wait until a time \("TimestampPath"\)/],
    ['a long wait', '{Type: Wait, Seconds: 86400, End: true}', /^3: a Wait of 86400 seconds is too long/],
    [
      'a table',
      '{Type: Task, Resource: "arn:aws:states:::dynamodb:getItem", End: true}',
      /^3: the resource "arn:aws:states:::dynamodb:getItem" .*read and write the table; --stub calls a function in its place$/,
    ],
    [
      'a call of an SDK',
      '{Type: Task, Resource: "arn:aws:states:::aws-sdk:s3:getObject", End: true}',
      /^3: the resource .*read and write the objects; --stub calls a function in its place$/,
    ],
    [
      'a queue',
      '{Type: Task, Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken", End: true}',
      /MNS:SendMessage/,
    ],
    [
      'an activity',
      '{Type: Task, Resource: "arn:aws:states:us-east-1:1:activity:work", End: true}',
      /WaitForCustomCallback/,
    ],
    [
      'a placeholder',
      '{Type: Task, Resource: "${Work.Arn}", End: true}',
      /^3: the resource "\$\{Work\.Arn\}" has no equiv.*--stub/,
    ],
    [
      'no function',
      '{Type: Task, Resource: "arn:aws:states:::lambda:invoke", Parameters: {}, End: true}',
      /^3: FunctionName is missing$/,
    ],
    [
      'no state machine',
      '{Type: Task, Resource: "arn:aws:states:::states:startExecution", Parameters: {}, End: true}',
      /^3: StateMachineArn is missing; it names the child flow$/,
    ],
    [
      'an ItemReader',
      '{Type: Map, ItemReader: {}, ItemProcessor: {StartAt: B, States: {B: {Type: Succeed}}}, End: true}',
      /^3: "ItemReader" belongs to a distributed Map, whose ProcessorConfig has the Mode DISTRIBUTED/,
    ],
    [
      'a time that is none',
      '{Type: Choice, Choices: [{Variable: $.t, TimestampLessThan: "2030-02-30T00:00:00Z", Next: A}], Default: A}',
      /^3: TimestampLessThan needs a time such as "2030-01-31T08:00:00Z", but has "2030-02-30T00:00:00Z"$/,
    ],
    [
      'a constant of another type',
      '{Type: Choice, Choices: [{Variable: $.t, NumericEquals: "5", Next: A}], Default: A}',
      /^3: NumericEquals needs a number, but has the text "5"$/,
    ],
    [
      'a pattern with an open backslash',
      '{Type: Choice, Choices: [{Variable: $.t, StringMatches: "a\\\\b*", Next: A}], Default: A}',
      /^3: a backslash in StringMatches must be before/,
    ],
    [
      'an operator that does not exist',
      '{Type: Choice, Choices: [{Variable: $.t, BooleanLessThan: true, Next: A}], Default: A}',
      /^3: there is no operator "BooleanLessThan"$/,
    ],
    ['a computed error', '{Type: Fail, ErrorPath: $.e}', /^3: a computed Error or Cause has no equivalent/],
    [
      'an unknown function',
      '{Type: Pass, Parameters: {a.$: States.Now()}, End: true}',
      /^3: there is no intrinsic function States\.Now$/,
    ],
    [
      'a constant that a function does not accept',
      "{Type: Pass, Parameters: {a.$: 'States.MathAdd(1, null)'}, End: true}",
      /^3: intAdd needs an integer/,
    ],
    [
      'parts of an array',
      "{Type: Pass, Parameters: {a.$: 'States.ArrayPartition($.a, 2)'}, End: true}",
      /^3: States\.ArrayPartition has no equivalent/,
    ],
    [
      'a time of the context',
      '{Type: Pass, Parameters: {a.$: $$.State.EnteredTime}, End: true}',
      /^3: \$\$\.State\.EnteredTime has no equivalent/,
    ],
    [
      'the token outside a callback',
      '{Type: Pass, Parameters: {a.$: $$.Task.Token}, End: true}',
      /^3: only Parameters of a callback task can read \$\$\.Task\.Token$/,
    ],
    [
      'a ResultPath into a list',
      '{Type: Pass, ResultPath: "$.a[0]", End: true}',
      /^3: a ResultPath that leads into an array/,
    ],
    [
      'a state that does not exist',
      '{Type: Pass, Next: B}',
      /^3: Next names "B", but no state of the state machine has that name$/,
    ],
    ['both ends', '{Type: Pass, Next: A, End: true}', /^3: a state has "Next" or "End", not both$/],
    [
      'two times',
      '{Type: Task, Resource: "arn:aws:lambda:us-east-1:1:function:f", TimeoutSeconds: 5, TimeoutSecondsPath: $.t, End: true}',
      /^3: a Task has TimeoutSeconds or TimeoutSecondsPath, not both$/,
    ],
    [
      'a time of a fraction',
      '{Type: Task, Resource: "arn:aws:lambda:us-east-1:1:function:f", TimeoutSeconds: 1.5, End: true}',
      /^3: TimeoutSeconds must be a whole number of 1 or more$/,
    ],
    [
      'two waits',
      '{Type: Wait, Seconds: 5, SecondsPath: $.t, End: true}',
      /^3: a Wait has Seconds or SecondsPath, not both$/,
    ],
    [
      'a rate that is a text',
      '{Type: Task, Resource: "arn:aws:lambda:us-east-1:1:function:f", Retry: [{ErrorEquals: [X], BackoffRate: "1.5"}], End: true}',
      /^3: BackoffRate must be a number of 1 or more$/,
    ],
    ['an error that is no text', '{Type: Fail, Error: 5}', /^3: Error must be a text$/],
    ['a state without an end', '{Type: Pass}', /^3: "Next" is missing$/],
    ['an unknown type', '{Type: Paas, End: true}', /^3: state "A" has the unknown Type "Paas"$/],
    ['a state that is not a mapping', 'text', /^3: state "A" must be a mapping, but is the text "text"$/],
  ];
  for (const [name, state, expected] of cases) {
    it(`is refused for ${name}`, () => {
      const [first, ...others] = refusals(asl(state));
      assert.deepEqual(others, []);
      assert.match(first ?? '', expected);
    });
  }

  it('has notes about differences', () => {
    const text = asl(
      '{Type: Task, Resource: "arn:aws:lambda:us-east-1:1:function:f", Credentials: {}, TimeoutSeconds: 9999999, End: true, Unheard: 1}',
    );
    assert.deepEqual(
      notes(text).map((note) => note.slice(0, 45)),
      [
        '3: values with unknown keys use "OutputConstr',
        '3: create the function "f" in Function Comput',
        '3: "Credentials" is left out: a task uses the',
        '3: a task can take 604800 seconds (7 days) at',
        '3: "Unheard" has no equivalent and is left ou',
      ],
    );
  });
});

describe('a long text in a reason', () => {
  const invoke = '"arn:aws:states:::lambda:invoke"';
  const states: Readonly<Record<string, (text: string) => string>> = {
    'a resource': (text) => `{Type: Task, Resource: "arn:aws:states:::${text}", End: true}`,
    'a parameter': (text) => `{Type: Task, Resource: ${invoke}, Parameters: {FunctionName: f, ${text}: 1}, End: true}`,
    'a path': (text) => `{Type: Pass, InputPath: "$.a[?${text}", End: true}`,
    'a text in place of a path': (text) => `{Type: Pass, InputPath: "${text}", End: true}`,
    'an intrinsic function': (text) => `{Type: Pass, Parameters: {a.$: "States.${text}"}, End: true}`,
  };
  for (const [name, state] of Object.entries(states)) {
    it(`is cut between characters: ${name}`, () => {
      // One of the two has a pair of surrogates across the limit.
      for (const text of ['😀'.repeat(200), `x${'😀'.repeat(200)}`]) {
        const said = [...refusals(asl(state(text))), ...notes(asl(state(text)))].filter((line) => line.includes('😀'));
        assert.ok(said.length > 0);
        for (const line of said) assert.ok(line.length < 300 && !line.includes('\\ud83d'), line);
      }
    });
  }
});

describe('other text', () => {
  for (const [name, text, expected] of [
    ['a list', '- a', /^1: a definition is a mapping, but this is a list$/],
    [
      'a state machine',
      'Type: StateMachine\nSpecVersion: v1\nStartAt: A\nStates: [{Type: Pass, Name: A, End: true}]\n',
      /^1: this is a state machine already$/,
    ],
    ['something else', 'a: 1', /^1: this is neither the classic language/],
    ['YAML with faults', 'a: [', /^1: /],
    ['nothing', '', /^1: the definition is empty/],
  ] as const) {
    it(`is refused: ${name}`, () => assert.match(refusals(text)[0] ?? '', expected));
  }

  it('is read in the language of --from', () => {
    assert.match(refusals('a: 1', { from: 'asl' }).join('\n'), /needs "States"/);
    assert.match(refusals('a: 1', { from: 'classic' }).join('\n'), /type: flow|neither|Type/);
  });

  it('has the name in the option, in the text or of the file', () => {
    const named = 'version: v1\ntype: flow\nname: own\nsteps: [{type: pass, name: p}]\n';
    const nameOf = (text: string, name: string | null) => /^Name: (.*)$/m.exec(convert(text, { name }).text ?? '')?.[1];
    assert.deepEqual(
      [nameOf(named, 'given'), nameOf(named, null), nameOf(named.replace('name: own\n', ''), null)],
      ['given', 'own', 'flow'],
    );
  });
});
