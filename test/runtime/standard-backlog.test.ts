/** Executions that compute faster than the disk writes: memory, rows of the journal and pages remain small. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEvents } from '../../src/interpreter/journal.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import type { ExecutionChange, ExecutionStore } from '../../src/store/executions.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { flowRecord, startTestEngine } from '../../src/testing/test-engine.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';
import { fileEnd } from '../support/at-end.ts';

/** Every round builds another value of the size of the input. */
const LOOP = `
Type: StateMachine
SpecVersion: v1
Name: loop
StartAt: A
States:
  - { Type: Pass, Name: A, Next: B, OutputConstructor: { n.$: "intAdd($Input.n, 1)", text.$: $Input.text } }
  - { Type: Pass, Name: B, Next: A, OutputConstructor: { n.$: "intAdd($Input.n, 1)", text.$: $Input.text } }
`;
/** A row ends with the event that passes a mebibyte. */
const ROW_UNITS_MAX = 1024 * 1024 + 2 * 65_536;
const EVENTS = 5_000;

/** Counts the reads of the time: one for each event. */
class CountingClock extends VirtualTime {
  asked = 0;

  override nowMs(): number {
    this.asked++;
    return super.nowMs();
  }
}

async function begin() {
  const stores = createMemoryStores();
  const changes: ExecutionChange[] = [];
  const disk = { fails: false };
  const executions: ExecutionStore = Object.assign(Object.create(stores.executions) as ExecutionStore, {
    commit: async (fence: number, taken: readonly ExecutionChange[]) => {
      if (disk.fails) throw new Error('disk full');
      changes.push(...taken);
      // The next commit of the loop fails.
      disk.fails = changes.length === 1;
      return stores.executions.commit(fence, taken);
    },
  });
  const actions = standInActions(async () => ({ ok: true, output: {} }));
  const clock = new CountingClock();
  const world = await startTestEngine(fileEnd, { actions, time: clock, stores: { ...stores, executions } });
  await stores.flows.create(flowRecord('loop', LOOP, 'Standard'));
  return { world, clock, changes, disk };
}

test('a row of the journal has about a mebibyte, and only a few turns of a loop wait for a failing store', async (t) => {
  const { world, clock, changes, disk } = await begin();
  t.after(() => world.durable.close());
  const { executions } = world;
  const input = { n: 0, text: 'x'.repeat(60_000) };
  const inputText = JSON.stringify(input);
  await executions.start({
    flowName: 'loop',
    executionName: 'one',
    inputText,
    input,
    qualifier: '',
    callbackToken: '',
  });
  // Enough time for hundreds of events if the store worked.
  for (let turn = 0; turn < 2_000; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(clock.asked < 200, `the time was read ${clock.asked} times`);
  const { waits } = await executions.waits('loop', 'one');
  assert.equal(waits[0]?.kind, 'Store');
  disk.fails = false;
  assert.equal(changes.length, 1);
  while ((await executions.describe('loop', 'one', 60_000)).status === 'Running');
  const units = changes.map(({ journal }) => journal?.events.length ?? 0);
  assert.ok(Math.max(...units) <= ROW_UNITS_MAX, `a row has ${Math.max(...units)} units`);
  const ids = changes.flatMap(({ journal }) => decodeEvents(journal?.events ?? '[1]').map(({ event }) => event.id));
  assert.deepEqual(
    ids,
    Array.from({ length: EVENTS }, (_, i) => i + 1),
  );
  assert.equal(changes.filter(({ end }) => end !== undefined).length, 1);
  assert.ok(changes.at(-1)?.end !== undefined, 'the last change has both the end and the last event');
  assert.ok(changes.slice(0, -1).every(({ wakeMs }) => wakeMs === undefined));
});
