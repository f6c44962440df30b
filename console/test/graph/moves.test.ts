/** The arrow keys in a graph, and the node of a line of the text. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeAtLine } from '../../src/graph/flow-graph.ts';
import type { FlowGraph } from '../../src/graph/flow-graph.ts';
import { moveFrom } from '../../src/graph/moves.ts';
import type { Move } from '../../src/graph/moves.ts';
import { graphOf, layoutOf, nodeNamed } from './graphs.ts';

const TEXT = `Type: StateMachine
SpecVersion: v1
Name: test
StartAt: Ask
States:
  - Type: Choice
    Name: Ask
    Branches:
      - Condition: $Input.a == 1
        Next: Left
    Default: Both
  - Type: Pass
    Name: Left
    Next: Ask
  - Type: Parallel
    Name: Both
    Branches:
      - StartAt: One
        States:
          - Type: Pass
            Name: One
            End: true
      - StartAt: Two
        States:
          - Type: Pass
            Name: Two
            End: true

    Next: Last
  # A comment between states
  - Type: Succeed
    Name: Last
`;

describe('arrow keys', () => {
  const graph = graphOf(TEXT);

  function walk(from: string, moves: readonly Move[], folded: ReadonlySet<number> = new Set()): string | null {
    const layout = layoutOf(graph, folded);
    let node: number | null = nodeNamed(graph, from);
    for (const move of moves) node = node === null ? null : moveFrom(graph, layout, node, move);
    return node === null ? null : (graph.nodes[node]?.name ?? '?');
  }

  test('down follows the ways, into open nodes and out of them', () => {
    assert.equal(walk('Both', ['down']), 'One');
    assert.equal(walk('Both', ['down', 'down']), 'Last');
    assert.equal(walk('Last', ['down']), null);
  });

  test('down passes a closed node', () => {
    assert.equal(walk('Both', ['down'], new Set([nodeNamed(graph, 'Both')])), 'Last');
  });

  test('down takes a way back only where there is none forward', () => {
    assert.equal(walk('Left', ['down']), 'Ask');
  });

  test('up goes to the one before, and from the first of a scope to what holds it', () => {
    assert.equal(walk('Last', ['up']), 'Both');
    assert.equal(walk('Two', ['up']), 'Both');
    assert.equal(walk('Both', ['up']), 'Ask');
    assert.equal(walk('Ask', ['up']), null);
  });

  test('left and right go to the branch beside', () => {
    assert.equal(walk('One', ['right']), 'Two');
    assert.equal(walk('Two', ['left']), 'One');
    assert.deepEqual(
      [walk('Left', ['right']), walk('Left', ['left'])].filter((name) => name !== null),
      ['Both'],
    );
  });
});

describe('the node of a line', () => {
  const graph = graphOf(TEXT);
  const names = (of: FlowGraph, lines: readonly number[]): (string | null)[] =>
    lines.map((line) => {
      const node = nodeAtLine(of, line);
      return node === null ? null : (of.nodes[node]?.name ?? '?');
    });

  test('is the innermost state whose text holds it', () => {
    assert.deepEqual(names(graph, [1, 6, 11, 13, 15, 17, 21, 23, 25, 28, 31]), [
      ...[null, 'Ask', 'Ask', 'Left', 'Both', 'Both', 'One', 'Both', 'Two', 'Both', 'Last'],
    ]);
  });

  test('is null outside of states, also on a comment and behind the end', () => {
    assert.deepEqual(names(graph, [4, 30, 99]), [null, null, null]);
  });

  test('in JSON on one line it is the first state', () => {
    const text = JSON.stringify({
      Type: 'StateMachine',
      SpecVersion: 'v1',
      Name: 'x',
      StartAt: 'A',
      States: [
        { Type: 'Pass', Name: 'A', Next: 'B' },
        { Type: 'Pass', Name: 'B', End: true },
      ],
    });
    assert.deepEqual(names(graphOf(text), [1, 2]), ['A', null]);
  });
});
