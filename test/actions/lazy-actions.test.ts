/** The actions are loaded with the first task, and the scheduler knows of the load. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryBudget } from '../../src/base/memory-budget.ts';
import { LazyActions } from '../../src/actions/lazy-actions.ts';
import { systemClock } from '../../src/base/clock.ts';
import { systemIds } from '../../src/base/ids.ts';
import { createObserver } from '../../src/base/observer.ts';
import { ALONE } from '../../src/cluster/cluster.ts';
import { systemScheduler } from '../../src/base/scheduler.ts';
import { createMemoryMessages } from '../../src/store/memory/message-store.ts';
import { testSettings } from '../../src/testing/test-settings.ts';
import { EXPRESS_CALL } from './support.ts';

test('the first task loads the actions, and the scheduler knows of it', async () => {
  let loads = 0;
  const outside = <T>(work: Promise<T>): Promise<T> => {
    loads++;
    return work;
  };
  const actions = new LazyActions({
    ...testSettings(),
    egress: { reach: 'all', allow: [] },
    memory: new MemoryBudget(Number.POSITIVE_INFINITY),
    messages: createMemoryMessages(),
    pushes: null,
    processes: ALONE,
    clock: systemClock,
    scheduler: { ...systemScheduler, outside },
    ids: systemIds,
    observer: createObserver(),
  });
  const call = { ...EXPRESS_CALL, action: 'nameless', parameters: {} };
  const action = actions.find(call.action);
  assert.equal(loads, 0);
  for (let i = 0; i < 2; i++) assert.equal((await action.run(call, new AbortController().signal)).ok, false);
  assert.equal(loads, 1);
  await actions.close();
});
