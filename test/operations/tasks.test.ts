/**
 * Tasks that wait for a callback, and executions that failed: ReportTaskSucceeded, ReportTaskFailed, CallbackFnFTaskToken,
 * DescribeExecutionWaits and RedriveExecution, on each store.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TaskResult } from '../../src/actions/action.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { startApi, STORES } from './api-harness.ts';
import type { ApiHarness } from './api-harness.ts';
import { CALLBACK, definitionOf, PASS, standard } from './definitions.ts';
import { Desk, ended, eventsOf, EXECUTION_MEMBERS } from './standard-executions.ts';

const E = { FlowName: 'f', ExecutionName: 'e' };
const CALL: JsonObject = {
  Name: 'Call',
  Type: 'Task',
  Action: 'HTTP:Request',
  Parameters: { url: 'http://127.0.0.1/' },
};

/** Starts an execution `e` of `f` that waits for a callback, and returns its token. */
async function waiting(api: ApiHarness, desk: Desk): Promise<string> {
  await api.call('CreateFlow', standard(definitionOf(CALLBACK)));
  await api.call('StartExecution', E);
  return desk.tokenOf('e');
}

async function waitsOf({ call }: ApiHarness): Promise<readonly JsonObject[]> {
  return (await call('DescribeExecutionWaits', E))['Waits'] as unknown as JsonObject[];
}

for (const store of STORES) {
  describe(`task reports on ${store}`, () => {
    it('complete the task with any JSON value, and return the id of the event', async (t) => {
      for (const Output of ['{"key":"value"}', '{}', '[1,"two"]', '"text"', 'null', ' 12345678901234567890 ']) {
        const desk = new Desk();
        const api = await startApi(t, store, { task: desk.take });
        const TaskToken = await waiting(api, desk);
        const reply = await api.call('ReportTaskSucceeded', { TaskToken, Output });
        assert.deepEqual(Object.keys(reply), ['EventId']);
        const events = (await api.call('GetExecutionHistory', E))['Events'] as unknown as JsonObject[];
        const event = events.find(({ EventId }) => EventId === reply['EventId']);
        assert.equal(event?.['Type'], 'TaskSucceeded');
        assert.equal(event['EventDetail'], `{"output":${Output.trim()}}`);
        assert.equal((await ended(api, 'e'))['Output'], Output.trim());
      }
    });

    it('fail the task with the error of the caller', async (t) => {
      const desk = new Desk();
      const api = await startApi(t, store, { task: desk.take });
      const TaskToken = await waiting(api, desk);
      const failure = { Error: 'Denied', Cause: 'no\nreason' };
      const { EventId } = await api.call('ReportTaskFailed', { TaskToken, ...failure });
      assert.equal((await ended(api, 'e'))['Status'], 'Failed');
      const events = await eventsOf(api, 'e');
      const event = events.find((each) => each.EventId === EventId);
      assert.equal(event?.Type, 'TaskFailed');
      assert.deepEqual(event?.detail, { error: 'Denied', cause: 'no\nreason' });
      assert.equal(events.at(-1)?.Type, 'ExecutionFailed');
    });

    it('are accepted once when several arrive at the same time', async (t) => {
      const desk = new Desk();
      const api = await startApi(t, store, { task: desk.take });
      const { call, fails } = api;
      const TaskToken = await waiting(api, desk);
      const reports = await Promise.allSettled([
        call('ReportTaskSucceeded', { TaskToken, Output: '{"n":1}' }),
        call('ReportTaskSucceeded', { TaskToken, Output: '{"n":2}' }),
        call('ReportTaskFailed', { TaskToken, Error: 'x' }),
      ]);
      assert.deepEqual(reports.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected']);
      const message = /^Task .* has already completed\.$/;
      await fails('ReportTaskSucceeded', { TaskToken, Output: '{}' }, 'TaskAlreadyCompleted', message);
      await fails('ReportTaskFailed', { TaskToken, Error: 'x' }, 'TaskAlreadyCompleted', message);
      const events = await eventsOf(api, 'e');
      assert.equal(events.filter(({ Type }) => Type === 'TaskSucceeded' || Type === 'TaskFailed').length, 1);
    });

    it('can be repeated for an execution that was stopped, because a redrive would wait for it', async (t) => {
      const desk = new Desk();
      const api = await startApi(t, store, { task: desk.take });
      const TaskToken = await waiting(api, desk);
      await api.call('StopExecution', E);
      await api.fails('ReportTaskSucceeded', { TaskToken, Output: '{}' }, 'TaskInvalidState', /retry/);
    });

    it('need a complete token of this server', async (t) => {
      const desk = new Desk();
      const api = await startApi(t, store, { task: desk.take });
      const token = await waiting(api, desk);
      const [first = '', ...rest] = token;
      const other = (first === 'A' ? 'B' : 'A') + rest.join('');
      const forged = ['x', '12', other, `${token}A`, token.slice(0, -1), `${token} `, '\0', 'x'.repeat(100_000)];
      for (const TaskToken of forged) {
        const message = /^The task token is not one that this server issued\.$/;
        await api.fails('ReportTaskSucceeded', { TaskToken, Output: '{}' }, 'InvalidArgument', message);
        await api.fails('ReportTaskFailed', { TaskToken, Error: 'e' }, 'InvalidArgument', message);
        const start = { FlowName: 'f', ExecutionName: 'g', CallbackFnFTaskToken: TaskToken };
        await api.fails('StartExecution', start, 'InvalidArgument', message);
      }
      await api.call('ReportTaskSucceeded', { TaskToken: token, Output: '{}' });
    });
  });

  describe(`CallbackFnFTaskToken on ${store}`, () => {
    it('reports the end of the execution that was started with it', async (t) => {
      const desk = new Desk();
      const api = await startApi(t, store, { task: desk.take });
      const { call, fails } = api;
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
      const done = await ended(api, 'e');
      assert.deepEqual([done['Status'], done['Output']], ['Succeeded', '{"done":true}']);
      assert.equal((await ended(api, 'd'))['Status'], 'Failed');
      assert.equal((await eventsOf(api, 'd')).at(-1)?.detail['error'], 'Broken');
      const TaskToken = await desk.tokenOf('e');
      await fails('ReportTaskSucceeded', { TaskToken, Output: '{}' }, 'TaskAlreadyCompleted', /already/);
    });
  });

  describe(`DescribeExecutionWaits on ${store}`, () => {
    it('returns what the execution waits for, since when, and what would wake it', async (t) => {
      const desk = new Desk();
      const api = await startApi(t, store, { task: desk.take });
      const TaskToken = await waiting(api, desk);
      const reply = await api.call('DescribeExecutionWaits', E);
      const members = [
        'FlowName',
        'Name',
        'Status',
        'StartedTime',
        'StoppedTime',
        'Depth',
        'StartedBy',
        'Explanation',
        'Waits',
      ];
      assert.deepEqual(Object.keys(reply), members);
      const { Status, StartedTime, StoppedTime } = await api.call('DescribeExecution', E);
      const head = { FlowName: 'f', Name: 'e', Status, StartedTime, StoppedTime, Depth: 0, StartedBy: [] };
      const { Explanation: _explanation, Waits: _waits, ...rest } = reply;
      assert.deepEqual(rest, head);
      const [wait, ...others] = await waitsOf(api);
      assert.deepEqual(others, []);
      const keys = ['Kind', 'StepName', 'EventId', 'Action', 'SinceTime', 'UntilTime', 'Reason'];
      assert.deepEqual(Object.keys(wait ?? {}), keys);
      const scheduled = (await eventsOf(api, 'e')).find(({ Type }) => Type === 'TaskScheduled');
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
      await api.call('ReportTaskSucceeded', { TaskToken, Output: '{}' });
      await ended(api, 'e');
      assert.deepEqual(await waitsOf(api), []);
      const x = { ...E, ExecutionName: 'x' };
      await api.fails('DescribeExecutionWaits', x, 'ExecutionNotExists', /^Execution x for flow f/);
      await api.fails('DescribeExecutionWaits', { ...E, FlowName: 'g' }, 'FlowNotExists', /'g'/);
    });
  });

  describe(`RedriveExecution on ${store}`, () => {
    it('continues from the state that failed, and calls no succeeded task again', async (t) => {
      const results: TaskResult[] = [
        { ok: true, output: { n: 1 } },
        { ok: false, error: 'Down', cause: 'not there' },
        { ok: false, error: 'Down', cause: 'not there yet' },
        { ok: true, output: { n: 2 } },
      ];
      const calls: string[] = [];
      const task = (call: { readonly idempotencyKey: string }): Promise<TaskResult> => {
        calls.push(call.idempotencyKey.split('/').at(-2) ?? '');
        return Promise.resolve(results[calls.length - 1] ?? assert.fail('called too often'));
      };
      const api = await startApi(t, store, { task });
      const { call, fails } = api;
      const definition = definitionOf({ ...CALL, Name: 'First' }, { ...CALL, Name: 'Second' });
      await call('CreateFlow', standard(definition));
      await call('StartExecution', E);
      assert.equal((await ended(api, 'e'))['Status'], 'Failed');
      const before = await eventsOf(api, 'e');
      await call('UpdateFlow', { Name: 'f', Definition: definitionOf(PASS) });
      for (const [n, status] of ['Failed', 'Succeeded'].entries()) {
        const reply = await call('RedriveExecution', E);
        const { Status, StoppedTime, Output, FlowDefinition, Name } = reply;
        assert.deepEqual([Status, StoppedTime, Output, FlowDefinition, Name], ['Running', '', '', definition, 'e']);
        assert.deepEqual(Object.keys(reply), EXECUTION_MEMBERS);
        const end = await ended(api, 'e');
        assert.equal(end['Status'], status);
        const events = await eventsOf(api, 'e');
        assert.deepEqual(events.slice(0, before.length), before, 'earlier events remain in the history');
        const again = events.filter((event) => event.Type === 'ExecutionStarted');
        assert.deepEqual(
          again.map((event) => event.detail['redrive']),
          [undefined, 1, 2].slice(0, n + 2),
        );
      }
      assert.deepEqual(calls, ['First', 'Second', 'Second', 'Second']);
      assert.equal((await call('DescribeExecution', E))['Output'], '{"n":2}');
      await fails('RedriveExecution', E, 'InvalidArgument', /^Execution 'e' succeeded/);
      await fails('RedriveExecution', { ...E, ExecutionName: 'x' }, 'ExecutionNotExists', /^Execution x for flow f/);
      await fails('RedriveExecution', { ...E, FlowName: 'g' }, 'FlowNotExists', /'g'/);
    });

    it('replies as a start does, also when the execution has failed again meanwhile', async (t) => {
      const api = await startApi(t, store);
      await api.call('CreateFlow', standard(definitionOf({ Type: 'Fail', Name: 'No', Code: 'E' })));
      await api.call('StartExecution', E);
      assert.equal((await ended(api, 'e'))['Status'], 'Failed');
      const { Status, StoppedTime } = await api.call('RedriveExecution', E);
      assert.deepEqual([Status, StoppedTime], ['Running', '']);
      assert.equal((await ended(api, 'e'))['Status'], 'Failed');
    });

    it('lets a stopped execution wait for its callback again, and accepts the report', async (t) => {
      const desk = new Desk();
      const api = await startApi(t, store, { task: desk.take });
      const report = { TaskToken: await waiting(api, desk), Output: '{"late":true}' };
      await api.fails('RedriveExecution', E, 'InvalidArgument', /^Execution 'e' is running/);
      await api.call('StopExecution', E);
      await api.fails('ReportTaskSucceeded', report, 'TaskInvalidState', /retry/);
      await api.call('RedriveExecution', E);
      assert.equal((await api.call('DescribeExecution', E))['Status'], 'Running');
      assert.equal((await waitsOf(api))[0]?.['Kind'], 'Callback');
      await api.call('ReportTaskSucceeded', report);
      assert.equal((await ended(api, 'e'))['Output'], '{"late":true}');
    });
  });
}

describe('waits', () => {
  it('have a kind', async (t) => {
    const api = await startApi(t, 'memory', { task: () => new Promise(() => undefined) });
    const { call } = api;
    const until = async (definition: string): Promise<JsonObject> => {
      await call('CreateFlow', standard(definition));
      await call('StartExecution', E);
      const [wait] = await waitsOf(api);
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
  });

  it('are of the kind Retry until the next attempt', async (t) => {
    const api = await startApi(t, 'memory', { task: () => Promise.resolve({ ok: false, error: 'Down', cause: '' }) });
    const Retry = [{ Errors: ['FnF.ALL'], MaxAttempts: 3, IntervalSeconds: 30 }];
    await api.call('CreateFlow', standard(definitionOf({ ...CALL, Retry })));
    await api.call('StartExecution', E);
    let wait: JsonObject | undefined;
    do [wait] = await waitsOf(api);
    while (wait?.['Kind'] === 'Task');
    assert.deepEqual([wait?.['Kind'], wait?.['StepName'], wait?.['Action']], ['Retry', 'Call', '']);
  });
});
