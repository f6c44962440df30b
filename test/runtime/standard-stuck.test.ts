/** Executions that this version of the server cannot continue: their data is not lost, and no other execution waits for them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../src/api/error.ts';
import type { TaskCall } from '../../src/actions/action.ts';
import { flowRecord, startTestEngine } from '../../src/testing/test-engine.ts';
import type { TestEngine } from '../../src/testing/test-engine.ts';
import { fileEnd } from '../support/at-end.ts';

const branch = (name: string, task: string): string => `
      - StartAt: ${name}
        States:
          - { Name: ${name}, ${task}, End: true }`;

/** Three branches, which a server with a limit of two rejects. */
const wide = (name: string, first: string): string => `
Type: StateMachine
SpecVersion: v1
Name: ${name}
StartAt: All
States:
  - Type: Parallel
    Name: All
    Branches:${branch('A', first)}${branch('B', CALLBACK)}${branch('C', CALLBACK)}
    End: true
`;
const CALLBACK = 'Type: Task, Action: Test:Ask, TaskMode: WaitForCustomCallback';
const CHILD = `Type: Task, Action: FNF:StartExecution, TaskMode: WaitForSystemCallback, Parameters: { resourceArn: acs:fnf:::flow/child }`;

const line = (name: string, state: string): string => `
Type: StateMachine
SpecVersion: v1
Name: ${name}
StartAt: One
States:
  - { Name: One, ${state}, End: true }
`;

class Server {
  readonly tokens: string[] = [];
  readonly #work: (() => void)[] = [];
  #world: TestEngine | null = null;

  get world(): TestEngine {
    assert.ok(this.#world !== null);
    return this.#world;
  }

  async start(parallelBranches: number): Promise<TestEngine> {
    const { time, stores } = this.#world ?? {};
    this.#world?.durable.close();
    const ask = {
      run: async (call: TaskCall) => {
        if (call.taskToken !== null) this.tokens.push(call.taskToken);
        else await new Promise<void>((resolve) => this.#work.push(resolve));
        return { ok: true as const, output: {} };
      },
    };
    this.#world = await startTestEngine(fileEnd, {
      actions: { find: () => ask },
      limits: { parallelBranches },
      ...(time !== undefined && stores !== undefined && { time, stores }),
    });
    return this.#world;
  }

  finishWork(): void {
    for (const finish of this.#work.splice(0)) finish();
  }

  run(flowName: string, executionName: string, callbackToken = '') {
    const { executions } = this.world;
    return executions.start({ flowName, executionName, inputText: '', input: {}, qualifier: '', callbackToken });
  }

  async end(flowName: string, executionName: string): Promise<string> {
    return (await this.world.executions.describe(flowName, executionName, 60_000)).status;
  }
}

async function begin(flows: Readonly<Record<string, string>>): Promise<Server> {
  const server = new Server();
  const { stores } = await server.start(50);
  for (const [name, definition] of Object.entries(flows)) {
    await stores.flows.create(flowRecord(name, definition, 'Standard'));
  }
  return server;
}

const codeIs = (code: string) => (error: unknown) => error instanceof ApiError && error.code === code;

test('a report for it may be repeated, and succeeds when it can continue', async (t) => {
  const server = await begin({ wide: wide('wide', CALLBACK) });
  t.after(() => server.world.durable.close());
  await server.run('wide', 'one');
  await server.world.executions.describe('wide', 'one', 100);
  assert.equal(server.tokens.length, 3);
  const tokens = [...server.tokens];
  await server.start(2);
  for (const token of tokens) {
    const report = server.world.executions.report(token, { ok: true, output: {} });
    await assert.rejects(report, codeIs('TaskInvalidState'));
  }
  assert.equal((await server.world.executions.waits('wide', 'one')).waits[0]?.kind, 'Stuck');
  await server.start(50);
  for (const token of tokens) await server.world.executions.report(token, { ok: true, output: {} });
  assert.equal(await server.end('wide', 'one'), 'Succeeded');
});

test('the end of its child waits for it', async (t) => {
  const server = await begin({ wide: wide('wide', CHILD), child: line('child', 'Type: Task, Action: Test:Work') });
  t.after(() => server.world.durable.close());
  await server.run('wide', 'one');
  await server.world.executions.describe('wide', 'one', 100);
  const tokens = [...server.tokens];
  await server.start(2);
  const { executions } = server.world;
  const child = (await executions.list(listOf('child'))).executions[0]?.name ?? '';
  await executions.describe('child', child, 100);
  server.finishWork();
  assert.equal(await server.end('child', child), 'Succeeded');
  assert.equal(await server.end('wide', 'one'), 'Running');
  await server.start(50);
  for (const token of tokens) await server.world.executions.report(token, { ok: true, output: {} });
  assert.equal(await server.end('wide', 'one'), 'Succeeded');
});

test('hundreds of due stuck executions do not prevent others from waking', async (t) => {
  const wait = 'Type: Wait, Seconds: 200';
  const server = await begin({ wide: wide('wide', wait), narrow: line('narrow', wait) });
  t.after(() => server.world.durable.close());
  for (let i = 0; i < 250; i++) await server.run('wide', `stuck-${i}`);
  await server.run('narrow', 'well');
  await server.start(2);
  for (let minute = 0; minute < 5; minute++) await server.end('narrow', 'well');
  assert.equal(await server.end('narrow', 'well'), 'Succeeded');
  await server.start(50);
  await server.world.executions.describe('wide', 'stuck-7', 100);
  const { waits } = await server.world.executions.waits('wide', 'stuck-7');
  assert.deepEqual(
    waits.map(({ kind }) => kind),
    ['Callback', 'Callback'],
  );
});

test('StopExecution ends it once', async (t) => {
  const server = await begin({ wide: wide('wide', CALLBACK) });
  t.after(() => server.world.durable.close());
  await server.run('wide', 'one');
  await server.start(2);
  await server.end('wide', 'one');
  const failure = { error: 'E', cause: '' };
  const { executions } = server.world;
  const stops = await Promise.allSettled([
    executions.stop('wide', 'one', failure),
    executions.stop('wide', 'one', failure),
  ]);
  assert.deepEqual(stops.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal(await server.end('wide', 'one'), 'Stopped');
});

test('an execution that was started with the token of a task outlives the task, also across a restart of the server', async (t) => {
  const server = await begin({ ask: line('ask', CALLBACK), work: line('work', 'Type: Task, Action: Test:Work') });
  t.after(() => server.world.durable.close());
  await server.run('ask', 'one');
  await server.world.executions.describe('ask', 'one', 100);
  const [token = ''] = server.tokens;
  await server.run('work', 'two', token);
  await server.world.executions.stop('ask', 'one', { error: 'E', cause: '' });
  await server.start(50);
  await server.world.durable.recovered();
  await server.world.executions.describe('work', 'two', 100);
  server.finishWork();
  assert.equal(await server.end('work', 'two'), 'Succeeded');
});

function listOf(flowName: string) {
  return {
    flowName,
    status: null,
    startedAfterMs: null,
    startedBeforeMs: null,
    namePrefix: '',
    qualifier: '',
    nextToken: '',
    limit: 10,
    metadataOnly: false,
    textUnits: 1e6,
  };
}
