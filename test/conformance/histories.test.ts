/** The judge of histories passes what decisions.md 5 describes and finds each of the faults planted here. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatDiagnostic } from '../../src/base/diagnostic.ts';
import { type JsonObject, parseJson } from '../../src/base/json.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import type { Plan } from '../../src/language/plan.ts';
import type { HistoryEvent } from '../../src/runtime/executions.ts';
import { historyFaults } from './histories.ts';
import type { HistoryOptions } from './histories.ts';
import { historyDifference, historyText } from './history-text.ts';

const CALLS = planOf(`
  StartAt: Call
  States:
    - Type: Task
      Name: Call
      Action: FC:InvokeFunction
      TaskMode: WaitForCustomCallback
      Timeout: 10
      Parameters: {resourceArn: 'acs:fc:::functions/f', invocationType: Async}
      Retry: [{Errors: [E], MaxAttempts: 1, IntervalSeconds: 2}]
      Catch: [{Errors: [FnF.ALL], OutputConstructor: {recovered: true}, Next: Both}]
      Next: Each
    - Type: Parallel
      Name: Both
      Branches:
        - {StartAt: L, States: [{Type: Pass, Name: L, End: true}]}
        - {StartAt: R, States: [{Type: Wait, Name: R, Seconds: 5, End: true}]}
      OutputConstructor: {items: [1, 2]}
      Next: Each
    - Type: Map
      Name: Each
      ItemsPath: $Input.items
      MaxConcurrency: 1
      Processor: {StartAt: One, States: [{Type: Pass, Name: One, End: true}]}
      End: true
`);

/** Every kind of event but the aborts. */
const CALLED = historyOf(`
  1 <0 ExecutionStarted {"input":{}}
  2 <1 StateEntered Call {"input":{}}
  3 <2 StateStarted Call {"input":{}}
  4 <3 TaskScheduled Call {"action":"FC:InvokeFunction","mode":"WaitForCustomCallback","parameters":{},"timeoutSeconds":10,"attempt":1}
  5 <4 TaskSubmitted Call {"output":{"StatusCode":202}}
  6 <4 +1s TaskFailed Call {"error":"E","cause":"one","retryAfterSeconds":2}
  7 <6 +2s TaskScheduled Call {"action":"FC:InvokeFunction","mode":"WaitForCustomCallback","parameters":{},"timeoutSeconds":10,"attempt":2}
  8 <7 TaskSubmitted Call {"output":{"StatusCode":202}}
  9 <7 +10s TaskTimedOut Call {"error":"FnF.TaskTimeout","cause":"late"}
  10 <9 StateTimedOut Call {"error":"FnF.TaskTimeout","cause":"late","next":"Both","output":{"recovered":true}}
  11 <10 StateEntered Both {"input":{"recovered":true}}
  12 <11 StateStarted Both {"input":{"recovered":true}}
  13 <12 BranchEntered Both {"index":0,"input":{"recovered":true}}
  14 <12 BranchEntered Both {"index":1,"input":{"recovered":true}}
  15 <13 StateEntered L {"input":{"recovered":true}}
  16 <15 StateStarted L {"input":{"recovered":true}}
  17 <16 StateSucceeded L {"output":{"recovered":true}}
  18 <17 BranchExited Both {"index":0,"output":{"recovered":true}}
  19 <14 StateEntered R {"input":{"recovered":true}}
  20 <19 StateStarted R {"input":{"recovered":true}}
  21 <20 +5s StateSucceeded R {"output":{"recovered":true}}
  22 <21 BranchExited Both {"index":1,"output":{"recovered":true}}
  23 <22 StateSucceeded Both {"output":{"items":[1,2]}}
  24 <23 StateEntered Each {"input":{"items":[1,2]}}
  25 <24 StateStarted Each {"input":{"items":[1,2]}}
  26 <25 IterationEntered Each {"index":0,"input":1}
  27 <26 StateEntered One {"input":1}
  28 <27 StateStarted One {"input":1}
  29 <28 StateSucceeded One {"output":1}
  30 <29 IterationExited Each {"index":0,"output":1}
  31 <30 IterationEntered Each {"index":1,"input":2}
  32 <31 StateEntered One {"input":2}
  33 <32 StateStarted One {"input":2}
  34 <33 StateSucceeded One {"output":2}
  35 <34 IterationExited Each {"index":1,"output":2}
  36 <35 StateSucceeded Each {"output":{"Items":[1,2]}}
  37 <36 ExecutionSucceeded {"output":{"Items":[1,2]}}
`);

const BRANCHES = planOf(`
  StartAt: Both
  States:
    - Type: Parallel
      Name: Both
      Branches:
        - {StartAt: Bad, States: [{Type: Wait, Name: Bad, Seconds: 5, Next: End}, {Type: Fail, Name: End, Code: E, Detail: d}]}
        - StartAt: Inner
          States:
            - Type: Parallel
              Name: Inner
              Branches: [{StartAt: Deep, States: [{Type: Wait, Name: Deep, Seconds: 9, End: true}]}]
              End: true
      End: true
`);

const OPENED = `
  1 <0 ExecutionStarted {"input":{}}
  2 <1 StateEntered Both {"input":{}}
  3 <2 StateStarted Both {"input":{}}
  4 <3 BranchEntered Both {"index":0,"input":{}}
  5 <3 BranchEntered Both {"index":1,"input":{}}
  6 <4 StateEntered Bad {"input":{}}
  7 <6 StateStarted Bad {"input":{}}
  8 <5 StateEntered Inner {"input":{}}
  9 <8 StateStarted Inner {"input":{}}
  10 <9 BranchEntered Inner {"index":0,"input":{}}
  11 <10 StateEntered Deep {"input":{}}
  12 <11 StateStarted Deep {"input":{}}`;

const FAILED = historyOf(`${OPENED}
  13 <7 +5s StateSucceeded Bad {"output":{}}
  14 <13 StateEntered End {"input":{}}
  15 <14 StateStarted End {"input":{}}
  16 <15 StateFailed End {"error":"E","cause":"d"}
  17 <16 StateAborted Deep {"cause":"A sibling failed."}
  18 <16 StateAborted Inner {"cause":"A sibling failed."}
  19 <16 StateFailed Both {"error":"E","cause":"d"}
  20 <19 ExecutionFailed {"error":"E","cause":"d"}
`);

const REDRIVEN = [
  ...FAILED,
  ...historyOf(`
  21 <20 ExecutionStarted {"input":{},"redrive":1}
  22 <14 StateStarted End {"input":{}}
  23 <22 StateFailed End {"error":"E","cause":"d"}
  24 <23 StateAborted Deep {"cause":"A sibling failed."}
  25 <23 StateAborted Inner {"cause":"A sibling failed."}
  26 <23 StateFailed Both {"error":"E","cause":"d"}
  27 <26 ExecutionFailed {"error":"E","cause":"d"}
`).map((event) => ({ ...event, timeMs: event.timeMs + 60_000 })),
];

const STOPPED = historyOf(`${OPENED}
  13 <12 +1s StateAborted Deep {"cause":"stop"}
  14 <9 StateAborted Inner {"cause":"stop"}
  15 <7 StateAborted Bad {"cause":"stop"}
  16 <3 StateAborted Both {"cause":"stop"}
  17 <16 ExecutionStopped {"error":"S","cause":"stop"}
`);

const GOOD: Readonly<Record<string, { plan: Plan; events: readonly HistoryEvent[] }>> = {
  called: { plan: CALLS, events: CALLED },
  failed: { plan: BRANCHES, events: FAILED },
  stopped: { plan: BRANCHES, events: STOPPED },
  redriven: { plan: BRANCHES, events: REDRIVEN },
};

for (const [name, { plan, events }] of Object.entries(GOOD)) {
  test(`nothing is found in a good history: ${name}`, () => {
    assert.deepEqual(historyFaults(plan, events), []);
  });

  test(`nothing is found in any beginning of a good history that goes on: ${name}`, () => {
    for (let count = 0; count <= events.length; count++) {
      assert.deepEqual(historyFaults(plan, events.slice(0, count), { running: true }), [], `${count} events`);
    }
  });

  test(`a history that stops early, loses an event or has one twice is found: ${name}`, () => {
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

  test(`an event with another cause, step or type is found: ${name}`, () => {
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

  test(`a member too many, too few or of another kind is found: ${name}`, () => {
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
  'another time-out': detail('called', 4, { timeoutSeconds: 11 }, /timeoutSeconds is 11/),
  'a time-out that is told as a failure': detail('called', 9, { error: 'E' }, /its error is E/),
  'a state that fails with another error': detail('called', 10, { cause: 'x' }, /cause is "x"/),
  'a catch that leads elsewhere': detail('called', 10, { next: 'Each' }, /next is "Each"/),
  'an input that was not handed over': detail('called', 11, { input: {} }, /input is \{\}/),
  'a branch with another input': detail('called', 14, { input: {} }, /input is \{\}/),
  'a branch out of order': detail('called', 13, { index: 1 }, /index is 1/),
  'a branch that exits with another output': detail('called', 18, { output: {} }, /output is \{\}/),
  'a branch that exits in another place': detail('called', 18, { index: 1 }, /index is 1/),
  'a joined result in another order': detail('called', 36, { output: { Items: [2, 1] } }, /\[2,1\]/),
  'an output of the execution that no state gave': detail('called', 37, { output: {} }, /output is \{\}/),
  'an execution that fails with another error': detail('failed', 20, { error: 'F' }, /error is "F"/),
  'a Fail with another code': detail('failed', 16, { error: 'F' }, /error is "F"/),
  'a retry that no rule asks for': detail('failed', 19, { retryAfterSeconds: 1 }, /no rule of the state retries/),
  'a failure that no rule catches': detail('failed', 19, { next: 'Both', output: {} }, /no rule of the state catches/),
  'a redrive that counts wrong': detail('redriven', 21, { redrive: 2 }, /redrive is 2, and 1 was due/),
  'a redrive with another input': detail('redriven', 21, { input: { a: 1 } }, /input is/),
  'a redrive that starts a state again which had succeeded': {
    of: 'redriven',
    at: 22,
    edit: (e) => ({ ...e, cause: 6, stepName: 'Bad' }),
    found: /StateStarted of Bad/,
  },
  'a redrive of what succeeded': {
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

  test('a sibling that goes on after a failure', () => {
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

test('the text form shows causes, times, odd names and the size of what it cuts', () => {
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

/** Without it the history is another good one: a callback was faster than the service, or a stop came a moment earlier. */
function isSpare(events: readonly HistoryEvent[], at: number): boolean {
  const type = events[at]?.type ?? '';
  if (type === 'TaskSubmitted') return true;
  const rest = events.slice(at + 1);
  return type === 'StateStarted' && rest.every((event) => event.cause !== at + 1 || event.type === 'StateAborted');
}

/** As if the missing event had never been: ids close up, and causes with them. */
function renumbered(events: readonly HistoryEvent[], missing: number): HistoryEvent[] {
  const moved = (id: number): number => (id >= missing ? id - 1 : id);
  return events.map((event) => ({ ...event, id: moved(event.id), cause: moved(event.cause) }));
}

function planOf(definition: string): Plan {
  const { plan, diagnostics } = compileDefinition(
    `Type: StateMachine\nSpecVersion: v1\nName: flow\n${definition.replace(/^ {2}/gmu, '')}`,
    {
      mode: 'Standard',
      flowName: null,
      parallelBranches: 50,
    },
  );
  assert.ok(plan !== null, diagnostics.map(formatDiagnostic).join('\n'));
  return plan;
}

function historyOf(text: string): HistoryEvent[] {
  let timeMs = Date.UTC(2026, 0, 1);
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const parts = /^\s*(\d+) <(\d+) (?:\+(\d+)s )?(\w+) (?:(\w+) )?(\{.*\})$/u.exec(line);
      assert.ok(parts !== null, line);
      timeMs += Number(parts[3] ?? 0) * 1000;
      return {
        id: Number(parts[1]),
        cause: Number(parts[2]),
        timeMs,
        type: parts[4] as string,
        stepName: parts[5] ?? '',
        detail: parseJson(parts[6] as string) as JsonObject,
      };
    });
}
