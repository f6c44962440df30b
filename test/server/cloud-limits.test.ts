/**
 * A server with `limits: cloud`, with the exact numbers of the service (rules.md 4.6): over HTTP on time that the test advances, and
 * the engine alone for numbers of executions and flows.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Authenticator } from '../../src/auth/authenticator.ts';
import { createObserver } from '../../src/base/observer.ts';
import { OPERATIONS } from '../../src/operations/all.ts';
import { createServer } from '../../src/server/server.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { ManualTime } from '../../src/testing/manual-time.ts';
import { seededIds } from '../../src/testing/seeded-ids.ts';
import { startTestEngine } from '../../src/testing/test-engine.ts';
import { testSettings } from '../../src/testing/test-settings.ts';
import { sendRaw } from '../support/signed-request.ts';
import type { RawReply } from '../support/signed-request.ts';

const SETTINGS = 'limits: cloud\nhistory: { keep: forever }\n';
const WAIT = `Type: StateMachine
SpecVersion: v1
Name: wait
StartAt: W
States: [{ Type: Wait, Name: W, Seconds: 20, End: true }]
`;

interface Limited {
  readonly time: ManualTime;
  call(action: string): Promise<RawReply>;
}

async function startLimited(t: CleanUp): Promise<Limited> {
  const time = new ManualTime();
  const settings = testSettings(`${SETTINGS}auth: off\nlisten: 127.0.0.1:0\n`);
  const { region, account } = settings;
  const server = await createServer({
    settings,
    stores: createMemoryStores(),
    ports: { clock: time, scheduler: time, ids: seededIds(1), observer: createObserver() },
    authenticator: new Authenticator({ keys: null, clock: time, region, account }),
    node: { info: { name: 'one', version: '0.0.0', leaseMs: 10_000 }, pollMs: 500 },
    localCallersOnly: true,
    log: { lost: 0 },
    tls: null,
  });
  const { url } = await server.listen();
  atEnd(t, async () => {
    const drained = server.drain(0);
    time.advance(1);
    await drained;
    await server.close();
  });
  const call = (action: string): Promise<RawReply> =>
    sendRaw(url, { method: 'GET', path: `/?Action=${action}&Version=2019-03-15` });
  return { time, call };
}

function checkThrottled(reply: RawReply, retryAfterMs: number, setting: string): void {
  const { Code: code, Message: message } = reply.json();
  assert.deepEqual([reply.status, code], [429, 'ResourceThrottled'], reply.text);
  assert.ok(String(message).startsWith('The request is throttled. Please try again later. The limit is '), reply.text);
  assert.ok(String(message).includes(`(${setting})`), reply.text);
  assert.equal(reply.headers['x-acs-retry-after'], String(retryAfterMs));
  assert.equal(reply.headers['retry-after'], String(Math.ceil(retryAfterMs / 1000)));
}

const OWN: Readonly<Record<string, { readonly burst: number; readonly everyMs: number }>> = {
  StartExecution: { burst: 100, everyMs: 10 },
  DescribeExecution: { burst: 50, everyMs: 200 },
  GetExecutionHistory: { burst: 50, everyMs: 200 },
};

describe('calls over HTTP with `limits: cloud`', () => {
  for (const action of OPERATIONS.keys()) {
    // Its limit is one of starts, not of calls; the test below has it.
    if (action === 'StartSyncExecution') continue;
    const own = OWN[action];
    const { burst, everyMs } = own ?? { burst: 10, everyMs: 500 };

    test(`${action}: ${burst} at once, then one each ${everyMs} ms, and the time to retry is right`, async (t) => {
      const { time, call } = await startLimited(t);
      const setting =
        own === undefined ? 'limits.operationsPerSecond and limits.operationsBurst' : `limits.operationRates.${action}`;
      for (const reply of await Promise.all(Array.from({ length: burst }, () => call(action)))) {
        assert.notEqual(reply.status, 429, reply.text);
      }
      checkThrottled(await call(action), everyMs, setting);
      time.advance(everyMs - 1);
      checkThrottled(await call(action), 1, setting);
      time.advance(1);
      assert.notEqual((await call(action)).status, 429);
      checkThrottled(await call(action), everyMs, setting);
      // A full bucket holds no more than the burst.
      time.advance(3_600_000);
      const statuses = await Promise.all(Array.from({ length: burst + 1 }, async () => (await call(action)).status));
      assert.equal(statuses.filter((status) => status === 429).length, 1);
    });
  }

  test('the limit of one operation leaves the others alone', async (t) => {
    const { call } = await startLimited(t);
    for (let n = 0; n < 10; n++) await call('ListFlows');
    assert.equal((await call('ListFlows')).status, 429);
    assert.equal((await call('DescribeRegions')).status, 200);
  });
});

describe('executions and flows with `limits: cloud`', () => {
  test('a thousand Express executions start at once, then one each millisecond', async (t) => {
    const engine = await startTestEngine(t, { settings: SETTINGS });
    await engine.createFlow('pass', WAIT.replace('Type: Wait', 'Type: Pass').replace(', Seconds: 20', ''), 'Express');
    const start = () => engine.call('StartSyncExecution', { FlowName: 'pass' });
    for (let n = 0; n < 1_000; n++) await start();
    const message = /\. The limit is 1000 starts of Express executions in a second \(limits\.startsPerSecond\)\.$/;
    await assert.rejects(start(), { code: 'ResourceThrottled', status: 429, retryAfterMs: 1, message });
    await engine.time.pass(1);
    await start();
    await assert.rejects(start(), { code: 'ResourceThrottled' });
  });

  test('ten thousand Express executions run, and the next one is refused until one ends', async (t) => {
    const engine = await startTestEngine(t, { settings: SETTINGS });
    await engine.createFlow('wait', WAIT, 'Express');
    const running: Promise<unknown>[] = [];
    for (let second = 0; second < 10; second++) {
      for (let n = 0; n < 1_000; n++) running.push(engine.run('wait'));
      await engine.time.pass(1_000);
    }
    const message = /\. 10000 Express executions are running, the limit \(limits\.concurrentExecutions\)\.$/;
    await assert.rejects(engine.run('wait'), { code: 'ResourceThrottled', retryAfterMs: 1_000, message });
    await running[0];
    await engine.time.pass(1);
    await engine.run('wait');
    await Promise.all(running);
  });

  test('ten thousand Standard executions have not ended, and the next one is refused until one ends', async (t) => {
    const engine = await startTestEngine(t, { settings: SETTINGS });
    await engine.createFlow('wait', WAIT);
    await Promise.all(Array.from({ length: 10_000 }, (_, n) => engine.start('wait', { name: `e${n}` })));
    const message = /^10000 executions are running, the limit \(limits\.standardExecutions\)\./;
    await assert.rejects(engine.start('wait'), { code: 'ResourceThrottled', retryAfterMs: 1_000, message });
    // Those that wait to enter their state run too.
    await engine.call('StopExecution', { FlowName: 'wait', ExecutionName: 'e9999' });
    await engine.start('wait', { name: 'another' });
    await assert.rejects(engine.start('wait'), { code: 'ResourceThrottled' });
    const last = await engine.ended('wait', 'another', 200_000);
    // 9,999 entries before its own, a hundred of them at once; and then its wait.
    assert.equal(last.stoppedMs - last.startedMs, 99_000 + 20_000);
  });

  test('ten thousand flows exist, and CreateFlow is refused until one is deleted', async (t) => {
    const engine = await startTestEngine(t, { settings: SETTINGS });
    for (let n = 0; n < 10_000; n++) await engine.stores.flows.create(flowRecord(`f${n}`));
    const message = /^The account has 10000 flows, the limit \(limits\.flows\)\./;
    await assert.rejects(engine.createFlow('one', WAIT), { code: 'ResourceThrottled', status: 429, message });
    await assert.rejects(engine.createFlow('one', WAIT), { retryAfterMs: null });
    await engine.call('DeleteFlow', { Name: 'f1' });
    await engine.createFlow('one', WAIT);
  });
});
