/** A server that starts with lower limits than before continues the executions of its stored definitions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestEngine } from '../../../src/testing/test-engine.ts';

/** Waits, so that the next server loads it, and then does `last`. */
const definition = (last: string): string => `
Type: StateMachine
SpecVersion: v1
Name: lowered
StartAt: Wait
States:
  - { Type: Wait, Name: Wait, Seconds: 200, Next: Last }
  - { Name: Last, ${last}, End: true }
`;
const LONG_KEY = definition('Type: Pass, GlobalConstructor: { a-name-of-twenty-by: 1 }');
const MANY_ITEMS = definition(`Type: Map, ItemsPath: $Input.items, MaxConcurrency: 60,
    Processor: { StartAt: One, States: [{ Type: Pass, Name: One, End: true }] }`);

test('an execution of a stored definition runs, and fails where it passes a lowered limit', async (t) => {
  const before = await startTestEngine(t, { limits: { globalKeyBytes: 128, mapConcurrency: 60 } });
  await before.createFlow('long-key', LONG_KEY);
  await before.createFlow('many-items', MANY_ITEMS);
  await before.start('long-key', { name: 'one' });
  await before.start('many-items', { name: 'one', input: { items: [1, 2] } });
  const after = await before.restart({ limits: { globalKeyBytes: 8, mapConcurrency: 40 } });
  assert.equal((await after.ended('long-key', 'one', 300_000)).status, 'Failed');
  const events = await after.events('long-key', 'one');
  assert.match(JSON.stringify(events.at(-1)), /FnF\.DataLimitExceeded.*larger than 8 bytes/);
  assert.equal((await after.ended('many-items', 'one', 300_000)).status, 'Succeeded');
});
