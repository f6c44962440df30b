/** The tree of an execution's history: every recorded history has a place for each event, however its events arrive. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { History, isUndone, isWaiting, linesOf } from '../../src/pages/execution/model/history.ts';
import type { Line, Visit } from '../../src/pages/execution/model/history.ts';
import type { StreamedEvent } from '../../src/pages/execution/model/events.ts';
import { loopHistory, mapHistory, recordedHistory, recordedNames } from '../support/histories.ts';

function historyOf(events: readonly StreamedEvent[]): History {
  const history = new History();
  assert.ok(history.append(events));
  return history;
}

function recorded(name: string): History {
  const events = recordedHistory(name);
  assert.ok(events !== null, `${name} is whole`);
  return historyOf(events);
}

/** The tree as text, for comparisons. */
function outline(history: History): string {
  const lines: string[] = [history.status];
  const addLine = (line: Line, depth: number): void => {
    for (const visit of line.visits) {
      const parts = visit.parts.map(
        ({ kind, status, isContinued, isUndone: isLeft }) =>
          `${kind} ${status}${isContinued ? ' continued' : ''}${isLeft ? ' undone' : ''}`,
      );
      lines.push(
        `${'  '.repeat(depth)}${visit.name} ${visit.status}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`,
      );
      for (const round of visit.rounds) {
        for (const inner of round.lines) {
          lines.push(
            `${'  '.repeat(depth + 1)}${inner.kind} ${inner.index} ${inner.status}${isUndone(inner) ? ' undone' : ''}`,
          );
          addLine(inner, depth + 2);
        }
      }
    }
  };
  if (history.root !== null) addLine(history.root, 1);
  return lines.join('\n');
}

function visitNamed(history: History, name: string): Visit {
  const visit = history.visits.find((each) => each.name === name);
  assert.ok(visit !== undefined, `${name} was entered`);
  return visit;
}

describe('each recorded history', () => {
  const wholes = recordedNames().flatMap((name) => {
    const events = recordedHistory(name);
    return events === null ? [] : [{ name, events }];
  });

  test('there are many', () => assert.ok(wholes.length > 400, `${wholes.length} histories`));

  test('has a place for every event of a state, and ends every bar', () => {
    for (const { name, events } of wholes) {
      const history = historyOf(events);
      for (const { id, step, type } of events) {
        const visit = history.visitOf[id - 1];
        assert.equal(visit?.name ?? '', step, `${name}: ${id} ${type}`);
      }
      if (history.end === 0) continue;
      for (const visit of history.visits) {
        assert.notEqual(visit.end, 0, `${name}: ${visit.name} of event ${visit.id} has ended`);
        assert.ok(
          visit.spans.every(({ endMs }) => endMs !== null),
          `${name}: bars of ${visit.name}`,
        );
        assert.ok(
          visit.parts.every(({ endMs }) => endMs !== null),
          `${name}: parts of ${visit.name}`,
        );
        for (const { open, counts, lines } of visit.rounds) {
          assert.equal(open.length, 0, `${name}: lines of ${visit.name}`);
          assert.equal(counts.Running, 0);
          assert.equal(counts.Succeeded + counts.Failed + counts.TimedOut + counts.Aborted, lines.length);
        }
      }
    }
  });

  test('says of each failed or aborted state what its events say', () => {
    const ended = /^(?:State|Step)(Succeeded|Failed|TimedOut|Aborted)$/;
    for (const { name, events } of wholes) {
      const history = historyOf(events);
      for (const event of events) {
        const word = ended.exec(event.type)?.[1];
        const visit = history.visitOf[event.id - 1];
        if (word === undefined || visit?.end !== event.id) continue;
        const isAny = event.type === 'StepFailed' ? ['Failed', 'TimedOut', 'Aborted'] : [word];
        assert.ok(isAny.includes(visit.status), `${name}: ${event.id} ${event.type} is ${visit.status}`);
      }
      // An execution that has succeeded has no failed line that is not undone or caught around.
      if (history.status === 'Succeeded')
        assert.equal(history.root?.visits.at(-1)?.status ?? 'Succeeded', 'Succeeded', name);
    }
  });

  test('is the same however the events arrive', () => {
    const small = wholes.filter(({ events }) => events.length < 80);
    fc.assert(
      fc.property(
        fc.constantFrom(...small),
        fc.array(fc.tuple(fc.nat(80), fc.nat(80)), { maxLength: 12 }),
        ({ events }, batches) => {
          const history = new History();
          for (const [from, until] of batches) {
            const start = Math.min(from, history.lastId);
            assert.ok(history.append(events.slice(start, Math.max(start, until))));
          }
          assert.ok(history.append(events));
          const whole = historyOf(events);
          assert.equal(outline(history), outline(whole));
          assert.deepEqual(history.undone, whole.undone);
          assert.deepEqual(history.times, whole.times);
        },
      ),
    );
  });
});

test('a gap is refused, and what is there stays', () => {
  const events = loopHistory(20);
  const history = historyOf(events.slice(0, 5));
  const { version } = history;
  assert.equal(history.append(events.slice(7)), false);
  assert.equal(history.lastId, 5);
  assert.equal(history.version, version);
  assert.ok(history.append(events.slice(2)));
  assert.equal(history.lastId, events.length);
});

test('a redrive of an item continues its siblings', () => {
  assert.equal(
    outline(recorded('redrive/in-a-map')),
    `Succeeded
  Each Succeeded
    item 0 Succeeded
      Call Succeeded (attempt Succeeded)
    item 1 Succeeded
      Call Succeeded (attempt Failed undone, attempt Succeeded)
    item 2 Succeeded
      Call Succeeded (attempt Aborted, attempt Succeeded continued)`,
  );
});

test('a redrive of a Parallel whose own output failed begins its branches anew', () => {
  assert.equal(
    outline(recorded('redrive/failing-constructor')),
    `Succeeded
  Both Succeeded
    branch 0 Succeeded undone
      Call Succeeded (attempt Succeeded)
    branch 0 Succeeded
      Call Succeeded (attempt Succeeded)`,
  );
});

test('a redrive leaves out the events of the failure, and no others', () => {
  const left = (name: string): number[] =>
    recorded(name).undone.flatMap((isLeft, place) => (isLeft ? [place + 1] : []));
  assert.deepEqual(left('redrive/in-a-map'), [10, 11, 19, 20, 21, 22, 23]);
  assert.deepEqual(left('redrive/after-a-stop-in-a-callback'), [6, 7]);
  assert.deepEqual(left('redrive/system-callback'), [7, 8, 9, 10]);
  assert.deepEqual(left('distributed-map/redrive-stopped'), [4, 5, 6]);
  assert.deepEqual(left('redrive/after-the-event-limit'), [20]);
});

test('a stop aborts from the inside out', () => {
  assert.equal(
    outline(recorded('stop/in-a-parallel')),
    `Stopped
  Both Aborted
    branch 0 Aborted
      Call Aborted (attempt Aborted)
    branch 1 Aborted
      Each Aborted
        item 0 Aborted
          Rest Aborted
        item 1 Aborted
          Rest Aborted
    branch 2 Succeeded
      Done Succeeded`,
  );
});

test('a failed step of a classic flow differs from those that it takes along', () => {
  assert.equal(
    outline(recorded('classic-parallel/nested-failure')),
    `Failed
  outer Failed
    branch 0 Aborted
      each Aborted
        item 0 Aborted
          call Aborted (attempt Aborted)
        item 1 Aborted
          call Aborted (attempt Aborted)
    branch 1 Failed
      rest Succeeded
      pick Failed
        branch 0 Failed
          bad Failed`,
  );
  assert.match(outline(recorded('classic-standard/stop-in-a-callback')), /ask Aborted/);
  assert.match(outline(recorded('classic-timeouts/flow')), /Aborted/);
});

test('an attempt waits once its work was accepted, and so does the delay before the next one', () => {
  const events = recordedHistory('callbacks/http') ?? [];
  const until = events.findIndex(({ type }) => type === 'TaskSubmitted') + 1;
  const [visit] = historyOf(events.slice(0, until)).visits;
  assert.ok(visit !== undefined && isWaiting(visit));
  const retried = recordedHistory('stop/in-a-retry-delay') ?? [];
  assert.ok(isWaiting(visitNamed(historyOf(retried.slice(0, 5)), 'Call')));
});

test('a thousand items of a Map are counted by status', () => {
  const history = historyOf(mapHistory({ items: 1_000, failing: 900 }));
  const each = visitNamed(history, 'Each');
  assert.deepEqual(each.rounds[0]?.counts, { Running: 0, Succeeded: 900, Failed: 1, TimedOut: 0, Aborted: 19 });
  assert.equal(linesOf(each).length, 920);
});

test('the beginning of a history is that of a running execution', () => {
  for (const name of [
    'map/slots-are-refilled',
    'parallel/retried',
    'redrive/nested',
    'classic-standard/redrive-inside',
  ]) {
    const events = recordedHistory(name);
    if (events === null) continue;
    for (let count = 1; count < events.length; count++) {
      const history = historyOf(events.slice(0, count));
      const isOver = /^Execution(?!Started)/.test(events[count - 1]?.type ?? '');
      assert.equal(history.end === 0, !isOver);
    }
  }
});

test('a task that starts a flow is a child, also a Map run', () => {
  assert.equal(recorded('children/succeeds').children.length, 1);
  assert.equal(recorded('distributed-map/events').children.length, 1);
});
