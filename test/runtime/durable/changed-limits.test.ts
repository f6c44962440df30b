/** A server that starts with other limits than before continues the executions of its stored definitions (rules.md 6.5). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../src/base/json.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import type { TestEngineOptions } from '../../../src/testing/test-engine.ts';
import { taskSucceeded } from '../../../src/testing/stand-ins.ts';
import { refused } from './definitions.ts';

type Limits = NonNullable<TestEngineOptions['limits']>;

interface Change {
  readonly before?: Limits;
  readonly after: Limits;
  /** The state that comes after a wait over the restart. */
  readonly last: string;
  readonly input?: JsonObject;
  /** The error of an execution that passes a limit of the interpreter; absent: it succeeds. */
  readonly error?: RegExp;
}

/** Waits, so that the next server loads it, and then does `last`. */
const definition = (last: string): string => `
Type: StateMachine
SpecVersion: v1
Name: changed
StartAt: Wait
States:
  - { Type: Wait, Name: Wait, Seconds: 200, Next: Last }
  - { Name: Last, ${last}, End: true }
`;

const BRANCHES = ['A', 'B', 'C'].map(
  (name) => `{ StartAt: ${name}, States: [{ Type: Pass, Name: ${name}, End: true }] }`,
);
const ITEMS = 'Processor: { StartAt: One, States: [{ Type: Pass, Name: One, End: true }] }';
const LONG = 'x'.repeat(1_000);
const START = 'Type: Task, Action: FNF:StartExecution, Parameters: { resourceArn: "acs:fnf:::flow/other" }';
const CALL = 'Type: Task, Action: FNF:StartSyncExecution, Parameters: { flowName: express }';

const CHANGES: Readonly<Record<string, Change>> = {
  'limits.parallelBranches': {
    after: { parallelBranches: 1 },
    last: `Type: Parallel, Branches: [${BRANCHES.join(',')}]`,
  },
  'limits.globalKey': {
    after: { globalKeyBytes: 8 },
    last: 'Type: Pass, GlobalConstructor: { a-name-of-twenty-by: 1 }',
    error: /FnF\.DataLimitExceeded.*larger than 8 bytes/,
  },
  'limits.globalValue': {
    after: { globalValueBytes: 100 },
    last: 'Type: Pass, GlobalConstructor: { a.$: $Input.text }',
    input: { text: LONG },
    error: /FnF\.DataLimitExceeded.*larger than 100 bytes/,
  },
  'limits.mapConcurrency': {
    before: { mapConcurrency: 60 },
    after: { mapConcurrency: 2 },
    last: `Type: Map, ItemsPath: $Input.items, MaxConcurrency: 60, ${ITEMS}`,
    input: { items: [1, 2, 3, 4, 5] },
  },
  'limits.stateData, for a value that was there before': {
    after: { stateDataBytes: 100 },
    last: 'Type: Pass',
    input: { text: LONG },
  },
  'limits.stateData, for a new value': {
    after: { stateDataBytes: 100 },
    last: 'Type: Pass, OutputConstructor: { again.$: $Input.text }',
    input: { text: LONG },
    error: /FnF\.DataLimitExceeded/,
  },
  'limits.input': { after: { inputBytes: 10 }, last: 'Type: Pass', input: { text: LONG } },
  'limits.request': { after: { requestBytes: 1_024 }, last: 'Type: Pass', input: { text: LONG.repeat(10) } },
  'limits.executionMemory': { after: { executionMemoryBytes: 1 }, last: 'Type: Pass', input: { text: LONG } },
  'limits.standardExecutions': { after: { standardExecutions: 1 }, last: 'Type: Pass' },
  'limits.standardExecutions, for a start by a task': {
    after: { standardExecutions: 1 },
    last: START,
    error: /FNF\.ResourceThrottled/,
  },
  'limits.concurrentExecutions': { after: { concurrentExecutions: 1 }, last: CALL },
  'limits.startsPerSecond': { after: { startsPerSecond: 1 }, last: CALL },
  'limits.expressTimeout': { after: { expressTimeoutSeconds: 1 }, last: CALL },
  'limits.callDepth': { after: { callDepth: 1 }, last: CALL },
  'limits.childDepth': { after: { childDepth: 1 }, last: START },
  'limits.events': { after: { events: 3 }, last: 'Type: Pass', error: /FnF\.EventLimitExceeded/ },
  'limits.events, raised': {
    before: { events: 9 },
    after: { events: 5_000 },
    last: `Type: Map, ItemsPath: $Input.items, ${ITEMS}`,
    input: { items: [1, 2, 3, 4] },
  },
  'limits.flows': { after: { flows: 1 }, last: START },
  'limits.operationRates': {
    after: { operationRate: { perSecond: 1, burst: 1 } },
    last: 'Type: Task, Action: Test:Work',
  },
};

for (const [name, { before = {}, after, last, input = {}, error }] of Object.entries(CHANGES)) {
  test(`${name}: an execution that was under way when it changed comes to its end`, async (t) => {
    const first = await startTestEngine(t, { limits: before, task: () => taskSucceeded() });
    await first.createFlow(
      'express',
      definition('Type: Pass')
        .replace('Seconds: 200', 'Seconds: 0')
        .replace('Wait, Name', 'Pass, Name')
        .replace(', Seconds: 0', ''),
      'Express',
    );
    await first.createFlow('other', definition('Type: Pass'));
    await first.createFlow('changed', definition(last));
    // A second one counts against the limits of running executions.
    for (const each of ['one', 'two']) await first.start('changed', { name: each, input });
    await first.time.pass(1_000);
    const next = await first.restart({ limits: { ...before, ...after } });
    await next.durable.recovered();
    for (const each of ['one', 'two']) {
      const { status } = await next.ended('changed', each, 600_000);
      const events = await next.events('changed', each);
      if (error === undefined) assert.equal(status, 'Succeeded', JSON.stringify(events.at(-1)));
      else if (status === 'Failed') assert.match(JSON.stringify(events.at(-1)), error);
      else assert.ok(name.includes('by a task'), 'the first one may have ended before the second needs its place');
    }
    // A stored flow runs as well.
    await next
      .start('changed', { name: 'three', input })
      .catch((refusal: Error) => assert.match(refusal.message, /limits\./));
  });
}

test('a definition over a lowered limit is refused by CreateFlow and UpdateFlow, and its stored version still starts', async (t) => {
  const wide = definition(`Type: Parallel, Branches: [${BRANCHES.join(',')}]`);
  const first = await startTestEngine(t);
  await first.createFlow('changed', wide);
  await first.call('PublishFlowVersion', { FlowName: 'changed' });
  const next = await first.restart({ limits: { parallelBranches: 2 } });
  await refused(next.createFlow('another', wide), 'InvalidArgument', /3 branches|Branches/);
  await refused(next.call('UpdateFlow', { Name: 'changed', Definition: wide }), 'InvalidArgument');
  await next.start('changed', { name: 'current' });
  await next.start('changed', { name: 'version', qualifier: '1' });
  for (const name of ['current', 'version'])
    assert.equal((await next.ended('changed', name, 600_000)).status, 'Succeeded');
});

const MINUTE_MS = 60_000;

test('history.keep: what is older is deleted, and what runs is not', async (t) => {
  const first = await startTestEngine(t);
  await first.createFlow('changed', definition('Type: Pass'));
  await first.start('changed', { name: 'old' });
  await first.ended('changed', 'old', 600_000);
  await first.time.pass(30 * MINUTE_MS);
  await first.start('changed', { name: 'running' });
  await first.time.pass(150_000);
  const next = await first.restart({ settings: 'history: { keep: 20m, stateEventNames: step }' });
  assert.equal((await next.ended('changed', 'running', 600_000)).status, 'Succeeded');
  await next.time.pass(15 * MINUTE_MS);
  await refused(next.executions.describe('changed', 'old', 0), 'ExecutionNotExists');
  const types = new Set((await next.events('changed', 'running')).map(({ type }) => type));
  assert.ok(types.has('StepEntered') && !types.has('StateEntered'));
});
