/** Ends of Map runs from outside: stops, timeouts, failures beside them, deleted flows. Nothing runs on behind an ended run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskFailed } from '../../../src/testing/index.ts';
import type { TestEngine } from '../../../src/testing/index.ts';
import { refused } from './definitions.ts';
import {
  CALL,
  MODES,
  SLEEP_AND_CALL,
  Service,
  childrenOf,
  describeRun,
  echo,
  flowOf,
  mapFlow,
  mapState,
  outputsOf,
  range,
  runNames,
  startWork,
} from './map-run-flows.ts';
import type { Mode } from './map-run-flows.ts';

const FAILURE = { error: 'E', cause: 'by hand' };

/** No child runs, and the service is called no more. */
async function nothingRuns(engine: TestEngine, service: Service, name?: string): Promise<void> {
  await engine.time.pass(200);
  const { total } = service;
  assert.equal(service.underWay, 0, 'no call is under way');
  await engine.time.pass(400_000);
  assert.equal(service.total, total, 'no item begins');
  for (const child of await childrenOf(engine, name))
    assert.notEqual(child['Status'], 'Running', String(child['Name']));
  assert.equal(engine.express.running, 0);
}

async function startSlow(t: Parameters<typeof startWork>[0], definition: string): Promise<[TestEngine, Service]> {
  const service = new Service(20_000);
  const engine = await startWork(t, definition, service);
  await engine.start('work', { name: 'e', input: { list: range(10) } });
  await engine.time.pass(1_000);
  assert.equal(service.underWay, 3);
  return [engine, service];
}

const THREE = { fields: ['MaxConcurrency: 3'] };

for (const mode of MODES) {
  test(`StopExecution stops the run and its ${mode} children`, async (t) => {
    const [engine, service] = await startSlow(t, mapFlow(mode, THREE));
    await engine.executions.stop('work', 'e', FAILURE);
    assert.equal((await engine.ended('work', 'e')).status, 'Stopped');
    await nothingRuns(engine, service);
    const { counts, Status, reply } = await describeRun(engine);
    assert.equal(Status, 'Aborted');
    assert.notEqual(reply['StoppedTime'], '');
    assert.deepEqual(counts, { Pending: 0, Running: 0, Succeed: 0, Failed: 0, Aborted: 10, Total: 10 });
    const stopped = (await childrenOf(engine)).map(({ Status }) => Status);
    assert.deepEqual(stopped, ['Stopped', 'Stopped', 'Stopped']);
  });

  test(`a run that fails stops the ${mode} children that run`, async (t) => {
    const service = new Service(20_000);
    service.answer = (call) => (call.parameters['body'] === 1 ? taskFailed('Boom') : echo(call));
    const engine = await startWork(t, mapFlow(mode, THREE), service);
    await engine.start('work', { name: 'e', input: { list: range(10) } });
    await engine.time.pass(1_000);
    service.delayMs = 100_000;
    assert.equal((await engine.ended('work', 'e', 100_000)).status, 'Failed');
    await nothingRuns(engine, service);
    const { counts, Status } = await describeRun(engine);
    assert.equal(Status, 'Failed');
    assert.equal(counts.Failed, 1);
  });

  test(`the timeout of the flow stops the run and its ${mode} children`, async (t) => {
    const [engine, service] = await startSlow(t, mapFlow(mode, { ...THREE, head: ['Timeout: 30'] }));
    service.delayMs = 100_000;
    assert.equal((await engine.ended('work', 'e', 100_000)).status, 'TimedOut');
    await nothingRuns(engine, service);
    assert.equal((await describeRun(engine)).Status, 'Aborted');
  });

  test(`a failure in another branch stops the run and its ${mode} children`, async (t) => {
    const parallel = [
      '- Type: Parallel',
      '  Name: All',
      '  Branches:',
      '    - StartAt: Each',
      '      States:',
      ...[...mapState(mode, THREE), '  End: true'].map((line) => `        ${line}`),
      '    - StartAt: Wait',
      '      States:',
      '        - {Type: Wait, Name: Wait, Seconds: 5, Next: Fail}',
      '        - {Type: Fail, Name: Fail, Code: Beside, Detail: x}',
      '  Catch: [{Errors: [Beside], Next: Caught}]',
      '  End: true',
      '- {Type: Wait, Name: Caught, Seconds: 60, End: true}',
    ];
    const [engine, service] = await startSlow(t, flowOf('All', parallel));
    await engine.time.pass(6_000);
    assert.equal((await describeRun(engine)).Status, 'Aborted');
    assert.equal(service.underWay, 0, 'while the execution continues');
    assert.equal((await engine.ended('work', 'e', 100_000)).status, 'Succeeded');
    await nothingRuns(engine, service);
  });

  test(`DeleteFlow ends the run and its ${mode} children`, async (t) => {
    const [engine, service] = await startSlow(t, mapFlow(mode, THREE));
    await engine.call('DeleteFlow', { Name: 'work' });
    await engine.time.pass(100_000);
    const { total } = service;
    assert.ok(total < 10, `${total} items ran`);
    assert.equal(service.underWay, 0);
    await engine.time.pass(1_000_000);
    assert.equal(service.total, total, 'no item begins');
    assert.equal(engine.durable.inMemory, 0);
    assert.equal(engine.express.running, 0);
    assert.deepEqual(await engine.stores.executions.running(), { executions: 0, mapItems: 0 });
  });

  test(`a stop while the store fails, and a restart: no ${mode} child runs on`, async (t) => {
    const [engine, service] = await startSlow(t, mapFlow(mode, THREE));
    const stopped = engine.executions.stop('work', 'e', FAILURE);
    await stopped;
    const next = await engine.restart();
    await nothingRuns(next, service);
  });

  test(`Retry of the Map makes another run, with another name (${mode})`, async (t) => {
    const service = new Service();
    let failures = 2;
    service.answer = (call) => (call.parameters['body'] === 4 && failures-- > 0 ? taskFailed('Boom') : echo(call));
    const fields = ['MaxConcurrency: 2', 'Retry: [{Errors: [FnF.ALL], IntervalSeconds: 1, MaxAttempts: 3}]'];
    const engine = await startWork(t, mapFlow(mode, { fields }), service);
    await engine.start('work', { name: 'e', input: { list: range(6) } });
    const { status, output } = await engine.ended('work', 'e');
    assert.equal(status, 'Succeeded');
    assert.deepEqual(JSON.parse(output), outputsOf(range(6)));
    const names = await runNames(engine);
    assert.equal(new Set(names).size, 3);
    const statuses = await Promise.all(names.map(async (name) => (await describeRun(engine, name)).Status));
    assert.deepEqual(statuses, ['Failed', 'Failed', 'Succeeded']);
  });

  test(`a Map in a loop makes a run each round (${mode})`, async (t) => {
    const states = [
      '- {Type: Pass, Name: Begin, GlobalConstructor: {round: 0}, Next: Each}',
      ...mapState(mode),
      '  GlobalConstructor: {round.$: "intAdd($Global.round, 1)"}',
      '  Next: Again',
      '- Type: Choice',
      '  Name: Again',
      '  Branches: [{Condition: $Global.round < 3, Next: Second}]',
      '  Default: Done',
      ...mapState(mode, {}, 'Second'),
      '  Next: Each',
      '- {Type: Succeed, Name: Done}',
    ];
    const service = new Service();
    const engine = await startWork(t, flowOf('Begin', states), service);
    await engine.start('work', { name: 'e', input: { list: range(4) } });
    assert.equal((await engine.ended('work', 'e')).status, 'Succeeded');
    assert.equal(new Set(await runNames(engine)).size, 5);
    assert.equal(service.total, 20);
  });
}

test('StopExecution of a Standard child is a failure of its item', async (t) => {
  const [engine, service] = await startSlow(
    t,
    mapFlow('Standard', { fields: ['MaxConcurrency: 3', 'ToleratedFailureCount: 1'] }),
  );
  const [one] = await childrenOf(engine);
  await engine.executions.stop('work', String(one?.['Name']), FAILURE);
  service.delayMs = 10;
  assert.equal((await engine.ended('work', 'e')).status, 'Succeeded');
  const { counts } = await describeRun(engine);
  assert.deepEqual([counts.Succeed, counts.Failed], [9, 1]);
});

test('a child that is the item of a run cannot be redriven by itself', async (t) => {
  const service = new Service();
  service.answer = () => taskFailed('Boom');
  const engine = await startWork(t, mapFlow('Standard'), service);
  await engine.start('work', { name: 'e', input: { list: [1] } });
  await engine.ended('work', 'e');
  const [one] = await childrenOf(engine);
  await refused(engine.executions.redrive('work', String(one?.['Name'])), 'InvalidArgument', /item of Map run/);
});

test('a stop while all children sleep, after a restart', async (t) => {
  const service = new Service();
  const definition = mapFlow('Standard', { processor: SLEEP_AND_CALL });
  const first = await startWork(t, definition, service, { standIns: { idleMax: 0 } });
  await first.start('work', { name: 'e', input: { list: range(10) } });
  await first.time.pass(5_000);
  const engine = await first.restart();
  await engine.executions.stop('work', 'e', FAILURE);
  await nothingRuns(engine, service);
  assert.equal(service.total, 0);
  assert.equal((await describeRun(engine)).Status, 'Aborted');
});

/** @param depth of Maps within Maps */
function nested(mode: Mode, depth: number): string[] {
  if (depth === 0) return [...CALL];
  const inner = nested(mode, depth - 1);
  return [
    `StartAt: Each${depth}`,
    'States:',
    '  - Type: Map',
    `    Name: Each${depth}`,
    '    ItemsPath: "[1, 2]"',
    '    Processor:',
    `      ProcessorConfig: {ExecutionMode: ${depth === 1 ? mode : 'Standard'}}`,
    ...inner.map((line) => `      ${line}`),
    '    End: true',
  ];
}

for (const mode of MODES) {
  test(`a Map whose children have Maps (${mode}), with restarts and a stop`, async (t) => {
    const definition = mapFlow('Standard', { processor: nested(mode, 2) });
    const service = new Service(50);
    let engine = await startWork(t, definition, service);
    await engine.start('work', { name: 'e', input: { list: range(3) } });
    await engine.time.pass(60);
    engine = await engine.restart();
    assert.equal((await engine.ended('work', 'e')).status, 'Succeeded');
    service.delayMs = 20_000;
    await engine.start('work', { name: 'f', input: { list: range(3) } });
    await engine.time.pass(1_000);
    assert.equal(service.underWay, 12);
    await engine.executions.stop('work', 'f', FAILURE);
    await engine.time.pass(2_000);
    assert.equal(service.underWay, 0);
    assert.deepEqual(await engine.stores.executions.running(), { executions: 0, mapItems: 0 });
  });
}
