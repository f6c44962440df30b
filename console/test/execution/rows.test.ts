/** Rows, bars and loops of the timeline; the colours of the graph; the filter of events; the pages of a Map run. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { barsOf, panned, placeOf, statusOfAll, ticksOf, viewOf, zoomed } from '../../src/pages/execution/model/bars.ts';
import { historyFile } from '../../src/pages/execution/model/export.ts';
import { History, failedVisits } from '../../src/pages/execution/model/history.ts';
import type { Visit } from '../../src/pages/execution/model/history.ts';
import { foldLoops, isLoop } from '../../src/pages/execution/model/loops.ts';
import { overlayOf } from '../../src/pages/execution/model/overlay.ts';
import { NO_FOLD, eventOfRow, rowOfEvent, rowsOf } from '../../src/pages/execution/model/rows.ts';
import type { Fold, Row } from '../../src/pages/execution/model/rows.ts';
import { NO_FILTER, choicesOf, eventsWith, isTroubled } from '../../src/pages/execution/model/search.ts';
import { positionOf, readItems } from '../../src/pages/map-run/item-pages.ts';
import { taskFailed, taskSucceeded } from '../../../src/testing/index.ts';
import { runFlow } from '../support/engine-history.ts';
import { loopHistory, mapHistory, recordedHistory, recordedNames } from '../support/histories.ts';

function historyOf(events: ReturnType<typeof loopHistory>): History {
  const history = new History();
  history.append(events);
  return history;
}

function names(rows: readonly Row[]): string[] {
  return rows.map((row) => {
    const indent = '  '.repeat(row.depth);
    const mark = row.isOpen === null ? '' : row.isOpen ? ' -' : ' +';
    switch (row.kind) {
      case 'visit':
        return `${indent}${row.visit.name}${mark}`;
      case 'line':
        return `${indent}${row.line.kind} ${row.line.index}${mark}`;
      case 'loop':
        return `${indent}loop of ${row.loop.rounds.length}${mark}`;
      case 'round':
        return `${indent}round ${row.round.number}${mark}`;
      case 'part':
        return `${indent}${row.part.kind} ${row.part.number}${mark}`;
      case 'again':
        return `${indent}start ${row.number}${mark}`;
    }
  });
}

function fold(changes: Partial<Fold>): Fold {
  return { ...NO_FOLD, ...changes };
}

describe('rows', () => {
  test('a loop of many rounds is one row, and opens by round', () => {
    const history = historyOf(loopHistory(5_000));
    assert.deepEqual(names(rowsOf(history, NO_FOLD)), ['loop of 833 +', 'Done']);
    const [loop] = rowsOf(history, NO_FOLD);
    const open = rowsOf(history, fold({ open: new Set([loop?.key ?? '']) }));
    assert.equal(open.length, 835);
    assert.deepEqual(names(open).slice(0, 3), ['loop of 833 -', '  round 1 +', '  round 2 +']);
  });

  test('a thousand items are one row, and a failed item is two choices away', () => {
    const history = historyOf(mapHistory({ items: 1_000, failing: 900 }));
    const rows = rowsOf(history, NO_FOLD);
    assert.deepEqual(names(rows), ['Each +']);
    const [each] = rows;
    assert.ok(each?.kind === 'visit');
    const only = rowsOf(history, fold({ open: new Set([each.key]), only: new Map([[each.visit.id, 'Failed']]) }));
    assert.deepEqual(names(only), ['Each -', '  item 900 +']);
  });

  test('the row of what is chosen is there, also in a closed Map', () => {
    const history = historyOf(mapHistory({ items: 1_000, failing: 900 }));
    const failed = history.events.findIndex(({ type }) => type === 'StateFailed') + 1;
    const shown = history.visitOf[failed - 1] ?? null;
    const rows = rowsOf(history, fold({ shown }));
    const place = rowOfEvent(rows, history, failed);
    assert.ok(rows[place]?.kind === 'visit');
    assert.equal((rows[place] as Row & { kind: 'visit' }).visit, shown);
    assert.equal(rows.length, 922);
  });

  test('attempts, delays and starts are rows of their own', () => {
    const retried = historyOf(recordedHistory('parallel/retried') ?? []);
    assert.deepEqual(names(rowsOf(retried, NO_FOLD)), [
      'Both -',
      '  start 1 +',
      '  start 2 -',
      '    branch 0 -',
      '      One',
      '    branch 1 -',
      '      Two',
    ]);
    const redriven = historyOf(recordedHistory('redrive/system-callback') ?? []);
    assert.deepEqual(names(rowsOf(redriven, NO_FOLD)), [
      'Call -',
      '  attempt 1',
      '  delay 0',
      '  attempt 2',
      '  attempt 2',
    ]);
  });

  test('a delay only waits, and work that was accepted is another bar than its call', () => {
    const retried = historyOf(recordedHistory('stop/in-a-retry-delay') ?? []);
    const [call] = rowsOf(retried, NO_FOLD);
    assert.ok(call !== undefined);
    assert.deepEqual(
      barsOf(call).map(({ kind, status }) => `${kind} ${status}`),
      ['state Aborted', 'attempt Failed', 'delay Waiting'],
    );
    const events = recordedHistory('callbacks/never-reported') ?? [];
    const [asked] = rowsOf(historyOf(events.slice(0, 5)), NO_FOLD);
    assert.ok(asked !== undefined);
    assert.deepEqual(
      barsOf(asked).map(({ kind, status }) => `${kind} ${status}`),
      ['state Waiting', 'accepted Waiting'],
    );
  });

  test('every event of a state has a row when all is open, and each row an event and a bar', () => {
    for (const name of recordedNames()) {
      const events = recordedHistory(name);
      if (events === null) continue;
      const history = historyOf(events);
      const rows = rowsOf(history, fold({ isAllOpen: true }));
      assert.equal(new Set(rows.map(({ key }) => key)).size, rows.length, `${name}: keys`);
      for (const { id, step } of events)
        assert.equal(rowOfEvent(rows, history, id) === -1, step === '', `${name} ${id}`);
      for (const row of rows) {
        assert.ok(history.event(eventOfRow(row)) !== undefined, name);
        assert.ok(barsOf(row).length > 0, `${name}: ${row.key}`);
        if (history.end !== 0)
          assert.ok(
            barsOf(row).every(({ endMs }) => endMs !== null),
            `${name}: ${row.key}`,
          );
      }
    }
  });

  test('rows above the growing end have the same keys', () => {
    const events = loopHistory(200);
    const history = new History();
    let before: readonly string[] = [];
    const all = fold({ isAllOpen: true });
    for (const event of events) {
      history.append([event]);
      const keys = rowsOf(history, all).map(({ key }) => key);
      // The first loop makes a row around what was there.
      if (before.some((key) => key.startsWith('o'))) assert.deepEqual(keys.slice(0, before.length), before);
      before = keys;
    }
  });
});

describe('loops', () => {
  const fake = (text: string): Visit[] =>
    [...text].map((name, place) => ({ name, place, id: place + 1 }) as unknown as Visit);
  const folded = (text: string): string => shape(fake(text), 0, text.length);
  const shape = (visits: readonly Visit[], from: number, until: number): string =>
    foldLoops(visits, from, until)
      .map((entry) =>
        isLoop(entry)
          ? `(${entry.rounds.map((round) => `${shape(visits, round.from, round.until)}`).join('|')})`
          : entry.name,
      )
      .join('');

  test('are what a line repeats', () => {
    assert.equal(folded('ABC'), 'ABC');
    assert.equal(folded('ABABC'), '(AB|AB)C');
    assert.equal(folded('XAAY'), 'X(A|A)Y');
    assert.equal(folded('ABCBCDABD'), '(A(BC|BC)D|ABD)');
    assert.equal(folded('ABBCCD'), 'A(B|B)(C|C)D');
  });

  test('lose no visit', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('A', 'B', 'C', 'D'), maxLength: 30 }), (text) => {
        assert.equal(folded(text).replace(/[()|]/g, ''), text);
      }),
    );
  });
});

describe('the time in view', () => {
  const whole = { fromMs: 1_000, untilMs: 11_000 };

  test('zooms around a moment and stays within the whole', () => {
    assert.deepEqual(zoomed(whole, whole, 0.5, 6_000), { fromMs: 3_500, untilMs: 8_500 });
    assert.deepEqual(zoomed(whole, whole, 0.5, 1_000), { fromMs: 1_000, untilMs: 6_000 });
    assert.deepEqual(zoomed({ fromMs: 2_000, untilMs: 3_000 }, whole, 100, 2_500), whole);
    assert.deepEqual(panned({ fromMs: 1_000, untilMs: 3_000 }, whole, -1), { fromMs: 1_000, untilMs: 3_000 });
    assert.deepEqual(panned({ fromMs: 9_000, untilMs: 11_000 }, whole, 0.5), { fromMs: 9_000, untilMs: 11_000 });
    assert.deepEqual(viewOf(0, 0, whole), { fromMs: 1_000, untilMs: 1_004 });
  });

  test('has few ticks at round times', () => {
    assert.deepEqual(ticksOf(whole, 1_000, 5), [0, 2_000, 4_000, 6_000, 8_000, 10_000]);
    assert.ok(ticksOf({ fromMs: 0, untilMs: 3e10 }, 0, 6).length <= 7);
    assert.ok(ticksOf({ fromMs: 0, untilMs: 4e12 }, 0, 6).length <= 7);
  });

  test('places bars, and says on which side one is that is out of view', () => {
    assert.deepEqual(placeOf({ startMs: 1_000, endMs: 6_000 }, whole, 0), { left: 0, width: 50 });
    assert.deepEqual(placeOf({ startMs: 6_000, endMs: null }, whole, 11_000), { left: 50, width: 50 });
    const view = { fromMs: 5_000, untilMs: 6_000 };
    assert.equal(placeOf({ startMs: 1_000, endMs: 2_000 }, view, 0), 'before');
    assert.equal(placeOf({ startMs: 7_000, endMs: 8_000 }, view, 0), 'after');
  });
});

const NESTED = `StartAt: Both
States:
  - Type: Parallel
    Name: Both
    Branches:
      - StartAt: Each
        States:
          - Type: Map
            Name: Each
            ItemsPath: $Input.list
            Processor:
              StartAt: Call
              States:
                - Type: Task
                  Name: Call
                  Action: HTTP:Request
                  TaskMode: RequestComplete
                  Parameters: { url: 'http://x/', method: POST, body.$: $Input }
                  Catch: [{ Errors: [E], Next: Rest }]
                  Next: Done
                - { Type: Pass, Name: Done, End: true }
                - { Type: Pass, Name: Rest, End: true }
            End: true
      - { StartAt: Call, States: [{ Type: Pass, Name: Call, End: true }] }
    Next: Never
  - { Type: Fail, Name: Never, Error: Broken, Cause: on purpose }
`;

test('a history colours the graph: the same name in two scopes, taken ways, caught failures', async (t) => {
  const { history, graph, places } = await runFlow(t, NESTED, {
    input: { list: [1, 2, 3] },
    task: ({ parameters }) => (parameters['body'] === 2 ? taskFailed('E') : taskSucceeded({})),
  });
  const { nodes, edges } = overlayOf(history, graph, places);
  const facts = (name: string): string[] =>
    graph.nodes
      .filter((node) => node.name === name)
      .map(({ index }) => `${nodes.get(index)?.visits} ${nodes.get(index)?.status}`);
  assert.deepEqual(facts('Call'), ['3 Succeeded', '1 Succeeded']);
  assert.deepEqual(facts('Rest'), ['1 Succeeded']);
  assert.deepEqual(facts('Never'), ['1 Failed']);
  const taken = [...edges].map(([number, count]) => {
    const edge = graph.edges[number];
    const to = edge?.to ?? null;
    return `${graph.nodes[edge?.from ?? 0]?.name} ${edge?.kind} ${to === null ? 'end' : graph.nodes[to]?.name} ${count}`;
  });
  assert.deepEqual(taken.toSorted(), [
    'Both next Never 1',
    'Call catch Rest 1',
    'Call next Done 2',
    'Call next end 1',
    'Done next end 2',
    'Each next end 1',
    'Rest next end 1',
  ]);
  assert.deepEqual(
    failedVisits(history).map(({ name }) => name),
    ['Never'],
  );
});

test('the way to a failure leads through items', () => {
  const history = historyOf(mapHistory({ items: 100, failing: 50 }));
  assert.deepEqual(
    failedVisits(history).map(({ name, line }) => `${name} ${line.index}`),
    ['Each 0', 'Work 50'],
  );
});

test('the most serious status of several lines is that of all', () => {
  const line = (status: string) => ({ status }) as never;
  assert.equal(statusOfAll([line('Succeeded'), line('Aborted'), line('Failed')]), 'Failed');
  assert.equal(statusOfAll([]), 'Succeeded');
});

describe('events', () => {
  const history = historyOf(mapHistory({ items: 100, failing: 50 }));

  test('are filtered by state, type, text and trouble', () => {
    assert.equal(eventsWith(history, NO_FILTER), history.events);
    assert.equal(eventsWith(history, { ...NO_FILTER, state: 'Each', type: 'StateFailed' }).length, 1);
    assert.deepEqual(
      eventsWith(history, { ...NO_FILTER, text: 'ON PURPOSE' }).map(({ type }) => type),
      ['TaskFailed', 'StateFailed', 'StateFailed', 'ExecutionFailed'],
    );
    assert.ok(eventsWith(history, { ...NO_FILTER, isTrouble: true }).every(isTroubled));
    assert.deepEqual(choicesOf(history).states, ['Each', 'Work']);
  });

  test('make a file with the members of the API', () => {
    const { Events } = JSON.parse(historyFile(history)) as { Events: Record<string, unknown>[] };
    assert.equal(Events.length, history.lastId);
    assert.deepEqual(Object.keys(Events[0] ?? {}), [
      ...['Type', 'EventId', 'Time', 'ScheduleEventId', 'EventDetail', 'StepName'],
    ]);
  });
});

test('the executions of a Map run come in pages, the failed ones first', async () => {
  const all = { Failed: 3, TimedOut: 0, Stopped: 0, Running: 2, Succeeded: 150 } as const;
  const read = (status: keyof typeof all, token: string) => {
    const from = Number(token || 0);
    const until = Math.min(all[status], from + 100);
    const Executions = Array.from({ length: until - from }, (_, i) => ({ Name: `${status}-${from + i}` }) as never);
    return Promise.resolve({ Executions, NextToken: until < all[status] ? String(until) : undefined });
  };
  const statuses = Object.keys(all) as (keyof typeof all)[];
  const first = await readItems(read, statuses, 100);
  assert.equal(first.hasMore, true);
  assert.deepEqual(
    first.items.slice(0, 6).map(({ Name }) => Name),
    ['Failed-0', 'Failed-1', 'Failed-2', 'Running-0', 'Running-1', 'Succeeded-0'],
  );
  const rest = await readItems(read, statuses, 1_000);
  assert.deepEqual([rest.items.length, rest.hasMore], [155, false]);
  const moving: Readonly<Partial<Record<string, readonly string[]>>> = {
    Running: ['one', 'two'],
    Succeeded: ['two', 'three'],
  };
  const { items } = await readItems(
    (status) =>
      Promise.resolve({ Executions: (moving[status] ?? []).map((Name) => ({ Name, Status: status }) as never) }),
    statuses,
    100,
  );
  assert.deepEqual(
    items.map(({ Name, Status }) => `${Name} ${Status}`),
    ['one Running', 'two Succeeded', 'three Succeeded'],
    'an execution that ends between two pages is listed once',
  );
  assert.equal(positionOf('d-1-b642d77a1a69-70'), 70);
  assert.equal(positionOf('d-1-b642d77a1a69-7:d2c6630e-6bc8-4e51-9e8b-c3ca5cda1bc3'), 7);
  assert.equal(positionOf('other'), null);
});
