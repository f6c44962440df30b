/** The invariants of a storm: evidence without a fault passes, and each planted violation is found. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from './storm/evidence.ts';
import type { Acknowledged, Seen, ServiceCall } from './storm/evidence.ts';

/** An execution that failed, was redriven by a caller, and succeeded with a reported task. */
const SEEN: Seen = {
  flow: 'f',
  name: 'e',
  described: { status: 'Succeeded', stopped: '2026-01-01T00:00:09.000Z' },
  listed: { status: 'Succeeded', stopped: '2026-01-01T00:00:09.000Z' },
  events: [
    { id: 1, type: 'ExecutionStarted', detail: { input: { start: 'start-1' } } },
    { id: 2, type: 'TaskScheduled', detail: {} },
    { id: 3, type: 'ExecutionStopped', detail: { error: 'stop-2' } },
    { id: 4, type: 'ExecutionStarted', detail: { redrive: 1 } },
    { id: 5, type: 'TaskSucceeded', detail: { output: { mark: 'report-3' } } },
    { id: 6, type: 'ExecutionSucceeded', detail: {} },
  ],
  waits: [],
};
const ACKNOWLEDGED: readonly Acknowledged[] = [
  { kind: 'start', flow: 'f', name: 'e', start: 'start-1' },
  { kind: 'stop', flow: 'f', name: 'e', error: 'stop-2' },
  { kind: 'redrive', flow: 'f', name: 'e' },
  { kind: 'report', flow: 'f', name: 'e', event: 5, mark: 'report-3' },
];
const CALLS: readonly ServiceCall[] = [
  { key: 'a', work: 'f/e/start-1/S' },
  { key: 'a', work: 'f/e/start-1/S' },
  { key: 'b', work: 'f/e/start-1/T' },
];

interface Evidence {
  readonly executions?: readonly Seen[];
  readonly acknowledged?: readonly Acknowledged[];
  readonly calls?: readonly ServiceCall[];
}

const check = (evidence: Evidence): string[] =>
  violations({ executions: [SEEN], acknowledged: ACKNOWLEDGED, calls: CALLS, ...evidence });
const seen = (changes: Partial<Seen>): Evidence => ({ executions: [{ ...SEEN, ...changes }] });
const without = (id: number): Evidence => seen({ events: SEEN.events.filter((event) => event.id !== id) });
const running = { status: 'Running', stopped: '' };

describe('the invariants of a storm', () => {
  it('hold for evidence without a fault', () => {
    assert.deepEqual(check({}), []);
    const cut = {
      events: SEEN.events.slice(0, 5),
      described: running,
      listed: running,
      waits: ['waits for its service'],
    };
    assert.deepEqual(check(seen(cut)), []);
  });

  const plants: Readonly<Record<string, readonly [Evidence, RegExp]>> = {
    'a gap in the history': [without(2), /event 2 has the id 3/],
    'an end that is not in the history': [without(6), /described as Succeeded, and its last event is TaskSucceeded/],
    'two ends': [
      seen({ events: [...SEEN.events, { id: 7, type: 'ExecutionFailed', detail: {} }] }),
      /2 starts and redrives, 3 ends/,
    ],
    'a list that differs': [seen({ listed: running }), /listed as Running/],
    'another time of the end in the list': [
      seen({ listed: { status: 'Succeeded', stopped: '2026-01-01T00:00:08.000Z' } }),
      /listed as Succeeded 2026-01-01T00:00:08/,
    ],
    'an execution that is missing in the list': [seen({ listed: null }), /not in ListExecutions/],
    'one that runs without a reason': [
      seen({ events: SEEN.events.slice(0, 5), described: running, listed: running }),
      /nothing explains why/,
    ],
    'a lost execution': [{ executions: [] }, /a start was acknowledged, and there is no such execution/],
    'a start with the input of another': [
      { acknowledged: [{ kind: 'start', flow: 'f', name: 'e', start: 'start-9' }] },
      /start start-9 was acknowledged, and the history has start-1/,
    ],
    'a lost stop': [
      { acknowledged: [{ kind: 'stop', flow: 'f', name: 'e', error: 'stop-9' }] },
      /the stop stop-9 was acknowledged/,
    ],
    'a lost redrive': [
      { acknowledged: [...ACKNOWLEDGED, { kind: 'redrive', flow: 'f', name: 'e' }] },
      /2 redrives were acknowledged, and the history has 1/,
    ],
    'a report that ended another task': [
      { acknowledged: [{ kind: 'report', flow: 'f', name: 'e', event: 2, mark: 'report-3' }] },
      /acknowledged as event 2, which is TaskScheduled/,
    ],
    'a key for two works': [
      { calls: [...CALLS, { key: 'b', work: 'f/e/start-9/T' }] },
      /the key b came for f\/e\/start-1\/T and for f\/e\/start-9\/T/,
    ],
  };
  for (const [plant, [evidence, sentence]] of Object.entries(plants)) {
    it(`find ${plant}`, () => {
      const found = check(evidence);
      assert.ok(
        found.some((fault) => sentence.test(fault)),
        found.join('\n'),
      );
    });
  }
});
