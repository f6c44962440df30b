/** Due schedules start executions: one for each due time, in spite of pauses, clocks and limits (rules.md 12.19). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { startTestEngine } from '../../src/testing/test-engine.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import type { TestEngine } from '../../src/testing/test-engine.ts';
import { CALL, ECHO, executionsOf, hear, HOUR_MS, MINUTE_MS, START_MS, timeName } from './schedules.ts';
import type { Heard } from './schedules.ts';

const EVERY_5 = { ScheduleName: 'often', CronExpression: '@every 5m' };

describe('a due schedule', () => {
  it('starts a Standard execution with the time, its name and the payload', async (t) => {
    const heard = hear();
    const engine = await startTestEngine(t, { observe: heard.subscriber });
    await engine.createFlow('report', ECHO);
    await engine.call('CreateSchedule', {
      FlowName: 'report',
      ScheduleName: 'nightly',
      CronExpression: '30 10 3 * * ?',
      Payload: '{"n":12345678901234567890}',
    });
    await engine.time.pass(4 * HOUR_MS);
    const [name = ''] = await executionsOf(engine, 'report');
    assert.equal(name, 'nightly-20260101T031030Z');
    const reply = await engine.call('DescribeExecution', { FlowName: 'report', ExecutionName: name });
    assert.equal(reply['Status'], 'Succeeded');
    const input = '{"triggerTime":"2026-01-01T03:10:30Z","triggerName":"nightly","payload":{"n":12345678901234567890}}';
    assert.equal(reply['Input'], input);
    assert.equal(reply['Output'], input);
    const dueMs = Date.UTC(2026, 0, 1, 3, 10, 30);
    assert.deepEqual(heard.fired, [
      {
        ...{ flowName: 'report', scheduleName: 'nightly', executionName: name },
        ...{ dueMs, lateMs: 0, nextMs: dueMs + 24 * HOUR_MS },
      },
    ]);
  });

  it('starts one at each due time, and each under its own name', async (t) => {
    const engine = await startTestEngine(t);
    await engine.createFlow('report', ECHO);
    await engine.call('CreateSchedule', { FlowName: 'report', ...EVERY_5 });
    await engine.call('CreateSchedule', { FlowName: 'report', ScheduleName: 'hourly', CronExpression: '0 30 * * * *' });
    await engine.time.pass(31 * MINUTE_MS);
    const often = [5, 10, 15, 20, 25, 30].map((minutes) => `often-${timeName(minutes * MINUTE_MS)}`);
    assert.deepEqual(
      (await executionsOf(engine, 'report')).sort(),
      [...often, `hourly-${timeName(30 * MINUTE_MS)}`].sort(),
    );
  });

  it('starts an Express execution, with a UUID at the end of its name', async (t) => {
    const heard = hear();
    const engine = await startTestEngine(t, { observe: heard.subscriber });
    await engine.createFlow('report', ECHO, 'Express');
    await engine.call('CreateSchedule', { FlowName: 'report', ...EVERY_5, Payload: 'plain words' });
    await engine.time.pass(11 * MINUTE_MS);
    const names = await executionsOf(engine, 'report');
    assert.deepEqual(
      names.map((name) => name.split(':')[0]),
      [5, 10].map((minutes) => `often-${timeName(minutes * MINUTE_MS)}`),
    );
    const reply = await engine.call('DescribeExecution', { FlowName: 'report', ExecutionName: names[0] });
    const input = '{"triggerTime":"2026-01-01T00:05:00Z","triggerName":"often","payload":"plain words"}';
    assert.equal(reply['Input'], input);
    assert.equal(heard.fired.length, 2);
  });

  it('runs the definition that is current then', async (t) => {
    const engine = await startTestEngine(t, { task: () => ({ ok: true, output: 'called' }) as never });
    await engine.createFlow('report', CALL);
    await engine.call('CreateSchedule', { FlowName: 'report', ...EVERY_5 });
    await engine.call('UpdateFlow', { Name: 'report', Definition: ECHO });
    await engine.time.pass(6 * MINUTE_MS);
    const view = await engine.ended('report', `often-${timeName(5 * MINUTE_MS)}`);
    assert.equal(view.status, 'Succeeded');
    assert.match(view.definition, /Name: echo/);
  });

  it('starts nothing while it is disabled, and nothing late when it is enabled again', async (t) => {
    const heard = hear();
    const engine = await startTestEngine(t, { observe: heard.subscriber });
    await engine.createFlow('report', ECHO);
    await engine.call('CreateSchedule', { FlowName: 'report', ...EVERY_5, Enable: false });
    await engine.time.pass(12 * MINUTE_MS);
    assert.deepEqual(await executionsOf(engine, 'report'), []);
    await engine.call('UpdateSchedule', { FlowName: 'report', ScheduleName: 'often', Enable: true });
    await engine.time.pass(6 * MINUTE_MS);
    await engine.call('UpdateSchedule', { FlowName: 'report', ScheduleName: 'often', Enable: false });
    await engine.time.pass(HOUR_MS);
    assert.deepEqual(await executionsOf(engine, 'report'), [`often-${timeName(17 * MINUTE_MS)}`]);
    assert.deepEqual(heard.skipped, []);
  });

  it('goes by a new expression from its update on', async (t) => {
    const engine = await startTestEngine(t);
    await engine.createFlow('report', ECHO);
    await engine.call('CreateSchedule', { FlowName: 'report', ...EVERY_5 });
    await engine.time.pass(7 * MINUTE_MS);
    const update = { FlowName: 'report', ScheduleName: 'often', CronExpression: '@every 20m' };
    await engine.call('UpdateSchedule', update);
    await engine.time.pass(10 * MINUTE_MS);
    // The same expression again, and another payload, move no due time.
    await engine.call('UpdateSchedule', { ...update, Payload: '1' });
    await engine.time.pass(11 * MINUTE_MS);
    const names = [5, 27].map((minutes) => `often-${timeName(minutes * MINUTE_MS)}`);
    assert.deepEqual(await executionsOf(engine, 'report'), names);
  });

  it('is gone with its flow, also when the flow is created again', async (t) => {
    const engine = await startTestEngine(t);
    await engine.createFlow('report', ECHO);
    await engine.call('CreateSchedule', { FlowName: 'report', ...EVERY_5 });
    await engine.call('DeleteFlow', { Name: 'report' });
    await engine.createFlow('report', ECHO);
    await engine.time.pass(HOUR_MS);
    assert.deepEqual(await executionsOf(engine, 'report'), []);
    const listed = await engine.call('ListSchedules', { FlowName: 'report' });
    assert.deepEqual(listed, { Schedules: [] });
  });

  it('starts an execution whose name is cut when the name of the schedule is long', async (t) => {
    const engine = await startTestEngine(t);
    await engine.createFlow('report', ECHO);
    const names = ['a', 'b'].map((end) => 'n'.repeat(127) + end);
    for (const name of names) {
      await engine.call('CreateSchedule', { FlowName: 'report', ScheduleName: name, CronExpression: '@every 5m' });
    }
    await engine.time.pass(6 * MINUTE_MS);
    const started = await executionsOf(engine, 'report');
    assert.equal(new Set(started).size, 2);
    for (const name of started) {
      assert.equal(name.length, 128);
      assert.ok(name.endsWith(`-${timeName(5 * MINUTE_MS)}`));
    }
  });
});

const BY_SCHEDULE = (a: { scheduleName: string }, b: { scheduleName: string }): number =>
  a.scheduleName < b.scheduleName ? -1 : 1;

/** An engine whose schedules are closed after six minutes, and the one that comes back fifteen minutes later. */
async function pause(t: CleanUp, settings: string, heard: Heard): Promise<TestEngine> {
  const first = await startTestEngine(t, { settings, observe: heard.subscriber });
  await first.createFlow('report', ECHO);
  await first.createFlow('fast', ECHO, 'Express');
  await first.call('CreateSchedule', { FlowName: 'report', ...EVERY_5 });
  await first.call('CreateSchedule', { FlowName: 'fast', ...EVERY_5 });
  await first.time.pass(6 * MINUTE_MS);
  first.schedules.close();
  await first.time.pass(15 * MINUTE_MS);
  const second = await first.restart();
  await second.time.pass(MINUTE_MS);
  return second;
}

describe('after a pause of the server', () => {
  for (const [missed, minutes] of [
    ['latest', [20]],
    ['all', [10, 15, 20]],
  ] as const) {
    it(`starts what fell due meanwhile, once (schedules.missed: ${missed})`, async (t) => {
      const heard = hear();
      const second = await pause(t, `schedules: { missed: ${missed} }`, heard);
      const names = [5, ...minutes].map((each) => `often-${timeName(each * MINUTE_MS)}`);
      assert.deepEqual(await executionsOf(second, 'report'), names);
      // The first one was in the memory of the first server.
      const express = (await executionsOf(second, 'fast')).map((name) => name.split(':')[0]);
      assert.deepEqual(express.sort(), names.slice(1));
      const third = await second.restart();
      await third.time.pass(MINUTE_MS);
      assert.deepEqual(await executionsOf(third, 'report'), names);
      assert.deepEqual(await executionsOf(third, 'fast'), []);
      assert.equal(heard.fired.length, 2 * names.length);
      const latest = heard.fired.filter(({ dueMs }) => dueMs === START_MS + 20 * MINUTE_MS);
      const nextMs = START_MS + 25 * MINUTE_MS;
      assert.deepEqual(
        latest.map((fired) => fired.nextMs),
        [nextMs, nextMs],
      );
      for (const { lateMs } of latest) assert.ok(lateMs >= MINUTE_MS && lateMs < MINUTE_MS + 10, `${lateMs} ms late`);
      const reason =
        'a later one had come before the server could start an execution, and only the latest starts (schedules.missed)';
      const skipped = { scheduleName: 'often', dueMs: START_MS + 10 * MINUTE_MS, nextMs: START_MS + 20 * MINUTE_MS };
      assert.deepEqual(
        heard.skipped.sort((a, b) => (a.flowName < b.flowName ? -1 : 1)),
        missed === 'all' ? [] : ['fast', 'report'].map((flowName) => ({ flowName, ...skipped, count: 2, reason })),
      );
    });
  }

  it('does not start the latest one again after the clock was set back and the expression updated', async (t) => {
    const engine = await pause(t, '', hear());
    engine.time.jump(-9 * MINUTE_MS);
    for (const FlowName of ['report', 'fast']) {
      const update = { FlowName, ScheduleName: 'often', CronExpression: '0 */5 * * * *' };
      await engine.call('UpdateSchedule', update);
    }
    await engine.time.pass(13 * MINUTE_MS);
    const names = [20, 25].map((each) => `often-${timeName(each * MINUTE_MS)}`);
    assert.deepEqual((await executionsOf(engine, 'report')).slice(1), names);
    const express = (await executionsOf(engine, 'fast')).map((name) => name.split(':')[0]);
    assert.deepEqual(express, names);
  });

  it('starts one execution after an hour, and not one a minute', async (t) => {
    const heard = hear();
    const first = await startTestEngine(t, { observe: heard.subscriber });
    await first.createFlow('report', ECHO);
    for (const [name, expression] of [
      ['cron', '0 * * * * *'],
      ['every', '@every 1m'],
    ]) {
      await first.call('CreateSchedule', { FlowName: 'report', ScheduleName: name, CronExpression: expression });
    }
    first.schedules.close();
    await first.time.pass(HOUR_MS);
    const second = await first.restart();
    await second.time.pass(1_000);
    const names = ['cron', 'every'].map((name) => `${name}-${timeName(HOUR_MS)}`);
    assert.deepEqual((await executionsOf(second, 'report')).sort(), names);
    assert.deepEqual(
      heard.skipped.map(({ count, dueMs, nextMs }) => [count, dueMs - START_MS, (nextMs ?? 0) - START_MS]),
      [
        [59, MINUTE_MS, HOUR_MS],
        [59, MINUTE_MS, HOUR_MS],
      ],
    );
  });

  it('starts nothing if the latest one is older than schedules.catchUp, and reports it', async (t) => {
    const heard = hear();
    const settings = 'schedules: { catchUp: 2m }';
    const first = await startTestEngine(t, { settings, observe: heard.subscriber });
    await first.createFlow('report', ECHO);
    await first.call('CreateSchedule', { FlowName: 'report', ...EVERY_5 });
    first.schedules.close();
    await first.time.pass(18 * MINUTE_MS);
    const second = await first.restart();
    await second.time.pass(MINUTE_MS);
    assert.deepEqual(await executionsOf(second, 'report'), []);
    const [dueMs, nextMs] = [START_MS + 5 * MINUTE_MS, START_MS + 20 * MINUTE_MS];
    const reason = 'older than 120 s (schedules.catchUp): the server did not run, or its clock was set forward';
    assert.deepEqual(heard.skipped, [{ flowName: 'report', scheduleName: 'often', dueMs, nextMs, count: 3, reason }]);
    await second.time.pass(2 * MINUTE_MS);
    assert.deepEqual(await executionsOf(second, 'report'), [`often-${timeName(20 * MINUTE_MS)}`]);
  });

  it('starts all within schedules.catchUp if schedules.missed says so, and reports the older ones', async (t) => {
    const heard = hear();
    const settings = 'schedules: { catchUp: 10m, missed: all }';
    const first = await startTestEngine(t, { settings, observe: heard.subscriber });
    await first.createFlow('report', ECHO);
    await first.call('CreateSchedule', { FlowName: 'report', ...EVERY_5 });
    await first.call('CreateSchedule', { FlowName: 'report', ScheduleName: 'cron', CronExpression: '0 */5 * * * *' });
    first.schedules.close();
    await first.time.pass(26 * MINUTE_MS);
    const second = await first.restart();
    await second.time.pass(MINUTE_MS);
    const names = ['cron', 'often'].flatMap((name) => [20, 25].map((each) => `${name}-${timeName(each * MINUTE_MS)}`));
    assert.deepEqual((await executionsOf(second, 'report')).sort(), names);
    const [dueMs, nextMs, count] = [START_MS + 5 * MINUTE_MS, START_MS + 20 * MINUTE_MS, 3];
    const reason = 'older than 600 s (schedules.catchUp): the server did not run, or its clock was set forward';
    assert.deepEqual(
      heard.skipped.sort(BY_SCHEDULE),
      ['cron', 'often'].map((scheduleName) => ({ flowName: 'report', scheduleName, dueMs, nextMs, count, reason })),
    );
  });

  for (const [missed, started] of [
    ['latest', 1],
    ['all', 61],
  ] as const) {
    it(`skips years of due times at once (schedules.missed: ${missed})`, async (t) => {
      const heard = hear();
      const first = await startTestEngine(t, {
        settings: `schedules: { missed: ${missed} }`,
        observe: heard.subscriber,
      });
      await first.createFlow('report', ECHO);
      for (const [name, expression] of [
        ['cron', '0 * * * * *'],
        ['every', '@every 1m'],
      ]) {
        await first.call('CreateSchedule', { FlowName: 'report', ScheduleName: name, CronExpression: expression });
      }
      first.schedules.close();
      const passedMs = 3 * 365 * 24 * HOUR_MS;
      first.time.jump(passedMs);
      const second = await first.restart();
      await second.time.pass(30_000);
      assert.equal((await executionsOf(second, 'report')).length, 2 * started);
      // More than can be counted quickly, unless the times have the same distance.
      assert.deepEqual(
        heard.skipped.sort(BY_SCHEDULE).map(({ scheduleName, count }) => [scheduleName, count]),
        [
          ['cron', null],
          ['every', passedMs / MINUTE_MS - started],
        ],
      );
    });
  }
});

describe('the wall clock', () => {
  it('repeats no due time when it is set back', async (t) => {
    const engine = await startTestEngine(t, { settings: 'history: { express: { age: 24h } }' });
    for (const mode of ['Standard', 'Express'] as const) await engine.createFlow(mode, ECHO, mode);
    const every = { ScheduleName: 'hourly', CronExpression: '0 0 * * * *' };
    for (const mode of ['Standard', 'Express']) await engine.call('CreateSchedule', { FlowName: mode, ...every });
    await engine.time.pass(61 * MINUTE_MS);
    engine.time.jump(-30 * MINUTE_MS);
    await engine.time.pass(HOUR_MS);
    for (const mode of ['Standard', 'Express']) {
      const names = (await executionsOf(engine, mode)).map((name) => name.split(':')[0]);
      assert.deepEqual(names, [`hourly-${timeName(HOUR_MS)}`]);
      // Not for an update that would find the same due time again.
      await engine.call('UpdateSchedule', { FlowName: mode, ScheduleName: 'hourly', CronExpression: '0 0 1 * * *' });
    }
    engine.time.jump(-HOUR_MS);
    await engine.time.pass(2 * HOUR_MS);
    for (const mode of ['Standard', 'Express']) {
      const names = (await executionsOf(engine, mode)).map((name) => name.split(':')[0]);
      assert.deepEqual(names, [`hourly-${timeName(HOUR_MS)}`]);
    }
  });

  it('makes due what it is set forward to, within a minute', async (t) => {
    const engine = await startTestEngine(t);
    await engine.createFlow('report', ECHO);
    await engine.call('CreateSchedule', { FlowName: 'report', ScheduleName: 'daily', CronExpression: '0 0 12 * * ?' });
    await engine.time.pass(MINUTE_MS);
    engine.time.jump(12 * HOUR_MS);
    await engine.time.pass(MINUTE_MS + 1);
    assert.deepEqual(await executionsOf(engine, 'report'), ['daily-20260101T120000Z']);
  });
});

describe('a start that is refused', () => {
  const task = () => new Promise<never>(() => undefined);

  it('is tried again while there is time, and reported once', async (t) => {
    const heard = hear();
    const limits = { standardExecutions: 1, concurrentExecutions: 1 };
    const engine = await startTestEngine(t, { task, limits, observe: heard.subscriber });
    await engine.createFlow('report', CALL);
    await engine.createFlow('fast', ECHO, 'Express');
    await engine.start('report', { name: 'blocks' });
    for (const name of ['a', 'b']) {
      await engine.call('CreateSchedule', { FlowName: 'report', ScheduleName: name, CronExpression: '@every 5m' });
    }
    await engine.time.pass(7 * MINUTE_MS);
    assert.deepEqual(await executionsOf(engine, 'report'), ['blocks']);
    assert.equal(heard.delayed.length, 1);
    assert.match(heard.delayed[0]?.reason ?? '', /ResourceThrottled: 1 executions are running, the limit/);
    await engine.call('StopExecution', { FlowName: 'report', ExecutionName: 'blocks' });
    await engine.time.pass(2_000);
    const [, started = ''] = await executionsOf(engine, 'report');
    await engine.call('StopExecution', { FlowName: 'report', ExecutionName: started });
    await engine.time.pass(2_000);
    const names = ['a', 'b'].map((name) => `${name}-${timeName(5 * MINUTE_MS)}`);
    assert.deepEqual((await executionsOf(engine, 'report')).sort(), [...names, 'blocks']);
    assert.deepEqual(heard.skipped, []);
  });

  it('starts one execution for all due times that have passed meanwhile, with one report', async (t) => {
    const heard = hear();
    const limits = { standardExecutions: 1, concurrentExecutions: 1 };
    const engine = await startTestEngine(t, { task, limits, observe: heard.subscriber });
    await engine.createFlow('report', CALL);
    await engine.start('report', { name: 'blocks' });
    await engine.call('CreateSchedule', { FlowName: 'report', ...EVERY_5 });
    await engine.time.pass(16 * MINUTE_MS);
    assert.equal(heard.skipped.length, 0);
    await engine.call('StopExecution', { FlowName: 'report', ExecutionName: 'blocks' });
    await engine.time.pass(2_000);
    assert.deepEqual(await executionsOf(engine, 'report'), ['blocks', `often-${timeName(15 * MINUTE_MS)}`]);
    const [dueMs, nextMs] = [START_MS + 5 * MINUTE_MS, START_MS + 15 * MINUTE_MS];
    assert.deepEqual(
      heard.skipped.map((skipped) => [skipped.scheduleName, skipped.dueMs, skipped.nextMs, skipped.count]),
      [['often', dueMs, nextMs, 2]],
    );
  });

  it('reports at times what has passed while no execution can start', async (t) => {
    const heard = hear();
    const engine = await startTestEngine(t, {
      ...{ task, limits: { standardExecutions: 1 }, observe: heard.subscriber },
      settings: 'schedules: { catchUp: 30m }',
    });
    await engine.createFlow('report', CALL);
    await engine.start('report', { name: 'blocks' });
    for (const ScheduleName of ['a', 'b', 'c']) {
      const given = { FlowName: 'report', ScheduleName, CronExpression: '0 * * * * *' };
      await engine.call('CreateSchedule', given);
    }
    await engine.time.pass(HOUR_MS);
    // One of them is tried each second. The other one waits, and is older than half an hour after 31 minutes.
    assert.deepEqual(
      heard.skipped.map(({ dueMs, nextMs, count }) => [dueMs - START_MS, (nextMs ?? 0) - START_MS, count]),
      [
        [MINUTE_MS, 31 * MINUTE_MS, 30],
        [MINUTE_MS, 31 * MINUTE_MS, 30],
      ],
    );
    assert.match(heard.skipped[0]?.reason ?? '', /only the latest starts \(schedules.missed\)$/);
    await engine.call('StopExecution', { FlowName: 'report', ExecutionName: 'blocks' });
    await engine.time.pass(2_000);
    const [, started = ''] = await executionsOf(engine, 'report');
    assert.match(started, /^[abc]-20260101T010000Z$/);
  });

  it('is skipped in the end with the reason of the refusal', async (t) => {
    const heard = hear();
    const engine = await startTestEngine(t, {
      ...{ task, limits: { standardExecutions: 1 }, observe: heard.subscriber },
      settings: 'schedules: { catchUp: 1m }',
    });
    await engine.createFlow('report', CALL);
    await engine.start('report', { name: 'blocks' });
    await engine.call('CreateSchedule', { FlowName: 'report', ...EVERY_5 });
    await engine.time.pass(7 * MINUTE_MS);
    assert.deepEqual(await executionsOf(engine, 'report'), ['blocks']);
    assert.equal(heard.skipped.length, 1);
    assert.match(heard.skipped[0]?.reason ?? '', /^older than 60 s \(schedules.catchUp\): ResourceThrottled/);
    await engine.call('StopExecution', { FlowName: 'report', ExecutionName: 'blocks' });
    await engine.time.pass(4 * MINUTE_MS);
    assert.deepEqual(await executionsOf(engine, 'report'), ['blocks', `often-${timeName(10 * MINUTE_MS)}`]);
  });

  it('is tried again for an Express flow, and reported when the server stops first', async (t) => {
    const heard = hear();
    const limits = { concurrentExecutions: 1 };
    const engine = await startTestEngine(t, { task, limits, observe: heard.subscriber });
    await engine.createFlow('report', CALL, 'Express');
    const blocks = engine.run('report');
    for (const [name, minutes] of [
      ['a', 2],
      ['b', 7],
    ] as const) {
      await engine.call('CreateSchedule', {
        ...{ FlowName: 'report', ScheduleName: name, CronExpression: `@every ${minutes}m` },
      });
    }
    await engine.time.pass(3 * MINUTE_MS);
    assert.equal(heard.delayed.length, 1);
    assert.deepEqual(heard.fired, []);
    // An Express flow ends after five minutes at most.
    assert.equal((await blocks).status, 'TimedOut');
    await engine.time.pass(2_000);
    assert.deepEqual(
      heard.fired.map(({ scheduleName, dueMs }) => [scheduleName, dueMs - START_MS]),
      [['a', 2 * MINUTE_MS]],
    );
    await engine.time.pass(3 * MINUTE_MS);
    engine.schedules.close();
    assert.deepEqual(
      heard.skipped.map(({ scheduleName, reason }) => [scheduleName, reason]),
      [['a', 'the server stopped before the execution could start']],
    );
    await engine.time.pass(5 * MINUTE_MS);
  });

  it('is skipped at once when it cannot succeed: a definition that this version rejects, a name that is taken', async (t) => {
    const heard = hear();
    const stores = createMemoryStores();
    const engine = await startTestEngine(t, { stores, observe: heard.subscriber });
    await stores.flows.create(flowRecord('old', { executionMode: 'Standard', definition: 'Type: Sonnet' }));
    await stores.flows.create(flowRecord('fast', { executionMode: 'Express', definition: 'Type: Sonnet' }));
    await engine.createFlow('report', ECHO);
    for (const FlowName of ['old', 'fast', 'report']) await engine.call('CreateSchedule', { FlowName, ...EVERY_5 });
    await engine.start('report', { name: `often-${timeName(5 * MINUTE_MS)}` });
    await engine.time.pass(6 * MINUTE_MS);
    const skipped = heard.skipped.map(({ flowName, reason }) => [flowName, reason.split(':')[0]]);
    assert.deepEqual(skipped.sort(), [
      ['fast', 'InvalidArgument'],
      ['old', 'InvalidArgument'],
      ['report', 'ExecutionAlreadyExists'],
    ]);
    await engine.time.pass(5 * MINUTE_MS);
    assert.equal((await executionsOf(engine, 'report')).length, 2);
  });
});
