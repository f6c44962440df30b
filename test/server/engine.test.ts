/** The engine without HTTP: the time limit of its drain. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createObserver } from '../../src/base/observer.ts';
import { createEngine } from '../../src/server/engine.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import { createFlow } from '../../src/operations/flows/create-flow.ts';
import { startSyncExecution } from '../../src/operations/executions/start-sync-execution.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import { startService } from '../../src/testing/http-service.ts';
import { ManualTime } from '../../src/testing/manual-time.ts';
import { seededIds } from '../../src/testing/seeded-ids.ts';
import { testSettings } from '../../src/testing/test-settings.ts';

/** Sends a message, whose push hangs, and then waits. */
const DEFINITION = `
Type: StateMachine
SpecVersion: v1
Name: slow
StartAt: Send
States:
  - Type: Task
    Name: Send
    Action: MNS:SendMessage
    Parameters: { resourceArn: 'acs:mns:::topics/news/messages', message: m }
    Next: Wait
  - { Type: Wait, Name: Wait, Seconds: 20, End: true }
`;

test('a drain waits for executions and pushes together, and no longer than its limit', async (t) => {
  const { promise: pushed, resolve: push } = Promise.withResolvers<void>();
  // It never answers.
  const { url } = await startService(t, () => push());
  const time = new ManualTime();
  const engine = await createEngine({
    settings: testSettings(`mns: { subscriptions: { news: '${url}' } }`),
    stores: createMemoryStores(),
    ports: { clock: time, scheduler: time, ids: seededIds(1), observer: createObserver() },
    localCallersOnly: true,
    endpoint: () => '',
  });
  atEnd(t, () => engine.close());
  const call = (parameters: Readonly<Record<string, string>>) => ({
    requestId: 'r',
    caller: null,
    parameters: new Map(Object.entries(parameters)),
  });
  const flow = { Name: 'slow', Definition: DEFINITION, Type: 'FDL', ExecutionMode: 'Express' };
  await createFlow.run(engine.services, call(flow));
  void startSyncExecution.run(engine.services, call({ FlowName: 'slow' }));
  await pushed;
  let isDrained = false;
  const drained = engine.drain(1_000).then(() => (isDrained = true));
  time.advance(999);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isDrained, false);
  time.advance(1);
  await new Promise((resolve) => setImmediate(resolve));
  // The wait for pushes has no time left.
  time.advance(0);
  await drained;
});
