/** Virtual time: the order of timers, work that holds the time, busy loops. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

test('timers fire in the order of their due times, and no real time passes', async () => {
  const time = new VirtualTime();
  const fired: string[] = [];
  await Promise.all([
    time.pass(3_600_000).then(() => fired.push(`hour ${time.elapsedMs}`)),
    time.pass(1_000).then(() => fired.push(`second ${time.elapsedMs}`)),
    time.pass(1_000).then(() => fired.push(`second again ${time.elapsedMs}`)),
  ]);
  assert.deepEqual(fired, ['second 1000', 'second again 1000', 'hour 3600000']);
});

test('many timers set in any order fire in their order', async () => {
  const time = new VirtualTime();
  const fired: number[] = [];
  const delays = Array.from({ length: 500 }, (_, i) => (i * 7919) % 257);
  await Promise.all(delays.map((delayMs) => time.pass(delayMs).then(() => fired.push(delayMs))));
  assert.deepEqual(
    fired,
    delays.toSorted((a, b) => a - b),
  );
});

test('time does not pass while work of `soon` is pending', async () => {
  const time = new VirtualTime();
  let turns = 0;
  const worked = new Promise<number>((resolve) => {
    const turn = (): unknown => (++turns === 50 ? resolve(time.elapsedMs) : time.soon(turn as () => void));
    turn();
  });
  const slept = time.pass(10).then(() => turns);
  assert.equal(await worked, 0);
  assert.equal(await slept, 50);
});

test('a turn of a busy loop can take time', async () => {
  const time = new VirtualTime({ busyTurnMs: 100 });
  let over = false;
  time.after(1_000, () => {
    over = true;
  });
  let turns = 0;
  while (!over) {
    turns++;
    await new Promise<void>((resolve) => time.soon(resolve));
  }
  assert.ok(turns >= 9 && turns <= 12, `${turns} turns`);
});

test('a cancelled timer never fires, and one time does not delay another', async () => {
  const one = new VirtualTime();
  const two = new VirtualTime();
  const cancel = one.after(5, () => assert.fail('cancelled'));
  cancel();
  await Promise.all([one.pass(10), two.pass(20)]);
  assert.equal(one.elapsedMs, 10);
  assert.equal(two.elapsedMs, 20);
});

test('a jump of the wall clock changes neither the monotonic clock nor the timers', async () => {
  const time = new VirtualTime();
  const startMs = time.nowMs();
  time.after(500, () => time.jump(-3_600_000));
  await time.pass(1_000);
  assert.equal(time.nowMs() - startMs, 1_000 - 3_600_000);
  assert.equal(time.monotonicMs(), 1_000);
});

test('no timer fires after `stop`', async () => {
  const time = new VirtualTime();
  let woken = 0;
  time.after(1, () => woken++);
  time.stop();
  time.after(1, () => woken++);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  assert.equal(woken, 0);
});
