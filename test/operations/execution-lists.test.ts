/** ListExecutions and GetExecutionHistory, on each store: filters, pages, and the size of pages. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../src/base/json.ts';
import { startApi, STORES } from './api-harness.ts';
import { CALLBACK, definitionOf, PASS, standard } from './definitions.ts';
import { Desk, ended, EXECUTION_MEMBERS, namesOf } from './standard-executions.ts';

const ENVIRONMENT = '{"Variables":[{"Name":"a","Value":"1","Description":"not shown"}]}';
const E = { FlowName: 'f', ExecutionName: 'e' };

for (const store of STORES) {
  describe(`ListExecutions on ${store}`, () => {
    it('returns the newest first, page by page, without the executions that start meanwhile', async (t) => {
      const api = await startApi(t, store);
      const { call, fails } = api;
      await call('CreateFlow', standard(definitionOf(PASS)));
      const start = (n: number) => call('StartExecution', { FlowName: 'f', ExecutionName: `e${n}` });
      for (let n = 0; n < 7; n++) await start(n);
      const names: unknown[] = [];
      let token = '';
      for (let pages = 0; pages === 0 || token !== ''; pages++) {
        const page = await call('ListExecutions', { FlowName: 'f', Limit: '2', NextToken: token });
        names.push(...(page['Executions'] as unknown as JsonObject[]).map((execution) => execution['Name']));
        token = (page['NextToken'] as string | undefined) ?? '';
        assert.equal('NextToken' in page, token !== '');
        if (pages < 3) await start(10 + pages);
      }
      assert.deepEqual(names, ['e6', 'e5', 'e4', 'e3', 'e2', 'e1', 'e0']);
      const message = /^NextToken is not one/;
      await fails('ListExecutions', { FlowName: 'f', NextToken: 'exec2' }, 'InvalidArgument', message);
      await fails('ListExecutions', { FlowName: 'g' }, 'FlowNotExists', /'g'/);
    });

    it('returns executions with or without their texts', async (t) => {
      const api = await startApi(t, store);
      await api.call('CreateFlow', standard(definitionOf(PASS), { Environment: ENVIRONMENT }));
      await api.call('StartExecution', { ...E, Input: '{"a":1}' });
      const described = await ended(api, 'e');
      const listed = async (more: Record<string, string>) =>
        (await api.call('ListExecutions', { FlowName: 'f', ...more }))['Executions'];
      assert.deepEqual(await listed({}), [described]);
      assert.deepEqual(await listed({ MetadataOnly: 'false' }), [described]);
      const [whole] = (await listed({})) as unknown as [JsonObject];
      assert.deepEqual(Object.keys(whole), [...EXECUTION_MEMBERS, 'Environment']);
      const { FlowDefinition: _1, Input: _2, Output: _3, ...metadata } = described;
      for (const MetadataOnly of ['true', 'True']) assert.deepEqual(await listed({ MetadataOnly }), [metadata]);
    });

    it('filters by status and by the beginning of the name', async (t) => {
      const desk = new Desk();
      const api = await startApi(t, store, { task: desk.take });
      const { call } = api;
      const definition = definitionOf(PASS, CALLBACK);
      await call('CreateFlow', standard(definition));
      for (const name of ['run-1', 'run-2', 'run_3', 'other']) {
        await call('StartExecution', { FlowName: 'f', ExecutionName: name });
      }
      await call('StopExecution', { FlowName: 'f', ExecutionName: 'run-1' });
      const TaskToken = await desk.tokenOf('run-2');
      await call('ReportTaskSucceeded', { TaskToken, Output: '{}' });
      await ended(api, 'run-2');
      await call('ReportTaskFailed', { TaskToken: await desk.tokenOf('other'), Error: 'no' });
      await ended(api, 'other');
      const expected: readonly [filter: Record<string, string>, names: readonly string[]][] = [
        [{ Status: '' }, ['other', 'run_3', 'run-2', 'run-1']],
        [{ Status: 'Running' }, ['run_3']],
        [{ Status: 'Stopped' }, ['run-1']],
        [{ Status: 'Succeeded' }, ['run-2']],
        [{ Status: 'Failed' }, ['other']],
        [{ Status: 'TimedOut' }, []],
        [{ Status: 'Starting' }, []],
        [{ MapRunName: 'any' }, []],
        [{ ExecutionNamePrefix: 'run' }, ['run_3', 'run-2', 'run-1']],
        [{ ExecutionNamePrefix: 'run-' }, ['run-2', 'run-1']],
        [{ ExecutionNamePrefix: 'run_' }, ['run_3']],
        [{ ExecutionNamePrefix: '%' }, []],
        [{ ExecutionNamePrefix: 'run-', Status: 'Succeeded' }, ['run-2']],
      ];
      for (const [filter, names] of expected) {
        assert.deepEqual(await namesOf(api, filter), names, JSON.stringify(filter));
        assert.deepEqual(await namesOf(api, { ...filter, Limit: '1' }), names, JSON.stringify(filter));
      }
    });

    it('ends a page early, so that its size is bounded', async (t) => {
      const api = await startApi(t, store);
      // Spaces after a definition are a part of it, and each execution returns it.
      const definition = `${definitionOf(PASS)}${' '.repeat(512 * 1024)}`;
      await api.call('CreateFlow', standard(definition));
      const names = Array.from({ length: 20 }, (_, n) => `e${n}`);
      for (const ExecutionName of names) await api.call('StartExecution', { FlowName: 'f', ExecutionName });
      const page = await api.call('ListExecutions', { FlowName: 'f', Limit: '100' });
      const { length } = page['Executions'] as unknown[];
      assert.ok(length > 0 && length < 20, `${length} in the page`);
      assert.deepEqual(await namesOf(api, { Limit: '100' }), names.toReversed());
      const short = await api.call('ListExecutions', { FlowName: 'f', Limit: '100', MetadataOnly: 'true' });
      assert.equal((short['Executions'] as unknown[]).length, 20);
    });
  });

  describe(`GetExecutionHistory on ${store}`, () => {
    it('returns events with the documented members, page by page', async (t) => {
      const api = await startApi(t, store);
      const { call, fails } = api;
      await call('CreateFlow', standard(definitionOf(PASS, { ...PASS, Name: 'Q' })));
      await call('StartExecution', { ...E, Input: '{"a":1}' });
      await ended(api, 'e');
      const whole = (await call('GetExecutionHistory', E))['Events'] as unknown as JsonObject[];
      assert.deepEqual(Object.keys(whole[0] ?? {}), [
        'Type',
        'EventId',
        'Time',
        'ScheduleEventId',
        'EventDetail',
        'StepName',
      ]);
      assert.deepEqual(
        [whole[0]?.['Type'], whole[0]?.['EventDetail'], whole[0]?.['StepName'], whole[0]?.['ScheduleEventId']],
        ['ExecutionStarted', '{"input":{"a":1}}', '', 0],
      );
      assert.deepEqual([whole.at(-1)?.['Type'], whole.at(-1)?.['StepName']], ['ExecutionSucceeded', '']);
      assert.deepEqual(
        whole.map((event) => event['EventId']),
        whole.map((_, i) => i + 1),
      );
      const paged: JsonObject[] = [];
      let token = '';
      do {
        const page = await call('GetExecutionHistory', { ...E, Limit: '3', NextToken: token });
        const events = page['Events'] as unknown as JsonObject[];
        assert.ok(events.length <= 3);
        paged.push(...events);
        token = (page['NextToken'] as string | undefined) ?? '';
        if (token !== '') assert.equal(token, String(paged.length + 1));
      } while (token !== '');
      assert.deepEqual(paged, whole);
      assert.deepEqual(await call('GetExecutionHistory', { ...E, NextToken: '5000' }), { Events: [] });
      await fails('GetExecutionHistory', { ...E, ExecutionName: 'x' }, 'ExecutionNotExists', /x for flow f/);
      await fails('GetExecutionHistory', { ...E, FlowName: 'g' }, 'FlowNotExists', /'g'/);
    });

    it('ends a page early, so that its size is bounded', async (t) => {
      const api = await startApi(t, store);
      const names = Array.from({ length: 80 }, (_, n) => ({ ...PASS, Name: `P${n}` }));
      await api.call('CreateFlow', standard(definitionOf(...names)));
      await api.call('StartExecution', { ...E, Input: JSON.stringify({ text: 'x'.repeat(60_000) }) });
      await ended(api, 'e');
      const page = await api.call('GetExecutionHistory', { ...E, Limit: '1000' });
      const count = (page['Events'] as unknown[]).length;
      assert.ok(count >= 30 && count < 60, `${count} in the page`);
      assert.equal(page['NextToken'], String(count + 1));
      const rest = await api.call('GetExecutionHistory', { ...E, Limit: '1000', NextToken: String(count + 1) });
      assert.equal((rest['Events'] as unknown as JsonObject[])[0]?.['EventId'], count + 1);
    });
  });
}

describe('the bounds of a list', () => {
  it('are exclusive, and accept any offset and fraction', async (t) => {
    const api = await startApi(t, 'memory');
    const { call, time } = api;
    await call('CreateFlow', standard(definitionOf(PASS)));
    for (const ExecutionName of ['a', 'b', 'c']) {
      await call('StartExecution', { FlowName: 'f', ExecutionName });
      time.jump(1000);
    }
    const expected: readonly [filter: Record<string, string>, names: readonly string[]][] = [
      [{ StartedTimeBegin: '2026-01-01T00:00:00.000Z' }, ['c', 'b']],
      [{ StartedTimeBegin: '2025-12-31T23:59:59.999Z' }, ['c', 'b', 'a']],
      [{ StartedTimeBegin: '2025-12-31t23:59:59.9999z' }, ['c', 'b', 'a']],
      [{ StartedTimeBegin: '2026-01-01T08:00:00+08:00' }, ['c', 'b']],
      [{ StartedTimeBegin: '2025-12-31T19:30:00-04:30' }, ['c', 'b']],
      [{ StartedTimeBegin: '2026-01-01T00:00:00.0001Z' }, ['c', 'b']],
      [{ StartedTimeEnd: '2026-01-01T00:00:01Z' }, ['a']],
      [{ StartedTimeEnd: '2026-01-01T00:00:01.0001Z' }, ['b', 'a']],
      [{ StartedTimeEnd: '2026-01-01 00:00:02Z' }, ['b', 'a']],
      [{ StartedTimeEnd: '2025-12-31T23:59:60Z' }, []],
      [{ StartedTimeBegin: '2026-01-01T00:00:00Z', StartedTimeEnd: '2026-01-01T00:00:02Z' }, ['b']],
      [{ StartedTimeBegin: '2026-01-01T00:00:02Z', StartedTimeEnd: '2026-01-01T00:00:00Z' }, []],
      [{ StartedTimeBegin: '', StartedTimeEnd: '' }, ['c', 'b', 'a']],
    ];
    for (const [filter, names] of expected) {
      assert.deepEqual(await namesOf(api, filter), names, JSON.stringify(filter));
    }
  });
});
