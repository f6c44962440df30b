/** An execution copied as a test: the text runs, and passes, with the test kit of this clone. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { History } from '../../src/pages/execution/model/history.ts';
import { asTest, whyNoTest } from '../../src/pages/execution/model/as-test.ts';
import type { TestSubject } from '../../src/pages/execution/model/as-test.ts';
import { streamed } from '../../../src/console/streams/execution-stream.ts';
import { startTestEngine, taskFailed, taskSucceeded, temporaryFolder } from '../../../src/testing/index.ts';
import type { CleanUp, TestEngine, TestEngineOptions } from '../../../src/testing/index.ts';

const SOURCE = pathToFileURL(fileURLToPath(new URL('../../../src', import.meta.url))).href;

async function historyOf(engine: TestEngine, flow: string, execution: string): Promise<History> {
  const history = new History();
  const events = await engine.events(flow, execution);
  assert.ok(history.append(events.map(streamed)));
  return history;
}

/** Runs the text in a process of its own. @returns what it wrote, if the test failed */
async function outcomeOf(t: CleanUp, history: History, subject: Omit<TestSubject, 'environment'>): Promise<string> {
  const file = join(temporaryFolder(t), 'copied.test.ts');
  writeFileSync(file, asTest(history, { ...subject, environment: [], source: SOURCE }));
  try {
    await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', file], {
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    });
    return '';
  } catch (error) {
    return (error as { stdout?: string }).stdout ?? String(error);
  }
}

async function assertCopied(
  t: CleanUp,
  definition: string,
  {
    task,
    act,
  }: { readonly task: NonNullable<TestEngineOptions['task']>; readonly act?: (engine: TestEngine) => Promise<void> },
  input: Record<string, never> | { readonly [key: string]: string } = {},
): Promise<History> {
  const engine = await startTestEngine(t, { task });
  await engine.createFlow('orders', definition);
  await engine.start('orders', { name: 'order-1', input });
  await act?.(engine);
  await engine.ended('orders', 'order-1', 86_400_000);
  const history = await historyOf(engine, 'orders', 'order-1');
  assert.equal(whyNoTest(history), null);
  const subject = { flow: 'orders', execution: 'order-1', definition, mode: 'Standard' } as const;
  assert.equal(await outcomeOf(t, history, subject), '');
  return history;
}

const RETRIED = `
Type: StateMachine
SpecVersion: v1
Name: orders
StartAt: Each
States:
  - Type: Map
    Name: Each
    ItemsPath: $Input.list
    Processor:
      StartAt: Call
      States:
        - Type: Task
          Name: Call
          Action: HTTP:Request
          TaskMode: RequestComplete
          Parameters: { url: 'http://x/\`$\{y}', method: GET, n.$: $Input, headers: { Authorization: 'Bearer secret' } }
          Retry: [{ Errors: [E], MaxAttempts: 2, IntervalSeconds: 30 }]
          End: true
    Next: Done
  - Type: Wait
    Name: Done
    Seconds: 20
    End: true
`;

test('answers by parameters, retries and waits', async (t) => {
  const tries = new Map<unknown, number>();
  await assertCopied(
    t,
    RETRIED,
    {
      task({ parameters }) {
        const { n } = parameters;
        tries.set(n, (tries.get(n) ?? 0) + 1);
        if (n === 2 && tries.get(n) === 1) return taskFailed('E', 'it\'s "so"\n');
        return taskSucceeded({ n: n ?? null, __proto__: 1, text: `\`\${x}\` \\` });
      },
    },
    { list: [1, 2, 3] as never },
  );
});

const CALLBACK = `
Type: StateMachine
SpecVersion: v1
Name: orders
StartAt: Ask
States:
  - Type: Task
    Name: Ask
    Action: HTTP:Request
    TaskMode: WaitForCustomCallback
    Parameters: { url: 'http://x/', method: POST, body: { token.$: $Context.Current.TaskToken } }
    Timeout: 600
    End: true
`;

test('a callback is reported as it was', async (t) => {
  let token = '';
  const task = ({ taskToken }: { readonly taskToken: string | null }) => {
    token = taskToken ?? '';
    return taskSucceeded({ Code: 202 });
  };
  const history = await assertCopied(t, CALLBACK, {
    task,
    async act(engine) {
      await engine.time.pass(60_000);
      await engine.call('ReportTaskSucceeded', { TaskToken: token, Output: '{"n":1234567890123456789}' });
    },
  });
  assert.match(history.events.at(-1)?.detail ?? '', /1234567890123456789/);
});

test('a reported failure, a timeout and a stop with a redrive', async (t) => {
  let token = '';
  const task = ({ taskToken }: { readonly taskToken: string | null }) => {
    token = taskToken ?? '';
    return taskSucceeded({ Code: 202 });
  };
  await assertCopied(t, CALLBACK, {
    task,
    async act(engine) {
      await engine.time.pass(1_000);
      await engine.call('ReportTaskFailed', { TaskToken: token, Error: 'Refused', Cause: 'by Ada' });
    },
  });
  await assertCopied(t, CALLBACK, { task });
  await assertCopied(t, CALLBACK, {
    task,
    async act(engine) {
      await engine.time.pass(1_000);
      await engine.call('StopExecution', { FlowName: 'orders', ExecutionName: 'order-1', Error: 'Enough' });
      await engine.time.pass(5_000);
      await engine.call('RedriveExecution', { FlowName: 'orders', ExecutionName: 'order-1' });
      await engine.time.pass(1_000);
      await engine.call('ReportTaskSucceeded', { TaskToken: token, Output: '{}' });
    },
  });
});

const PARENT = `
Type: StateMachine
SpecVersion: v1
Name: orders
StartAt: Child
States:
  - Type: Task
    Name: Child
    Action: FNF:StartExecution
    TaskMode: WaitForSystemCallback
    Parameters: { resourceArn: 'acs:fnf:::flow/child', executionName: one, input: { a: 1 } }
    End: true
`;

test('the executions of children are answered like services', async (t) => {
  const engine = await startTestEngine(t, {});
  const child = PARENT.replace(
    /StartAt[^]*/,
    'StartAt: A\nStates:\n  - { Type: Wait, Name: A, Seconds: 30, End: true }\n',
  );
  await engine.createFlow('child', child.replace('orders', 'child'));
  await engine.createFlow('orders', PARENT);
  await engine.start('orders', { name: 'order-1' });
  await engine.ended('orders', 'order-1');
  const history = await historyOf(engine, 'orders', 'order-1');
  const subject = { flow: 'orders', execution: 'order-1', definition: PARENT, mode: 'Standard' } as const;
  assert.equal(await outcomeOf(t, history, subject), '');
});

test('a classic flow and an Express flow', async (t) => {
  const classic =
    'version: v1\ntype: flow\nsteps:\n  - type: task\n    name: call\n    resourceArn: acs:fc:::services/s/functions/f\n';
  await assertCopied(t, classic, { task: () => taskSucceeded({ StatusCode: 200, Body: { ok: true } }) });
  const engine = await startTestEngine(t, { task: () => taskFailed('E', 'broken') });
  const definition = RETRIED.replace('IntervalSeconds: 30', 'IntervalSeconds: 1');
  await engine.createFlow('quick', definition, 'Express');
  const { name } = await engine.run('quick', { name: 'first', input: { list: [1] } });
  const history = await historyOf(engine, 'quick', name);
  assert.equal(await outcomeOf(t, history, { flow: 'quick', execution: name, definition, mode: 'Express' }), '');
});

test('a test that is wrong fails', async (t) => {
  const engine = await startTestEngine(t, { task: () => taskSucceeded({ ok: true }) });
  const definition = CALLBACK.replace('WaitForCustomCallback', 'RequestComplete').replace(
    'Task.Token',
    'Execution.Name',
  );
  await engine.createFlow('orders', definition);
  await engine.start('orders', { name: 'order-1' });
  await engine.ended('orders', 'order-1');
  const history = await historyOf(engine, 'orders', 'order-1');
  const other = definition.replace('Timeout: 600', 'OutputConstructor: { other: 1 }');
  const subject = { flow: 'orders', execution: 'order-1', definition: other, mode: 'Standard' } as const;
  assert.match(await outcomeOf(t, history, subject), /other: 1/);
});
