/** Executions that compute faster than the store commits: memory and the rows of the journal are bounded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEvents } from '../../../src/interpreter/journal.ts';
import type { ExecutionChange, ExecutionStore } from '../../../src/store/executions.ts';
import { createMemoryStores } from '../../../src/store/memory/stores.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import { VirtualTime } from '../../../src/testing/virtual-time.ts';

/** Each round makes a new value of the size of the input. */
const LOOP = `
Type: StateMachine
SpecVersion: v1
Name: loop
StartAt: A
States:
  - { Type: Pass, Name: A, Next: B, OutputConstructor: { n.$: "intAdd($Input.n, 1)", text.$: $Input.text } }
  - { Type: Pass, Name: B, Next: A, OutputConstructor: { n.$: "intAdd($Input.n, 1)", text.$: $Input.text } }
`;
/** A row ends with the event that exceeds one mebibyte. */
const ROW_UNITS_MAX = 1024 * 1024 + 2 * 65_536;
/** The limit of events that ends the execution. */
const EVENTS = 5_000;

/** Counts the events, each of which reads the clock. */
class CountingTime extends VirtualTime {
  reads = 0;

  override nowMs(): number {
    this.reads++;
    return super.nowMs();
  }
}

/** Stores that record every change. The disk is full after the first one, until the test frees it. */
function fullDisk() {
  const stores = createMemoryStores();
  const changes: ExecutionChange[] = [];
  const disk = { isFull: false };
  const executions: ExecutionStore = Object.assign(Object.create(stores.executions) as ExecutionStore, {
    commit: async (fence: number, taken: readonly ExecutionChange[]) => {
      if (disk.isFull) throw new Error('disk full');
      changes.push(...taken);
      disk.isFull = changes.length === 1;
      return stores.executions.commit(fence, taken);
    },
  });
  return { stores: { ...stores, executions }, changes, disk };
}

test('a loop waits for a failing store after a few turns, and its rows have a mebibyte', async (t) => {
  const time = new CountingTime();
  const { stores, changes, disk } = fullDisk();
  const engine = await startTestEngine(t, { time, stores });
  await engine.createFlow('loop', LOOP);
  await engine.start('loop', { name: 'one', input: { n: 0, text: 'x'.repeat(60_000) } });
  // Turns enough for hundreds of events if the loop did not wait.
  for (let turn = 0; turn < 2_000; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(time.reads < 200, `the clock was read ${time.reads} times`);
  const { waits } = await engine.executions.waits('loop', 'one');
  assert.equal(waits[0]?.kind, 'Store');
  assert.equal(changes.length, 1);
  assert.match(String(engine.takeTroubles()[0]?.error), /disk full/);
  disk.isFull = false;
  await engine.ended('loop', 'one', 3_600_000);
  const units = changes.map(({ journal }) => journal?.events.length ?? 0);
  assert.ok(Math.max(...units) <= ROW_UNITS_MAX, `a row has ${Math.max(...units)} units`);
  const ids = changes.flatMap(({ journal }) => decodeEvents(journal?.events ?? '[1]').map(({ event }) => event.id));
  assert.deepEqual(
    ids,
    Array.from({ length: EVENTS }, (_, i) => i + 1),
  );
  assert.equal(changes.filter(({ end }) => end !== undefined).length, 1);
  assert.ok(changes.at(-1)?.end !== undefined, 'the change with the last event has the end');
  assert.ok(changes.slice(0, -1).every(({ wakeMs }) => wakeMs === undefined));
});
