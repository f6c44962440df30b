/** The judge of histories finds no fault in histories as rules.md 13 describes them, and finds each planted fault. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject } from '../../src/base/json.ts';
import type { Plan } from '../../src/language/plan.ts';
import type { HistoryEvent } from '../../src/runtime/executions.ts';
import { CLASSIC_HISTORIES } from './good-classic-histories.ts';
import { HISTORIES } from './good-histories.ts';
import { historyFaults } from './histories.ts';
import type { HistoryOptions } from './histories.ts';
import { historyDifference, historyText } from './history-text.ts';

const GOOD: Readonly<Record<string, { plan: Plan; events: readonly HistoryEvent[] }>> = {
  ...HISTORIES,
  ...CLASSIC_HISTORIES,
};
const [CALLED, FAILED, STOPPED] = ['called', 'failed', 'stopped'].map((name) => GOOD[name]?.events ?? []) as [
  readonly HistoryEvent[],
  readonly HistoryEvent[],
  readonly HistoryEvent[],
];
const [CALLS, BRANCHES] = ['called', 'failed'].map((name) => GOOD[name]?.plan) as [Plan, Plan];

for (const [name, { plan, events }] of Object.entries(GOOD)) {
  test(`a good history has no fault: ${name}`, () => {
    assert.deepEqual(historyFaults(plan, events), []);
  });

  test(`no beginning of a good history has a fault: ${name}`, () => {
    for (let count = 0; count <= events.length; count++) {
      assert.deepEqual(historyFaults(plan, events.slice(0, count), { running: true }), [], `${count} events`);
    }
  });

  test(`finds a history that stops early, lacks an event or has an event twice: ${name}`, () => {
    for (let at = 0; at < events.length; at++) {
      const whole = events.slice(0, at + 1);
      if (!isEnd(events[at])) assert.notDeepEqual(historyFaults(plan, whole), [], `ends after ${at + 1}`);
      const lost = renumbered([...events.slice(0, at), ...events.slice(at + 1)], at + 1);
      if (!isSpare(events, at)) assert.notDeepEqual(historyFaults(plan, lost), [], `without ${at + 1}`);
      const gap = [...events.slice(0, at), ...events.slice(at + 1)];
      assert.notDeepEqual(historyFaults(plan, gap), [], `a gap at ${at + 1}`);
      const twice = [...events.slice(0, at + 1), ...events.slice(at)];
      assert.notDeepEqual(historyFaults(plan, twice), [], `${at + 1} twice`);
    }
  });

  test(`finds an event with another cause, step or type: ${name}`, () => {
    const types = new Set(Object.values(GOOD).flatMap((one) => one.events.map(({ type }) => type)));
    for (const [at, event] of events.entries()) {
      for (let cause = 0; cause < event.id; cause++) {
        if (cause !== event.cause) assertFound(plan, events, at, { cause });
      }
      assertFound(plan, events, at, { stepName: event.stepName === '' ? 'Call' : '' });
      assertFound(plan, events, at, { stepName: `${event.stepName}x` });
      // A stop may come between the failure of the last state and the end.
      if (event.type === 'ExecutionFailed') continue;
      for (const type of types) if (type !== event.type) assertFound(plan, events, at, { type });
    }
  });

  test(`finds an additional member, a missing one and one of another kind: ${name}`, () => {
    for (const [at, event] of events.entries()) {
      assertFound(plan, events, at, { detail: { ...event.detail, extra: 1 } });
      for (const member of Object.keys(event.detail)) {
        const { [member]: _left, ...detail } = event.detail;
        assertFound(plan, events, at, { detail });
        if (event.type !== 'TaskSubmitted' && member !== 'parameters')
          assertFound(plan, events, at, { detail: { ...detail, [member]: ['odd'] } });
      }
    }
  });
}

interface Planted {
  readonly of: keyof typeof GOOD;
  readonly at: number;
  readonly edit:
    | Partial<Record<'id' | 'timeMs' | 'stepName' | 'type', never>>
    | ((event: HistoryEvent) => HistoryEvent);
  readonly found: RegExp;
  readonly options?: HistoryOptions;
}

const PLANTED: Readonly<Record<string, Planted>> = {
  'time that runs backwards': {
    of: 'called',
    at: 7,
    edit: (e) => ({ ...e, timeMs: e.timeMs - 5_000 }),
    found: /before that of 6/,
  },
  'a retry before its delay': {
    of: 'called',
    at: 7,
    edit: (e) => ({ ...e, timeMs: e.timeMs - 1_000 }),
    found: /1000 ms later/,
  },
  'a Wait that ends early': {
    of: 'called',
    at: 21,
    edit: (e) => ({ ...e, timeMs: e.timeMs - 1_000 }),
    found: /1000 ms later/,
  },
  'an attempt that does not count': detail('called', 7, { attempt: 1 }, /attempt is 1, and 2 was due/),
  'another mode than the plan has': detail('called', 4, { mode: 'RequestComplete' }, /mode is/),
  'another action': detail('called', 4, { action: 'HTTP:Request' }, /action is/),
  'another timeout': detail('called', 4, { timeoutSeconds: 11 }, /timeoutSeconds is 11/),
  'a timeout with the error of a failure': detail('called', 9, { error: 'E' }, /its error is E/),
  'a state that fails with another error': detail('called', 10, { cause: 'x' }, /cause is "x"/),
  'a catch that leads elsewhere': detail('called', 10, { next: 'Each' }, /next is "Each"/),
  'an input that is not the output before it': detail('called', 11, { input: {} }, /input is \{\}/),
  'a branch with another input': detail('called', 14, { input: {} }, /input is \{\}/),
  'a branch out of order': detail('called', 13, { index: 1 }, /index is 1/),
  'a branch that exits with another output': detail('called', 18, { output: {} }, /output is \{\}/),
  'a branch that exits in another place': detail('called', 18, { index: 1 }, /index is 1/),
  'a joined result in another order': detail('called', 36, { output: { Items: [2, 1] } }, /\[2,1\]/),
  'an output of the execution that is not the output of a state': detail(
    'called',
    37,
    { output: {} },
    /output is \{\}/,
  ),
  'an execution that fails with another error': detail('failed', 20, { error: 'F' }, /error is "F"/),
  'a Fail with another code': detail('failed', 16, { error: 'F' }, /error is "F"/),
  'a retry that no rule asks for': detail('failed', 19, { retryAfterSeconds: 1 }, /no rule of the state retries/),
  'a failure that no rule catches': detail('failed', 19, { next: 'Both', output: {} }, /no rule of the state catches/),
  'a redrive with the wrong number': detail('redriven', 21, { redrive: 2 }, /redrive is 2, and 1 was due/),
  'a redrive with another input': detail('redriven', 21, { input: { a: 1 } }, /input is/),
  'a redrive that restarts a state that had succeeded': {
    of: 'redriven',
    at: 22,
    edit: (e) => ({ ...e, cause: 6, stepName: 'Bad' }),
    found: /StateStarted of Bad/,
  },
  'a local without the output of a step': detail('classic called', 12, { local: {} }, /local is \{\}/),
  'an input of the scope that changed': detail('classic called', 12, { input: {} }, /input is \{\}/),
  'an input without the local': detail('classic called', 13, { input: { x: 1 } }, /input is \{"x":1\}/),
  'a local that lost a key': detail('classic called', 37, { local: { items: [1, 2] } }, /local is \{"items"/),
  'a local that is not empty at the start of a branch': detail(
    'classic called',
    26,
    { local: { i: 1 } },
    /local is \{"i":1\}/,
  ),
  'a branch of a choice that does not exist': detail('classic called', 14, { index: 1 }, /no such branch/),
  'a branch that a choice was not in': detail('classic called', 19, { index: 1 }, /index is 1/),
  'a choice with another output than its branch': detail('classic called', 20, { output: {} }, /output is \{\}/),
  'a choice that continues elsewhere than its branch': {
    of: 'classic called',
    at: 22,
    edit: (e) => ({ ...e, stepName: 'Bad' }),
    found: /Both was due/,
  },
  'a caught step without its exit': {
    of: 'classic called',
    at: 11,
    edit: (e) => ({ ...e, type: 'StepSucceeded', detail: { output: {} } }),
    found: /the state was leaving/,
  },
  'an iteration without the input of its foreach': detail('classic called', 40, { input: { it: 1 } }, /is not in it/),
  'another resource than the parameters name': detail('classic called', 4, { resourceArn: 'b' }, /resourceArn is "b"/),
  'a resource and an action': detail('classic called', 4, { action: 'FC:InvokeFunction' }, /an "action" or a/),
  'an output of the flow that is not its local': detail('classic called', 54, { output: {} }, /output is \{\}/),
  'an abortion for another error than that of the sibling': detail(
    'classic failed',
    18,
    { error: 'F' },
    /error is "F"/,
  ),
  'an abortion for another error than that of the stop': detail('classic stopped', 17, { error: 'F' }, /error is "F"/),
  'a name of the other dialect': {
    of: 'classic called',
    at: 2,
    edit: (e) => ({ ...e, type: 'StateEntered' }),
    found: /no type of an event/,
  },
  'a redrive of an execution that succeeded': {
    of: 'called',
    at: 37,
    edit: (e) => ({ ...e, type: 'ExecutionStarted', detail: { input: {}, redrive: 1 } }),
    found: /nothing had ended/,
  },
};

suite('planted faults', () => {
  for (const [name, { of, at, edit, found }] of Object.entries(PLANTED)) {
    test(name, () => {
      const { plan, events } = GOOD[of] as (typeof GOOD)[string];
      const edited = events.map((event) =>
        event.id === at ? (edit as (e: HistoryEvent) => HistoryEvent)(event) : event,
      );
      assert.match(historyFaults(plan, edited).join('\n'), found);
    });
  }

  test('an abort of the outer state before the inner one', () => {
    const [inner, outer] = [STOPPED[12] as HistoryEvent, STOPPED[13] as HistoryEvent];
    const swapped = [...STOPPED.slice(0, 12), { ...outer, id: 13, timeMs: inner.timeMs }, { ...inner, id: 14 }];
    assert.match(historyFaults(BRANCHES, swapped, { running: true }).join('\n'), /still entered/);
  });

  test('a sibling that continues after a failure', () => {
    const late = { ...(FAILED[16] as HistoryEvent), type: 'StateSucceeded', cause: 12, detail: { output: {} } };
    assert.match(historyFaults(BRANCHES, [...FAILED.slice(0, 16), late]).join('\n'), /failed sibling/);
  });

  test('a second end, and an event after the end', () => {
    const end = CALLED.at(-1) as HistoryEvent;
    const again = [...CALLED, { ...end, id: 38, cause: 37 }];
    assert.match(historyFaults(CALLS, again).join('\n'), /it follows ExecutionSucceeded/);
  });

  test('an end by the event limit before the limit', () => {
    const end = { ...(FAILED[12] as HistoryEvent), type: 'ExecutionFailed', stepName: '', cause: 12 };
    const detail = { error: 'FnF.EventLimitExceeded', cause: 'x' };
    const events = [...FAILED.slice(0, 12), { ...end, detail }];
    assert.match(historyFaults(BRANCHES, events).join('\n'), /the limit is 5000 events/);
    assert.deepEqual(historyFaults(BRANCHES, events, { eventLimit: 13 }), []);
  });
});

test('the text form shows causes, times, quoted names and the size of a cut detail', () => {
  const events = CALLED.slice(4, 7).map((event) => ({ ...event, stepName: 'two words' }));
  const long = { ...(CALLED[0] as HistoryEvent), detail: { input: { a: 'x'.repeat(1_000) } } };
  const text = historyText(events);
  assert.match(text, /^6 <4 \+1s TaskFailed "two words" \{"error":"E"/mu);
  assert.match(historyText([long]), /… \(1018 characters, sha256 [0-9a-f]{12}\)$/mu);
  assert.equal(historyDifference(text, text), '');
  assert.match(
    historyDifference(text, text.replace('<4 +1s', '<5 +1s')),
    /^line 2\n {2}expected 6 <4 .*\n {2}got {6}6 <5/u,
  );
});

function detail(of: string, at: number, members: JsonObject, found: RegExp): Planted {
  return { of, at, edit: (event) => ({ ...event, detail: { ...event.detail, ...members } }), found };
}

function assertFound(plan: Plan, events: readonly HistoryEvent[], at: number, change: Partial<HistoryEvent>): void {
  const event = events[at] as HistoryEvent;
  const edited = events.map((one) => (one === event ? { ...one, ...change } : one));
  assert.notDeepEqual(historyFaults(plan, edited), [], `${event.id} with ${JSON.stringify(change)}`);
}

function isEnd(event: HistoryEvent | undefined): boolean {
  return event !== undefined && event.stepName === '' && event.type !== 'ExecutionStarted';
}

/** True when the history is also good without the event: a report was faster than the service, or a stop came earlier. */
function isSpare(events: readonly HistoryEvent[], at: number): boolean {
  const type = events[at]?.type ?? '';
  if (type === 'TaskSubmitted') return true;
  const after = events.slice(at + 1).filter((event) => event.cause === at + 1);
  return /^St(ate|ep)Started$/.test(type) && after.every((event) => ABORTIONS.includes(event.type) && isNoFail(event));
}

const ABORTIONS = ['StateAborted', 'StepFailed'];

/** In these histories the state that fails by itself is called End. */
function isNoFail({ stepName }: HistoryEvent): boolean {
  return stepName !== 'End';
}

/** Renumbers ids and causes after a missing event. */
function renumbered(events: readonly HistoryEvent[], missing: number): HistoryEvent[] {
  const moved = (id: number): number => (id >= missing ? id - 1 : id);
  return events.map((event) => ({ ...event, id: moved(event.id), cause: moved(event.cause) }));
}
