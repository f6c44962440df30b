/** The plans of valid definitions. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stringifyJson } from '../../src/base/json.ts';
import type {
  ChoiceState,
  MapState,
  ParallelState,
  PassState,
  State,
  TaskState,
  WaitState,
} from '../../src/language/plan.ts';
import { compile, flow, planOf, scopeOf } from './support.ts';

function firstState<S extends State>(states: string, mode: 'Express' | 'Standard' = 'Express'): S {
  return planOf(flow(states), { mode }).states[0] as S;
}

function output(constructor: string): PassState {
  return firstState<PassState>(`  - {Type: Pass, Name: A, End: true, OutputConstructor: ${constructor}}\n`);
}

describe('the flow', () => {
  test('top level and numbering', () => {
    const plan = planOf(
      'Type: StateMachine\nSpecVersion: v1\nName: f\nTimeout: 60\nStartAt: B\nStates:\n' +
        '  - {Type: Pass, Name: A, End: true}\n' +
        '  - Type: Parallel\n    Name: B\n    Next: A\n    Branches:\n' +
        '      - {StartAt: X, States: [{Type: Succeed, Name: X}]}\n' +
        '      - {StartAt: X, States: [{Type: Pass, Name: X, End: true}]}\n',
    );
    assert.equal(plan.dialect, 'statemachine');
    assert.equal(plan.definitionName, 'f');
    assert.equal(plan.timeoutSeconds, 60);
    assert.deepEqual(
      plan.states.map(({ index }) => index),
      [0, 1, 2, 3],
    );
    assert.equal(plan.root.start, plan.states[1]);
    const parallel = plan.states[1] as ParallelState;
    assert.equal(parallel.next, plan.states[0]);
    assert.deepEqual(
      parallel.branches.map(({ start, states }) => [start.index, states.length]),
      [
        [2, 1],
        [3, 1],
      ],
    );
  });

  test('a timeout of 0 is none, and digits may be a text', () => {
    const text = (timeout: string): string =>
      `Type: StateMachine\nSpecVersion: v1\nName: f\nStartAt: A\nTimeout: ${timeout}\nStates: [{Type: Pass, Name: A, End: true}]`;
    assert.equal(planOf(text('0')).timeoutSeconds, null);
    assert.equal(planOf(text('"60"')).timeoutSeconds, 60);
    assert.equal(planOf(text('')).timeoutSeconds, null);
  });

  test('JSON, a byte order mark and line ends of Windows are accepted', () => {
    const json =
      '{"Type":"StateMachine","SpecVersion":"v1","Name":"f","StartAt":"A",\r\n\t"States":[{"Type":"Pass","Name":"A","End":true}]}';
    assert.deepEqual(compile(json).diagnostics, []);
    assert.deepEqual(compile(`\uFEFF${json}`).diagnostics, []);
    assert.deepEqual(compile(flow('  - {Type: Pass, Name: A, End: true}\n').replaceAll('\n', '\r\n')).diagnostics, []);
  });

  test('circles, and states in any order', () => {
    const plan = planOf(flow('  - {Type: Pass, Name: B, Next: A}\n  - {Type: Pass, Name: A, Next: B}\n'));
    assert.equal(plan.states[0]?.next, plan.states[1]);
    assert.equal(plan.states[1]?.next, plan.states[0]);
  });

  test('names as the vendor writes them: Chinese, spaces, names of object members', () => {
    const plan = planOf(
      flow(
        '  - {Type: Pass, Name: A, Next: 视频 理解.}\n  - {Type: Pass, Name: 视频 理解., Next: __proto__}\n  - {Type: Pass, Name: __proto__, Next: toString}\n  - {Type: Pass, Name: toString, End: true}\n',
      ),
    );
    assert.deepEqual(
      plan.states.map(({ next }) => next?.name ?? null),
      ['视频 理解.', '__proto__', 'toString', null],
    );
  });

  test('keys that have no effect leave no diagnostics: Annotations, Description, nothing', () => {
    const { diagnostics } = compile(
      flow(
        '  - {Type: Pass, Name: A, End: true, Description: " ", Annotations: {id: "1"}, InputConstructor: , Next: }\n',
      ),
    );
    assert.deepEqual(diagnostics, []);
  });

  test('End: false beside Next', () => {
    const plan = planOf(
      flow('  - {Type: Pass, Name: A, Next: B, End: false}\n  - {Type: Succeed, Name: B, End: true}\n'),
    );
    assert.equal(plan.states[0]?.next?.name, 'B');
  });
});

describe('constructors', () => {
  const scope = scopeOf({
    input: { a: 1, 'x.y': { z: [1, 2] } },
    output: { o: true },
    global: { g: 'G' },
    environment: { E: 'env' },
  });

  test('constants and expressions at any depth', () => {
    const { outputConstructor } = output(
      '{one: 1, list: [{in.$: $Input.a}, two, 3], map: {out.$: $Output.o, t: "$5"}, g.$: $Global.g, e.$: $Environment.E, c.$: $Context.Current.Name}',
    );
    assert.deepEqual(outputConstructor?.(scope), {
      one: 1,
      list: [{ in: 1 }, 'two', 3],
      map: { out: true, t: '$5' },
      g: 'G',
      e: 'env',
      c: 's',
    });
  });

  test('keys are in the order of the text', () => {
    const built = output('{b.$: $Input.a, a: 1, d.$: $Input.a, c: 2}').outputConstructor?.(scope);
    assert.deepEqual(Object.keys(built ?? {}), ['b', 'a', 'd', 'c']);
  });

  test('a key is one flat name: only the last ".$" is cut off', () => {
    const built = output('{sys.query.$: \'$Input["x.y"].z\', a.$.$: "1", $: 2}').outputConstructor?.(scope);
    assert.deepEqual(built, { 'sys.query': [1, 2], 'a.$': 1, $: 2 });
  });

  test('a value without an expression is one frozen object in every result', () => {
    const { outputConstructor } = output('{a: {b: [1]}}');
    const first = outputConstructor?.(scope);
    assert.equal(outputConstructor?.(scope), first);
    assert.ok(Object.isFrozen(first) && Object.isFrozen(first?.['a']));
    const mixed = output('{a: {b: [1]}, c.$: $Input.a}').outputConstructor;
    assert.equal(mixed?.(scope)['a'], mixed?.(scope)['a']);
    assert.notEqual(mixed?.(scope), mixed?.(scope));
  });

  test('keys are data, also those with the names of object members', () => {
    const text = '{__proto__.$: $Input.a, constructor: 1, in: {__proto__: {x: 1}, y.$: $Input.a}}';
    const built = output(text).outputConstructor?.(scope) ?? {};
    assert.equal(stringifyJson(built), '{"__proto__":1,"constructor":1,"in":{"__proto__":{"x":1},"y":1}}');
    assert.equal(Object.getPrototypeOf(built), Object.prototype);
    assert.equal(({} as Record<string, unknown>)['x'], undefined);
  });

  test('numbers have all their digits, dates are texts', () => {
    const built = output(
      '{id: 12345678901234567890, neg: -98765432109876543210, hex: 0xFFFFFFFFFFFFFFFF, big: 1e400, day: 2024-01-02, oct: 010, half: .5}',
    );
    assert.equal(
      stringifyJson(built.outputConstructor?.(scope) ?? {}),
      '{"id":12345678901234567890,"neg":-98765432109876543210,"hex":18446744073709551615,"big":1e400,"day":"2024-01-02","oct":10,"half":0.5}',
    );
  });

  test('words that other YAML versions read as booleans stay texts', () => {
    assert.deepEqual(output('{a: yes, b: on, c: True, d: "true"}').outputConstructor?.(scope), {
      a: 'yes',
      b: 'on',
      c: true,
      d: 'true',
    });
    const old = `%YAML 1.1\n---\n${flow('  - {Type: Pass, Name: A, End: true, OutputConstructor: {a: yes}}\n')}`;
    assert.deepEqual(planOf(old).states[0]?.outputConstructor?.(scope), { a: 'yes' });
  });

  test('keys that are not written as texts', () => {
    assert.deepEqual(output('{1: a, true: b, 1.50: c}').outputConstructor?.(scope), { 1: 'a', true: 'b', '1.50': 'c' });
  });

  test('a mapping under ".$" is read deep, with a warning', () => {
    const text = flow(
      '  - {Type: Pass, Name: A, End: true, OutputConstructor: {input.$: {k: val, n: $Input.a, l: [$Input.a, 5], in.$: $Input.a}}}\n',
    );
    const { diagnostics } = compile(text);
    assert.deepEqual(
      diagnostics.map(({ code, severity }) => [code, severity]),
      [['deep-expression', 'warning']],
    );
    assert.deepEqual(planOf(text).states[0]?.outputConstructor?.(scope), {
      input: { k: 'val', n: 1, l: [1, 5], in: 1 },
    });
  });

  test('anchors and merge keys', () => {
    const plan = planOf(
      flow(
        '  - {Type: Pass, Name: A, Next: B, OutputConstructor: &base {a: 1, b: 2}}\n' +
          '  - {Type: Pass, Name: B, Next: C, OutputConstructor: {<<: *base, b: 3}}\n' +
          '  - {Type: Pass, Name: C, End: true, OutputConstructor: {b: 4, <<: [{c: 1}, *base, {c: 2}], x: *base, "<<": q}}\n',
      ),
    );
    const built = plan.states.map(({ outputConstructor }) => outputConstructor?.(scope));
    assert.deepEqual(built, [
      { a: 1, b: 2 },
      { b: 3, a: 1 },
      { b: 4, x: { a: 1, b: 2 }, '<<': 'q', c: 1, a: 1 },
    ]);
  });
});

describe('states', () => {
  test('Wait: a number or an expression', () => {
    assert.equal(firstState<WaitState>('  - {Type: Wait, Name: A, End: true, Seconds: 20}\n').seconds, 20);
    const { seconds } = firstState<WaitState>('  - {Type: Wait, Name: A, End: true, Seconds.$: $Input.s}\n');
    assert.ok(typeof seconds === 'function');
    assert.equal(seconds(scopeOf({ input: { s: 7 } })), 7);
    assert.equal(seconds.source, 'States[0].Seconds.$ ($Input.s)');
  });

  test('Choice: conditions in order, a YAML boolean among them', () => {
    const choice = firstState<ChoiceState>(
      '  - Type: Choice\n    Name: A\n    Default: C\n    Branches:\n' +
        '      - {Condition: $Input.a > 1, Next: B}\n      - {Condition: true, Next: C}\n      - {Condition: "false", Next: B}\n' +
        '  - {Type: Succeed, Name: B}\n  - {Type: Succeed, Name: C}\n',
    );
    const scope = scopeOf({ input: { a: 2 } });
    assert.deepEqual(
      choice.branches.map(({ condition, next }) => [condition(scope), next.name]),
      [
        [true, 'B'],
        [true, 'C'],
        [false, 'B'],
      ],
    );
    assert.equal(choice.default.name, 'C');
    assert.equal(choice.next, null);
  });

  test('Task: parameters, timeout and the default mode', () => {
    const task = firstState<TaskState>(
      '  - {Type: Task, Name: A, End: true, Action: HTTP:Request, Timeout: "30", Parameters: {url.$: $Input.u, method: Get}}\n',
    );
    assert.equal(task.action, 'HTTP:Request');
    assert.equal(task.mode, 'RequestComplete');
    assert.equal(task.timeoutSeconds, 30);
    assert.deepEqual(task.parameters(scopeOf({ input: { u: 'http://x/' } })), { url: 'http://x/', method: 'Get' });
    assert.deepEqual([task.retry, task.catch], [[], []]);
    const plain = firstState<TaskState>('  - {Type: Task, Name: A, End: true, Action: ECS:DescribeInstances}\n');
    assert.deepEqual(plain.parameters(scopeOf()), {});
    assert.equal(plain.timeoutSeconds, null);
    const dynamic = firstState<TaskState>('  - {Type: Task, Name: A, End: true, Action: ECS:X, Timeout.$: $Input.t}\n');
    assert.ok(typeof dynamic.timeoutSeconds === 'function');
  });

  test('Retry and Catch, as a list or as one mapping', () => {
    const task = firstState<TaskState>(
      '  - Type: Task\n    Name: A\n    End: true\n    Action: ECS:X\n' +
        '    Retry: {Errors: [E1, E2], MaxAttempts: 3, IntervalSeconds: 0, BackoffRate: 1.5, MaxBackoffSeconds: 9}\n' +
        '    Catch:\n      - {Errors: [FnF.ALL], Next: B, OutputConstructor: {code.$: $Context.Current.Name}}\n' +
        '      - {Errors: [X], Next: A, Description: d}\n  - {Type: Succeed, Name: B}\n',
    );
    assert.deepEqual(task.retry, [
      { errors: ['E1', 'E2'], maxAttempts: 3, intervalSeconds: 0, backoffRate: 1.5, maxBackoffSeconds: 9 },
    ]);
    assert.deepEqual(
      task.catch.map(({ errors, next }) => [errors, next.name]),
      [
        [['FnF.ALL'], 'B'],
        [['X'], 'A'],
      ],
    );
    assert.deepEqual(task.catch[0]?.outputConstructor?.(scopeOf()), { code: 's' });
    assert.equal(task.catch[1]?.outputConstructor, null);
  });

  test('OnErrors of 2023: a rule with Next catches, any other retries', () => {
    const text = flow(
      '  - Type: Task\n    Name: A\n    End: true\n    Action: ECS:X\n    OnErrors:\n' +
        '      - {Errors: [E1], Retry: {MaxAttempts: 2, FixedBackoff: 4, Multiplier: 3}}\n' +
        '      - {Errors: [E2], Retry: {MaxAttempts: 9}, Next: B}\n  - {Type: Succeed, Name: B}\n',
    );
    assert.deepEqual(
      compile(text).diagnostics.map(({ code }) => code),
      ['on-errors'],
    );
    const task = planOf(text).states[0] as TaskState;
    assert.deepEqual(task.retry, [
      { errors: ['E1'], maxAttempts: 2, intervalSeconds: 4, backoffRate: 3, maxBackoffSeconds: null },
    ]);
    assert.deepEqual(
      task.catch.map(({ errors, next }) => [errors, next.name]),
      [[['E2'], 'B']],
    );
  });

  test('Map: both spellings of the concurrency, ItemConstructor', () => {
    for (const key of ['MaxConcuccency', 'MaxConcurrency']) {
      const map = firstState<MapState>(
        `  - Type: Map\n    Name: A\n    End: true\n    ItemsPath: $Input.a\n    ${key}: 3\n    ItemConstructor: {v.$: $Item}\n` +
          '    Processor: {StartAt: X, States: [{Type: Pass, Name: X, End: true}]}\n',
      );
      assert.equal(map.maxConcurrency, 3);
      assert.deepEqual(map.items?.(scopeOf({ input: { a: [1] } })), [1]);
      assert.deepEqual(map.itemConstructor?.(scopeOf({ item: 5 })), { v: 5 });
    }
  });

  test('Fail and callback modes in a Standard flow', () => {
    const fail = firstState('  - {Type: Fail, Name: A, Code: C, Detail: D}\n');
    assert.deepEqual(
      { ...fail, place: null },
      {
        type: 'Fail',
        index: 0,
        name: 'A',
        place: null,
        inputConstructor: null,
        outputConstructor: null,
        globalConstructor: null,
        next: null,
        code: 'C',
        detail: 'D',
      },
    );
    const task = firstState<TaskState>(
      '  - {Type: Task, Name: A, End: true, Action: ECS:X, TaskMode: WaitForCustomCallback}\n',
      'Standard',
    );
    assert.equal(task.mode, 'WaitForCustomCallback');
  });
});
