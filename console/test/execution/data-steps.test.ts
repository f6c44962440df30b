/** The way of the data through a state: every value that the history has, and what its constructors changed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseJson, printJson } from '../../src/parts/json.ts';
import type { JsonValue } from '../../src/parts/json.ts';
import { dataSteps } from '../../src/pages/execution/model/data-steps.ts';
import type { DataStep } from '../../src/pages/execution/model/data-steps.ts';
import { History, attemptsOf } from '../../src/pages/execution/model/history.ts';
import { diffJson, isEqual } from '../../src/pages/execution/model/json-diff.ts';
import { excerpt, lineOf, pathIn } from '../../src/pages/execution/model/place.ts';
import { taskFailed, taskSucceeded } from '../../../src/testing/index.ts';
import { runFlow } from '../support/engine-history.ts';
import { recordedHistory } from '../support/histories.ts';

function stepsOf(history: History, name: string): DataStep[] {
  const visit = history.visits.findLast((each) => each.name === name);
  assert.ok(visit !== undefined, name);
  return dataSteps(history, visit, null);
}

function texts(steps: readonly DataStep[]): Record<string, string> {
  return Object.fromEntries(steps.map(({ kind, value }) => [kind, printJson(value, 0)]));
}

const TASK = `StartAt: First
States:
  - Type: Pass
    Name: First
    GlobalConstructor: { shop: eu, n.$: $Input.n }
    Next: Call
  - Type: Task
    Name: Call
    Action: HTTP:Request
    TaskMode: RequestComplete
    InputConstructor: { order.$: $Input.id, lost.$: $Input.nothing.here }
    Parameters: { url: 'http://x/', method: POST, body.$: $Input }
    OutputConstructor: { code.$: $Output.Code }
    GlobalConstructor: { code.$: $Output.Code }
    Retry: [{ Errors: [E], MaxAttempts: 1, IntervalSeconds: 1 }]
    End: true
`;

test('a task: input, constructed input, parameters, result, output and the variables', async (t) => {
  let calls = 0;
  const { history, graph, places } = await runFlow(t, TASK, {
    input: { id: 'A', n: 1 },
    task: () => (++calls === 1 ? taskFailed('E', 'once') : taskSucceeded({ Code: 200, Body: { ok: true } })),
  });
  const steps = stepsOf(history, 'Call');
  assert.deepEqual(texts(steps), {
    input: '{"id":"A","n":1}',
    constructed: '{"order":"A","lost":null}',
    parameters: '{"url":"http://x/","method":"POST","body":{"order":"A","lost":null}}',
    result: '{"Code":200,"Body":{"ok":true}}',
    output: '{"code":200}',
    'global-before': '{"shop":"eu","n":1}',
    global: '{"shop":"eu","n":1,"code":200}',
  });
  const constructed = steps.find(({ kind }) => kind === 'constructed');
  assert.equal(constructed?.warnings.length, 1);
  const path = constructed?.warnings[0]?.path ?? '';
  const visit = history.visits.at(-1);
  assert.ok(visit !== undefined);
  const node = places.nodeOf(visit);
  assert.ok(node !== null);
  const definition = `Type: StateMachine\nSpecVersion: v1\nName: flow\n${TASK}`;
  const line = lineOf(definition, graph, node, path);
  assert.match(definition.split('\n')[line - 1] ?? '', /lost\.\$/);
  const [first] = visit.parts;
  assert.ok(first !== undefined);
  assert.equal(texts(dataSteps(history, visit, first))['failure'], '{"error":"E","cause":"once"}');
});

test('a Parallel and a Map: their results together', async (t) => {
  const { history } = await runFlow(
    t,
    `StartAt: Both
States:
  - Type: Parallel
    Name: Both
    Branches:
      - { StartAt: A, States: [{ Type: Pass, Name: A, OutputConstructor: { a: 1 }, End: true }] }
      - StartAt: Each
        States:
          - Type: Map
            Name: Each
            ItemsPath: $Input.list
            Processor: { StartAt: B, States: [{ Type: Pass, Name: B, End: true }] }
            End: true
    OutputConstructor: { all.$: $Output.Branch1.Items }
    End: true
`,
    { input: { list: [3, 4] } },
  );
  const both = texts(stepsOf(history, 'Both'));
  assert.equal(both['joined'], '{"Branch0":{"a":1},"Branch1":{"Items":[3,4]}}');
  assert.equal(both['output'], '{"all":[3,4]}');
  assert.equal(texts(stepsOf(history, 'Each'))['joined'], '{"Items":[3,4]}');
});

test('a classic step: local before and after', async (t) => {
  const { history } = await runFlow(
    t,
    `version: v1
type: flow
steps:
  - { type: pass, name: one, outputMappings: [{ target: a, source: 1 }] }
  - type: choice
    name: pick
    choices:
      - condition: $.n == 7
        steps:
          - { type: pass, name: two, outputMappings: [{ target: b, source: 2 }] }
`,
    { input: { n: 7 } },
  );
  const pick = texts(stepsOf(history, 'pick'));
  assert.equal(pick['local-before'], '{"a":1}');
  assert.equal(pick['joined'], '{"b":2}');
  assert.equal(pick['local'], '{"a":1,"b":2}');
});

test('an attempt that a redrive has continued is shown with its end', () => {
  const history = new History();
  assert.ok(history.append(recordedHistory('redrive/in-a-map') ?? []));
  const visit = history.visits.at(-1);
  assert.ok(visit !== undefined);
  const attempts = attemptsOf(visit);
  assert.deepEqual([attempts.length, visit.parts.length], [1, 2]);
  assert.ok('result' in texts(dataSteps(history, visit, attempts[0] ?? null)));
});

test('a caught failure passes on what the catch rule made', async (t) => {
  const { history } = await runFlow(
    t,
    `StartAt: Call
States:
  - Type: Task
    Name: Call
    Action: HTTP:Request
    TaskMode: RequestComplete
    Parameters: { url: 'http://x/', method: GET }
    Catch: [{ Errors: [E], OutputConstructor: { why: broken }, Next: Done }]
    End: true
  - { Type: Succeed, Name: Done }
`,
    { task: () => taskFailed('E', 'broken') },
  );
  const steps = texts(stepsOf(history, 'Call'));
  assert.equal(steps['failure'], '{"error":"E","cause":"broken"}');
  assert.equal(steps['caught'], '{"why":"broken"}');
  assert.equal('output' in steps, false);
});

describe('differences', () => {
  const read = (text: string): JsonValue => parseJson(text) ?? null;
  const marks = (before: string, after: string): Record<string, string> =>
    Object.fromEntries(diffJson(read(before), read(after)).marks);

  test('are marked by pointer', () => {
    assert.deepEqual(marks('{"a":1,"b":2,"c":{"d":1}}', '{"b":3,"c":{"d":1,"e":2},"f":0}'), {
      '/a': 'removed',
      '/b': 'changed',
      '/c/e': 'added',
      '/f': 'added',
    });
    assert.deepEqual(marks('[1,2,3,4]', '[1,3,4]'), { '/1': 'removed' });
    assert.deepEqual(marks('[1,3]', '[1,2,3]'), { '/1': 'added' });
    assert.deepEqual(marks('{"a/b~":1}', '{}'), { '/a~1b~0': 'removed' });
    assert.deepEqual(marks('1', '{}'), { '': 'changed' });
  });

  test('see every digit, and no order of members', () => {
    assert.deepEqual(marks('{"n":9007199254740993}', '{"n":9007199254740992}'), { '/n': 'changed' });
    assert.deepEqual(marks('{"n":9007199254740993}', '{"n":9007199254740993}'), {});
    assert.deepEqual(marks('{"a":1,"__proto__":2}', '{"__proto__":2,"a":1}'), {});
  });

  test('the merged value has everything of both, and what is marked leads back to either', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }), (first, second) => {
        const [before, after] = [read(JSON.stringify(first)), read(JSON.stringify(second))];
        const difference = diffJson(before, after);
        assert.equal(difference.marks.size === 0, isEqual(before, after));
        assert.equal(isEqual(without(difference.merged, difference.marks, 'removed'), after), true);
      }),
    );
  });
});

/** A value without what has a mark. */
function without(value: JsonValue, marks: ReadonlyMap<string, string>, mark: string, at = ''): JsonValue {
  const step = (name: string | number): string => `${at}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[])
      .map((item, index) => ({ item, path: step(index) }))
      .filter(({ path }) => marks.get(path) !== mark)
      .map(({ item, path }) => without(item, marks, mark, path));
  }
  if (!(value instanceof Map)) return value;
  const members = [...(value as ReadonlyMap<string, JsonValue>)].filter(([name]) => marks.get(step(name)) !== mark);
  return new Map(members.map(([name, member]) => [name, without(member, marks, mark, step(name))]));
}

test('a place is an excerpt around its line', () => {
  assert.deepEqual(excerpt('a\nb\nc\nd\r\ne\nf', 4), { line: 4, firstLine: 2, lines: ['b', 'c', 'd', 'e', 'f'] });
  const long = `{"States":[${'{"Type":"Pass"},'.repeat(100)}{"Name":"X"}]}`;
  const column = long.indexOf('{"Name"') + 1;
  assert.match(excerpt(long, 1, column)?.lines[0] ?? '', /^….{8}\{"Name":"X"\}\]\}$/);
  assert.match(excerpt(long, 1)?.lines[0] ?? '', /^\{"States".*…$/);
  assert.equal(excerpt('a', 2), null);
  assert.equal(excerpt('a', 0), null);
  assert.equal(
    pathIn('States[0].OutputConstructor.sum.$ (intAdd($Output.n, 1)): intAdd needs'),
    'States[0].OutputConstructor.sum.$',
  );
  assert.equal(pathIn('nothing'), '');
});
