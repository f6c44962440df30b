/** Map runs and the end of the process: no item that had ended runs again, and every item ends once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestEngine } from '../../../src/testing/index.ts';
import {
  MODES,
  SLEEP_AND_CALL,
  Service,
  childrenOf,
  describeRun,
  endsOf,
  mapFlow,
  outputsOf,
  range,
  runName,
  startWork,
  updateRun,
} from './map-run-flows.ts';

const ITEMS = 20;

/** Ends the run of `ITEMS` items in this engine, and compares what happened with its log. */
async function endWell(engine: TestEngine, service: Service, inFlight: ReadonlySet<string>): Promise<void> {
  const { status, output } = await engine.ended('work', 'e', 10_000_000);
  assert.equal(status, 'Succeeded');
  assert.deepEqual(JSON.parse(output), outputsOf(range(ITEMS)));
  const name = await runName(engine);
  const ends = await endsOf(engine.stores, name);
  assert.equal(ends.size, ITEMS);
  const { counts } = await describeRun(engine);
  assert.deepEqual(counts, { Pending: 0, Running: 0, Succeed: ITEMS, Failed: 0, Aborted: 0, Total: ITEMS });
  for (const [item, calls] of service.calls) {
    if (calls > 1) assert.ok(inFlight.has(item), `item ${item} was called again, and had ended`);
  }
}

for (const mode of MODES) {
  for (const delayMs of [0, 1, 40, 100, 250, 1_000]) {
    test(`a restart ${delayMs} ms after the start: ${mode} children that had ended do not run again`, async (t) => {
      const service = new Service(100);
      const first = await startWork(t, mapFlow(mode, { fields: ['MaxConcurrency: 3'] }), service);
      await first.start('work', { name: 'e', input: { list: range(ITEMS) } });
      await first.time.pass(delayMs);
      const ended = await endsOf(first.stores, await runName(first));
      const second = await first.restart();
      const inFlight = new Set(
        range(ITEMS)
          .filter((item) => !ended.has(item))
          .map(String),
      );
      await endWell(second, service, inFlight);
    });
  }

  test(`restarts every 130 ms: ${mode} children`, async (t) => {
    const service = new Service(100);
    let engine = await startWork(t, mapFlow(mode, { fields: ['MaxConcurrency: 3'] }), service);
    await engine.start('work', { name: 'e', input: { list: range(ITEMS) } });
    const name = await runName(engine);
    const inFlight = new Set<string>();
    let succeeded = 0;
    for (let lives = 0; lives < 5; lives++) {
      await engine.time.pass(130);
      const { counts } = await describeRun(engine, name);
      assert.ok(counts.Succeed >= succeeded, 'the count never goes backwards');
      succeeded = counts.Succeed;
      const ended = await endsOf(engine.stores, name);
      for (const item of range(ITEMS)) if (!ended.has(item)) inFlight.add(String(item));
      engine = await engine.restart();
    }
    await endWell(engine, service, inFlight);
  });

  test(`a server that stops in order finishes the ${mode} children under way, and the next one starts the others`, async (t) => {
    const service = new Service(100);
    const first = await startWork(t, mapFlow(mode, { fields: ['MaxConcurrency: 3'] }), service);
    await first.start('work', { name: 'e', input: { list: range(ITEMS) } });
    await first.time.pass(150);
    const drained = first.durable.drain(30_000);
    const fromMs = first.time.elapsedMs;
    await Promise.race([drained, first.time.pass(60_000)]);
    assert.ok(first.time.elapsedMs - fromMs < 1_000, 'it waits for no more than the calls under way');
    const { total } = service;
    assert.ok(total < ITEMS, 'it starts no others');
    await first.time.pass(120_000);
    assert.equal(service.total, total);
    const second = await first.restart();
    await endWell(second, service, new Set());
    assert.equal(service.total, ITEMS);
  });

  test(`a server that stops in order while there is no room for ${mode} children does not wait for room`, async (t) => {
    const service = new Service(100);
    const limits = mode === 'Standard' ? { mapExecutions: 0 } : { concurrentExecutions: 0 };
    const first = await startWork(t, mapFlow(mode), service, { limits });
    await first.start('work', { name: 'e', input: { list: range(ITEMS) } });
    await first.time.pass(5_000);
    assert.equal(service.total, 0);
    assert.equal((await first.executions.describe('work', 'e', 0)).status, 'Running');
    const fromMs = first.time.elapsedMs;
    await Promise.race([first.durable.drain(30_000), first.time.pass(60_000)]);
    assert.ok(first.time.elapsedMs - fromMs < 5_000, `it takes ${first.time.elapsedMs - fromMs} ms`);
    await endWell(await first.restart({ limits: {} }), service, new Set());
  });
}

test('while its children sleep the execution leaves memory, and their ends wake it', async (t) => {
  const service = new Service();
  const definition = mapFlow('Standard', { fields: ['MaxConcurrency: 4'], processor: SLEEP_AND_CALL });
  const engine = await startWork(t, definition, service, { standIns: { idleMax: 0 } });
  await engine.start('work', { name: 'e', input: { list: range(ITEMS) } });
  await engine.time.pass(20_000);
  assert.equal(engine.durable.inMemory, 0, 'nothing is in memory');
  const { waits } = await engine.executions.waits('work', 'e');
  assert.match(waits[0]?.reason ?? '', /Map run [0-9a-f]{32} is under way/);
  await endWell(engine, service, new Set());
});

test('restarts while all children and the execution are asleep', async (t) => {
  const service = new Service();
  const definition = mapFlow('Standard', { fields: ['MaxConcurrency: 4'], processor: SLEEP_AND_CALL });
  let engine = await startWork(t, definition, service, { standIns: { idleMax: 0 } });
  await engine.start('work', { name: 'e', input: { list: range(ITEMS) } });
  for (let lives = 0; lives < 6; lives++) {
    await engine.time.pass(70_000);
    engine = await engine.restart();
  }
  await endWell(engine, service, new Set());
});

test('the end of a child that the crash separated from its run is counted once', async (t) => {
  const service = new Service(100);
  let engine = await startWork(t, mapFlow('Standard', { fields: ['MaxConcurrency: 1'] }), service);
  await engine.start('work', { name: 'e', input: { list: range(ITEMS) } });
  // Every millisecond around the end of the first children.
  for (let lives = 0; lives < 12; lives++) {
    await engine.time.pass(lives % 2 === 0 ? 100 : 1);
    engine = await engine.restart();
  }
  const { status } = await engine.ended('work', 'e', 1_000_000);
  assert.equal(status, 'Succeeded');
  const ends = await endsOf(engine.stores, await runName(engine));
  assert.equal(ends.size, ITEMS);
  assert.equal((await childrenOf(engine)).length, ITEMS);
});

for (const mode of MODES) {
  test(`batches have the same items after a restart when ItemConstructor is random (${mode})`, async (t) => {
    const service = new Service(1_000);
    const fields = [
      'MaxConcurrency: 1',
      "ItemConstructor: {n.$: $Item, pad.$: \"get(['', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'], randomInt(0, 1))\"}",
      'ItemBatcher: {MaxInputBytesPerBatch: 150}',
    ];
    let engine = await startWork(t, mapFlow(mode, { fields }), service);
    await engine.start('work', { name: 'e', input: { list: range(60) } });
    for (let restarts = 0; restarts < 8; restarts++) {
      await engine.time.pass(1_300);
      engine = await engine.restart();
      service.at(engine.time);
    }
    assert.equal((await engine.ended('work', 'e', 600_000)).status, 'Succeeded');
    const batches = [...service.calls.keys()].map((body) => JSON.parse(body) as { Items: { n: number }[] });
    const items = batches.flatMap(({ Items }) => Items.map(({ n }) => n));
    assert.deepEqual(
      items.sort((a, b) => a - b),
      range(60),
    );
  });
}

test('children with batches that were started before a restart count with all their items', async (t) => {
  const service = new Service();
  const fields = ['MaxConcurrency: 2', 'ItemBatcher: {MaxItemsPerBatch: 3}'];
  const first = await startWork(t, mapFlow('Standard', { fields, processor: SLEEP_AND_CALL }), service);
  await first.start('work', { name: 'e', input: { list: range(10) } });
  await first.time.pass(1_000);
  const running = { Pending: 4, Running: 6, Succeed: 0, Failed: 0, Aborted: 0, Total: 10 };
  const second = await first.restart();
  // The change commits the counts again.
  await updateRun(second, { ToleratedFailedCount: 1 });
  assert.deepEqual((await describeRun(second)).counts, running);
  assert.equal((await second.ended('work', 'e', 10_000_000)).status, 'Succeeded');
});
