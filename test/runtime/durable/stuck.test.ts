/**
 * Executions that this version cannot continue: their reports and children are not lost, other executions
 * continue, and StopExecution ends them.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ExecutionStore } from '../../../src/store/executions.ts';
import { taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskCall, TaskResult } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import type { TestEngine } from '../../../src/testing/test-engine.ts';
import { CALLBACK, oneState, refused } from './definitions.ts';

const branch = (name: string, task: string): string => `
      - StartAt: ${name}
        States:
          - { Name: ${name}, ${task}, End: true }`;

/** Three branches, of a definition that a later engine cannot read. */
const wide = (first: string): string => `
Type: StateMachine
SpecVersion: v1
Name: wide
StartAt: All
States:
  - Type: Parallel
    Name: All
    Branches:${branch('A', first)}${branch('B', CALLBACK)}${branch('C', CALLBACK)}
    End: true
`;
const WORK = 'Type: Task, Action: Test:Work';
const CHILD = `Type: Task, Action: FNF:StartExecution, TaskMode: WaitForSystemCallback, Parameters: { resourceArn: acs:fnf:::flow/child }`;

/** Tasks that wait for a callback are accepted, and their tokens collected. Other tasks wait for `finishWork`. */
class Tasks {
  readonly tokens: string[] = [];
  readonly #work: (() => void)[] = [];

  readonly take = async (call: TaskCall): Promise<TaskResult> => {
    if (call.taskToken !== null) this.tokens.push(call.taskToken);
    else await new Promise<void>((resolve) => this.#work.push(resolve));
    return taskSucceeded();
  };

  finishWork(): void {
    for (const finish of this.#work.splice(0)) finish();
  }
}

async function startEngine(t: TestContext, flows: Readonly<Record<string, string>>) {
  const tasks = new Tasks();
  const engine = await startTestEngine(t, { task: tasks.take });
  for (const [name, definition] of Object.entries(flows)) await engine.createFlow(name, definition);
  return { engine, tasks };
}

/** The next engine, which cannot read the definition of `wide`. */
function restartUnable(engine: TestEngine): Promise<TestEngine> {
  const { executions } = engine.stores;
  const unreadable: ExecutionStore = Object.assign(Object.create(executions) as ExecutionStore, {
    async snapshot(flowId: string, revision: number) {
      const snapshot = await executions.snapshot(flowId, revision);
      return snapshot?.definition.includes('Name: wide') ? { ...snapshot, definition: 'Type: Another' } : snapshot;
    },
  });
  return engine.restart({ stores: { ...engine.stores, executions: unreadable } });
}

/** The next engine, which reads the stores of `first` as they are. */
function restartAble(engine: TestEngine, first: TestEngine): Promise<TestEngine> {
  return engine.restart({ stores: first.stores });
}

/** Lets time pass, and takes the troubles about executions that are stuck. */
async function passStuck(engine: TestEngine, ms: number): Promise<void> {
  await engine.time.pass(ms);
  for (const { where } of engine.takeTroubles()) assert.match(where, /is stuck$/);
}

test('a report for it is refused for the moment, and accepted once it can continue', async (t) => {
  const { engine, tasks } = await startEngine(t, { wide: wide(CALLBACK) });
  await engine.start('wide', { name: 'one' });
  await engine.time.pass(100);
  assert.equal(tasks.tokens.length, 3);
  const tokens = [...tasks.tokens];
  const report = (current: TestEngine, token: string) => current.executions.report(token, { ok: true, output: {} });
  const stuck = await restartUnable(engine);
  for (const token of tokens) await refused(report(stuck, token), 'TaskInvalidState');
  assert.equal((await stuck.executions.waits('wide', 'one')).waits[0]?.kind, 'Stuck');
  await passStuck(stuck, 0);
  const next = await restartAble(stuck, engine);
  for (const token of tokens) await report(next, token);
  assert.equal((await next.ended('wide', 'one')).status, 'Succeeded');
});

test('the end of its child is reported once it can continue', async (t) => {
  const { engine, tasks } = await startEngine(t, { wide: wide(CHILD), child: oneState('child', WORK) });
  await engine.start('wide', { name: 'one' });
  await engine.time.pass(100);
  const tokens = [...tasks.tokens];
  const stuck = await restartUnable(engine);
  const { Executions } = await stuck.call('ListExecutions', { FlowName: 'child' });
  const [{ Name: child }] = Executions as unknown as [{ Name: string }];
  await stuck.time.pass(100);
  tasks.finishWork();
  assert.equal((await stuck.ended('child', child)).status, 'Succeeded');
  await passStuck(stuck, 60_000);
  assert.equal((await stuck.executions.describe('wide', 'one', 0)).status, 'Running');
  const next = await restartAble(stuck, engine);
  for (const token of tokens) await next.executions.report(token, { ok: true, output: {} });
  assert.equal((await next.ended('wide', 'one')).status, 'Succeeded');
});

test('hundreds that are due do not delay another execution', async (t) => {
  const wait = 'Type: Wait, Seconds: 200';
  const { engine } = await startEngine(t, { wide: wide(wait), narrow: oneState('narrow', wait) });
  for (let i = 0; i < 250; i++) await engine.start('wide', { name: `stuck-${i}` });
  await engine.start('narrow', { name: 'well' });
  const stuck = await restartUnable(engine);
  assert.equal((await stuck.ended('narrow', 'well', 300_000)).status, 'Succeeded');
  await passStuck(stuck, 0);
  const next = await restartAble(stuck, engine);
  await next.time.pass(100);
  const { waits } = await next.executions.waits('wide', 'stuck-7');
  assert.deepEqual(
    waits.map(({ kind }) => kind),
    ['Callback', 'Callback'],
  );
});

test('StopExecution ends it once', async (t) => {
  const { engine } = await startEngine(t, { wide: wide(CALLBACK) });
  await engine.start('wide', { name: 'one' });
  const stuck = await restartUnable(engine);
  await passStuck(stuck, 60_000);
  const stop = () => stuck.executions.stop('wide', 'one', { error: 'E', cause: '' });
  const stops = await Promise.allSettled([stop(), stop()]);
  assert.deepEqual(stops.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal((await stuck.ended('wide', 'one')).status, 'Stopped');
});

test('an execution whose definition cannot be read any more is reported as stuck, and can be stopped', async (t) => {
  const { engine } = await startEngine(t, { wide: wide(WORK) });
  await engine.start('wide', { name: 'one' });
  await engine.time.pass(100);
  const next = await restartUnable(engine);
  await next.durable.recovered();
  const { waits } = await next.executions.waits('wide', 'one');
  assert.equal(waits[0]?.kind, 'Stuck');
  await passStuck(next, 0);
  const stopped = await next.executions.stop('wide', 'one', { error: 'Mine', cause: 'old' });
  assert.equal(stopped.status, 'Stopped');
  const events = await next.events('wide', 'one');
  assert.deepEqual(events.at(-1)?.detail, { error: 'Mine', cause: 'old' });
});

test('an execution that was started with a token outlives the task of the token, also over a restart', async (t) => {
  const { engine, tasks } = await startEngine(t, { ask: oneState('ask', CALLBACK), work: oneState('work', WORK) });
  await engine.start('ask', { name: 'one' });
  await engine.time.pass(100);
  await engine.start('work', { name: 'two', callbackToken: tasks.tokens[0] ?? '' });
  await engine.executions.stop('ask', 'one', { error: 'E', cause: '' });
  const next = await engine.restart();
  await next.durable.recovered();
  await next.time.pass(100);
  tasks.finishWork();
  assert.equal((await next.ended('work', 'two')).status, 'Succeeded');
});
