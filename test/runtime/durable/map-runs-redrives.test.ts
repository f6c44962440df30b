/** Redrives of executions with Map runs: only the items that had not succeeded run again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskFailed } from '../../../src/testing/index.ts';
import type { TestEngine } from '../../../src/testing/index.ts';
import {
  MODES,
  SLEEP_AND_CALL,
  Service,
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
import type { Mode } from './map-run-flows.ts';

const ITEMS = 12;
const FAILURE = { error: 'E', cause: 'by hand' };

const redrive = (engine: TestEngine) => engine.executions.redrive('work', 'e');

/** The execution succeeds with all items, and no item that had succeeded before ran again. */
async function endsWith(
  engine: TestEngine,
  service: Service,
  succeededBefore: ReadonlyMap<number, string>,
  before: ReadonlyMap<string, number>,
) {
  const { status, output } = await engine.ended('work', 'e', 10_000_000);
  assert.equal(status, 'Succeeded');
  assert.deepEqual(JSON.parse(output), outputsOf(range(ITEMS)));
  for (const [item, end] of succeededBefore) {
    if (end === 'succeeded')
      assert.equal(service.calls.get(String(item)), before.get(String(item)), `item ${item} ran again`);
  }
  const { counts } = await describeRun(engine);
  assert.deepEqual(counts, { Pending: 0, Running: 0, Succeed: ITEMS, Failed: 0, Aborted: 0, Total: ITEMS });
  assert.equal(new Set(await runNames(engine)).size, 1, 'it is the same run');
  await endsOf(engine.stores, await runName(engine));
}

async function startBroken(t: Parameters<typeof startWork>[0], mode: Mode, definition?: string) {
  const service = new Service(100);
  service.answer = (call) => (call.parameters['body'] === 7 ? taskFailed('Boom') : echo(call));
  const engine = await startWork(t, definition ?? mapFlow(mode, { fields: ['MaxConcurrency: 3'] }), service);
  await engine.start('work', { name: 'e', input: { list: range(ITEMS) } });
  return { engine, service };
}

for (const mode of MODES) {
  test(`after a failure, twice (${mode})`, async (t) => {
    const { engine, service } = await startBroken(t, mode);
    assert.equal((await engine.ended('work', 'e')).status, 'Failed');
    const name = await runName(engine);
    const ends = await endsOf(engine.stores, name);
    const before = new Map(service.calls);
    await redrive(engine);
    assert.equal((await engine.ended('work', 'e')).status, 'Failed');
    assert.equal(service.calls.get('7'), 2);
    service.answer = echo;
    await redrive(engine);
    await endsWith(engine, service, ends, before);
  });

  test(`after a stop and after a timeout of the flow (${mode})`, async (t) => {
    const service = new Service(4_000);
    const definition = mapFlow(mode, { fields: ['MaxConcurrency: 3'], head: ['Timeout: 10'] });
    const engine = await startWork(t, definition, service);
    await engine.start('work', { name: 'e', input: { list: range(ITEMS) } });
    await engine.time.pass(5_000);
    await engine.executions.stop('work', 'e', FAILURE);
    const name = await runName(engine);
    assert.equal((await describeRun(engine)).counts.Succeed, 3);
    await redrive(engine);
    assert.equal((await engine.ended('work', 'e', 100_000)).status, 'TimedOut');
    const ends = await endsOf(engine.stores, name);
    assert.ok(ends.size >= 6, `${ends.size} have ended`);
    const before = new Map(service.calls);
    await redrive(engine);
    await endsWith(engine, service, ends, before);
  });

  test(`with restarts during it (${mode})`, async (t) => {
    const { engine, service } = await startBroken(t, mode);
    assert.equal((await engine.ended('work', 'e')).status, 'Failed');
    const ends = await endsOf(engine.stores, await runName(engine));
    const before = new Map(service.calls);
    service.answer = echo;
    await redrive(engine);
    let at = engine;
    for (const ms of [0, 1, 50, 100, 100]) {
      await at.time.pass(ms);
      at = await at.restart();
    }
    await endsWith(at, service, ends, before);
  });

  test(`with a restart before and after it, at every step of the store (${mode})`, async (t) => {
    for (let steps = 0; steps < 40; steps++) {
      const { engine, service } = await startBroken(t, mode);
      await engine.ended('work', 'e');
      const ends = await endsOf(engine.stores, await runName(engine));
      const before = new Map(service.calls);
      service.answer = echo;
      const second = await engine.restart();
      await redrive(second);
      for (let step = 0; step < steps; step++) await Promise.resolve();
      await endsWith(await second.restart(), service, ends, before);
    }
  });

  test(`of a run inside an inline Map and a Parallel (${mode})`, async (t) => {
    const inner = [...mapState(mode, { fields: ['MaxConcurrency: 2'] }), '  End: true'];
    const parallel = [
      '- Type: Map',
      '  Name: Outer',
      '  ItemsPath: "[1, 2]"',
      '  Processor:',
      '    StartAt: Both',
      '    States:',
      '      - Type: Parallel',
      '        Name: Both',
      '        Branches:',
      '          - StartAt: Each',
      '            States:',
      ...inner.map((line) => `              ${line}`),
      '          - StartAt: Beside',
      '            States:',
      '              - Type: Task',
      '                Name: Beside',
      '                Action: HTTP:Request',
      '                Parameters: {url: http://x.example, method: POST, body: beside}',
      '                End: true',
      '        End: true',
      '  End: true',
    ];
    const service = new Service(100);
    let isBroken = true;
    service.answer = (call) => (isBroken && call.parameters['body'] === 'beside' ? taskFailed('Boom') : echo(call));
    const engine = await startWork(t, flowOf('Outer', parallel), service);
    service.delayMs = 300;
    await engine.start('work', { name: 'e', input: { list: range(ITEMS) } });
    await engine.ended('work', 'e');
    const names = await runNames(engine);
    assert.equal(names.length, 2);
    const ends = await Promise.all(names.map((name) => endsOf(engine.stores, name)));
    const before = new Map(service.calls);
    isBroken = false;
    await redrive(engine);
    assert.equal((await engine.ended('work', 'e')).status, 'Succeeded');
    assert.equal(new Set(await runNames(engine)).size, 2);
    for (const item of range(ITEMS)) {
      const succeeded = ends.filter((each) => each.get(item) === 'succeeded').length;
      const again = (service.calls.get(String(item)) ?? 0) - (before.get(String(item)) ?? 0);
      assert.equal(again, 2 - succeeded, `item ${item}`);
    }
  });

  test(`after a run that succeeded, when a later state has failed: no item runs again (${mode})`, async (t) => {
    const states = [
      ...mapState(mode),
      '  Next: After',
      '- Type: Task',
      '  Name: After',
      '  Action: HTTP:Request',
      '  Parameters: {url: http://x.example, method: POST, body: after}',
      '  End: true',
    ];
    const service = new Service();
    service.answer = (call) => (call.parameters['body'] === 'after' ? taskFailed('Boom') : echo(call));
    const engine = await startWork(t, flowOf('Each', states), service);
    await engine.start('work', { name: 'e', input: { list: range(ITEMS) } });
    assert.equal((await engine.ended('work', 'e')).status, 'Failed');
    service.answer = echo;
    await redrive(engine);
    assert.equal((await engine.ended('work', 'e')).status, 'Succeeded');
    assert.equal(service.total, ITEMS + 2);
  });
}

test('children that sleep when the execution is stopped are redriven with it', async (t) => {
  const service = new Service();
  const definition = mapFlow('Standard', { fields: ['MaxConcurrency: 4'], processor: SLEEP_AND_CALL });
  const engine = await startWork(t, definition, service, { standIns: { idleMax: 0 } });
  await engine.start('work', { name: 'e', input: { list: range(ITEMS) } });
  await engine.time.pass(150_000);
  const ends = await endsOf(engine.stores, await runName(engine));
  await engine.executions.stop('work', 'e', FAILURE);
  await engine.time.pass(10_000);
  const before = new Map(service.calls);
  await redrive(engine);
  await endsWith(engine, service, ends, before);
  assert.equal((await childrenOf(engine)).length, ITEMS, 'a child retains its name');
});

test('a redrive at once after the stop, while its children are being stopped', async (t) => {
  const service = new Service();
  const definition = mapFlow('Standard', { fields: ['MaxConcurrency: 4'], processor: SLEEP_AND_CALL });
  const engine = await startWork(t, definition, service, { standIns: { idleMax: 0 } });
  await engine.start('work', { name: 'e', input: { list: range(ITEMS) } });
  await engine.time.pass(150_000);
  const ends = await endsOf(engine.stores, await runName(engine));
  const before = new Map(service.calls);
  for (let again = 0; again < 3; again++) {
    await engine.executions.stop('work', 'e', FAILURE);
    await redrive(engine);
  }
  const next = await engine.restart();
  await next.executions.stop('work', 'e', FAILURE);
  await redrive(next);
  await endsWith(next, service, ends, before);
});

test('a restart between a redrive and the ends of the children that the stop before it has stopped', async (t) => {
  for (let turns = 0; turns < 30; turns++) {
    const service = new Service();
    const definition = mapFlow('Standard', { fields: ['MaxConcurrency: 4'], processor: SLEEP_AND_CALL });
    const engine = await startWork(t, definition, service, { standIns: { idleMax: 0 } });
    await engine.start('work', { name: 'e', input: { list: range(ITEMS) } });
    await engine.time.pass(5_000);
    await updateRun(engine, { Concurrency: 1 });
    await engine.executions.stop('work', 'e', FAILURE);
    await redrive(engine);
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
    await endsWith(await engine.restart(), service, new Map(), service.calls);
  }
});

test('children that were purged do not run again if they had succeeded, and the others begin again', async (t) => {
  const service = new Service(100);
  service.answer = (call) => (Number(call.parameters['body']) === 8 ? taskFailed('Boom') : echo(call));
  const definition = mapFlow('Standard', { fields: ['MaxConcurrency: 2'] });
  const engine = await startWork(t, definition, service, { settings: 'history: {keep: 1h}' });
  await engine.start('work', { name: 'e', input: { list: range(ITEMS) } });
  assert.equal((await engine.ended('work', 'e')).status, 'Failed');
  const name = await runName(engine);
  const ends = await endsOf(engine.stores, name);
  const before = new Map(service.calls);
  // A redrive that fails again, a minute before the children of the first attempt are old enough.
  await engine.time.pass(3_540_000);
  await redrive(engine);
  assert.equal((await engine.ended('work', 'e')).status, 'Failed');
  await engine.time.pass(1_800_000);
  assert.ok((await childrenOf(engine)).length < 4, 'most were purged');
  service.answer = echo;
  await redrive(engine);
  await endsWith(engine, service, ends, before);
});
