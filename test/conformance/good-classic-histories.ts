/** Histories of classic flows without a fault, written by hand from rules.md 13, in the form of `history-text.ts`. */
import { historyOf, planOf } from './good-histories.ts';

const CALLS = planOf(`version: v1
type: flow
steps:
  - type: task
    name: Call
    resourceArn: acs:fc:::functions/f
    pattern: waitForCallback
    timeoutSeconds: 10
    inputMappings: [{target: t, source: $context.task.token}]
    retry: [{errors: [E], maxAttempts: 1, intervalSeconds: 2}]
    catch: [{errors: [FnF.ALL], goto: Pick}]
    errorMappings: [{target: recovered, source: true}]
  - type: choice
    name: Pick
    choices: [{condition: $.recovered, steps: [{type: pass, name: In, outputMappings: [{target: i, source: 1}]}], goto: Both}]
  - {type: fail, name: Bad}
  - type: parallel
    name: Both
    branches:
      - steps: [{type: pass, name: L, outputMappings: [{target: l, source: 1}]}]
      - steps: [{type: wait, name: R, duration: 5}]
    outputMappings: [{target: items, source: [1, 2]}]
  - {type: foreach, name: Each, iterationMapping: {collection: $.items, item: it}, steps: [{type: pass, name: One}]}
`);

const TASK = '"resourceArn":"a","mode":"WaitForCustomCallback","parameters":{"resourceArn":"a"},"timeoutSeconds":10';
const BOTH = '{"x":1,"recovered":true,"i":1}';
const EACH = '{"x":1,"recovered":true,"i":1,"items":[1,2]}';

/** Every kind of event but the aborts. */
const CALLED = historyOf(`
  1 <0 ExecutionStarted {"input":{"x":1}}
  2 <1 StepEntered Call {"input":{"x":1},"local":{}}
  3 <2 StepStarted Call {"input":{"t":"token"}}
  4 <3 TaskScheduled Call {${TASK},"attempt":1}
  5 <4 TaskSubmitted Call {"output":{"StatusCode":202}}
  6 <4 +1s TaskFailed Call {"error":"E","cause":"one","retryAfterSeconds":2}
  7 <6 +2s TaskScheduled Call {${TASK},"attempt":2}
  8 <7 TaskSubmitted Call {"output":{"StatusCode":202}}
  9 <7 +10s TaskTimedOut Call {"error":"FnF.TaskTimeout","cause":"late"}
  10 <9 StepFailed Call {"error":"FnF.TaskTimeout","cause":"late","next":"Pick","output":{"recovered":true}}
  11 <10 StepExited Call {"local":{"recovered":true}}
  12 <11 StepEntered Pick {"input":{"x":1},"local":{"recovered":true}}
  13 <12 StepStarted Pick {"input":{"x":1,"recovered":true}}
  14 <13 BranchEntered Pick {"index":0,"input":{"x":1,"recovered":true}}
  15 <14 StepEntered In {"input":{"x":1,"recovered":true},"local":{}}
  16 <15 StepStarted In {"input":{"x":1,"recovered":true}}
  17 <16 StepSucceeded In {"output":{"i":1}}
  18 <17 StepExited In {"local":{"i":1}}
  19 <18 BranchExited Pick {"index":0,"output":{"i":1}}
  20 <19 StepSucceeded Pick {"output":{"i":1}}
  21 <20 StepExited Pick {"local":{"recovered":true,"i":1}}
  22 <21 StepEntered Both {"input":{"x":1},"local":{"recovered":true,"i":1}}
  23 <22 StepStarted Both {"input":${BOTH}}
  24 <23 BranchEntered Both {"index":0,"input":${BOTH}}
  25 <23 BranchEntered Both {"index":1,"input":${BOTH}}
  26 <24 StepEntered L {"input":${BOTH},"local":{}}
  27 <26 StepStarted L {"input":${BOTH}}
  28 <27 StepSucceeded L {"output":{"l":1}}
  29 <28 StepExited L {"local":{"l":1}}
  30 <29 BranchExited Both {"index":0,"output":{"l":1}}
  31 <25 StepEntered R {"input":${BOTH},"local":{}}
  32 <31 StepStarted R {"input":${BOTH}}
  33 <32 +5s StepSucceeded R {"output":{}}
  34 <33 StepExited R {"local":{}}
  35 <34 BranchExited Both {"index":1,"output":{}}
  36 <35 StepSucceeded Both {"output":{"items":[1,2]}}
  37 <36 StepExited Both {"local":{"recovered":true,"i":1,"items":[1,2]}}
  38 <37 StepEntered Each {"input":{"x":1},"local":{"recovered":true,"i":1,"items":[1,2]}}
  39 <38 StepStarted Each {"input":${EACH}}
  40 <39 IterationEntered Each {"index":0,"input":{"x":1,"recovered":true,"i":1,"items":[1,2],"it":1}}
  41 <39 IterationEntered Each {"index":1,"input":{"x":1,"recovered":true,"i":1,"items":[1,2],"it":2}}
  42 <40 StepEntered One {"input":{"x":1,"recovered":true,"i":1,"items":[1,2],"it":1},"local":{}}
  43 <42 StepStarted One {"input":{"x":1,"recovered":true,"i":1,"items":[1,2],"it":1}}
  44 <43 StepSucceeded One {"output":{}}
  45 <44 StepExited One {"local":{}}
  46 <45 IterationExited Each {"index":0,"output":{}}
  47 <41 StepEntered One {"input":{"x":1,"recovered":true,"i":1,"items":[1,2],"it":2},"local":{}}
  48 <47 StepStarted One {"input":{"x":1,"recovered":true,"i":1,"items":[1,2],"it":2}}
  49 <48 StepSucceeded One {"output":{}}
  50 <49 StepExited One {"local":{}}
  51 <50 IterationExited Each {"index":1,"output":{}}
  52 <51 StepSucceeded Each {"output":{}}
  53 <52 StepExited Each {"local":{"recovered":true,"i":1,"items":[1,2]}}
  54 <53 ExecutionSucceeded {"output":{"recovered":true,"i":1,"items":[1,2]}}
`);

const BRANCHES = planOf(`version: v1
type: flow
steps:
  - type: parallel
    name: Both
    branches:
      - steps: [{type: wait, name: Bad, duration: 5, outputMappings: [{target: b, source: 1}]}, {type: fail, name: End, error: E, cause: d}]
      - steps: [{type: choice, name: Inner, choices: [{condition: true, steps: [{type: wait, name: Deep, duration: 9}]}]}]
`);

const OPENED = `
  1 <0 ExecutionStarted {"input":{}}
  2 <1 StepEntered Both {"input":{},"local":{}}
  3 <2 StepStarted Both {"input":{}}
  4 <3 BranchEntered Both {"index":0,"input":{}}
  5 <3 BranchEntered Both {"index":1,"input":{}}
  6 <4 StepEntered Bad {"input":{},"local":{}}
  7 <6 StepStarted Bad {"input":{}}
  8 <5 StepEntered Inner {"input":{},"local":{}}
  9 <8 StepStarted Inner {"input":{}}
  10 <9 BranchEntered Inner {"index":0,"input":{}}
  11 <10 StepEntered Deep {"input":{},"local":{}}
  12 <11 StepStarted Deep {"input":{}}`;

const FAILED = historyOf(`${OPENED}
  13 <7 +5s StepSucceeded Bad {"output":{"b":1}}
  14 <13 StepExited Bad {"local":{"b":1}}
  15 <14 StepEntered End {"input":{},"local":{"b":1}}
  16 <15 StepStarted End {"input":{"b":1}}
  17 <16 StepFailed End {"error":"E","cause":"d"}
  18 <17 StepFailed Deep {"error":"E","cause":"A sibling failed."}
  19 <17 StepFailed Inner {"error":"E","cause":"A sibling failed."}
  20 <17 StepFailed Both {"error":"E","cause":"d"}
  21 <20 ExecutionFailed {"error":"E","cause":"d"}
`);

const REDRIVEN = [
  ...FAILED,
  ...historyOf(`
  22 <21 ExecutionStarted {"input":{},"redrive":1}
  23 <15 StepStarted End {"input":{"b":1}}
  24 <23 StepFailed End {"error":"E","cause":"d"}
  25 <24 StepFailed Deep {"error":"E","cause":"A sibling failed."}
  26 <24 StepFailed Inner {"error":"E","cause":"A sibling failed."}
  27 <24 StepFailed Both {"error":"E","cause":"d"}
  28 <27 ExecutionFailed {"error":"E","cause":"d"}
`).map((event) => ({ ...event, timeMs: event.timeMs + 60_000 })),
];

const STOPPED = historyOf(`${OPENED}
  13 <12 +1s StepFailed Deep {"error":"S","cause":"stop"}
  14 <9 StepFailed Inner {"error":"S","cause":"stop"}
  15 <7 StepFailed Bad {"error":"S","cause":"stop"}
  16 <3 StepFailed Both {"error":"S","cause":"stop"}
  17 <16 ExecutionStopped {"error":"S","cause":"stop"}
`);

export const CLASSIC_HISTORIES = {
  'classic called': { plan: CALLS, events: CALLED },
  'classic failed': { plan: BRANCHES, events: FAILED },
  'classic stopped': { plan: BRANCHES, events: STOPPED },
  'classic redriven': { plan: BRANCHES, events: REDRIVEN },
};
