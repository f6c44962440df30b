/** The geometry of the view of a graph. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  canPan,
  clamped,
  firstView,
  fitted,
  overlap,
  revealing,
  visibleArea,
  widened,
  zoomed,
} from '../../src/graph/viewport.ts';

const PANE = { width: 800, height: 600 };

describe('the view of a graph', () => {
  test('fits all of a graph, and enlarges a small one a little', () => {
    const { scale, x, y } = fitted({ width: 4_000, height: 1_000 }, PANE);
    assert.ok(x >= 0 && y >= 0 && 4_000 * scale + x <= 800 && 1_000 * scale + y <= 600);
    assert.equal(fitted({ width: 100, height: 100 }, PANE).scale, 1.15);
    assert.ok(fitted({ width: 100, height: 100 }, { width: 3_840, height: 2_160 }).scale >= 2);
  });

  test('begins with all that can be read, otherwise at the start', () => {
    assert.deepEqual(
      firstView({ width: 700, height: 500 }, PANE, { x: 1, y: 1 }),
      fitted({ width: 700, height: 500 }, PANE),
    );
    const long = firstView({ width: 300, height: 50_000 }, PANE, { x: 150, y: 10 });
    assert.equal(long.scale, 1);
    assert.equal(long.x + 150, 400);
    const wide = firstView({ width: 20_000, height: 50_000 }, PANE, { x: 3_000, y: 10 });
    assert.equal(Math.round(wide.x + 3_000 * wide.scale), 400);
  });

  test('zooms around a point, within bounds', () => {
    const view = { x: 10, y: 20, scale: 1 };
    const at = { x: 300, y: 200 };
    const next = zoomed(view, 1.5, at);
    assert.equal((at.x - next.x) / next.scale, at.x - 10);
    assert.equal((at.y - next.y) / next.scale, at.y - 20);
    assert.equal(zoomed(view, 1e9, at).scale, 3);
    assert.equal(zoomed(view, 1e-9, at).scale, 0.02);
  });

  test('never loses the graph', () => {
    const far = clamped({ x: 99_999, y: -99_999, scale: 1 }, { width: 500, height: 500 }, PANE);
    assert.deepEqual(far, { x: 704, y: -404, scale: 1 });
  });

  test('leaves the wheel to the page where there is nothing more to see', () => {
    const size = { width: 400, height: 1_000 };
    const view = { x: 100, y: 0, scale: 1 };
    assert.equal(canPan(view, size, PANE, { x: 0, y: -50 }), true);
    assert.equal(canPan(view, size, PANE, { x: 0, y: 50 }), false);
    assert.equal(canPan(view, size, PANE, { x: 50, y: 0 }), false);
    assert.equal(canPan({ ...view, y: -400 }, size, PANE, { x: 0, y: -50 }), false);
  });

  test('shows a box with the least movement', () => {
    const view = { x: 0, y: 0, scale: 1 };
    assert.deepEqual(revealing(view, { x: 100, y: 100, width: 220, height: 54 }, PANE), view);
    const below = revealing(view, { x: 100, y: 1_000, width: 220, height: 54 }, PANE);
    assert.deepEqual(below, { x: 0, y: 600 - 24 - 1_054, scale: 1 });
    const large = revealing(view, { x: 100, y: 2_000, width: 220, height: 5_000 }, PANE);
    assert.equal(2_000 + large.y, 24);
  });

  test('draws a little more than is in view, on a grid', () => {
    const area = visibleArea({ x: -100, y: 50, scale: 0.5 }, PANE);
    assert.deepEqual(area, { x: 200, y: -100, width: 1_600, height: 1_200 });
    const wide = widened(area, 480);
    assert.ok(wide.x <= area.x && wide.y <= area.y && overlap(wide, area));
    assert.ok(wide.x + wide.width >= area.x + area.width && wide.y + wide.height >= area.y + area.height);
    assert.deepEqual(widened({ ...area, x: area.x + 1 }, 480), wide);
  });
});
