/** Histories of state machines without a fault, written by hand from rules.md 13, in the form of `history-text.ts`. */
import assert from 'node:assert/strict';
import { formatDiagnostic } from '../../src/base/diagnostic.ts';
import { type JsonObject, parseJson } from '../../src/base/json.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import type { Plan } from '../../src/language/plan.ts';
import type { HistoryEvent } from '../../src/runtime/executions.ts';

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

const RUNS = planOf(`
  StartAt: Each
  States:
    - Type: Map
      Name: Each
      ItemsPath: $Input.list
      MaxItems: 9
      Retry: [{Errors: [E], MaxAttempts: 1, IntervalSeconds: 2}]
      Processor: {StartAt: One, States: [{Type: Pass, Name: One, End: true}]}
      End: true
`);

/** A Map run that fails and is retried, one that fails for good, and its redrive. */
const RUN = historyOf(`
  1 <0 ExecutionStarted {"input":{"list":[1]}}
  2 <1 StateEntered Each {"input":{"list":[1]}}
  3 <2 StateStarted Each {"input":{"list":[1]}}
  4 <3 MapRunStarted Each {"output":{"MapRunName":"a"}}
  5 <4 +1s MapRunFailed Each {"error":"E","cause":"one","retryAfterSeconds":2}
  6 <5 +2s StateStarted Each {"input":{"list":[1]}}
  7 <6 MapRunStarted Each {"output":{"MapRunName":"b"}}
  8 <7 MapRunFailed Each {"error":"E","cause":"two"}
  9 <8 StateFailed Each {"error":"E","cause":"two"}
  10 <9 ExecutionFailed {"error":"E","cause":"two"}
  11 <10 +9s ExecutionStarted {"input":{"list":[1]},"redrive":1}
  12 <2 StateStarted Each {"input":{"list":[1]}}
  13 <12 MapRunStarted Each {"output":{"MapRunName":"b"}}
  14 <13 MapRunSucceeded Each {"output":{"Items":[1]}}
  15 <14 StateSucceeded Each {"output":{"Items":[1]}}
  16 <15 ExecutionSucceeded {"output":{"Items":[1]}}
`);

export const HISTORIES = {
  called: { plan: CALLS, events: CALLED },
  failed: { plan: BRANCHES, events: FAILED },
  stopped: { plan: BRANCHES, events: STOPPED },
  redriven: { plan: BRANCHES, events: REDRIVEN },
  'a Map run': { plan: RUNS, events: RUN },
};

/** The plan of a state machine without its head, or of a complete classic definition. */
export function planOf(definition: string): Plan {
  const { plan, diagnostics } = compileDefinition(
    definition.startsWith('version')
      ? definition
      : `Type: StateMachine\nSpecVersion: v1\nName: flow\n${definition.replace(/^ {2}/gmu, '')}`,
    {
      mode: 'Standard',
      flowName: null,
      limits: DEFAULT_DEFINITION_LIMITS,
    },
  );
  assert.ok(plan !== null, diagnostics.map(formatDiagnostic).join('\n'));
  return plan;
}

export function historyOf(text: string): HistoryEvent[] {
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
        warnings: [],
      };
    });
}
