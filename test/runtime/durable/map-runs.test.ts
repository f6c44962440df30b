/** Runs of distributed Maps (rules.md 7.10), in a whole engine on virtual time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { startTestEngine, taskFailed, taskSucceeded } from '../../../src/testing/index.ts';
import type { CleanUp, TaskCall, TestEngine, TestEngineOptions } from '../../../src/testing/index.ts';

type Mode = 'Express' | 'Standard';
const MODES: readonly Mode[] = ['Express', 'Standard'];

/** A flow with one distributed Map whose items call a service with their input. @param fields further lines of the Map */
function mapFlow(mode: Mode, fields: readonly string[] = [], path = '$Input.list'): string {
  return `
Type: StateMachine
SpecVersion: v1
Name: work
StartAt: Each
States:
  - Type: Map
    Name: Each
    ItemsPath: ${path}
${fields.map((line) => `    ${line}`).join('\n')}
    Processor:
      ProcessorConfig: {ExecutionMode: ${mode}}
      StartAt: Call
      States:
        - Type: Task
          Name: Call
          Action: HTTP:Request
          Parameters: {url: http://x.example, method: POST, body.$: $Input}
          OutputConstructor: {got.$: $Output.Body}
          End: true
    End: true
`;
}

/** Answers with the body of the call. */
function echo({ parameters }: TaskCall) {
  return taskSucceeded({ Body: parameters['body'] ?? null });
}

async function start(t: CleanUp, definition: string, options: TestEngineOptions = {}): Promise<TestEngine> {
  const engine = await startTestEngine(t, { task: echo, ...options });
  await engine.createFlow('work', definition);
  return engine;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The Map run of an execution, by its history. */
async function runName(engine: TestEngine, execution = 'e'): Promise<string> {
  const events = await engine.events('work', execution);
  const { output } = events.findLast(({ type }) => type === 'MapRunStarted')?.detail as { output: JsonObject };
  return String(output['MapRunName']);
}

async function describeRun(engine: TestEngine, name?: string): Promise<JsonObject> {
  const MapRunName = name ?? (await runName(engine));
  return engine.call('DescribeMapRun', { FlowName: 'work', ExecutionName: 'e', MapRunName });
}

async function children(engine: TestEngine): Promise<JsonObject[]> {
  const MapRunName = await runName(engine);
  const reply = await engine.call('ListExecutions', { FlowName: 'work', MapRunName, Limit: 100 });
  return reply['Executions'] as unknown as JsonObject[];
}

for (const mode of MODES) {
  test(`${mode} children run the items, and their outputs are the result in the order of the items`, async (t) => {
    const engine = await start(t, mapFlow(mode));
    await engine.start('work', { name: 'e', input: { list: [1, { a: 'x' }, null, 'text'] } });
    const { status, output } = await engine.ended('work', 'e');
    assert.equal(status, 'Succeeded');
    assert.deepEqual(JSON.parse(output), { Items: [{ got: 1 }, { got: { a: 'x' } }, { got: null }, { got: 'text' }] });
    const types = (await engine.events('work', 'e')).map(({ type }) => type);
    assert.deepEqual(types, [
      ...['ExecutionStarted', 'StateEntered', 'StateStarted'],
      ...['MapRunStarted', 'MapRunSucceeded', 'StateSucceeded', 'ExecutionSucceeded'],
    ]);
    const { ItemCounts, Status, StoppedTime } = await describeRun(engine);
    assert.deepEqual(ItemCounts, { Pending: 0, Running: 0, Succeed: 4, Failed: 0, Aborted: 0, Total: 4 });
    assert.equal(Status, 'Succeeded');
    assert.notEqual(StoppedTime, '');
    const listed = await children(engine);
    assert.equal(listed.length, 4);
    assert.ok(listed.every(({ Name }) => /^e-[0-9a-f]{12}-\d(:|$)/.test(String(Name))));
    const [one] = listed;
    const described = await engine.call('DescribeExecution', { FlowName: 'work', ExecutionName: one?.['Name'] });
    assert.equal(described['Status'], 'Succeeded');
    assert.ok((await engine.events('work', String(one?.['Name']))).some(({ type }) => type === 'TaskSucceeded'));
    const own = await engine.call('ListExecutions', { FlowName: 'work' });
    assert.equal((own['Executions'] as unknown as JsonValue[]).length, 1);
  });

  test(`a Map of no items ends with an empty result (${mode})`, async (t) => {
    const engine = await start(t, mapFlow(mode));
    await engine.start('work', { name: 'e', input: { list: [] } });
    assert.deepEqual(JSON.parse((await engine.ended('work', 'e')).output), { Items: [] });
  });

  test(`the first failed ${mode} child fails the Map, which names it`, async (t) => {
    const task = (call: TaskCall) => (call.parameters['body'] === 3 ? taskFailed('Boom', 'it is three') : echo(call));
    const engine = await start(t, mapFlow(mode, ['MaxConcurrency: 2']), { task });
    await engine.start('work', { name: 'e', input: { list: range(100) } });
    const { status } = await engine.ended('work', 'e');
    assert.equal(status, 'Failed');
    const failed = (await engine.events('work', 'e')).find(({ type }) => type === 'MapRunFailed');
    assert.equal(failed?.detail['error'], 'FnF.ExceedToleratedFailureThreshold');
    assert.match(
      String(failed?.detail['cause']),
      /1 item has failed, and 0 may fail.*item 3, execution e-[0-9a-f]{12}-3.*Boom: it is three/,
    );
    const { ItemCounts: counts, Status } = await describeRun(engine);
    assert.equal(Status, 'Failed');
    const { Failed, Succeed, Aborted, Total } = counts as Record<string, number>;
    assert.equal(Failed, 1);
    assert.equal(Total, 100);
    assert.equal((Succeed ?? 0) + (Aborted ?? 0), 99);
    assert.ok((Succeed ?? 0) < 10, 'the others did not run');
  });

  test(`at most MaxConcurrency ${mode} children run at once`, async (t) => {
    let running = 0;
    let most = 0;
    const engine = await startTestEngine(t, {
      task: async (call) => {
        most = Math.max(most, ++running);
        (await engine.time.after) === undefined;
        await new Promise<void>((resolve) => engine.time.after(1_000, resolve));
        running--;
        return echo(call);
      },
    });
    await engine.createFlow('work', mapFlow(mode, ['MaxConcurrency: 3']));
    await engine.start('work', { name: 'e', input: { list: range(20) } });
    assert.equal((await engine.ended('work', 'e')).status, 'Succeeded');
    assert.equal(most, 3);
  });
}
