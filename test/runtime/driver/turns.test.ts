/** The queue of executions that compute: lanes of flows, and turns of the event loop that decisions have used up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createObserver } from '../../../src/base/observer.ts';
import { Turns } from '../../../src/runtime/driver/turns.ts';

/** A queue on a clock that only work moves, and a scheduler whose turns the test runs. */
function queue(): { turns: Turns; takes(ms: number): void; turn(): void } {
  let nowMs = 0;
  const soon: (() => void)[] = [];
  const turns = new Turns({
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    scheduler: {
      soon: (work) => soon.push(work),
      after: () => assert.fail('no timer is needed'),
      outside: (work) => work,
    },
    observer: createObserver(),
  });
  return {
    turns,
    takes: (ms) => {
      nowMs += ms;
    },
    turn: () => {
      for (const work of soon.splice(0)) work();
    },
  };
}

test('flows take turns, however much of one waits', () => {
  const { turns, turn } = queue();
  const ran: string[] = [];
  for (const name of ['a1', 'a2', 'a3']) turns.add('a', () => ran.push(name));
  for (const name of ['b1', 'b2']) turns.add('b', () => ran.push(name));
  turns.add('c', () => ran.push('c1'));
  turn();
  assert.deepEqual(ran, ['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
});

test('work that takes long ends the turn, and the rest waits for later ones', () => {
  const { turns, takes, turn } = queue();
  const ran: string[] = [];
  const slow = (name: string) => (): void => {
    takes(20);
    ran.push(name);
  };
  turns.add('a', slow('a1'));
  turns.add('a', slow('a2'));
  turns.add('b', slow('b1'));
  turn();
  assert.deepEqual(ran, ['a1']);
  turn();
  turn();
  turn();
  assert.deepEqual(ran, ['a1', 'b1', 'a2']);
});

test('long decisions use up a turn, short ones do not', () => {
  const { turns, turn } = queue();
  for (let i = 0; i < 1000; i++) turns.spent(0.1);
  assert.equal(turns.isOver, false);
  turns.spent(1);
  turns.spent(1);
  assert.equal(turns.isOver, true);
  turn();
  assert.equal(turns.isOver, false);
});

test('callers that wait for a later turn get one each', async () => {
  const { turns, turn } = queue();
  const ran: string[] = [];
  for (const lane of ['a', 'a', 'b']) void turns.later(lane).then(() => ran.push(lane));
  const seen: string[][] = [];
  for (let i = 0; i < 4; i++) {
    turn();
    await Promise.resolve();
    seen.push([...ran]);
  }
  assert.deepEqual(seen, [['a'], ['a', 'b'], ['a', 'b', 'a'], ['a', 'b', 'a']]);
});
