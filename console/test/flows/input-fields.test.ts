/** The form of an input: its fields follow from the definition, and values go through it without loss. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_DEFINITION_LIMITS } from '../../../src/language/limits.ts';
import { drawDefinition } from '../../../src/language/compile.ts';
import type { FlowGraph } from '../../../src/language/graph/flow-graph.ts';
import { parseJson, printJson } from '../../src/parts/json.ts';
import { EXAMPLES } from '../../src/pages/flows/examples.ts';
import { fieldText, fieldValue, inputFields, kindOf, memberAt, withMember } from '../../src/pages/flow/input-fields.ts';

function graphOf(definition: string, mode: 'Standard' | 'Express' = 'Standard'): FlowGraph {
  const { graph, diagnostics } = drawDefinition(definition, {
    mode,
    flowName: null,
    limits: DEFAULT_DEFINITION_LIMITS,
  });
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  );
  return JSON.parse(graph) as FlowGraph;
}

function fieldsIn(definition: string): string[] {
  return inputFields(definition, graphOf(definition)).map(({ path, kind }) => `${path.join('/')}: ${kind}`);
}

for (const example of EXAMPLES) {
  test(`the form of ${example.name} has the members of its input`, () => {
    const fields = inputFields(example.definition, graphOf(example.definition, example.mode));
    const input = parseJson(example.input);
    assert.deepEqual(
      new Set(fields.map(({ path }) => path[0])),
      new Set(Object.keys(JSON.parse(example.input) as object)),
    );
    for (const { path, kind } of fields) {
      const value = memberAt(input, path);
      assert.ok(value !== undefined);
      if (kind !== 'text') assert.equal(kind, kindOf(value), path.join('.'));
    }
  });
}

const STATES = `Type: StateMachine
SpecVersion: v1
Name: a
StartAt: First
States:
  - Type: Choice
    Name: First
    Branches:
      - Condition: $Input.amount >= 100 && $Input.customer.isNew == true
        Next: Many
    Default: Few
  - Type: Wait
    Name: Few
    Seconds.$: $Input.pause
    Next: Many
  - Type: Parallel
    Name: Many
    # Not read: $Input.comment
    Branches:
      - StartAt: A
        States:
          - Type: Pass
            Name: A
            OutputConstructor:
              sum.$: intAdd($Input.count, 1)
            End: true
    OutputConstructor:
      first.$: $Output.Branch0.sum
      name.$: $Input["any name"]
      place.$: $Input.list[0].name
    Next: Last
  - Type: Pass
    Name: Last
    OutputConstructor:
      other.$: $Input.first
      again.$: $Context.Execution.Input.名称
    End: true
`;

test('a member that an earlier state has built is none of the input', () => {
  assert.deepEqual(fieldsIn(STATES).sort(), [
    'amount: number',
    'any name: text',
    'count: number',
    'customer/isNew: boolean',
    'list: json',
    'pause: number',
    '名称: text',
  ]);
});

test('a definition in JSON has the same form', () => {
  const states = {
    Type: 'StateMachine',
    SpecVersion: 'v1',
    Name: 'a',
    StartAt: 'First',
    States: [
      {
        Type: 'Pass',
        Name: 'First',
        InputConstructor: { 'all.$': '$Input["any name"]', 'n.$': '$Input.deep.n' },
        OutputConstructor: { 'x.$': '$Input.all' },
        Next: 'Second',
      },
      { Type: 'Pass', Name: 'Second', OutputConstructor: { 'y.$': '$Input.x' }, End: true },
    ],
  };
  assert.deepEqual(fieldsIn(JSON.stringify(states, null, 2)), ['any name: text', 'deep/n: text']);
});

test('the steps of a classic flow read one input', () => {
  const fields = fieldsIn(`version: v1
type: flow
steps:
  - type: task
    name: a
    resourceArn: acs:mns:::/queues/approvals/messages
    inputMappings:
      - target: item
        source: $input.item
    serviceParams:
      MessageBody: $
  - type: task
    name: b
    resourceArn: acs:mns:::/queues/approvals/messages
    inputMappings:
      - target: who
        source: $input.customer.name
    serviceParams:
      MessageBody: $
`);
  assert.deepEqual(fields, ['item: text', 'customer/name: text']);
});

test('a text without a graph has every path', () => {
  assert.deepEqual(inputFields('a: $Input.x.y\nb: $Input.x\nc: $Input', null), [{ path: ['x', 'y'], kind: 'text' }]);
});

test('members are read, set and removed, and the others do not change by a digit', () => {
  const input = parseJson('{"id": 1234567890123456789, "__proto__": {"a": 1.10}, "2": "b", "1": [1e400]}');
  assert.equal(printJson(memberAt(input, ['id']) ?? null), '1234567890123456789');
  const changed = withMember(input, ['__proto__', 'c', 'd'], 'x');
  assert.equal(
    printJson(changed, 0),
    '{"id":1234567890123456789,"__proto__":{"a":1.10,"c":{"d":"x"}},"2":"b","1":[1e400]}',
  );
  const removed = withMember(withMember(changed, ['__proto__', 'c', 'd'], undefined), ['missing', 'too'], undefined);
  assert.equal(printJson(removed, 0), printJson(input ?? null, 0));
  assert.equal(printJson(withMember(undefined, ['a', 'b'], undefined), 0), '{}');
  assert.equal(printJson(withMember('no object', ['a'], true), 0), '{"a":true}');
});

test('the text of a field becomes its value and back', () => {
  for (const [kind, text] of [
    ['number', '12345678901234567890'],
    ['number', '1.50'],
    ['boolean', 'false'],
    ['json', '[1,{"a":null}]'],
    ['text', ' {} '],
  ] as const) {
    const value = fieldValue(kind, text);
    assert.ok(value !== undefined);
    assert.equal(kindOf(value), kind);
    assert.equal(fieldText(value), text);
  }
  assert.equal(fieldValue('number', ''), undefined);
  for (const [kind, text] of [
    ['number', '"1"'],
    ['number', ' '],
    ['boolean', '1'],
    ['json', '{'],
  ] as const) {
    assert.throws(() => fieldValue(kind, text), RangeError);
  }
});

test('a definition of a megabyte on one line has its form too, and no form is endless', () => {
  const paths = Array.from({ length: 60_000 }, (_, i) => `$Input.member${i} == ${i}`).join(' && ');
  const fields = inputFields(`{"Condition": "${paths}"}`, null);
  assert.equal(fields.length, 100);
  assert.deepEqual(fields[0], { path: ['member0'], kind: 'number' });
});
