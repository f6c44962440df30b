/**
 * The wall clock is set back: while no server runs, or beside a running one. No wait, delay or timeout takes longer than its own time
 * more, none ends early, and times of events never go backwards.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskFailed, taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { CleanUp } from '../../../src/testing/clean-up.ts';
import { startTestEngine } from '../../../src/testing/test-engine.ts';
import type { TestEngine } from '../../../src/testing/test-engine.ts';
import { CALLBACK, oneState, refused } from './definitions.ts';

const HOUR_MS = 3_600_000;
/** Longer than a due execution needs to end. */
const SOON_MS = 2_000;

/** The server ends, the clock is set by `byMs` while it is down, and the next server starts. */
async function restartAfterJump(engine: TestEngine, byMs: number): Promise<TestEngine> {
  engine.durable.close();
  engine.time.jump(byMs);
  return engine.restart();
}

async function statusOf(engine: TestEngine, flow: string): Promise<string> {
  return (await engine.executions.describe(flow, 'e', 0)).status;
}

async function untilOf(engine: TestEngine, flow: string): Promise<readonly [number, number]> {
  const { waits } = await engine.executions.waits(flow, 'e');
  const nowMs = engine.time.nowMs();
  return [(waits[0]?.sinceMs ?? 0) - nowMs, (waits[0]?.untilMs ?? 0) - nowMs];
}

async function ascending(engine: TestEngine, flow: string): Promise<void> {
  const times = (await engine.events(flow, 'e')).map(({ timeMs }) => timeMs);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
}

function start(t: CleanUp): Promise<TestEngine> {
  return startTestEngine(t, {
    task: ({ action }) => (action === 'Test:Bad' ? taskFailed('Bad') : taskSucceeded()),
  });
}

/** It fails after 3,000 seconds. */
const LONG = oneState('f', `${CALLBACK}, Timeout: 3000`);
const RETRY = 'Retry: [{ Errors: [Bad], MaxAttempts: 1, IntervalSeconds: 1000 }]';

for (const seconds of [10, 280]) {
  for (const [what, definition] of [
    ['a wait', oneState('f', `Type: Wait, Seconds: ${seconds}`)],
    ['a retry delay', oneState('f', `Type: Task, Action: Test:Bad, ${RETRY.replace('1000', String(seconds))}`)],
    ['a timeout of a callback', oneState('f', `${CALLBACK}, Timeout: ${seconds}`)],
    ['a timeout of the flow', oneState('f', CALLBACK).replace('StartAt', `Timeout: ${seconds}\nStartAt`)],
  ] as const) {
    test(`${what} of ${seconds} s ends in time after the clock was set back by two hours while no server ran`, async (t) => {
      let engine = await start(t);
      await engine.createFlow('f', definition);
      await engine.start('f', { name: 'e' });
      // A part of the time passes, with the heartbeat of a server that commits nothing.
      const passedMs = (seconds * 1_000) / 2;
      await engine.time.pass(passedMs);
      engine = await restartAfterJump(engine, -2 * HOUR_MS);
      const [sinceMs, untilMs] = await untilOf(engine, 'f');
      assert.ok(sinceMs <= 0 && sinceMs >= -passedMs - SOON_MS, `it waits since ${sinceMs} ms`);
      // The timeout of the flow is not that of the wait.
      if (what !== 'a timeout of the flow') {
        assert.ok(untilMs > 0 && untilMs <= seconds * 1_000, `it waits ${untilMs} ms more`);
      }
      await engine.time.pass(seconds * 1_000 - passedMs - SOON_MS);
      assert.equal(await statusOf(engine, 'f'), 'Running', 'it does not end early');
      // The store has seen the clock at most a minute before the end of the server.
      await engine.time.pass(Math.min(60_000, seconds * 1_000) + 2 * SOON_MS);
      assert.notEqual(await statusOf(engine, 'f'), 'Running');
      await ascending(engine, 'f');
    });
  }
}

test('waits that begin after the clock was set back take their time, also over more restarts', async (t) => {
  let engine = await start(t);
  const states = [1, 2, 3, 4].map(
    (i) => `  - { Name: W${i}, Type: Wait, Seconds: 280, ${i === 4 ? 'End: true' : `Next: W${i + 1}`} }`,
  );
  await engine.createFlow(
    'f',
    oneState('f', '').replace(/StartAt[^]*/, `StartAt: W1\nStates:\n${states.join('\n')}\n`),
  );
  await engine.start('f', { name: 'e' });
  const beganMs = engine.time.elapsedMs;
  for (const byMs of [-2 * HOUR_MS, 0, -HOUR_MS, -10 * HOUR_MS, 0]) {
    await engine.time.pass(150_000);
    engine = await restartAfterJump(engine, byMs);
  }
  engine.time.jump(-5 * HOUR_MS);
  assert.equal((await engine.ended('f', 'e', HOUR_MS)).status, 'Succeeded');
  const tookMs = engine.time.elapsedMs - beganMs;
  assert.ok(tookMs >= 4 * 280_000 && tookMs < 4 * 280_000 + 6 * 60_000, `it took ${tookMs} ms`);
  await ascending(engine, 'f');
});

test('a wait that begins right after the clock was set back beside the server does not end early', async (t) => {
  let engine = await start(t);
  await engine.createFlow('f', LONG);
  engine.time.jump(-2 * HOUR_MS);
  await engine.start('f', { name: 'e' });
  await engine.time.pass(500_000);
  assert.deepEqual(
    (await untilOf(engine, 'f')).map((ms) => Math.round(ms / 10_000)),
    [-50, 250],
  );
  engine = await restartAfterJump(engine, 0);
  await engine.time.pass(2_400_000);
  assert.equal(await statusOf(engine, 'f'), 'Running');
  await engine.time.pass(110_000);
  assert.equal(await statusOf(engine, 'f'), 'Failed');
});

test('a clock that was set forward while no server ran ends what is due by it, and setting it back delays nothing', async (t) => {
  let engine = await start(t);
  await engine.createFlow('f', LONG);
  await engine.start('f', { name: 'e' });
  engine = await restartAfterJump(engine, HOUR_MS);
  await engine.time.pass(SOON_MS);
  assert.equal(await statusOf(engine, 'f'), 'Failed');
  await engine.createFlow('g', LONG.replace('Name: f', 'Name: g'));
  await engine.start('g', { name: 'e' });
  engine = await restartAfterJump(engine, -HOUR_MS);
  await engine.time.pass(3_000_000 - 10_000);
  assert.equal(await statusOf(engine, 'g'), 'Running');
  await engine.time.pass(20_000);
  assert.equal(await statusOf(engine, 'g'), 'Failed');
});

test('an ended execution is retained no longer because the clock was set back', async (t) => {
  const settings = 'history: { keep: 1h }';
  let engine = await startTestEngine(t, { settings });
  await engine.createFlow('f', oneState('f', 'Type: Pass'));
  await engine.start('f', { name: 'e' });
  assert.equal(await statusOf(engine, 'f'), 'Succeeded');
  engine = await restartAfterJump(engine, -100 * HOUR_MS);
  await engine.time.pass(HOUR_MS - 60_000);
  assert.equal(await statusOf(engine, 'f'), 'Succeeded');
  await engine.time.pass(20 * 60_000);
  await refused(engine.executions.describe('f', 'e', 0), 'ExecutionNotExists');
});
