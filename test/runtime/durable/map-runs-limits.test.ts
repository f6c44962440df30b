/** Map runs at the limits of the server, and in large numbers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskFailed } from '../../../src/testing/index.ts';
import type { TaskResult, TestEngine } from '../../../src/testing/index.ts';
import { refused } from './definitions.ts';
import { FaultyStores } from './faulty-stores.ts';
import {
  MODES,
  Service,
  causeOf,
  childrenOf,
  describeRun,
  echo,
  endsOf,
  flowOf,
  mapFlow,
  mapState,
  outputsOf,
  range,
  runName,
  runNames,
  startWork,
  updateRun,
} from './map-run-flows.ts';

for (const mode of MODES) {
  test(`10,000 items run as ${mode} children`, async (t) => {
    const service = new Service();
    const processor = ['StartAt: Pass', 'States:', '  - {Type: Pass, Name: Pass, OutputConstructor: {}, End: true}'];
    const definition = mapFlow(mode, { processor, fields: ['MaxConcurrency: 40'] });
    const engine = await startWork(t, definition, service);
    await engine.start('work', { name: 'e', input: { list: range(10_000) } });
    assert.equal((await engine.ended('work', 'e', 600_000)).status, 'Succeeded');
    assert.equal((await endsOf(engine.stores, await runName(engine))).size, 10_000);
    assert.deepEqual(await engine.stores.executions.running(), { executions: 0, mapItems: 0 });
  });

  test(`a list of more items than limits.mapItems fails before any of them runs (${mode})`, async (t) => {
    const service = new Service();
    const engine = await startWork(t, mapFlow(mode), service, { limits: { mapItems: 10 } });
    await engine.start('work', { name: 'e', input: { list: range(11) } });
    assert.equal((await engine.ended('work', 'e')).status, 'Failed');
    assert.match(await causeOf(engine), /more than 10 items/);
    assert.equal(service.total, 0);
    const few = mapFlow(mode, { fields: ['MaxItems: 10'] });
    await engine.call('UpdateFlow', { Name: 'work', Definition: few });
    await engine.start('work', { name: 'f', input: { list: range(11) } });
    assert.equal((await engine.ended('work', 'f')).status, 'Succeeded');
  });

  test(`an execution has at most limits.mapRuns open runs (${mode})`, async (t) => {
    const service = new Service(1_000);
    const inner = [...mapState(mode), '  End: true'].map((line) => `      ${line}`);
    const states = [
      '- Type: Map',
      '  Name: Outer',
      '  ItemsPath: $Input.outer',
      '  Processor:',
      '    StartAt: Each',
      '    States:',
      ...inner,
      '  End: true',
    ];
    const engine = await startWork(t, flowOf('Outer', states), service, { limits: { mapRuns: 10 } });
    await engine.start('work', { name: 'e', input: { outer: range(10), list: [1] } });
    assert.equal((await engine.ended('work', 'e')).status, 'Succeeded');
    assert.equal((await runNames(engine)).length, 10);
    await engine.start('work', { name: 'f', input: { outer: range(11), list: [1] } });
    assert.equal((await engine.ended('work', 'f')).status, 'Failed');
    const failed = (await engine.events('work', 'f')).find(({ type }) => type === 'StateFailed');
    assert.equal(failed?.detail['error'], 'FnF.MapRunLimitExceeded');
    assert.equal(service.underWay, 0);
  });

  test(`while memory is short, ${mode} children wait, and all end`, async (t) => {
    const service = new Service(10);
    const processor = [
      'StartAt: Wait',
      'States:',
      '  - {Type: Wait, Name: Wait, Seconds: 3, OutputConstructor: {}, End: true}',
    ];
    const fields = ['ItemConstructor: {item.$: $Item, big.$: $Context.Execution.Input.big}'];
    const settings = 'limits: {executionMemory: 16MiB, stateData: 1MiB, input: 1MiB}';
    const engine = await startWork(t, mapFlow(mode, { processor, fields }), service, { settings });
    await engine.start('work', { name: 'e', input: { list: range(200), big: 'x'.repeat(500_000) } });
    await engine.time.pass(2_000);
    const { counts } = await describeRun(engine);
    assert.ok(counts.Succeed === 0 && counts.Running > 0, JSON.stringify(counts));
    assert.ok(engine.memory.executions < 60, `${engine.memory.executions} executions are in memory`);
    assert.equal((await engine.ended('work', 'e', 3_600_000)).status, 'Succeeded');
    assert.equal((await endsOf(engine.stores, await runName(engine))).size, 200);
  });

  test(`a store that fails now and then during a ${mode} run loses and repeats nothing`, async (t) => {
    const faulty = new FaultyStores();
    const service = new Service(100);
    const options = { stores: faulty.stores };
    const engine = await startWork(t, mapFlow(mode, { fields: ['MaxConcurrency: 3'] }), service, options);
    await engine.start('work', { name: 'e', input: { list: range(20) } });
    for (let round = 0; round < 20; round++) {
      faulty.fault = round % 2 === 0 ? 'before' : 'after';
      await engine.time.pass(130);
      faulty.fault = 'none';
      await engine.time.pass(370);
    }
    const { status, output } = await engine.ended('work', 'e', 600_000);
    assert.equal(status, 'Succeeded');
    assert.deepEqual(JSON.parse(output), outputsOf(range(20)));
    assert.equal(service.total, 20);
    assert.equal((await endsOf(engine.stores, await runName(engine))).size, 20);
    for (const { where } of engine.takeTroubles()) assert.equal(where, 'the store fails');
  });

  test(`while the store fails, UpdateMapRun is refused, and why says that the store fails (${mode})`, async (t) => {
    const faulty = new FaultyStores();
    const service = new Service(5_000);
    const engine = await startWork(t, mapFlow(mode), service, { stores: faulty.stores });
    await engine.start('work', { name: 'e', input: { list: range(3) } });
    await engine.time.pass(100);
    faulty.fault = 'before';
    await refused(updateRun(engine, { Concurrency: 1 }), 'InternalServerError', /not accepting writes/);
    await refused(updateRun(engine, { Concurrency: 2 }), 'InternalServerError', /not accepting writes/);
    const { waits } = await engine.executions.waits('work', 'e');
    assert.deepEqual(
      waits.map(({ kind }) => kind),
      ['Store', 'MapRun'],
    );
    faulty.fault = 'none';
    assert.equal((await engine.ended('work', 'e', 600_000)).status, 'Succeeded');
    engine.takeTroubles();
  });

  test(`why says how many ${mode} children run and wait`, async (t) => {
    const service = new Service(5_000);
    const engine = await startWork(t, mapFlow(mode, { fields: ['MaxConcurrency: 2'] }), service);
    await engine.start('work', { name: 'e', input: { list: range(9) } });
    await engine.time.pass(6_000);
    const { waits } = await engine.executions.waits('work', 'e');
    assert.equal(waits.length, 1);
    assert.match(waits[0]?.reason ?? '', /2 of its executions are running, 2 have ended/);
    const [child] = await childrenOf(engine);
    if (mode === 'Express') return;
    const own = await engine.executions.waits('work', String(child?.['Name']));
    assert.match(own.waits[0]?.reason ?? '', /HTTP:Request was called/);
  });
}

test('Standard children have a limit of their own, and wait at it', async (t) => {
  const service = new Service(1_000);
  const limits = { mapExecutions: 3, standardExecutions: 2 };
  const engine = await startWork(t, mapFlow('Standard'), service, { limits });
  await engine.start('work', { name: 'e', input: { list: range(10) } });
  await engine.time.pass(500);
  assert.equal(service.underWay, 3);
  await engine.start('work', { name: 'f', input: { list: [100] } });
  assert.equal((await engine.ended('work', 'e', 600_000)).status, 'Succeeded');
  assert.equal((await engine.ended('work', 'f', 600_000)).status, 'Succeeded');
  assert.equal(service.most, 3);
});

/** A Map whose items have a Map each. */
function nestedFlow(): string {
  const inner = [...mapState('Standard', {}, 'Inner'), '  End: true'];
  return mapFlow('Standard', { processor: ['StartAt: Inner', 'States:', ...inner.map((line) => `  ${line}`)] });
}

test('items that have all places, and a Map each, end: such a Map may always have one child', async (t) => {
  const service = new Service(1_000);
  const engine = await startWork(t, nestedFlow(), service, { limits: { mapExecutions: 3 } });
  const list = range(6).map((outer) => ({ list: [outer * 10, outer * 10 + 1] }));
  await engine.start('work', { name: 'e', input: { list } });
  const { status, output } = await engine.ended('work', 'e', 600_000);
  assert.equal(status, 'Succeeded');
  assert.deepEqual(JSON.parse(output), { Items: list.map((each) => outputsOf(each.list)) });
  assert.equal(service.total, 12);
  // A child for each of three items at most.
  assert.ok(service.most <= 3, `${service.most} children called at once`);
});

test('items that have all places, and a Map each, end after a redrive and a new start of the server', async (t) => {
  const service = new Service(1_000);
  const limits = { mapExecutions: 3 };
  const engine = await startWork(t, nestedFlow(), service, { limits });
  const list = range(9).map((outer) => ({ list: [outer * 10, outer * 10 + 1] }));
  await engine.start('work', { name: 'e', input: { list } });
  await engine.time.pass(1_500);
  await engine.executions.stop('work', 'e', { error: 'E', cause: '' });
  await engine.time.pass(5_000);
  await engine.call('RedriveExecution', { FlowName: 'work', ExecutionName: 'e' });
  await engine.time.pass(100);
  const next = await engine.restart();
  assert.equal((await next.ended('work', 'e', 600_000)).status, 'Succeeded');
});

test('why says which limit children wait for', async (t) => {
  const service = new Service(5_000);
  const engine = await startWork(t, mapFlow('Standard'), service, { limits: { mapExecutions: 3 } });
  await engine.start('work', { name: 'e', input: { list: range(9) } });
  await engine.time.pass(2_500);
  const { waits } = await engine.executions.waits('work', 'e');
  assert.match(
    waits[0]?.reason ?? '',
    /3 of its executions are running, 0 have ended\. The server has no room for more yet: .*limits\.mapExecutions/,
  );
  assert.equal((await engine.ended('work', 'e', 600_000)).status, 'Succeeded');
});

test('a run that the server has no room for asks for few children again and again', async (t) => {
  const service = new Service(100_000);
  const limits = { mapExecutions: 3 };
  const engine = await startWork(t, mapFlow('Standard', { fields: ['MaxConcurrency: 100'] }), service, { limits });
  await engine.start('work', { name: 'e', input: { list: range(3) } });
  await engine.time.pass(100);
  await engine.start('work', { name: 'f', input: { list: range(90) } });
  await engine.time.pass(10_000);
  const { counts } = await describeRun(engine, await runName(engine, 'f'), 'f');
  assert.ok(counts.Running > 0 && counts.Running <= 40, JSON.stringify(counts));
  service.delayMs = 10;
  assert.equal((await engine.ended('work', 'e', 600_000)).status, 'Succeeded');
  assert.equal((await engine.ended('work', 'f', 600_000)).status, 'Succeeded');
});

test('executions that were purged take their runs with them, and other runs continue', async (t) => {
  const service = new Service(100);
  const engine = await startWork(t, mapFlow('Standard'), service, { settings: 'history: {keep: 1m}' });
  await engine.start('work', { name: 'e', input: { list: range(5) } });
  const name = await runName(engine);
  await engine.ended('work', 'e');
  service.delayMs = 3_000_000;
  await engine.start('work', { name: 'f', input: { list: range(5) } });
  await engine.time.pass(1_500_000);
  assert.equal(await engine.stores.executions.mapRun(1, name), null);
  assert.deepEqual(await engine.stores.executions.mapRunLog(1, 0, 1, 10), []);
  await refused(describeRun(engine, name), 'ExecutionNotExists', /./);
  assert.equal((await engine.ended('work', 'f', 10_000_000)).status, 'Succeeded');
});

test('a child that cannot be read is stuck, and its run ends when someone stops it', async (t) => {
  const service = new Service(1_000);
  const engine = await startWork(t, mapFlow('Standard', { fields: ['ToleratedFailureCount: 1'] }), service);
  await engine.start('work', { name: 'e', input: { list: range(3) } });
  await engine.time.pass(100);
  const children = await childrenOf(engine);
  const name = String(children.at(-1)?.['Name']);
  const record = await engine.stores.executions.find(await flowId(engine), name);
  assert.ok(record !== null);
  const { executions } = engine.stores;
  const broken = Object.assign(Object.create(executions) as typeof executions, {
    journal: (id: number, from: number, count: number) =>
      id === record.id ? Promise.resolve([{ first: 1, count: 1, events: '{' }]) : executions.journal(id, from, count),
  });
  const next = await engine.restart({ stores: { ...engine.stores, executions: broken } });
  await next.time.pass(100_000);
  const stuck = next.takeTroubles();
  assert.equal(stuck.length, 1);
  assert.match(stuck[0]?.where ?? '', /is stuck/);
  assert.equal((await describeRun(next)).counts.Running, 1);
  await next.executions.stop('work', name, { error: 'E', cause: '' });
  assert.equal((await next.ended('work', 'e')).status, 'Succeeded');
});

async function flowId(engine: TestEngine): Promise<string> {
  return (await engine.stores.flows.get('work'))?.id ?? assert.fail('the flow exists');
}

test('a failing child with a long cause does not fill the log', async (t) => {
  const service = new Service();
  service.answer = (call) =>
    Number(call.parameters['body']) > 0 ? taskFailed('E'.repeat(1_000), 'x'.repeat(50_000)) : echo(call);
  const engine = await startWork(t, mapFlow('Express', { fields: ['ToleratedFailureCount: 9'] }), service);
  await engine.start('work', { name: 'e', input: { list: range(10) } });
  assert.equal((await engine.ended('work', 'e')).status, 'Succeeded');
});

/** An answer that breaks the execution which reads it. */
function unreadable(): TaskResult {
  const Body = new Proxy({}, { ownKeys: () => assert.fail('a defect') });
  return { ok: true, output: { Body } };
}

test('a defect ends one Express child and not the run', async (t) => {
  const service = new Service();
  service.answer = (call) => {
    return call.parameters['body'] === 1 ? unreadable() : echo(call);
  };
  const engine = await startWork(t, mapFlow('Express', { fields: ['ToleratedFailureCount: 1'] }), service);
  await engine.start('work', { name: 'e', input: { list: range(3) } });
  assert.equal((await engine.ended('work', 'e')).status, 'Succeeded');
  assert.equal(service.total, 3);
  const { counts } = await describeRun(engine);
  assert.deepEqual([counts.Succeed, counts.Failed], [2, 1]);
  for (const { error } of engine.takeTroubles()) assert.match(String(error), /a defect/);
});

test('a defect in a Standard child leaves it stuck, and the next start of the server runs it', async (t) => {
  const service = new Service();
  let isDefect = true;
  service.answer = (call) => {
    return isDefect && call.parameters['body'] === 1 ? unreadable() : echo(call);
  };
  const engine = await startWork(t, mapFlow('Standard'), service);
  await engine.start('work', { name: 'e', input: { list: range(3) } });
  await engine.time.pass(100_000);
  assert.equal(engine.takeTroubles().length > 0, true);
  const { counts } = await describeRun(engine);
  assert.deepEqual([counts.Succeed, counts.Running], [2, 1]);
  isDefect = false;
  const next = await engine.restart();
  assert.equal((await next.ended('work', 'e')).status, 'Succeeded');
});
