/**
 * Waits of tasks and their ends: ReportTaskSucceeded, ReportTaskFailed, CallbackFnFTaskToken, DescribeExecutionWaits
 * and RedriveExecution, on each store.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TaskResult } from '../../src/actions/action.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { House } from './house.ts';
import { STORES, withHouse } from './house.ts';
import {
  CALLBACK,
  definitionOf,
  Desk,
  ended,
  eventsOf,
  EXECUTION_MEMBERS,
  PASS,
  standard,
  withStandard,
} from './standard.ts';

const E = { FlowName: 'f', ExecutionName: 'e' };
const CALL: JsonObject = {
  Name: 'Call',
  Type: 'Task',
  Action: 'HTTP:Request',
  Parameters: { url: 'http://127.0.0.1/' },
};

/** An execution `e` of `f` that waits for a callback, and its token. */
async function waiting(house: House, desk: Desk): Promise<string> {
  await house.call('CreateFlow', standard(definitionOf(CALLBACK)));
  await house.call('StartExecution', E);
  return desk.tokenOf('e');
}

async function waitsOf({ call }: House): Promise<readonly JsonObject[]> {
  return (await call('DescribeExecutionWaits', E))['Waits'] as unknown as JsonObject[];
}

for (const store of STORES) {
  describe(`task reports on ${store}`, () => {
    it('end the task with any JSON value, and say which event did', async () => {
      for (const Output of ['{"key":"value"}', '{}', '[1,"two"]', '"text"', 'null', ' 12345678901234567890 ']) {
        const desk = new Desk();
        await withStandard(
          store,
          async (house) => {
            const TaskToken = await waiting(house, desk);
            const reply = await house.call('ReportTaskSucceeded', { TaskToken, Output });
            assert.deepEqual(Object.keys(reply), ['EventId']);
            const events = (await house.call('GetExecutionHistory', E))['Events'] as unknown as JsonObject[];
            const event = events.find(({ EventId }) => EventId === reply['EventId']);
            assert.equal(event?.['Type'], 'TaskSucceeded');
            assert.equal(event['EventDetail'], `{"output":${Output.trim()}}`);
            assert.equal((await ended(house, 'e'))['Output'], Output.trim());
          },
          { task: desk.take },
        );
      }
    });

    it('fail the task with the error of the caller', () => {
      const desk = new Desk();
      return withStandard(
        store,
        async (house) => {
          const TaskToken = await waiting(house, desk);
          const failure = { Error: 'Denied', Cause: 'no\nreason' };
          const { EventId } = await house.call('ReportTaskFailed', { TaskToken, ...failure });
          assert.equal((await ended(house, 'e'))['Status'], 'Failed');
          const events = await eventsOf(house, 'e');
          const event = events.find((each) => each.EventId === EventId);
          assert.equal(event?.Type, 'TaskFailed');
          assert.deepEqual(event?.detail, { error: 'Denied', cause: 'no\nreason' });
          assert.equal(events.at(-1)?.Type, 'ExecutionFailed');
        },
        { task: desk.take },
      );
    });

    it('count once, the first of them', () => {
      const desk = new Desk();
      return withStandard(
        store,
        async (house) => {
          const { call, fails } = house;
          const TaskToken = await waiting(house, desk);
          const reports = await Promise.allSettled([
            call('ReportTaskSucceeded', { TaskToken, Output: '{"n":1}' }),
            call('ReportTaskSucceeded', { TaskToken, Output: '{"n":2}' }),
            call('ReportTaskFailed', { TaskToken, Error: 'x' }),
          ]);
          assert.deepEqual(reports.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected']);
          const message = /^Task .* has already completed\.$/;
          await fails('ReportTaskSucceeded', { TaskToken, Output: '{}' }, 'TaskAlreadyCompleted', message);
          await fails('ReportTaskFailed', { TaskToken, Error: 'x' }, 'TaskAlreadyCompleted', message);
          const events = await eventsOf(house, 'e');
          assert.equal(events.filter(({ Type }) => Type === 'TaskSucceeded' || Type === 'TaskFailed').length, 1);
        },
        { task: desk.take },
      );
    });

    it('come too late for an execution that was stopped', () => {
      const desk = new Desk();
      return withStandard(
        store,
        async (house) => {
          const TaskToken = await waiting(house, desk);
          await house.call('StopExecution', E);
          await house.fails('ReportTaskSucceeded', { TaskToken, Output: '{}' }, 'TaskAlreadyCompleted', /already/);
        },
        { task: desk.take },
      );
    });

    it('need a token that this server has made, whole', () => {
      const desk = new Desk();
      return withStandard(
        store,
        async (house) => {
          const token = await waiting(house, desk);
          const [first = '', ...rest] = token;
          const other = (first === 'A' ? 'B' : 'A') + rest.join('');
          const forged = ['x', '12', other, `${token}A`, token.slice(0, -1), `${token} `, '\0', 'x'.repeat(100_000)];
          for (const TaskToken of forged) {
            const message = /^The task token is not one that this server issued\.$/;
            await house.fails('ReportTaskSucceeded', { TaskToken, Output: '{}' }, 'InvalidArgument', message);
            await house.fails('ReportTaskFailed', { TaskToken, Error: 'e' }, 'InvalidArgument', message);
            const start = { FlowName: 'f', ExecutionName: 'g', CallbackFnFTaskToken: TaskToken };
            await house.fails('StartExecution', start, 'InvalidArgument', message);
          }
          await house.call('ReportTaskSucceeded', { TaskToken: token, Output: '{}' });
        },
        { task: desk.take },
      );
    });
  });

  describe(`CallbackFnFTaskToken on ${store}`, () => {
    it('reports the end of the execution that was started with it', () => {
      const desk = new Desk();
      return withStandard(
        store,
        async (house) => {
          const { call, fails } = house;
          await call('CreateFlow', standard(definitionOf(CALLBACK)));
          const made = { Name: 'child', Type: 'FDL' };
          await call('CreateFlow', {
            ...made,
            Definition: definitionOf({ ...PASS, OutputConstructor: { done: true } }),
          });
          const failing = definitionOf(PASS).replace('"Pass","End":true', '"Fail","Code":"Broken","Detail":"why"');
          await call('CreateFlow', { ...made, Name: 'failing', Definition: failing });
          for (const [execution, child] of [
            ['e', 'child'],
            ['d', 'failing'],
          ] as const) {
            await call('StartExecution', { FlowName: 'f', ExecutionName: execution });
            const CallbackFnFTaskToken = await desk.tokenOf(execution);
            await call('StartExecution', { FlowName: child, ExecutionName: 'c', CallbackFnFTaskToken });
          }
          const done = await ended(house, 'e');
          assert.deepEqual([done['Status'], done['Output']], ['Succeeded', '{"done":true}']);
          assert.equal((await ended(house, 'd'))['Status'], 'Failed');
          assert.equal((await eventsOf(house, 'd')).at(-1)?.detail['error'], 'Broken');
          const TaskToken = await desk.tokenOf('e');
          await fails('ReportTaskSucceeded', { TaskToken, Output: '{}' }, 'TaskAlreadyCompleted', /already/);
        },
        { task: desk.take },
      );
    });
  });

  describe(`DescribeExecutionWaits on ${store}`, () => {
    it('says what is waited for, since when, and what would wake it', () => {
      const desk = new Desk();
      return withStandard(
        store,
        async (house) => {
          const TaskToken = await waiting(house, desk);
          const reply = await house.call('DescribeExecutionWaits', E);
          const members = ['FlowName', 'Name', 'Status', 'StartedTime', 'StoppedTime', 'Waits'];
          assert.deepEqual(Object.keys(reply), members);
          const { Status, StartedTime, StoppedTime } = await house.call('DescribeExecution', E);
          const head = { FlowName: 'f', Name: 'e', Status, StartedTime, StoppedTime };
          assert.deepEqual({ ...reply, Waits: [] }, { ...head, Waits: [] });
          const [wait, ...others] = await waitsOf(house);
          assert.deepEqual(others, []);
          const keys = ['Kind', 'StepName', 'EventId', 'Action', 'SinceTime', 'UntilTime', 'Reason'];
          assert.deepEqual(Object.keys(wait ?? {}), keys);
          const scheduled = (await eventsOf(house, 'e')).find(({ Type }) => Type === 'TaskScheduled');
          assert.deepEqual(
            [
              wait?.['Kind'],
              wait?.['StepName'],
              wait?.['EventId'],
              wait?.['Action'],
              wait?.['SinceTime'],
              wait?.['UntilTime'],
            ],
            ['Callback', 'Ask', scheduled?.EventId, 'HTTP:Request', scheduled?.Time, ''],
          );
          assert.match(String(wait?.['Reason']), /ReportTaskSucceeded/);
          await house.call('ReportTaskSucceeded', { TaskToken, Output: '{}' });
          await ended(house, 'e');
          assert.deepEqual(await waitsOf(house), []);
          const x = { ...E, ExecutionName: 'x' };
          await house.fails('DescribeExecutionWaits', x, 'ExecutionNotExists', /^Execution x for flow f/);
          await house.fails('DescribeExecutionWaits', { ...E, FlowName: 'g' }, 'FlowNotExists', /'g'/);
        },
        { task: desk.take },
      );
    });
  });

  describe(`RedriveExecution on ${store}`, () => {
    it('continues from the state that failed, and does not run again what had succeeded', () => {
      const results: TaskResult[] = [
        { ok: true, output: { n: 1 } },
        { ok: false, error: 'Down', cause: 'not there' },
        { ok: false, error: 'Down', cause: 'not there yet' },
        { ok: true, output: { n: 2 } },
      ];
      const calls: string[] = [];
      const task = (call: { readonly idempotencyKey: string }): Promise<TaskResult> => {
        calls.push(call.idempotencyKey.split('/')[2] ?? '');
        return Promise.resolve(results[calls.length - 1] ?? assert.fail('called too often'));
      };
      return withStandard(
        store,
        async (house) => {
          const { call, fails } = house;
          const definition = definitionOf({ ...CALL, Name: 'First' }, { ...CALL, Name: 'Second' });
          await call('CreateFlow', standard(definition));
          await call('StartExecution', E);
          assert.equal((await ended(house, 'e'))['Status'], 'Failed');
          const before = await eventsOf(house, 'e');
          await call('UpdateFlow', { Name: 'f', Definition: definitionOf(PASS) });
          for (const [n, status] of ['Failed', 'Succeeded'].entries()) {
            const reply = await call('RedriveExecution', E);
            const { Status, StoppedTime, Output, FlowDefinition, Name } = reply;
            assert.deepEqual([Status, StoppedTime, Output, FlowDefinition, Name], ['Running', '', '', definition, 'e']);
            assert.deepEqual(Object.keys(reply), EXECUTION_MEMBERS);
            const end = await ended(house, 'e');
            assert.equal(end['Status'], status);
            const events = await eventsOf(house, 'e');
            assert.deepEqual(events.slice(0, before.length), before, 'what happened stays in the history');
            const again = events.filter((event) => event.Type === 'ExecutionStarted');
            assert.deepEqual(
              again.map((event) => event.detail['redrive']),
              [undefined, 1, 2].slice(0, n + 2),
            );
          }
          assert.deepEqual(calls, ['First', 'Second', 'Second', 'Second']);
          assert.equal((await call('DescribeExecution', E))['Output'], '{"n":2}');
          await fails('RedriveExecution', E, 'InvalidArgument', /^Execution 'e' succeeded/);
          await fails(
            'RedriveExecution',
            { ...E, ExecutionName: 'x' },
            'ExecutionNotExists',
            /^Execution x for flow f/,
          );
          await fails('RedriveExecution', { ...E, FlowName: 'g' }, 'FlowNotExists', /'g'/);
        },
        { task },
      );
    });

    it('answers as a start does, also when the execution has failed again by then', () =>
      withStandard(store, async (house) => {
        await house.call('CreateFlow', standard(definitionOf({ Type: 'Fail', Name: 'No', Code: 'E' })));
        await house.call('StartExecution', E);
        assert.equal((await ended(house, 'e'))['Status'], 'Failed');
        const { Status, StoppedTime } = await house.call('RedriveExecution', E);
        assert.deepEqual([Status, StoppedTime], ['Running', '']);
        assert.equal((await ended(house, 'e'))['Status'], 'Failed');
      }));

    it('continues a stopped execution where it stopped: the service that accepted the work may report it', () => {
      const desk = new Desk();
      return withStandard(
        store,
        async (house) => {
          const report = { TaskToken: await waiting(house, desk), Output: '{"late":true}' };
          await house.fails('RedriveExecution', E, 'InvalidArgument', /^Execution 'e' is running/);
          await house.call('StopExecution', E);
          await house.fails('ReportTaskSucceeded', report, 'TaskAlreadyCompleted', /already/);
          await house.call('RedriveExecution', E);
          assert.equal((await house.call('DescribeExecution', E))['Status'], 'Running');
          assert.equal((await waitsOf(house))[0]?.['Kind'], 'Callback');
          await house.call('ReportTaskSucceeded', report);
          assert.equal((await ended(house, 'e'))['Output'], '{"late":true}');
        },
        { task: desk.take },
      );
    });
  });
}

describe('waits', () => {
  it('are of every kind that there is', () =>
    withHouse(
      'memory',
      async (house) => {
        const { call } = house;
        const until = async (definition: string): Promise<JsonObject> => {
          await call('CreateFlow', standard(definition));
          await call('StartExecution', E);
          const [wait] = await waitsOf(house);
          await call('DeleteFlow', { Name: 'f' });
          return wait ?? {};
        };
        const timer = await until(definitionOf({ Name: 'W', Type: 'Wait', Seconds: 100 }));
        assert.deepEqual(
          [timer['Kind'], timer['StepName'], timer['SinceTime'], timer['UntilTime'], timer['Action']],
          ['Wait', 'W', '2026-01-01T00:00:00.000Z', '2026-01-01T00:01:40.000Z', ''],
        );
        const task = await until(definitionOf({ ...CALL, Timeout: 60 }));
        assert.deepEqual([task['Kind'], task['Action']], ['Task', 'HTTP:Request']);
        assert.equal(Date.parse(String(task['UntilTime'])) - Date.parse(String(task['SinceTime'])), 60_000);
      },
      { task: () => new Promise(() => undefined) },
    ));

  it('are of a retry while it is put off', () =>
    withHouse(
      'memory',
      async (house) => {
        const Retry = [{ Errors: ['FnF.ALL'], MaxAttempts: 3, IntervalSeconds: 30 }];
        await house.call('CreateFlow', standard(definitionOf({ ...CALL, Retry })));
        await house.call('StartExecution', E);
        let wait: JsonObject | undefined;
        do [wait] = await waitsOf(house);
        while (wait?.['Kind'] === 'Task');
        assert.deepEqual([wait?.['Kind'], wait?.['StepName'], wait?.['Action']], ['Retry', 'Call', '']);
      },
      { task: () => Promise.resolve({ ok: false, error: 'Down', cause: '' }) },
    ));
});
