/** The layout of graphs: nothing overlaps, ways reach their ends, and large graphs stay small enough to draw. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readCases } from '../../../test/conformance/case.ts';
import { drawDefinition } from '../../../src/language/compile.ts';
import { definitionLimitsOf } from '../../../test/conformance/case.ts';
import { edgeOfNumber, indexOf, nodeAt, scopeAt } from '../../src/graph/flow-graph.ts';
import type { FlowGraph } from '../../src/graph/flow-graph.ts';
import { foldedAfter, foldedAtFirst } from '../../src/graph/folding.ts';
import { layoutQuestion } from '../../src/graph/layout-question.ts';
import type { Layout, Rectangle } from '../../src/graph/layout.ts';
import { overlap } from '../../src/graph/viewport.ts';
import { chain, flowOf, graphOf, layoutOf, nested, nodeNamed, task } from './graphs.ts';

function isIn(inner: Rectangle, outer: Rectangle): boolean {
  return (
    inner.x >= outer.x - 0.01 &&
    inner.y >= outer.y - 0.01 &&
    inner.x + inner.width <= outer.x + outer.width + 0.01 &&
    inner.y + inner.height <= outer.y + outer.height + 0.01
  );
}

/** Asserts all that holds for every layout. */
function check(graph: FlowGraph, layout: Layout, about: string): void {
  const boxes = new Map(layout.boxes.map((box) => [box.node, box]));
  const whole = { x: 0, y: 0, width: layout.width, height: layout.height };
  const { nodesOf, edgesOf } = indexOf(graph);
  for (const scope of layout.scopes) {
    const own = nodesOf[scope.id]?.map((node) => boxes.get(node)) ?? [];
    const { owner } = scopeAt(graph, scope.id);
    assert.ok(
      isIn(scope, owner === null ? whole : (boxes.get(owner) ?? whole)),
      `${about}: scope ${scope.id} is in its owner`,
    );
    for (const [i, box] of own.entries()) {
      assert.ok(box !== undefined && isIn(box, scope), `${about}: a node is in its scope`);
      for (const other of own.slice(i + 1)) {
        assert.ok(other !== undefined && !overlap(box, other), `${about}: ${box.node} over ${other?.node}`);
      }
    }
    const drawn = [...layout.links, ...layout.stubs].flatMap(({ edge }) =>
      edge >= 0 && nodeAt(graph, edgeOfNumber(graph, edge).from).scope === scope.id ? [edge] : [],
    );
    assert.deepEqual(
      drawn.toSorted((a, b) => a - b),
      edgesOf[scope.id],
      `${about}: every way is drawn or named`,
    );
  }
  for (const { edge, tip, path, scope } of layout.links) {
    assert.doesNotMatch(path, /NaN|undefined|Infinity/, about);
    const to = edge === -1 ? scopeAt(graph, scope).start : edgeOfNumber(graph, edge).to;
    const box = to === null ? null : boxes.get(to);
    if (box === null || box === undefined) continue;
    const touches = { x: box.x - 1, y: box.y - 1, width: box.width + 2, height: box.height + 2 };
    assert.ok(
      overlap({ x: tip.x, y: tip.y, width: 0.1, height: 0.1 }, touches),
      `${about}: the arrow of ${edge} ends at its node`,
    );
  }
}

describe('the layout of a graph', () => {
  test('has no overlaps, and every way, for each definition of the conformance cases', () => {
    let count = 0;
    for (const each of readCases()) {
      const options = { mode: each.mode, flowName: each.flowName, limits: definitionLimitsOf(each) };
      const { graph: text } = drawDefinition(each.definition, options);
      if (text === '') continue;
      const graph = JSON.parse(text) as FlowGraph;
      check(graph, layoutOf(graph), each.id);
      count++;
    }
    assert.ok(count > 300);
  });

  test('is straight where the flow is', () => {
    const graph = graphOf(chain(20));
    const middles = new Set(layoutOf(graph).boxes.map(({ x, width }) => x + width / 2));
    assert.equal(middles.size, 1);
  });

  test('leaves the main way straight when errors are caught', () => {
    const states = [
      ...['A', 'B', 'C', 'D'].map((name, i) =>
        task(name, ['B', 'C', 'D', null][i] ?? null, { Catch: [{ Errors: ['FnF.ALL'], Next: 'Oops' }] }),
      ),
      { Type: 'Fail', Name: 'Oops', Code: 'x' },
    ];
    const graph = graphOf(flowOf(states));
    const layout = layoutOf(graph);
    check(graph, layout, 'caught');
    const middles = new Set(layout.boxes.slice(0, 4).map(({ x, width }) => Math.round(x + width / 2)));
    assert.equal(middles.size, 1);
  });

  test('draws loops and ways back', () => {
    const graph = graphOf(
      flowOf([
        { Type: 'Pass', Name: 'Try', Next: 'Ask' },
        {
          Type: 'Choice',
          Name: 'Ask',
          Branches: [
            { Condition: '$Input.again == 1', Next: 'Ask' },
            { Condition: '$Input.again == 2', Next: 'Try' },
          ],
          Default: 'End',
        },
        { Type: 'Pass', Name: 'End', End: true },
      ]),
    );
    check(graph, layoutOf(graph), 'loops');
  });

  test('names long ways of which there are many, and draws one to each node', () => {
    const graph = graphOf(chain(500, (i) => (i < 499 ? { Catch: [{ Errors: ['FnF.ALL'], Next: 'S499' }] } : {})));
    const layout = layoutOf(graph, foldedAtFirst(graph));
    check(graph, layout, 'caught');
    assert.ok(layout.stubs.length > 480 && layout.width < 1_500);
    const last = nodeNamed(graph, 'S499');
    assert.equal(Math.max(...layout.boxes.map(({ y }) => y)), layout.boxes.find(({ node }) => node === last)?.y);
  });

  test('lays out fifty branches in fifty, closed and open', () => {
    const graph = graphOf(nested([50, 50]));
    assert.equal(graph.nodes.length, 2_551);
    const first = foldedAtFirst(graph);
    const closed = layoutOf(graph, first);
    check(graph, closed, 'closed');
    assert.equal(closed.boxes.length, 51);
    assert.ok(closed.width / closed.height > 0.8 && closed.width / closed.height < 3, 'rows fill a screen');
    const open = layoutOf(graph, foldedAfter(graph, first));
    check(graph, open, 'open');
    assert.equal(open.boxes.length, 2_551);
  });

  test('goes as deep as definitions may', () => {
    const graph = graphOf(nested(Array.from({ length: 20 }, () => 1)));
    const layout = layoutOf(graph);
    check(graph, layout, 'deep');
    assert.equal(layout.boxes.length, 21);
  });

  test('asks the same question for definitions that differ in words that it does not draw', () => {
    const ask = (url: string): string => {
      const graph = graphOf(flowOf([task('A', null, { Parameters: { method: 'GET', url } })]));
      return JSON.stringify(layoutQuestion(graph, new Set(), () => ''));
    };
    assert.equal(ask('http://a'), ask('http://b'));
  });
});
