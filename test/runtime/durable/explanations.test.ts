/** DescribeExecutionWaits explains an execution in every state: what it does, why it ended as it did, and what to do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { followCall, setProgress } from '../../../src/outbound/call-progress.ts';
import { taskFailed, taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskResult } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import type { TestEngine } from '../../../src/testing/test-engine.ts';
import { CALLBACK, TWO_TASKS, oneState, refused } from './definitions.ts';
import { FaultyStores } from './faulty-stores.ts';

const FAILING = `
Type: StateMachine
SpecVersion: v1
Name: failing
StartAt: Both
States:
  - Type: Parallel
    Name: Both
    Branches:
      - StartAt: Charge
        States:
          - Type: Task
            Name: Charge
            Action: Test:Call
            Parameters: { card.$: $Input.no.card }
            Retry: [{ Errors: [Flaky], IntervalSeconds: 1, MaxAttempts: 2 }]
            End: true
      - { StartAt: Long, States: [{ Type: Wait, Name: Long, Seconds: 20, End: true }] }
    End: true
`;

async function explained(engine: TestEngine, flow: string, name: string) {
  const reply = await engine.call('DescribeExecutionWaits', { FlowName: flow, ExecutionName: name });
  const waits = reply['Waits'] as unknown as readonly { Kind: string; Reason: string }[];
  return { text: String(reply['Explanation']), waits, reasons: waits.map(({ Reason }) => Reason).join('\n') };
}

function engineThat(t: TestContext, result: () => TaskResult | Promise<TaskResult>) {
  return startTestEngine(t, { task: result });
}

for (const mode of ['Standard', 'Express'] as const) {
  test(`a failed one: the state, its line, the attempt, the error and the paths without a value (${mode})`, async (t) => {
    const engine = await engineThat(t, () => taskFailed('Flaky', 'card refused'));
    await engine.createFlow('failing', FAILING, mode);
    let name = 'one';
    if (mode === 'Standard') await engine.start('failing', { name });
    else name = (await engine.run('failing', { name })).name;
    await engine.time.pass(10_000);
    const { text, waits } = await explained(engine, 'failing', name);
    assert.match(
      text,
      /^It failed at 2026\S+ in state Charge \(line 13 of the definition, attempt 3, event \d+\): Flaky: card refused\./,
    );
    assert.match(
      text,
      / On the way: in state Charge at States\[0\]\.Branches\[0\]\.States\[0\]\.Parameters\.card\.\$, the path \$Input\.no\.card /,
    );
    assert.equal(text.includes('RedriveExecution'), mode === 'Standard');
    assert.deepEqual(waits, []);
  });
}

test('one that succeeded, was stopped or timed out', async (t) => {
  const engine = await engineThat(t, () => taskSucceeded());
  await engine.createFlow(
    'wait',
    oneState('wait', 'Type: Wait, Seconds: 100').replace('StartAt', 'Timeout: 50\nStartAt'),
  );
  await engine.createFlow('pass', oneState('pass', 'Type: Pass'));
  for (const name of ['stopped', 'late']) await engine.start('wait', { name });
  await engine.start('pass', { name: 'one' });
  await engine.executions.stop('wait', 'stopped', { error: 'Mine', cause: 'no need' });
  await engine.time.pass(60_000);
  assert.match((await explained(engine, 'pass', 'one')).text, /^It succeeded at /);
  const stopped = (await explained(engine, 'wait', 'stopped')).text;
  assert.match(stopped, /^It was stopped at .*: Mine: no need\. Under way were the states One\./);
  assert.match((await explained(engine, 'wait', 'late')).text, /^It timed out at .*FnF\.ExecutionTimeout.*states One/);
  await refused(
    engine.call('DescribeExecutionWaits', { FlowName: 'pass', ExecutionName: 'none' }),
    'ExecutionNotExists',
  );
});

test('one that sleeps in the store, and one that is stuck there', async (t) => {
  const engine = await startTestEngine(t, { task: () => taskSucceeded(), standIns: { idleMax: 0 } });
  await engine.createFlow('ask', oneState('ask', CALLBACK));
  await engine.start('ask', { name: 'one' });
  await engine.time.pass(100);
  assert.equal(engine.durable.inMemory, 0);
  const { text, waits } = await explained(engine, 'ask', 'one');
  assert.match(text, /asleep/);
  assert.equal(waits[0]?.Kind, 'Callback');
  const { executions } = engine.stores;
  const unreadable = Object.assign(Object.create(executions) as typeof executions, {
    journal: () => Promise.resolve([{ first: 1, count: 1, events: '[[' }]),
  });
  const next = await engine.restart({ stores: { ...engine.stores, executions: unreadable } });
  const stuck = await explained(next, 'ask', 'one');
  assert.match(stuck.text, /stuck.*StopExecution/);
  assert.equal(stuck.waits[0]?.Kind, 'Stuck');
  next.takeTroubles();
});

test('a call is said to be made only when it was', async (t) => {
  const faulty = new FaultyStores();
  let signal: AbortSignal | null = null;
  let answer = (): void => {};
  const engine = await startTestEngine(t, {
    stores: faulty.stores,
    task(_call, given) {
      signal = given;
      return new Promise((resolve) => {
        answer = () => resolve(taskSucceeded());
      });
    },
  });
  await engine.createFlow('two', TWO_TASKS);
  await engine.start('two', { name: 'one' });
  await engine.time.pass(100);
  assert.match(
    (await explained(engine, 'two', 'one')).reasons,
    /Test:Call was called \(attempt 1\) and has not answered/,
  );
  assert.ok(signal !== null);
  setProgress(signal, 'a free connection to http://x');
  const waiting = (await explained(engine, 'two', 'one')).reasons;
  assert.match(waiting, /has not been called yet: it waits for a free connection to http:\/\/x/);
  assert.doesNotMatch(waiting, /was called/);
  setProgress(signal, null);
  faulty.fault = 'before';
  answer();
  await engine.time.pass(100);
  const { reasons, waits } = await explained(engine, 'two', 'one');
  assert.match(reasons, /Test:Call has not been called yet: the call waits for its commit.*disk full/);
  assert.deepEqual(new Set(waits.map(({ Kind }) => Kind)), new Set(['Store']));
  engine.takeTroubles();
  faulty.fault = 'none';
});

test('one that a defect has broken', async (t) => {
  const engine = await startTestEngine(t, {
    task: () => ({ ok: true, output: new Proxy({}, { ownKeys: () => assert.fail('planted') }) }),
  });
  await engine.createFlow('two', TWO_TASKS);
  await engine.start('two', { name: 'one' });
  await engine.time.pass(100);
  const { text, reasons } = await explained(engine, 'two', 'one');
  assert.match(text, /stuck/);
  assert.match(reasons, /A defect of the server has ended its run.*planted/);
  engine.takeTroubles();
});

test('the progress of a call that no one follows is ignored', () => {
  const followed = new AbortController().signal;
  const progress = followCall(followed);
  setProgress(new AbortController().signal, 'nothing');
  assert.equal(progress.waitsFor, null);
});
