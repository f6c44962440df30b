/** Which nodes of a graph begin closed, and what hides what. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { indexOf } from '../../src/graph/flow-graph.ts';
import { foldedAfter, foldedAtFirst, hiddenBy } from '../../src/graph/folding.ts';
import { flowOf, graphOf, nested, nodeNamed, task } from './graphs.ts';

describe('closed nodes', () => {
  test('a small flow begins open', () => {
    assert.equal(foldedAtFirst(graphOf(nested([3, 3]))).size, 0);
  });

  test('of a large flow, the inner parts begin closed', () => {
    const graph = graphOf(nested([50, 50]));
    const folded = foldedAtFirst(graph);
    assert.equal(folded.size, 50);
    assert.ok(!folded.has(nodeNamed(graph, 'P')));
  });

  test('opening a node opens one level', () => {
    const graph = graphOf(nested([40, 4, 4]));
    const folded = foldedAtFirst(graph);
    const outer = nodeNamed(graph, 'P.3');
    const inner = nodeNamed(graph, 'P.3.2');
    const leaf = nodeNamed(graph, 'P.3.2.1.leaf');
    assert.ok(folded.has(outer) && folded.has(inner));
    assert.equal(hiddenBy(graph, folded, leaf), outer);
    assert.equal(hiddenBy(graph, foldedAfter(graph, new Set([outer])), leaf), inner);
    assert.equal(hiddenBy(graph, foldedAfter(graph, new Set([outer, inner])), leaf), null);
  });

  test('a wide Parallel beside other states begins closed', () => {
    const wide = (nested([13]) as { readonly States: readonly object[] }).States[0];
    const states = [task('A', 'B'), task('B', 'C'), task('C', 'P'), { ...wide }];
    const graph = graphOf(flowOf(states));
    assert.deepEqual([...foldedAtFirst(graph)], [nodeNamed(graph, 'P')]);
  });

  test('a number that a shorter text no longer has is left out', () => {
    const graph = graphOf(nested([2]));
    assert.equal(foldedAfter(graph, new Set([99])).size, 0);
  });

  test('keys of nodes survive an edit elsewhere', () => {
    const inner = (name: string) => ({ StartAt: name, States: [{ Type: 'Pass', Name: name, End: true }] });
    const parallel = { Type: 'Parallel', Name: 'P', Branches: [inner('x'), inner('x')], End: true };
    const before = graphOf(flowOf([parallel]));
    const after = graphOf(flowOf([task('New', 'P'), parallel]));
    const keysOf = (graph: typeof before): readonly string[] => indexOf(graph).keys;
    assert.deepEqual(
      keysOf(before).toSorted(),
      ['/P/0/x', '/P/1/x', 'P'].map((key) => key.replace(/^\/P/, 'P')).toSorted(),
    );
    assert.ok(keysOf(before).every((key) => keysOf(after).includes(key)));
  });
});
