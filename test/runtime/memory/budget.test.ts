/** The memory of all executions together is bounded (rules.md 12.17): by flows that fill it, and for work that is not to blame. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { taskSucceeded } from '../../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import type { TestEngine, TestEngineOptions } from '../../../src/testing/test-engine.ts';
import { TestCluster } from '../../cluster/engines.ts';
import { oneState } from '../durable/definitions.ts';

const MIB = 1024 * 1024;
const LIMIT = 8 * MIB;
const TEXT = 'x'.repeat(50_000);

/** Fills `$Global` with texts of its own, and waits. */
const FILL = `
Type: StateMachine
SpecVersion: v1
Name: fill
StartAt: P1
States:
${[1, 2, 3, 4]
  .map(
    (n) => `
  - Type: Pass
    Name: P${n}
    GlobalConstructor: { g${n}: { a.$: 'format("{}${n}{}", $Input.text, $Input.text)', b.$: 'format("{}{}", $Input.text, ${n})' } }
    OutputConstructor: { text.$: $Input.text }
    Next: ${n === 4 ? 'W' : `P${n + 1}`}`,
  )
  .join('')}
  - { Type: Wait, Name: W, Seconds: 15, OutputConstructor: {}, End: true }
`;

/** A Map of 40 whose items do `task`. */
function mapOf(name: string, task: string): string {
  return `
Type: StateMachine
SpecVersion: v1
Name: ${name}
StartAt: M
States:
  - Type: Map
    Name: M
    ItemsPath: $Input.items
    Processor:
      StartAt: C
      States: [{ Name: C, ${task}, OutputConstructor: {}, End: true }]
    End: true
`;
}

const ITEMS = Array.from({ length: 40 }, (_, i) => i);

async function startEngine(t: TestContext, options: TestEngineOptions = {}) {
  const engine = await startTestEngine(t, { ...options, limits: { executionMemoryBytes: LIMIT, ...options.limits } });
  await engine.createFlow('ping', oneState('ping', 'Type: Pass'), 'Express');
  await engine.createFlow('wait', oneState('wait', 'Type: Wait, Seconds: 10, OutputConstructor: {}'), 'Express');
  return engine;
}

/** The most memory that is counted until `work` has settled; small starts succeed all the time. */
async function most(engine: TestEngine, work: Promise<unknown>): Promise<number> {
  const { memory, time } = engine;
  let bytes = 0;
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  while (!isDone) {
    bytes = Math.max(bytes, memory.bytes);
    assert.equal((await engine.run('ping')).status, 'Succeeded');
    await time.pass(100);
  }
  await done;
  return bytes;
}

test('flows that fill $Global and wait: their growth fails, and others are served', async (t) => {
  const engine = await startEngine(t);
  await engine.createFlow('fill', FILL, 'Express');
  const call =
    'Type: Task, Action: FNF:StartSyncExecution, Parameters: { flowName: fill, input: { text.$: $Context.Execution.Input.text } }';
  await engine.createFlow('outer', mapOf('outer', call), 'Express');
  const input = { items: ITEMS, text: TEXT };
  const runs = Promise.allSettled(ITEMS.map(() => engine.run('outer', { input })));
  assert.ok((await most(engine, runs)) < 2 * LIMIT);
  const errors = new Set<string>();
  for (const run of await runs) errors.add(run.status === 'rejected' ? String(run.reason) : run.value.errorCode);
  errors.delete('');
  assert.ok(errors.size > 0);
  for (const error of errors)
    assert.match(
      error,
      /^(FnF\.DataLimitExceeded|FNF\.ResourceThrottled|.*ResourceThrottled.*|.*limits\.executionMemory.*)$/,
    );
  assert.equal(engine.memory.bytes, 0);
});

test('one flow that fills memory alone fails in the state that grows, which can catch it', async (t) => {
  const engine = await startEngine(t, { limits: { executionMemoryBytes: MIB }, task: () => taskSucceeded() });
  const long = Array.from({ length: 60 }, (_, n) => `g${n}: { a.$: 'format("{}${n}", $Input.text)' }`);
  await engine.createFlow(
    'fat',
    `
Type: StateMachine
SpecVersion: v1
Name: fat
StartAt: P0
States:
${long
  .map(
    (member, n) => `
  - Type: Task
    Name: P${n}
    Action: Test:Work
    GlobalConstructor: { ${member} }
    OutputConstructor: { text.$: $Input.text }
    Catch: [{ Errors: [FnF.DataLimitExceeded], OutputConstructor: { why.$: $Context.Current.Error.Detail }, Next: End }]
    Next: ${n === 59 ? 'End' : `P${n + 1}`}`,
  )
  .join('')}
  - { Type: Pass, Name: End, End: true }
`,
    'Express',
  );
  const result = await engine.run('fat', { input: { text: TEXT } });
  assert.equal(result.status, 'Succeeded');
  assert.match(result.output, /limits\.executionMemory/);
});

test('a flow that calls itself in a Map is stopped by the memory that its calls take', async (t) => {
  const engine = await startEngine(t);
  const call =
    'Type: Task, Action: FNF:StartSyncExecution, Parameters: { flowName: self, input.$: $Context.Execution.Input }';
  await engine.createFlow('self', mapOf('self', call), 'Express');
  const run = engine.run('self', { input: { items: ITEMS, text: TEXT } });
  assert.ok((await most(engine, run)) < 2 * LIMIT);
  assert.equal((await run).errorCode, 'FNF.ResourceThrottled');
  assert.equal(engine.memory.bytes, 0);
});

test('branches in items count, although each value is small', async (t) => {
  const engine = await startEngine(t);
  const branch = (n: number): string =>
    `{ StartAt: W${n}, States: [{ Type: Wait, Name: W${n}, Seconds: 10, OutputConstructor: {}, End: true }] }`;
  const branches = Array.from({ length: 50 }, (_, n) => branch(n)).join(',');
  await engine.createFlow('wide', mapOf('wide', `Type: Parallel, Branches: [${branches}]`), 'Express');
  const runs = Promise.all(ITEMS.slice(0, 10).map(() => engine.run('wide', { input: { items: ITEMS } })));
  assert.ok((await most(engine, runs)) < 2 * LIMIT);
  const failed = (await runs).filter(({ status }) => status === 'Failed');
  assert.ok(failed.length > 0);
  for (const { errorCode } of failed) assert.equal(errorCode, 'FnF.DataLimitExceeded');
});

test('starts of both modes are throttled at the limit and accepted when there is room; a small start is not', async (t) => {
  const engine = await startEngine(t);
  await engine.createFlow('standard', oneState('standard', 'Type: Wait, Seconds: 10, OutputConstructor: {}'));
  const input = { a: Array.from({ length: 15_000 }, () => []) };
  const held: Promise<unknown>[] = [];
  while (!engine.memory.isFull) {
    held.push(engine.run('wait', { input }));
    await engine.time.pass(10);
  }
  const refusal = { code: 'ResourceThrottled', status: 429, retryAfterMs: 1_000, message: /limits\.executionMemory/ };
  await assert.rejects(engine.run('wait', { input }), refusal);
  await assert.rejects(engine.start('standard', { input }), refusal);
  await engine.start('standard', { name: 'small' });
  await Promise.all(held);
  assert.equal((await engine.run('wait', { input })).status, 'Succeeded');
});

test('executions of a Standard flow are loaded in turns after a restart, and none is refused', async (t) => {
  const engine = await startEngine(t, { limits: { executionMemoryBytes: 64 * MIB } });
  await engine.createFlow('hold', oneState('hold', 'Type: Wait, Seconds: 20, OutputConstructor: {}'));
  const input = { a: Array.from({ length: 10_000 }, () => []) };
  for (const i of ITEMS) await engine.start('hold', { name: `e${i}`, input });
  const next = await engine.restart({ limits: { executionMemoryBytes: 4 * MIB } });
  const ended = Promise.all(ITEMS.map((i) => next.ended('hold', `e${i}`, 3_600_000)));
  let bytes = 0;
  for (let s = 0; s < 400; s++) {
    await next.time.pass(1_000);
    bytes = Math.max(bytes, next.memory.bytes);
  }
  for (const { status } of await ended) assert.equal(status, 'Succeeded');
  assert.ok(bytes < 8 * MIB, `${bytes} bytes`);
});

test('executions that only wait leave memory while it is short, and their reports are taken', async (t) => {
  const tokens: string[] = [];
  const engine = await startEngine(t, {
    task: (call) => {
      tokens.push(call.taskToken ?? '');
      return taskSucceeded();
    },
  });
  await engine.createFlow('ask', oneState('ask', 'Type: Task, Action: Test:Ask, TaskMode: WaitForCustomCallback'));
  const input = { a: Array.from({ length: 10_000 }, () => []) };
  for (const i of ITEMS) {
    await engine.start('ask', { name: `e${i}`, input });
    await engine.time.pass(100);
  }
  assert.ok(engine.durable.inMemory < ITEMS.length);
  assert.ok(engine.memory.bytes < LIMIT);
  for (const token of tokens) await engine.executions.report(token, { ok: true, output: {} });
  for (const i of ITEMS) assert.equal((await engine.ended('ask', `e${i}`)).status, 'Succeeded');
});

test('only the present run table of a process that has joined again reacts to memory that is full', async (t) => {
  const cluster = new TestCluster(t, { limits: { executionMemoryBytes: LIMIT } });
  const { memory, durable, cluster: own, takeTroubles } = await cluster.join('a');
  const nodes = new Set([own.node]);
  while (nodes.size < 4) {
    own.lose();
    await cluster.time.pass(5_000);
    nodes.add(own.node);
    takeTroubles();
  }
  assert.equal(durable.writeFault, null);
  const soon = t.mock.method(cluster.time, 'soon');
  memory.add(LIMIT);
  assert.equal(soon.mock.callCount(), 1);
  memory.remove(LIMIT);
});
