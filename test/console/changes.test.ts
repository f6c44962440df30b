/** The cost of the console while no one watches, and the changes that one process has for another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createObserver } from '../../src/base/observer.ts';
import { Changes } from '../../src/console/changes.ts';
import type { Change } from '../../src/console/changes.ts';
import { ChangeReader } from '../../src/console/other-consoles.ts';

import { ManualTime } from '../../src/testing/manual-time.ts';

class Watcher {
  readonly changes: string[] = [];
  readonly flows: string[] = [];
  lost = 0;
  messages = 0;

  changed({ execution, status }: Change): void {
    this.changes.push(`${execution} ${status}`);
  }

  flowChanged(flow: string): void {
    this.flows.push(flow);
  }

  messagesChanged(): void {
    this.messages++;
  }

  missed(changes: number): void {
    this.lost += changes;
  }
}

const startOf = (executionName: string) =>
  ({ mode: 'Express', flowName: 'flow', executionName, source: 'api' }) as const;

test('while no one watches, nothing is recorded and no timer runs', () => {
  const time = new ManualTime();
  const changes = new Changes(time);
  const { executionStarted, executionAdvanced, flowChanged } = createObserver(changes.subscriber);
  const run = (name: string): void => {
    executionStarted?.(startOf(name));
    executionAdvanced?.({ flowName: 'flow', executionName: name });
    flowChanged?.({ requestId: '', action: 'UpdateFlow', flowName: 'flow', version: '', alias: '' });
  };
  run('before');
  assert.deepEqual(changes.batchSince({}), {
    process: changes.process,
    until: 0,
    changes: [],
    flows: [],
    lost: 0,
    messages: 0,
  });
  // Someone asks now, and then no longer.
  run('during');
  assert.equal(changes.batchSince({ [changes.process]: 0 }).until, 2);
  time.advance(5_000);
  for (let i = 0; i < 10; i++) run('after');
  const { changes: recent, lost, until } = changes.batchSince({ [changes.process]: 2 });
  assert.deepEqual([recent, lost], [[], 1]);
  run('again');
  const next = changes.batchSince({ [changes.process]: until });
  assert.deepEqual([next.changes.map(({ execution }) => execution), next.lost], [['again'], 0]);
  assert.equal(time.timers, 0);
});

test('a process that asks late learns that changes are missing', () => {
  const changes = new Changes(new ManualTime());
  const { executionStarted } = createObserver(changes.subscriber);
  changes.batchSince({});
  for (let i = 0; i < 5_000; i++) executionStarted?.(startOf(`e${i}`));
  const batch = changes.batchSince({ [changes.process]: 0 });
  assert.equal(batch.changes.length + batch.lost, 5_000);
  assert.ok(batch.changes.length >= 500 && batch.changes.length <= 1_000);
  assert.equal(batch.changes.at(-1)?.execution, 'e4999');
});

test('the end of a watch ends all that it needed', () => {
  const changes = new Changes(new ManualTime());
  const { executionStarted, flowChanged, executionsPurged } = createObserver(changes.subscriber);
  const watcher = new Watcher();
  let woken = 0;
  const wake = (): (() => void) => () => void woken++;
  const ends = [
    changes.watchList(watcher),
    changes.watchExecution('flow', 'one', wake()),
    changes.watchExecution('flow', 'one', wake()),
    changes.watchExecution('flow2', 'one', wake()),
  ];
  executionStarted?.(startOf('one'));
  executionStarted?.(startOf('two'));
  assert.deepEqual([watcher.changes, woken], [['one Running', 'two Running'], 2]);
  flowChanged?.({ requestId: '', action: 'DeleteFlow', flowName: 'flow', version: '', alias: '' });
  assert.deepEqual([watcher.flows, woken], [['flow'], 4]);
  executionsPurged?.({ executions: 1 });
  assert.equal(woken, 7);
  for (const end of ends) end();
  executionStarted?.(startOf('one'));
  executionsPurged?.({ executions: 1 });
  assert.deepEqual([watcher.changes.length, woken], [2, 7]);
});

test('other processes are asked only while someone watches, and their changes pass once', async () => {
  const time = new ManualTime();
  const [own, other] = [new Changes(time), new Changes(time)];
  const report = createObserver(other.subscriber);
  const asked: (() => void)[] = [];
  let questions = 0;
  const others = {
    async changesSince(cursors: Readonly<Record<string, number>>) {
      questions++;
      asked.shift()?.();
      return [own.batchSince(cursors), other.batchSince(cursors)];
    },
  };
  const reader = new ChangeReader(others, own, { scheduler: time, observer: createObserver() });
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  assert.deepEqual([questions, time.timers], [0, 0]);
  const watcher = new Watcher();
  own.watchList(watcher);
  const ends = [reader.watch(), reader.watch()];
  await turn();
  assert.equal(questions, 1);
  report.executionStarted?.(startOf('one'));
  report.messagesChanged?.({ name: 'queue' });
  report.flowChanged?.({ requestId: '', action: 'UpdateFlow', flowName: 'flow', version: '', alias: '' });
  time.advance(250);
  await turn();
  time.advance(250);
  await turn();
  assert.deepEqual([watcher.changes, watcher.flows, watcher.messages, questions], [['one Running'], ['flow'], 1, 3]);
  for (let i = 0; i < 3_000; i++) report.executionStarted?.(startOf('many'));
  time.advance(250);
  await turn();
  assert.equal(watcher.changes.length - 1 + watcher.lost, 3_000);
  for (const end of ends) end();
  assert.equal(time.timers, 0);
  time.advance(60_000);
  await turn();
  assert.equal(questions, 4);
});

test('messages that another process has got before its first answer are not missed', async () => {
  const time = new ManualTime();
  const [own, other] = [new Changes(time), new Changes(time)];
  const answer = Promise.withResolvers<void>();
  const others = {
    async changesSince(cursors: Readonly<Record<string, number>>) {
      await answer.promise;
      return [other.batchSince(cursors)];
    },
  };
  const reader = new ChangeReader(others, own, { scheduler: time, observer: createObserver() });
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  const watcher = new Watcher();
  own.watchList(watcher);
  const end = reader.watch();
  createObserver(other.subscriber).messagesChanged?.({ name: 'queue' });
  answer.resolve();
  await turn();
  assert.equal(watcher.messages, 1);
  time.advance(250);
  await turn();
  assert.equal(watcher.messages, 1);
  end();
});
