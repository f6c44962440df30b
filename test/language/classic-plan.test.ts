/** The plans of valid definitions in the classic language (rules.md 10). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stringifyJson } from '../../src/base/json.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { EvaluationError } from '../../src/expression/evaluation.ts';
import type {
  Compute,
  FailState,
  MapState,
  ParallelState,
  Plan,
  State,
  StateScope,
  SwitchState,
  WaitState,
} from '../../src/language/plan.ts';
import { classicFlow, compile, limitedTo, planOf, scopeOf, scopesOf } from './support.ts';

type Mode = 'Express' | 'Standard';

function plan(steps: string, mode: Mode = 'Standard'): Plan {
  return planOf(classicFlow(steps), { mode });
}

function first<S extends State>(steps: string, mode: Mode = 'Standard'): S {
  return plan(steps, mode).states[0] as S;
}

/** The output of the mappings of a pass, as JSON. */
function mapped(mappings: string, values: Partial<StateScope> = {}): string {
  const { inputConstructor } = first(`  - {type: pass, name: a, inputMappings: ${mappings}}\n`);
  assert.ok(inputConstructor !== null);
  return stringifyJson(inputConstructor(scopeOf(values)));
}

const names = (states: readonly State[]): string[] => states.map(({ name }) => name);

describe('the flow', () => {
  test('versions, a name without a meaning, a time limit', () => {
    const text = (head: string): string => `${head}\ntype: flow\nsteps: [{type: pass, name: a}]`;
    for (const version of ['v1', 'v1beta1', 'v1.0', "'v1'", '"v1beta1"']) {
      const { dialect, timeoutSeconds, definitionName } = planOf(text(`version: ${version}`));
      assert.deepEqual([dialect, timeoutSeconds, definitionName], ['classic', null, null]);
    }
    const named = compile(text('version: v1.0\nname: test\ntimeoutSeconds: 60'), { flowName: 'other' });
    assert.deepEqual(named.diagnostics, []);
    assert.deepEqual([named.plan?.timeoutSeconds, named.plan?.definitionName], [60, 'test']);
    assert.equal(planOf(text('version: v1\ntimeoutSeconds: 0')).timeoutSeconds, null);
  });

  test('comments, JSON, lists in one line, spaces at the end and line ends of Windows', () => {
    assert.deepEqual(
      compile('# 流程\nversion: v1  \ntype: flow # 类型\nsteps: [{type: pass, name: a}]\n').diagnostics,
      [],
    );
    assert.deepEqual(compile('{"version":"v1","type":"flow","steps":[{"type":"pass","name":"a"}]}').diagnostics, []);
    assert.deepEqual(compile(classicFlow('  - {type: pass, name: a}\n').replaceAll('\n', '\r\n')).diagnostics, []);
  });

  test('mappings of the flow', () => {
    const text =
      'version: v1\ntype: flow\ninputMappings:\n  - {target: a, source: $input.x}\noutputMappings:\n' +
      '  - {target: i, source: $input.a}\n  - {target: l, source: $local.b}\n  - {target: n, source: $context.flow.name}\n' +
      'steps: [{type: pass, name: a}]';
    const { inputConstructor, outputConstructor } = planOf(text);
    assert.deepEqual(inputConstructor?.(scopeOf({ input: { x: 1 } })), { a: 1 });
    const context = () => ({ flow: { name: 'f' } });
    assert.deepEqual(outputConstructor?.(scopeOf({ input: { a: 1 }, output: { b: 2 }, context })), {
      i: 1,
      l: 2,
      n: 'f',
    });
    const without = plan('  - {type: pass, name: a}\n');
    assert.deepEqual([without.inputConstructor, without.outputConstructor], [null, null]);
  });

  test('steps run in their order; end, succeed and fail end their list', () => {
    const { states, root } = plan(
      '  - {type: pass, name: a}\n  - {type: pass, name: b, end: false}\n  - {type: succeed, name: c}\n' +
        '  - {type: fail, name: d}\n  - {type: pass, name: e, end: true}\n  - {type: pass, name: f}\n',
    );
    assert.equal(root.start, states[0]);
    assert.deepEqual(
      states.map(({ next }) => next?.name ?? null),
      ['b', 'c', null, null, null, null],
    );
  });

  test('states are numbered by the text: those of a list, then the lists inside it, depth first', () => {
    const made = plan(
      '  - type: choice\n    name: a\n    choices:\n' +
        '      - condition: $.x\n        steps:\n          - type: parallel\n            name: b\n            branches:\n' +
        '              - steps: [{type: pass, name: c}]\n              - steps: [{type: pass, name: d}]\n' +
        '          - {type: pass, name: e}\n      - {condition: $.y, goto: f}\n' +
        '    default:\n      steps: [{type: pass, name: g}]\n' +
        '  - type: foreach\n    name: f\n    iterationMapping: {collection: $.l, item: i}\n    steps: [{type: pass, name: h}]\n',
    );
    assert.deepEqual(names(made.states), ['a', 'f', 'b', 'e', 'c', 'd', 'g', 'h']);
    made.states.forEach((state, i) => assert.equal(state.index, i));
    assert.deepEqual(
      scopesOf(made).map(({ states }) => names(states)),
      [['a', 'f'], ['b', 'e'], ['c'], ['d'], ['g'], ['h']],
    );
  });

  test('names as their writers like them', () => {
    const { states } = plan(
      '  - {type: pass, name: timer-gen}\n  - {type: pass, name: 步骤}\n  - {type: pass, name: __proto__}\n',
    );
    assert.deepEqual(names(states), ['timer-gen', '步骤', '__proto__']);
  });
});

describe('mappings', () => {
  test('constants of every kind', () => {
    assert.equal(
      mapped(
        '[{target: a, source: text}, {target: b, source: ""}, {target: c, source: -1}, {target: d, source: {}}, {target: e, source: []}, ' +
          '{target: f, source: [A, {k: 1}]}, {target: g, source: true}, {target: h, source: null}, {target: i, source: }, {target: j, source: $5}, ' +
          '{target: k, source: 12345678901234567890}, {target: l, source: 2019-05-02T15:04:05Z}, {target: __proto__, source: 1}]',
      ),
      '{"a":"text","b":"","c":-1,"d":{},"e":[],"f":["A",{"k":1}],"g":true,"h":null,"i":null,"j":"$5",' +
        '"k":12345678901234567890,"l":"2019-05-02T15:04:05Z","__proto__":1}',
    );
  });

  test('the variables, alone and with paths', () => {
    const values = {
      input: { a: { b: [1, 2] }, 'x y': 3 },
      output: { o: true },
      environment: { E: 'e' },
      context: () => ({ task: { token: 't' }, step: { name: 'a', eventId: 7 } }),
    };
    assert.equal(mapped('[{target: i, source: $input}]', values), '{"i":{"a":{"b":[1,2]},"x y":3}}');
    assert.equal(mapped('[{target: l, source: $local}]', values), '{"l":{"o":true}}');
    assert.equal(
      mapped(
        '[{target: a, source: "$input.a.b[1]"}, {target: b, source: "$input.a.b[-2]"}, {target: c, source: "$input[\'x y\']"}, {target: d, source: $local.o}, ' +
          '{target: e, source: $environment.E}, {target: f, source: $context.task.token}, {target: g, source: $context.step.eventId}, {target: h, source: $.a.b}]',
        values,
      ),
      '{"a":2,"b":1,"c":3,"d":true,"e":"e","f":"t","g":7,"h":[1,2]}',
    );
  });

  test('[*] gives a list, flattened, without what is not there', () => {
    const output = [{ parts: [1, 2] }, {}, { parts: [3] }, { parts: 'none' }];
    assert.equal(mapped('[{target: a, source: "$local[*].parts[*]"}]', { output }), '{"a":[1,2,3]}');
    assert.equal(mapped('[{target: a, source: "$local[*].parts"}]', { output }), '{"a":[[1,2],[3],"none"]}');
    assert.equal(mapped('[{target: a, source: "$local[*]"}]', { output: [] }), '{"a":[]}');
  });

  test('a path to a missing value is null, with a warning; [*] of no list is an empty list', () => {
    const warnings: string[] = [];
    const values = { input: {}, output: {}, warn: (message: () => string) => void warnings.push(message()) };
    assert.equal(
      mapped('[{target: a, source: $input.x.y}, {target: b, source: "$local.x[*].y"}]', values),
      '{"a":null,"b":[]}',
    );
    assert.deepEqual(warnings, [
      'the path $input.x.y leads nowhere and is null: $input has no .x',
      'the path $local.x[*].y leads nowhere and is an empty list: $local has no .x',
    ]);
  });

  test('an empty list of mappings gives an empty object, none leaves the values as they are', () => {
    assert.equal(mapped('[]'), '{}');
    const { inputConstructor, outputConstructor, globalConstructor } = first('  - {type: pass, name: a}\n');
    assert.deepEqual([inputConstructor, outputConstructor, globalConstructor], [null, null, null]);
  });

  test('the later of two equal targets wins', () => {
    assert.equal(
      mapped('[{target: a, source: 1}, {target: b, source: 2}, {target: a, source: $input.x}]', { input: { x: 3 } }),
      '{"a":3,"b":2}',
    );
  });

  test('constants are shared and frozen', () => {
    const { outputConstructor } = first('  - {type: pass, name: a, outputMappings: [{target: a, source: {b: [1]}}]}\n');
    const one = outputConstructor?.(scopeOf()) as { a: { b: JsonValue } };
    assert.equal(one, outputConstructor?.(scopeOf()));
    assert.ok(Object.isFrozen(one) && Object.isFrozen(one.a) && Object.isFrozen(one.a.b));
  });
});

describe('wait', () => {
  test('duration', () => {
    const literal = first<WaitState>('  - {type: wait, name: a, duration: 20}\n');
    assert.deepEqual([literal.type, literal.seconds, literal.until, literal.secondsMax], ['Wait', 20, null, 172_800]);
    assert.equal(first<WaitState>('  - {type: wait, name: a, duration: "5"}\n', 'Express').secondsMax, 20);
    assert.equal(first<WaitState>('  - {type: wait, name: a, duration: 0}\n').seconds, 0);
    const { seconds } = first<WaitState>('  - {type: wait, name: a, duration: $.poll.interval}\n');
    assert.equal((seconds as Compute)(scopeOf({ input: { poll: { interval: 3 } } })), 3);
    assert.equal((seconds as Compute).source, 'steps[0].duration ($.poll.interval)');
  });

  test('timestamp, which YAML must not make a date of', () => {
    const literal = first<WaitState>('  - {type: wait, name: a, timestamp: 2019-05-02T15:04:05Z}\n');
    assert.deepEqual([literal.seconds, literal.until, literal.secondsMax], [null, '2019-05-02T15:04:05Z', 172_800]);
    const { until } = first<WaitState>('  - {type: wait, name: a, timestamp: $.at}\n');
    assert.equal((until as Compute)(scopeOf({ input: { at: 'x' } })), 'x');
  });
});

describe('choice', () => {
  test('branches with steps, with goto, with both and with neither; backward too', () => {
    const { states } = plan(
      '  - {type: pass, name: first}\n  - type: choice\n    name: a\n    end: true\n    choices:\n' +
        '      - {condition: $.x == 1, goto: first}\n      - condition: $.x == 2\n        steps: [{type: pass, name: in}]\n        goto: last\n' +
        '      - condition: true\n    default:\n      goto: a\n  - {type: pass, name: last}\n',
    );
    const choice = states[1] as SwitchState;
    assert.deepEqual(
      choice.branches.map(({ scope, next }) => [scope?.start.name ?? null, next?.name ?? null]),
      [
        [null, 'first'],
        ['in', 'last'],
        [null, null],
      ],
    );
    assert.deepEqual([choice.default?.scope, choice.default?.next], [null, choice]);
    assert.equal(choice.next, null);
    assert.equal(choice.outputConstructor, null);
  });

  test('without default; keys of the default that hold nothing', () => {
    assert.equal(first<SwitchState>('  - {type: choice, name: a, choices: [{condition: $.x}]}\n').default, null);
    const { default: otherwise } = first<SwitchState>(
      '  - type: choice\n    name: a\n    choices: [{condition: $.x}]\n    default: {steps: , goto: }\n',
    );
    assert.deepEqual(otherwise, { scope: null, next: null });
  });

  const holds = (condition: string, input: JsonObject): boolean => {
    const text = JSON.stringify(condition);
    const { branches } = first<SwitchState>(`  - {type: choice, name: a, choices: [{condition: ${text}}]}\n`);
    return branches[0]?.condition(scopeOf({ input, environment: { E: 'e' } })) === true;
  };

  test('conditions as published flows have them', () => {
    assert.ok(holds('$.hasMore', { hasMore: true }));
    assert.ok(!holds('$.hasMore', {}));
    assert.ok(holds('$.status == "ready"', { status: 'ready' }));
    assert.ok(!holds('$.status == "ready"', {}));
    assert.ok(holds('$.total <= $.limit', { total: 5, limit: 5 }));
    const guard = '$.has_more && ($.event_id >= 4000 || $.count >= $.threshold)';
    assert.ok(holds(guard, { has_more: true, event_id: 4000 }));
    assert.ok(!holds(guard, { has_more: true, count: 1, threshold: 2 }));
    assert.ok(!holds(guard, { event_id: 4000 }));
  });

  test('a boolean equals its text, a number the text that writes it', () => {
    assert.ok(holds('$.end == "true"', { end: true }));
    assert.ok(holds('$.end == true', { end: 'true' }));
    assert.ok(holds('$.n == 5', { n: '5' }));
    assert.ok(!holds('$.n < 10', { n: null }));
    assert.ok(holds('"10" > "9"', {}));
    assert.ok(holds('"b" > "a"', {}));
  });

  test('every operator and literal of the language', () => {
    assert.ok(holds('!($.a in [1, "two", true]) || -$.b == -2', { a: 3, b: 2 }));
    assert.ok(holds('$.a in [1, `two`]', { a: 'two' }));
    assert.ok(holds("$['a b'][0] != 'x' && $.l[-1] == 3", { 'a b': ['y'], l: [1, 2, 3] }));
    assert.ok(holds('$ == {"a": 1}', { a: 1 }));
    assert.ok(holds('3 in $.l[*].n', { l: [{ n: 2 }, {}, { n: 3 }] }));
    assert.ok(holds('$environment.E == "e"', {}));
    assert.ok(holds('true', {}) && !holds('false', {}));
  });
});

describe('parallel and foreach', () => {
  test('parallel', () => {
    const { states } = plan(
      '  - type: parallel\n    name: a\n    branches:\n      - steps: [{type: pass, name: b}]\n      - steps: [{type: pass, name: c}]\n',
    );
    const parallel = states[0] as ParallelState;
    assert.deepEqual(names(parallel.branches.flatMap((branch) => branch.states)), ['b', 'c']);
    assert.deepEqual([parallel.retry, parallel.catch], [[], []]);
    assert.deepEqual(parallel.outputConstructor?.(scopeOf({ output: [{}, {}] })), {});
  });

  test('up to 100 branches, or as many as the setting allows', () => {
    const branches = (count: number): string =>
      classicFlow(
        `  - type: parallel\n    name: a\n    branches:\n${Array.from({ length: count }, (_, i) => `      - steps: [{type: pass, name: b${i}}]\n`).join('')}`,
      );
    assert.deepEqual(compile(branches(100)).diagnostics, []);
    assert.match(compile(branches(101)).diagnostics[0]?.message ?? '', /101 branches; the limit is 100/);
    assert.deepEqual(compile(branches(101), limitedTo({ parallelBranches: 101 })).diagnostics, []);
    assert.deepEqual(compile(branches(100), limitedTo({ parallelBranches: 2 })).diagnostics, []);
  });

  test('foreach', () => {
    const { states } = plan(
      '  - type: foreach\n    name: a\n    iterationMapping: {collection: $.names, item: name, index: at}\n    steps: [{type: pass, name: b}]\n',
    );
    const foreach = states[0] as MapState;
    assert.deepEqual(names(foreach.processor.states), ['b']);
    assert.deepEqual(
      [foreach.itemConstructor, foreach.maxConcurrency, foreach.retry, foreach.catch],
      [null, null, [], []],
    );
    assert.deepEqual(foreach.items?.(scopeOf({ input: { names: ['x'] } })), ['x']);
    assert.equal(foreach.items?.source, 'steps[0].iterationMapping.collection ($.names)');
    const input = { names: ['x'], name: 'before', other: 1 };
    const scope = scopeOf({ input, item: 'x', itemIndex: 0 });
    assert.deepEqual(foreach.iterationConstructor?.(scope), { names: ['x'], name: 'x', other: 1, at: 0 });
    assert.equal(input.name, 'before');
    assert.deepEqual(foreach.outputConstructor?.(scopeOf({ output: [] })), {});
  });

  test('an iteration without index; a key that is the name of a prototype', () => {
    const { iterationConstructor } = first<MapState>(
      '  - type: foreach\n    name: a\n    iterationMapping: {collection: "$[\'list\'][*].id", item: __proto__}\n    steps: [{type: pass, name: b}]\n',
    );
    const built = iterationConstructor?.(scopeOf({ input: { a: 1 }, item: 'x', itemIndex: 5 }));
    assert.equal(stringifyJson(built as JsonObject), '{"a":1,"__proto__":"x"}');
  });

  test('the input of an iteration is paid for', () => {
    const { iterationConstructor } = first<MapState>(
      '  - type: foreach\n    name: a\n    iterationMapping: {collection: $.l, item: i}\n    steps: [{type: pass, name: b}]\n',
    );
    const input = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]));
    assert.throws(() => iterationConstructor?.(scopeOf({ input, fuel: 999 })), EvaluationError);
  });
});

test('fail', () => {
  const { type, code, detail } = first<FailState>('  - {type: fail, name: a, error: E, cause: because}\n');
  assert.deepEqual([type, code, detail], ['Fail', 'E', 'because']);
  const without = first<FailState>('  - {type: fail, name: a}\n');
  assert.deepEqual([without.code, without.detail], [null, null]);
});
