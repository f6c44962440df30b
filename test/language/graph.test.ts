/** The graph of a definition: what it says, and that it agrees with the plan and with the text for every conformance case. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CompileOptions } from '../../src/language/compilation.ts';
import { compileDefinition, drawDefinition, drawSmallDefinition } from '../../src/language/compile.ts';
import type { FlowGraph, GraphEdge } from '../../src/language/graph/flow-graph.ts';
import { GRAPH_STATES } from '../../src/language/graph/flow-graph.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import type { Scope, State } from '../../src/language/plan.ts';
import { definitionLimitsOf, readCases } from '../conformance/case.ts';
import { classicFlow, flow, innerScopes } from './support.ts';

const OPTIONS: CompileOptions = { mode: 'Standard', flowName: null, limits: DEFAULT_DEFINITION_LIMITS };

function graphOf(text: string, options: Partial<CompileOptions> = {}): FlowGraph {
  const { graph, diagnostics } = drawDefinition(text, { ...OPTIONS, ...options });
  assert.notEqual(graph, '', JSON.stringify(diagnostics));
  return JSON.parse(graph) as FlowGraph;
}

/** `A -next-> B`, with the label of the edge behind it. */
function shown({ nodes, edges }: FlowGraph): string[] {
  const name = (index: number | null): string => (index === null ? 'end' : (nodes[index]?.name ?? '?'));
  return edges.map(({ from, to, kind, label }) => `${name(from)} -${kind}-> ${name(to)} ${label}`.trimEnd());
}

/** The ways that the interpreter can take from a state, without labels. */
function waysOf(state: State): Omit<GraphEdge, 'label'>[] {
  const from = state.index;
  const to = (target: State | null, kind: GraphEdge['kind'] = 'next') => ({ from, to: target?.index ?? null, kind });
  if (state.type === 'Fail') return [];
  if (state.type === 'Choice') {
    return [...state.branches.map(({ next }) => to(next, 'choice')), to(state.default, 'default')];
  }
  if (state.type === 'Switch') {
    const all = [...state.branches, state.default];
    const jumps = all.flatMap((branch, i) =>
      branch === null || branch.next === null ? [] : [to(branch.next, i < all.length - 1 ? 'choice' : 'default')],
    );
    return all.some((branch) => branch === null || branch.next === null) ? [...jumps, to(state.next)] : jumps;
  }
  const caught = 'catch' in state ? state.catch.map(({ next }) => to(next, 'catch')) : [];
  return [to(state.next), ...caught];
}

function scopesIn(scope: Scope, owner: number | null = null): { owner: number | null; scope: Scope }[] {
  const inner = scope.states.flatMap((state) => innerScopes(state).flatMap((each) => scopesIn(each, state.index)));
  return [{ owner, scope }, ...inner];
}

describe('the graph of a definition', () => {
  test('agrees with the plan and with the text, for every conformance case', () => {
    let compared = 0;
    for (const each of readCases()) {
      const { definition, mode, flowName, id } = each;
      const options = { mode, flowName, limits: definitionLimitsOf(each) };
      const { plan, diagnostics } = compileDefinition(definition, options);
      const drawn = drawDefinition(definition, options);
      assert.deepEqual(drawn.diagnostics, diagnostics, id);
      assert.equal(drawn.isSound, plan !== null, id);
      const small = drawSmallDefinition(definition, options);
      if (small !== null) assert.deepEqual(small, drawn, id);
      if (plan === null) {
        assert.equal(drawn.graph, '', id);
        continue;
      }
      compared++;
      const graph = JSON.parse(drawn.graph) as FlowGraph;
      assert.equal(graph.dialect, plan.dialect, id);
      assert.equal(graph.name, plan.definitionName, id);
      assert.deepEqual(
        graph.nodes.map(({ index, name, type }) => [index, name, type]),
        plan.states.map(({ index, name, type }) => [index, name, type]),
        id,
      );
      const scopes = scopesIn(plan.root);
      assert.deepEqual(
        graph.scopes.map(({ id: number, owner, start }) => [number, owner, start]),
        scopes.map(({ owner, scope }, i) => [i, owner, scope.start.index]),
        id,
      );
      for (const [i, { scope }] of scopes.entries()) {
        for (const state of scope.states) assert.equal(graph.nodes[state.index]?.scope, i, id);
      }
      assert.deepEqual(
        graph.edges.map(({ from, to, kind }) => ({ from, to, kind })),
        plan.states.flatMap(waysOf),
        id,
      );
      const lines = definition.replace(/^\uFEFF/, '').split('\n');
      const seen = new Set<number>();
      for (const { name, line, column, endLine, path, summary, value } of graph.nodes) {
        const text = lines.slice(line - 1, endLine).join('\n');
        assert.ok(text.includes(name) || text.includes(JSON.stringify(name).slice(1, -1)), `${id}: ${name} in ${text}`);
        assert.match(lines[line - 1]?.slice(column - 1) ?? '', /^[^\s-]/, `${id}: ${name} begins at ${line}:${column}`);
        assert.match(lines[endLine - 1] ?? '', /\S/, id);
        assert.match(path, /(?:States|steps)\[\d+\]$/, id);
        assert.ok(summary.length <= 200 && value.length <= 80 && !/[\r\n]/.test(summary), `${id}: ${summary}`);
        seen.add(line * 10_000 + column);
      }
      if (!/[&*]\w|<</.test(definition)) assert.equal(seen.size, graph.nodes.length, `${id}: each state has its place`);
    }
    assert.ok(compared > 300, `${compared} cases`);
  });

  test('has the words of each type of state', () => {
    const graph = graphOf(`Type: StateMachine
SpecVersion: v1
Name: 订单
StartAt: Call
States:
  - {Type: Task, Name: Call, Action: HTTP:Request, TaskMode: WaitForCustomCallback, Parameters: {method: POST, url: 'http://a', 'body.$': $Context.Current.TaskToken}, Next: Child}
  - Type: Task
    Name: Child
    Action: FNF:StartExecution
    Parameters: {resourceArn: 'acs:fnf:::flow/ship', input.$: $Input}
    Retry: [{Errors: [FnF.ALL], MaxAttempts: 2, IntervalSeconds: 1}]
    Catch:
      - {Errors: [FnF.TaskTimeout, FNF.FlowNotExists], Next: Oops}
      - {Errors: [FnF.ALL], Next: Pause}
    Next: Function
  - {Type: Task, Name: Function, Action: FC:InvokeFunction, Parameters: {resourceArn: 'acs:fc:::services/s.LATEST/functions/f', body: {}}, Next: Computed}
  - {Type: Task, Name: Computed, Action: FNF:StartExecution, Parameters: {resourceArn.$: $Input.arn, input: {}}, Next: Pause}
  - {Type: Wait, Name: Pause, Seconds: 30, Next: Later}
  - {Type: Wait, Name: Later, Seconds.$: $Input.wait, Next: Pick}
  - Type: Choice
    Name: Pick
    Branches:
      - {Condition: '$Input.a > 1', Next: Each}
      - {Condition: true, Next: Files}
      - Condition: |
          $Input.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ==
          $Input.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
        Next: Both
    Default: Oops
  - Type: Map
    Name: Each
    ItemsPath: $Input.items
    Processor: {Name: each one, StartAt: 一, States: [{Type: Pass, Name: 一, End: true}]}
    Next: Both
  - Type: Map
    Name: Files
    ItemReader: {Resource: 'OSS:GetObject', ReaderConfig: {InputType: CSV, CSVHeaderLocation: FIRST_ROW}, Parameters: {Bucket: b, Key: k}}
    Processor: {StartAt: A, States: [{Type: Pass, Name: A, End: true}]}
    Next: Both
  - Type: Parallel
    Name: Both
    Branches:
      - {Name: left, StartAt: 😀, States: [{Type: Pass, Name: 😀, End: true}]}
      - StartAt: B
        States:
          - Type: Succeed
            Name: B
    End: true
  - {Type: Fail, Name: Oops, Code: NoStock, Detail: none left}
`);
    assert.deepEqual(
      graph.nodes
        .slice(0, 11)
        .map(({ name, summary, value, distributed, mode, line, endLine }) => [
          ...[name, summary, value, line, endLine],
          ...[distributed, mode].filter((each) => each !== undefined),
        ]),
      [
        [...['Call', 'HTTP:Request, WaitForCustomCallback', 'HTTP:Request', 6, 6], 'WaitForCustomCallback'],
        ['Child', 'FNF:StartExecution ship', 'FNF:StartExecution ship', 7, 15, 'RequestComplete'],
        ['Function', 'FC:InvokeFunction f', 'FC:InvokeFunction f', 16, 16, 'RequestComplete'],
        ['Computed', 'FNF:StartExecution', 'FNF:StartExecution', 17, 17, 'RequestComplete'],
        ['Pause', '30 s', '30 s', 18, 18],
        ['Later', '$Input.wait', '$Input.wait', 19, 19],
        ['Pick', '3 conditions', '3', 20, 29],
        ['Each', 'Map over $Input.items', '$Input.items', 30, 34],
        ['Files', 'Map over OSS:GetObject CSV', 'OSS:GetObject CSV', 35, 39, true],
        ['Both', '2 branches', '2', 40, 48],
        ['Oops', 'NoStock', 'NoStock', 49, 49],
      ],
    );
    assert.deepEqual(
      graph.scopes.map(({ owner, kind, position, label }) => [owner, kind, position, label]),
      [
        [null, 'flow', 0, '订单'],
        [7, 'processor', 0, 'each one'],
        [8, 'processor', 0, ''],
        [9, 'branch', 0, 'left'],
        [9, 'branch', 1, ''],
      ],
    );
    assert.deepEqual(shown(graph), [
      'Call -next-> Child',
      'Child -next-> Function',
      'Child -catch-> Oops FnF.TaskTimeout, FNF.FlowNotExists',
      'Child -catch-> Pause FnF.ALL',
      'Function -next-> Computed',
      'Computed -next-> Pause',
      'Pause -next-> Later',
      'Later -next-> Pick',
      'Pick -choice-> Each $Input.a > 1',
      'Pick -choice-> Files true',
      `Pick -choice-> Both $Input.${'a'.repeat(56)} == $Input.bbbbb…`,
      'Pick -default-> Oops',
      'Each -next-> Both',
      'Files -next-> Both',
      'Both -next-> end',
      '一 -next-> end',
      'A -next-> end',
      '😀 -next-> end',
      'B -next-> end',
    ]);
    assert.equal(graph.nodes.at(-1)?.path, 'States[9].Branches[1].States[0]');
  });

  test('has the choices of a classic flow as cases', () => {
    const graph = graphOf(
      classicFlow(`  - type: choice
    name: pick
    choices:
      - condition: $.a == 1
        steps:
          - {type: wait, name: w, timestamp: $.when}
        goto: last
      - {condition: $.a == 2, goto: last}
      - condition: $.a == 3
    default:
      steps: [{type: pass, name: p}]
  - type: foreach
    name: each
    iterationMapping: {collection: $.items, item: one}
    steps:
      - {type: parallel, name: both, branches: [{steps: [{type: fail, name: f, cause: no luck}]}, {steps: [{type: succeed, name: s}]}]}
  - {type: wait, name: last, timestamp: '2030-01-31T08:00:00Z'}
`),
    );
    assert.deepEqual(
      graph.scopes.map(({ owner, kind, position, label }) => [owner, kind, position, label]),
      [
        [null, 'flow', 0, ''],
        [0, 'case', 0, '$.a == 1'],
        [0, 'case', 3, ''],
        [1, 'processor', 0, ''],
        [5, 'branch', 0, ''],
        [5, 'branch', 1, ''],
      ],
    );
    assert.deepEqual(
      graph.nodes.map(({ name, summary, value }) => [name, summary, value]),
      [
        ['pick', '3 conditions', '3'],
        ['each', 'Map over $.items', '$.items'],
        ['last', 'until 2030-01-31T08:00:00Z', '2030-01-31T08:00:00Z'],
        ['w', 'until $.when', '$.when'],
        ['p', '', ''],
        ['both', '2 branches', '2'],
        ['f', 'no luck', 'no luck'],
        ['s', '', ''],
      ],
    );
    assert.deepEqual(shown(graph).slice(0, 4), [
      'pick -choice-> last $.a == 1',
      'pick -choice-> last $.a == 2',
      'pick -next-> each',
      'each -next-> last',
    ]);
  });

  test('an alias has the place of the text that it repeats, and its own path', () => {
    const { nodes } = graphOf(
      flow(`  - Type: Parallel
    Name: A
    Branches:
      - &b
        StartAt: x
        States: [{Type: Pass, Name: x, End: true}]
      - *b
    End: true
`),
    );
    assert.deepEqual(
      nodes.map(({ name, line, path }) => [name, line, path]),
      [
        ['A', 6, 'States[0]'],
        ['x', 11, 'States[0].Branches[0].States[0]'],
        ['x', 11, 'States[0].Branches[1].States[0]'],
      ],
    );
  });

  test('a state that merges another mapping has the place of its own text', () => {
    const { nodes } = graphOf(`base: &base
  Type: Pass
  End: true
Type: StateMachine
SpecVersion: v1
StartAt: A
States:
  - <<: *base
    Name: A
`);
    assert.deepEqual(
      nodes.map(({ name, type, line, endLine }) => [name, type, line, endLine]),
      [['A', 'Pass', 8, 9]],
    );
  });

  test('places count as in an editor: CRLF, a byte order mark, JSON in one line', () => {
    const yaml = flow('  - Type: Pass\n    Name: A\n    Next: B\n\n  # a comment\n  - Type: Succeed\n    Name: B\n');
    const places = (text: string) => graphOf(text).nodes.map(({ line, column, endLine }) => [line, column, endLine]);
    assert.deepEqual(places(yaml), [
      [6, 5, 8],
      [11, 5, 12],
    ]);
    assert.deepEqual(places(yaml.replaceAll('\n', '\r\n')), places(yaml));
    assert.deepEqual(places(`\uFEFF${yaml}`), places(yaml));
    const json = '{"Type":"StateMachine","SpecVersion":"v1","StartAt":"A","States":[{"Type":"Succeed","Name":"A"}]}';
    assert.deepEqual(places(json), [[1, 67, 1]]);
  });

  test('of 500 states, and of 50 branches in 50, is whole and of a bounded size', () => {
    const chain = Array.from({ length: 499 }, (_, i) => `  - {Type: Pass, Name: s${i}, Next: s${i + 1}}\n`).join('');
    const long = graphOf(flow(`  - {Type: Pass, Name: A, Next: s0}\n${chain}  - {Type: Succeed, Name: s499}\n`));
    assert.deepEqual([long.nodes.length, long.edges.length], [501, 501]);
    const branch = '{StartAt: x, States: [{Type: Pass, Name: x, End: true}]}';
    const inner = `{StartAt: P, States: [{Type: Parallel, Name: P, End: true, Branches: [${`${branch}, `.repeat(50)}]}]}`;
    const text = flow(`  - {Type: Parallel, Name: A, End: true, Branches: [${`${inner}, `.repeat(50)}]}\n`);
    const wide = drawDefinition(text, OPTIONS);
    const graph = JSON.parse(wide.graph) as FlowGraph;
    assert.deepEqual([graph.nodes.length, graph.scopes.length], [2551, 2551]);
    assert.ok(wide.graph.length < 1024 * 1024, `${wide.graph.length} characters`);
  });

  test('of more states than anyone can look at has only their number', () => {
    const states = Array.from({ length: GRAPH_STATES }, (_, i) => `  - {Type: Succeed, Name: s${i}}\n`).join('');
    const graph = graphOf(flow(`  - {Type: Succeed, Name: A}\n${states}`));
    assert.deepEqual(graph, {
      ...{ dialect: 'statemachine', name: 'flow', scopes: [], nodes: [], edges: [] },
      omitted: GRAPH_STATES + 1,
    });
  });

  test('names and conditions are passed as they are', () => {
    const name = '__proto__ <script>alert(1)</script> \u202Eעברית';
    const graph = graphOf(
      flow(
        `  - {Type: Pass, Name: A, Next: ${JSON.stringify(name)}}\n  - {Type: Succeed, Name: ${JSON.stringify(name)}}\n`,
      ),
    );
    assert.equal(graph.nodes[1]?.name, name);
  });
});
