/** The clock of the tests is tested too: order of timers, standing still, busy loops. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

function sleep(clock: VirtualTime, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}

test('timers fire in the order of their due times, and no real time passes', async () => {
  const clock = new VirtualTime();
  const fired: string[] = [];
  await Promise.all([
    sleep(clock, 3_600_000).then(() => fired.push(`hour ${clock.elapsedMs}`)),
    sleep(clock, 1_000).then(() => fired.push(`second ${clock.elapsedMs}`)),
    sleep(clock, 1_000).then(() => fired.push(`second again ${clock.elapsedMs}`)),
  ]);
  assert.deepEqual(fired, ['second 1000', 'second again 1000', 'hour 3600000']);
});

test('many timers set in any order fire in their order', async () => {
  const clock = new VirtualTime();
  const fired: number[] = [];
  const delays = Array.from({ length: 500 }, (_, i) => (i * 7919) % 257);
  await Promise.all(delays.map((delayMs) => sleep(clock, delayMs).then(() => fired.push(delayMs))));
  assert.deepEqual(
    fired,
    delays.toSorted((a, b) => a - b),
  );
});

test('time does not pass while work of the scheduler is waiting', async () => {
  const clock = new VirtualTime();
  let turns = 0;
  const worked = new Promise<number>((resolve) => {
    const turn = (): unknown => (++turns === 50 ? resolve(clock.elapsedMs) : clock.soon(turn as () => void));
    turn();
  });
  const slept = sleep(clock, 10).then(() => turns);
  assert.equal(await worked, 0);
  assert.equal(await slept, 50);
});

test('a busy loop can be made to cost time', async () => {
  const clock = new VirtualTime({ busyTurnMs: 100 });
  let over = false;
  clock.after(1_000, () => {
    over = true;
  });
  let turns = 0;
  while (!over) {
    turns++;
    await new Promise<void>((resolve) => clock.soon(resolve));
  }
  assert.ok(turns >= 9 && turns <= 12, `${turns} turns`);
});

test('a cancelled timer never fires, and one clock does not hold up another', async () => {
  const one = new VirtualTime();
  const two = new VirtualTime();
  const cancel = one.after(5, () => assert.fail('cancelled'));
  cancel();
  await Promise.all([sleep(one, 10), sleep(two, 20)]);
  assert.equal(one.elapsedMs, 10);
  assert.equal(two.elapsedMs, 20);
});

test('a wall clock that jumps leaves the monotonic clock and the timers alone', async () => {
  const clock = new VirtualTime();
  const startMs = clock.nowMs();
  clock.after(500, () => clock.jump(-3_600_000));
  await sleep(clock, 1_000);
  assert.equal(clock.nowMs() - startMs, 1_000 - 3_600_000);
  assert.equal(clock.monotonicMs(), 1_000);
});

test('a stopped clock wakes no one any more', async () => {
  const clock = new VirtualTime();
  let woken = 0;
  clock.after(1, () => woken++);
  clock.stop();
  clock.after(1, () => woken++);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  assert.equal(woken, 0);
});
