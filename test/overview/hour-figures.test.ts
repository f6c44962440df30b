/** Figures by hour: exact counts, percentiles within a tenth, and a window of 24 hours in a fixed amount of memory. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ObserverEvents } from '../../src/base/observer.ts';
import { FlowFigures } from '../../src/overview/flow-figures.ts';
import { HourFigures, windowStartMs } from '../../src/overview/hour-figures.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 0, 2, 12, 30);

interface End {
  readonly agoMs: number;
  readonly tookMs: number;
  readonly isSuccess: boolean;
}

const end: fc.Arbitrary<End> = fc.record({
  agoMs: fc.integer({ min: 0, max: 40 * HOUR_MS }),
  tookMs: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 10 ** 8 })),
  isSuccess: fc.boolean(),
});

function figuresOf(ends: readonly End[]): HourFigures {
  const figures = new HourFigures();
  // Ends come in the order of time.
  for (const { agoMs, tookMs, isSuccess } of ends.toSorted((one, other) => other.agoMs - one.agoMs)) {
    figures.add(NOW_MS - agoMs, tookMs, isSuccess);
  }
  return figures;
}

function near(measured: number, exact: number): void {
  assert.ok(Math.abs(measured - exact) <= Math.max(0.5, exact * 0.1), `${measured} for ${exact}`);
}

describe('figures by hour', () => {
  it('count the ends of the last 24 hours, and when half of them, and 95 of 100, had ended', () => {
    fc.assert(
      fc.property(fc.array(end, { maxLength: 60 }), (ends) => {
        const counted = ends.filter(({ agoMs }) => NOW_MS - agoMs >= windowStartMs(NOW_MS));
        const totals = figuresOf(ends).totals(NOW_MS);
        assert.equal(totals.ended, counted.length);
        assert.equal(totals.succeeded, counted.filter(({ isSuccess }) => isSuccess).length);
        const took = counted.map(({ tookMs }) => tookMs).sort((one, other) => one - other);
        near(totals.p50Ms, took[Math.ceil(took.length * 0.5) - 1] ?? 0);
        near(totals.p95Ms, took[Math.ceil(took.length * 0.95) - 1] ?? 0);
      }),
    );
  });

  it('are those of several processes together', () => {
    fc.assert(
      fc.property(fc.array(end, { maxLength: 30 }), fc.array(end, { maxLength: 30 }), (some, others) => {
        const merged = figuresOf(some);
        merged.merge(JSON.parse(JSON.stringify(figuresOf(others).texts(NOW_MS))) as ReturnType<HourFigures['texts']>);
        assert.deepEqual(merged.totals(NOW_MS), figuresOf([...some, ...others]).totals(NOW_MS));
      }),
    );
  });

  it('end a day later', () => {
    const figures = figuresOf([{ agoMs: 0, tookMs: 5, isSuccess: true }]);
    assert.equal(figures.totals(NOW_MS + 23 * HOUR_MS).ended, 1);
    assert.deepEqual(figures.totals(NOW_MS + 24 * HOUR_MS), { ended: 0, succeeded: 0, p50Ms: 0, p95Ms: 0 });
    assert.deepEqual(figures.texts(NOW_MS + 24 * HOUR_MS), []);
  });

  it('do not count what is older than a day when it comes', () => {
    const figures = figuresOf([{ agoMs: 0, tookMs: 5, isSuccess: true }]);
    figures.add(NOW_MS - 24 * HOUR_MS, 5, true);
    assert.equal(figures.totals(NOW_MS).ended, 1);
  });

  it('take any time that an execution may take', () => {
    for (const tookMs of [0, 0.5, 1, 2 ** 31, 2 ** 40]) {
      assert.equal(figuresOf([{ agoMs: 0, tookMs, isSuccess: false }]).totals(NOW_MS).ended, 1);
    }
  });
});

describe('figures of flows', () => {
  const ended = (flowId: string, startedMs: number): ObserverEvents['executionEnded'] => ({
    ...({ mode: 'Express', flowName: 'f', flowId, executionName: `e:${startedMs}`, status: 'Succeeded' } as const),
    ...{ error: '', startedMs, tookMs: 1, isMapItem: false, warnings: [] },
  });

  it('are of a bounded number of flows, without those that were counted first', () => {
    const figures = new FlowFigures({ nowMs: () => NOW_MS }, 3);
    for (const [i, id] of ['a', 'a', 'b', 'c', 'a', 'd', 'd'].entries()) {
      figures.subscriber.executionEnded?.(ended(id, NOW_MS + i));
    }
    const count = (id: string): number => figures.of(id).hours[0]?.[1] ?? 0;
    assert.deepEqual(['a', 'b', 'c', 'd'].map(count), [0, 1, 1, 2]);
  });

  it('do not belong to a flow that is created under the name of an earlier one', () => {
    const figures = new FlowFigures({ nowMs: () => NOW_MS });
    figures.subscriber.executionEnded?.(ended('a', NOW_MS));
    assert.deepEqual(figures.of('b'), { hours: [], last: [] });
    for (const startedMs of [NOW_MS + 1, NOW_MS + 2]) figures.subscriber.executionEnded?.(ended('b', startedMs));
    assert.equal(figures.of('b').last.length, 2);
    assert.equal(figures.of('a').last.length, 1);
  });

  it('leave children of Map runs out, and show the last executions', () => {
    const figures = new FlowFigures({ nowMs: () => NOW_MS });
    for (let i = 0; i < 50; i++) {
      figures.subscriber.executionEnded?.({ ...ended('a', NOW_MS + i), isMapItem: i % 2 === 0 });
    }
    const names = figures.of('a').last.map(({ name }) => name);
    assert.deepEqual(names.sort(), Array.from({ length: 20 }, (_, i) => `e:${NOW_MS + 11 + 2 * i}`).sort());
  });
});
